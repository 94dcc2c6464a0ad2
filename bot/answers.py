"""Questions people ask of the store, answered as nouns: search, entity, moves, why.

Knows neither the command line nor Discord; both call it and present what comes back.
An entity, entry, story or alert that is not there raises ``UnknownThing`` with the nearest
names that are.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.words import nearest
from storage.errors import UnknownThing
from storage.model import (
    Assignment,
    Delivery,
    Entity,
    Feed,
    FeedState,
    MoveRecord,
    Profile,
    RecordedEntry,
    SearchHit,
    Story,
    WaitingLine,
)

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore

HEALTHY = frozenset({FeedState.OK, FeedState.QUIET})
STALE = timedelta(days=1)  # a feed not read for so long says nothing about today
_REFERENCE = re.compile(r"([es])([0-9]{1,18})", re.IGNORECASE)
_VETO = re.compile(r"([a-z-]+):(s\d+)")  # as ``watchers.stories.joining`` writes it
_KEY = re.compile(r"[0-9a-f]{24}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityAnswer:
    """A profile, and whether silence about it means anything."""

    profile: Profile
    coverage: str  # "quiet": its sources are read, silence is silence; "unknown": they are not


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyAnswer:
    """What was decided: about one entry, or about a story and each of its entries."""

    reference: str  # "e12", "s3" or the key of an alert
    story: Story | None
    entries: tuple[RecordedEntry, ...]  # one for an entry, all for a story or alert
    deliveries: tuple[Delivery, ...]
    delivery: Delivery | None = None  # the alert that was asked about
    waiting: tuple[WaitingLine, ...] = ()  # where it will be told together with others


# --- entities ---------------------------------------------------------------------------


def find_entity(store: "SqliteStore", name: str, guild: int | None = None) -> Entity:
    """The entity with that slug, name or alias; UnknownThing names the nearest, or the several.

    With ``guild``, a server's private additions are among them.
    """
    found = store.watchlist.find(name, guild)
    chosen = [entity for entity in found if is_called(entity, name)] or found
    if not chosen:
        raise _unknown_entity(store, name, guild)
    if len(chosen) > 1:
        slugs = ", ".join(entity.slug for entity in chosen)
        raise UnknownThing(f"{name!r} can be {slugs}: give one of these ids")
    return chosen[0]


def is_called(entity: Entity, name: str) -> bool:
    """Whether ``name`` is the entity's id or name, and not an alias."""
    return name.casefold() in (entity.slug, entity.name.casefold())


def _unknown_entity(store: "SqliteStore", name: str, guild: int | None = None) -> UnknownThing:
    known = {
        form: entity.name
        for entity in reversed(store.watchlist.load(guild).entities)
        for form in (*(alias.text for alias in entity.aliases), entity.slug, entity.name)
    }
    hint = nearest(name, known, known.__getitem__)
    return UnknownThing(f"there is no entity {name!r} on the watchlist{hint}; all: movewire watch list")


def entity(store: "SqliteStore", name: str, now: datetime, guild: int | None = None) -> EntityAnswer:
    """The profile of the entity called ``name``."""
    profile = store.search.profile(find_entity(store, name, guild).slug)
    if profile is None:  # removed between the two questions
        raise _unknown_entity(store, name, guild)
    return EntityAnswer(profile=profile, coverage=coverage(profile.feeds or store.feeds.all(), now))


def coverage(feeds: Sequence[Feed], now: datetime) -> str:
    """``quiet`` where more than half of ``feeds`` are healthy and were read of late, else ``unknown``."""
    read = [
        feed
        for feed in feeds
        if feed.state in HEALTHY and feed.last_success is not None and now - feed.last_success <= STALE
    ]
    return "quiet" if 2 * len(read) > len(feeds) else "unknown"


# --- feeds ------------------------------------------------------------------------------


def find_feed(store: "SqliteStore", address: str) -> Feed:
    """The feed at ``address``; its title will do, and a slash too many or too few at the end."""
    for form in (address, address.rstrip("/"), address + "/"):
        if (feed := store.feeds.get(form)) is not None:
            return feed
    known = store.feeds.all()
    titled = [feed for feed in known if (feed.title or "").casefold() == address.casefold()]
    if len(titled) == 1:
        return titled[0]
    hint = nearest(address, [feed.url for feed in known])
    raise UnknownThing(f"there is no feed {address}{hint}; all: movewire feeds list")


# --- search and moves -------------------------------------------------------------------


def search(
    store: "SqliteStore",
    text: str,
    *,
    entity: str | None = None,
    move: str | None = None,
    since: datetime | None = None,
    limit: int = 20,
    guild: int | None = None,
) -> list[SearchHit]:
    """Entries and stories that ``text`` finds, best first; any text is legal."""
    slug = find_entity(store, entity, guild).slug if entity else None
    return store.search.query(text, entity=slug, move=move, since=since, limit=limit)


