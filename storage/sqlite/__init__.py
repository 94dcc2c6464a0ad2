"""The store on SQLite: ``open_store(path)`` and little else is public.

The verbs' modules: feeds and polls, entries and recording, watchlist, stories and keys,
moves and parties, search and profile, outbox, upkeep.
"""

import sqlite3

from storage.sqlite.store import SqliteStore, open_store

__all__ = ["SqliteStore", "open_store", "sqlite_version"]


def sqlite_version() -> tuple[int, ...]:
    """The version of the SQLite library that Python came with."""
    return sqlite3.sqlite_version_info
