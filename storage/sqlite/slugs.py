"""Slugs as integers: rows of ``entity``, watched or only referred to.

An entity that leaves the watchlist keeps its row, because entries and stories point to it.
"""

import json
from collections.abc import Iterable

from storage.sqlite.connection import Connection

KEPT = 4_096
FEW = 100  # an entry's, which are asked for again and again; not a whole watchlist's


def find(db: Connection, slugs: Iterable[str]) -> dict[str, int]:
    """Ids of those slugs that have one, in their order."""
    wanted = sorted(set(slugs))
    memo: dict[str, int] = db.memo("entity", KEPT) if len(wanted) <= FEW else {}
    new = [slug for slug in wanted if slug not in memo]
    if new:
        memo.update(
            db.rows(
                "SELECT slug, id FROM entity WHERE slug IN (SELECT value FROM json_each(?))",
                (json.dumps(new),),
            )
        )
    return {slug: memo[slug] for slug in wanted if slug in memo}


def intern(db: Connection, slugs: Iterable[str]) -> dict[str, int]:
    """Ids of all slugs, made where they are missing; part of an open transaction."""
    wanted = list(dict.fromkeys(slugs))
    if not wanted:
        return {}
    found = find(db, wanted)
    missing = [(slug,) for slug in wanted if slug not in found]
    if missing:
        db.run_many("INSERT INTO entity (slug) VALUES (?)", missing)
        found = find(db, wanted)
    return found
