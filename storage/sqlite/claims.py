"""What a courier does with the outbox: take what is due, and say how it ended.

    pending ── claim_due ──> claimed ─┬─ mark_sent ──> sent
                                      ├─ retry_at ───> retry ── claim_due ──> claimed
                                      ├─ mark_dead ──> dead ── Outbox.resend ──> pending
                                      └─ mark_gone ──> gone

A claim that nobody ended is turned into a retry whose outcome is unknown (``recover``).
One delivery of a destination is in hand at a time, so its order is kept whoever delivers.
Times are milliseconds of the wall clock; ``rebase`` repairs them when that was set back.
What an outcome means, and how it looks, is for ``bot.courier`` and ``bot.render``.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from storage.model import Delivery, DeliveryState
from storage.sqlite.connection import Connection
from storage.sqlite.deliveries import CLOCK_SLACK, OPEN, batch_key, from_ms, select, to_ms
from storage.sqlite.locks import PassLock, pass_lock

# Between two attempts: more was no waiting of ours, but a machine that was off or a clock that
# leapt ahead.  It does not count as time of trying, which ``first_attempt`` tells.
LONGEST_GAP = timedelta(days=1)
# What is first in its story at :destination: nothing of the story may overtake it there.
_FIRST = (
    "destination = :destination AND state IN ('pending', 'retry') AND NOT EXISTS ("
    "SELECT 1 FROM delivery AS before WHERE before.story_id = delivery.story_id "
    "AND before.destination = delivery.destination AND before.id < delivery.id "
    f"AND before.state IN {OPEN})"
)
_CLAIMABLE = f"{_FIRST} AND due <= :now"
# What was begun is finished first, so that a repeat keeps its place; then the most important.
_ORDER = "ORDER BY attempts > 0 DESC, priority DESC, id"


class Claims:
    """Verbs of the courier."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def destinations(self) -> list[str]:
        """Destinations with open deliveries, due or not."""
        found = self._db.rows(
            f"SELECT DISTINCT destination FROM delivery WHERE state IN {OPEN} ORDER BY destination"
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
        return select(
            self._db,
            f"{_CLAIMABLE} AND attempts = 0 AND update_kind IS NOT 'edit' AND occasion IS NULL "
            f"{_ORDER} LIMIT :limit",
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
                f"WHERE state IN {OPEN} AND touched > :now + {CLOCK_SLACK}",
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
        return select(self._db, f"id IN ({marks}) ORDER BY priority DESC, id")

    # --- outcomes ----------------------------------------------------------------------------

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
                f"WHERE state IN {OPEN}",
                (to_ms(now), to_ms(now)),
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
            f"lease_until = NULL, worker = NULL, touched = ? WHERE id = ? AND state IN {OPEN}",
            (state, error, message_id, to_ms(now), delivery_id),
        )

    @contextmanager
    def sole_courier(self, holder: str, now: datetime) -> Iterator[PassLock]:
        """The lock under which one process delivers; never waits, see ``locks.pass_lock``.

        It ends with its process, so whoever holds it knows every other claim for a leftover.
        """
        with pass_lock(self._db.path.with_name(self._db.path.name + ".courier.lock"), holder, now) as lock:
            yield lock
