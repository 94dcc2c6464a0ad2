"""``/entity`` and ``/timeline``: what is known of one entity, and what it did in order of time."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot import answers, charts
from bot.charts import asked
from bot.commands.cards import Card, card, headline
from bot.commands.completion import entities
from bot.commands.desk import Desk
from bot.commands.here import Here, here
from bot.commands.kinds import Name
from bot.commands.moves import move_line
from bot.commands.reply import answer
from bot.render.headline import LOOKS, MENTIONED
from bot.text import fit
from bot.words import count
from storage.model import Profile, Story

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore

MOVES_SHOWN = 8
STORIES_SHOWN = 5
COMPANY_SHOWN = 8
PARTIES_SHOWN = 4  # entities whose timelines are told together
ALIASES_SHOWN = 12

COVERAGE = {
    "quiet": "its sources are read, so silence is silence",
    "unknown": "its sources are not read, so silence means nothing",
}


def profile(store: "SqliteStore", name: str, now: datetime, here: Here) -> Card:
    """Who it is, the company it keeps, its latest moves and stories."""
    told = answers.entity(store, name, now, here.guild)
    known, entity = told.profile, told.profile.entity
    names = {one.slug: one.name for one in store.watchlist.load(here.guild).entities}
    lines = [f"{entity.kind.value}, tier {entity.tier.value}"]
    if entity.aliases:
        lines.append(
            "also written " + fit(", ".join(alias.text for alias in entity.aliases[:ALIASES_SHOWN]), 400)
        )
    lines.append(f"coverage {told.coverage}: {COVERAGE[told.coverage]}")
    if known.mentioned_with:
        company = [
            f"{names.get(slug, slug)} ({count(number, 'story', 'stories')})"
            for slug, number in known.mentioned_with.items()
            if here.shows(slug)
        ]
        if company:
            lines.append("mentioned with " + fit(", ".join(company[:COMPANY_SHOWN]), 400))
    lines += ["", "**Moves**", *([move_line(one, names) for one in known.moves[:MOVES_SHOWN]] or ["none"])]
    above = {one.story for one in known.moves[:MOVES_SHOWN]}
    stories = [_story_line(one) for one in known.stories if one.id not in above][:STORIES_SHOWN]
    if stories:
        lines += ["", "**Other stories**", *stories]
    title, below = f"{entity.name} ({entity.slug})", f"/timeline {entity.slug} has them in order"
    return card(title, lines, footer=below, draw=_picture(store, [known]))


def timeline(store: "SqliteStore", names: Sequence[str], now: datetime, here: Here) -> Card:
    """Moves and other stories of one or several entities, each once, the oldest first."""
    profiles = [answers.entity(store, name, now, here.guild).profile for name in names[:PARTIES_SHOWN]]
    called = {one.slug: one.name for one in store.watchlist.load(here.guild).entities}
    moves = {(one.story, one.move.kind, one.move.evidence): one for known in profiles for one in known.moves}
    told = {one.story for one in moves.values()}
    stories = {one.id: one for known in profiles for one in known.stories if one.id not in told}
    dated: list[tuple[datetime, str]] = [(one.published, move_line(one, called)) for one in moves.values()]
    dated += [(one.opened, _story_line(one)) for one in stories.values()]
    dated.sort(key=lambda pair: pair[0])
    lines = [line for _, line in dated]
    title = f"Timeline of {', '.join(known.entity.name for known in profiles)}"
    return card(title, lines or ["Nothing is recorded of it yet."], draw=_picture(store, profiles))


def _picture(store: "SqliteStore", profiles: Sequence[Profile]) -> Callable[[], bytes] | None:
    return asked.of_entities(store, profiles) if charts.available() else None


def _story_line(story: Story) -> str:
    icon = LOOKS[story.main.kind].icon if story.main else MENTIONED.icon
    return f"{icon} {headline(story.headline, story.url, story.opened, story.source, f's{story.id}')}"


def register(tree: app_commands.CommandTree, desk: Desk) -> None:
    """Put ``/entity`` and ``/timeline`` into the tree."""

    @tree.command(name="entity", description="What is known of a company, person or product")
    @app_commands.describe(name="Name, alias or id")
    @app_commands.autocomplete(name=entities(desk))
    async def entity(interaction: discord.Interaction, name: Name) -> None:
        now, place = desk.clock.now(), here(interaction)
        await answer(desk, interaction, lambda: profile(desk.store, name, now, place), private=False)

    @tree.command(name="timeline", description="Moves and stories of an entity in order of time")
    @app_commands.describe(name="Name, alias or id")
    @app_commands.autocomplete(name=entities(desk))
    async def timeline_(interaction: discord.Interaction, name: Name) -> None:
        now, place = desk.clock.now(), here(interaction)
        await answer(desk, interaction, lambda: timeline(desk.store, [name], now, place), private=False)
