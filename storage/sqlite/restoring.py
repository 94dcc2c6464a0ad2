"""Bring a copy back in the place of the database, damaged or not.

Works on paths, because what lies there may not open any more.  A database that opens is
written over page by page, as SQLite itself copies, so that other processes which have it
open stay sound; only what does not open is moved away.  Either way what was there is kept
beside it, and deliveries that were open in the copy are doubted: they may have been sent.
"""

import shutil
import sqlite3
from datetime import datetime
from pathlib import Path

from storage.errors import StoreError
from storage.sqlite import opening
from storage.sqlite.connection import lock_path
from storage.sqlite.faults import translate, translated
from storage.sqlite.locks import FileLock, pass_lock
from storage.sqlite.store import open_store

SIDE_FILES = ("-wal", "-shm")


def restore(copy: Path, path: Path, now: datetime) -> Path | None:
    """Put ``copy`` in the place of the database at ``path``; returns where what was there is kept.

    Raises StoreError and its kin where the copy is no sound database of ours, or a pass is
    running; then nothing was changed.
    """
    _examine(copy)
    if path.exists() and path.samefile(copy):
        raise StoreError(f"{copy}: is the database itself: name a copy of it")
    with pass_lock(path.with_name(path.name + ".pass.lock"), "db restore", now) as lock:
        if not lock.acquired:
            raise StoreError(f"{path}: {lock.holder or 'another process'} is at work: stop it first")
        write_lock = FileLock(lock_path(path))
        write_lock.acquire()
        try:
            kept = _put(copy, path, now)
        finally:
            write_lock.close()
        with open_store(path) as store:  # migrates an older copy
            store.outbox.doubt_open(now)
            store.watchlist.renew()
    return kept


def _examine(copy: Path) -> None:
    """Refuse a copy that is missing, foreign or damaged."""
    if not copy.exists():
        raise StoreError(f"{copy}: there is no such copy: name one that movewire db backup made")
    opening.check_header(copy)
    with translated(copy):
        raw = _read_only(copy)
        try:
            said = raw.execute("PRAGMA quick_check(1)").fetchone()[0]
        finally:
            raw.close()
    if said != "ok":
        raise StoreError(f"{copy}: the copy is damaged ({said}): name another one")


def _put(copy: Path, path: Path, now: datetime) -> Path | None:
    kept = path.with_name(f"{path.name}.replaced-{now:%Y%m%dT%H%M%SZ}") if path.exists() else None
    if kept is not None and _opens(path):
        _copy(path, kept)
        _copy(copy, path)
        return kept
    if kept is not None:
        for side in SIDE_FILES:
            if (beside := Path(f"{path}{side}")).exists():
                beside.replace(f"{kept}{side}")
        path.replace(kept)
    draft = path.with_name(path.name + ".draft")
    draft.unlink(missing_ok=True)
    _copy(copy, draft)
    draft.replace(path)
    opening.sync_folder(path.parent)
    return kept


def _opens(path: Path) -> bool:
    """Whether SQLite can read all of the file."""
    try:
        opening.check_header(path)
        raw = _read_only(path)
        try:
            return bool(raw.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
        finally:
            raw.close()
    except (StoreError, sqlite3.Error):
        return False


def _copy(source: Path, target: Path) -> None:
    """All pages of ``source`` into ``target``, as one transaction."""
    raw = _read_only(source)
    into = sqlite3.connect(target, isolation_level=None)
    try:
        raw.backup(into)
    except sqlite3.Error as error:
        raise translate(error, target) from error
    finally:
        into.close()
        raw.close()
    shutil.copymode(source, target)


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
