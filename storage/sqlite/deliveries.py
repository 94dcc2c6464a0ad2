"""Rows of the outbox, read: deliveries, their keys, alerts as JSON, times in milliseconds.

What is put in is for ``storage.sqlite.outbox``, what becomes of it for ``storage.sqlite.claims``.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from storage.model import Alert, Delivery, DeliveryState
from storage.sqlite.connection import Connection

OPEN = "('pending', 'retry', 'claimed')"  # states of what is not over yet
CLOCK_SLACK = 1_000  # milliseconds by which a row may lie ahead before the clock counts as set back
KEY_LENGTH = 24  # hex characters; Discord's nonce may have 25
DELIVERY = (
    "id, key, destination, story_id, revision, alert, state, priority, created, due, attempts, "
    "first_attempt, last_attempt, last_error, ambiguous, message_id, reply_to, ping_role, batch, "
    "(SELECT key FROM delivery AS told WHERE told.story_id = delivery.story_id "
    "AND told.destination = delivery.destination AND told.update_kind IS NULL AND told.occasion IS NULL "
    "ORDER BY told.id DESC LIMIT 1), occasion"
)

_encode = msgspec.json.Encoder().encode
_decode_alert = msgspec.json.Decoder(Alert).decode


def delivery_key(instance: str, destination: str, story: int, revision: int) -> str:
    """The idempotency key of a delivery: the same whenever and wherever it is computed."""
    named = f"{instance}|{destination}|{story}|{revision}"
    return hashlib.sha256(named.encode()).hexdigest()[:KEY_LENGTH]


def batch_key(keys: Sequence[str]) -> str:
    """The key of a digest message that stands for the deliveries with ``keys``."""
    return hashlib.sha256("|".join(("digest", *keys)).encode()).hexdigest()[:KEY_LENGTH]


def encode_alert(alert: Alert) -> str:
    """An alert as JSON."""
    return _encode(alert).decode()


def decode_alert(text: str) -> Alert:
    """The inverse of ``encode_alert``."""
    return _decode_alert(text)


def delivery(row: tuple[Any, ...]) -> Delivery:
    """A delivery from the columns ``DELIVERY``."""
    return Delivery(
        id=row[0],
        key=row[1],
        destination=row[2],
        story=row[3],
        revision=row[4],
        alert=decode_alert(row[5]),
        state=DeliveryState(row[6]),
        priority=row[7],
        created=from_ms(row[8]),
        due=from_ms(row[9]),
        attempts=row[10],
        first_attempt=None if row[11] is None else from_ms(row[11]),
        last_attempt=None if row[12] is None else from_ms(row[12]),
        last_error=row[13],
        ambiguous=row[14],
        message_id=row[15],
        reply_to=row[16],
        ping_role=row[17],
        batch=row[18],
        first_key=row[19],
        occasion=row[20],
    )


def to_ms(moment: datetime, *, up: bool = False) -> int:
    """Epoch milliseconds of an aware datetime, rounded down or ``up``."""
    micros = round(moment.timestamp() * 1_000_000)
    return -(-micros // 1000) if up else micros // 1000


def from_ms(milliseconds: int) -> datetime:
    """The aware UTC datetime of epoch milliseconds."""
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)


def select(db: Connection, where: str, arguments: dict[str, Any] | None = None) -> list[Delivery]:
    """The deliveries for which ``where`` (and what follows it in a query) holds."""
    found = db.rows(f"SELECT {DELIVERY} FROM delivery WHERE {where}", arguments or {})
    return [delivery(row) for row in found]


class Deliveries:
    """Questions about what is in the outbox."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def pending_count(self) -> int:
        """Deliveries that are not over yet."""
        count: int = self._db.value(f"SELECT count(*) FROM delivery WHERE state IN {OPEN}")
        return count

    def due_count(self, now: datetime) -> int:
        """Deliveries that can be sent now, that a courier left in its hand, or that wait for ``rebase``."""
        count: int = self._db.value(
            f"SELECT count(*) FROM delivery WHERE state IN {OPEN} "
            f"AND (due <= :now OR state = 'claimed' OR touched > :now + {CLOCK_SLACK})",
            {"now": to_ms(now)},
        )
        return count

    def by_key(self, key: str) -> Delivery | None:
        """The delivery with a key; for the key of a digest, the first one in it."""
        found = select(self._db, "key = :key", {"key": key}) or select(
            self._db, "batch = :key ORDER BY id LIMIT 1", {"key": key}
        )
        return found[0] if found else None

    def for_story(self, story_id: int) -> list[Delivery]:
        """All deliveries about a story, first to last."""
        return select(self._db, "story_id = :story ORDER BY id", {"story": story_id})

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
            "AND occasion IS NULL AND state <> 'superseded' "
            "UNION ALL SELECT destination FROM story_message WHERE story_id = :story",
            {"story": story_id},
        )
        return frozenset(row[0] for row in found)

    def listed(self, story_id: int) -> frozenset[str]:
        """Destinations where the story is a line of a message on several, told or waiting."""
        found = self._db.rows(
            "SELECT destination FROM delivery WHERE story_id = :story AND occasion IS NOT NULL "
            "UNION ALL SELECT destination FROM waiting_line WHERE story_id = :story",
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

    def dead_unannounced(self) -> list[Delivery]:
        """Deliveries that died since people were last told."""
        return select(self._db, "state = 'dead' AND announced IS NULL ORDER BY id")
