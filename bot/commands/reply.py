"""How every command answers: in time, asked off the loop, nobody pinged, a picture when drawn.

A command module hands ``answer`` a question that reads the store and gives a card.  What is
wrong with the question is told to its asker alone; what went wrong with us is for
``bot.gateway`` to log.
"""

import asyncio
import inspect
import io
import logging
from collections.abc import Awaitable, Callable
from typing import Any, cast

import discord

from bot.commands.cards import Button, Card
from bot.commands.desk import Desk
from bot.commands.press import below
from bot.text import UNTITLED, fit
from storage.errors import MovewireError, UsageError

REFUSED = 1_500  # code points of the words that tell what was wrong with a question
GRACE = 0.3  # seconds of the three that Discord waits for a first response
NOBODY = discord.AllowedMentions.none()
PICTURE = "movewire.png"
PAGE_VERB = "page"

Interaction = discord.Interaction[Any]
Question = Callable[[], Card] | Callable[[], Awaitable[Card]]  # the first kind is asked in a thread

log = logging.getLogger(__name__)


async def answer(desk: Desk, interaction: Interaction, ask: Question, *, private: bool) -> None:
    """Ask and answer; what is refused is seen by its asker alone.

    A private answer is deferred first.  A public one is deferred when it is not there within
    ``GRACE``: what follows a deferral is as public as the deferral itself
    (interactions/receiving-and-responding), so a refusal must come before it to be private.
    """
    if private:
        await interaction.response.defer(ephemeral=True, thinking=True)
    asked = asyncio.ensure_future(_asked(ask))
    if not private:
        await asyncio.wait({asked}, timeout=GRACE)
        if not asked.done():
            await interaction.response.defer(thinking=True)
    card = await _understood(interaction, asked)
    if card is None:
        return
    await _say(interaction, page_of(desk, card, interaction.user.id))
    if card.draw is not None:
        await _show(desk, interaction, card.draw)


async def change(desk: Desk, interaction: Interaction, ask: Question) -> None:
    """Ask, and put the answer into the place of the message whose button was pressed."""
    await interaction.response.defer()
    card = await _understood(interaction, asyncio.ensure_future(_asked(ask)))
    if card is not None:
        page = {"view": None, **page_of(desk, card, interaction.user.id)}  # None: the old buttons go
        await interaction.edit_original_response(content=None, allowed_mentions=NOBODY, **page)


async def _asked(ask: Question) -> Card:
    if inspect.iscoroutinefunction(ask):
        found: Card = await ask()
        return found
    return await asyncio.to_thread(cast("Callable[[], Card]", ask))


async def _understood(interaction: Interaction, asked: "asyncio.Future[Card]") -> Card | None:
    try:
        return await asked
    except MovewireError as error:
        if not isinstance(error, UsageError):
            log.error("a command could not be answered: %s", error)
        await refuse(interaction, str(error))
        return None


def page_of(desk: Desk, card: Card, asker: int, token: str | None = None, number: int = 0) -> dict[str, Any]:
    """The page of a card as discord.py takes it; one of several has buttons to turn it."""
    rows = [card.buttons]
    last = len(card.pages) - 1
    number = max(0, min(number, last))
    if last:
        token = token or desk.shelf.put(card, asker)
        rows.append(
            (
                Button(verb=PAGE_VERB, about=f"{token}.{number - 1}", label="◀", disabled=number == 0),
                Button(verb=PAGE_VERB, about=f"{token}.{number + 1}", label="▶", disabled=number == last),
            )
        )
    page: dict[str, Any] = {"embed": discord.Embed.from_dict(card.pages[number])}
    if (view := below(rows)) is not None:
        page["view"] = view
    return page


async def turn(desk: Desk, interaction: Interaction, about: str) -> None:
    """Show another page in place; only its asker turns an answer's pages."""
    token, _, number = about.partition(".")
    kept = desk.shelf.get(token)
    if kept is None:
        await refuse(interaction, "These pages are no longer kept: ask again.")
    elif kept.asker != interaction.user.id:
        await refuse(
            interaction, "Only who asked can turn these pages: ask the same to get pages of your own."
        )
    else:
        page = page_of(desk, kept.card, kept.asker, token, int(number) if number.isdigit() else 0)
        await interaction.response.edit_message(allowed_mentions=NOBODY, **page)


async def _say(interaction: Interaction, page: dict[str, Any]) -> None:
    if interaction.response.is_done():
        await interaction.edit_original_response(allowed_mentions=NOBODY, **page)
    else:
        await interaction.response.send_message(allowed_mentions=NOBODY, **page)


async def _show(desk: Desk, interaction: Interaction, draw: Callable[[], bytes]) -> None:
    """Add the picture once it is drawn; the words are out already and stand without it."""
    if (png := await desk.easel.draw(draw)) is not None:
        picture = discord.File(io.BytesIO(png), PICTURE)
        await interaction.edit_original_response(attachments=[picture], allowed_mentions=NOBODY)


async def refuse(interaction: Interaction, why: str) -> None:
    """Tell the asker what was wrong, and nobody else where nothing was deferred in public."""
    text = fit(why, REFUSED) or UNTITLED
    if not interaction.response.is_done():
        await interaction.response.send_message(text, ephemeral=True, allowed_mentions=NOBODY)
    elif interaction.response.type is discord.InteractionResponseType.deferred_message_update:
        await interaction.followup.send(text, ephemeral=True, allowed_mentions=NOBODY)
    else:
        await interaction.edit_original_response(content=text, allowed_mentions=NOBODY)
