"""SQLite's errors in the words of ``storage.errors``: the one place that translates."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.errors import DamagedDatabase, NotOurDatabase, StoreError, StoreFull, StoreReadOnly

PRIMARY_CODE = 0xFF  # extended result codes carry the primary one in their low byte
OTHER_DAMAGE = (  # without a code that says so
    "Could not decode to UTF-8",
    "invalid fts5 file format",
    "no such table",
    "no such column",
)
ENOUGH_BYTES = 1 << 20  # an I/O error with less than this free is a full disk


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what sqlite3 raises inside into a StoreError that names the file."""
    try:
        yield
    except sqlite3.Error as error:
        raise translate(error, path) from error


def translate(error: sqlite3.Error | UnicodeDecodeError, path: Path) -> Exception:
    """The StoreError for an error that comes from the file; any other as it is (our bug)."""
    if isinstance(error, UnicodeDecodeError):  # not even the words of SQLite's complaint can be read
        return DamagedDatabase(f"{path}: the database is damaged: {REMEDY}")
    code = getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE
    if code == sqlite3.SQLITE_FULL:
        return _full(path)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return unusable(path)
    if code == sqlite3.SQLITE_NOTADB:
        return NotOurDatabase(f"{path}: not a database: {REMEDY}")
    if code == sqlite3.SQLITE_CORRUPT or str(error).startswith(OTHER_DAMAGE):
        return DamagedDatabase(f"{path}: the database is damaged ({error}): {REMEDY}")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreError(
            f"{path}: another program has kept the database to itself for too long: close it, then try again"
        )
    if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_IOERR_WRITE:  # EFBIG, EDQUOT
        return StoreFull(
            f"{path}: cannot grow any further: the disk, a quota or a limit of file sizes is reached: "
            "make room, then try again; nothing stored is lost"
        )
    if code == sqlite3.SQLITE_IOERR:
        if no_room(path):
            return _full(path)
        return StoreError(f"{path}: the disk does not answer as it should ({error}): check it")
    return error


def unusable(path: Path) -> StoreError:
    """Why nothing can be written at ``path``: no room, or no leave."""
    return _full(path) if no_room(path) else read_only(path)


def _full(path: Path) -> StoreFull:
    return StoreFull(f"{path}: the disk is full: make room, then try again; nothing stored is lost")


REMEDY = (
    "bring back a copy with `movewire db restore PATH`, or move the file away "
    "(a new one is made), or name another with MOVEWIRE_DB"
)


def damaged(what: object) -> DamagedDatabase:
    """The error for a value that nobody of ours wrote."""
    return DamagedDatabase(f"the database is damaged ({what}): {REMEDY}")


def read_only(path: Path) -> StoreReadOnly:
    """The error for a file or folder that cannot be written."""
    return StoreReadOnly(
        f"{path}: cannot be written: give write access to the file and its folder, "
        "or choose another one with MOVEWIRE_DB"
    )


def no_room(path: Path) -> bool:
    """Whether so little is free that a failed write means a full disk."""
    try:
        there = os.statvfs(path.parent)
    except OSError:
        return False
    return there.f_bavail * there.f_frsize < ENOUGH_BYTES
