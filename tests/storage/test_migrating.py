"""A database of an earlier schema is brought up to date with all that it holds."""

import sqlite3
from pathlib import Path

from storage.model import Route
from storage.sqlite import migrations, open_store
from tests.storage.made import NOW, entity, story, tell


def test_a_database_of_the_first_schema_keeps_its_stories_and_takes_servers(path: Path) -> None:
    raw = sqlite3.connect(path, isolation_level=None)
    for script in migrations.FIRST:
        raw.executescript(script)
    raw.execute(
        "CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT, applied_at TEXT)"
    )
    raw.execute("INSERT INTO _sqlite_migrations VALUES (1, 'movewire', 'm0001_first', '2025-01-01')")
    raw.execute(f"PRAGMA application_id = {migrations.APPLICATION_ID}")
    raw.execute("PRAGMA user_version = 1")
    raw.execute("INSERT INTO setting VALUES ('instance', 'abc')")
    raw.execute("INSERT INTO story (headline, url, source, opened, updated) VALUES ('Old', 'u', 's', 1, 1)")
    raw.close()
    with open_store(path) as store:
        old = store.stories.get(1)
        assert old is not None
        assert old.headline == "Old"
        store.watchlist.put(entity("acme"))
        store.guilds.joined(5, "Alpha", NOW)
        store.routes.put(Route(id=0, guild=5, destination="channel:1"), NOW)
        _, story_id = tell(store, "one", story("acme"))
        assert (story_id, len(store.routes.all()), store.check()) == (2, 1, [])
