"""Databases of made-up news to measure on, filled once and kept: ``filled(1_000_000, folder)``.

Entries of about 400 characters come over years from two hundred feeds; words are drawn as
often as in real text (Zipf).  One entry in ten is about somebody of the packaged watchlist,
whose first names are in the news most often; a third of these retell an event of the days
before.  They go through both commits of the pipeline with real fingerprints, keys and
moves; only whom they join is made up, as a million assignments would take an hour.
"""

import random
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from storage.model import (
    Assignment,
    Decision,
    Entry,
    Feed,
    FeedState,
    FinishedPoll,
    Outcome,
    ParsedEntry,
    Story,
    Verdict,
)
from storage.sqlite import SqliteStore, open_store
from storage.sqlite.migrations import SCHEMA_VERSION
from tests.stories.newsroom import reader, watchlist
from watchers import stories
from watchers.reader import Reading
from watchers.stories import Fingerprint

START = datetime(2020, 1, 1, tzinfo=UTC)
STEP = timedelta(seconds=150)  # between two entries: a million of them are five years
FEEDS = 200
BATCH = 200  # entries of one transaction
WATCHED = 10  # one entry in so many is about somebody watched
RETOLD = 3  # one of these in so many retells an event …
RECENT = 60  # … out of so many that were told last
VOCABULARY = 200_000
SUMMARY = 36  # words
DISTINCT = 4_000  # texts about somebody that the filling draws from, as reading one takes milliseconds
EDITION = 1  # of what is filled in: an older file is not used
FIRST = ("Mina", "Oskar", "Lea", "Tomas", "Priya", "Victor", "Dana", "Ruth", "Omar", "Ines")
LAST = "ka lo ren sto vik mar den hal bro tis ful gor nes pal rud".split()
TEMPLATES = (
    "{who} hires {person} from {other}",
    "{person} leaves {who} after {n} months",
    "{who} raises ${n} million led by {firm}",
    "{who} buys {firm} for ${n} million",
    "{who} and {other} expand their partnership",
    "{who} sued by {firm} over {word} data",
    "{who} launches {word} model for {word}",
    "{who} lays off {n} people in {word} unit",
    "{who} in talks to acquire {firm}, sources say",
    "{other} drops {who} as supplier of {word} data",
    "{who} plans {n} megawatt data center near {firm}",
    "{who} confirms breach at {firm}",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """CPU seconds of the commits of so many entries."""

    entries: int
    storing: float  # commit 1
    recording: float  # commit 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A text about somebody watched, as it was read."""

    reading: Reading
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class _Telling:
    """An entry of the filling and what it was made of."""

    read: Read
    outcome: Outcome


class World:
    """Where made-up news comes from; the seed decides everything."""

    def __init__(self, seed: int = 7) -> None:
        self.chance = random.Random(seed)
        self._words = _vocabulary(random.Random(7))
        self._ranks = _cumulated()
        self._known = [one for one in watchlist().entities if one.tier.value != "related"]
        self._read: list[Read] = []
        self._recent: deque[tuple[Story, Read]] = deque(maxlen=RECENT)

    def text(self, count: int) -> str:
        """Some words, drawn as often as their rank says."""
        return " ".join(self.chance.choices(self._words, cum_weights=self._ranks, k=count))

    def commonest(self, count: int) -> tuple[str, ...]:
        """The words of highest rank."""
        return self._words[:count]

    def slug(self) -> str:
        """Somebody watched."""
        return self._known[self._drawn()].slug

    def name(self) -> str:
        """The name of somebody watched."""
        return self._known[self._drawn()].name

    def parsed(self, number: int, *, watched: bool | None = None) -> ParsedEntry:
        """Entry number ``number``; one in ten is about somebody watched, unless it is said."""
        about = number % WATCHED == 0 if watched is None else watched
        title = self._told() if about else self.text(8).capitalize()
        words = "-".join(title.lower().split())[:50]
        url = f"https://outlet{number % FEEDS}.example/2024/05/{words}-{number}"
        return ParsedEntry(
            guid=f"https://outlet{number % FEEDS}.example/?p={number}",
            url=f"{url}?utm_source=rss", canonical_url=url, title=title,
            summary=self.text(SUMMARY), author="A. Writer", published=START + number * STEP, lang="en",
        )  # fmt: skip

    def telling(self, entry: Entry) -> "_Telling | None":
        """What an entry of the filling tells; None when it is about nobody."""
        number = int(entry.guid.rpartition("=")[2])
        if number % WATCHED:
            return None
        if self._recent and not self.chance.randrange(RETOLD):
            at = self.chance.randrange(len(self._recent))
            before, told = self._recent[at]
            telling = _telling(entry, told, before)
            self._recent[at] = (telling.outcome.story or before, told)
            return telling
        if len(self._read) < DISTINCT:
            self._read.append(read(entry))
            told = self._read[-1]
        else:
            told = self.chance.choice(self._read)
        return _telling(entry, told, None)

    def remember(self, telling: "_Telling", story_id: int) -> None:
        """An event that was recorded, which later entries may retell."""
        story = telling.outcome.story
        if story is not None and story.id == 0:
            self._recent.append((replace(story, id=story_id), telling.read))

    def _drawn(self) -> int:
        return min(int(self.chance.paretovariate(0.6)) - 1, len(self._known) - 1)

    def _firm(self) -> str:
        return "".join(self.chance.choices(LAST, k=3)).capitalize()

    def _told(self) -> str:
        chance = self.chance
        return chance.choice(TEMPLATES).format(
            who=self._known[self._drawn()].name,
            other=self._known[self._drawn()].name,
            person=f"{chance.choice(FIRST)} {self._firm()}",
            firm=self._firm(),
            n=chance.randint(2, 990),
            word=self.text(1),
        )


def read(entry: Entry) -> Read:
    """Read an entry as the pipeline does, up to its fingerprint."""
    reading = reader().read(entry.document)
    fp = stories.fingerprint(entry.document, reading.mentions, reading.moves, watchlist())
    return Read(reading=reading, fingerprint=fp)


def outcome(entry: Entry, told: Read, assignment: Assignment, story: Story) -> Outcome:
    """What is recorded of an entry that tells a story, quietly."""
    return Outcome(
        entry_id=entry.id, revision=entry.revision, decided=entry.seen, lang="en",
        mentions=told.reading.mentions, moves=told.reading.moves,
        decision=Decision(verdict=Verdict.QUIET, reasons=("passing-mention",)),
        story=story, fingerprint=told.fingerprint.encode(), keys=told.fingerprint.keys(),
        assignment=assignment,
    )  # fmt: skip


def fill(store: SqliteStore, made: World, size: int) -> Iterator[Cost]:
    """Store ``size`` entries; what each batch of them cost."""
    feeds = [
        store.feeds.add(f"https://outlet{n}.example/feed", title=f"Outlet {n}", now=START)
        for n in range(FEEDS)
    ]
    for start in range(0, size, BATCH):
        numbers = range(start, min(start + BATCH, size))
        seen = START + numbers[-1] * STEP
        polls = [polled(feeds[number % FEEDS], seen, made.parsed(number)) for number in numbers]
        began = time.process_time()
        store.feeds.finish_polls(polls)
        storing = time.process_time() - began
        pending = store.entries.pending(BATCH)
        told = [made.telling(entry) for entry in pending]
        outcomes = [one.outcome if one else quiet(entry) for entry, one in zip(pending, told, strict=True)]
        began = time.process_time()
        ids = store.entries.record(outcomes)
        recording = time.process_time() - began
        for one, story_id in zip(told, ids, strict=True):
            if one is not None:
                made.remember(one, story_id)
        yield Cost(entries=len(numbers), storing=storing, recording=recording)


def filled(size: int, folder: Path, said: Callable[[str], None] = print) -> Path:
    """The database of ``size`` entries in ``folder``; filled when it is not there yet."""
    path = folder / f"filled-{size}-{SCHEMA_VERSION}.{EDITION}.db"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    begun = path.with_suffix(".begun")
    begun.unlink(missing_ok=True)
    with open_store(begun, durable=False) as store:
        store.watchlist.put_all(watchlist().entities)
        costs = list(fill(store, World(), size))
    begun.rename(path)  # only a whole one bears the name
    storing, recording = sum(one.storing for one in costs), sum(one.recording for one in costs)
    said(
        f"{size:,} entries, {path.stat().st_size / size:,.0f} bytes each; CPU per entry: commit 1 "
        f"{1e6 * storing / size:.0f} µs, commit 2 {1e6 * recording / size:.0f} µs"
    )
    return path


def polled(feed: Feed, seen: datetime, *entries: ParsedEntry) -> FinishedPoll:
    """A poll that brought some entries."""
    after = replace(feed, state=FeedState.OK, last_success=seen, next_due=seen)
    return FinishedPoll(feed=after, seen=seen, entries=entries)


def quiet(entry: Entry) -> Outcome:
    """What is recorded of an entry about nobody."""
    decision = Decision(verdict=Verdict.QUIET, reasons=("nothing-watched",))
    return Outcome(
        entry_id=entry.id, revision=entry.revision, decided=entry.seen, lang="en",
        mentions=(), moves=(), decision=decision,
    )  # fmt: skip


def _telling(entry: Entry, told: Read, before: Story | None) -> _Telling:
    """``told`` as the news of another page, under another headline."""
    own = replace(told.fingerprint, page=f"{entry.id:08x}", title=f"{entry.id:08x}")
    told = replace(told, fingerprint=own)
    assignment = Assignment(story_id=before.id if before else None, reasons=("made-up",))
    change = stories.tell(before, entry, own, told.reading.moves, assignment)
    return _Telling(read=told, outcome=outcome(entry, told, assignment, change.story))


def _vocabulary(chance: random.Random) -> tuple[str, ...]:
    """Made-up words, short ones first."""
    letters = "etaoinshrdlucmfwypvbgkjqxz"
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        length = 2 + min(10, len(words).bit_length() // 2 + chance.randint(0, 3))
        words["".join(chance.choices(letters, weights=range(26, 0, -1), k=length))] = None
    return tuple(words)


def _cumulated() -> tuple[float, ...]:
    """The sums of the words' shares, as ``random.choices`` wants them."""
    return tuple(accumulate(1 / (rank + 2.7) for rank in range(1, VOCABULARY + 1)))
