"""Where routes lead: channels and webhooks of a server, what the bot lacks there, and a sample alert."""

import asyncio
from datetime import datetime
from typing import Any

import discord

from bot.commands.cards import Card, card
from bot.commands.desk import Desk
from bot.commands.reply import NOBODY
from bot.commands.route_options import Hook, hook_of
from bot.render import Dress, message
from storage.errors import UsageError
from storage.model import Alert, Move, MoveKind, MoveStatus, Route

NEEDED = ("view_channel", "send_messages", "embed_links", "read_message_history")
Interaction = discord.Interaction[Any]
Postable = discord.TextChannel | discord.Thread


async def destination(
    desk: Desk, interaction: Interaction, channel: Postable | None, webhook: str | None, wish: dict[str, Any]
) -> tuple[str | Hook, str]:
    """Where a new route leads, checked, and what is lacking there."""
    if webhook is None:
        to = channel or interaction.channel
        return f"channel:{_number(to)}", lacking(interaction, to, wish)
    if channel is not None:
        raise UsageError("channel and webhook: give one of them")
    hook = hook_of(webhook)
    try:
        found = await discord.Webhook.partial(hook.number, hook.secret, client=interaction.client).fetch()
    except discord.HTTPException:
        raise UsageError(
            "webhook: Discord does not know it: make one under Edit Channel, Integrations"
        ) from None
    if found.guild_id != interaction.guild_id:
        raise UsageError("webhook: it belongs to another server; make one in this server")
    return hook, ""


def changed_place(
    interaction: Interaction, before: Route, channel: Postable | None, wish: dict[str, Any]
) -> tuple[str | None, str]:
    """Where a changed route leads from now on, None: where it did; and what is lacking there."""
    if channel is not None:
        return f"channel:{channel.id}", lacking(interaction, channel, wish)
    number = channel_of(before)
    if "ping" not in wish or number is None or interaction.guild is None:
        return None, ""
    return None, lacking(interaction, interaction.guild.get_channel_or_thread(number), wish)


def channel_of(route: Route) -> int | None:
    """The channel of a route, None for a webhook."""
    kind, _, number = route.destination.partition(":")
    return int(number) if kind == "channel" and number.isdecimal() else None


def missing(channel: Postable, bot: discord.Member) -> str:
    """Which permissions the bot lacks in a channel, and what to do; "" when none."""
    held = channel.permissions_for(bot)
    lacks = [name.replace("_", " ").title() for name in NEEDED if not getattr(held, name)]
    if isinstance(channel, discord.Thread) and not held.send_messages_in_threads:
        lacks.append("Send Messages In Threads")
    if not lacks:
        return ""
    return f"The bot may not post in <#{channel.id}> yet: give it {', '.join(lacks)} there."


def lacking(interaction: Interaction, channel: object, wish: dict[str, Any]) -> str:
    """What the bot may not do yet where a route leads, "" when nothing; UsageError for what its asker may not."""
    guild, asker = interaction.guild, interaction.user
    if guild is None or not isinstance(channel, Postable) or not isinstance(asker, discord.Member):
        return ""
    told = [missing(channel, guild.me)]
    role = guild.get_role(wish.get("ping") or 0)
    if role and not role.is_default() and not role.mentionable:
        if not channel.permissions_for(asker).mention_everyone:
            raise UsageError(
                f"ping: you may not mention {role.name} yourself: let anybody mention it, in its settings"
            )
        if not channel.permissions_for(guild.me).mention_everyone:
            told.append(f"<@&{role.id}> will not be pinged: let anybody mention that role, in its settings.")
    return " ".join(filter(None, told))


def _number(channel: object) -> int:
    if not isinstance(channel, Postable):
        raise UsageError("channel: alerts go to a text channel or a thread; name one")
    return channel.id


async def send_sample(desk: Desk, interaction: Interaction, route: Route, now: datetime) -> Card:
    """Post the sample; UsageError with the remedy where that does not work."""
    embed = discord.Embed.from_dict(message(sample(now), Dress(key="0" * 24))["embeds"][0])
    said: dict[str, Any] = {"embed": embed, "silent": True, "allowed_mentions": NOBODY}
    number = channel_of(route)
    try:
        if number is None:
            await (await _webhook(desk, interaction, route)).send(wait=True, **said)
            return card("The route works", ["A sample alert was posted by the webhook."])
        assert interaction.guild is not None
        channel = interaction.guild.get_channel_or_thread(number)
        if not isinstance(channel, Postable):
            raise UsageError(
                f"There is no channel for route {route.id} any more: /route change names another."
            )
        if lacking := missing(channel, interaction.guild.me):
            raise UsageError(lacking)
        await channel.send(**said)
    except discord.HTTPException as error:
        raise UsageError(f"Discord refused the test: {error.text or error.status}") from None
    return card("The route works", [f"A sample alert was posted in <#{number}>."])


async def _webhook(desk: Desk, interaction: Interaction, route: Route) -> discord.Webhook:
    webhook = int(route.destination.removeprefix("webhook:").partition("/")[0])
    secret = await asyncio.to_thread(desk.store.routes.webhook_secret, webhook)
    if secret is None:
        raise UsageError(f"The webhook of route {route.id} is not known any more: /route add takes its URL.")
    return discord.Webhook.partial(webhook, secret, client=interaction.client)


def sample(now: datetime) -> Alert:
    """What ``/route test`` shows: a move that never was."""
    move = Move(
        kind=MoveKind.HIRE,
        status=MoveStatus.CONFIRMED,
        names={"person": ("Ada Example",), "from": ("Bay Labs",), "to": ("Harbour Robotics",)},
        title="chief scientist",
    )
    return Alert(
        story=0,
        revision=0,
        headline="This is a test: Ada Example joins Harbour Robotics",
        url="https://bay-ledger.example/test",
        source="The Bay Ledger",
        published=now,
        said="Alerts will arrive here and look like this.",
        move=move,
        why=("/route test was asked for",),
        low_priority=True,
    )
