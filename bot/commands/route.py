"""``/route``: which moves and entities go to which channel of this server, when and how.

What is asked is checked by ``route_options`` and ``route_places``; choosing by a route is left
to ``watchers.routing``.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.commands.cards import Card, card
from bot.commands.completion import entities
from bot.commands.desk import Desk
from bot.commands.here import Here, here
from bot.commands.reply import answer
from bot.commands.route_options import OFFERED, WISHES, Hook, Percent, Text, last_word, wish_of, wished
from bot.commands.route_places import (
    Interaction,
    Postable,
    changed_place,
    channel_of,
    destination,
    send_sample,
)
from bot.render.limits import CHOICE, CHOICES
from bot.text import clip, fit
from bot.times import format_duration
from storage.errors import UnknownThing, UsageError
from storage.model import Route

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore

MOST = 25  # routes of a server


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
    store: "SqliteStore",
    here: Here,
    number: int,
    to: str | None,
    wish: dict[str, Any],
    now: datetime,
    lacks: str,
) -> Card:
    """Change what was given of a route."""
    before = find(store, here, number)
    if to is not None:
        before = replace(before, destination=to)
    route = store.routes.put(wished(store, here, before, wish), now)
    return _shown("The route is changed", store, here, [route], lacks)


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


# --- commands ---------------------------------------------------------------------------


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
    listing = last_word()
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
            to, lacking = await destination(desk, interaction, channel, webhook, wish)
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

        async def asked() -> Card:
            before = await asyncio.to_thread(find, desk.store, place, route)
            to, lacks = changed_place(interaction, before, channel, wish)
            return await asyncio.to_thread(changed, desk.store, place, route, to, wish, now, lacks)

        await answer(desk, interaction, asked, private=True)


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
            return await send_sample(desk, interaction, found, now)

        await answer(desk, interaction, tested, private=True)


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
