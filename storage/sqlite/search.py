"""Full-text search over entries and the backstory.

Of a query the three rarest words are looked up, the newest ``NEWEST`` of each (and of
them together), so the cost does not grow with the store.  What they bring is scored
here: which words it has and how rare they are, in the title or not, how new.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.model import MoveKind, SearchHit, Story
from storage.sqlite import rows, slugs
from storage.sqlite.codec import decode_mentions, to_seconds, to_time
from storage.sqlite.connection import Connection
from storage.sqlite.identity import LONGEST_BODY
from storage.sqlite.index import SAMPLE
from storage.sqlite.profile import Profiles
from storage.sqlite.recording import accepted
from storage.sqlite.watchlist import Watched
from storage.sqlite.words import asked, quoted, stands_in, words

RAREST = 3  # words of a query that are looked up
NEWEST = 200  # entries taken of each look-up
SCANNED = 20_000  # places of a word that a look-up of several words may pass
FILTERED = 3_000  # the same where each place is also checked for an entity or a move
SCORED = 150  # entries whose text is read
HALF_LIFE = 60 * 86_400.0  # seconds in which the weight of newness halves
MEANT = 0.5  # share by which an entry gains when the query names an entity that it means


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filters:
    """What a hit must have besides words; None: anything."""

    entities: tuple[int, ...] | None
    move: str | None
    earliest: int | None

    def sql(self, row: str) -> tuple[str, list[Any]]:
        """Conditions on an entry's id in ``row``, with their arguments."""
        where, arguments = "", []
        if self.entities is not None:
            where += (
                " AND EXISTS (SELECT 1 FROM entry_entity "
                f"WHERE entity_id IN (SELECT value FROM json_each(?)) AND entry_id = {row})"
            )
            arguments.append(json.dumps(self.entities))
        if self.move == "none":
            where += f" AND NOT EXISTS (SELECT 1 FROM finding WHERE entry_id = {row} AND move IS NOT NULL)"
        elif self.move is not None:
            # by the index of moves, which is a hundredth of the table
            where += (
                " AND EXISTS (SELECT 1 FROM finding INDEXED BY finding_move "
                f"WHERE move = ? AND entry_id = {row})"
            )
            arguments.append(self.move)
        return where, arguments


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scored:
    score: float
    published: int
    entry_id: int = 0
    story: Story | None = None


