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
from storage.sqlite.parties import OTHER, SIDES, on_side, slug_word
from storage.sqlite.watchlist import Watched

BATCH = 100  # stories looked at together
MOST = 2_000  # newest moves of a party that are looked through

Place = tuple[Any, ...]  # when its story was opened, the story's id, the move's ordinal there


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
            places = self._with_parties(parties, earliest) if parties else self._newest(kind, earliest, limit)
            for start in range(0, len(places), BATCH):
                for record in self._records(places[start : start + BATCH]):
                    if kind in (None, record.move.kind) and all(
                        on_side(record.move, side, slugs, name) for side, slugs, name in parties
                    ):
                        found.append(record)
                        if len(found) == limit:
                            return found
        return found

    def of(self, slug: str, limit: int = 100) -> list[MoveRecord]:
        """Moves to which an entity is a party in whatever role, newest first."""
        with self._db.snapshot():
            sides = sorted({*SIDES.values(), OTHER})
            places = {place for side in sides for place in self._with_word(slug_word(slug), side, 0, limit)}
            return self._records(_ordered(places)[:limit])

    def _slugs(self, name: str) -> set[str]:
        return {entity.slug for entity in self._watchlist.find(name)} | {name.strip().casefold()}

    def _newest(self, kind: str | None, earliest: int, limit: int) -> list[Place]:
        where, arguments = ("kind = ? AND ", [kind]) if kind is not None else ("", [])
        return self._db.rows(
            f"SELECT opened, story_id, ordinal FROM story_move WHERE {where}opened >= ? "
            "ORDER BY opened DESC, story_id DESC, ordinal LIMIT ?",
            (*arguments, earliest, limit),
        )

    def _with_parties(self, parties: Sequence[tuple[str, set[str], str]], earliest: int) -> list[Place]:
        """Where all parties may be found together: of each the newest ``MOST`` moves are looked through."""
        common: set[Place] | None = None
        for side, slugs, name in parties:
            places = self._named(name.split(), side, earliest)
            for slug in slugs:
                places.update(self._with_word(slug_word(slug), side, earliest, MOST))
            common = places if common is None else common & places
        return _ordered(common or set())

    def _named(self, words: Sequence[str], side: str, earliest: int) -> set[Place]:
        """Where all words of a name stand; those that stand everywhere narrow nothing, and are left out."""
        found = [set(self._with_word(word, side, earliest, MOST)) for word in dict.fromkeys(words)]
        telling = [places for places in found if len(places) < MOST] or found
        return set.intersection(*telling) if telling else set()

    def _with_word(self, word: str, side: str, earliest: int, limit: int) -> list[Place]:
        return self._db.rows(
            "SELECT opened, story_id, ordinal FROM move_party WHERE word = ? AND side = ? AND opened >= ? "
            "ORDER BY opened DESC, story_id DESC LIMIT ?",
            (word, side, earliest, limit),
        )

    def _records(self, places: Sequence[Place]) -> list[MoveRecord]:
        found = self._db.rows(
            f"SELECT {rows.STORY} FROM story WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps([place[1] for place in places]),),
        )
        stories = {row[0]: rows.story(row) for row in found}
        records = []
        for _, story_id, ordinal in places:
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


def _ordered(places: set[Place]) -> list[Place]:
    """Newest first; moves of one story in their order."""
    return sorted(places, key=lambda place: (-place[0], -place[1], place[2]))
