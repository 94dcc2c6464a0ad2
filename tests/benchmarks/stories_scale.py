"""What a new entry costs as history grows: ``python -m tests.benchmarks.stories_scale [--entries 1000 …]``.

For each size a database filled by ``tests.benchmarks.filled`` is taken (``--folder`` keeps it
for the next time).  Then further entries go from their fingerprint to their context: rarity
and candidates from the store, ``assign``, ``tell``, the earlier stories from the store,
``recall.rank``; each is recorded before the next, and all is undone at the end.  Printed are
the median and the 99th percentile of CPU time, as other work on the machine would only blur
it.  ``--long`` adds a million entries.
"""

import argparse
import statistics
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.passes import spare_the_collector
from storage.model import Entry, Outcome
from storage.sqlite import SqliteStore, open_store
from tests.benchmarks.filled import FEEDS, START, STEP, World, filled, outcome, polled, read
from tests.stories.newsroom import reader, watchlist
from watchers import recall, stories
from watchers.pipeline import MOST_COMPARED, MOST_LOOKED_AT, Pipeline

ASKED = 1_000


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
    rarity, total = store.stories.rarity(keys), store.stories.total()
    window = stories.SAME_EVENT_WINDOW
    telling = stories.worth(fp, rarity, total)
    members = store.stories.candidates(
        telling, entry.published - window, entry.published + window, limit=MOST_COMPARED
    )
    assignment = replace(stories.assign(fp, entry.published, members, rarity, total), merge=())
    known = store.stories.get(assignment.story_id) if assignment.story_id else None
    change = stories.tell(known, entry, fp, moves, assignment)
    between = time.process_time()
    earlier = store.stories.related(change.story.entities, before=entry.seen, limit=MOST_LOOKED_AT)
    context = recall.rank(
        change.story, fp, earlier, entry.seen, watchlist=watchlist(), rarity=rarity, total=total
    )
    after = time.process_time()
    spent = Spent(assign=1000 * (between - before), recall=1000 * (after - between))
    return replace(outcome(entry, told, assignment, change.story), context=context), spent


def measured(path: Path, size: int) -> list[Spent]:
    """The costs of entries that come after the ``size`` ones of a database, which stays as it is."""
    made, spent = World(seed=8), []
    reader()
    spare_the_collector()  # as each pass does
    with open_store(path, durable=False) as store, suppress(_Undo), store.transaction():
        Pipeline(store, lambda: ()).prepare(())  # as ``run`` does
        feeds = [feed for feed in store.feeds.all() if ".example/feed" in feed.url]
        for number in range(size, size + ASKED):
            at = START + number * STEP + timedelta(seconds=60)
            news = made.parsed(number, watched=True)
            store.feeds.finish_polls([polled(feeds[number % FEEDS], at, news)])
            for entry in store.entries.pending():
                found, one = taken(store, entry)
                spent.append(one)
                store.entries.record([found])
        raise _Undo
    return spent


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--entries", type=int, nargs="+", default=[1_000, 100_000])
    parser.add_argument("--long", action="store_true", help="a million entries too")
    parser.add_argument("--folder", type=Path, help="keep the filled databases here, and use those that are")
    asked = parser.parse_args()
    print(f"{'CPU ms, p50 / p99':>20} {'assign':>15} {'recall':>15} {'both':>15}")
    for size in [*asked.entries, *([1_000_000] if asked.long else [])]:
        with TemporaryDirectory() as folder:
            path = filled(size, asked.folder or Path(folder), said=lambda text: None)
            spent = measured(path, size)
        columns = [[getattr(one, part) for one in spent] for part in ("assign", "recall", "both")]
        told = [f"{statistics.median(c):.2f} / {statistics.quantiles(c, n=100)[98]:.2f}" for c in columns]
        print(f"{size:>20,} {told[0]:>15} {told[1]:>15} {told[2]:>15}", flush=True)


if __name__ == "__main__":
    main()
