"""Slugs as integers: rows of ``entity``, watched or only referred to.

An entity that leaves the watchlist keeps its row, because entries and stories point to it.
"""

import json
from collections.abc import Iterable

from storage.sqlite.connection import Connection


def find(db: Connection, slugs: Iterable[str]) -> dict[str, int]:
    """Ids of those slugs that have one."""
    return dict(
        db.rows(
            "SELECT slug, id FROM entity WHERE slug IN (SELECT value FROM json_each(?))",
            (json.dumps(list(slugs)),),
        )
    )


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
