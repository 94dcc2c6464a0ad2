"""The life of an entry once it is stored; this is the shell that calls the pure rooms in order.

    stored, undecided (commit 1 happened in the sweep)
      -> matching.find_mentions     who is meant?            nobody: decided quiet, stop
      -> listening.hear             what does each server make of it?
      -> moves.detect               what moved?
      -> stories.fingerprint        by what may it be compared?
      -> store: candidates, rarity  which entries may tell the same event?
      -> stories.assign, tell       join or open a story; what is new in it?
      -> recall.rank                what led up to it?
      -> triage.decide              alert, update or quiet, for each audience?
      -> addressing                 to which channels, when?
      -> store: record              commit 2: all of it and the outbox, together

It decides nothing itself and opens no socket; ``watchers.sweep`` brings the entries and
``bot.courier`` takes the deliveries away.  A process that dies between the two commits
leaves entries pending: the next call picks them up.
"""

import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from storage.model import (
    Assignment,
    Audience,
    ContextLine,
    Decision,
    Document,
    Entry,
    Outcome,
    Route,
    UpdateKind,
    Verdict,
    Watchlist,
)
from storage.model.noun import noun
from watchers import alerting, recall, stories
from watchers.addressing import Addressing
from watchers.listening import (
    Hearing,
    Listener,
    joint,
    listeners,
    told_to_all,
)
from watchers.reader import Reader as Reader
from watchers.reader import Reading as Reading
from watchers.ruling import Case, Ruling, recorded
from watchers.sight import NOBODY, Sight
from watchers.stories.vocabulary import is_comment

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore

BATCH = 200  # entries in one transaction at most …
TELLING = 20  # … and so many that tell a story, which takes longer: other writers must not wait
MOST_COMPARED = 20  # candidates that an entry is compared with: what it costs stays bounded …
MOST_LOOKED_AT = 60  # … and earlier stories that may be its past
FLOOD_WINDOW = timedelta(minutes=10)  # over which the flood guard counts alerts


@noun
class Judged:
    """One entry's way through the pipeline; ``story`` is 0 where it has none."""

    entry: Entry
    outcome: Outcome
    story: int
    edited: bool = False  # it was judged before: only its message may change
    changed: bool = False  # an edited entry whose story's message changes
    rulings: tuple[Ruling, ...] = ()  # for every audience, the installation's first


