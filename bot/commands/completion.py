"""What Discord offers while an entity is typed: names and other written forms, at most 25.

Folded as the matcher folds, so accents and case do not matter; the value is always the id.
"""

import asyncio
import logging
from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.commands.desk import Desk
from bot.render.words import clean, clip
from storage.errors import MovewireError
from storage.model import Entity, Tier
from watchers.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from storage.sqlite import SqliteStore

CHOICES = 25  # interactions/application-commands#autocomplete
CHOICE = 100  # code points of a choice's name, and of its value

log = logging.getLogger(__name__)


def complete(store: "SqliteStore", typed: str) -> list[tuple[str, str]]:
    """``(shown, id)`` of the entities that ``typed`` may mean, the likeliest first."""
    wanted = fold(typed.strip())
    ranked: list[tuple[int, int, str, str, str]] = []
    tiers = {tier: place for place, tier in enumerate(Tier)}
    for entity in store.watchlist.load().entities:
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


def entities(
    desk: Desk,
) -> "Callable[[discord.Interaction[Any], str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]":
    """The autocompletion of an option that names an entity."""

    async def offer(interaction: "discord.Interaction[Any]", typed: str) -> list[app_commands.Choice[str]]:
        try:
            found = await asyncio.to_thread(complete, desk.store, typed)
        except MovewireError as error:  # the command itself will say it
            log.warning("nothing could be offered: %s", error)
            return []
        return [app_commands.Choice(name=shown, value=slug) for shown, slug in found]

    return offer
