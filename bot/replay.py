"""``movewire replay``: what would have been alerted, when, as which story.

Plays entries through the whole pipeline into a temporary database, under a clock that
stands where each step says, and delivers nothing.  Steps come from item lines, from a
folder of dated feed snapshots, or from the stored history.  Printing is for ``bot.cli``.
"""

import contextlib
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from bot.intake import GivenEntry
from bot.times import parse_moment
from seeds import loader
from storage.errors import UsageError
from storage.model import Audience, Entry, Feed, FinishedPoll, ParsedEntry, Watchlist
from storage.sqlite import SqliteStore, open_store
from storage.sqlite.identity import stored_guid
from watchers import polling, sources
from watchers.links import canonical_url
from watchers.pipeline import Judged, Pipeline
from watchers.sources.base import Failed, Fetched, Outcome, ParsedFeed, SourceError
from watchers.sources.bodies import body_hash
from watchers.sweep import finish

NO_TIME = datetime.fromtimestamp(0, UTC)
# A snapshot's name begins with its UTC time: 20250602T073352Z_anything.xml
SNAPSHOT_TIME = re.compile(r"^(\d{8}T\d{6}Z)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something becomes known at a time: the feed to ask about it, and what it then held.

    ``read`` is called when the step is played, with the feed's row as it is then.
    """

    at: datetime
    feed: str  # URL, or a name of our own where there is none
    read: Callable[[Feed], FinishedPoll]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry's way, with the decision under the present watchlist where two are compared."""

    id: str  # the feed's own guid, uncut
    judged: Judged
    at: datetime
    feed: str
    was: Judged | None = None


@dataclass(slots=True)
class Summary:
    """What is told beside the lines."""

    steps: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    edits: int = 0  # entries edited after they were judged, whose message changed


class Rehearsal:
    """A temporary database with a watchlist, the backstory, and a clock of its own."""

    def __init__(self, folder: Path, watchlist: Watchlist, audience: Audience | None = None) -> None:
        self.now = datetime.min.replace(tzinfo=UTC)
        self.store: SqliteStore = open_store(folder / "rehearsal.db", durable=False)
        for entity in watchlist.entities:
            self.store.watchlist.put(entity)
        for seed in loader.load_backstory():  # what lies after the clock is not recalled
            self.store.stories.add_backstory(seed.story, seed.key)
        if audience is not None:
            self._seat(audience)
        self._pipeline = Pipeline(self.store, routes=self.store.routes.all, whole=True)

    def _seat(self, audience: Audience) -> None:
        """Let a server listen, with all that it holds, as if it had always been there."""
        guild, store, always = audience.guild.id, self.store, datetime.fromtimestamp(0, UTC)
        store.guilds.joined(guild, audience.guild.name, always)
        store.guilds.set_timezone(guild, audience.guild.timezone)
        for addition in audience.additions:
            store.guilds.watch(guild, addition)
        for mute in audience.mutes:
            if mute.entity in store.watchlist.load(guild).by_slug():
                store.mutes.mute(guild, mute.entity, mute.until, always)
        for route in audience.routes:
            kind, _, number = route.destination.partition(":")
            if kind == "webhook":  # nothing is sent there
                store.routes.keep_webhook(guild, int(number.partition("/")[0]), "")
            store.routes.put(replace(route, id=0), always)
        store.lessons.learn(audience.lessons)

    def play(self, step: Step) -> tuple[FinishedPoll, list[Judged]]:
        """Let ``step`` happen; returns its poll and the entries judged because of it."""
        self.now = step.at
        feed = self.store.feeds.get(step.feed) or self.store.feeds.add(step.feed, now=step.at)
        finished = step.read(feed)
        changed = self.store.feeds.finish_polls([finished])
        return finished, list(self._pipeline.process(self.now)) if changed else []

    def close(self) -> None:
        """Give the database back."""
        self.store.close()


def replay(
    steps: Iterable[Step],
    watchlist: Watchlist,
    summary: Summary,
    *,
    present: Watchlist | None = None,
    audience: Audience | None = None,
) -> Iterator[Line]:
    """Play ``steps`` and yield a line for each entry, in the order in which it became known.

    With ``present`` everything is played twice, and each line knows what was decided under
    that watchlist.  With ``audience`` the lines' rulings tell what that server would have heard.
    """
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="movewire-replay-")))
        rehearsals = []
        for number, version in enumerate([watchlist] if present is None else [watchlist, present]):
            (folder / str(number)).mkdir()
            rehearsals.append(Rehearsal(folder / str(number), version, audience))
            stack.callback(rehearsals[-1].close)
        for step in steps:
            summary.steps += 1
            played = [rehearsal.play(step) for rehearsal in rehearsals]
            finished, judged = played[0]
            if finished.feed.failures and finished.feed.last_error:
                summary.failed.append((step.feed, finished.feed.last_error))
            was = {one.entry.id: one for one in played[1][1]} if present is not None else {}
            guids = {stored_guid(entry.guid): entry.guid for entry in finished.entries} if judged else {}
            for one in judged:
                if one.edited:
                    summary.edits += one.changed
                    continue
                own = guids.get(one.entry.guid, one.entry.guid)
                yield Line(id=own, judged=one, at=step.at, feed=step.feed, was=was.get(one.entry.id))


