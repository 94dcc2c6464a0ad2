"""The buttons under an alert: Timeline, Why, Mute 7 days, Not relevant; and how to undo both.

Each carries the alert's key, so the answer is the same after a restart.  Answers are seen by
who pressed alone.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot import answers
from bot.commands import entity, watch, why
from bot.commands.cards import Button, Card, card
from bot.commands.desk import Desk
from bot.commands.here import Here, here
from bot.commands.permission import require_change
from bot.commands.press import Answerer, Interaction
from bot.commands.reply import answer, change, turn
from bot.text import clean, clip
from storage.errors import UnknownThing
from storage.model import Alert, Entity, RecordedEntry
from watchers import lessons

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore

MUTED_FOR = timedelta(days=7)
CHOICES = 5  # entities that are offered for muting: one row
LABEL_SHOWN = 60
SLUG_SHOWN = 80  # a longer id does not fit into a button's

Ask = Callable[["SqliteStore", str, datetime, Here], Card]


def answerers(desk: Desk) -> dict[str, Answerer]:
    """What each verb of a button does."""

    async def turned(interaction: Interaction, about: str) -> None:
        await turn(desk, interaction, about)

    def asking(ask: Ask) -> Answerer:
        async def answered(interaction: Interaction, about: str) -> None:
            now, place = desk.clock.now(), here(interaction)
            await answer(desk, interaction, lambda: ask(desk.store, about, now, place), private=True)

        return answered

    def changing(ask: Ask, *, in_place: bool = True) -> Answerer:
        async def answered(interaction: Interaction, about: str) -> None:
            now, place = desk.clock.now(), here(interaction)

            async def permitted() -> Card:
                await require_change(interaction, "watch")
                return await asyncio.to_thread(ask, desk.store, about, now, place)

            if in_place:
                await change(desk, interaction, permitted)
            else:
                await answer(desk, interaction, permitted, private=True)

        return answered

    return {
        "page": turned,
        "timeline": asking(timeline),
        "why": asking(lambda store, key, now, place: why.told(store, key, place)),
        "mute": changing(mute, in_place=False),
        "silence": changing(silence),
        "speak": changing(speak),
        "irrelevant": changing(irrelevant, in_place=False),
        "unlearn": changing(lambda store, about, now, place: watch.unlearn(store, place, about)),
    }


def timeline(store: "SqliteStore", key: str, now: datetime, here: Here) -> Card:
    """What the alert's parties did so far."""
    return entity.timeline(store, [one.slug for one in _parties(store, key, here)], now, here)


def mute(store: "SqliteStore", key: str, now: datetime, here: Here) -> Card:
    """Mute the alert's one entity, or ask which of several."""
    parties = _parties(store, key, here)
    if len(parties) == 1:
        return silence(store, parties[0].slug, now, here)
    offered = [
        Button(verb="silence", about=one.slug, label=clip(clean(one.name), LABEL_SHOWN) or one.slug)
        for one in parties[:CHOICES]
    ]
    return card("Who is to be muted for 7 days?", ["Alerts of the others go on."], buttons=offered)


def silence(store: "SqliteStore", slug: str, now: datetime, here: Here) -> Card:
    """No alerts of an entity for a week."""
    return watch.mute(store, here, slug, MUTED_FOR, now)


def speak(store: "SqliteStore", slug: str, now: datetime, here: Here) -> Card:
    """Alerts of an entity again."""
    return watch.unmute(store, here, slug, now)


def irrelevant(store: "SqliteStore", key: str, now: datetime, here: Here) -> Card:
    """Teach the server that such words around such names mean nothing to it; with a button to undo it."""
    alert = alert_of(store, key)
    entry = _told_by(store, alert)
    heard = [one for one in entry.mentions if here.shows(one.entity)]
    here.known(store, now)
    store.lessons.unlearn(here.guild, story=alert.story)  # pressed twice, it teaches once
    taught = store.lessons.learn(
        lessons.taught(here.guild, entry.entry.document, heard, now, story=alert.story, by=here.user)
    )
    if not taught:
        raise UnknownThing("There is nothing to learn from it: no name that it was told for stands in it.")
    undo = Button(verb="unlearn", about=f"s{alert.story}", label="Undo")
    lines = ["What reads like this counts for less in this server from now on:"]
    return card("Not relevant here", [*lines, *map(watch.lesson_line, taught)], buttons=[undo])


def _told_by(store: "SqliteStore", alert: Alert) -> RecordedEntry:
    """The entry whose words the alert shows, or the first of its story."""
    members = store.stories.members(alert.story)
    told = next((one for one in members if one.document.url == alert.url), members[0] if members else None)
    recorded = store.entries.recorded(told.id) if told is not None else None
    if recorded is None:
        raise UnknownThing(
            "The entries of this alert are not stored any more: nothing can be learned from it."
        )
    return recorded


def _parties(store: "SqliteStore", key: str, here: Here) -> list[Entity]:
    """The watched entities that an alert is about, those of its move first."""
    alert = alert_of(store, key)
    of_move = [slug for slugs in (alert.move.roles.values() if alert.move else ()) for slug in slugs]
    found = (store.watchlist.get(slug) for slug in dict.fromkeys((*of_move, *alert.entities)))
    parties = [
        one for one in found if one is not None and here.shows(one.slug) and len(one.slug) <= SLUG_SHOWN
    ]
    if not parties:
        raise UnknownThing("Nobody whom this alert names is watched any more; /watch list shows who is.")
    return parties


def alert_of(store: "SqliteStore", key: str) -> Alert:
    """The alert that a message shows; UnknownThing where this database never sent it."""
    delivery = answers.why(store, key).delivery
    assert delivery is not None  # a key is asked for, and why refuses one that is not there
    return delivery.alert
