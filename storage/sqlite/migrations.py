"""The steps that bring a file to the schema, and the number that says how far it has come.

Applied by ``storage.sqlite.opening`` under the write lock; nothing here opens a file.
A new step is a new function at the end, one more in ``SCHEMA_VERSION``; a released step
is never edited.  ``sqlite_utils`` is imported only when a step must run: it costs 0.19 s.
"""

import contextlib
import sqlite3
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from storage.sqlite import schema

if TYPE_CHECKING:
    from sqlite_utils.db import Database

APPLICATION_ID = 0x4D6F7657  # "MovW", in the header of every file of ours
SCHEMA_VERSION = 7  # PRAGMA user_version of an up-to-date file


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file behind an autocommit connection to ``SCHEMA_VERSION``.

    Each step is one transaction together with the record of it; ``user_version`` is set
    last, so a file that was left half way is taken up again.
    """
    with _without("numpy", "pandas"):
        from sqlite_utils import Database, Migrations

    steps = Migrations("movewire")

    @steps()
    def m0001_first(db: "Database") -> None:
        for script in schema.FIRST:
            for statement in _statements(script):
                db.conn.execute(statement)

    @steps()
    def m0002_servers(db: "Database") -> None:
        for statement in _statements(schema.SERVERS):
            db.conn.execute(statement)

    @steps()
    def m0003_held(db: "Database") -> None:
        db.conn.execute(schema.HELD)

    @steps()
    def m0004_folder(db: "Database") -> None:
        db.conn.execute(schema.FOLDER)

    @steps()
    def m0005_pruned(db: "Database") -> None:
        for statement in _statements(schema.PRUNED):
            db.conn.execute(statement)

    @steps()
    def m0006_validates(db: "Database") -> None:
        db.conn.execute(schema.VALIDATES)

    @steps()
    def m0007_clustered(db: "Database") -> None:
        for statement in _statements(schema.CLUSTERED):
            db.conn.execute(statement)

    steps.apply(Database(connection))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


@contextlib.contextmanager
def _without(*names: str) -> Iterator[None]:
    """Packages that an import takes along where they are installed: 12 MB and a thread, for values never stored."""
    absent = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]  # None: not to be imported
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


def _statements(script: str) -> list[str]:
    """Single statements of a script: ``executescript`` would commit behind our back."""
    found, rest = [], ""
    for line in script.splitlines(keepends=True):
        rest += line
        if sqlite3.complete_statement(rest):
            found.append(rest.strip())
            rest = ""
    return [statement for statement in found if statement]