def moves(
    store: "SqliteStore",
    *,
    kind: str | None = None,
    person: str | None = None,
    frm: str | None = None,
    to: str | None = None,
    since: datetime | None = None,
    limit: int = 100,
    guild: int | None = None,
) -> list[MoveRecord]:
    """Recorded moves, newest first; parties may be entities or names that are not watched."""
    wanted = [name for name in (person, frm, to) if name]
    found = store.moves.query(
        kind=kind,
        person=_party(store, person, guild),
        frm=_party(store, frm, guild),
        to=_party(store, to, guild),
        since=since,
        limit=limit,
    )
    if not found:
        for name in wanted:
            if not store.watchlist.find(name, guild) and not _moved(store, name):
                raise _unknown_entity(store, name, guild)
    return found


def _moved(store: "SqliteStore", name: str) -> bool:
    """Whether anybody called ``name`` ever took part in a move, in whatever role."""
    return bool(
        store.moves.query(person=name, limit=1)
        or store.moves.query(frm=name, limit=1)
        or store.moves.query(to=name, limit=1)
    )


def _party(store: "SqliteStore", name: str | None, guild: int | None) -> str | None:
    """The slug of a watched party, else the name as it is: moves keep those not watched by name."""
    found = store.watchlist.find(name, guild) if name else []
    return found[0].slug if len(found) == 1 else name


# --- why --------------------------------------------------------------------------------


def why(store: "SqliteStore", reference: str) -> WhyAnswer:
    """The recorded decision on ``e12``, ``s3``, an alert's key of 24 hex characters, or a URL."""
    reference = reference.strip()
    if match := _REFERENCE.fullmatch(reference):
        number = int(match[2])
        return _why_entry(store, number) if match[1].lower() == "e" else _why_story(store, number)
    if _KEY.fullmatch(reference):
        return _why_alert(store, reference.lower())
    if "://" in reference:
        return _why_url(store, reference)
    raise UnknownThing(
        f"{reference!r} is no id: give e12 for an entry, s3 for a story, the 24 characters under an alert, "
        "or the URL of an entry"
    )


def kept_apart(assignment: Assignment) -> list[str]:
    """The vetoes among an assignment's reasons, in words: "kept apart from s7: another person"."""
    vetoes = filter(None, map(_VETO.fullmatch, assignment.reasons))
    return [f"kept apart from {veto[2]}: {veto[1].replace('-', ' ')}" for veto in vetoes]


def _why_entry(store: "SqliteStore", number: int) -> WhyAnswer:
    recorded = store.entries.recorded(number)
    if recorded is None:
        raise UnknownThing(f"there is no entry e{number}; movewire search finds entries with their ids")
    deliveries = tuple(store.deliveries.for_story(recorded.story.id)) if recorded.story else ()
    return WhyAnswer(
        reference=f"e{number}",
        story=recorded.story,
        entries=(recorded,),
        deliveries=deliveries or recorded.deliveries,
        waiting=tuple(store.outbox.lines.of_story(recorded.story.id)) if recorded.story else (),
    )


def _why_url(store: "SqliteStore", url: str) -> WhyAnswer:
    from watchers.links import canonical_url

    found = store.entries.by_url(url) or store.entries.by_url(canonical_url(url))
    if found is None:
        raise UnknownThing(f"there is no entry with the URL {url}; movewire search finds entries")
    return _why_entry(store, found.id)


def _why_story(store: "SqliteStore", number: int, delivery: Delivery | None = None) -> WhyAnswer:
    story = store.stories.get(number)
    if story is None:
        raise UnknownThing(f"there is no story s{number}; movewire search finds stories with their ids")
    recorded = (store.entries.recorded(member.id) for member in store.stories.members(story.id))
    return WhyAnswer(
        reference=delivery.key if delivery else f"s{story.id}",
        story=story,
        entries=tuple(one for one in recorded if one is not None),
        deliveries=tuple(store.deliveries.for_story(story.id)),
        delivery=delivery,
        waiting=tuple(store.outbox.lines.of_story(story.id)),
    )


def _why_alert(store: "SqliteStore", key: str) -> WhyAnswer:
    delivery = store.deliveries.by_key(key)
    if delivery is None:
        raise UnknownThing(
            f"there is no alert with the key {key}; keys stand under the messages that this database sent"
        )
    if delivery.alert.notice:
        raise UnknownThing(
            f"{key} is a notice about the watching itself: {'; '.join(delivery.alert.why[:3])}"
        )
    return _why_story(store, delivery.story, delivery)
