"""Care of an open database: copy, check, prune.  Bringing a copy back is for ``restoring``."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage.errors import StoreError
from storage.sqlite.codec import to_seconds
from storage.sqlite.connection import Connection
from storage.sqlite.faults import translated
from storage.sqlite.index import Index, Text

PRUNED_AT_ONCE = 500  # entries of one transaction, so that others can write in between


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What was forgotten, and what stays."""

    entries: int
    kept: int


def backup(db: Connection, target: Path) -> None:
    """Copy the database to ``target``, which must not exist; consistent while others write."""
    if target.exists():
        raise StoreError(f"{target}: exists already: choose another name, nothing is overwritten")
    if not target.parent.is_dir():
        raise StoreError(f"{target.parent}: there is no such folder: create it first")
    draft = target.with_name(target.name + ".draft")
    draft.unlink(missing_ok=True)
    with translated(target):
        copy = sqlite3.connect(draft, isolation_level=None)
        try:
            with db.lock:
                db.raw.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, whole in itself
        finally:
            copy.close()
    draft.replace(target)


def check(db: Connection) -> list[str]:
    """What SQLite finds wrong in the file, and entries whose parts do not fit together."""
    problems = [row[0] for row in db.rows("PRAGMA integrity_check(20)") if row[0] != "ok"]
    for table, rowid, parent, _ in db.rows("PRAGMA foreign_key_check"):
        problems.append(f"row {rowid} of {table} refers to a row of {parent} that is not there")
    return problems


def prune(db: Connection, before: datetime) -> Pruned:
    """Forget entries that were first seen before a time and never told.

    What belongs to a story that was alerted stays, and so does what waits for a decision.
    """
    gone = 0
    last = 0
    while True:
        with db.transaction():
            batch = db.rows(
                "SELECT id, title, summary, text, published FROM entry WHERE id > ? AND seen < ? "
                "AND id NOT IN (SELECT entry_id FROM pending) "
                "AND NOT EXISTS (SELECT 1 FROM finding WHERE entry_id = entry.id AND story_id IS NOT NULL) "
                "ORDER BY id LIMIT ?",
                (last, to_seconds(before), PRUNED_AT_ONCE),
            )
            if not batch:
                break
            _forget(db, batch)
            last = batch[-1][0]
            gone += len(batch)
    return Pruned(entries=gone, kept=db.value("SELECT count(*) FROM entry"))


def _forget(db: Connection, batch: list[tuple]) -> None:
    index = Index(db)
    for entry_id, title, summary, text, _ in batch:
        index.remove(entry_id, Text(title, summary, text))
    index.flush()
    ids = json.dumps([row[0] for row in batch])
    for table in ("decision", "finding"):
        db.run(f"DELETE FROM {table} WHERE entry_id IN (SELECT value FROM json_each(?))", (ids,))
    db.run("DELETE FROM entry WHERE id IN (SELECT value FROM json_each(?))", (ids,))
