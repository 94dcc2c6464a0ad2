"""The entries: what waits for a decision, what is stored, what was decided about it.

Writing them is for ``polls`` (what feeds bring) and ``recording`` (what was decided).
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from storage.model import Delivery, Entry, Outcome, RecordedEntry
from storage.sqlite import identity, rows
from storage.sqlite.codec import (
    decode_assignment,
    decode_context,
    decode_decision,
    decode_mentions,
    decode_moves,
    to_seconds,
    to_time,
)
from storage.sqlite.connection import Connection
from storage.sqlite.recording import Recorder
from storage.sqlite.stories import Stories

READ_AT_ONCE = 500  # entries held in memory while a long history is read


class Entries:
    """Verbs on entries."""

    def __init__(
        self,
        db: Connection,
        stories: Stories,
        recorder: Recorder,
        deliveries: Callable[[int], Sequence[Delivery]],
    ) -> None:
        self._db = db
        self._stories = stories
        self._recorder = recorder
        self._deliveries = deliveries

    def pending(self, limit: int = 200) -> list[Entry]:
        """Entries that are not decided at their present revision, oldest seen first."""
        found = self._db.rows(
            f"SELECT {rows.ENTRY} FROM (SELECT entry_id FROM pending ORDER BY seen, entry_id LIMIT ?) AS due "
            f"CROSS JOIN entry ON entry.id = due.entry_id CROSS JOIN feed ON feed.id = entry.feed_id "
            "LEFT JOIN source ON source.id = entry.source_id ORDER BY entry.seen, entry.id",
            (limit,),
        )
        return [rows.entry(row) for row in found]

    def pending_count(self) -> int:
        """How many wait."""
        count: int = self._db.value("SELECT count(*) FROM pending")
        return count

    def get(self, entry_id: int) -> Entry | None:
        """The entry with an id."""
        row = self._db.row(f"SELECT {rows.ENTRY} FROM {rows.ENTRY_FROM} WHERE entry.id = ?", (entry_id,))
        return None if row is None else rows.entry(row)

    def by_url(self, url: str) -> Entry | None:
        """The entry with this canonical link, now or else before an edit; the latest of several."""
        found = self._db.rows(
            "SELECT entry_id FROM feed CROSS JOIN entry_key ON feed_id = feed.id "  # a look at each feed
            "WHERE key = ? ORDER BY entry_id DESC",
            (identity.link_key(url),),
        )
        entries = [entry for row in found if (entry := self.get(row[0])) is not None]
        now = (entry for entry in entries if entry.canonical_url == url)
        return next(now, entries[0] if entries else None)

    def count(self) -> int:
        """How many are stored."""
        count: int = self._db.value("SELECT count(*) FROM entry")
        return count

    def seen_since(self, moment: datetime) -> Iterator[Entry]:
        """Entries first seen at ``moment`` or later, in the order in which they came; a few at a time."""
        last = 0
        while True:
            found = self._db.rows(
                f"SELECT {rows.ENTRY} FROM {rows.ENTRY_FROM} WHERE entry.id > ? AND entry.seen >= ? "
                "ORDER BY entry.id LIMIT ?",
                (last, to_seconds(moment), READ_AT_ONCE),
            )
            if not found:
                return
            entries = [rows.entry(row) for row in found]
            last = entries[-1].id
            yield from entries

    def record(self, outcomes: Sequence[Outcome]) -> list[int]:
        """Save all that was found out about entries: commit 2 of an entry's life.

        One transaction: mentions, moves, story, decision, context and deliveries.  An
        outcome that is recorded already is left alone.  Returns the id of each entry's
        story, 0 for none.
        """
        return self._recorder.record(outcomes)

    def recorded(self, entry_id: int) -> RecordedEntry | None:
        """An entry with everything that was decided about it."""
        with self._db.snapshot():
            entry = self.get(entry_id)
            if entry is None:
                return None
            decisions = self._db.rows(
                "SELECT decided, verdict, reasons, lang FROM decision WHERE entry_id = ? ORDER BY revision",
                (entry_id,),
            )
            found = self._db.row(
                "SELECT story_id, mentions, moves, assignment, context FROM finding WHERE entry_id = ?",
                (entry_id,),
            ) or (None, None, None, None, None)
            return RecordedEntry(
                entry=entry,
                lang=decisions[-1][3] if decisions else None,
                mentions=decode_mentions(found[1]),
                moves=decode_moves(found[2]),
                decisions=tuple((to_time(at), decode_decision(v, why)) for at, v, why, _ in decisions),
                story=self._stories.get(found[0]) if found[0] else None,
                assignment=decode_assignment(found[3]),
                context=decode_context(found[4]),
                deliveries=tuple(self._deliveries(found[0])) if found[0] else (),
            )
