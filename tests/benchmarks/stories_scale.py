"""What a new entry costs as history grows: ``python -m tests.benchmarks.stories_scale [--entries 1000 …]``.

For each size a fresh database is filled with made-up headlines about the packaged watchlist,
one entry in ten of those stored (the others are about nobody, and cost the stories nothing).
Then further entries are taken from their fingerprint to their context: rarity and candidates
from the store, ``assign``, ``tell``, the earlier stories from the store, ``recall.rank``.
Printed are the median and the 99th percentile of CPU time, as other work on the machine would
only blur it.  ``--long`` adds a million entries (a quarter of an hour).
"""

import argparse
import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.progress import Progress

from storage.model import Decision, Entry, FinishedPoll, Outcome, ParsedEntry, Verdict
from storage.sqlite import SqliteStore, open_store
from tests.benchmarks.store_scale import FEEDS, STEP, feed_row, world
from tests.stories.newsroom import reader, watchlist
from watchers import recall, stories
from watchers.pipeline import MOST_LOOKED_AT

START = datetime(2020, 1, 1, tzinfo=UTC)
WATCHED = 10  # one stored entry in so many is about somebody watched
ASKED = 500
DISTINCT = 4_000  # made-up texts that the filling draws from; read once each
BATCH = 500
FIRST = ("Mina", "Oskar", "Lea", "Tomas", "Priya", "Victor", "Dana", "Ruth", "Omar", "Ines")
LAST = "ka lo ren sto vik mar den hal bro tis ful gor nes pal rud".split()
TEMPLATES = (
    "{who} hires {person} from {other}", "{person} leaves {who} after {n} months",
    "{who} raises ${n} million led by {firm}", "{who} buys {firm} for ${n} million",
    "{who} and {other} expand their partnership", "{who} sued by {firm} over {word} data",
    "{who} launches {word} model for {word}", "{who} lays off {n} people in {word} unit",
    "{who} in talks to acquire {firm}, sources say", "{other} drops {who} as supplier of {word} data",
    "{who} plans {n} megawatt data center near {firm}", "{who} confirms breach at {firm}",
)  # fmt: skip


class Made:
    """Made-up entries; ``number`` decides the time, the seed everything else."""

    def __init__(self, seed: int = 3) -> None:
        self._chance = random.Random(seed)
        self._words = world(seed)
        self._told: list[Outcome] = []
        self._names = [one.name for one in watchlist().entities if one.tier.value != "related"]

    def _who(self) -> str:
        return self._names[min(int(self._chance.paretovariate(0.6)) - 1, len(self._names) - 1)]

    def _firm(self) -> str:
        return "".join(self._chance.choices(LAST, k=3)).capitalize()

    def parsed(self, number: int) -> ParsedEntry:
        """One entry about somebody watched."""
        chance = self._chance
        title = chance.choice(TEMPLATES).format(
            who=self._who(),
            other=self._who(),
            person=f"{chance.choice(FIRST)} {self._firm()}",
            firm=self._firm(),
            n=chance.randint(2, 990),
            word=self._words.text(1),
        )
        url = f"https://outlet{number % FEEDS}.example/{number}"
        return ParsedEntry(
            guid=url, url=url, canonical_url=url, title=title,
            summary=self._words.text(24), published=START + number * STEP, lang="en",
        )  # fmt: skip

    def outcome(self, entry: Entry) -> Outcome:
        """Of the filling: a story of its own, as one of the made-up texts would have opened it."""
        if len(self._told) < DISTINCT:
            self._told.append(untold(entry))
            return self._told[-1]
        told = self._chance.choice(self._told)
        assert told.story is not None
        at = entry.published
        return replace(told, entry_id=entry.id, decided=at, story=replace(told.story, opened=at, updated=at))


def taken(store: SqliteStore, entry: Entry) -> tuple[Outcome, float]:
    """An entry's way from its fingerprint to its context, and the CPU seconds of that."""
    reading = reader().read(entry.document)
    fp = stories.fingerprint(entry.document, reading.mentions, reading.moves, watchlist())
    keys = fp.keys()
    before = time.process_time()
    rarity, total = store.stories.rarity(keys), store.stories.total()
    window = stories.SAME_EVENT_WINDOW
    members = store.stories.candidates(
        keys, entry.published - window, entry.published + window, limit=MOST_LOOKED_AT
    )
    assignment = stories.assign(fp, entry.published, members, rarity, total)
    known = store.stories.get(assignment.story_id) if assignment.story_id else None
    change = stories.tell(known, entry, fp, reading.moves, replace(assignment, merge=()))
    earlier = store.stories.related(change.story.entities, before=entry.seen, limit=MOST_LOOKED_AT)
    context = recall.rank(
        change.story, fp, earlier, entry.seen, watchlist=watchlist(), rarity=rarity, total=total
    )
    spent = time.process_time() - before
    outcome = Outcome(
        entry_id=entry.id, revision=0, decided=entry.seen, lang="en", mentions=reading.mentions,
        moves=reading.moves, decision=Decision(verdict=Verdict.QUIET, reasons=("passing-mention",)),
        story=change.story, fingerprint=fp.encode(), keys=keys,
        assignment=replace(assignment, merge=()), context=context,
    )  # fmt: skip
    return outcome, spent


