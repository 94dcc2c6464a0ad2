"""Disks that are full or read-only: clear words, and nothing acknowledged is lost."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.errors import StoreError, StoreFull, StoreReadOnly
from storage.sqlite import SqliteStore, open_store
from tests.storage.made import entity, parsed, poll


def mount(folder: Path, *options: str) -> None:
    """Mount a small disk in memory, or skip the test."""
    folder.mkdir(exist_ok=True)
    tried = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", ",".join(options), "movewire-test", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if tried.returncode:
        pytest.skip(f"no right to mount a small disk here: {tried.stderr.strip()}")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MiB."""
    if shutil.which("mount") is None:
        pytest.skip("no mount command here")
    folder = tmp_path / "disk"
    mount(folder, "size=2m")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(store: SqliteStore) -> list[int]:
    """Store entries until the disk is full; ids of all that were acknowledged."""
    stored: list[int] = []
    for number in range(5_000):
        try:
            stored += poll(store, parsed(f"n{number}", text=f"text {number} " * 200))
        except StoreFull as error:
            return stored if "the disk is full: make room" in str(error) else []
    return []


def test_a_full_disk_is_told_and_what_was_acknowledged_is_there(small_disk: Path) -> None:
    path = small_disk / "movewire.db"
    with open_store(path) as store:
        acknowledged = fill(store)
        assert acknowledged != []
        assert store.entries.count() == len(acknowledged)
    copy = small_disk.parent / "movewire.db"
    for ending in ("", "-wal"):
        if Path(f"{path}{ending}").exists():
            shutil.copy(f"{path}{ending}", f"{copy}{ending}")
    with open_store(copy) as store:
        assert [entry.id for entry in store.entries.pending(10_000)] == acknowledged
        assert store.check() == []


def test_when_there_is_room_again_writing_goes_on(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    with open_store(small_disk / "movewire.db") as store:
        ballast.write_bytes(bytes(1 << 20))
        count = len(fill(store))
        ballast.unlink()
        assert poll(store, parsed("after")) != []
        assert (store.entries.count(), store.check()) == (count + 1, [])


def test_no_half_database_is_left_where_there_is_no_room_for_one(small_disk: Path) -> None:
    ballast, path = small_disk / "ballast", small_disk / "movewire.db"
    ballast.write_bytes(bytes((2 << 20) - 64 * 1024))
    with pytest.raises(StoreFull, match=r"movewire\.db"):
        open_store(path)
    assert not path.exists()
    ballast.unlink()
    with open_store(path) as store:
        assert store.check() == []


def test_a_read_only_disk_is_told(small_disk: Path) -> None:
    path = small_disk / "movewire.db"
    open_store(path).close()
    mount(small_disk, "remount", "ro")
    with pytest.raises(StoreReadOnly, match=r"movewire\.db: cannot be written"):
        open_store(path)
    with pytest.raises(StoreReadOnly, match="cannot be written"):
        open_store(small_disk / "other.db")


def test_a_database_at_its_greatest_size_is_like_a_full_disk(sqlite: SqliteStore) -> None:
    poll(sqlite, parsed("kept"))
    pages = sqlite._db.value("PRAGMA page_count")
    sqlite._db.rows(f"PRAGMA max_page_count = {pages + 20}")
    stored = fill(sqlite)
    assert sqlite.entries.count() == 1 + len(stored)
    sqlite._db.rows("PRAGMA max_page_count = 1000000")
    assert poll(sqlite, parsed("after")) != []
    assert sqlite.check() == []


def test_a_caller_that_catches_a_full_disk_in_a_transaction_stores_nothing_of_it(
    sqlite: SqliteStore,
) -> None:
    pages = sqlite._db.value("PRAGMA page_count")
    sqlite._db.rows(f"PRAGMA max_page_count = {pages + 5}")

    def work() -> None:
        with sqlite.transaction():
            sqlite.watchlist.put(entity("acme"))
            try:
                poll(sqlite, *(parsed(f"n{number}", text="x" * 3_000) for number in range(100)))
            except StoreFull:
                sqlite.watchlist.put(entity("globex"))

    with pytest.raises(StoreError, match="nothing of this transaction is stored"):
        work()
    sqlite._db.rows("PRAGMA max_page_count = 1000000")
    assert (sqlite.entries.count(), sqlite.watchlist.load().entities, sqlite.check()) == (0, (), [])
    sqlite.watchlist.put(entity("initech"))
