"""Commit 2: everything that was found out about entries, saved together.

One transaction from the mentions to the outbox: either a decision is stored with its
deliveries or the entry is still pending.  What the values mean was decided elsewhere.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from storage.errors import StoreError
from storage.model import Member, Mention, NewDelivery, Outcome
from storage.sqlite import rows
from storage.sqlite.codec import (
    decode_mentions,
    encode_assignment,
    encode_context,
    encode_mentions,
    encode_moves,
    encode_verdict,
    encode_words,
    to_seconds,
    to_time,
)
from storage.sqlite.connection import Connection
from storage.sqlite.keys import Keys
from storage.sqlite.slugs import intern
from storage.sqlite.stories import Stories

FOUND = ("story_id", "fingerprint", "keys", "assignment", "context")
INSERT = (
    "INSERT INTO finding (entry_id, revision, story_id, feed_id, published, move, fingerprint, keys, "
    "mentions, moves, assignment, context) VALUES (?,?,?,?,?,?,?,?,?,?,?,?) "
    "ON CONFLICT (entry_id) DO UPDATE SET revision = excluded.revision, move = excluded.move, "
    "mentions = excluded.mentions, moves = excluded.moves, "
)
DECIDE = (
    "INSERT OR IGNORE INTO decision (entry_id, revision, decided, verdict, lang, reasons) "
    "VALUES (?, ?, ?, ?, ?, ?)"
)
REPLACE = INSERT + ", ".join(f"{column} = excluded.{column}" for column in FOUND)
AMEND = INSERT + ", ".join(f"{column} = coalesce(excluded.{column}, {column})" for column in FOUND)

Enqueue = Callable[[int, int, Sequence[NewDelivery], datetime], Any]
Fold = Callable[[Sequence[int], int, Sequence[NewDelivery], datetime], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """What is stored about an entry when its outcome arrives."""

    revision: int
    seen: int
    feed_id: int
    published: int
    found: bool  # something was found in an earlier revision
    story_id: int
    keys: bytes | None
    slugs: frozenset[str]


class Recorder:
    """Saves outcomes; ``enqueue`` and ``fold`` are the outbox's."""

    def __init__(self, db: Connection, stories: Stories, keys: Keys, enqueue: Enqueue, fold: Fold) -> None:
        self._db = db
        self._stories = stories
        self._keys = keys
        self._enqueue = enqueue
        self._fold = fold

    def record(self, outcomes: Sequence[Outcome]) -> list[int]:
        """Save outcomes in one transaction, or with the open one; the story of each entry, 0 for none."""
        if not outcomes:
            return []
        with self._db.transaction(part=False):
            plain = self._record_plain([outcome for outcome in outcomes if _is_plain(outcome)])
            return [0 if outcome.entry_id in plain else self._record(outcome) for outcome in outcomes]

    def _record_plain(self, outcomes: Sequence[Outcome]) -> set[int]:
        """Record first decisions that nothing goes with, most of all, together; returns their entries."""
        if len(outcomes) < 2:
            return set()
        found: dict[int, int] = dict(
            self._db.rows(
                "SELECT entry.id, entry.seen FROM json_each(?) AS asked CROSS JOIN entry ON entry.id = asked.value "
                "WHERE entry.revision = 0 "
                "AND NOT EXISTS (SELECT 1 FROM decision WHERE decision.entry_id = entry.id) "
                "AND NOT EXISTS (SELECT 1 FROM finding WHERE finding.entry_id = entry.id)",
                (json.dumps([outcome.entry_id for outcome in outcomes]),),
            )
        )
        plain = {outcome.entry_id: outcome for outcome in reversed(outcomes) if outcome.entry_id in found}
        self._db.run_many(DECIDE, list(map(_decision_row, plain.values())))
        self._db.run_many(
            "DELETE FROM pending WHERE seen = ? AND entry_id = ?",
            [(seen, entry_id) for entry_id, seen in found.items()],
        )
        return set(plain)

    def _record(self, outcome: Outcome) -> int:
        before = self._before(outcome.entry_id)
        edited = outcome.decision is None
        if outcome.decision is not None and not self._decide(outcome):
            return before.story_id  # recorded already
        if outcome.revision >= before.revision:
            self._db.run(
                "DELETE FROM pending WHERE seen = ? AND entry_id = ?", (before.seen, outcome.entry_id)
            )
        story_id = self._stories.save(outcome.story) if outcome.story else before.story_id if edited else 0
        if outcome.assignment is not None and outcome.assignment.merge and story_id:
            self._stories.merge(outcome.assignment.merge, story_id, outcome.entry_id, outcome.decided)
            self._fold(outcome.assignment.merge, story_id, outcome.closing, outcome.decided)
        if before.found or not _is_empty(outcome):
            self._log_way(outcome, before.story_id, story_id)
            self._find(outcome, story_id, before)
        if outcome.deliveries and outcome.story is not None:
            deliveries = [_addressed(delivery, story_id) for delivery in outcome.deliveries]
            self._enqueue(story_id, outcome.story.revision, deliveries, outcome.decided)
        return story_id

    def _before(self, entry_id: int) -> _Before:
        row = self._db.row(
            "SELECT entry.revision, entry.seen, entry.feed_id, entry.published, "
            "finding.entry_id IS NOT NULL, finding.story_id, finding.keys, finding.mentions "
            "FROM entry LEFT JOIN finding ON finding.entry_id = entry.id WHERE entry.id = ?",
            (entry_id,),
        )
        if row is None:
            raise StoreError(f"entry e{entry_id} is not stored: nothing can be recorded about it")
        return _Before(
            revision=row[0],
            seen=row[1],
            feed_id=row[2],
            published=row[3],
            found=bool(row[4]),
            story_id=row[5] or 0,
            keys=row[6],
            slugs=frozenset(accepted(decode_mentions(row[7]))),
        )

    def _decide(self, outcome: Outcome) -> bool:
        """Store the decision; False when this revision has one already."""
        return self._db.run(DECIDE, _decision_row(outcome)) > 0

    def _log_way(self, outcome: Outcome, old_story: int, story_id: int) -> None:
        """Keep a trace of an entry that joined a story or left one."""
        if old_story and old_story != story_id:
            if self._stories.final(old_story) != story_id:  # else it came along in a merge
                self._stories.log(outcome.decided, "split", story_id, old_story, outcome.entry_id)
        elif not old_story and story_id and outcome.story is not None and outcome.story.id:
            self._stories.log(outcome.decided, "join", story_id, None, outcome.entry_id)

    def _find(self, outcome: Outcome, story_id: int, before: _Before) -> None:
        """Store what was found, and by what the entry is found again.

        Of an entry that was edited after its decision, what the outcome leaves out stays.
        """
        entry_id, packed = outcome.entry_id, before.keys
        if outcome.decision is not None or outcome.keys:
            packed = self._keys.replace(entry_id, before.published, outcome.keys, before.keys)
        self._db.run(
            AMEND if outcome.decision is None else REPLACE,
            (
                entry_id,
                outcome.revision,
                story_id or None,
                before.feed_id,
                before.published,
                outcome.moves[0].kind if outcome.moves else None,
                outcome.fingerprint or None,
                packed,
                encode_mentions(outcome.mentions),
                encode_moves(outcome.moves),
                encode_assignment(outcome.assignment),
                encode_context(outcome.context),
            ),
        )
        memo: dict[int, Member] = self._db.memo("member", rows.KEPT)
        memo.pop(entry_id, None)
        if outcome.decision is not None and story_id:
            memo[entry_id] = Member(
                entry_id=entry_id,
                story_id=story_id,
                fingerprint=outcome.fingerprint,
                published=to_time(before.published),
                feed_id=before.feed_id,
            )
        link_entities(self._db, entry_id, frozenset(accepted(outcome.mentions)), before.slugs)


