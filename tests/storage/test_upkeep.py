"""Care of a database: copies, checks, forgetting."""

import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from storage.errors import StoreError
from storage.sqlite import SqliteStore, open_store
from storage.sqlite.connection import LOG_COMMITS
from storage.sqlite.upkeep import Pruned
from tests.storage.made import (
    DAY,
    NOW,
    URL,
    delivery,
    entity,
    in_the_file_alone,
    parsed,
    poll,
    quiet,
    story,
    tell,
    told,
)


def test_a_backup_is_one_whole_file_that_opens(sqlite: SqliteStore, tmp_path: Path) -> None:
    tell(sqlite, "one", story("acme"), "x")
    copy = tmp_path / "copy.db"
    sqlite.backup(copy)
    assert sorted(file.name for file in tmp_path.glob("copy.db*")) == ["copy.db"]
    with open_store(copy) as store:
        assert (store.entries.count(), store.instance, store.check()) == (1, sqlite.instance, [])


def test_nobody_but_its_owner_reads_a_database_or_its_copies(
    sqlite: SqliteStore, path: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    sqlite.backup(copy)
    for file in (copy, path, *path.parent.glob(f"{path.name}-*")):
        assert file.stat().st_mode & 0o077 == 0, file


def test_a_backup_overwrites_nothing_and_needs_its_folder(sqlite: SqliteStore, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("letters")
    with pytest.raises(StoreError, match="taken: exists already"):
        sqlite.backup(taken)
    assert taken.read_text() == "letters"
    with pytest.raises(StoreError, match="nowhere: there is no such folder"):
        sqlite.backup(tmp_path / "nowhere" / "copy.db")


def test_a_backup_while_others_write_is_one_moment(sqlite: SqliteStore, path: Path, tmp_path: Path) -> None:
    poll(sqlite, *(parsed(f"n{number}", text="x" * 2_000) for number in range(400)))
    done = threading.Event()

    def write() -> None:
        with open_store(path) as other:
            turn = 0
            while not done.is_set():
                with other.transaction():
                    poll(other, parsed(f"a{turn}"), url="https://a.example")
                    poll(other, parsed(f"b{turn}"), url="https://b.example")
                turn += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            sqlite.backup(tmp_path / f"copy{number}.db")
    finally:
        done.set()
        writer.join()
    for number in range(3):
        with open_store(tmp_path / f"copy{number}.db") as copy:
            ends = [entry.guid[4] for entry in copy.entries.pending(10_000) if entry.feed_url != URL]
            assert (ends.count("a"), copy.check()) == (ends.count("b"), [])


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        ("DELETE FROM pending", "without a decision that do not wait"),
        ("DELETE FROM entry WHERE id = 2", "that wait for a decision but are not stored"),
        ("UPDATE story_key SET df = df + 1", "story keys with a wrong count"),
        ("UPDATE tally SET n = 9 WHERE name = 'fingerprints'", "wrong totals"),
        ("UPDATE finding SET story_id = 99", "refers to a row of story that is not there"),
        ("INSERT INTO entity_name VALUES ('x', 99)", "a row of entity_name refers to a row of entity"),
        ("DROP TABLE story_message", "the table story_message is not there"),
        ("DROP INDEX feed_due", "the index feed_due is not there"),
    ],
    ids=["pending", "entry", "frequency", "tally", "story", "unnumbered", "table", "index"],
)
def test_the_check_finds_parts_that_do_not_fit(
    sqlite: SqliteStore, path: Path, harm: str, words: str
) -> None:
    tell(sqlite, "one", story("acme"), "x")
    poll(sqlite, parsed("two"))
    assert sqlite.check() == []
    with sqlite3.connect(path) as raw:
        raw.execute(harm)
    raw.close()
    [problem] = sqlite.check()
    assert words in problem


# --- forgetting ------------------------------------------------------------------------


def settle(store: SqliteStore) -> None:
    """Decide all that waits: nothing was found."""
    store.entries.record([quiet(entry) for entry in store.entries.pending(10_000)])


