"""``/route``: which moves and entities go to which channel of this server, when and how.

What is asked is checked here; choosing by a route is left to ``watchers.routing``.
"""

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot import answers
from bot.commands.cards import Card, card
from bot.commands.completion import entities, offering
from bot.commands.desk import Desk
from bot.commands.here import Here, here
from bot.commands.reply import NOBODY, answer
from bot.render import Dress, message
from bot.render.headline import LOOKS
from bot.render.limits import CHOICE, CHOICES
from bot.render.words import clip, fit
from bot.times import format_duration, parse_duration
from storage.errors import UnknownThing, UsageError
from storage.model import Alert, Move, MoveKind, MoveStatus, Route, Tier

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore

ALL = "all"  # takes a choice back
NO_MOVE = "none"  # the kind of what tells of no move
KINDS = (*(kind.value for kind in MoveKind), NO_MOVE)
TIERS = tuple(tier.value for tier in Tier)
DIGESTS = ("off", "daily", "weekly")
MOST = 25  # routes of a server
NEEDED = ("view_channel", "send_messages", "embed_links", "read_message_history")
_HOURS = re.compile(r"([01]?\d|2[0-3]):[0-5]\d\s*-\s*([01]?\d|2[0-3]):[0-5]\d")
# resources/webhook#webhook-object
_WEBHOOK = re.compile(
    r"https://(?:[a-z]+\.)?discord(?:app)?\.com/api/(?:v\d+/)?webhooks/(\d{1,20})/([\w-]{1,200})"
)
_LANGUAGE = re.compile(r"[a-z]{2,3}")
Interaction = discord.Interaction[Any]
Postable = discord.TextChannel | discord.Thread


# --- what is wished, made a route -------------------------------------------------------


def wished(store: "SqliteStore", here: Here, before: Route, wish: dict[str, Any]) -> Route:
    """``before`` with what was given; UsageError says what is allowed."""
    made: dict[str, Any] = {}
    if (text := wish.get("kinds")) is not None:
        made["kinds"] = _chosen(text, KINDS, "kinds")
    if (text := wish.get("tiers")) is not None:
        made["tiers"] = _chosen(text, TIERS, "tiers")
    if (text := wish.get("entities")) is not None:
        made["entities"] = () if _is_all(text) else _slugs(store, here, text)
    if (text := wish.get("languages")) is not None:
        made["langs"] = () if _is_all(text) else _languages(text)
    if (percent := wish.get("confidence")) is not None:
        made["min_score"] = percent / 100
    if (role := wish.get("ping")) is not None:
        made["ping_role"] = None if role == before.guild else role  # @everyone has the server's own id
    if (text := wish.get("ping_kinds")) is not None:
        made["ping_kinds"] = KINDS if _is_all(text) else _chosen(text, KINDS, "ping_kinds")
    if (text := wish.get("quiet")) is not None:
        made["quiet_hours"] = _hours(text)
    if (text := wish.get("pause")) is not None:
        made["cooldown"] = _pause(text)
    if (text := wish.get("digest")) is not None:
        made["digest"] = text
    route = replace(before, **made)
    if route.ping_role is not None and not route.ping_kinds:
        raise UsageError(
            "ping_kinds: say for which kinds of move the role is pinged, such as: departure, hire"
        )
    return route


def _words(text: str) -> list[str]:
    return [word for part in text.split(",") if (word := part.strip())]


def _is_all(text: str) -> bool:
    return text.strip().casefold() in (ALL, "")


def _chosen(text: str, allowed: Sequence[str], option: str) -> tuple[str, ...]:
    if _is_all(text):
        return ()
    found = [word.casefold() for word in _words(text)]
    for word in found:
        if word not in allowed:
            raise UsageError(f"{option}: {word!r} is none; allowed are {', '.join(allowed)}, or {ALL}")
    return tuple(dict.fromkeys(found))


def _slugs(store: "SqliteStore", here: Here, text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(answers.find_entity(store, word, here.guild).slug for word in _words(text)))


def _languages(text: str) -> tuple[str, ...]:
    found = [word.casefold() for word in _words(text)]
    for word in found:
        if not _LANGUAGE.fullmatch(word):
            raise UsageError(f"languages: {word!r} is no code; give codes such as en, pt, ja, or {ALL}")
    return tuple(dict.fromkeys(found))


