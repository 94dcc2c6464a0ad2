"""How every command answers: in time, asked off the loop, one embed, nobody pinged.

A command module hands ``answer`` a question (a function without arguments that reads the
store and gives an embed).  What is wrong with the question is told to its asker alone; what
went wrong with us is for ``bot.gateway`` to log.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import discord

from bot.render import limits
from bot.render.embed import Payload, stamp
from bot.render.headline import LOOKS, MENTIONED
from bot.render.words import UNTITLED, fit, masked
from storage.errors import MovewireError, UsageError
from storage.model import MoveKind, SearchHit

if TYPE_CHECKING:
    from bot.sinks.base import Clock
    from storage.sqlite import SqliteStore

PLAIN = MENTIONED.colour
TITLE_SHOWN = 160  # of a headline in a list
SOURCE_SHOWN = 60
REFUSED = 1_500  # of the words that tell what was wrong with a question
GRACE = 1.0  # seconds of the three that Discord waits for a first response
NOBODY = discord.AllowedMentions.none()
MORE = "… and {} more"
MORE_ROOM = len(MORE.format("99999")) + 1

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What commands are answered from."""

    store: "SqliteStore"
    clock: "Clock"


def card(
    title: str, lines: Iterable[str], *, url: str | None = None, colour: int = PLAIN, footer: str = ""
) -> Payload:
    """An embed of whole lines, as many as fit; ``title`` is cleaned here, ``lines`` are neutral already."""
    shown: Payload = {
        "title": fit(title, limits.TITLE) or UNTITLED,
        "description": packed(list(lines)),
        "color": colour,
    }
    if url:
        shown["url"] = url
    if footer:
        shown["footer"] = {"text": fit(footer, 200)}
    return shown


def packed(lines: Sequence[str], limit: int = limits.DESCRIPTION) -> str:
    """Whole lines up to ``limit`` code points, and how many are left out."""
    room = limit - MORE_ROOM
    shown: list[str] = []
    for line in lines:
        if len(line) + 1 > room:
            break
        shown.append(line)
        room -= len(line) + 1
    if len(shown) < len(lines):
        shown.append(MORE.format(len(lines) - len(shown)))
    return "\n".join(shown)


def headline(title: str, url: str, when: datetime, *marks: str) -> str:
    """One line of a list: its day, its linked headline, and what else is to say of it."""
    linked = masked(fit(title, TITLE_SHOWN) or UNTITLED, url)
    rest = [fit(mark, SOURCE_SHOWN) for mark in marks]
    return " · ".join([f"{stamp(when, 'd')} {linked}", *filter(None, rest)])


def hit_line(hit: SearchHit) -> str:
    """A search hit, with the id that ``/why`` takes."""
    icon = LOOKS[MoveKind(hit.move)].icon if hit.move in set(MoveKind) else MENTIONED.icon
    return f"{icon} {headline(hit.title, hit.url, hit.published, hit.source, hit.id)}"


async def answer(interaction: discord.Interaction, ask: Callable[[], Payload], *, private: bool) -> None:
    """Ask in a thread and answer; what is refused is seen by its asker alone.

    A private answer is deferred first.  A public one is deferred when it is not there within
    ``GRACE``: what follows a deferral is as public as the deferral itself
    (interactions/receiving-and-responding), so a refusal must come before it to be private.
    """
    if private:
        await interaction.response.defer(ephemeral=True, thinking=True)
    asked = asyncio.create_task(asyncio.to_thread(ask))
    if not private:
        await asyncio.wait({asked}, timeout=GRACE)
        if not asked.done():
            await interaction.response.defer(thinking=True)
    try:
        embed = discord.Embed.from_dict(await asked)
    except MovewireError as error:
        if not isinstance(error, UsageError):
            log.error("a command could not be answered: %s", error)
        await refuse(interaction, str(error))
        return
    if interaction.response.is_done():
        await interaction.edit_original_response(embed=embed, allowed_mentions=NOBODY)
    else:
        await interaction.response.send_message(embed=embed, allowed_mentions=NOBODY)


async def refuse(interaction: discord.Interaction, why: str) -> None:
    """Tell the asker what was wrong, and nobody else where nothing was deferred in public."""
    text = fit(why, REFUSED) or UNTITLED
    if interaction.response.is_done():
        await interaction.edit_original_response(content=text, allowed_mentions=NOBODY)
    else:
        await interaction.response.send_message(text, ephemeral=True, allowed_mentions=NOBODY)