def from_items(given: Sequence[GivenEntry], undated: datetime = NO_TIME) -> list[Step]:
    """A step for each line, in order of publication; without a date, that of the line before.

    What stands before the first dated line takes that line's time; where no line has a date,
    all are taken at ``undated``.  Each line is its own feed: two lines never fold into one entry.
    """
    steps = []
    at = next((one.document.published for one in given if one.document.published), undated)
    for one in given:
        at = one.document.published or at
        steps.append(Step(at=at, feed=f"jsonl:{one.number}", read=_one_item(one, at)))
    return sorted(steps, key=lambda step: step.at)


def _one_item(one: GivenEntry, at: datetime) -> Callable[[Feed], FinishedPoll]:
    document = one.document
    entry = ParsedEntry(
        guid=one.id,
        url=document.url,
        canonical_url=canonical_url(document.url) if document.url else "",
        title=document.title,
        summary=document.summary,
        source=document.source,
        lang=document.lang,
        published=at,
    )
    return lambda feed: FinishedPoll(feed=replace(feed, last_success=at), seen=at, entries=(entry,))


def from_snapshots(folder: Path) -> list[Step]:
    """A step for each dated file: each folder below (or ``folder`` itself) is one feed."""
    found = [
        (match[1], path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and (match := SNAPSHOT_TIME.match(path.name))
    ]
    if not found:
        raise UsageError(
            f"{folder}: no snapshots; their names begin with a UTC time, as 20250602T073352Z_feed.xml"
        )
    return [
        Step(at=_time(stamp), feed=_feed_name(folder, path), read=_one_snapshot(path, _time(stamp)))
        for stamp, path in sorted(found, key=lambda row: (row[0], str(row[1])))
    ]


def _time(stamp: str) -> datetime:
    if (moment := parse_moment(stamp)) is None:
        raise UsageError(f"{stamp}: not a UTC time such as 20250602T073352Z")
    return moment


def _feed_name(folder: Path, path: Path) -> str:
    return f"snapshots:{path.parent.relative_to(folder).as_posix() if path.parent != folder else folder.name}"


def _one_snapshot(path: Path, at: datetime) -> Callable[[Feed], FinishedPoll]:
    def read(feed: Feed) -> FinishedPoll:
        outcome: Outcome
        parsed: ParsedFeed | None = None
        try:
            body = path.read_bytes()
            parsed = sources.parse(body, feed.url, None, feed)
            outcome = Fetched(url=feed.url, body=body, body_hash=body_hash(body))
        except (SourceError, OSError) as error:
            outcome = Failed(error=getattr(error, "name", "unreadable"), detail=str(error))
        return finish(feed, outcome, parsed, at, polling.Bounds())

    return read


def from_history(entries: Iterable[Entry]) -> Iterator[Step]:
    """A step for each stored entry, at the time when it was first seen."""
    for entry in entries:
        yield Step(at=entry.seen, feed=entry.feed_url, read=_one_entry(entry))


def _one_entry(entry: Entry) -> Callable[[Feed], FinishedPoll]:
    document = entry.document
    parsed = ParsedEntry(
        guid=entry.guid,
        url=document.url,
        canonical_url=entry.canonical_url,
        title=document.title,
        summary=document.summary,
        text=document.text,
        author=document.author,
        source=document.source,
        lang=document.lang,
        published=entry.published if entry.dated else None,
    )
    return lambda feed: FinishedPoll(
        feed=replace(feed, last_success=entry.seen),
        seen=entry.seen,
        entries=(parsed,),
        baseline=entry.baseline,
    )