def _hours(text: str) -> str | None:
    if text.strip().casefold() in ("off", "none", ""):
        return None
    if not _HOURS.fullmatch(text.strip()):
        raise UsageError(f"quiet: {text!r} are no hours; give them such as 22:00-07:00, or off")
    return re.sub(r"\s+", "", re.sub(r"\b(\d):", r"0\1:", text.strip()))


def _pause(text: str) -> timedelta:
    if text.strip().casefold() in ("off", "none", ""):
        return timedelta(0)
    try:
        return parse_duration(text)
    except ValueError as error:
        raise UsageError(f"pause: {error}, or off") from None


# --- questions --------------------------------------------------------------------------


def added(
    store: "SqliteStore", here: Here, to: "str | Hook", wish: dict[str, Any], now: datetime, lacking: str
) -> Card:
    """Store a new route to a destination, or to a webhook that is remembered first."""
    here.known(store, now)
    if len(store.routes.of(here.guild)) >= MOST:
        raise UsageError(f"A server has at most {MOST} routes: /route remove makes room.")
    if isinstance(to, Hook):
        to = store.routes.keep_webhook(here.guild, to.number, to.secret)
    start = Route(id=0, destination=to, guild=here.guild)
    route = store.routes.put(wished(store, here, start, wish), now)
    return _shown("Alerts go along this route from now on", store, here, [route], lacking)


def changed(
    store: "SqliteStore", here: Here, number: int, channel: int | None, wish: dict[str, Any], now: datetime
) -> Card:
    """Change what was given of a route."""
    before = find(store, here, number)
    if channel is not None:
        before = replace(before, destination=f"channel:{channel}")
    route = store.routes.put(wished(store, here, before, wish), now)
    return _shown("The route is changed", store, here, [route])


def removed(store: "SqliteStore", here: Here, number: int) -> Card:
    """Send nothing new along a route."""
    route = find(store, here, number)
    store.routes.remove(here.guild, number)
    lines = [_line(store, here, route), "What it told is still kept up to date."]
    return card("The route is removed", lines)


