"""The stories: saved, merged, found again by keys, by entities and by id.

Links to entities and moves exist for live stories only; a story that was merged keeps
its row and points to the one that took it in.  Who belongs together is decided by
``watchers.stories``.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import zip_longest

from storage.model import Entry, Member, Story
from storage.sqlite import rows, slugs
from storage.sqlite.codec import (
    encode_moves,
    encode_outlets,
    encode_words,
    to_seconds,
    to_seconds_or_none,
    to_time,
    to_time_or_none,
)
from storage.sqlite.connection import Connection
from storage.sqlite.index import index_backstory
from storage.sqlite.keys import DEPTH, Keys
from storage.sqlite.newest import EARLIEST, Newest
from storage.sqlite.parties import link_moves, unlink_moves

FAINT = 0.25  # of what the best candidate's shared keys tell: less is no candidate
RELATED_DEPTH = 1_000  # newest stories of all entities asked for, among which the shared ones are found
MERGE_DEPTH = 64  # a chain of merges longer than this is a loop


class Stories:
    """Verbs on stories."""

    def __init__(self, db: Connection, keys: Keys) -> None:
        self._db = db
        self._keys = keys
        self._told = Newest(db, "story_entity", "entity_id", "opened", "story_id", RELATED_DEPTH // 2)

    # --- reading ------------------------------------------------------------------------

    def get(self, story_id: int) -> Story | None:
        """The story with an id, or the one that it was merged into."""
        for _ in range(MERGE_DEPTH):
            found = self._load([story_id])
            if not found or (after := found[0].merged_into) is None:
                return found[0] if found else None
            story_id = after
        return None

    def final(self, story_id: int) -> int:
        """The id of the story that a story has become."""
        for _ in range(MERGE_DEPTH):
            after = self._db.value("SELECT merged_into FROM story WHERE id = ?", (story_id,))
            if after is None:
                break
            story_id = after
        return story_id

    def candidates(
        self, keys: Mapping[str, float], since: datetime, until: datetime, limit: int = 200
    ) -> list[Member]:
        """Entries of stories published in between that share a key, newest first.

        ``keys`` says what each key tells.  Of each the newest entries are looked at; at most
        ``limit`` stay, those that share what tells the most, and none that is faint beside the best.
        """
        with self._db.snapshot():
            shared = self._keys.newest(keys, to_seconds(since), to_seconds(until), max(limit, DEPTH))
            least = FAINT * max(shared.values(), default=0.0)
            best = sorted(
                ((tells, entry_id) for entry_id, tells in shared.items() if tells >= least), reverse=True
            )
            return self._members([entry_id for _, entry_id in best[:limit]])

    def members(self, story_id: int) -> list[Entry]:
        """The entries that tell a story, oldest first."""
        found = self._db.rows(
            f"SELECT {rows.ENTRY} FROM finding CROSS JOIN {rows.ENTRY_FROM} "
            "WHERE entry.id = finding.entry_id AND finding.story_id = ? ORDER BY entry.published, entry.id",
            (self.final(story_id),),
        )
        return [rows.entry(row) for row in found]

    def rarity(self, keys: Sequence[str]) -> dict[str, int]:
        """In how many entries each key stands."""
        return self._keys.rarity(keys)

    def total(self) -> int:
        """How many entries have keys: what ``rarity`` is a share of."""
        return self._keys.total()

    def related(self, entities: Sequence[str], before: datetime, limit: int = 200) -> list[Story]:
        """Stories opened before a time that share an entity, newest first, backstory included.

        Where there are more than ``limit``, those that share several entities stay first, then
        the newest of each entity in turn: who is seldom told of is not crowded out by a giant.
        """
        with self._db.snapshot():
            ids = list(slugs.find(self._db, entities).values())
            depth = max(limit, RELATED_DEPTH // len(ids)) if len(ids) > 1 else limit
            newest = self._told.of(ids, EARLIEST, to_seconds(before) - 1, depth)
            chosen = sorted(_chosen(newest, limit), reverse=True)
            return self._load([story_id for _, story_id in chosen])

    def recent(self, limit: int = 20) -> list[Story]:
        """The latest live stories told by entries, newest first."""
        found = self._db.rows(
            f"SELECT {rows.STORY} FROM story WHERE merged_into IS NULL AND backstory IS NULL "
            "ORDER BY id DESC LIMIT ?",
            (limit,),
        )
        return [rows.story(row) for row in found]

    def alerted_since(self, moment: datetime) -> int:
        """How many stories were alerted since a time: what the flood guard counts."""
        count: int = self._db.value("SELECT count(*) FROM story WHERE alerted >= ?", (to_seconds(moment),))
        return count

    def count(self) -> int:
        """How many live stories there are, backstory included."""
        count: int = self._db.value("SELECT count(*) FROM story WHERE merged_into IS NULL")
        return count

    # --- writing ------------------------------------------------------------------------

    def save(self, story: Story) -> int:
        """Insert a story (id 0) or replace it; its id.  Part of an open transaction."""
        return self._save(story, None)

    def add_backstory(self, story: Story, key: str) -> int:
        """Insert or replace an earlier story of the seeds, known by its key; its id."""
        with self._db.transaction():
            known = self._db.value("SELECT id FROM story WHERE backstory = ?", (key,))
            if known is not None:
                return int(known)
            story_id = self._save(story, key)
            index_backstory(self._db, story_id, story)
            return story_id

    def merge(self, others: Sequence[int], into: int, entry_id: int, at: datetime) -> None:
        """Other stories turn out to be the same event: their entries move, they point to it."""
        for other in others:
            other = self.final(other)
            if other == into:
                continue
            old = self._load([other])[0]
            self._unlink(old)
            self._db.run("UPDATE story SET merged_into = ? WHERE id = ?", (into, other))
            self._db.run("UPDATE finding SET story_id = ? WHERE story_id = ?", (into, other))
            self._db.memo("member", rows.KEPT).clear()
            self._db.memo("story", rows.KEPT).pop(other, None)
            self._db.run(
                "INSERT OR IGNORE INTO story_message (story_id, destination, message_id) "
                "SELECT ?, destination, message_id FROM story_message WHERE story_id = ?",
                (into, other),
            )
            self._db.run("UPDATE OR IGNORE waiting_line SET story_id = ? WHERE story_id = ?", (into, other))
            self._db.run("DELETE FROM waiting_line WHERE story_id = ?", (other,))
            self.log(at, "merge", into, other, entry_id)

    def log(self, at: datetime, kind: str, story_id: int, other_id: int | None, entry_id: int) -> None:
        """Keep a trace of how stories came to be."""
        self._db.run(
            "INSERT INTO story_event (at, kind, story_id, other_id, entry_id) VALUES (?, ?, ?, ?, ?)",
            (to_seconds(at), kind, story_id, other_id, entry_id),
        )

    # --- inside -------------------------------------------------------------------------

    def _load(self, ids: Sequence[int]) -> list[Story]:
        """Stories in the order of their ids as given."""
        memo: dict[int, Story] = self._db.memo("story", rows.KEPT)
        new = [story_id for story_id in ids if story_id not in memo]
        if new:
            found = self._db.rows(
                f"SELECT {rows.STORY} FROM story WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(new),),
            )
            memo.update((row[0], rows.story(row)) for row in found)
        return [memo[story_id] for story_id in ids if story_id in memo]

    def _members(self, ids: Iterable[int]) -> list[Member]:
        """Those entries that tell a story, newest first."""
        memo: dict[int, Member] = self._db.memo("member", rows.KEPT)
        wanted = list(ids)
        new = [entry_id for entry_id in wanted if entry_id not in memo]
        if new:
            for entry_id, story_id, fingerprint, published, feed_id in self._db.rows(
                "SELECT entry_id, story_id, fingerprint, published, feed_id FROM finding "
                "WHERE entry_id IN (SELECT value FROM json_each(?)) AND story_id IS NOT NULL",
                (json.dumps(new),),
            ):
                memo[entry_id] = Member(
                    entry_id=entry_id,
                    story_id=story_id,
                    fingerprint=fingerprint or "",
                    published=to_time(published),
                    feed_id=feed_id,
                )
        found = [memo[entry_id] for entry_id in wanted if entry_id in memo]
        return sorted(found, key=lambda one: (one.published, one.entry_id), reverse=True)

    def _save(self, story: Story, key: str | None) -> int:
        columns = (
            story.headline,
            story.url,
            story.source,
            to_seconds(story.opened),
            to_seconds(story.updated),
            encode_words(story.entities),
            encode_moves(story.moves),
            encode_outlets(story.outlets),
            story.follows,
            to_seconds_or_none(story.alerted),
            story.revision,
            story.facts or None,
        )
        old = self._load([story.id])[0] if story.id else None
        if old is None:
            story_id = self._db.insert(
                "INSERT INTO story (headline, url, source, opened, updated, entities, moves, outlets, "
                "follows, alerted, revision, facts, backstory) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
                (*columns, key),
            )
        else:
            story_id = old.id
            self._db.run(
                "UPDATE story SET headline = ?, url = ?, source = ?, opened = ?, updated = ?, entities = ?, "
                "moves = ?, outlets = ?, follows = ?, alerted = ?, revision = ?, facts = ? WHERE id = ?",
                (*columns, story_id),
            )
        saved = replace(  # as it would be read
            story,
            id=story_id,
            opened=to_time(to_seconds(story.opened)),
            updated=to_time(to_seconds(story.updated)),
            alerted=to_time_or_none(to_seconds_or_none(story.alerted)),
            merged_into=None if old is None else old.merged_into,
            backstory=key is not None if old is None else old.backstory,
        )
        self._db.memo("story", rows.KEPT)[story_id] = saved
        if old is None or (old.opened, old.entities, old.moves) != (
            saved.opened,
            saved.entities,
            saved.moves,
        ):
            if old is not None:
                self._unlink(old)
            self._link(saved)
        return story_id

    def _link(self, story: Story) -> None:
        opened = to_seconds(story.opened)
        named = dict.fromkeys(story.entities) | dict.fromkeys(
            s for m in story.moves for s in sorted(m.parties())
        )
        self._told.add(slugs.intern(self._db, named).values(), opened, story.id)
        link_moves(self._db, story.id, opened, story.moves)

    def _unlink(self, story: Story) -> None:
        opened = to_seconds(story.opened)
        named = dict.fromkeys(story.entities) | dict.fromkeys(s for m in story.moves for s in m.parties())
        self._told.remove(slugs.find(self._db, named).values(), opened, story.id)
        unlink_moves(self._db, story.id, opened, story.moves)


def _chosen(lists: Sequence[Sequence[tuple[int, int]]], limit: int) -> set[tuple[int, int]]:
    """At most ``limit`` stories out of each entity's, oldest first: the shared ones, then by turns."""
    seen: set[tuple[int, int]] = set()
    several: set[tuple[int, int]] = set()
    for newest in lists:
        several |= seen.intersection(newest)
        seen.update(newest)
    if len(seen) <= limit:
        return seen
    chosen = dict.fromkeys(sorted(several, reverse=True)[: limit // 2])
    for turn in zip_longest(*map(reversed, lists)):
        for row in turn:
            if row is not None and len(chosen) < limit:
                chosen.setdefault(row)
        if len(chosen) >= limit:
            break
    return set(chosen)
