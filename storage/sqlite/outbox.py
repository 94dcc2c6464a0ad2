"""The outbox: what was decided to be told, until a courier takes it (``storage.sqlite.claims``).

Deliveries are put in by the transaction that decided them.  Of a story there is one first
message at each destination, which edits change and replies answer; what nobody needs to be
told any more is superseded, never removed.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from storage.model import Alert, DeliveryState, NewDelivery, UpdateKind
from storage.sqlite.connection import Connection
from storage.sqlite.deliveries import Deliveries, decode_alert, delivery_key, encode_alert, to_ms
from storage.sqlite.waiting import Waiting

NO_STORY = 0  # of notices: ids of stories begin at 1


class Outbox:
    """Verbs that put deliveries in; ``instance`` tells this database's keys from those of others."""

    def __init__(self, db: Connection, instance: str, deliveries: Deliveries) -> None:
        self._db = db
        self._instance = instance
        self._deliveries = deliveries
        self.lines = Waiting(db, instance)

    def enqueue(
        self, story_id: int, revision: int, deliveries: Sequence[NewDelivery], now: datetime
    ) -> list[str]:
        """Put deliveries in, within the transaction that decided them; returns their keys.

        What has an occasion becomes a line that waits, see ``lines``, and has no key yet.
        Doing so again changes nothing.  An edit replaces an earlier one that waits; where
        the story's first message still waits (or died), the edit goes into that.  What an
        edit leaves empty (the sentence, the reasons) stays as the first message has it; under
        another report's headline the sentence is that report's, or none.
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

    def announce(self, ids: Sequence[int], now: datetime) -> None:
        """People were told of these deaths."""
        with self._db.transaction():
            self._db.run_many(
                "UPDATE delivery SET announced = ? WHERE id = ?", [(to_ms(now), one) for one in ids]
            )

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
            there = self._deliveries.message(story_id, destination)
            return edit, None if there else "the story has no message here"
        first_id, state, attempts, told, batch = first
        before = decode_alert(told)
        said = edit.said or self._said(story_id, destination, edit.url, before)
        edit = replace(edit, said=said, why=edit.why or before.why)
        if (state == "pending" and not attempts) or state == "dead":
            merged = replace(edit, update=None, fact=None, low_priority=before.low_priority)
            self._db.run(
                "UPDATE delivery SET alert = ?, touched = ? WHERE id = ?",
                (encode_alert(merged), to_ms(now), first_id),
            )
            return edit, "the first message, not sent yet, includes it"
        return edit, "the story was told in a digest" if batch else None

    def _said(self, story_id: int, destination: str, url: str, first: Alert) -> str:
        """The sentence of the report at ``url``, as the first message or a later one there has it; else none.

        A sentence of the rumour under the headline that confirms it would be nobody's words.
        """
        if first.url == url:
            return first.said
        told = self._db.rows(
            "SELECT alert FROM delivery WHERE story_id = ? AND destination = ? ORDER BY id DESC",
            (story_id, destination),
        )
        alerts = (decode_alert(row[0]) for row in told)
        return next((one.said for one in alerts if one.url == url and one.said), "")

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
