"""Bringing a copy back: what it replaces is kept, and nothing is said twice for it."""

import sqlite3
from pathlib import Path

import pytest

from storage.errors import NotOurDatabase, StoreError
from storage.model import DeliveryState
from storage.sqlite import SqliteStore, open_store
from storage.sqlite.restoring import restore
from tests.storage.made import NOW, delivery, entity, parsed, poll, story, tell, told


@pytest.fixture
def copy(sqlite: SqliteStore, tmp_path: Path) -> Path:
    """A copy of a database with one entry, one pending delivery and one entity."""
    sqlite.watchlist.put(entity("acme"))
    poll(sqlite, parsed("kept"))
    [entry] = sqlite.entries.pending()
    sqlite.entries.record([told(entry, story("acme"), "x", deliveries=(delivery(),))])
    where = tmp_path / "copy.db"
    sqlite.backup(where)
    return where


def test_the_copy_is_there_and_what_it_replaced_is_kept(sqlite: SqliteStore, path: Path, copy: Path) -> None:
    poll(sqlite, parsed("later"))
    sqlite.close()
    kept = restore(copy, path, NOW)
    assert kept == path.with_name("movewire.db.replaced-20250304T120000Z")
    with open_store(path) as store:
        assert (store.entries.count(), store.check()) == (1, [])
    with open_store(kept) as store:
        assert (store.entries.count(), store.check()) == (2, [])
    assert sorted(path.parent.glob("*.restored*")) == []


def test_a_process_that_has_the_database_open_goes_on_with_the_copy(
    sqlite: SqliteStore, path: Path, copy: Path
) -> None:
    sqlite.watchlist.put(entity("globex"))
    poll(sqlite, parsed("later"))
    assert len(sqlite.watchlist.load().entities) == 2
    restore(copy, path, NOW)
    assert [one.slug for one in sqlite.watchlist.load().entities] == ["acme"]
    poll(sqlite, parsed("again"))
    with open_store(path) as other:
        assert (other.entries.count(), other.check()) == (2, [])


def test_ids_and_keys_of_what_was_forgotten_are_not_given_again(
    sqlite: SqliteStore, path: Path, copy: Path
) -> None:
    entry_id, story_id = tell(sqlite, "later", story("acme"))
    instance = sqlite.instance
    restore(copy, path, NOW)
    with open_store(path) as store:
        assert store.instance != instance
        again, other = tell(store, "another", story("acme"))
    assert (again, other) == (entry_id + 1, story_id + 1)


def test_what_was_open_is_doubted(sqlite: SqliteStore, path: Path, copy: Path) -> None:
    restore(copy, path, NOW)
    [open_one] = sqlite.deliveries.for_story(1)
    assert (open_one.state, open_one.ambiguous) == (DeliveryState.RETRY, 1)


def test_a_copy_comes_to_a_place_where_nothing_was(copy: Path, tmp_path: Path) -> None:
    target = tmp_path / "new.db"
    assert restore(copy, target, NOW) is None
    with open_store(target) as store:
        assert (store.entries.count(), store.check()) == (1, [])


@pytest.mark.parametrize("content", [b"", b"Dear diary" * 100], ids=["empty", "foreign"])
def test_what_is_no_database_is_moved_aside_not_lost(copy: Path, tmp_path: Path, content: bytes) -> None:
    target = tmp_path / "broken.db"
    target.write_bytes(content)
    kept = restore(copy, target, NOW)
    assert kept is not None
    assert kept.read_bytes() == content
    with open_store(target) as store:
        assert store.entries.count() == 1


def test_a_damaged_database_is_moved_aside_with_its_log(copy: Path, path: Path, sqlite: SqliteStore) -> None:
    sqlite.close()
    content = bytearray(path.read_bytes())
    content[4096 : 4096 * 30] = b"\xff" * (4096 * 29)
    path.write_bytes(content)
    Path(f"{path}-wal").write_bytes(b"a log")
    kept = restore(copy, path, NOW)
    assert kept is not None
    assert kept.read_bytes() == bytes(content)
    with open_store(path) as store:
        assert (store.entries.count(), store.check()) == (1, [])


def test_a_second_restore_in_the_same_second_keeps_both(copy: Path, path: Path) -> None:
    names = [restore(copy, path, NOW), restore(copy, path, NOW)]
    assert len(set(names)) == 2


def test_a_copy_that_cannot_be_used_changes_nothing(sqlite: SqliteStore, path: Path, tmp_path: Path) -> None:
    poll(sqlite, parsed("kept"))
    broken, foreign, newer = (tmp_path / name for name in ("broken.db", "foreign.db", "newer.db"))
    sqlite.backup(broken)
    sqlite.backup(newer)
    content = bytearray(broken.read_bytes())
    content[4096 * 3 : 4096 * 20] = b"\xff" * (4096 * 17)
    broken.write_bytes(content)
    foreign.write_text("Dear diary" * 100)
    with sqlite3.connect(newer) as raw:
        raw.execute("PRAGMA user_version = 999")
    raw.close()
    for source, kind, words in (
        (broken, NotOurDatabase, "damaged"),
        (foreign, NotOurDatabase, "not an SQLite database"),
        (newer, StoreError, "made by a newer movewire"),
        (tmp_path / "nowhere.db", StoreError, "there is no such file"),
        (path, StoreError, "is the database itself"),
    ):
        with pytest.raises(kind, match=words) as refusal:
            restore(source, path, NOW)
        assert str(source) in str(refusal.value)
    assert (sqlite.entries.count(), sqlite.check()) == (1, [])


def test_a_database_at_work_is_not_replaced(sqlite: SqliteStore, path: Path, copy: Path) -> None:
    with sqlite.pass_lock("poll, pid 1", NOW), pytest.raises(StoreError, match="in use by poll, pid 1 since"):
        restore(copy, path, NOW)
    with (
        sqlite.claims.sole_courier("run, pid 2", NOW),
        pytest.raises(StoreError, match="in use by run, pid 2"),
    ):
        restore(copy, path, NOW)
    assert restore(copy, path, NOW) is not None
