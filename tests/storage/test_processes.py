"""Several processes on one file: real ones, some of them killed."""

import sqlite3
import subprocess
import sys
from pathlib import Path

from storage.sqlite import SqliteStore, open_store
from storage.sqlite.migrations import APPLICATION_ID, SCHEMA_VERSION
from tests.conftest import ROOT
from tests.storage.made import NOW, entity, parsed, poll

WRITERS = 8
TURNS = 12


def start(verb: str, path: Path, *rest: str) -> subprocess.Popen[str]:
    """Another process at work on the database."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.storage.worker", verb, str(path), *rest],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def first_line(process: subprocess.Popen[str]) -> str:
    """What it says first."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def kill(process: subprocess.Popen[str]) -> None:
    """SIGKILL, and wait until it is gone."""
    process.kill()
    process.communicate()


def test_eight_processes_write_at_once_and_nothing_is_lost(path: Path) -> None:
    writers = [start("write", path, f"w{number}", str(TURNS)) for number in range(WRITERS)]
    errors = [writer.communicate()[1] for writer in writers]
    assert errors == [""] * WRITERS
    with open_store(path) as store:
        assert store.setting("count") == str(WRITERS * TURNS)
        assert (store.entries.count(), store.entries.pending_count()) == (WRITERS * TURNS, 0)
        assert len(store.feeds.all()) == WRITERS
        assert store.check() == []


def test_a_database_is_made_once_by_eight_processes(path: Path) -> None:
    makers = [start("make", path) for _ in range(WRITERS)]
    answers = [maker.communicate() for maker in makers]
    assert [error for _, error in answers] == [""] * WRITERS
    assert len({out for out, _ in answers}) == 1


def test_a_process_killed_in_a_transaction_leaves_nothing_of_it(path: Path) -> None:
    with open_store(path) as store:
        poll(store, parsed("kept"))
    for _ in range(2):
        victim = start("hang", path)
        assert first_line(victim) == "ready"
        kill(victim)
    with open_store(path) as store:
        assert (store.entries.count(), store.watchlist.load().entities, store.check()) == (1, (), [])
        poll(store, parsed("after"))
        assert store.entries.count() == 2


def test_a_process_that_is_open_goes_on_after_another_was_killed(sqlite: SqliteStore, path: Path) -> None:
    victim = start("hang", path)
    assert first_line(victim) == "ready"
    kill(victim)
    sqlite.watchlist.put(entity("acme"))
    assert [one.slug for one in sqlite.watchlist.load().entities] == ["acme"]


def test_readers_do_not_wait_for_a_writer(sqlite: SqliteStore, path: Path) -> None:
    poll(sqlite, parsed("kept"))
    writer = start("hang", path)
    assert first_line(writer) == "ready"
    assert sqlite.entries.count() == 1
    assert [hit.id for hit in sqlite.search.query("kept")] == ["e1"]
    kill(writer)


def test_the_lock_of_a_pass_ends_with_its_process(sqlite: SqliteStore, path: Path) -> None:
    holder = start("hold", path)
    assert first_line(holder) == "ready"
    with sqlite.pass_lock("poll, pid 2", NOW) as lock:
        assert (lock.acquired, lock.holder, lock.since) == (False, "poll, pid 1", NOW)
    kill(holder)
    with sqlite.pass_lock("poll, pid 2", NOW) as lock:
        assert lock.acquired


def test_a_creation_that_was_killed_leaves_nothing_that_is_refused(path: Path) -> None:
    half = Path(f"{path}.draft")
    half.write_bytes(b"SQLite format 3\0" + bytes(500))
    Path(f"{half}-wal").write_bytes(b"rest of a log")
    with open_store(path) as store:
        assert store.check() == []
    assert not half.exists()


def older(path: Path) -> None:
    """A file of ours from before the first step of the schema."""
    with sqlite3.connect(path) as raw:
        raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        raw.execute("PRAGMA user_version = 0")
        raw.execute("VACUUM")
    raw.close()


def test_eight_migrators_at_once_migrate_once(path: Path) -> None:
    older(path)
    makers = [start("make", path) for _ in range(WRITERS)]
    assert [maker.communicate()[1] for maker in makers] == [""] * WRITERS
    with open_store(path) as store:
        assert store.check() == []
    with sqlite3.connect(path) as raw:
        steps = raw.execute("SELECT count(*) FROM _sqlite_migrations").fetchone()
        version = raw.execute("PRAGMA user_version").fetchone()
    raw.close()
    assert (steps, version) == ((SCHEMA_VERSION,), (SCHEMA_VERSION,))
