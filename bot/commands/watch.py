"""``/watch``: who is watched, and who is not to be heard of for a while."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot import answers
from bot.commands.cards import Button, Card, card
from bot.commands.completion import entities
from bot.commands.desk import Desk
from bot.commands.reply import answer
from bot.render.embed import stamp
from bot.render.words import fit
from bot.times import parse_duration
from bot.words import count
from storage.errors import UsageError
from storage.model import Entity, Tier

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore

MUTED_FOR_GOOD = 9999  # the year in which the store ends a mute without an end
NAME_SHOWN = 60


def listed(store: "SqliteStore", now: datetime) -> Card:
    """All entities by tier, muted ones marked; as many as one embed holds."""
    watched = store.watchlist.load().entities
    lines: list[str] = []
    for tier in Tier:
        of_tier = sorted((one for one in watched if one.tier is tier), key=lambda one: one.name.casefold())
        if of_tier:
            lines.append(f"**{tier.value}** ({len(of_tier)})")
            lines += [_line(one, now) for one in of_tier]
    return card(f"{count(len(watched), 'entity', 'entities')} watched", lines or ["Nobody is watched."])


def _line(one: Entity, now: datetime) -> str:
    named = f"{fit(one.name, NAME_SHOWN)} · {fit(one.slug, NAME_SHOWN)}"
    if one.muted_until is None or one.muted_until <= now:
        return named
    return f"{named} · muted {_end(one.muted_until)}"


def _end(until: datetime | None) -> str:
    lasting = until is None or until.year >= MUTED_FOR_GOOD
    return "until it is unmuted" if lasting or until is None else f"until {stamp(until)}"


def mute(store: "SqliteStore", name: str, length: timedelta | None, now: datetime) -> Card:
    """No alert of ``name`` for so long, or until it is unmuted; with a button to undo it."""
    until = now + length if length else None
    entity = answers.find_entity(store, name)
    store.watchlist.mute(entity.slug, until)
    undo = Button(verb="speak", about=entity.slug, label="Undo")
    lines = [_end(until), "What concerns it is stored all the same."]
    return card(f"{entity.name} is muted", lines, buttons=[undo])


def _length(text: str | None) -> timedelta | None:
    if not text:
        return None
    try:
        return parse_duration(text)
    except ValueError as error:
        raise UsageError(f"length: {error}") from None


def unmute(store: "SqliteStore", name: str) -> Card:
    """Alerts of ``name`` again."""
    entity = answers.find_entity(store, name)
    store.watchlist.unmute(entity.slug)
    return card(f"{entity.name} is heard again", [f"id {fit(entity.slug, NAME_SHOWN)}"])


def register(tree: app_commands.CommandTree, desk: Desk) -> None:
    """Put ``/watch list``, ``mute`` and ``unmute`` into the tree."""
    group = app_commands.Group(
        name="watch",
        description="Who is watched",
        default_permissions=discord.Permissions(manage_guild=True),
    )

    @group.command(name="list", description="All that are watched, by tier")
    async def list_(interaction: discord.Interaction) -> None:
        now = desk.clock.now()
        await answer(desk, interaction, lambda: listed(desk.store, now), private=True)

    @group.command(name="mute", description="Store what concerns an entity, but alert nobody of it")
    @app_commands.describe(name="Name, alias or id", length="How long: 7d, 12h; without it, until unmuted")
    @app_commands.autocomplete(name=entities(desk))
    async def mute_(
        interaction: discord.Interaction,
        name: app_commands.Range[str, 1, 200],
        length: str | None = None,
    ) -> None:
        now = desk.clock.now()
        await answer(desk, interaction, lambda: mute(desk.store, name, _length(length), now), private=True)

    @group.command(name="unmute", description="Alert of an entity again")
    @app_commands.describe(name="Name, alias or id")
    @app_commands.autocomplete(name=entities(desk))
    async def unmute_(interaction: discord.Interaction, name: app_commands.Range[str, 1, 200]) -> None:
        await answer(desk, interaction, lambda: unmute(desk.store, name), private=True)

    tree.add_command(group)
