"""How the store's costs grow: ``python -m tests.benchmarks.store_scale [--entries 1000 100000 1000000]``.

Of each size a database filled by ``tests.benchmarks.filled`` is taken (``--folder`` keeps it
for the next time).  Printed are the bytes an entry takes, the CPU time of both commits where
it was filled anew, and the time of each question at the median and the 99th percentile: CPU
time, as other work on the machine would only blur it.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from storage.model import FinishedPoll, ParsedEntry
from storage.sqlite import SqliteStore, open_store
from tests.benchmarks.filled import START, STEP, World, filled

QUESTIONS = 400
COMMON = 30  # the words of highest rank, which stand in a fifth of the entries and more


def story_keys(made: World) -> tuple[str, ...]:
    """Story keys of a new entry: entities, names, words, an amount."""
    chance = made.chance
    return (
        *(f"e:{slug}" for slug in {made.slug(), made.slug()}),
        *(f"n:{word}" for word in made.text(9).split()),
        *(f"c:{concept}" for concept in chance.sample(("hire", "leave", "funding", "data", "launch"), k=2)),
        f"a:{chance.randint(2, 990)}e6",
    )


def questions(store: SqliteStore, made: World, size: int) -> dict[str, Callable[[], object]]:
    """What is asked, by name; each call asks anew."""
    now = START + size * STEP
    chance = random.Random(5)

    def unchanged() -> object:
        entry = store.entries.get(chance.randint(1, size))
        assert entry is not None
        feed = store.feeds.get(entry.feed_url)
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
        asked = story_keys(made)
        store.stories.rarity(asked)
        return store.stories.candidates(dict.fromkeys(asked, 1.0), now - timedelta(days=30), now, limit=30)

    def common() -> object:
        return store.search.query(" ".join(chance.sample(made.commonest(COMMON), k=2)))

    return {
        "candidates and rarity": candidates,
        "candidates, any time": lambda: store.stories.candidates(
            dict.fromkeys(story_keys(made), 1.0), START, now
        ),
        "related": lambda: store.stories.related((made.slug(), made.slug()), now),
        "search, 2 words": lambda: store.search.query(made.text(2)),
        "search, 2 of the commonest": common,
        "search, 8 words": lambda: store.search.query(made.text(8)),
        "search, an entity's name": lambda: store.search.query(made.name()),
        "search, 2 words of an entity": lambda: store.search.query(made.text(2), entity=made.slug()),
        "search, 2 words and a move": lambda: store.search.query(made.text(2), move="funding"),
        "search, no words, one move": lambda: store.search.query("", move="funding"),
        "profile": lambda: store.search.profile(made.slug()),
        "moves to an entity": lambda: store.moves.query(to=made.slug()),
        "pending": store.entries.pending,
        "recorded": lambda: store.entries.recorded(chance.randint(1, size)),
        "poll with one known entry": unchanged,
    }


def measure(ask: Callable[[], object]) -> tuple[float, float, float]:
    """CPU milliseconds at the median, the 99th percentile and the most."""
    times = []
    for _ in range(QUESTIONS):
        before = time.thread_time()
        ask()
        times.append(1000 * (time.thread_time() - before))
    return statistics.median(times), statistics.quantiles(times, n=100)[98], max(times)


def run(size: int, folder: Path) -> None:
    """Take one database and ask it everything."""
    print()
    path = filled(size, folder)
    made = World(seed=8)
    with open_store(path) as store:
        if size <= 10_000:
            store.check()
        weight = path.stat().st_size / size
        print(f"{f'{size:,} entries, {weight:,.0f} bytes each':32}{'p50':>9}{'p99':>9}{'most':>9}")
        for name, ask in questions(store, made, size).items():
            half, most, worst = measure(ask)
            print(f"{name:32}{half:9.2f}{most:9.2f}{worst:9.2f}", flush=True)


def main() -> None:
    """Measure each size, in a folder that is removed afterwards unless it is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--folder", type=Path, help="keep the filled databases here, and use those that are")
    asked = parser.parse_args()
    for size in asked.entries:
        with TemporaryDirectory() as folder:
            run(size, asked.folder or Path(folder))


if __name__ == "__main__":
    main()
