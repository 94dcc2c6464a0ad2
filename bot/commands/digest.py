"""``/digest``: what waits to be told together, now or at its time, in the server's own zone."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

import discord
from discord import app_commands

from bot.commands import route
from bot.commands.cards import Card, card
from bot.commands.completion import offering
from bot.commands.desk import Desk
from bot.commands.here import Here, here
from bot.commands.reply import answer
from bot.commands.route_options import OFFERED
from bot.digests import paged
from bot.render.limits import CHOICES
from bot.words import count
from storage.errors import UsageError
from storage.model import Occasion

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore


def told_now(store: "SqliteStore", here: Here, number: int | None, now: datetime) -> Card:
    """Send at once what waits for the digests of the server, or of one route."""
    routes = [route.find(store, here, number)] if number is not None else store.routes.of(here.guild)
    told = 0
    with store.transaction():
        for one in routes:
            lines = [
                line for line in store.outbox.lines.lines(one.destination) if line.occasion is Occasion.DIGEST
            ]
            for message in paged("Digest", lines, now):
                store.outbox.lines.tell(message.lines, message.title, now, due=message.due)
            told += len(lines)
    if not told:
        return card("Nothing waits", ["No story waits for a digest here."])
    return card(f"{count(told, 'story', 'stories')} on the way", ["The digest arrives within seconds."])


def changed(
    store: "SqliteStore",
    here: Here,
    number: int | None,
    when: str | None,
    timezone: str | None,
    now: datetime,
) -> Card:
    """Set how often a route (or each) has a digest, and the zone of the server's times."""
    if when is None and timezone is None:
        raise UsageError("Say when (off, daily, weekly) or in which timezone the digest comes.")
    here.known(store, now)
    if timezone is not None:
        store.guilds.set_timezone(here.guild, timezone.strip())
    if when is not None:
        routes = [route.find(store, here, number)] if number is not None else store.routes.of(here.guild)
        if not routes:
            raise UsageError("This server has no route yet: /route add makes one.")
        for one in routes:
            store.routes.put(replace(one, digest=when), now)
    return route.listed(store, here)


def zones(typed: str) -> list[tuple[str, str]]:
    """Time zones that hold what was typed."""
    wanted = typed.strip().casefold().replace(" ", "_")
    found = [zone for zone in available_timezones() if wanted in zone.casefold()]
    return [(zone, zone) for zone in sorted(found, key=lambda zone: (zone.count("/") != 1, zone))[:CHOICES]]


def register(tree: app_commands.CommandTree, desk: Desk) -> None:
    """Put ``/digest now`` and ``/digest set`` into the tree."""
    group = app_commands.Group(
        name="digest",
        description="What is told together, not at once",
        default_permissions=discord.Permissions(manage_guild=True),
    )

    @group.command(name="now", description="Send now what waits for the next digest")
    @app_commands.describe(route="Only of this route")
    @app_commands.autocomplete(route=route.own_routes(desk))
    async def now_(interaction: discord.Interaction, route: int | None = None) -> None:
        now, place = desk.clock.now(), here(interaction)
        await answer(desk, interaction, lambda: told_now(desk.store, place, route, now), private=True)

    @group.command(name="set", description="How often a digest comes, and in which time zone")
    @app_commands.describe(when="How often", timezone="Such as Europe/Berlin", route="Only of this route")
    @app_commands.choices(when=OFFERED)
    @app_commands.autocomplete(
        route=route.own_routes(desk), timezone=offering(lambda guild, typed: zones(typed))
    )
    async def set_(
        interaction: discord.Interaction,
        when: str | None = None,
        timezone: app_commands.Range[str, 1, 60] | None = None,
        route: int | None = None,
    ) -> None:
        now, place = desk.clock.now(), here(interaction)
        await answer(
            desk, interaction, lambda: changed(desk.store, place, route, when, timezone, now), private=True
        )

    tree.add_command(group)
