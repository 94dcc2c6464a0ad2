"""How the store's costs grow: ``python -m tests.benchmarks.store_scale [--entries 1000 100000 1000000]``.

For each size a fresh database is filled with made-up entries of about 400 characters
(words drawn as often as in real text, one entry in ten about somebody watched and telling
a story), through the two commits of the pipeline.  Printed are the bytes an entry takes,
the CPU time of both commits, and the time of each question at the median and the 99th
percentile: CPU time, as other work on the machine would only blur it.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from storage.model import (
    Assignment,
    Decision,
    Entity,
    EntityKind,
    Entry,
    FeedState,
    FinishedPoll,
    Mention,
    Move,
    MoveKind,
    Outcome,
    Outlet,
    ParsedEntry,
    Story,
    Tier,
    Verdict,
)
from storage.sqlite import SqliteStore, open_store

START = datetime(2020, 1, 1, tzinfo=UTC)
STEP = timedelta(seconds=150)  # between two entries: a million of them are five years
FEEDS = 200
BATCH = 500  # entries of one commit 1
ENTITIES = 60
WATCHED = 10  # one entry in so many is about somebody watched
VOCABULARY = 200_000
SUMMARY = 36  # words
QUESTIONS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Where made-up text comes from."""

    chance: random.Random
    words: tuple[str, ...]
    weights: tuple[float, ...]

    def text(self, count: int) -> str:
        """Some words, drawn as often as their rank says (Zipf)."""
        return " ".join(self.chance.choices(self.words, cum_weights=self.weights, k=count))

    def entity(self) -> str:
        """A watched entity; the first are in the news most often."""
        return f"entity-{min(int(self.chance.paretovariate(0.8)) - 1, ENTITIES - 1)}"


