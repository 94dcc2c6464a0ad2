"""The move records: who went from where to where, who bought or funded whom.

Reading only; moves are saved with their stories.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from storage.model import MoveRecord
from storage.sqlite import rows
from storage.sqlite.codec import to_seconds
from storage.sqlite.connection import Connection
from storage.sqlite.faults import damaged
from storage.sqlite.identity import fold
from storage.sqlite.parties import on_side, slug_word
from storage.sqlite.watchlist import Watched

BATCH = 200  # stories looked at together
MOST = 2_000  # moves of the first party that are looked through for the others


class Moves:
    """Verbs on moves."""

    def __init__(self, db: Connection, watchlist: Watched) -> None:
        self._db = db
        self._watchlist = watchlist

    def query(
        self,
        *,
        kind: str | None = None,
        person: str | None = None,
        frm: str | None = None,
        to: str | None = None,
        since: datetime | None = None,
        limit: int = 100,
    ) -> list[MoveRecord]:
        """Moves of live stories, newest first; parties by slug, alias or any words of a name."""
        parties = [
            (side, self._slugs(name), fold(name))
            for side, name in (("person", person), ("from", frm), ("to", to))
            if name is not None
        ]
        earliest = 0 if since is None else to_seconds(since)
        found: list[MoveRecord] = []
        with self._db.snapshot():
            places = self._places(kind, parties, earliest, limit)
            for start in range(0, len(places), BATCH):
                for record in self._records(places[start : start + BATCH]):
                    if all(on_side(record.move, side, slugs, name) for side, slugs, name in parties):
                        found.append(record)
                        if len(found) == limit:
                            return found
        return found

    def of(self, slug: str, limit: int = 100) -> list[MoveRecord]:
        """Moves to which an entity is a party in whatever role, newest first."""
        with self._db.snapshot():
            places = self._db.rows(
                "SELECT DISTINCT story_id, ordinal, opened FROM move_party WHERE word = ? "
                "ORDER BY opened DESC, story_id DESC, ordinal LIMIT ?",
                (slug_word(slug), limit),
            )
            return self._records(places)

    def _slugs(self, name: str) -> set[str]:
        return {entity.slug for entity in self._watchlist.find(name)} | {name.strip().casefold()}

    def _places(
        self, kind: str | None, parties: Sequence[tuple[str, set[str], str]], earliest: int, limit: int
    ) -> list[tuple[int, int]]:
        """Story and ordinal of the moves that may be meant, newest first."""
        kinds = "" if kind is None else "AND story_move.kind = ? "
        if not parties:
            return self._db.rows(
                f"SELECT story_id, ordinal FROM story_move WHERE opened >= ? {kinds}"
                "ORDER BY opened DESC, story_id DESC, ordinal LIMIT ?",
                [earliest, *([] if kind is None else [kind]), limit],
            )
        side, slugs, name = parties[0]
        words = [slug_word(slug) for slug in slugs] + sorted(name.split(), key=len)[-1:]
        found: set[tuple[int, int, int]] = set()
        for word in words:
            found.update(
                self._db.rows(
                    "SELECT p.opened, p.story_id, -p.ordinal FROM move_party AS p CROSS JOIN story_move "
                    "ON story_move.story_id = p.story_id AND story_move.ordinal = p.ordinal "
                    f"WHERE p.word = ? AND p.side = ? AND p.opened >= ? {kinds}"
                    "ORDER BY p.opened DESC, p.story_id DESC, p.ordinal LIMIT ?",
                    [word, side, earliest, *([] if kind is None else [kind]), MOST],
                )
            )
        return [(story_id, -ordinal) for _, story_id, ordinal in sorted(found, reverse=True)[:MOST]]

    def _records(self, places: Sequence[tuple[Any, ...]]) -> list[MoveRecord]:
        found = self._db.rows(
            f"SELECT {rows.STORY} FROM story WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps([place[0] for place in places]),),
        )
        stories = {row[0]: rows.story(row) for row in found}
        records = []
        for story_id, ordinal, *_ in places:
            if story_id not in stories or ordinal >= len(stories[story_id].moves):
                raise damaged(f"story s{story_id} lacks its move {ordinal}")
            story = stories[story_id]
            records.append(
                MoveRecord(
                    move=story.moves[ordinal],
                    story=story.id,
                    headline=story.headline,
                    url=story.url,
                    source=story.source,
                    published=story.opened,
                )
            )
        return records
