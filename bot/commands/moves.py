"""``/moves``: recorded moves, newest first, by kind, person, where from and where to."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot import answers, charts
from bot.charts import asked
from bot.commands import kinds
from bot.commands.cards import Card, card, headline
from bot.commands.completion import entities
from bot.commands.desk import Desk
from bot.commands.reply import answer
from bot.render.headline import LOOKS, moved
from bot.text import fit
from storage.model import MoveRecord

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore

SHOWN = 100  # over pages
PARTIES_SHOWN = 160


def move_line(record: MoveRecord, known: Mapping[str, str]) -> str:
    """Kind, parties and sum in one line, the headline that told it in the next."""
    kind, _, told = moved(record.move, known).partition(" · ")
    first = f"{LOOKS[record.move.kind].icon} **{kind}**" + (f" · {fit(told, PARTIES_SHOWN)}" if told else "")
    return f"{first}\n{headline(record.headline, record.url, record.published, record.source, f's{record.story}')}"


def recorded(
    store: "SqliteStore",
    *,
    now: datetime,
    kind: str | None = None,
    person: str | None = None,
    frm: str | None = None,
    to: str | None = None,
    since: str | None = None,
    guild: int | None = None,
) -> Card:
    """The moves as an embed."""
    found = answers.moves(
        store,
        kind=kind,
        person=person,
        frm=frm,
        to=to,
        since=kinds.moment(since, now),
        limit=SHOWN,
        guild=guild,
    )
    known = {one.slug: one.name for one in store.watchlist.load(guild).entities}
    wanted = ", ".join(filter(None, [kind, person, frm and f"from {frm}", to and f"to {to}"]))
    lines = [move_line(record, known) for record in found] or ["No such move is recorded."]
    title = f"Moves: {wanted}" if wanted else "Latest moves"
    draw = asked.of_moves(store, title, found) if charts.available() and (frm or to) else None
    return card(title, lines, draw=draw)


def register(tree: app_commands.CommandTree, desk: Desk) -> None:
    """Put ``/moves`` into the tree."""

    @tree.command(name="moves", description="Recorded moves, newest first")
    @app_commands.describe(
        kind="Kind of move",
        person="Who moved",
        frm="Where from, or who was left",
        to="Where to",
        since="Only since then: 7d, 12h or 2025-06-13",
    )
    @app_commands.rename(frm="from")
    @app_commands.choices(kind=kinds.choices())
    @app_commands.autocomplete(person=entities(desk), frm=entities(desk), to=entities(desk))
    async def moves(
        interaction: discord.Interaction,
        kind: str | None = None,
        person: kinds.Name | None = None,
        frm: kinds.Name | None = None,
        to: kinds.Name | None = None,
        since: kinds.When | None = None,
    ) -> None:
        now = desk.clock.now()
        await answer(
            desk,
            interaction,
            lambda: recorded(
                desk.store,
                now=now,
                kind=kind,
                person=person,
                frm=frm,
                to=to,
                since=since,
                guild=interaction.guild_id,
            ),
            private=False,
        )