def link_entities(db: Connection, entry_id: int, slugs: frozenset[str], old: frozenset[str]) -> None:
    """Let an entry be found by the entities that it means."""
    for sql, changed in (
        ("DELETE FROM entry_entity WHERE entity_id = ? AND entry_id = ?", old - slugs),
        ("INSERT OR IGNORE INTO entry_entity (entity_id, entry_id) VALUES (?, ?)", slugs - old),
    ):
        if changed:
            db.run_many(sql, [(entity_id, entry_id) for entity_id in intern(db, changed).values()])


def accepted(mentions: Sequence[Mention]) -> tuple[str, ...]:
    """Slugs of the entities that are truly meant, best first."""
    best = sorted((m for m in mentions if m.accepted), key=lambda m: (-m.score, m.field != "title", m.start))
    return tuple(dict.fromkeys(mention.entity for mention in best))


def _decision_row(outcome: Outcome) -> tuple[Any, ...]:
    assert outcome.decision is not None
    return (
        outcome.entry_id,
        outcome.revision,
        to_seconds(outcome.decided),
        encode_verdict(outcome.decision),
        outcome.lang,
        encode_words(outcome.decision.reasons),
    )


def _is_plain(outcome: Outcome) -> bool:
    """Whether all that is to be recorded is the decision on an entry as it first was."""
    return (
        outcome.decision is not None
        and outcome.revision == 0
        and outcome.assignment is None
        and not outcome.deliveries
        and _is_empty(outcome)
    )


def _is_empty(outcome: Outcome) -> bool:
    return not (
        outcome.mentions
        or outcome.moves
        or outcome.story
        or outcome.fingerprint
        or outcome.keys
        or outcome.context
    )


def _addressed(delivery: NewDelivery, story_id: int) -> NewDelivery:
    """The delivery with the id that its story got when it was saved."""
    if delivery.alert.story == story_id:
        return delivery
    return replace(delivery, alert=replace(delivery.alert, story=story_id))