class Search:
    """Verbs that look for things."""

    def __init__(self, db: Connection, watchlist: Watched, profiles: Profiles) -> None:
        self._db = db
        self._watchlist = watchlist
        self.profile = profiles.profile
        self.activity = profiles.activity

    def query(
        self,
        text: str,
        *,
        entity: str | None = None,
        move: str | None = None,
        since: datetime | None = None,
        limit: int = 20,
    ) -> list[SearchHit]:
        """What fits a text, best first; any text is a legal one.

        ``entity`` is a slug, name or alias, ``move`` a kind or "none".  A blank text brings
        the newest that pass these; one of signs only brings nothing.
        """
        terms = asked(text)
        if limit < 1 or (text.strip() and not terms):
            return []
        with self._db.snapshot():
            filters = _Filters(
                entities=None if entity is None else self._entity_ids(entity),
                move=None if move is None else str(MoveKind(move)) if move in set(MoveKind) else "none",
                earliest=None if since is None else to_seconds(since),
            )
            weights = self._weights(terms)
            meant = self._entity_ids(text) if terms else ()
            ids = self._look_up(terms, weights, filters, meant, max(limit, SCORED))
            found = self._score_entries(ids, weights, meant, filters)
            found += self._score_backstory(weights, entity, filters)
            newest = max((one.published for one in found), default=0)
            found.sort(
                key=lambda one: (-one.score * _newness(newest - one.published), -one.published, -one.entry_id)
            )
            return self._hits(found[:limit])

    # --- what is asked --------------------------------------------------------------------

    def _entity_ids(self, name: str) -> tuple[int, ...]:
        named = [entity.slug for entity in self._watchlist.find(name)] or [name.strip().casefold()]
        return tuple(slugs.find(self._db, named).values())

    def _weights(self, terms: Sequence[str]) -> dict[str, float]:
        """How much each word of the query tells, rarest first."""
        total = self._db.value("SELECT seq FROM sqlite_sequence WHERE name = 'entry'") or 1
        counts: dict[str, int] = dict(
            self._db.rows(
                "SELECT word, df FROM word WHERE word IN (SELECT value FROM json_each(?))",
                (json.dumps(terms),),
            )
        )
        rare = {term: math.log(1 + total / (1 + SAMPLE * max(0, counts.get(term, 0)))) for term in terms}
        return dict(sorted(rare.items(), key=lambda pair: -pair[1]))

    # --- candidates -----------------------------------------------------------------------

    def _look_up(
        self,
        terms: Sequence[str],
        weights: Mapping[str, float],
        filters: _Filters,
        meant: Sequence[int],
        limit: int,
    ) -> list[int]:
        """Entries worth scoring, at most ``limit``: those that share the most first."""
        if not terms:
            return self._newest(filters, limit)
        shared: dict[int, float] = {}
        rarest = list(weights)[:RAREST]
        groups = [[term] for term in rarest] + [rarest[:n] for n in range(2, len(rarest) + 1)]
        for group in groups:
            weight = sum(weights[term] for term in group)
            for entry_id in self._with_words(group, weights[group[0]], filters):
                shared[entry_id] = max(shared.get(entry_id, 0.0), weight)
        for entity_id in filters.entities or meant:
            for entry_id in self._newest(
                _Filters(entities=(entity_id,), move=filters.move, earliest=None), NEWEST
            ):
                shared.setdefault(entry_id, 0.0)
        return sorted(shared, key=lambda entry_id: (-shared[entry_id], -entry_id))[:limit]

    def _with_words(self, group: Sequence[str], weight: float, filters: _Filters) -> Iterable[int]:
        where, arguments = filters.sql("entry_words.rowid")
        match = " AND ".join(quoted(term) for term in group)
        bound = FILTERED if where else SCANNED if len(group) > 1 else 0
        found = self._db.rows(
            f"SELECT rowid FROM entry_words WHERE entry_words MATCH ? AND rowid > ?{where} "
            "ORDER BY rowid DESC LIMIT ?",
            (match, self._floor(weight, bound), *arguments, NEWEST),
        )
        return (row[0] for row in found)

    def _floor(self, weight: float, bound: int) -> int:
        """The id above which a word of this weight stands in about ``bound`` entries."""
        total: int = self._db.value("SELECT seq FROM sqlite_sequence WHERE name = 'entry'") or 1
        frequency = total / math.expm1(weight) if weight else total
        return 0 if not bound or frequency <= bound else int(total * (1 - bound / frequency))

    def _newest(self, filters: _Filters, limit: int) -> list[int]:
        """The newest entries that pass the filters, without any word."""
        if filters.entities is not None:
            where, arguments = _Filters(entities=None, move=filters.move, earliest=None).sql("e.entry_id")
            sql = (
                "SELECT entry_id FROM entry_entity AS e WHERE entity_id IN (SELECT value FROM json_each(?))"
                f"{where} ORDER BY entry_id DESC LIMIT ?"
            )
            found = self._db.rows(sql, (json.dumps(filters.entities), *arguments, limit))
        elif filters.move not in (None, "none"):
            found = self._db.rows(
                "SELECT entry_id FROM finding WHERE move = ? ORDER BY entry_id DESC LIMIT ?",
                (filters.move, limit),
            )
        else:
            where, arguments = filters.sql("entry.id")
            found = self._db.rows(
                f"SELECT id FROM entry WHERE id > 0{where} ORDER BY id DESC LIMIT ?", (*arguments, limit)
            )
        return list(dict.fromkeys(row[0] for row in found))

    # --- scores ---------------------------------------------------------------------------

    def _score_entries(
        self, ids: Sequence[int], weights: Mapping[str, float], meant: Sequence[int], filters: _Filters
    ) -> list[_Scored]:
        wanted = json.dumps(ids)
        meaning = {
            row[0]
            for row in self._db.rows(
                "SELECT entry_id FROM json_each(?) AS e CROSS JOIN entry_entity ON entry_id = e.value "
                "AND entity_id IN (SELECT value FROM json_each(?))",
                (wanted, json.dumps(meant)),
            )
        }
        found = []
        for entry_id, title, summary, text, published in self._db.rows(
            f"SELECT id, title, summary, substr(text, 1, {LONGEST_BODY}), published FROM entry "
            "WHERE id IN (SELECT value FROM json_each(?))",
            (wanted,),
        ):
            if filters.earliest is None or published >= filters.earliest:
                score = _score(weights, title or "", f"{summary or ''}\n{text or ''}")
                score *= 1 + MEANT if entry_id in meaning else 1
                if score:
                    found.append(_Scored(score=score, published=published, entry_id=entry_id))
        return found

    def _score_backstory(
        self, weights: Mapping[str, float], entity: str | None, filters: _Filters
    ) -> list[_Scored]:
        match = " OR ".join(quoted(term) for term in weights)
        ids = (
            "SELECT rowid FROM backstory_words WHERE backstory_words MATCH ? ORDER BY rowid DESC LIMIT ?"
            if match
            else "SELECT id FROM story WHERE backstory > ? ORDER BY +id DESC LIMIT ?"  # not through all stories
        )
        found = self._db.rows(f"SELECT {rows.STORY} FROM story WHERE id IN ({ids})", (match, NEWEST))
        wanted = set(filters.entities or ())
        scored = []
        for story in map(rows.story, found):
            if filters.earliest is not None and to_seconds(story.opened) < filters.earliest:
                continue
            if filters.move is not None and (story.main.kind if story.main else "none") != filters.move:
                continue
            if entity is not None and not wanted & set(slugs.find(self._db, story.entities).values()):
                continue
            names = " ".join(name for move in story.moves for names in move.names.values() for name in names)
            evidence = " ".join(move.evidence for move in story.moves)
            score = _score(weights, story.headline, f"{names} {evidence}")
            if score:
                scored.append(_Scored(score=score, published=to_seconds(story.opened), story=story))
        return scored

    # --- answers --------------------------------------------------------------------------

    def _hits(self, found: Sequence[_Scored]) -> list[SearchHit]:
        entries = {
            row[0]: row
            for row in self._db.rows(
                "SELECT entry.id, entry.title, entry.url, coalesce(source.name, feed.title), "
                "entry.published, finding.mentions, finding.move, finding.story_id "
                f"FROM {rows.ENTRY_FROM} LEFT JOIN finding ON finding.entry_id = entry.id "
                "WHERE entry.id IN (SELECT value FROM json_each(?))",
                (json.dumps([one.entry_id for one in found]),),
            )
        }
        return [_story_hit(one.story) if one.story else _entry_hit(entries[one.entry_id]) for one in found]


