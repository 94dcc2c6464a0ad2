"""What a new entry costs as history grows: ``python -m tests.benchmarks.stories_scale [--entries 1000 …]``.

For each size a database filled by ``tests.benchmarks.filled`` is taken (``--folder`` keeps it
for the next time).  Then further entries go from their fingerprint to their context: rarity
and candidates from the store, ``assign``, ``tell``, the earlier stories from the store,
``recall.rank``; each is recorded before the next, and all is undone at the end.

Each size has a process of its own, as a bot has one store; they take turns of ``BLOCK``
entries, so that what else the machine does meets all of them alike and their ratio is sound.
The first ``WARM`` entries of each are not counted: tables, statements and the first pages are
read in them, which a process does once, whatever the size.  The collector looks between two
entries, as in ``run``, unless much is made within one.  Printed are the median and the
99th percentile of CPU time and their ratios to the first size's.  ``--long`` adds a million
entries.
"""

import argparse
import multiprocessing
import statistics
import time
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count, islice
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.passes import spare_the_collector, tidy
from storage.model import Entry, Outcome
from storage.sqlite import SqliteStore, open_store
from tests.benchmarks.filled import FEEDS, START, STEP, World, filled, outcome, polled, read
from tests.stories.newsroom import reader, watchlist
from watchers import recall, stories
from watchers.pipeline import MOST_COMPARED, MOST_LOOKED_AT, Pipeline

ASKED = 1_000
WARM = 100  # entries before them that are not counted
BLOCK = 25  # entries until it is the next size's turn
PARTS = ("assign", "recall", "both")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """CPU milliseconds of one entry."""

    assign: float  # rarity, candidates, join or open, tell
    recall: float  # earlier stories and their ranking

    @property
    def both(self) -> float:
        """All of it."""
        return self.assign + self.recall


class _Undo(Exception):
    """Takes back what was recorded while measuring."""


def taken(store: SqliteStore, entry: Entry) -> tuple[Outcome, Spent]:
    """An entry's way from its fingerprint to its context, and the cost of that."""
    told = read(entry)
    fp, moves = told.fingerprint, told.reading.moves
    keys = fp.keys()
    before = time.process_time()
    rarity = stories.Rarity(store.stories.rarity(keys), store.stories.total(), fp.persons)
    window = stories.SAME_EVENT_WINDOW
    members = store.stories.candidates(
        rarity.tells, entry.published - window, entry.published + window, limit=MOST_COMPARED
    )
    assignment = replace(stories.assign(fp, entry.published, members, rarity), merge=())
    known = store.stories.get(assignment.story_id) if assignment.story_id else None
    change = stories.tell(known, entry, fp, moves, assignment)
    between = time.process_time()
    earlier = store.stories.related(change.story.entities, before=entry.seen, limit=MOST_LOOKED_AT)
    context = recall.rank(
        change.story, fp, earlier, entry.seen, watchlist=watchlist(), rarity=rarity.df, total=rarity.total
    )
    after = time.process_time()
    spent = Spent(assign=1000 * (between - before), recall=1000 * (after - between))
    return replace(outcome(entry, told, assignment, change.story), context=context), spent


def spending(path: Path, size: int) -> Generator[Spent, None, None]:
    """The costs of entries that come after the ``size`` ones of a database, which stays as it is."""
    made = World(seed=8)
    reader()
    spare_the_collector()  # as each pass does
    with open_store(path, durable=False) as store, suppress(_Undo), store.transaction():
        Pipeline(store, lambda: ()).prepare(())  # as ``run`` does
        feeds = [feed for feed in store.feeds.all() if ".example/feed" in feed.url]
        for number in count(size):
            at = START + number * STEP + timedelta(seconds=60)
            news = made.parsed(number, watched=True)
            store.feeds.finish_polls([polled(feeds[number % FEEDS], at, news)])
            for entry in store.entries.pending():
                found, one = taken(store, entry)
                store.entries.record([found])
                tidy()  # as ``run`` does when it has nothing else to do
                yield one
        raise _Undo


def _spend(path: Path, size: int, turns: Connection) -> None:
    """In a process of its own: the costs of the next entries, as many as each turn asks for, until one asks for none."""
    costs = spending(path, size)
    while turn := turns.recv():
        turns.send(list(islice(costs, turn)))
    costs.close()  # undone


def measured(paths: Sequence[tuple[int, Path]], asked: int = ASKED) -> list[list[Spent]]:
    """The costs of so many entries of each size, which take turns."""
    spent = [list[Spent]() for _ in paths]
    lines = [multiprocessing.Pipe() for _ in paths]
    desks = [
        multiprocessing.Process(target=_spend, args=(path, size, theirs))
        for (size, path), (_, theirs) in zip(paths, lines, strict=True)
    ]
    for desk in desks:
        desk.start()
    for turn in [WARM, *[BLOCK] * (asked // BLOCK)]:
        for (ours, _), costs in zip(lines, spent, strict=True):
            ours.send(turn)
            costs += ours.recv()
    for (ours, _), desk in zip(lines, desks, strict=True):
        ours.send(0)
        desk.join()
    return [costs[WARM:] for costs in spent]


def figures(spent: Sequence[Spent]) -> list[tuple[float, float]]:
    """Median and 99th percentile of each part."""
    columns = [[getattr(one, part) for one in spent] for part in PARTS]
    return [(statistics.median(column), statistics.quantiles(column, n=100)[98]) for column in columns]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--entries", type=int, nargs="+", default=[1_000, 100_000])
    parser.add_argument("--long", action="store_true", help="a million entries too")
    parser.add_argument("--asked", type=int, default=ASKED, help="how many further entries of each size")
    parser.add_argument("--folder", type=Path, help="keep the filled databases here, and use those that are")
    asked = parser.parse_args()
    sizes = [*asked.entries, *([1_000_000] if asked.long else [])]
    with TemporaryDirectory() as folder:
        paths = [(size, filled(size, asked.folder or Path(folder), said=lambda text: None)) for size in sizes]
        found = [figures(spent) for spent in measured(paths, asked.asked)]
    print("".join(f"{title:>20}" for title in ("CPU ms, p50 / p99", *PARTS)))
    for size, parts in zip(sizes, found, strict=True):
        told = [f"{median:.2f} / {most:.2f}" for median, most in parts]
        print("".join(f"{cell:>20}" for cell in (f"{size:,}", *told)))
    for size, parts in zip(sizes[1:], found[1:], strict=True):
        told = [f"{a / c:.2f} / {b / d:.2f}" for (a, b), (c, d) in zip(parts, found[0], strict=True)]
        print("".join(f"{cell:>20}" for cell in (f"{size:,} : {sizes[0]:,}", *told)))


if __name__ == "__main__":
    main()
