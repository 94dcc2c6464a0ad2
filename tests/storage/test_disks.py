"""Disks that are full or read-only: clear words, and nothing acknowledged is lost."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.errors import StoreError, StoreFull, StoreReadOnly
from storage.sqlite import SqliteStore, open_store
from tests.conftest import ROOT
from tests.storage.disks import mount, mounted
from tests.storage.made import HOUR, NOW, delivery, entity, parsed, poll, story, told


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MiB."""
    with mounted(tmp_path / "disk", "2m") as folder:
        yield folder


def fill(store: SqliteStore, words: str = "the disk is full: make room") -> list[int]:
    """Store entries until the disk is full; ids of all that were acknowledged."""
    stored: list[int] = []
    for number in range(5_000):
        try:
            stored += poll(store, parsed(f"n{number}", text=f"text {number} " * 200))
        except StoreFull as error:
            return stored if words in str(error) else []
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


def test_a_limit_of_file_sizes_is_told_and_what_was_acknowledged_is_there(path: Path) -> None:
    open_store(path).close()
    limit = path.stat().st_size + (256 << 10)
    script = (
        "import resource, sys; from pathlib import Path; from storage.errors import StoreFull; "
        "from storage.sqlite import open_store; from tests.storage.test_disks import fill; "
        "limit = int(sys.argv[2]); resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)); "
        "store = open_store(Path(sys.argv[1])); print(*fill(store, 'cannot grow any further'))"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, str(path), str(limit)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    acknowledged = [int(number) for number in said.stdout.split()]
    assert acknowledged != []
    with open_store(path) as store:
        assert [entry.id for entry in store.entries.pending(10_000)] == acknowledged
        assert store.check() == []
        assert poll(store, parsed("after")) != []


def test_a_log_that_was_cut_off_leaves_a_sound_database_without_its_last_transactions(
    path: Path, tmp_path: Path
) -> None:
    with open_store(path) as store:
        store._db.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        stored = [poll(store, parsed(f"n{number}"))[0] for number in range(12)]
        database, log = path.read_bytes(), Path(f"{path}-wal").read_bytes()
    copy = tmp_path / "cut.db"
    lengths = []
    for share in range(0, 101, 4):
        for ending, content in (("", database), ("-wal", log[: len(log) * share // 100])):
            Path(f"{copy}{ending}").write_bytes(content)
        Path(f"{copy}-shm").unlink(missing_ok=True)
        with open_store(copy) as cut:
            found = [entry.id for entry in cut.entries.pending(100)]
            assert (found, cut.check()) == (stored[: len(found)], [])
            lengths.append(len(found))
    assert lengths == sorted(lengths)
    assert (lengths[0], lengths[-1]) == (0, 12)


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


def test_a_claim_waits_for_the_disk_and_with_it_all_that_did_not(sqlite: SqliteStore) -> None:
    said: list[str] = []
    sqlite._db._ready().set_trace_callback(said.append)
    with sqlite.transaction(synced=False):
        [entry_id] = poll(sqlite, parsed("a"))
        entry = sqlite.entries.get(entry_id)
        assert entry is not None
        sqlite.entries.record([told(entry, story("meta"), deliveries=(delivery(),))])
    [claimed] = sqlite.claims.claim_due(NOW, lease=HOUR, worker="w")
    assert claimed.destination == delivery().destination
    words = [one.split(" = ")[-1] for one in said if one.startswith(("COMMIT", "PRAGMA synchronous"))]
    assert words == ["NORMAL", "COMMIT", "FULL", "COMMIT"]


def test_a_file_that_was_replaced_is_written_to_as_safely(sqlite: SqliteStore, path: Path) -> None:
    with sqlite.transaction(synced=False):
        sqlite.set_setting("a", "1")
    sqlite.close()
    with sqlite.transaction(synced=False):
        sqlite.set_setting("b", "2")
        assert sqlite._db.value("PRAGMA synchronous") == 1  # NORMAL
    with sqlite.transaction():
        assert sqlite._db.value("PRAGMA synchronous") == 2  # FULL
