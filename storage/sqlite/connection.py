"""One connection to a database file, shared by the threads of a process.

Statements run one at a time behind a re-entrant lock.  Every write is part of a
``transaction()``: BEGIN IMMEDIATE under the file lock that all processes share, so that
no two ever write at once and "database is locked" has no way to happen.  What the file
must look like is for ``storage.sqlite.opening``.
"""

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from storage.errors import StoreError
from storage.sqlite.faults import translate
from storage.sqlite.locks import FileLock

BUSY_TIMEOUT = 10_000  # milliseconds; only programs that ignore our lock make us wait
CACHE = 8_192  # KiB of pages kept in memory

Row = tuple[Any, ...]
Arguments = Sequence[Any] | Mapping[str, Any]


class Connection:
    """The database file for all verbs; rows are plain tuples, made nouns by ``rows``."""

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self.path = path
        self._durable = durable
        self._lock = threading.RLock()
        self._file_lock = FileLock(lock_path(path))
        self._depth = 0
        self._raw: sqlite3.Connection | None = None
        self._inode = (0, 0)

    # --- reading ------------------------------------------------------------------------

    def rows(self, sql: str, arguments: Arguments = ()) -> list[Row]:
        """All rows of a query."""
        with self._lock:
            try:
                return self._ready().execute(sql, arguments).fetchall()
            except sqlite3.Error as error:
                raise translate(error, self.path) from error

    def row(self, sql: str, arguments: Arguments = ()) -> Row | None:
        """The first row of a query, or None."""
        found = self.rows(sql, arguments)
        return found[0] if found else None

    def value(self, sql: str, arguments: Arguments = ()) -> Any:
        """The first column of the first row, or None."""
        found = self.rows(sql, arguments)
        return found[0][0] if found else None

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Several reads of one and the same state; writers are not held up."""
        with self._lock:
            if self._depth or self._ready().in_transaction:
                yield
                return
            self.rows("BEGIN")
            try:
                yield
            finally:
                self.rows("COMMIT")

    # --- writing ------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; joins one that is open in this thread."""
        with self._lock:
            if self._depth:
                self._depth += 1
                try:
                    yield
                finally:
                    self._depth -= 1
                return
            self._file_lock.acquire()
            try:
                self._begin()
                self._depth = 1
                try:
                    yield
                    self._end("COMMIT")
                except BaseException:
                    self._rollback()
                    raise
                finally:
                    self._depth = 0
            finally:
                self._file_lock.release()

    def run(self, sql: str, arguments: Arguments = ()) -> int:
        """One writing statement of an open transaction; returns the number of rows it met."""
        self._writing()
        try:
            return self._ready().execute(sql, arguments).rowcount
        except sqlite3.Error as error:
            raise translate(error, self.path) from error

    def insert(self, sql: str, arguments: Arguments = ()) -> int:
        """One INSERT of an open transaction; returns the new row's id."""
        self._writing()
        try:
            return self._ready().execute(sql, arguments).lastrowid or 0
        except sqlite3.Error as error:
            raise translate(error, self.path) from error

    def run_many(self, sql: str, arguments: Iterable[Sequence[Any]]) -> int:
        """One writing statement for many rows."""
        self._writing()
        try:
            return self._ready().executemany(sql, arguments).rowcount
        except sqlite3.Error as error:
            raise translate(error, self.path) from error

    # --- life ---------------------------------------------------------------------------

    @property
    def lock(self) -> threading.RLock:
        """The lock of this process's threads."""
        return self._lock

    @property
    def raw(self) -> sqlite3.Connection:
        """The sqlite3 connection, for backups; hold ``lock`` while you use it."""
        return self._ready()

    def close(self) -> None:
        """Close the file; the next statement would open it again."""
        with self._lock:
            if self._raw is not None:
                self._raw.close()
                self._raw = None
            self._file_lock.close()

    def _ready(self) -> sqlite3.Connection:
        if self._raw is None:
            self._raw = connect(self.path, durable=self._durable)
            self._inode = _inode(self.path)
        return self._raw

    def _begin(self) -> None:
        if self._raw is not None and _inode(self.path) != self._inode:
            self._raw.close()  # the file was replaced: never write to the one that is gone
            self._raw = None
        raw = self._ready()
        try:
            raw.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise translate(error, self.path) from error

    def _end(self, word: str) -> None:
        try:
            self._ready().execute(word)
        except sqlite3.Error as error:
            raise translate(error, self.path) from error

    def _rollback(self) -> None:
        raw = self._raw
        if raw is not None and raw.in_transaction:
            try:
                raw.execute("ROLLBACK")
            except sqlite3.Error:
                raw.close()  # a connection that cannot even do that is of no more use
                self._raw = None

    def _writing(self) -> None:
        if not self._depth:
            raise StoreError("a write outside of a transaction: this is a fault of the program")


def connect(path: Path, *, durable: bool = True, create: bool = False) -> sqlite3.Connection:
    """A raw autocommit connection with our pragmas; the file must exist unless ``create``.

    ``durable`` syncs each commit to the disk; throwaway databases do without.
    """
    mode = "rwc" if create else "rw"
    try:
        raw = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
            timeout=BUSY_TIMEOUT / 1000,
        )
    except sqlite3.Error as error:
        raise translate(error, path) from error
    try:
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute(f"PRAGMA cache_size = -{CACHE}")
        raw.execute("PRAGMA temp_store = MEMORY")
    except sqlite3.Error as error:
        raw.close()
        raise translate(error, path) from error
    return raw


def lock_path(path: Path) -> Path:
    """The file whose lock all writers of the database at ``path`` share."""
    return path.with_name(path.name + ".lock")


def _inode(path: Path) -> tuple[int, int]:
    try:
        there = os.stat(path)
    except OSError:
        return (0, 0)
    return (there.st_dev, there.st_ino)