def untold(entry: Entry) -> Outcome:
    """Of the filling: a story of its own, without asking what is there already."""
    reading = reader().read(entry.document)
    fp = stories.fingerprint(entry.document, reading.mentions, reading.moves, watchlist())
    assignment = stories.assign(fp, entry.published, (), {}, 0)
    change = stories.tell(None, entry, fp, reading.moves, assignment)
    return Outcome(
        entry_id=entry.id, revision=0, decided=entry.seen, lang="en", mentions=reading.mentions,
        moves=reading.moves, decision=Decision(verdict=Verdict.QUIET, reasons=("passing-mention",)),
        story=change.story, fingerprint=fp.encode(), keys=fp.keys(), assignment=assignment,
    )  # fmt: skip


def quiet(entry: Entry) -> Outcome:
    """An entry about nobody."""
    decision = Decision(verdict=Verdict.QUIET, reasons=("nothing-watched",))
    return Outcome(
        entry_id=entry.id, revision=0, decided=entry.seen, lang="en", mentions=(), moves=(), decision=decision
    )


def fill(store: SqliteStore, made: Made, size: int) -> Iterator[int]:
    """Store ``size`` entries, yielding how many of them were written each time."""
    feeds = [store.feeds.add(f"https://outlet{n}.example/feed", now=START) for n in range(FEEDS)]
    for start in range(0, size, BATCH):
        numbers = range(start, min(start + BATCH, size))
        seen = START + numbers[-1] * STEP
        by_feed: dict[int, list[ParsedEntry]] = {}
        for number in numbers:
            one = made.parsed(number)
            if number % WATCHED:
                one = replace(one, title=f"Nothing of note, part {number}", summary="")
            by_feed.setdefault(number % FEEDS, []).append(one)
        store.feeds.finish_polls(
            [
                FinishedPoll(feed=feed_row(feeds[n], seen), seen=seen, entries=tuple(told))  # type: ignore[arg-type]
                for n, told in by_feed.items()
            ]
        )
        pending = store.entries.pending(BATCH)
        store.entries.record(
            [quiet(one) if one.document.title.startswith("Nothing") else made.outcome(one) for one in pending]
        )
        yield len(numbers)


def measured(size: int, progress: Progress) -> tuple[float, float]:
    """Median and 99th percentile in milliseconds at a size."""
    made = Made()
    with TemporaryDirectory() as folder, open_store(Path(folder) / "scale.db", durable=False) as store:
        task = progress.add_task(f"{size:,} entries", total=size + ASKED)
        for count in fill(store, made, size):
            progress.advance(task, count)
        spent = []
        for number in range(size, size + ASKED):
            parsed, at = made.parsed(number), START + number * STEP + timedelta(seconds=60)
            row = feed_row(store.feeds.add("https://asked.example/feed", now=at), at)
            store.feeds.finish_polls([FinishedPoll(feed=row, seen=at, entries=(parsed,))])  # type: ignore[arg-type]
            for entry in store.entries.pending(BATCH):
                outcome, seconds = taken(store, entry)
                spent.append(1000 * seconds)
                store.entries.record([outcome])
            progress.advance(task)
    return statistics.median(spent), statistics.quantiles(spent, n=100)[98]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--entries", type=int, nargs="+", default=[1_000, 100_000])
    parser.add_argument("--long", action="store_true", help="a million entries too")
    asked = parser.parse_args()
    sizes = [*asked.entries, *([1_000_000] if asked.long else [])]
    with Progress() as progress:
        found = [(size, *measured(size, progress)) for size in sizes]
    print(f"{'entries':>12} {'median ms':>10} {'p99 ms':>10}")
    for size, median, late in found:
        print(f"{size:>12,} {median:>10.2f} {late:>10.2f}")


if __name__ == "__main__":
    main()
