"""What the store knows about one entity, put together."""

from collections import Counter
from datetime import date, timedelta

from storage.model import FOR_GOOD, Feed, Profile
from storage.sqlite import rows, slugs
from storage.sqlite.connection import Connection
from storage.sqlite.moves import Moves
from storage.sqlite.stories import Stories
from storage.sqlite.watchlist import Watched

STORIES = 200  # newest stories that are looked at
MOVES = 100
ENTRIES = 2_000  # newest entries whose feeds count
COUNTED = 20_000  # newest entries that ``activity`` counts
EPOCH = date(1970, 1, 1)


class Profiles:
    """The verbs ``profile`` and ``activity``."""

    def __init__(self, db: Connection, watchlist: Watched, stories: Stories, moves: Moves) -> None:
        self._db = db
        self._watchlist = watchlist
        self._stories = stories
        self._moves = moves

    def profile(self, slug: str) -> Profile | None:
        """Moves, stories, companions and feeds of a watched entity; None when it is not watched."""
        with self._db.snapshot():
            entity = self._watchlist.get(slug)
            if entity is None:
                return None
            stories = self._stories.related([slug], FOR_GOOD, STORIES)
            companions = Counter(
                other
                for story in stories
                for other in {*story.entities, *(party for move in story.moves for party in move.parties())}
                if other != slug
            )
            return Profile(
                entity=entity,
                moves=tuple(self._moves.of(slug, MOVES)),
                stories=tuple(stories),
                mentioned_with=dict(sorted(companions.items(), key=lambda one: (-one[1], one[0]))),
                feeds=self._feeds(slug),
            )

    def activity(self, slug: str) -> list[tuple[date, int]]:
        """How many of its newest entries were published on each day (UTC); days without any left out."""
        found = self._db.rows(
            "SELECT published / 86400 AS day, count(*) FROM finding WHERE entry_id IN ("
            "SELECT entry_id FROM entry_entity WHERE entity_id = ? ORDER BY entry_id DESC LIMIT ?) "
            "GROUP BY day ORDER BY day",
            (slugs.find(self._db, [slug]).get(slug), COUNTED),
        )
        return [(EPOCH + timedelta(days=day), number) for day, number in found]

    def _feeds(self, slug: str) -> tuple[Feed, ...]:
        """Feeds that mentioned it, as far as its newest entries tell."""
        found = self._db.rows(
            f"SELECT {rows.FEED} FROM feed WHERE id IN (SELECT feed_id FROM finding WHERE entry_id IN ("
            "SELECT entry_id FROM entry_entity WHERE entity_id = ? ORDER BY entry_id DESC LIMIT ?)) "
            "ORDER BY id",
            (slugs.find(self._db, [slug]).get(slug), ENTRIES),
        )
        return tuple(rows.feed(row) for row in found)
