"""The SQLite store: all its verbs behind one object.

    with open_store(path) as store:
        ids = store.feeds.finish_polls(polls)       # commit 1
        for entry in store.entries.pending(): ...
        store.entries.record(outcomes)              # commit 2

Calls block; use them off the event loop.  One store serves all threads of a process;
several processes may have the same file open.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from storage.sqlite import opening, upkeep
from storage.sqlite.audiences import Audiences
from storage.sqlite.claims import Claims
from storage.sqlite.connection import Connection
from storage.sqlite.deliveries import Deliveries
from storage.sqlite.entries import Entries
from storage.sqlite.feeds import Feeds
from storage.sqlite.guilds import Guilds
from storage.sqlite.keys import Keys
from storage.sqlite.lessons import Lessons
from storage.sqlite.locks import PassLock, pass_lock
from storage.sqlite.moves import Moves
from storage.sqlite.mutes import Mutes
from storage.sqlite.outbox import Outbox
from storage.sqlite.profile import Profiles
from storage.sqlite.recording import Recorder
from storage.sqlite.routes import Routes
from storage.sqlite.search import Search
from storage.sqlite.stories import Stories
from storage.sqlite.watchlist import Watched


def open_store(
    path: Path | str, *, create: bool = True, now: datetime | None = None, durable: bool = True
) -> "SqliteStore":
    """Open the database at ``path``; make or migrate it where needed.

    ``now`` is kept as the time of its making; ``durable`` False is for throwaway
    databases: commits are not synced to the disk.
    Raises StoreError and its kin with a line for people.
    """
    db = opening.prepare(Path(path), create=create, now=now, durable=durable)
    try:
        return SqliteStore(db)
    except BaseException:  # damaged pages, say
        db.close()
        raise


class SqliteStore:
    """Everything that is remembered, in one file; see ``open_store``."""

    def __init__(self, db: Connection) -> None:
        self.path = db.path
        self._db = db
        keys = Keys(db)
        self.instance = self.setting("instance") or ""
        self.feeds = Feeds(db)
        self.watchlist = Watched(db)
        self.stories = Stories(db, keys)
        self.moves = Moves(db, self.watchlist)
        self.deliveries = Deliveries(db)
        self.outbox = Outbox(db, self.instance, self.deliveries)
        self.claims = Claims(db)
        self.guilds = Guilds(db, self.watchlist)
        self.routes = Routes(db, self.guilds)
        self.mutes = Mutes(db, self.guilds, self.watchlist, self.outbox.lines)
        self.lessons = Lessons(db, self.guilds)
        self.audiences = Audiences(db, self.watchlist, self.guilds, self.routes, self.mutes, self.lessons)
        recorder = Recorder(db, self.stories, keys, self.outbox.enqueue, self.outbox.fold)
        self.entries = Entries(db, self.stories, recorder, self.deliveries.for_story)
        self.search = Search(db, self.watchlist, Profiles(db, self.watchlist, self.stories, self.moves))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    # --- transactions and locks -----------------------------------------------------------

    def transaction(self, *, synced: bool = True) -> AbstractContextManager[None]:
        """All verbs inside are one transaction; re-entrant, rolled back on an exception.

        Not ``synced``: for what a power cut may take back, as it would be found out again.
        """
        return self._db.transaction(synced=synced)

    def pass_lock(self, holder: str, now: datetime | None = None) -> AbstractContextManager[PassLock]:
        """Hold the lock of a whole pass, or learn who does; never waits."""
        path = self.path.with_name(self.path.name + ".pass.lock")
        return pass_lock(path, holder, now or datetime.now(UTC))

    def run_lock(self, holder: str, now: datetime | None = None) -> AbstractContextManager[PassLock]:
        """The lock that a ``run`` holds for its whole life, by which a second one learns of the first."""
        path = self.path.with_name(self.path.name + ".run.lock")
        return pass_lock(path, holder, now or datetime.now(UTC))

    # --- marks ----------------------------------------------------------------------------

    def setting(self, key: str) -> str | None:
        """A small value kept under a name, or None."""
        value: str | None = self._db.value("SELECT value FROM setting WHERE key = ?", (key,))
        return value

    def set_setting(self, key: str, value: str | None) -> None:
        """Keep a small value; None forgets it."""
        with self.transaction():
            if value is None:
                self._db.run("DELETE FROM setting WHERE key = ?", (key,))
            else:
                self._db.run("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", (key, value))

    def seeds_loaded(self, kind: str) -> set[str]:
        """Keys of all seeds of a kind that were ever loaded, present or removed since."""
        return {row[0] for row in self._db.rows("SELECT key FROM seeded WHERE kind = ?", (kind,))}

    def mark_seeded(self, kind: str, keys: Sequence[str]) -> None:
        """Remember that these seeds were loaded."""
        with self.transaction():
            self._db.run_many(
                "INSERT OR IGNORE INTO seeded (kind, key) VALUES (?, ?)", [(kind, k) for k in keys]
            )

    # --- upkeep ---------------------------------------------------------------------------

    def move_log(self) -> None:
        """Move what the log holds into the file, if it has grown; in a process that stays, beside its work."""
        self._db.move_log()

    def backup(self, path: Path | str) -> None:
        """Copy the database as it is at one moment, while others write."""
        upkeep.backup(self._db, Path(path))

    def check(self) -> list[str]:
        """What is wrong inside; empty when all is well."""
        return upkeep.check(self._db)

    def prune(self, before: datetime) -> upkeep.Pruned:
        """Forget quiet entries seen before a time."""
        return upkeep.prune(self._db, before)
