"""Care of a database in use: copy it, look for damage, forget what is old.

Bringing a copy back is for ``storage.sqlite.restoring``.
"""

import contextlib
import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage.errors import NotOurDatabase, StoreError
from storage.sqlite import identity
from storage.sqlite.codec import to_seconds
from storage.sqlite.connection import Connection, Row, connect
from storage.sqlite.faults import translated, unusable
from storage.sqlite.index import Index, Text
from storage.sqlite.migrations import migrate
from storage.sqlite.opening import clear, owners_own

PRUNED_AT_ONCE = 500  # entries of one transaction, so that others can write in between
WORTH_PACKING = 0.25  # share of free pages from which the file is packed


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What was forgotten, and what stays."""

    entries: int
    kept: int


# --- copying ---------------------------------------------------------------------------


def backup(db: Connection, target: Path) -> None:
    """Copy the database to ``target``, which must not exist; one moment of it, while others write."""
    if target.exists():
        raise StoreError(f"{target}: exists already: choose another name, nothing is overwritten")
    if not target.parent.is_dir():
        raise StoreError(f"{target.parent}: there is no such folder: create it first")
    draft = target.with_name(target.name + ".draft")
    clear(draft)
    try:
        with translated(db.path):
            source = connect(db.path)
            try:
                copy_pages(source, draft)
            finally:
                source.close()
        draft.replace(target)
    finally:
        clear(draft)


def copy_pages(source: sqlite3.Connection, target: Path) -> None:
    """Copy an open database into a file that is whole in itself, without a log beside it."""
    try:
        owners_own(target)
    except OSError as error:
        raise unusable(target) from error
    with translated(target):
        copy = sqlite3.connect(target, isolation_level=None)
        try:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            copy.close()


# --- checking --------------------------------------------------------------------------

BELONGING = {  # what must not be found, and what it means
    "entries that wait for a decision but are not stored": "SELECT count(*) FROM pending "
    "WHERE entry_id NOT IN (SELECT id FROM entry)",
    "entries without a decision that do not wait for one": "SELECT count(*) FROM entry "
    "WHERE id NOT IN (SELECT entry_id FROM pending) AND id NOT IN (SELECT entry_id FROM decision)",
    "story keys with a wrong count": "SELECT count(*) FROM story_key "
    "WHERE df <> (SELECT count(*) FROM story_key_entry WHERE key_id = story_key.id)",
    "wrong totals of entries with keys": "SELECT count(*) FROM tally WHERE name = 'fingerprints' "
    "AND n <> (SELECT count(*) FROM finding WHERE keys IS NOT NULL)",
}

LAYOUT = "SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'index') AND tbl_name <> '_sqlite_migrations'"


def check(db: Connection) -> list[str]:
    """What is wrong inside, a line each: parts that lack, damaged pages, parts that do not fit together."""
    try:
        with db.snapshot():
            if lacking := _laid_out() - {(kind, name) for kind, name in db.rows(LAYOUT)}:
                return [f"the {kind} {name} is not there" for kind, name in sorted(lacking)]
            problems = [row[0] for row in db.rows("PRAGMA integrity_check(20)") if row[0] != "ok"]
            problems += [
                f"{'a row' if rowid is None else f'row {rowid}'} of {table} refers to a row of {parent} that is not there"
                for table, rowid, parent, _ in db.rows("PRAGMA foreign_key_check")  # None: it has no number
            ]
            for meaning, sql in BELONGING.items():
                if count := db.value(sql):
                    problems.append(f"{count} {meaning}")
            return problems
    except NotOurDatabase as error:
        return [str(error)]


def _laid_out() -> set[tuple[str, str]]:
    """The tables and indexes that a new database gets."""
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        migrate(fresh)
        return set(fresh.execute(LAYOUT))


# --- forgetting ------------------------------------------------------------------------


def prune(db: Connection, before: datetime) -> Pruned:
    """Forget entries that were first seen before a time and belong to no story.

    Stories are the memory that alerts draw on: they and their entries stay, and so does
    what waits for a decision.  A forgotten entry's guids are remembered, so that it is
    still known if its feed holds it or brings it back.
    """
    gone, last = 0, 0
    while batch := _prunable(db, before, last):
        with db.transaction():
            _forget(db, batch)
        last = batch[-1][0]
        gone += len(batch)
    if gone:
        with db.transaction():
            db.run("DELETE FROM word WHERE df <= 0")
            db.run("INSERT INTO entry_words (entry_words, rank) VALUES ('merge', 500)")
        _pack(db)
    return Pruned(entries=gone, kept=db.value("SELECT count(*) FROM entry"))


def _prunable(db: Connection, before: datetime, last: int) -> list[Row]:
    return db.rows(
        "SELECT id, title, summary, text, feed_id, url, canonical FROM entry WHERE id > ? AND seen < ? "
        "AND NOT EXISTS (SELECT 1 FROM pending WHERE pending.seen = entry.seen AND entry_id = entry.id) "
        "AND NOT EXISTS (SELECT 1 FROM finding WHERE entry_id = entry.id AND story_id IS NOT NULL) "
        "ORDER BY id LIMIT ?",
        (last, to_seconds(before), PRUNED_AT_ONCE),
    )


def _forget(db: Connection, batch: list[Row]) -> None:
    index = Index(db)
    keys: list[tuple[int, int, int]] = []
    for entry_id, title, summary, text, feed_id, url, canonical in batch:
        index.remove(entry_id, Text(title, summary, text))
        keys.append((feed_id, identity.link_key(identity.lengthened(canonical, url)), entry_id))
        keys.append((feed_id, identity.title_key(feed_id, identity.fold(title)), entry_id))
    index.flush()
    db.run_many("DELETE FROM entry_key WHERE feed_id = ? AND key = ? AND entry_id = ?", keys)
    db.run_many("INSERT INTO pruned (entry_id, feed_id) VALUES (?, ?)", [(row[0], row[4]) for row in batch])
    ids = json.dumps([row[0] for row in batch])
    for sql in (
        "DELETE FROM entry_entity WHERE (entity_id, entry_id) IN "
        "(SELECT entity.id, value FROM entity, json_each(?))",
        "DELETE FROM decision WHERE entry_id IN (SELECT value FROM json_each(?))",
        "DELETE FROM finding WHERE entry_id IN (SELECT value FROM json_each(?))",
        "DELETE FROM entry WHERE id IN (SELECT value FROM json_each(?))",
    ):
        db.run(sql, (ids,))


def _pack(db: Connection) -> None:
    """Give free pages back to the disk, where there are many."""
    pages, free = db.value("PRAGMA page_count"), db.value("PRAGMA freelist_count")
    if free > WORTH_PACKING * pages:
        db.alone(lambda raw: raw.execute("VACUUM"))