def listed(store: "SqliteStore", here: Here) -> Card:
    """All routes of the server."""
    routes = store.routes.of(here.guild)
    if not routes:
        return card("No routes", ["Nothing is told in this server yet: /route add chooses a channel."])
    return _shown(f"{len(routes)} of {MOST} routes", store, here, routes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A webhook of a server; the secret is never shown."""

    number: int
    secret: str = field(repr=False)


def hook_of(url: str) -> Hook:
    """The webhook that a URL names; UsageError without its words, which are a secret."""
    found = _WEBHOOK.fullmatch(url.strip())
    if found is None:
        raise UsageError(
            "webhook: that is no webhook's URL; copy it under Edit Channel, Integrations, Webhooks"
        )
    return Hook(number=int(found[1]), secret=found[2])


def find(store: "SqliteStore", here: Here, number: int) -> Route:
    """A route of this server; UnknownThing names those there are."""
    routes = {one.id: one for one in store.routes.of(here.guild)}
    if number not in routes:
        known = ", ".join(map(str, routes)) or "none yet: /route add makes one"
        raise UnknownThing(f"This server has no route {number}; it has {known}.")
    return routes[number]


def _shown(title: str, store: "SqliteStore", here: Here, routes: Sequence[Route], lacking: str = "") -> Card:
    lines = [_line(store, here, route) for route in routes]
    if lacking:
        lines += ["", lacking]
    timezone = routes[0].timezone
    return card(title, lines, footer=f"times are those of {timezone}; /digest set changes the zone")


def _line(store: "SqliteStore", here: Here, route: Route) -> str:
    names = {one.slug: one.name for one in store.watchlist.load(here.guild).entities}
    kind, _, where = route.destination.partition(":")
    place = f"<#{where}>" if kind == "channel" else fit(route.destination, 60)
    marks = [
        _listed(route.kinds) or "every kind",
        _listed(names.get(slug, slug) for slug in route.entities) or "everybody",
        route.tiers and f"tier {_listed(route.tiers)}",
        route.langs and f"in {_listed(route.langs)}",
        route.min_score and f"from {route.min_score:.0%} confidence",
        route.ping_role and f"pings <@&{route.ping_role}> for {_listed(route.ping_kinds)}",
        route.quiet_hours and f"quiet {route.quiet_hours}",
        route.cooldown and f"at most once in {format_duration(route.cooldown)} on the same entity",
        f"digest {route.digest}" if route.digest != "off" else "",
    ]
    return f"**{route.id}** {place} · " + " · ".join(mark for mark in marks if mark)


def _listed(words: Iterable[str]) -> str:
    return fit(", ".join(words), 300)


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


# --- commands ---------------------------------------------------------------------------


def missing(channel: Postable, bot: discord.Member) -> str:
    """Which permissions the bot lacks in a channel, and what to do; "" when none."""
    held = channel.permissions_for(bot)
    lacks = [name.replace("_", " ").title() for name in NEEDED if not getattr(held, name)]
    if isinstance(channel, discord.Thread) and not held.send_messages_in_threads:
        lacks.append("Send Messages In Threads")
    if not lacks:
        return ""
    return f"The bot may not post in <#{channel.id}> yet: give it {', '.join(lacks)} there."


def wish_of(**options: Any) -> dict[str, Any]:
    """Options that were given."""
    role = options.pop("ping")
    given = {name: value for name, value in options.items() if value is not None}
    return given if role is None else {**given, "ping": role.id}


WISHES = {
    "kinds": "Kinds of move, such as: departure, hire; all takes the choice back",
    "entities": "Only stories about these: names, aliases or ids with commas; or all",
    "tiers": "primary, context, related; or all",
    "languages": "Codes of languages, such as: en, pt; or all",
    "confidence": "Least confidence in percent",
    "ping": "Role to ping; @everyone stands for nobody",
    "ping_kinds": "For which kinds the role is pinged; all: for each",
    "quiet": "Hours in which nothing is sent, such as 22:00-07:00; or off",
    "pause": "Least time between two alerts on the same entity, such as 6h; or off",
    "digest": "What is not worth an alert, told together",
}
Text = app_commands.Range[str, 1, 500]
Percent = app_commands.Range[int, 0, 100]
OFFERED = [app_commands.Choice(name=one, value=one) for one in DIGESTS]


def last_word(desk: Desk) -> Any:
    """Completion of lists: what stands before the last comma stays."""

    def find(guild: int | None, typed: str) -> list[tuple[str, str]]:
        before, comma, last = typed.rpartition(",")
        kinds = [(LOOKS[MoveKind(one)].name if one != NO_MOVE else "No move", one) for one in KINDS]
        wanted = last.strip().casefold()
        found = [(name, one) for name, one in kinds if wanted in one or wanted in name.casefold()]
        found.sort(key=lambda pair: not pair[1].startswith(wanted))
        lists = [(f"{before}{comma} {name}".strip(), f"{before}{comma} {one}".strip()) for name, one in found]
        return [pair for pair in lists if len(pair[0]) <= CHOICE >= len(pair[1])][:CHOICES]

    return offering(find)


def own_routes(desk: Desk) -> Any:
    """Completion of a route of this server; values are numbers."""

    async def offer(interaction: Interaction, typed: str) -> list[app_commands.Choice[int]]:
        place = here(interaction)
        routes = await asyncio.to_thread(desk.store.routes.of, place.guild)
        found = []
        for route in routes:
            channel = (
                interaction.guild.get_channel_or_thread(channel_of(route) or 0) if interaction.guild else None
            )
            name = (
                f"{route.id} #{channel.name if channel else route.destination} {_listed(route.kinds)}".strip()
            )
            if str(typed) in name:
                found.append(app_commands.Choice(name=clip(name, CHOICE), value=route.id))
        return found[:CHOICES]

    return offer


def channel_of(route: Route) -> int | None:
    """The channel of a route, None for a webhook."""
    kind, _, number = route.destination.partition(":")
    return int(number) if kind == "channel" and number.isdecimal() else None


def register(tree: app_commands.CommandTree, desk: Desk) -> None:
    """Put ``/route add``, ``list``, ``change``, ``remove`` and ``test`` into the tree."""
    group = app_commands.Group(
        name="route",
        description="Which moves and entities go to which channel",
        default_permissions=discord.Permissions(manage_guild=True),
    )
    _writing(group, desk)
    _reading(group, desk)
    tree.add_command(group)


def _writing(group: app_commands.Group, desk: Desk) -> None:
    listing = last_word(desk)
    completed = {"kinds": listing, "ping_kinds": listing, "entities": entities(desk)}

    @group.command(name="add", description="Send alerts to a channel: all, or those chosen")
    @app_commands.describe(
        channel="Where to; this channel when left out",
        webhook="Or the URL of a webhook of this server",
        **WISHES,
    )
    @app_commands.choices(digest=OFFERED)
    @app_commands.autocomplete(**completed)
    async def add_(
        interaction: discord.Interaction,
        channel: Postable | None = None,
        webhook: Text | None = None,
        kinds: Text | None = None,
        entities: Text | None = None,
        tiers: Text | None = None,
        languages: Text | None = None,
        confidence: Percent | None = None,
        ping: discord.Role | None = None,
        ping_kinds: Text | None = None,
        quiet: Text | None = None,
        pause: Text | None = None,
        digest: str | None = None,
    ) -> None:
        wish = wish_of(
            kinds=kinds, entities=entities, tiers=tiers, languages=languages, confidence=confidence,
            ping=ping, ping_kinds=ping_kinds, quiet=quiet, pause=pause, digest=digest,
        )  # fmt: skip
        now, place = desk.clock.now(), here(interaction)

        async def asked() -> Card:
            to, lacking = await _destination(desk, interaction, channel, webhook, wish)
            return await asyncio.to_thread(added, desk.store, place, to, wish, now, lacking)

        await answer(desk, interaction, asked, private=True)

    @group.command(name="change", description="Change a route: only what is given changes")
    @app_commands.describe(route="Its number", channel="Where to", **WISHES)
    @app_commands.choices(digest=OFFERED)
    @app_commands.autocomplete(route=own_routes(desk), **completed)
    async def change_(
        interaction: discord.Interaction,
        route: int,
        channel: Postable | None = None,
        kinds: Text | None = None,
        entities: Text | None = None,
        tiers: Text | None = None,
        languages: Text | None = None,
        confidence: Percent | None = None,
        ping: discord.Role | None = None,
        ping_kinds: Text | None = None,
        quiet: Text | None = None,
        pause: Text | None = None,
        digest: str | None = None,
    ) -> None:
        wish = wish_of(
            kinds=kinds, entities=entities, tiers=tiers, languages=languages, confidence=confidence,
            ping=ping, ping_kinds=ping_kinds, quiet=quiet, pause=pause, digest=digest,
        )  # fmt: skip
        now, place = desk.clock.now(), here(interaction)
        to = channel.id if channel is not None else None
        await answer(
            desk, interaction, lambda: changed(desk.store, place, route, to, wish, now), private=True
        )


def _reading(group: app_commands.Group, desk: Desk) -> None:
    @group.command(name="list", description="The routes of this server")
    async def list_(interaction: discord.Interaction) -> None:
        place = here(interaction)
        await answer(desk, interaction, lambda: listed(desk.store, place), private=True)

    @group.command(name="remove", description="Send nothing new along a route")
    @app_commands.describe(route="Its number")
    @app_commands.autocomplete(route=own_routes(desk))
    async def remove_(interaction: discord.Interaction, route: int) -> None:
        place = here(interaction)
        await answer(desk, interaction, lambda: removed(desk.store, place, route), private=True)

    @group.command(name="test", description="Post a sample alert along a route, without a push")
    @app_commands.describe(route="Its number")
    @app_commands.autocomplete(route=own_routes(desk))
    async def test_(interaction: discord.Interaction, route: int) -> None:
        place, now = here(interaction), desk.clock.now()

        async def tested() -> Card:
            found = await asyncio.to_thread(find, desk.store, place, route)
            return await _try(desk, interaction, found, now)

        await answer(desk, interaction, tested, private=True)


async def _try(desk: Desk, interaction: Interaction, route: Route, now: datetime) -> Card:
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


async def _destination(
    desk: Desk, interaction: Interaction, channel: Postable | None, webhook: str | None, wish: dict[str, Any]
) -> tuple[str | Hook, str]:
    """Where a new route leads, checked, and what is lacking there."""
    if webhook is None:
        to = channel or interaction.channel
        return f"channel:{_number(to)}", _lacking(interaction, to, wish)
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


def _lacking(interaction: Interaction, channel: object, wish: dict[str, Any]) -> str:
    """What the bot may not do yet where a route leads; "" when nothing is lacking."""
    if interaction.guild is None or not isinstance(channel, Postable):
        return ""
    told = [missing(channel, interaction.guild.me)]
    role = interaction.guild.get_role(wish.get("ping") or 0)
    if role and not (role.mentionable or channel.permissions_for(interaction.guild.me).mention_everyone):
        told.append(f"<@&{role.id}> will not be pinged: let anybody mention that role, in its settings.")
    return " ".join(filter(None, told))


def _number(channel: object) -> int:
    if not isinstance(channel, Postable):
        raise UsageError("channel: alerts go to a text channel or a thread; name one")
    return channel.id
