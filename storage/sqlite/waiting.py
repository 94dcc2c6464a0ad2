"""Lines that wait to be told together: of a digest, of a mute, of a cooldown.

``Outbox.enqueue`` puts them in; whoever knows when they are due takes them to the outbox as
one message (``tell``), in one transaction, so that each is told once.  A story has one line
at a destination, the latest.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from storage.model import NewDelivery, Occasion, WaitingLine
from storage.sqlite.connection import Connection
from storage.sqlite.deliveries import (
    KEY_LENGTH,
    batch_key,
    decode_alert,
    encode_alert,
    from_ms,
    to_ms,
)

_LINE = "id, destination, story_id, revision, alert, occasion, about, guild, added, due"


class Waiting:
    """Verbs on waiting lines; ``instance`` tells this database's keys from those of others."""

    def __init__(self, db: Connection, instance: str) -> None:
        self._db = db
        self._instance = instance

    def put(self, story_id: int, revision: int, new: NewDelivery, now: datetime) -> None:
        """Let a line wait; it replaces the story's earlier one there.

        What a mute or a cooldown holds back stays theirs where a digest would take it, too.
        """
        assert new.occasion is not None
        with self._db.transaction():
            self._db.run(
                "INSERT INTO waiting_line "
                "(destination, story_id, revision, alert, occasion, about, guild, added, due) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (destination, story_id) DO UPDATE SET "
                "revision = excluded.revision, alert = excluded.alert, "
                "due = CASE excluded.occasion WHEN 'digest' THEN due ELSE excluded.due END, "
                "about = CASE excluded.occasion WHEN 'digest' THEN about ELSE excluded.about END, "
                "occasion = CASE excluded.occasion WHEN 'digest' THEN occasion ELSE excluded.occasion END",
                (
                    new.destination,
                    story_id,
                    revision,
                    encode_alert(replace(new.alert, story=story_id, revision=revision)),
                    new.occasion,
                    new.about,
                    new.guild,
                    to_ms(now),
                    None if new.due is None else to_ms(new.due, up=True),
                ),
            )

    def lines(self, destination: str | None = None) -> list[WaitingLine]:
        """All that wait, or those of one destination, in the order in which they came."""
        if destination is None:
            return self._select("ORDER BY id", ())
        return self._select("WHERE destination = ? ORDER BY id", (destination,))

    def of_story(self, story_id: int) -> list[WaitingLine]:
        """Where a story waits."""
        return self._select("WHERE story_id = ? ORDER BY id", (story_id,))

    def count(self) -> int:
        """How many wait."""
        count: int = self._db.value("SELECT count(*) FROM waiting_line")
        return count

    def stories(self, destination: str) -> set[int]:
        """Stories that wait at a destination."""
        found = self._db.rows("SELECT story_id FROM waiting_line WHERE destination = ?", (destination,))
        return {row[0] for row in found}

    def tell(self, lines: Sequence[WaitingLine], title: str, now: datetime, *, due: datetime) -> str:
        """Take lines of one destination to the outbox as one message, headed ``title``.

        Not sent before ``due``.  Returns its key, the same for the same lines.  Lines that are
        not there any more are left out; with none left there is no message and "" is returned.
        """
        with self._db.transaction():
            there = [line for line in lines if self._take(line)]
            if not there:
                return ""
            keys = [_key(self._instance, line) for line in there]
            batch = batch_key(keys)
            for key, line in zip(keys, there, strict=True):
                self._db.run(
                    "INSERT OR IGNORE INTO delivery (key, destination, story_id, revision, alert, "
                    "state, created, due, update_kind, touched, batch, occasion) "
                    "VALUES (?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?)",
                    (
                        key,
                        line.destination,
                        line.story,
                        line.revision,
                        encode_alert(line.alert),
                        to_ms(now),
                        to_ms(due, up=True),
                        line.alert.update,
                        to_ms(now),
                        batch,
                        title,
                    ),
                )
            return batch

    def rebase(self, now: datetime) -> int:
        """Move lines that were put in by a clock that ran ahead back to ``now``; how many."""
        asked = {"now": to_ms(now)}
        if self._db.value("SELECT 1 FROM waiting_line WHERE added > :now + 1000 LIMIT 1", asked) is None:
            return 0
        with self._db.transaction():
            return self._db.run(
                "UPDATE waiting_line SET due = due - (added - :now), added = :now WHERE added > :now", asked
            )

    def drop(self, lines: Sequence[WaitingLine]) -> int:
        """Tell these nowhere; how many there were."""
        with self._db.transaction():
            return sum(self._take(line) for line in lines)

    def told_alone(self, story_id: int, destination: str) -> None:
        """The story has a message of its own there now: its line has nothing left to tell."""
        self._db.run(
            "DELETE FROM waiting_line WHERE story_id = ? AND destination = ?", (story_id, destination)
        )

    def _take(self, line: WaitingLine) -> bool:
        return self._db.run("DELETE FROM waiting_line WHERE id = ?", (line.id,)) > 0

    def _select(self, rest: str, arguments: tuple[Any, ...]) -> list[WaitingLine]:
        found = self._db.rows(f"SELECT {_LINE} FROM waiting_line {rest}", arguments)
        return [
            WaitingLine(
                id=row[0],
                destination=row[1],
                story=row[2],
                revision=row[3],
                alert=decode_alert(row[4]),
                occasion=Occasion(row[5]),
                about=row[6],
                guild=row[7],
                added=from_ms(row[8]),
                due=None if row[9] is None else from_ms(row[9]),
            )
            for row in found
        ]


def _key(instance: str, line: WaitingLine) -> str:
    """The key of a line in the outbox; never that of a message that the story has of its own."""
    named = f"{instance}|{line.destination}|{line.story}|{line.revision}|{line.occasion}|{line.id}"
    return hashlib.sha256(named.encode()).hexdigest()[:KEY_LENGTH]
