"""The life of an entry once it is stored; this is the shell that calls the pure rooms in order.

    stored, undecided (commit 1 happened in the sweep)
      -> matching.find_mentions     who is meant?            nobody: decided quiet, stop
      -> moves.detect               what moved?
      -> stories.fingerprint        by what may it be compared?
      -> store: candidates, rarity  which entries may tell the same event?
      -> stories.assign, tell       join or open a story; what is new in it?
      -> recall.rank                what led up to it?
      -> triage.decide, routes      alert, update or quiet; to whom?
      -> store: record              commit 2: all of it and the outbox, together

It decides nothing itself and opens no socket; ``watchers.sweep`` brings the entries and
``bot.courier`` takes the deliveries away.  A process that dies between the two commits
leaves entries pending: the next call picks them up.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from storage.model import (
    Assignment,
    ContextLine,
    Decision,
    Document,
    Entry,
    Mention,
    Move,
    NewDelivery,
    Outcome,
    Route,
    UpdateKind,
    Verdict,
    Watchlist,
)
from watchers import alerting, matching, moves, recall, stories, triage
from watchers.text import detect_lang

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore

BATCH = 50  # entries in one transaction: other writers wait no longer than it takes
FLOOD_WINDOW = timedelta(minutes=10)  # over which the flood guard counts alerts


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a text says, before history is asked: the part that ``explain`` shows."""

    lang: str | None
    mentions: tuple[Mention, ...]
    moves: tuple[Move, ...]

    @property
    def entities(self) -> tuple[str, ...]:
        """Slugs truly meant, best first."""
        return matching.accepted_entities(self.mentions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One entry's way through the pipeline; ``story`` is 0 where it has none."""

    entry: Entry
    outcome: Outcome
    story: int
    edited: bool = False  # it was judged before: only its message may change
    changed: bool = False  # an edited entry whose story's message changes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """How common an entry's keys are in the store."""

    rarity: Mapping[str, int]  # entries by key
    total: int


class Reader:
    """Reads texts against one version of the watchlist; immutable, safe to share."""

    def __init__(self, watchlist: Watchlist) -> None:
        self.watchlist = watchlist
        self._matcher = matching.Matcher(watchlist)

    def read(self, document: Document) -> Reading:
        """Mentions and moves of ``document``; moves are found where nobody watched is meant too."""
        mentions = self._matcher.find_mentions(document)
        return Reading(
            lang=detect_lang(f"{document.title} {document.summary}", document.lang),
            mentions=mentions,
            moves=moves.detect(document, mentions, self.watchlist),
        )


class Pipeline:
    """Judges pending entries and records what was decided."""

    def __init__(self, store: "SqliteStore", routes: Callable[[], Sequence[Route]]) -> None:
        self._store = store
        self._routes = routes
        self._reader: Reader | None = None

    def reader(self) -> Reader:
        """The reader for the watchlist as it is now; rebuilt only when that changed."""
        version = self._store.watchlist.version()
        if self._reader is None or self._reader.watchlist.version != version:
            self._reader = Reader(self._store.watchlist.load())
        return self._reader

    def process(self, now: datetime) -> Iterator[Judged]:
        """Judge all that is pending; each batch is one transaction, committed before it is yielded."""
        while True:
            reader = self.reader()
            with self._store.transaction():
                judged = [self._judge(entry, reader, now) for entry in self._store.entries.pending(BATCH)]
            if not judged:
                return
            yield from judged

    def _judge(self, entry: Entry, reader: Reader, now: datetime) -> Judged:
        before = self._store.entries.recorded(entry.id) if entry.revision else None
        if before is not None and before.decisions:
            outcome = self._edited(entry, reader, now, before.story.id if before.story else 0)
        else:
            outcome = self._first(entry, reader, now)
        [story] = self._store.entries.record([outcome])
        edited = outcome.decision is None
        after, earlier = outcome.story, before.story if before is not None else None
        changed = edited and after is not None and earlier is not None and after.revision > earlier.revision
        return Judged(entry=entry, outcome=outcome, story=story, edited=edited, changed=changed)

    def _first(self, entry: Entry, reader: Reader, now: datetime) -> Outcome:
        reading = reader.read(entry.document)
        blank = Outcome(
            entry_id=entry.id,
            revision=entry.revision,
            decided=now,
            lang=reading.lang,
            mentions=reading.mentions,
            moves=reading.moves,
            decision=Decision(verdict=Verdict.QUIET, reasons=("nothing-watched",)),
        )
        if not reading.entities:
            return blank
        store, watchlist = self._store, reader.watchlist
        fingerprint = stories.fingerprint(entry.document, reading.mentions, reading.moves, watchlist)
        keys = fingerprint.keys()
        seen = _Seen(rarity=store.stories.rarity(keys), total=store.stories.total())
        assignment = self._assign(entry, fingerprint, keys, seen)
        assignment, story_before, merged = self._before(assignment)
        change = stories.tell(story_before, entry, fingerprint, reading.moves, assignment)
        context = self._context(change.story, fingerprint, watchlist, now, seen, assignment.merge)
        decision = triage.decide(
            entry,
            reading.mentions,
            reading.moves,
            story_before,
            change,
            watchlist,
            now,
            recent_alerts=store.stories.alerted_since(now - FLOOD_WINDOW),
        )
        story = change.story
        if decision.verdict is Verdict.ALERT:
            story = replace(story, alerted=now)
        elif decision.verdict is Verdict.UPDATE:
            story = replace(story, revision=story.revision + 1)
        deliveries: tuple[NewDelivery, ...] = ()
        if decision.verdict is not Verdict.QUIET or decision.digest:
            alert = alerting.alert_for(
                story,
                entry,
                reading.mentions,
                decision,
                context,
                watchlist,
                fact=change.fact,
                lang=reading.lang,
            )
            deliveries = triage.routes(decision, alert, self._routes(), watchlist)
        closing = [edit for other in merged for edit in self._closing(other, story, entry, watchlist)]
        return replace(
            blank,
            decision=decision,
            story=story,
            fingerprint=fingerprint.encode(),
            keys=keys,
            assignment=assignment,
            context=context,
            deliveries=deliveries,
            closing=tuple(closing),
        )

    def _assign(
        self, entry: Entry, fingerprint: stories.Fingerprint, keys: tuple[str, ...], seen: _Seen
    ) -> Assignment:
        window = stories.SAME_EVENT_WINDOW
        members = self._store.stories.candidates(
            keys, since=entry.published - window, until=entry.published + window
        )
        return stories.assign(fingerprint, entry.published, members, seen.rarity, seen.total)

    def _before(self, assignment: Assignment) -> tuple[Assignment, stories.Story | None, list[stories.Story]]:
        """The story that the entry joins, and those that it proves to be the same one."""
        if assignment.story_id is None:
            return assignment, None, []
        ids = dict.fromkeys(map(self._store.stories.final, (assignment.story_id, *assignment.merge)))
        known = [story for story in map(self._store.stories.get, ids) if story is not None]
        if not known:
            return replace(assignment, story_id=None, merge=()), None, []
        story = stories.unite(known)
        merged = [other for other in known if other.id != story.id]
        changed = replace(assignment, story_id=story.id, merge=tuple(other.id for other in merged))
        return changed, story, merged

    def _closing(
        self, other: stories.Story, story: stories.Story, entry: Entry, watchlist: Watchlist
    ) -> Sequence[NewDelivery]:
        """The message of a merged story, changed to point to the story that stays."""
        if other.alerted is None:
            return ()
        decision = Decision(verdict=Verdict.UPDATE, update=UpdateKind.EDIT, reasons=("same-event",))
        alert = alerting.alert_for(
            replace(other, revision=other.revision + 1), entry, (), decision, (), watchlist
        )
        pointer = ContextLine(
            story=story.id, headline=story.headline, url=story.url, published=story.opened, why="same event"
        )
        return triage.routes(decision, replace(alert, same_as=pointer), self._routes(), watchlist)

    def _context(
        self,
        story: stories.Story,
        fingerprint: stories.Fingerprint,
        watchlist: Watchlist,
        now: datetime,
        seen: _Seen,
        merged: Collection[int] = (),
    ) -> tuple[ContextLine, ...]:
        related = self._store.stories.related(story.entities, before=now)
        earlier = [other for other in related if other.id not in merged]
        return recall.rank(
            story, fingerprint, earlier, now, watchlist=watchlist, rarity=seen.rarity, total=seen.total
        )

    def _edited(self, entry: Entry, reader: Reader, now: datetime, story_id: int) -> Outcome:
        """An entry that changed after it was judged: never a new alert, at most its message changes."""
        reading = reader.read(entry.document)
        outcome = Outcome(
            entry_id=entry.id,
            revision=entry.revision,
            decided=now,
            lang=reading.lang,
            mentions=reading.mentions,
            moves=reading.moves,
            decision=None,
        )
        story = self._store.stories.get(story_id) if story_id else None
        if story is None:
            return outcome
        corrected = stories.correct(story, entry)
        if corrected == story:
            return replace(outcome, story=story)
        if story.alerted is None:
            return replace(outcome, story=corrected)
        corrected = replace(corrected, revision=story.revision + 1)
        fingerprint = stories.fingerprint(entry.document, reading.mentions, reading.moves, reader.watchlist)
        decision = Decision(verdict=Verdict.UPDATE, update=UpdateKind.EDIT, reasons=("entry-edited",))
        seen = _Seen(rarity=self._store.stories.rarity(fingerprint.keys()), total=self._store.stories.total())
        context = self._context(corrected, fingerprint, reader.watchlist, now, seen)
        alert = alerting.alert_for(
            corrected, entry, reading.mentions, decision, context, reader.watchlist, lang=reading.lang
        )
        deliveries = triage.routes(decision, alert, self._routes(), reader.watchlist)
        return replace(outcome, story=corrected, deliveries=deliveries)