def _entry_hit(row: tuple[Any, ...]) -> SearchHit:
    return SearchHit(
        id=f"e{row[0]}",
        title=row[1],
        url=row[2],
        source=row[3] or rows.host(row[2]),
        published=to_time(row[4]),
        entities=accepted(decode_mentions(row[5])),
        move=row[6] or "none",
        story=f"s{row[7]}" if row[7] else None,
    )


def _story_hit(story: Story) -> SearchHit:
    return SearchHit(
        id=f"s{story.id}",
        title=story.headline,
        url=story.url,
        source=story.source,
        published=story.opened,
        entities=story.entities,
        move=str(story.main.kind) if story.main else "none",
        story=f"s{story.id}",
    )


def _score(weights: Mapping[str, float], title: str, body: str) -> float:
    """0..2: the square of the share of the query that is there, up to twice that for the title."""
    if not weights:
        return 1.0
    in_title = set(words(title))
    named = {term for term in weights if stands_in(term, in_title)}
    in_body = set(words(body)) if len(named) < len(weights) else set()
    there = named | {term for term in weights if stands_in(term, in_body)}
    whole = sum(weights.values())
    share = sum(weights[term] for term in there) / whole
    return share * share * (1 + sum(weights[term] for term in named) / whole)


def _newness(age: int) -> float:
    """From 1 for the newest down to one half for the oldest."""
    return 0.5 + 0.5 * math.exp2(-age / HALF_LIFE)
