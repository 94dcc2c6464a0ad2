"""From a path to a database that is ours and up to date, or a clear refusal.

A file that exists must carry our application id; nothing else is ever written to.  A
missing file is built beside its place and put there whole, so that a crash in between
leaves nothing that would be refused.  Both happen under the write lock.
"""

import os
import secrets
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from storage.errors import NotOurDatabase, StoreError
from storage.sqlite import migrations
from storage.sqlite.connection import connect, lock_path
from storage.sqlite.faults import REMEDY, read_only, translate
from storage.sqlite.locks import FileLock

HEADER = 100  # bytes, https://www.sqlite.org/fileformat2.html#the_database_header
MAGIC = b"SQLite format 3\0"
APPLICATION_ID_AT = 68
USER_VERSION_AT = 60


def prepare(path: Path, *, create: bool = True, now: datetime | None = None) -> None:
    """Make sure that a database of ours, up to date and writable, lies at ``path``.

    Raises NotOurDatabase, StoreReadOnly, StoreFull, or StoreError where it is missing
    and ``create`` is False or it comes from a newer Movewire.
    """
    if not path.exists():
        if not create:
            raise StoreError(f"{path}: there is no such database: check MOVEWIRE_DB")
        _under_lock(path, lambda path: _create(path, now or datetime.now(UTC)))
    check_header(path)
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        raise read_only(path)
    if stored_version(path) < migrations.SCHEMA_VERSION:
        _under_lock(path, _migrate)


def check_header(path: Path) -> None:
    """Refuse a file that is not ours, by its first hundred bytes."""
    try:
        with path.open("rb") as file:
            header = file.read(HEADER)
    except IsADirectoryError as error:
        raise NotOurDatabase(
            f"{path}: a folder, not a database: name a file in it with MOVEWIRE_DB"
        ) from error
    except PermissionError as error:
        raise read_only(path) from error
    if not header:
        raise NotOurDatabase(f"{path}: an empty file, not a database: {REMEDY}")
    if len(header) < HEADER or not header.startswith(MAGIC):
        raise NotOurDatabase(f"{path}: not an SQLite database: {REMEDY}")
    if int.from_bytes(header[APPLICATION_ID_AT:][:4], "big") != migrations.APPLICATION_ID:
        raise NotOurDatabase(f"{path}: an SQLite database of another program: {REMEDY}")


def stored_version(path: Path) -> int:
    """The schema version of a file of ours; StoreError when it is from the future.

    Asked of SQLite, not of the header: a migration may still lie in the write-ahead log.
    """
    raw = connect(path)
    try:
        version: int = raw.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.Error as error:
        raise translate(error, path) from error
    finally:
        raw.close()
    if version > migrations.SCHEMA_VERSION:
        raise StoreError(
            f"{path}: made by a newer movewire (schema {version}, this one knows "
            f"{migrations.SCHEMA_VERSION}): update movewire, or bring back an older copy with `movewire db restore PATH`"
        )
    return version


def _under_lock(path: Path, work: Callable[[Path], None]) -> None:
    lock = FileLock(lock_path(path))
    lock.acquire()
    try:
        work(path)
    finally:
        lock.close()


def _create(path: Path, now: datetime) -> None:
    """Build a new database beside its place, then put it there whole."""
    if path.exists():
        return  # another process was faster
    for leftover in (Path(f"{path}-wal"), Path(f"{path}-shm")):
        if leftover.exists():  # of a database that is gone: SQLite would play it into the new one
            leftover.replace(f"{leftover}.orphan")
    draft = path.with_name(path.name + ".draft")
    for file in (draft, Path(f"{draft}-wal"), Path(f"{draft}-shm"), Path(f"{draft}-journal")):
        file.unlink(missing_ok=True)  # of a creation that was killed
    raw = connect(draft, create=True)
    try:
        migrations.migrate(raw)
        raw.execute(
            "INSERT INTO setting (key, value) VALUES ('instance', ?), ('created', ?)",
            (secrets.token_hex(8), now.astimezone(UTC).isoformat()),
        )
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise translate(error, path) from error
    finally:
        raw.close()
    draft.replace(path)
    sync_folder(path.parent)


def _migrate(path: Path) -> None:
    """Bring an older database up to date; the second of two migrators finds nothing to do."""
    if stored_version(path) >= migrations.SCHEMA_VERSION:
        return
    raw = connect(path)
    try:
        migrations.migrate(raw)
    except sqlite3.Error as error:
        raise translate(error, path) from error
    finally:
        raw.close()


def sync_folder(folder: Path) -> None:
    """Make a file's new name in ``folder`` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
