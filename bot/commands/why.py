"""``/why``: what was decided about an entry, a story or an alert, and on what grounds."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot import answers
from bot.answers import WhyAnswer, kept_apart
from bot.commands.cards import Card, card, headline
from bot.commands.desk import Desk
from bot.commands.here import Here, here
from bot.commands.reply import answer
from bot.digests import waits_for
from bot.render.embed import earlier, stamp
from bot.text import fit
from bot.words import count
from storage.model import Decision, Delivery, Mention, RecordedEntry, WaitingLine
from watchers.listening import reasons_here

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore

ENTRIES_SHOWN = 5
MENTIONS_SHOWN = 6
REASONS = 300
EVIDENCE = 160


def told(store: "SqliteStore", reference: str, here: Here) -> Card:
    """The record as an embed."""
    found = answers.why(store, reference)
    lines: list[str] = []
    if found.story is not None:
        story = found.story
        lines.append(headline(story.headline, story.url, story.opened, story.source, f"s{story.id}"))
        lines.append(f"alerted {stamp(story.alerted)}" if story.alerted else "never alerted")
    for recorded in found.entries[:ENTRIES_SHOWN]:
        lines += ["", *_entry(recorded, here)]
    if len(found.entries) > ENTRIES_SHOWN:
        lines.append(f"… and {len(found.entries) - ENTRIES_SHOWN} more entries")
    lines += [
        "",
        "**Deliveries**",
        *_deliveries(found.deliveries, here),
        *(
            f"<#{_channel(one)}> waits: {waits_for(one)}"
            for one in found.waiting
            if _channel(one) in here.channels
        ),
    ]
    return card(f"Why {found.reference}", lines + _context(found))


def _context(found: WhyAnswer) -> list[str]:
    shown = earlier([line for recorded in found.entries[:1] for line in recorded.context])
    return ["", "**Earlier**", *shown.splitlines()] if shown else []


def _entry(recorded: RecordedEntry, here: Here) -> list[str]:
    entry = recorded.entry
    document = entry.document
    lines = [headline(document.title, document.url, entry.published, document.source, f"e{entry.id}")]
    lines += [_decision(decision, here) for _, decision in recorded.decisions] or ["not decided yet"]
    if recorded.assignment is not None and recorded.story is not None:
        verb = "opened" if recorded.assignment.story_id is None else "joined"
        lines.append(f"{verb} s{recorded.story.id}: {fit(', '.join(recorded.assignment.reasons), REASONS)}")
        lines += kept_apart(recorded.assignment)
    mentions = [mention for mention in recorded.mentions if here.shows(mention.entity)]
    lines += [_mention(mention) for mention in mentions[:MENTIONS_SHOWN]]
    return lines


def _decision(decision: Decision, here: Here) -> str:
    kind = f" ({decision.update.value})" if decision.update else " (digest)" if decision.digest else ""
    return f"**{decision.verdict.value}**{kind}: {fit(', '.join(reasons_here(decision.reasons, here.guild)), REASONS)}"


def _mention(mention: Mention) -> str:
    meant = "meant" if mention.accepted else "not meant"
    written = fit(f"“{mention.text}” as {mention.entity}", EVIDENCE)
    return f"{written}: {meant} ({mention.score:.2f}), {fit(', '.join(mention.evidence), EVIDENCE)}"


def _deliveries(deliveries: Sequence[Delivery], here: Here) -> list[str]:
    """Those to this server's channels one by one (the owner sees all), the others as a number."""
    shown = [one for one in deliveries if here.owner or _channel(one) in here.channels]
    others = len(deliveries) - len(shown)
    more = [f"{count(others, 'delivery', 'deliveries')} to other places"] if others else []
    return [_delivery(one) for one in shown] + more or ["none were to be made"]


def _channel(one: Delivery | WaitingLine) -> int | None:
    kind, _, number = one.destination.partition(":")
    return int(number) if kind == "channel" and number.isdecimal() else None


def _delivery(one: Delivery) -> str:
    channel = _channel(one)
    place = f"<#{channel}>" if channel is not None else fit(one.destination, 60)
    error = f": {fit(one.last_error, EVIDENCE)}" if one.last_error else ""
    return f"{place} {one.state.value}, key {one.key}{error}"


def register(tree: app_commands.CommandTree, desk: Desk) -> None:
    """Put ``/why`` into the tree."""

    @tree.command(name="why", description="Why something was told, or was not")
    @app_commands.describe(reference="e12, s3, the key under an alert, or the URL of an entry")
    async def why(interaction: discord.Interaction, reference: app_commands.Range[str, 1, 2000]) -> None:
        place = here(interaction)
        await answer(desk, interaction, lambda: told(desk.store, reference, place), private=True)
