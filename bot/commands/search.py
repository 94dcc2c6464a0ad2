"""``/search``: what was written, by any words, narrowed by entity, move and time."""

from datetime import datetime
from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot import answers
from bot.commands import kinds
from bot.commands.cards import Card, card, hit_line
from bot.commands.completion import entities
from bot.commands.desk import Desk
from bot.commands.reply import answer

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore

SHOWN = 100  # over pages


def found(
    store: "SqliteStore",
    text: str,
    *,
    now: datetime,
    entity: str | None = None,
    move: str | None = None,
    since: str | None = None,
    guild: int | None = None,
) -> Card:
    """The hits as an embed, best first."""
    hits = answers.search(
        store, text, entity=entity, move=move, since=kinds.moment(since, now), limit=SHOWN, guild=guild
    )
    lines = [hit_line(hit) for hit in hits] or ["Nothing of that is stored."]
    return card(f"Search: {text}", lines, footer="/why with an id tells what was decided")


def register(tree: app_commands.CommandTree, desk: Desk) -> None:
    """Put ``/search`` into the tree."""

    @tree.command(name="search", description="Search stored entries and stories")
    @app_commands.describe(
        text="Any words",
        entity="Only what names this entity",
        move="Only this kind of move",
        since="Only since then: 7d, 12h or 2025-06-13",
    )
    @app_commands.choices(move=kinds.choices(none=True))
    @app_commands.autocomplete(entity=entities(desk))
    async def search(
        interaction: discord.Interaction,
        text: app_commands.Range[str, 1, 200],
        entity: kinds.Name | None = None,
        move: str | None = None,
        since: kinds.When | None = None,
    ) -> None:
        now = desk.clock.now()
        await answer(
            desk,
            interaction,
            lambda: found(
                desk.store, text, now=now, entity=entity, move=move, since=since, guild=interaction.guild_id
            ),
            private=False,
        )