class Pipeline:
    """Judges pending entries and records what was decided.

    ``whole``: find the moves of entries too in which nobody watched is meant, for ``replay``.
    """

    def __init__(
        self, store: "SqliteStore", routes: Callable[[], Sequence[Route]], *, whole: bool = False
    ) -> None:
        self._store = store
        self._whole = whole
        self._routes = routes
        self._addressing = Addressing(store, routes)
        self._reader: Reader | None = None
        self._heard: tuple[Watchlist, tuple[Audience, ...], tuple[Route, ...]] | None = None
        self._listeners: tuple[Listener, ...] = ()

    def reader(self) -> Reader:
        """The reader for the watchlist as it is now; rebuilt only when that changed."""
        version = self._store.watchlist.version()
        if self._reader is None or self._reader.watchlist.version != version:
            changed = self._reader is not None
            self._reader = Reader(self._store.watchlist.load())
            if changed:
                gc.collect()  # the one before: what is frozen as garbage would stay for good
            gc.freeze()  # it stays: the collector need not look through it while entries are judged
        return self._reader

    def prepare(self, languages: Iterable[str]) -> None:
        """Load what the first entry would wait for: automata, and the word tables of these languages."""
        reader = self.reader()
        self.listeners(reader.watchlist)
        somebody = next((entity.name for entity in reader.watchlist.entities), "Nobody")
        for lang in {"en", *languages}:
            document = Document(title=f"{somebody} hires nobody", lang=lang)
            reading = reader.read(document)
            stories.fingerprint(document, reading.mentions, reading.moves, reader.watchlist)
        gc.freeze()  # the tables stay too

    def listeners(self, public: Watchlist) -> tuple[Listener, ...]:
        """The audiences as they are now; made anew only when something of theirs changed."""
        heard = (public, self._store.audiences.all(), tuple(self._routes()))
        if self._heard != heard:
            self._listeners, self._heard = listeners(*heard), heard
        return self._listeners

    def sight(self) -> Sight | None:
        """What decides new entries before they are stored; None where all are to be judged."""
        if self._whole:
            return None
        reader = self.reader()
        scouts = [one.naming for one in self.listeners(reader.watchlist) if one.additions]
        return Sight([reader.naming, *scouts])

    def process(self, now: datetime, telling: Callable[[], None] | None = None) -> Iterator[Judged]:
        """Judge all that is pending; each batch is one transaction, committed before it is yielded.

        ``telling`` is called within the transaction of an entry that is to be delivered: whoever
        delivers can get ready, and has it as soon as the store is free.
        Such a commit does not wait for the disk: after a power cut the entries are pending, and
        nothing of them was told, as a courier's claim does wait.
        """
        more = True
        while more:
            reader = self.reader()
            self.listeners(reader.watchlist)
            with self._store.transaction(synced=False):
                entries = self._store.entries.pending(BATCH)
                judged = self._judge(entries, reader, now, telling)
            yield from judged
            more = len(judged) < len(entries) or len(entries) == BATCH

    def _judge(
        self, entries: Sequence[Entry], reader: Reader, now: datetime, telling: Callable[[], None] | None
    ) -> list[Judged]:
        """Judge entries in their order; what tells no story is recorded at the end, together.

        The first that is to be delivered ends the batch: nobody shall wait for those behind it.
        """
        judged: list[Judged] = []
        quiet: list[Outcome] = []
        told = 0
        for entry in entries:
            one = self._judge_one(entry, reader, now, telling)
            judged.append(one)
            if one.story or one.edited:
                told += 1
                if told == TELLING or one.outcome.deliveries:
                    break
            else:
                quiet.append(one.outcome)
        self._store.entries.record(quiet)
        return judged

    def _judge_one(
        self, entry: Entry, reader: Reader, now: datetime, telling: Callable[[], None] | None
    ) -> Judged:
        before = self._store.entries.recorded(entry.id) if entry.revision else None
        rulings: tuple[Ruling, ...] = ()
        if before is not None and before.decisions:
            outcome = self._edited(entry, reader, now, before.story.id if before.story else 0)
        else:
            outcome, rulings = self._first(entry, reader, now)
        edited = outcome.decision is None
        if outcome.story is None and not edited:
            return Judged(entry=entry, outcome=outcome, story=0, rulings=rulings)
        if outcome.deliveries and telling is not None:
            telling()
        [story] = self._store.entries.record([outcome])
        after, earlier = outcome.story, before.story if before is not None else None
        changed = edited and after is not None and earlier is not None and after.revision > earlier.revision
        return Judged(
            entry=entry, outcome=outcome, story=story, edited=edited, changed=changed, rulings=rulings
        )

    def _first(self, entry: Entry, reader: Reader, now: datetime) -> tuple[Outcome, tuple[Ruling, ...]]:
        reading = reader.read(entry.document, whole=self._whole)
        hearings = [one.hear(entry.document, reading) for one in self._listeners]
        found = joint(reading, hearings)
        if not found.entities:
            return Outcome(
                entry_id=entry.id,
                revision=entry.revision,
                decided=now,
                lang=reading.lang,
                mentions=found.mentions,
                moves=found.moves,
                decision=NOBODY,
            ), ()
        # What servers watch beside moves no story that the installation hears of.
        base = reading if reading.entities else found
        watchlist = reader.watchlist if base is reading else self._everybody(reader.watchlist)
        fingerprint = stories.fingerprint(entry.document, base.mentions, base.moves, watchlist)
        keys = fingerprint.keys()
        rarity = self._rarity(fingerprint, keys)
        assignment = self._assign(entry, fingerprint, rarity)
        assignment, before, merged = self._before(assignment)
        change = stories.tell(before, entry, fingerprint, base.moves, assignment)
        context = self._context(change.story, fingerprint, watchlist, now, rarity, assignment.merge)
        case = Case(
            entry=entry,
            before=before,
            change=change,
            context=context,
            now=now,
            standing=self._addressing.standing(before, merged),
            comments=self._comments(fingerprint, assignment, before),
        )
        rulings = self._rule(case, hearings, reading)
        story = self._after(case, rulings)
        rulings = [
            replace(ruling, deliveries=told)
            if (told := self._addressing.deliveries(case, ruling, hearing, story))
            else ruling
            for ruling, hearing in zip(rulings, hearings, strict=True)
        ]
        closing = [
            edit for other in merged for edit in self._addressing.closing(other, story, case, watchlist)
        ]
        outcome = Outcome(
            entry_id=entry.id,
            revision=entry.revision,
            decided=now,
            lang=reading.lang,
            mentions=found.mentions,
            moves=found.moves,
            decision=recorded(rulings),
            story=story,
            fingerprint=fingerprint.encode(),
            keys=keys,
            assignment=assignment,
            context=context,
            deliveries=(
                *(one for ruling in rulings for one in ruling.deliveries),
                *self._addressing.elsewhere(case, rulings[0], hearings, story),
            ),
            closing=tuple(closing),
        )
        return outcome, tuple(rulings)

    def _everybody(self, public: Watchlist) -> Watchlist:
        """All that anybody watches."""
        own = [one for entities in self._store.watchlist.additions().values() for one in entities]
        return replace(public, entities=(*public.entities, *own)) if own else public

    def _rule(self, case: Case, hearings: Sequence[Hearing], reading: Reading) -> list[Ruling]:
        """The decision of each audience; most are the installation's."""
        recent = self._store.stories.alerted_since(case.now - FLOOD_WINDOW)
        own = (
            case.rule(hearings[0], case.before, recent)
            if reading.entities
            else Ruling(guild=None, decision=NOBODY)
        )
        return [
            own,
            *(
                case.rule(one, case.seen_by(one), recent) if one.differs else replace(own, guild=one.guild)
                for one in hearings[1:]
            ),
        ]

    def _after(self, case: Case, rulings: Sequence[Ruling]) -> stories.Story:
        """The story as it is once this was told."""
        story = case.change.story
        own = rulings[0]
        speaks = [one for one in rulings if not one.quiet]
        if any(one.decision.verdict is Verdict.UPDATE for one in speaks) or (speaks and case.standing.told):
            story = replace(story, revision=story.revision + 1)
        if not own.quiet and own.decision.verdict is Verdict.ALERT:
            story = replace(story, alerted=case.now)
        return story

    def _rarity(self, fingerprint: stories.Fingerprint, keys: Sequence[str]) -> stories.Rarity:
        known = self._store.stories
        return stories.Rarity(known.rarity(keys), known.total(), fingerprint.persons)

    def _assign(self, entry: Entry, fingerprint: stories.Fingerprint, rarity: stories.Rarity) -> Assignment:
        window = stories.SAME_EVENT_WINDOW
        members = self._store.stories.candidates(
            rarity.tells, since=entry.published - window, until=entry.published + window, limit=MOST_COMPARED
        )
        return stories.assign(fingerprint, entry.published, members, rarity)

    def _before(self, assignment: Assignment) -> tuple[Assignment, stories.Story | None, list[stories.Story]]:
        """The story that the entry joins, and those that it proves to be the same one."""
        if assignment.story_id is None:
            return assignment, None, []
        found = map(self._store.stories.get, (assignment.story_id, *assignment.merge))
        known = {story.id: story for story in found if story is not None}
        if not known:
            return replace(assignment, story_id=None, merge=()), None, []
        story = stories.unite(tuple(known.values()))
        merged = [other for other in known.values() if other.id != story.id]
        changed = replace(assignment, story_id=story.id, merge=tuple(other.id for other in merged))
        return changed, story, merged

    def _comments(
        self, fingerprint: stories.Fingerprint, assignment: Assignment, before: stories.Story | None
    ) -> bool:
        """Whether an entry, or the story that it joins, only talks about one that was alerted."""
        of = assignment.follows if before is None else before.follows
        if of is None or not (fingerprint.comment if before is None else is_comment(before.headline)):
            return False
        story = self._store.stories.get(of)
        return story is not None and story.alerted is not None

    def _context(
        self,
        story: stories.Story,
        fingerprint: stories.Fingerprint,
        watchlist: Watchlist,
        now: datetime,
        rarity: stories.Rarity,
        merged: Collection[int] = (),
    ) -> tuple[ContextLine, ...]:
        entities = told_to_all(story.entities, watchlist)
        related = self._store.stories.related(entities, before=now, limit=MOST_LOOKED_AT)
        earlier = [other for other in related if other.id not in merged]
        return recall.rank(
            story, fingerprint, earlier, now, watchlist=watchlist, rarity=rarity.df, total=rarity.total
        )

    def _edited(self, entry: Entry, reader: Reader, now: datetime, story_id: int) -> Outcome:
        """An entry that changed after it was judged: never a new alert, at most its message changes."""
        public = reader.read(entry.document)
        reading = joint(
            public, [one.hear(entry.document, public) for one in self.listeners(reader.watchlist)]
        )
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
        told = self._store.deliveries.told(story.id)
        if story.alerted is None and not told:
            return replace(outcome, story=corrected)
        corrected = replace(corrected, revision=story.revision + 1)
        # What a server alone was told of names whom it alone watches.
        watchlist = reader.watchlist if story.alerted else self._everybody(reader.watchlist)
        fingerprint = stories.fingerprint(entry.document, reading.mentions, reading.moves, watchlist)
        decision = Decision(verdict=Verdict.UPDATE, update=UpdateKind.EDIT, reasons=("entry-edited",))
        rarity = self._rarity(fingerprint, fingerprint.keys())
        context = self._context(corrected, fingerprint, watchlist, now, rarity)
        alert = alerting.alert_for(
            corrected, entry, reading.mentions, decision, context, watchlist, lang=reading.lang
        )
        deliveries = self._addressing.edit(alert, decision, watchlist, now, told)
        return replace(outcome, story=corrected, deliveries=deliveries)