def test_old_entries_without_story_are_forgotten_and_the_rest_stays(sqlite: SqliteStore) -> None:
    poll(sqlite, parsed("old"), seen=NOW - 100 * DAY)
    settle(sqlite)
    tell(sqlite, "told", story("acme", alerted=NOW), "x", published=NOW - 90 * DAY)
    poll(sqlite, parsed("waiting"), seen=NOW - 80 * DAY)
    [waiting] = sqlite.entries.pending()
    poll(sqlite, parsed("new"))
    assert sqlite.prune(NOW - 10 * DAY) == Pruned(entries=1, kept=3)
    assert [sqlite.entries.get(number) is None for number in (1, 2, waiting.id, 4)] == [True] + [False] * 3
    assert sqlite.check() == []


def test_a_forgotten_entry_is_found_no_more_but_still_known(sqlite: SqliteStore) -> None:
    poll(sqlite, parsed("old", title="Feldspar"), parsed("other", title="Feldspar too"), seen=NOW - 100 * DAY)
    settle(sqlite)
    sqlite.prune(NOW - 10 * DAY)
    assert sqlite.search.query("feldspar") == []
    assert sqlite.entries.by_url("https://news.example/old") is None
    assert poll(sqlite, parsed("old", title="Feldspar")) == []
    assert sqlite.entries.count() == 0


def test_ids_of_forgotten_entries_are_not_given_again(sqlite: SqliteStore) -> None:
    poll(sqlite, parsed("old"), seen=NOW - 100 * DAY)
    settle(sqlite)
    sqlite.prune(NOW)
    assert poll(sqlite, parsed("new", published=NOW)) == [2]


def test_forgetting_many_gives_room_back(sqlite: SqliteStore, path: Path) -> None:
    for turn in range(3):
        poll(
            sqlite,
            *(parsed(f"n{turn}-{number}", text=f"words {number} " * 300) for number in range(400)),
            seen=NOW - 100 * DAY,
        )
    settle(sqlite)
    sqlite._db.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    before = path.stat().st_size
    assert sqlite.prune(NOW).entries == 1200
    sqlite._db.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    assert path.stat().st_size < before / 4
    assert sqlite.check() == []


def test_an_entry_that_meant_somebody_is_forgotten_with_its_links(sqlite: SqliteStore) -> None:
    poll(sqlite, parsed("old"), seen=NOW - 100 * DAY)
    [entry] = sqlite.entries.pending()
    sqlite.watchlist.put(entity("acme"))
    outcome = replace(told(entry, story("acme")), story=None, keys=(), deliveries=(delivery(),))
    sqlite.entries.record([outcome])
    assert [hit.id for hit in sqlite.search.query("", entity="acme")] == ["e1"]
    sqlite.prune(NOW)
    assert (sqlite.search.query("", entity="acme"), sqlite.check()) == ([], [])


def test_the_log_moves_into_the_file_while_somebody_writes(
    sqlite: SqliteStore, path: Path, tmp_path: Path
) -> None:
    for number in range(LOG_COMMITS):
        sqlite.set_setting(f"mark-{number}", "x")
    assert in_the_file_alone(path, tmp_path) == []
    with sqlite.transaction():
        sqlite.set_setting("mark-open", "x")
        mover = threading.Thread(target=sqlite.move_log)
        mover.start()
        mover.join(30)
        assert not mover.is_alive()
    assert len(in_the_file_alone(path, tmp_path)) == LOG_COMMITS
    assert sqlite.setting("mark-open") == "x"


def test_a_log_that_has_not_grown_is_left(sqlite: SqliteStore, path: Path, tmp_path: Path) -> None:
    for number in range(LOG_COMMITS):
        sqlite.set_setting(f"mark-{number}", "x")
    sqlite.move_log()
    sqlite.set_setting("mark-later", "x")
    sqlite.move_log()
    assert "mark-later" not in in_the_file_alone(path, tmp_path)
