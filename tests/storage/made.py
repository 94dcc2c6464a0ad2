"""Made-up feeds, entries, stories and outcomes for the store's tests."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage.model import (
    Alert,
    Assignment,
    Decision,
    Entity,
    EntityKind,
    Entry,
    Feed,
    FeedState,
    FinishedPoll,
    Mention,
    Move,
    MoveKind,
    NewDelivery,
    Outcome,
    ParsedEntry,
    Story,
    Tier,
    Verdict,
)
from storage.sqlite import SqliteStore

NOW = datetime(2025, 3, 4, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
URL = "https://news.example/feed.xml"


def parsed(name: str, **changes: object) -> ParsedEntry:
    """An entry as a feed holds it; ``name`` makes guid, link and title."""
    entry = ParsedEntry(
        guid=f"tag:{name}",
        url=f"https://news.example/{name}",
        title=f"The story of {name}",
        summary=f"What happened to {name} on that day.",
        published=NOW - HOUR,
    )
    return replace(entry, **changes)  # type: ignore[arg-type]


def feed(store: SqliteStore, url: str = URL) -> Feed:
    """A followed feed."""
    return store.feeds.add(url, now=NOW)


def poll(
    store: SqliteStore, *entries: ParsedEntry, url: str = URL, seen: datetime = NOW, baseline: bool = False
) -> list[int]:
    """A finished poll that brought these entries; ids of the new and changed ones."""
    row = replace(feed(store, url), state=FeedState.OK, last_success=seen)
    return store.feeds.finish_polls([FinishedPoll(feed=row, seen=seen, entries=entries, baseline=baseline)])


def entity(slug: str, *aliases: str, **changes: object) -> Entity:
    """A watched organisation."""
    from storage.model import Alias

    made = Entity(
        slug=slug,
        name=slug.replace("-", " ").title(),
        kind=EntityKind.ORGANISATION,
        tier=Tier.PRIMARY,
        aliases=tuple(Alias(text=text) for text in aliases),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def mention(slug: str, *, accepted: bool = True, score: float = 0.9) -> Mention:
    """A mention in a title."""
    return Mention(
        entity=slug,
        text=slug,
        field="title",
        start=0,
        end=len(slug),
        score=score,
        accepted=accepted,
        prominent=True,
        evidence=("strong-alias",),
    )


def hire(person: str, to: str, **changes: object) -> Move:
    """Somebody goes to a watched organisation."""
    move = Move(
        kind=MoveKind.HIRE,
        roles={"to": (to,)},
        names={"person": (person,), "to": (to.title(),)},
        evidence=f"{person} joins",
        score=0.8,
    )
    return replace(move, **changes)  # type: ignore[arg-type]


def story(*entities: str, opened: datetime = NOW - HOUR, **changes: object) -> Story:
    """A new story."""
    made = Story(
        id=0,
        headline=f"News of {' and '.join(entities)}",
        url="https://news.example/story",
        source="News Example",
        opened=opened,
        updated=opened,
        entities=entities,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def quiet(entry: Entry) -> Outcome:
    """Nothing was found."""
    return Outcome(
        entry_id=entry.id,
        revision=entry.revision,
        decided=NOW,
        lang="en",
        mentions=(),
        moves=(),
        decision=Decision(verdict=Verdict.QUIET, reasons=("nothing-watched",)),
    )


def told(entry: Entry, of: Story, *keys: str, **changes: object) -> Outcome:
    """The entry tells a story; by default one that is alerted to nobody."""
    outcome = replace(
        quiet(entry),
        mentions=tuple(mention(slug) for slug in of.entities),
        moves=of.moves,
        decision=Decision(verdict=Verdict.ALERT, reasons=("primary-entity",)),
        story=of,
        fingerprint=f"print of {entry.document.title}",
        keys=keys,
        assignment=Assignment(story_id=of.id or None, reasons=("made",)),
    )
    return replace(outcome, **changes)  # type: ignore[arg-type]


def delivery(destination: str = "console") -> NewDelivery:
    """A delivery whose alert does not know its story's id yet."""
    alert = Alert(
        story=0, revision=0, headline="News", url="https://news.example/1", source="News", published=NOW
    )
    return NewDelivery(destination=destination, alert=alert)


def tell(
    store: SqliteStore, name: str, of: Story, *keys: str, published: datetime = NOW - HOUR
) -> tuple[int, int]:
    """Store an entry and record it as telling a story: ids of entry and story."""
    [entry_id] = poll(store, parsed(name, published=published))
    entry = store.entries.get(entry_id)
    assert entry is not None
    [story_id] = store.entries.record([told(entry, of, *keys)])
    return entry_id, story_id


def in_the_file_alone(path: Path, folder: Path) -> list[str]:
    """What the database's file holds without its log."""
    bare = folder / "bare.db"
    bare.write_bytes(path.read_bytes())
    with closing(sqlite3.connect(f"{bare.as_uri()}?immutable=1", uri=True)) as raw:
        return [key for (key,) in raw.execute("SELECT key FROM setting WHERE key LIKE 'mark-%'")]
