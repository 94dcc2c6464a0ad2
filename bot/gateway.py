"""The Discord bot beside the watching: connected, supervised, and never in its way.

Answers slash commands and buttons and nothing else; alerts go out through ``bot.sinks``.  Needs no
privileged intent.  A connection that breaks is made again with growing pauses; a token that
Discord refuses ends the bot for good, and the watching goes on.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from bot.app import default_routes
from bot.commands import (
    buttons,
    digest,
    entity,
    feeds,
    moves,
    route,
    search,
    servers,
    status,
    watch,
    why,
)
from bot.commands.desk import Desk, desk_of
from bot.commands.press import Interaction, Press
from bot.commands.reply import refuse
from bot.identifying import Turnstile
from bot.words import count
from storage.errors import MovewireError, UsageError

if TYPE_CHECKING:
    from bot.app import App
    from bot.settings import Settings

FIRST_PAUSE = 5.0  # seconds; 1,000 IDENTIFYs a day are allowed (events/gateway#identifying)
LONGEST_PAUSE = 600.0
STEADY = 600.0  # a connection that held so long starts the pauses anew
CLOSING = 10.0  # seconds that a connection gets to close
# topics/opcodes-and-status-codes#gateway-gateway-close-event-codes: those not to reconnect after
HOPELESS = frozenset({4004, 4010, 4011, 4012, 4013, 4014})
OUTDATED = "This button is of another version: use the command instead."
FAILED = "That did not work: the fault is ours and stands in the log."

COMMANDS = (search, entity, moves, why, status, watch, feeds, route, digest)

log = logging.getLogger(__name__)


class Tree(app_commands.CommandTree):
    """The commands; only in servers, because the permissions of a server do not reach elsewhere."""

    async def on_error(self, interaction: discord.Interaction, error: app_commands.AppCommandError) -> None:
        """Log a fault of ours and tell the asker that there was one."""
        if isinstance(error.__cause__, UsageError):
            await refuse(interaction, str(error.__cause__))
            return
        named = interaction.command.qualified_name if interaction.command else "a command"
        cause = error.__cause__ or error
        log.error("/%s failed", named, exc_info=cause)
        with contextlib.suppress(discord.HTTPException):  # the interaction may be gone
            await refuse(interaction, FAILED)


class Socket(DiscordWebSocket):
    """A connection that is not left open, nor its heart beating, where it could not IDENTIFY."""

    async def identify(self) -> None:
        """As the library does; what keeps it from that closes the connection."""
        try:
            await super().identify()
        except BaseException:
            await self.close()
            raise


discord.shard.DiscordWebSocket = Socket  # type: ignore[misc] # the one place where the library makes them


class Gateway(discord.AutoShardedClient):
    """One connection to Discord with the tree of commands; made anew after it broke."""

    def __init__(
        self, desk: Desk, *, shard_count: int | None = None, turnstile: Turnstile | None = None
    ) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            shard_count=shard_count,
            allowed_mentions=discord.AllowedMentions.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
        )
        self.tree = Tree(
            self,
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=False, private_channel=False
            ),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        )
        for module in COMMANDS:
            module.register(self.tree, desk)
        self.add_dynamic_items(Press)
        self.synced: dict[str, app_commands.AppCommand] = {}  # by name, with the ids that Discord gave
        self._desk = desk
        self._answerers = buttons.answerers(desk)
        self._turnstile = turnstile or Turnstile()

    async def setup_hook(self) -> None:
        """Tell Discord the commands; the same ones again change nothing."""
        self.synced = {command.name: command for command in await self.tree.sync()}

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Hold back an IDENTIFY that follows too soon after the last."""
        if self.shard_count and self.shard_count > 1:  # shards of one client take turns as discord.py says
            await super().before_identify_hook(shard_id, initial=initial)
        await self._turnstile.enter(shard_id or 0)

    async def pressed(self, interaction: Interaction, verb: str, about: str) -> None:
        """Answer a button, whenever and by whatever version its message was sent."""
        answerer = self._answerers.get(verb)
        if answerer is None:
            await refuse(interaction, OUTDATED)
            return
        try:
            await answerer(interaction, about)
        except UsageError as error:
            await refuse(interaction, str(error))
        except Exception:  # the presser is told, as with commands
            log.exception("the button %s failed", verb)
            with contextlib.suppress(discord.HTTPException):
                await refuse(interaction, FAILED)

    async def on_ready(self) -> None:
        """Say once a connection that it stands, and remember in which servers the bot is."""
        log.info("the Discord bot is connected as %s, in %s", self.user, count(len(self.guilds), "server"))
        found = [(guild.id, guild.name) for guild in self.guilds]
        await self._remember(servers.present, found)
        route = self._desk.home
        home = self.get_channel(int(route.destination.removeprefix("channel:"))) if route else None
        if isinstance(home, discord.abc.GuildChannel | discord.Thread):
            await self._remember(servers.adopt, home.guild.id, route)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """A server invited the bot."""
        await self._remember(lambda store, now: store.guilds.joined(guild.id, guild.name, now))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed; what the server set stays for a while."""
        await self._remember(lambda store, now: store.guilds.left(guild.id, now))

    async def _remember(self, verb: Callable[..., object], *arguments: object) -> None:
        """Write to the store off the loop; a store that cannot be written to costs the bot nothing else."""
        try:
            await asyncio.to_thread(verb, self._desk.store, *arguments, self._desk.clock.now())
        except MovewireError as error:
            log.error("a change of servers could not be stored: %s", error)


def companion(app: "App", settings: "Settings") -> Callable[[asyncio.Event], Awaitable[None]]:
    """What runs beside the watching until it is asked to stop; the settings hold a token."""
    assert settings.discord_token is not None
    token = settings.discord_token.reveal()
    Route.BASE = settings.discord_api
    if settings.discord_gateway is not None:
        DiscordWebSocket.DEFAULT_GATEWAY = URL(settings.discord_gateway)
    # With a number of shards discord.py takes DEFAULT_GATEWAY and does not ask where to connect.
    shards = 1 if settings.discord_gateway is not None else None
    home, turnstile = next(iter(default_routes(settings)), None), Turnstile()
    logging.getLogger("discord").setLevel(logging.WARNING)
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody speaks here

    async def attend(stop: asyncio.Event) -> None:
        with await asyncio.to_thread(app.second_store) as store:
            desk = desk_of(app, home, store)
            await supervise(
                lambda: Gateway(desk, shard_count=shards, turnstile=turnstile),
                token,
                stop,
                turnstile=turnstile,
            )

    return attend


async def supervise(
    connect: Callable[[], discord.Client],
    token: str,
    stop: asyncio.Event,
    *,
    first: float = FIRST_PAUSE,
    turnstile: Turnstile | None = None,
) -> None:
    """Keep a client connected until ``stop`` or a refusal that no repetition mends."""
    pause = first
    while not stop.is_set():
        began = time.monotonic()
        fault = await _live(connect(), token, stop)
        if stop.is_set():
            return
        if (remedy := _hopeless(fault)) is not None:
            log.error("the Discord bot has ended: %s; the watching goes on", remedy)
            return
        if time.monotonic() - began >= STEADY:
            pause = first
        wait = max(pause * random.uniform(0.75, 1.25), turnstile.wait() if turnstile else 0.0)
        log.warning("the connection to Discord ended (%s); again in %.0f s", _said(fault), wait)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), wait)
        pause = min(2 * pause, LONGEST_PAUSE)


async def _live(client: discord.Client, token: str, stop: asyncio.Event) -> BaseException | None:
    """Run one client to its end or to ``stop``; what it died of."""
    living = asyncio.create_task(client.start(token))
    asked = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({living, asked}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        asked.cancel()
        await _close(client)
        if not living.done():
            living.cancel()
        [fault] = await asyncio.gather(living, return_exceptions=True)
    return fault


async def _close(client: discord.Client) -> None:
    try:
        await asyncio.wait_for(client.close(), CLOSING)
    except Exception as error:  # whatever it is: the connection is given up anyway
        log.warning("the connection to Discord did not close well: %s", _said(error))


def _hopeless(fault: BaseException | None) -> str | None:
    """What to do about a fault that no repetition mends; None for every other."""
    if isinstance(fault, discord.LoginFailure):
        return "Discord refuses the token: set DISCORD_TOKEN to the bot's present one"
    if isinstance(fault, discord.PrivilegedIntentsRequired):
        return "Discord refuses the intents (4014)"
    if isinstance(fault, discord.ConnectionClosed) and fault.code in HOPELESS:
        return f"Discord closed the connection for good ({fault.code}): look at the token and the application"
    return None


def _said(fault: BaseException | None) -> str:
    return f"{type(fault).__name__}: {fault}"[:300] if fault is not None else "closed"
