"""What Discord offers while a name is typed: entities by all their written forms, and feeds; at most 25.

Folded as the matcher folds, so accents and case do not matter; the value is always the id.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.commands.desk import Desk
from bot.commands.permission import owns
from bot.render.limits import CHOICE, CHOICES
from bot.text import clean, clip
from storage.errors import MovewireError
from storage.model import Entity, Tier
from watchers.text import fold

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore


Offer = Callable[[discord.Interaction[Any], str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]

log = logging.getLogger(__name__)


def complete(store: "SqliteStore", typed: str, guild: int | None = None) -> list[tuple[str, str]]:
    """``(shown, id)`` of the entities that ``typed`` may mean in a server, the likeliest first."""
    wanted = fold(typed.strip())
    ranked: list[tuple[int, int, str, str, str]] = []
    tiers = {tier: place for place, tier in enumerate(Tier)}
    for entity in store.watchlist.load(guild).entities:
        best = min((place for form in _forms(entity) if (place := _place(form, wanted))), default=None)
        if best is not None and len(entity.slug) <= CHOICE:
            rank, form = best
            shown = clean(entity.name)
            if fold(form) not in (fold(entity.name), entity.slug):
                shown = f"{shown} ({clean(form)})"
            ranked.append((rank, tiers[entity.tier], fold(entity.name), clip(shown, CHOICE), entity.slug))
    return [(shown or slug, slug) for _, _, _, shown, slug in sorted(ranked)[:CHOICES]]


def _forms(entity: Entity) -> list[str]:
    return [entity.name, entity.slug, *(alias.text for alias in entity.aliases)]


def _place(form: str, wanted: str) -> tuple[int, str] | None:
    """How well a written form fits: begins so, has a word that begins so, holds it; None: not at all."""
    folded = fold(form)
    if folded.startswith(wanted):
        return 0, form
    if f" {wanted}" in folded:
        return 1, form
    return (2, form) if wanted in folded else None


def complete_feeds(store: "SqliteStore", typed: str) -> list[tuple[str, str]]:
    """``(shown, address)`` of feeds whose title or address holds ``typed``."""
    wanted = fold(typed.strip())
    found = [
        (clip(clean(feed.title or feed.url), CHOICE) or clip(feed.url, CHOICE), feed.url)
        for feed in store.feeds.all()
        if len(feed.url) <= CHOICE and wanted in fold(f"{feed.title or ''} {feed.url}")
    ]
    return sorted(found)[:CHOICES]


def entities(desk: Desk) -> Offer:
    """The completion of an option that names an entity."""
    return offering(lambda guild, typed: complete(desk.store, typed, guild))


def known_feeds(desk: Desk) -> Offer:
    """The completion of an option that names a feed: by their addresses, so for the owner alone."""
    offer = offering(lambda guild, typed: complete_feeds(desk.store, typed))

    async def to_owner(interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
        return await offer(interaction, typed) if owns(interaction) else []

    return to_owner


def offering(find: Callable[[int | None, str], list[tuple[str, str]]]) -> Offer:
    """A completion out of what ``find`` gives for a server and what was typed, asked off the loop."""

    async def offer(interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
        try:
            found = await asyncio.to_thread(find, interaction.guild_id, typed)
        except MovewireError as error:  # the command itself will say it
            log.warning("nothing could be offered: %s", error)
            return []
        return [app_commands.Choice(name=shown, value=value) for shown, value in found]

    return offer
