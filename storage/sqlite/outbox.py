"""The outbox: deliveries from the decision to the answer of their destination.

    pending ── claim_due ──> claimed ── mark_sent ──> sent
       ^                        │ ├──── retry_at ───> retry ── claim_due ──> claimed
       └──────── release ───────┘ ├──── mark_dead ──> dead ── resend ──> pending
                                  └──── mark_gone ──> gone

A claim that nobody ended is turned into a retry whose outcome is unknown (``recover``).
One delivery of a destination is in hand at a time, so its order is kept whoever delivers.
Times are milliseconds of the wall clock; ``rebase`` repairs them when that was set back.
What an outcome means, and how it looks, is for ``bot.courier`` and ``bot.render``.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from storage.model import Alert, Delivery, DeliveryState, NewDelivery, UpdateKind
from storage.sqlite.connection import Connection
from storage.sqlite.deliveries import (
    DELIVERY,
    batch_key,
    decode_alert,
    delivery,
    delivery_key,
    encode_alert,
    from_ms,
    to_ms,
)
from storage.sqlite.locks import PassLock, pass_lock
from storage.sqlite.waiting import Waiting

NO_STORY = 0  # of notices: ids of stories begin at 1
# Between two attempts: more was no waiting of ours, but a machine that was off or a clock that
# leapt ahead.  It does not count as time of trying, which ``first_attempt`` tells.
LONGEST_GAP = timedelta(days=1)
CLOCK_SLACK = 1_000  # milliseconds by which a row may lie ahead before the clock counts as set back
_OPEN = "('pending', 'retry', 'claimed')"
# What is first in its story at :destination: nothing of the story may overtake it there.
_FIRST = (
    "destination = :destination AND state IN ('pending', 'retry') AND NOT EXISTS ("
    "SELECT 1 FROM delivery AS before WHERE before.story_id = delivery.story_id "
    "AND before.destination = delivery.destination AND before.id < delivery.id "
    f"AND before.state IN {_OPEN})"
)
_CLAIMABLE = f"{_FIRST} AND due <= :now"
# What was begun is finished first, so that a repeat keeps its place; then the most important.
_ORDER = "ORDER BY attempts > 0 DESC, priority DESC, id"


class Outbox:
    """Verbs on deliveries; ``instance`` tells this database's keys from those of others."""

    def __init__(self, db: Connection, instance: str) -> None:
        self._db = db
        self._instance = instance
        self.lines = Waiting(db, instance)

    # --- in -----------------------------------------------------------------------------

    def enqueue(
        self, story_id: int, revision: int, deliveries: Sequence[NewDelivery], now: datetime
    ) -> list[str]:
        """Put deliveries in, within the transaction that decided them; returns their keys.

        What has an occasion becomes a line that waits, see ``lines``, and has no key yet.
        Doing so again changes nothing.  An edit replaces an earlier one that waits; where
        the story's first message still waits (or died), the edit goes into that.  What an
        edit leaves empty (the sentence, the reasons) stays as the first message has it.
        """
        with self._db.transaction():
            for line in deliveries:
                if line.occasion is not None:
                    self.lines.put(story_id, revision, line, now)
            return [self._put(story_id, revision, one, now) for one in deliveries if one.occasion is None]

    def tell(self, destination: str, lines: Sequence[str], now: datetime) -> None:
        """Put in a notice about the watching itself; one that still waits untried takes the lines up."""
        with self._db.transaction():
            waiting = self._db.row(
                "SELECT id, alert FROM delivery WHERE story_id = ? AND destination = ? "
                "AND state = 'pending' AND attempts = 0 ORDER BY id DESC LIMIT 1",
                (NO_STORY, destination),
            )
            if waiting is not None:
                before = decode_alert(waiting[1])
                longer = encode_alert(replace(before, why=(*before.why, *lines)))
                self._db.run("UPDATE delivery SET alert = ? WHERE id = ?", (longer, waiting[0]))
                return
            number = self._db.value(
                "SELECT coalesce(max(revision), 0) + 1 FROM delivery WHERE story_id = ?", (NO_STORY,)
            )
            alert = Alert(
                story=NO_STORY,
                revision=number,
                headline=lines[0],
                url="",
                source="Movewire",
                published=now,
                why=tuple(lines),
                notice=True,
            )
            self._put(NO_STORY, number, NewDelivery(destination=destination, alert=alert), now)

    def _put(self, story_id: int, revision: int, new: NewDelivery, now: datetime) -> str:
        key = delivery_key(self._instance, new.destination, story_id, revision)
        if self._db.value("SELECT 1 FROM delivery WHERE key = ?", (key,)):
            return key
        alert = replace(new.alert, story=story_id, revision=revision)
        state, note = DeliveryState.PENDING, None
        if alert.update is UpdateKind.EDIT:
            self._supersede_edits(story_id, new.destination, now)
            alert, note = self._edit(story_id, new.destination, alert, now)
            state = DeliveryState.SUPERSEDED if note else state
        else:
            self.lines.told_alone(story_id, new.destination)
        self._db.run(
            "INSERT INTO delivery (key, destination, story_id, revision, alert, state, priority, created, "
            "due, last_error, update_kind, ping_role, touched) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                key,
                new.destination,
                story_id,
                revision,
                encode_alert(alert),
                state,
                new.priority,
                to_ms(now),
                to_ms(now) if new.due is None else to_ms(new.due, up=True),
                note,
                alert.update,
                new.ping_role,
                to_ms(now),
            ),
        )
        return key

    def _supersede_edits(self, story_id: int, destination: str, now: datetime) -> None:
        self._db.run(
            "UPDATE delivery SET state = 'superseded', last_error = 'a later edit includes it', touched = ? "
            "WHERE story_id = ? AND destination = ? AND update_kind = 'edit' "
            "AND state IN ('pending', 'retry')",
            (to_ms(now), story_id, destination),
        )

    def _edit(self, story_id: int, destination: str, edit: Alert, now: datetime) -> tuple[Alert, str | None]:
        """The edit made whole by what the first message says, and why it needs no sending, if so."""
        first = self._db.row(
            "SELECT id, state, attempts, alert, batch FROM delivery WHERE story_id = ? AND destination = ? "
            "AND update_kind IS NULL AND occasion IS NULL ORDER BY id DESC LIMIT 1",
            (story_id, destination),
        )
        if first is None:
            there = self.message(story_id, destination)
            return edit, None if there else "the story has no message here"
        first_id, state, attempts, told, batch = first
        before = decode_alert(told)
        edit = replace(edit, said=edit.said or before.said, why=edit.why or before.why)
        if (state == "pending" and not attempts) or state == "dead":
            merged = replace(edit, update=None, fact=None, low_priority=before.low_priority)
            self._db.run(
                "UPDATE delivery SET alert = ?, touched = ? WHERE id = ?",
                (encode_alert(merged), to_ms(now), first_id),
            )
            return edit, "the first message, not sent yet, includes it"
        return edit, "the story was told in a digest" if batch else None

    def fold(self, others: Sequence[int], into: int, closing: Sequence[NewDelivery], now: datetime) -> None:
        """``others`` turned out to be the story ``into``: one message of each destination stays.

        That is the one of ``into``; or the other's, where nothing about ``into`` is there
        yet.  What waits of the others is not sent, and what was sent is changed by the edits
        in ``closing``, whose ``alert.story`` says whose they are.
        """
        with self._db.transaction():
            for other in others:
                places = self._db.rows(
                    "SELECT DISTINCT destination FROM delivery WHERE story_id = ?", (other,)
                )
                for (place,) in places:
                    if not self._there(into, place) and (
                        self._there(other, place) or not self._waits(into, place)
                    ):
                        self._withdraw(into, place, now)
                        self._db.run(
                            "UPDATE delivery SET story_id = ? WHERE story_id = ? AND destination = ?",
                            (into, other, place),
                        )
                        continue
                    self._withdraw(other, place, now)
                    if self._there(other, place):
                        edits = [c for c in closing if c.alert.story == other and c.destination == place]
                        for edit in edits:
                            self._put(other, edit.alert.revision, edit, now)

    def _there(self, story_id: int, destination: str) -> bool:
        """Whether a story's first message arrived at a destination, or may have."""
        return bool(
            self._db.value(
                "SELECT 1 FROM delivery WHERE story_id = ? AND destination = ? AND update_kind IS NULL "
                "AND (state = 'sent' OR attempts > 0 AND state IN ('claimed', 'retry'))",
                (story_id, destination),
            )
        )

    def _waits(self, story_id: int, destination: str) -> bool:
        return bool(
            self._db.value(
                "SELECT 1 FROM delivery WHERE story_id = ? AND destination = ? AND state = 'pending'",
                (story_id, destination),
            )
        )

    def _withdraw(self, story_id: int, destination: str, now: datetime) -> None:
        """Send nothing of what waits untried: another message tells it."""
        self._db.run(
            "UPDATE delivery SET state = 'superseded', last_error = 'told as another story', touched = ? "
            "WHERE story_id = ? AND destination = ? AND state = 'pending' AND attempts = 0",
            (to_ms(now), story_id, destination),
        )

    # --- out ----------------------------------------------------------------------------

    def destinations(self) -> list[str]:
        """Destinations with open deliveries, due or not."""
        found = self._db.rows(
            f"SELECT DISTINCT destination FROM delivery WHERE state IN {_OPEN} ORDER BY destination"
        )
        return [row[0] for row in found]

    def recover(
        self, destination: str, now: datetime, *, settle: timedelta = timedelta(0), all_claims: bool = False
    ) -> int:
        """Turn claims that nobody will end into retries of unknown outcome; returns how many.

        These are the claims whose lease ran out or, when the caller holds the courier's
        lock, all.  They are due after ``settle``, the time that a request under way may
        still take to be seen at the destination.
        """
        with self._db.transaction():
            return self._db.run(
                "UPDATE delivery SET state = 'retry', holds = 1, due = :due, ambiguous = ambiguous + 1, "
                "lease_until = NULL, worker = NULL, touched = :now, "
                "last_error = 'the process ended in the middle of a send' "
                "WHERE destination = :destination AND state = 'claimed' AND (:all OR lease_until <= :now)",
                {
                    "destination": destination,
                    "now": to_ms(now),
                    "due": to_ms(now + settle),
                    "all": all_claims,
                },
            )

    def claim_due(
        self, now: datetime, *, lease: timedelta, destination: str | None = None, limit: int = 1, worker: str
    ) -> list[Delivery]:
        """Take what is due, most important first, for ``lease``.

        Of one destination nothing is given while another claim there lives or a retry
        that the destination waits for is not due.  What was folded into one digest
        before comes together, whatever ``limit``.
        """
        with self._db.transaction():
            claimed: list[Delivery] = []
            for place in [destination] if destination is not None else self.destinations():
                if len(claimed) < limit and not self._held(place, now):
                    claimed += self._claim(place, now, lease, limit - len(claimed), worker)
            return claimed

    def claim_batch(
        self, deliveries: Sequence[Delivery], now: datetime, *, lease: timedelta, worker: str
    ) -> list[Delivery]:
        """Take exactly these waiting deliveries of one destination as one digest message."""
        ids = [one.id for one in deliveries]
        with self._db.transaction():
            if not ids or self._held(deliveries[0].destination, now):
                return []
            marks = ",".join(map(str, ids))
            waiting = self._db.value(
                f"SELECT count(*) FROM delivery WHERE id IN ({marks}) AND state = 'pending' AND attempts = 0"
            )
            if waiting != len(ids):
                return []
            batch = batch_key([one.key for one in deliveries])
            self._db.run(f"UPDATE delivery SET batch = ? WHERE id IN ({marks})", (batch,))
            return self._take(ids, now, lease, worker)

    def waiting(self, destination: str, now: datetime, limit: int) -> list[Delivery]:
        """The next untried deliveries that may be folded (not edits), in the order of sending."""
        return self._select(
            f"{_CLAIMABLE} AND attempts = 0 AND update_kind IS NOT 'edit' AND occasion IS NULL {_ORDER} LIMIT :limit",
            {"destination": destination, "now": to_ms(now), "limit": limit},
        )

    def waiting_count(self, destination: str) -> int:
        """How many new messages (not edits) wait at a destination."""
        count: int = self._db.value(
            "SELECT count(*) FROM delivery WHERE destination = ? AND state IN ('pending', 'retry') "
            "AND update_kind IS NOT 'edit' AND occasion IS NULL",
            (destination,),
        )
        return count

    def next_due(self, destination: str) -> datetime | None:
        """When the next open delivery of a destination may be claimed; None when none is open."""
        held = self._db.value(
            "SELECT max(CASE state WHEN 'claimed' THEN lease_until ELSE due END) FROM delivery "
            "WHERE destination = ? AND (state = 'claimed' OR state = 'retry' AND holds)",
            (destination,),
        )
        first = self._db.value(f"SELECT min(due) FROM delivery WHERE {_FIRST}", {"destination": destination})
        times = [when for when in (held, first) if when is not None]
        return from_ms(max(times)) if times else None

    def rebase(self, now: datetime) -> int:
        """Move open rows that were written in the future back to ``now``; returns how many.

        Such rows prove that the wall clock was set back: their leases and due times would
        last as much longer.  They keep what was left of them when they were written.
        """
        with self._db.transaction():
            return self._db.run(
                "UPDATE delivery SET due = due - (touched - :now), "
                "lease_until = lease_until - (touched - :now), touched = :now, "
                "first_attempt = min(first_attempt, :now), last_attempt = min(last_attempt, :now) "
                f"WHERE state IN {_OPEN} AND touched > :now + {CLOCK_SLACK}",
                {"now": to_ms(now)},
            )

    def _held(self, destination: str, now: datetime) -> bool:
        return bool(
            self._db.value(
                "SELECT 1 FROM delivery WHERE destination = ? AND (state = 'claimed' "
                "OR state = 'retry' AND holds AND due > ?) LIMIT 1",
                (destination, to_ms(now)),
            )
        )

    def _claim(
        self, destination: str, now: datetime, lease: timedelta, limit: int, worker: str
    ) -> list[Delivery]:
        asked = {"destination": destination, "now": to_ms(now), "limit": limit}
        found = self._db.rows(
            f"SELECT id, batch FROM delivery WHERE {_CLAIMABLE} {_ORDER} LIMIT :limit", asked
        )
        if found and (batch := found[0][1]):
            found = self._db.rows(
                "SELECT id FROM delivery WHERE batch = ? AND state IN ('pending', 'retry') ORDER BY id",
                (batch,),
            )
        ids = [row[0] for row in found]
        return self._take(ids, now, lease, worker)

    def _take(self, ids: Sequence[int], now: datetime, lease: timedelta, worker: str) -> list[Delivery]:
        marks = ",".join(map(str, ids))
        self._db.run(
            "UPDATE delivery SET state = 'claimed', attempts = attempts + 1, last_attempt = :now, "
            "first_attempt = CASE WHEN :now - last_attempt > :gap "
            "THEN first_attempt + (:now - last_attempt - :gap) ELSE coalesce(first_attempt, :now) END, "
            "lease_until = :until, worker = :worker, "
            "touched = :now, reply_to = (SELECT message_id FROM story_message AS told "
            "WHERE told.story_id = delivery.story_id AND told.destination = delivery.destination) "
            f"WHERE id IN ({marks})",
            {
                "now": to_ms(now),
                "until": to_ms(now + lease),
                "worker": worker,
                "gap": int(LONGEST_GAP.total_seconds() * 1000),
            },
        )
        return self._select(f"id IN ({marks}) ORDER BY priority DESC, id")

    # --- outcomes -----------------------------------------------------------------------

    def mark_sent(self, delivery_id: int, message_id: str | None, now: datetime) -> None:
        """It arrived as ``message_id`` (None: the destination gives no id)."""
        with self._db.transaction():
            self._end(delivery_id, DeliveryState.SENT, None, now, message_id)
            if message_id is not None:
                self._db.run(
                    "INSERT OR REPLACE INTO story_message (story_id, destination, message_id) "
                    "SELECT story_id, destination, ? FROM delivery "
                    "WHERE id = ? AND update_kind IS NULL AND batch IS NULL",
                    (message_id, delivery_id),
                )

    def retry_at(
        self,
        delivery_id: int,
        when: datetime,
        error: str,
        *,
        now: datetime,
        ambiguous: bool = False,
        holds: bool = True,
    ) -> None:
        """It did not arrive, or (``ambiguous``) nobody knows; ``holds``: the destination waits for it."""
        with self._db.transaction():
            self._db.run(
                "UPDATE delivery SET state = 'retry', due = ?, last_error = ?, ambiguous = ambiguous + ?, "
                "holds = ?, lease_until = NULL, worker = NULL, touched = ? "
                "WHERE id = ? AND state = 'claimed'",
                (to_ms(when, up=True), error, int(ambiguous), int(holds), to_ms(now), delivery_id),
            )

    def halve(self, deliveries: Sequence[Delivery], error: str, now: datetime) -> None:
        """Make two messages of a digest that was refused; what is left alone goes as its own message.

        What was gathered on an occasion stays a digest, be it of one.
        """
        middle = len(deliveries) // 2
        with self._db.transaction():
            for half in (deliveries[:middle], deliveries[middle:]):
                alone = len(half) == 1 and half[0].occasion is None
                batch = None if alone else batch_key([one.key for one in half])
                self._db.run_many(
                    "UPDATE delivery SET state = 'retry', batch = ?, due = ?, last_error = ?, holds = 0, "
                    "lease_until = NULL, worker = NULL, touched = ? WHERE id = ? AND state = 'claimed'",
                    [(batch, to_ms(now), error, to_ms(now), one.id) for one in half],
                )

    def mark_dead(self, delivery_id: int, error: str, now: datetime) -> None:
        """Given up; ``dead_unannounced`` tells of it once."""
        with self._db.transaction():
            self._end(delivery_id, DeliveryState.DEAD, error, now)

    def mark_stale(self, destination: str, before: datetime, error: str, now: datetime) -> int:
        """Give up what was put in ``before`` and still waits at a destination; returns how many."""
        with self._db.transaction():
            return self._db.run(
                "UPDATE delivery SET state = 'dead', last_error = ?, touched = ? "
                "WHERE destination = ? AND state IN ('pending', 'retry') AND created < ?",
                (error, to_ms(now), destination, to_ms(before)),
            )

    def hurry(self, destination: str, now: datetime) -> int:
        """Make what waits for a retry there due at once; returns how many."""
        with self._db.transaction():
            return self._db.run(
                "UPDATE delivery SET due = min(due, :now), touched = :now "
                "WHERE destination = :destination AND state = 'retry'",
                {"now": to_ms(now), "destination": destination},
            )

    def mark_gone(self, delivery_id: int, error: str, now: datetime) -> None:
        """Its message was deleted at the destination: later edits have nothing to change."""
        with self._db.transaction():
            self._end(delivery_id, DeliveryState.GONE, error, now)
            self._db.run(
                "DELETE FROM story_message WHERE (story_id, destination) = "
                "(SELECT story_id, destination FROM delivery WHERE id = ? AND update_kind IS NOT 'reply')",
                (delivery_id,),
            )

    def supersede(self, delivery_id: int, why: str, now: datetime) -> None:
        """It has nothing left to do."""
        with self._db.transaction():
            self._end(delivery_id, DeliveryState.SUPERSEDED, why, now)

    def doubt_open(self, now: datetime) -> int:
        """After a backup was restored: what is open may have been sent since; returns how many."""
        with self._db.transaction():
            return self._db.run(
                "UPDATE delivery SET state = 'retry', holds = 1, ambiguous = ambiguous + 1, "
                "attempts = max(attempts, 1), lease_until = NULL, worker = NULL, due = min(due, ?), "
                "touched = ?, last_error = 'the database was restored: it may have arrived since' "
                f"WHERE state IN {_OPEN}",
                (to_ms(now), to_ms(now)),
            )

    def release(self, delivery_id: int, now: datetime) -> None:
        """Give a claim back that was not used."""
        with self._db.transaction():
            self._db.run(
                "UPDATE delivery SET state = CASE WHEN attempts > 1 THEN 'retry' ELSE 'pending' END, "
                "attempts = attempts - 1, first_attempt = CASE WHEN attempts > 1 THEN first_attempt END, "
                "lease_until = NULL, worker = NULL, touched = ? WHERE id = ? AND state = 'claimed'",
                (to_ms(now), delivery_id),
            )

    def _end(
        self,
        delivery_id: int,
        state: DeliveryState,
        error: str | None,
        now: datetime,
        message_id: str | None = None,
    ) -> None:
        # An answer that comes after the lease ran out is still the truth; one after it is sent is not.
        self._db.run(
            "UPDATE delivery SET state = ?, last_error = ?, message_id = coalesce(?, message_id), "
            f"lease_until = NULL, worker = NULL, touched = ? WHERE id = ? AND state IN {_OPEN}",
            (state, error, message_id, to_ms(now), delivery_id),
        )

    # --- the dead -----------------------------------------------------------------------

    def dead_unannounced(self) -> list[Delivery]:
        """Deliveries that died since people were last told."""
        return self._select("state = 'dead' AND announced IS NULL ORDER BY id")

    def announce(self, ids: Sequence[int], now: datetime) -> None:
        """People were told of these deaths."""
        with self._db.transaction():
            self._db.run_many(
                "UPDATE delivery SET announced = ? WHERE id = ?", [(to_ms(now), one) for one in ids]
            )

    def resend(self, key: str, now: datetime) -> bool:
        """Send a dead delivery again, at once and by itself; False when ``key`` is not dead.

        Attempts of unknown outcome stay counted: it is looked for before it is repeated.  Of a
        digest, any key of it sends it whole.
        """
        with self._db.transaction():
            return bool(
                self._db.run(
                    "UPDATE delivery SET state = 'pending', attempts = 0, first_attempt = NULL, due = :now, "
                    "announced = NULL, batch = CASE WHEN ambiguous OR occasion IS NOT NULL THEN batch END, "
                    "touched = :now WHERE state = 'dead' AND (key = :key OR occasion IS NOT NULL "
                    "AND batch IN (:key, (SELECT batch FROM delivery WHERE key = :key)))",
                    {"now": to_ms(now), "key": key},
                )
            )

    # --- questions ----------------------------------------------------------------------

    def pending_count(self) -> int:
        """Deliveries that are not over yet."""
        count: int = self._db.value(f"SELECT count(*) FROM delivery WHERE state IN {_OPEN}")
        return count

    def by_key(self, key: str) -> Delivery | None:
        """The delivery with a key; for the key of a digest, the first one in it."""
        found = self._select("key = :key", {"key": key}) or self._select(
            "batch = :key ORDER BY id LIMIT 1", {"key": key}
        )
        return found[0] if found else None

    def for_story(self, story_id: int) -> list[Delivery]:
        """All deliveries about a story, first to last."""
        return self._select("story_id = :story ORDER BY id", {"story": story_id})

    def message(self, story_id: int, destination: str) -> str | None:
        """Id of the story's first message at a destination, while it is there."""
        found: str | None = self._db.value(
            "SELECT message_id FROM story_message WHERE story_id = ? AND destination = ?",
            (story_id, destination),
        )
        return found

    def told(self, story_id: int) -> frozenset[str]:
        """Destinations that have the story's first message, or will when it is sent."""
        found = self._db.rows(
            "SELECT destination FROM delivery WHERE story_id = :story AND update_kind IS NULL "
            "AND occasion IS NULL AND state <> 'superseded' UNION SELECT destination FROM story_message WHERE story_id = :story",
            {"story": story_id},
        )
        return frozenset(row[0] for row in found)

    def listed(self, story_id: int) -> frozenset[str]:
        """Destinations where the story is a line of a message on several, told or waiting."""
        found = self._db.rows(
            "SELECT destination FROM delivery WHERE story_id = :story AND occasion IS NOT NULL "
            "UNION SELECT destination FROM waiting_line WHERE story_id = :story",
            {"story": story_id},
        )
        return frozenset(row[0] for row in found)

    def last_told(self, destination: str, since: datetime, now: datetime) -> dict[str, datetime]:
        """When each entity was last in a first message at a destination, not before ``since``.

        What was put in after ``now`` was by a clock that was wrong: it cools nothing down.
        """
        last: dict[str, datetime] = {}
        for created, alert in self._db.rows(
            "SELECT created, alert FROM delivery WHERE destination = ? AND created BETWEEN ? AND ? "
            "AND update_kind IS NULL AND batch IS NULL ORDER BY created",
            (destination, to_ms(since), to_ms(now)),
        ):
            last.update(dict.fromkeys(decode_alert(alert).entities, from_ms(created)))
        return last

    def due_count(self, now: datetime) -> int:
        """Deliveries that can be sent now, that a courier left in its hand, or that wait for ``rebase``."""
        count: int = self._db.value(
            f"SELECT count(*) FROM delivery WHERE state IN {_OPEN} "
            f"AND (due <= :now OR state = 'claimed' OR touched > :now + {CLOCK_SLACK})",
            {"now": to_ms(now)},
        )
        return count

    def ambiguous_count(self) -> int:
        """Attempts, over all deliveries, whose outcome nobody learned."""
        count: int = self._db.value("SELECT coalesce(sum(ambiguous), 0) FROM delivery")
        return count

    @contextmanager
    def sole_courier(self, holder: str, now: datetime) -> Iterator[PassLock]:
        """The lock under which one process delivers; never waits, see ``locks.pass_lock``.

        It ends with its process, so whoever holds it knows every other claim for a leftover.
        """
        with pass_lock(self._db.path.with_name(self._db.path.name + ".courier.lock"), holder, now) as lock:
            yield lock

    def _select(self, where: str, arguments: dict[str, Any] | None = None) -> list[Delivery]:
        found = self._db.rows(f"SELECT {DELIVERY} FROM delivery WHERE {where}", arguments or {})
        return [delivery(row) for row in found]