def world(seed: int = 7) -> World:
    """A vocabulary of made-up words, short ones first."""
    chance = random.Random(seed)
    letters = "etaoinshrdlucmfwypvbgkjqxz"
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        length = 2 + min(10, len(words).bit_length() // 2 + chance.randint(0, 3))
        words["".join(chance.choices(letters, weights=range(26, 0, -1), k=length))] = None
    total, cumulated = 0.0, []
    for rank in range(1, VOCABULARY + 1):
        total += 1 / (rank + 2.7)
        cumulated.append(total)
    return World(chance=chance, words=tuple(words), weights=tuple(cumulated))


def parsed(made: World, number: int) -> ParsedEntry:
    """Entry number ``number``."""
    words = made.text(8)
    url = f"https://outlet{number % FEEDS}.example/2024/05/{words.replace(' ', '-')[:50]}-{number}"
    return ParsedEntry(
        guid=f"https://outlet{number % FEEDS}.example/?p={number}",
        url=f"{url}?utm_source=rss",
        canonical_url=url,
        title=words.capitalize(),
        summary=made.text(SUMMARY),
        author="A. Writer",
        published=START + number * STEP,
    )


def keys(made: World, entities: tuple[str, ...], title: str) -> tuple[str, ...]:
    """Story keys as the pipeline makes them: entities, names, words, an amount."""
    return (
        *(f"e:{slug}" for slug in entities),
        *(f"w:{word}" for word in title.lower().split()[:8]),
        f"n:{made.text(1)}",
        f"a:{made.chance.randint(1, 99)}e{made.chance.randint(5, 11)}",
    )


def outcome(made: World, entry: Entry) -> Outcome:
    """What is recorded about an entry: mostly nothing, else a story of its own."""
    quiet = Outcome(
        entry_id=entry.id,
        revision=0,
        decided=entry.seen,
        lang="en",
        mentions=(),
        moves=(),
        decision=Decision(verdict=Verdict.QUIET, reasons=("nothing-watched",)),
    )
    if entry.id % WATCHED:
        return quiet
    entities = tuple(dict.fromkeys((made.entity(), made.entity())))
    move = Move(
        kind=made.chance.choice(list(MoveKind)),
        roles={"to": entities[:1]},
        names={"person": (made.text(2),), "to": entities[:1]},
        evidence=entry.document.title[:30],
        score=0.8,
    )
    story = Story(
        id=0,
        headline=entry.document.title,
        url=entry.document.url,
        source="Outlet",
        opened=entry.published,
        updated=entry.published,
        entities=entities,
        moves=(move,),
        outlets=(
            Outlet(family="outlet.example", name="Outlet", url=entry.document.url, published=entry.published),
        ),
        facts='{"amounts":[1.4e10],"names":["a b"]}',
    )
    return Outcome(
        entry_id=entry.id,
        revision=0,
        decided=entry.seen,
        lang="en",
        mentions=tuple(
            Mention(
                entity=slug,
                text=slug,
                field="title",
                start=0,
                end=9,
                score=0.95,
                accepted=True,
                prominent=True,
                evidence=("strong-alias", "verb-after:raises"),
            )
            for slug in entities
        ),
        moves=(move,),
        decision=Decision(verdict=Verdict.ALERT, reasons=("primary-entity", "prominent")),
        story=story,
        fingerprint="|".join(keys(made, entities, entry.document.title)),
        keys=keys(made, entities, entry.document.title),
        assignment=Assignment(story_id=None, score=0.1, reasons=("no member is near",)),
    )


def fill(store: SqliteStore, made: World, first: int, last: int) -> tuple[float, float]:
    """Store and record entries; CPU seconds of both commits."""
    feeds = [
        store.feeds.add(f"https://outlet{number}.example/feed", title=f"Outlet {number}", now=START)
        for number in range(FEEDS)
    ]
    storing = recording = 0.0
    for start in range(first, last, BATCH):
        numbers = range(start, min(start + BATCH, last))
        seen = START + numbers[-1] * STEP
        by_feed: dict[int, list[ParsedEntry]] = {}
        for number in numbers:
            by_feed.setdefault(number % FEEDS, []).append(parsed(made, number))
        polls = [
            FinishedPoll(feed=feed_row(feeds[number], seen), seen=seen, entries=tuple(entries))
            for number, entries in by_feed.items()
        ]
        before = time.process_time()
        store.feeds.finish_polls(polls)
        storing += time.process_time() - before
        outcomes = [outcome(made, entry) for entry in store.entries.pending(BATCH)]
        before = time.process_time()
        store.entries.record(outcomes)
        recording += time.process_time() - before
    return storing, recording


def feed_row(feed: object, seen: datetime) -> object:
    """The feed after a poll that went well."""
    from dataclasses import replace

    return replace(feed, state=FeedState.OK, last_success=seen, next_due=seen)  # type: ignore[type-var]


def questions(store: SqliteStore, made: World, size: int) -> dict[str, Callable[[], object]]:
    """What is asked, by name; each call asks anew."""
    now = START + size * STEP

    def title() -> str:
        return made.text(8)

    def entities() -> tuple[str, str]:
        return (made.entity(), made.entity())

    def unchanged() -> object:
        entry = store.entries.get(made.chance.randint(1, size))
        assert entry is not None
        feed = store.feeds.by_id(entry.feed_id)
        assert feed is not None
        document = entry.document
        known = ParsedEntry(
            guid=entry.guid,
            url=document.url,
            canonical_url=entry.canonical_url,
            title=document.title,
            summary=document.summary,
        )
        return store.feeds.finish_polls([FinishedPoll(feed=feed, seen=now, entries=(known,))])

    def candidates() -> object:
        asked = keys(made, entities(), title())
        store.stories.rarity(asked)
        return store.stories.candidates(asked, now - timedelta(days=10), now)

    return {
        "candidates and rarity": candidates,
        "candidates, any time": lambda: store.stories.candidates(keys(made, entities(), title()), START, now),
        "related": lambda: store.stories.related(entities(), now),
        "search, 2 words": lambda: store.search.query(made.text(2)),
        "search, 8 words": lambda: store.search.query(made.text(8)),
        "search, 2 words of an entity": lambda: store.search.query(made.text(2), entity=made.entity()),
        "search, no words, one move": lambda: store.search.query("", move="funding"),
        "profile": lambda: store.search.profile(made.entity()),
        "moves to an entity": lambda: store.moves.query(to=made.entity()),
        "pending": store.entries.pending,
        "recorded": lambda: store.entries.recorded(made.chance.randint(1, size)),
        "poll with one known entry": unchanged,
    }


def measure(ask: Callable[[], object]) -> tuple[float, float, float]:
    """CPU milliseconds at the median, the 99th percentile and the most."""
    times = []
    for _ in range(QUESTIONS):
        before = time.thread_time()
        ask()
        times.append(1000 * (time.thread_time() - before))
    return statistics.median(times), sorted(times)[int(len(times) * 0.99)], max(times)


def run(size: int, folder: Path) -> None:
    """Fill one database and ask it everything."""
    path, made = folder / f"{size}.db", world()
    with open_store(path, durable=False) as store:
        store.watchlist.put_all(
            Entity(
                slug=f"entity-{number}",
                name=f"Entity {number}",
                kind=EntityKind.ORGANISATION,
                tier=Tier.PRIMARY,
            )
            for number in range(ENTITIES)
        )
        storing, recording = fill(store, made, 0, size)
        store.check() if size <= 10_000 else None
    with open_store(path) as store:
        weight = path.stat().st_size / size
        print(f"\n{size:,} entries, {weight:,.0f} bytes each; CPU per entry: ", end="")
        print(f"commit 1 {1e6 * storing / size:.0f} µs, commit 2 {1e6 * recording / size:.0f} µs")
        print(f"{'CPU milliseconds':32}{'p50':>9}{'p99':>9}{'most':>9}")
        for name, ask in questions(store, made, size).items():
            half, most, worst = measure(ask)
            print(f"{name:32}{half:9.2f}{most:9.2f}{worst:9.2f}", flush=True)


def main() -> None:
    """Measure each size in a folder that is removed afterwards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--folder", type=Path, help="keep the databases here")
    asked = parser.parse_args()
    for size in asked.entries:
        if asked.folder:
            run(size, asked.folder)
        else:
            with TemporaryDirectory() as folder:
                run(size, Path(folder))


if __name__ == "__main__":
    main()
