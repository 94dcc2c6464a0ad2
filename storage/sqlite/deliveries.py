"""Rows of the outbox to deliveries and back: keys, alerts as JSON, times in milliseconds.

Only mapping; what may happen to a delivery is for ``storage.sqlite.outbox``.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from storage.model import Alert, Delivery, DeliveryState

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
