"""One connection to a database file, shared by the threads of a process.

Statements run one at a time behind a re-entrant lock.  Every write is part of a
``transaction()``: BEGIN IMMEDIATE under the file lock that all processes share, so that
no two ever write at once and "database is locked" has no way to happen.  What the file
must look like is for ``storage.sqlite.opening``.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from storage.errors import StoreError
from storage.sqlite.faults import translate
from storage.sqlite.locks import FileLock

BUSY_TIMEOUT = 10_000  # milliseconds; only programs that ignore our lock make us wait
CACHE = 8_192  # KiB of pages kept in memory
LOG_PAGES = 4_000  # pages after which the log is moved into the file: whoever commits then waits for the disk
LOG_COMMITS = 25  # commits after which ``move_log`` does so, for whom nobody waits
AT_ONCE = 32  # rows of one statement
CLOSING = 2.0  # seconds that the last tidying up may wait for other writers

# What is no plain number or text is asked by each binding how to be stored, which for these two
# fails twice before they are taken as they are: of a new entry's values every second is one.
sqlite3.register_adapter(type(None), lambda none: none)
sqlite3.register_adapter(bool, int)

Row = tuple[Any, ...]
Arguments = Sequence[Any] | Mapping[str, Any]


class Connection:
    """The database file for all verbs; rows are plain tuples, made nouns by ``rows``."""

    def __init__(self, path: Path, raw: sqlite3.Connection | None = None, *, durable: bool = True) -> None:
        self.path = path
        self._durable = durable
        self._lock = threading.RLock()
        self._file_lock = FileLock(lock_path(path))
        self._depth = 0
        self._raw = raw
        self._synced = True  # how ``connect`` leaves it
        self._inode = _inode(path)
        self._memos: dict[str, dict[Any, Any]] = {}
        self._version = 0  # of the file, as the memos know it; others' writes change it
        self._logged = 0  # commits since the log was last moved aside

    # --- reading ------------------------------------------------------------------------

    def rows(self, sql: str, arguments: Arguments = ()) -> list[Row]:
        """All rows of a query."""
        with self._lock:
            try:
                return self._execute(sql, arguments).fetchall()
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
            if self._ready().in_transaction:
                yield
                return
            self._execute("BEGIN")
            try:
                yield
            finally:
                self._rollback()

    def memo(self, name: str, most: int) -> dict[Any, Any]:
        """What was read of one sort within transactions, about ``most`` of it, for whoever reads it again.

        Forgotten when another connection has written and when something is undone; outside of a
        transaction nothing is remembered.  Who changes what it holds changes it too, or clears it.
        """
        if not self._depth:
            return {}
        memo = self._memos.setdefault(name, {})
        if len(memo) > most:
            for key in list(memo)[: len(memo) - most // 2]:
                del memo[key]
        return memo

    # --- writing ------------------------------------------------------------------------

    @contextmanager
    def transaction(self, *, synced: bool = True, part: bool = True) -> Iterator[None]:
        """All or nothing; inside another one of this thread: its own part of that, likewise.

        Not ``part``: inside another one it has no part of its own, which would cost as much as a
        small write: what fails takes all of that with it, whatever its caller does.
        Not ``synced``: its commit does not wait for the disk.  Should the power fail before the
        next one that does, both are gone, as if neither had been: never only the first of them.
        """
        with self._lock:
            if self._depth:
                with self._part() if part else self._along():
                    yield
                return
            self._file_lock.acquire()
            try:
                self._sync(synced)
                self._begin()
                self._depth = 1
                try:
                    yield
                    self._writing()
                    self._execute("COMMIT")
                    self._logged += 1
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
        return self._execute(sql, arguments).rowcount

    def insert(self, sql: str, arguments: Arguments = ()) -> int:
        """One INSERT of an open transaction; returns the new row's id."""
        self._writing()
        return self._execute(sql, arguments).lastrowid or 0

    def run_many(self, sql: str, arguments: Sequence[Sequence[Any]]) -> int:
        """One writing statement for many rows."""
        self._writing()
        try:
            return self._ready().executemany(sql, arguments).rowcount
        except UnicodeEncodeError:
            return self._ready().executemany(sql, [_clean(row) for row in arguments]).rowcount
        except sqlite3.Error as error:
            raise translate(error, self.path) from error

    def insert_many(self, into: str, rows: Sequence[Sequence[Any]]) -> None:
        """Many rows, some dozens a statement: ``into`` is an INSERT as far as its columns.

        Each statement costs a microsecond and lets another thread have its turn.  Not for an index
        of words: within a statement of several rows it writes what it holds before each.
        """
        if not rows:
            return
        self._writing()
        one = f"({','.join('?' * len(rows[0]))})"
        many = f"{into} VALUES {','.join([one] * AT_ONCE)}"
        whole = len(rows) - len(rows) % AT_ONCE
        for at in range(0, whole, AT_ONCE):
            self._execute(many, list(chain.from_iterable(rows[at : at + AT_ONCE])))
        self.run_many(f"{into} VALUES {one}", rows[whole:])

    # --- the whole file -----------------------------------------------------------------

    def alone(self, work: Callable[[sqlite3.Connection], object]) -> None:
        """Do something with the raw connection while no other process of ours writes."""
        with self._lock:
            self._file_lock.acquire()
            try:
                work(self._ready())
            except sqlite3.Error as error:
                raise translate(error, self.path) from error
            finally:
                self._file_lock.release()

    def move_log(self) -> None:
        """Move the log into the file once it has grown, so that no commit has to.

        By a connection of its own, which neither readers nor writers wait for: what is being read
        or written meanwhile stays in the log for the next time (https://sqlite.org/wal.html#ckpt).
        """
        if self._logged < LOG_COMMITS:
            return
        self._logged = 0
        raw = connect(self.path, durable=self._durable)
        try:
            raw.execute("PRAGMA wal_checkpoint(PASSIVE)")
        except sqlite3.Error as error:
            raise translate(error, self.path) from error
        finally:
            raw.close()

    def close(self) -> None:
        """Close the file; the next statement would open it again."""
        with self._lock:
            try:
                self._file_lock.acquire(CLOSING)  # the last to close moves the log into the file
            except StoreError:
                pass  # the log stays, the next one reads it
            if self._raw is not None:
                self._raw.close()
                self._raw = None
            self._file_lock.close()

    # --- inside -------------------------------------------------------------------------

    def _execute(self, sql: str, arguments: Arguments = ()) -> sqlite3.Cursor:
        try:
            return self._ready().execute(sql, arguments)
        except UnicodeEncodeError:  # half of a surrogate pair, from a hostile feed or command line
            return self._execute(sql, _clean(arguments))
        except sqlite3.Error as error:
            raise translate(error, self.path) from error

    def _ready(self) -> sqlite3.Connection:
        if self._raw is None:
            self._raw = connect(self.path, durable=self._durable)
            self._memos.clear()
            self._synced = True
            self._inode = _inode(self.path)
        return self._raw

    def _sync(self, synced: bool) -> None:
        """Whether the commits from now on wait for the disk."""
        if self._durable and (self._raw is None or synced is not self._synced):
            self._execute(f"PRAGMA synchronous = {'FULL' if synced else 'NORMAL'}")
            self._synced = synced

    def _begin(self) -> None:
        if self._raw is not None and _inode(self.path) != self._inode:
            self._raw.close()  # the file was replaced: never write to the one that is gone
            self._raw = None
        self._execute("BEGIN IMMEDIATE")
        [(version,)] = self._execute("PRAGMA data_version").fetchall()
        if version != self._version:
            self._memos.clear()
            self._version = version

    @contextmanager
    def _part(self) -> Iterator[None]:
        """A savepoint: what fails inside leaves nothing, even if the caller goes on."""
        self._depth += 1
        name = f"part{self._depth}"
        self._writing()
        self._execute(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            self._memos.clear()
            if self._raw is not None and self._raw.in_transaction:
                self._execute(f"ROLLBACK TO {name}")
                self._execute(f"RELEASE {name}")
            raise
        else:
            self._writing()
            self._execute(f"RELEASE {name}")
        finally:
            self._depth -= 1

    @contextmanager
    def _along(self) -> Iterator[None]:
        """All or nothing together with the open transaction."""
        self._writing()
        try:
            yield
        except BaseException:
            self._rollback()  # now nothing more can be written, nor committed
            raise

    def _rollback(self) -> None:
        self._memos.clear()
        raw = self._raw
        if raw is not None and raw.in_transaction:
            try:
                raw.execute("ROLLBACK")
            except sqlite3.Error:
                raw.close()  # a connection that cannot even do that is of no more use
                self._raw = None

    def _writing(self) -> None:
        """Refuse to write where it would not be part of the open transaction."""
        if self._depth and self._raw is not None and self._raw.in_transaction:
            return
        if self._depth:  # SQLite itself gave the transaction up, and somebody caught the error
            raise StoreError(f"{self.path}: a write failed before: nothing of this transaction is stored")
        raise StoreError(f"{self.path}: a write outside of a transaction: this is a fault of the program")


def connect(path: Path, *, durable: bool = True) -> sqlite3.Connection:
    """A raw autocommit connection with our pragmas; the file must exist.

    ``durable`` syncs each commit to the disk; throwaway databases do without.
    """
    try:
        raw = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw",
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
        raw.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute(f"PRAGMA cache_size = -{CACHE}")
        raw.execute("PRAGMA temp_store = MEMORY")
    except (sqlite3.Error, UnicodeDecodeError) as error:
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


def _clean(arguments: Arguments) -> Arguments:
    """Arguments without code points that no file can hold; lengths stay."""
    if isinstance(arguments, Mapping):
        return {name: _clean_one(value) for name, value in arguments.items()}
    return tuple(map(_clean_one, arguments))


def _clean_one(value: Any) -> Any:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
