"""Bringing a copy back into the place of a database, which is kept beside it.

Works on paths, because what lies there may be damaged or gone.  A sound database is
overwritten page by page inside SQLite, so that a process that has it open goes on with
the copy; anything else is moved aside.

What happened after the copy was made is forgotten, at the destinations it is not: ids
are not given again, keys of new deliveries are other ones, and what was open then is
doubted, because it may have been sent since.
"""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from storage.errors import NotOurDatabase, StoreError
from storage.sqlite import migrations
from storage.sqlite.claims import Claims
from storage.sqlite.connection import Connection, connect, lock_path
from storage.sqlite.faults import translated
from storage.sqlite.locks import pass_lock
from storage.sqlite.opening import SIDES, check_header, clear, put_in_place, stored_version, write_lock
from storage.sqlite.upkeep import copy_pages

PASSES = (".pass.lock", ".courier.lock")  # nobody may be in the middle of either


def restore(source: Path, target: Path, now: datetime | None = None) -> Path | None:
    """Put the copy at ``source`` in the place of the database at ``target``.

    Returns where what was there is kept; None when nothing was.  Raises StoreError where
    the copy cannot be used or the database is at work.
    """
    now = now or datetime.now(UTC)
    if not source.exists():
        raise StoreError(f"{source}: there is no such file: name a copy that `movewire db backup` made")
    if target.exists() and source.samefile(target):
        raise StoreError(f"{source}: is the database itself: name a copy of it")
    draft = target.with_name(target.name + ".restored")
    with _at_rest(target, now):
        try:
            _draft(source, draft)
            kept = _keep(target, draft, now)
        finally:
            clear(draft)
            lock_path(draft).unlink(missing_ok=True)
    return kept


@contextmanager
def _at_rest(target: Path, now: datetime) -> Iterator[None]:
    """Hold all locks of the database at ``target``."""
    with ExitStack() as stack:
        for ending in PASSES:
            lock = stack.enter_context(pass_lock(target.with_name(target.name + ending), "db restore", now))
            if not lock.acquired:
                raise StoreError(
                    f"{target}: in use by {lock.holder or 'another movewire'} "
                    f"since {lock.since:%Y-%m-%d %H:%M} UTC: stop it first"
                    if lock.since
                    else f"{target}: in use by {lock.holder or 'another movewire'}: stop it first"
                )
        stack.enter_context(write_lock(target))
        yield


def _draft(source: Path, draft: Path) -> None:
    """A sound, up-to-date copy of the copy."""
    clear(draft)
    check_header(source)
    with (
        translated(source),
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as raw,
    ):
        stored_version(raw, source)
        damage = raw.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if damage != "ok":
            raise NotOurDatabase(f"{source}: the copy is damaged ({damage}): use another one")
        copy_pages(raw, draft)
    with translated(draft), closing(connect(draft)) as raw:
        migrations.migrate(raw)


def _keep(target: Path, draft: Path, now: datetime) -> Path | None:
    """Put the draft in place, and what was there aside."""
    if not target.exists():
        _renew(draft, None, now)
        put_in_place(draft, target)
        return None
    kept = _free_name(target, now)
    live = _sound(target)
    if live is None:
        _renew(draft, None, now)
        for end in ("", *SIDES):
            if Path(f"{target}{end}").exists():
                Path(f"{target}{end}").replace(f"{kept}{end}")
        put_in_place(draft, target)
        return kept
    with closing(live), translated(target):
        copy_pages(live, kept)
        _renew(draft, live, now)
        with closing(sqlite3.connect(draft)) as fresh:
            fresh.backup(live)
    return kept


def _sound(target: Path) -> sqlite3.Connection | None:
    """The database at ``target`` if it is ours and can be read, else None."""
    try:
        check_header(target)
        raw = connect(target)
    except StoreError:
        return None
    try:
        if raw.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok":
            return raw
    except sqlite3.Error:
        pass
    raw.close()
    return None


def _renew(draft: Path, live: sqlite3.Connection | None, now: datetime) -> None:
    """Make the draft a database that never says again what was said since it was copied."""
    db = Connection(draft)
    try:
        with db.transaction():
            db.run("UPDATE setting SET value = ? WHERE key = 'instance'", (secrets.token_hex(8),))
            version = 0
            if live is not None:
                version = live.execute("SELECT n FROM tally WHERE name = 'watchlist'").fetchone()[0]
                for name, last in live.execute("SELECT name, seq FROM sqlite_sequence").fetchall():
                    db.run("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (last, name))
                    db.run(
                        "INSERT INTO sqlite_sequence (name, seq) SELECT ?, ? "
                        "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?)",
                        (name, last, name),
                    )
            db.run("UPDATE tally SET n = max(n, ?) + 1 WHERE name = 'watchlist'", (version,))
        Claims(db).doubt_open(now)
    finally:
        db.close()


def _free_name(target: Path, now: datetime) -> Path:
    """A name beside the database for what was there."""
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    name = target.with_name(f"{target.name}.replaced-{stamp}")
    count = 1
    while name.exists():
        count += 1
        name = target.with_name(f"{target.name}.replaced-{stamp}-{count}")
    return name
