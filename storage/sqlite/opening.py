"""From a path to a database that is ours and up to date, or a clear refusal.

A file that exists must carry our application id; nothing else is ever written to.  A
missing file is built beside its place and put there whole, so that a crash in between
leaves nothing that would be refused.  Making and migrating happen under the write lock.
"""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from storage.errors import NotOurDatabase, StoreError, StoreFull
from storage.sqlite import migrations
from storage.sqlite.connection import Connection, connect, lock_path
from storage.sqlite.faults import REMEDY, no_room, read_only, translated
from storage.sqlite.locks import FileLock

HEADER = 100  # bytes, https://www.sqlite.org/fileformat2.html#the_database_header
MAGIC = b"SQLite format 3\0"
APPLICATION_ID_AT = 68
SIDES = ("-wal", "-shm", "-journal")  # files that SQLite keeps beside a database


def prepare(
    path: Path, *, create: bool = True, now: datetime | None = None, durable: bool = True
) -> Connection:
    """Open what lies at ``path``: a database of ours, up to date and writable, made if missing.

    Raises NotOurDatabase, StoreReadOnly, StoreFull, or StoreError where it is missing
    and ``create`` is False or it comes from a newer Movewire.
    """
    if not path.exists():
        if not create:
            raise StoreError(
                f"{path}: there is no such database: `movewire db migrate` makes one, or check MOVEWIRE_DB"
            )
        with write_lock(path):
            if not path.exists():  # else another process was faster
                _create(path, now or datetime.now(UTC))
    check_header(path)
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        raise read_only(path)
    raw = connect(path, durable=durable)
    try:
        if stored_version(raw, path) < migrations.SCHEMA_VERSION:
            with write_lock(path):
                if stored_version(raw, path) < migrations.SCHEMA_VERSION:  # else another was faster
                    _migrate(raw, path)
    except BaseException:
        raw.close()
        raise
    return Connection(path, raw, durable=durable)


def check_header(path: Path) -> None:
    """Refuse a file that is not ours, by its first hundred bytes."""
    if path.is_fifo():  # to open it would wait for ever
        raise NotOurDatabase(f"{path}: no ordinary file: name another with MOVEWIRE_DB")
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
        raise NotOurDatabase(
            f"{path}: an SQLite database of another program: name another file with MOVEWIRE_DB"
        )


def stored_version(raw: sqlite3.Connection, path: Path) -> int:
    """The schema version of a file of ours; StoreError when it is from the future."""
    with translated(path):
        version: int = raw.execute("PRAGMA user_version").fetchone()[0]
    if version > migrations.SCHEMA_VERSION:
        raise StoreError(
            f"{path}: made by a newer movewire (its schema is {version}, this one knows "
            f"{migrations.SCHEMA_VERSION}): update movewire, or bring back an older copy "
            "with `movewire db restore PATH`"
        )
    return version


@contextmanager
def write_lock(path: Path) -> Iterator[None]:
    """The lock of all writers, for what is more than a transaction."""
    lock = FileLock(lock_path(path))
    try:
        lock.acquire()
        yield
    finally:
        lock.close()


def put_in_place(draft: Path, path: Path) -> None:
    """Let a finished file appear at ``path``, whole, and stay there."""
    for end in SIDES:
        side = Path(f"{path}{end}")
        if side.exists():  # of a database that is gone: SQLite would play it into the new one
            side.replace(f"{side}.orphan")
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def clear(draft: Path) -> None:
    """Remove a draft that was left by a process that was killed."""
    for end in ("", *SIDES):
        Path(f"{draft}{end}").unlink(missing_ok=True)


def owners_own(path: Path) -> None:
    """Let an empty file stand at ``path`` that only its owner may read, as SQLite's files beside it then are.

    A database holds the tokens of webhooks, and addresses of feeds that may hold keys.
    """
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


def _create(path: Path, now: datetime) -> None:
    """Build a new database beside its place, then put it there whole."""
    draft = path.with_name(path.name + ".draft")
    try:
        clear(draft)
        owners_own(draft)
        raw = connect(draft)
        try:
            _migrate(raw, path)
            with translated(path):
                raw.execute(
                    "INSERT INTO setting (key, value) VALUES ('instance', ?), ('created', ?)",
                    (secrets.token_hex(8), now.astimezone(UTC).isoformat()),
                )
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            raw.close()
        put_in_place(draft, path)
    except (OSError, StoreError) as error:
        clear(draft)
        if isinstance(error, StoreFull) or no_room(path):
            raise StoreFull(
                f"{path}: no room on the disk to make the database: make room, "
                "or name another place with MOVEWIRE_DB"
            ) from error
        raise error if isinstance(error, StoreError) else read_only(path) from error


def _migrate(raw: sqlite3.Connection, path: Path) -> None:
    with translated(path):
        migrations.migrate(raw)
