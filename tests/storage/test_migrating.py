"""A database of an earlier schema is brought up to date with all that it holds."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from storage.model import Route
from storage.sqlite import migrations, open_store, schema
from storage.sqlite.identity import digest, guid_key, link_key
from tests.storage.made import NOW, URL, entity, parsed, poll, story, tell

STEPS = ("m0001_first", "m0002_servers", "m0003_held", "m0004_folder", "m0005_pruned", "m0006_validates")


def of_schema(path: Path, version: int, scripts: Sequence[str]) -> sqlite3.Connection:
    """A file as that version of the program made it."""
    raw = sqlite3.connect(path, isolation_level=None)
    for script in scripts:
        raw.executescript(script)
    raw.execute(
        "CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT, applied_at TEXT)"
    )
    raw.executemany(
        "INSERT INTO _sqlite_migrations VALUES (?, 'movewire', ?, '2025-01-01')",
        list(enumerate(STEPS[:version], 1)),
    )
    raw.execute(f"PRAGMA application_id = {migrations.APPLICATION_ID}")
    raw.execute(f"PRAGMA user_version = {version}")
    return raw


def test_a_database_of_the_first_schema_keeps_its_stories_and_takes_servers(path: Path) -> None:
    raw = of_schema(path, 1, schema.FIRST)
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


def test_feeds_of_the_third_schema_are_in_no_folder_and_can_be_put_into_one(path: Path) -> None:
    raw = of_schema(path, 3, (*schema.FIRST, schema.SERVERS, schema.HELD))
    raw.execute("INSERT INTO setting VALUES ('instance', 'abc')")
    raw.execute("INSERT INTO feed (url, title, added, failures) VALUES ('https://a.example/', 'A', 1, 2)")
    raw.close()
    with open_store(path) as store:
        [old] = store.feeds.all()
        assert (old.title, old.failures, old.folder) == ("A", 2, ())
        assert store.feeds.set_folder(old.url, ("Ports", "Deep"))
        store.feeds.add("https://b.example/", folder=("Ports",), now=NOW)
        assert store.check() == []
    with open_store(path) as store:
        assert [feed.folder for feed in store.feeds.all()] == [("Ports", "Deep"), ("Ports",)]


def test_what_the_fourth_schema_pruned_stays_known(path: Path) -> None:
    scripts = (*schema.FIRST, schema.SERVERS, schema.HELD, schema.FOLDER)
    raw = of_schema(path, 4, scripts)
    raw.execute("INSERT INTO setting VALUES ('instance', 'abc')")
    raw.execute("INSERT INTO feed (id, url, added) VALUES (1, ?, 1)", (URL,))
    raw.execute("INSERT INTO entry_key VALUES (?, 1)", (guid_key(1, "tag:old"),))
    raw.execute("INSERT INTO sqlite_sequence VALUES ('entry', 1)")
    raw.close()
    with open_store(path) as store:
        assert poll(store, parsed("old"), parsed("new")) == [2]
        assert store.check() == []


def test_entries_of_the_sixth_schema_are_known_again_within_their_feed(path: Path) -> None:
    scripts = (*schema.FIRST, schema.SERVERS, schema.HELD, schema.FOLDER, schema.PRUNED, schema.VALIDATES)
    raw = of_schema(path, 6, scripts)
    raw.execute("INSERT INTO setting VALUES ('instance', 'abc')")
    other = "https://other.example/feed"
    raw.executemany("INSERT INTO feed (id, url, added) VALUES (?, ?, 1)", [(1, URL), (2, other)])
    stored = [parsed("kept"), parsed("renamed")]
    raw.executemany(
        "INSERT INTO entry (id, feed_id, guid, url, title, summary, published, seen, digest) "
        "VALUES (?, 1, ?, ?, ?, ?, 1, 1, ?)",
        [(n, one.guid, one.url, one.title, one.summary, digest(one)) for n, one in enumerate(stored, 1)],
    )
    raw.execute("INSERT INTO pending VALUES (1, 1), (1, 2)")
    raw.execute("INSERT INTO pruned VALUES (3, 1)")
    keys = [
        (guid_key(1, f"tag:{name}"), n) for n, name in enumerate(("kept", "before", "pruned", "older"), 1)
    ]
    links = [(link_key(one.canonical_url or one.url), n) for n, one in enumerate(stored, 1)]
    raw.executemany("INSERT INTO entry_key VALUES (?, ?)", keys + links)
    raw.execute("UPDATE sqlite_sequence SET seq = 4")
    raw.close()
    with open_store(path) as store:
        # by its guid, by its link, as pruned, as pruned before it was noted whose it was; and a new one
        assert poll(store, *map(parsed, ("kept", "renamed", "pruned", "older", "new"))) == [5]
        assert poll(store, *map(parsed, ("kept", "renamed", "pruned")), url=other) == [6, 7, 8]
        found = store.entries.by_url(stored[0].url)
        assert found is not None
        assert found.id == 6  # the latest of two feeds
        assert store.check() == []
    with open_store(path) as store:
        assert poll(store, *map(parsed, ("kept", "renamed", "pruned", "older", "new"))) == []
