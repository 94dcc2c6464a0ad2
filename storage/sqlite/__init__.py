"""The store on SQLite: ``open_store(path)`` and nothing else is public.

The verbs' modules: feeds and polls, entries and recording, watchlist, stories and keys,
moves and parties, search and profile, outbox, upkeep.
"""

from storage.sqlite.store import SqliteStore, open_store

__all__ = ["SqliteStore", "open_store"]
