"""What lies at the path: made, migrated, or refused with a line that names it and the remedy."""

import os
import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from storage.errors import NotOurDatabase, StoreError, StoreReadOnly
from storage.sqlite import SqliteStore, open_store
from storage.sqlite.migrations import APPLICATION_ID, SCHEMA_VERSION
from tests.conftest import ROOT
from tests.storage.made import DAY, NOW, delivery, entity, hire, parsed, poll, story, tell, told

PAGE = 4096


def test_a_missing_file_is_made_whole_and_ours(path: Path) -> None:
    with open_store(path, now=NOW) as store:
        assert store.check() == []
        assert store.setting("created") == NOW.isoformat()
    with sqlite3.connect(path) as raw:
        asked = ("application_id", "user_version", "journal_mode")
        found = [raw.execute(f"PRAGMA {name}").fetchone()[0] for name in asked]
    raw.close()
    assert found == [APPLICATION_ID, SCHEMA_VERSION, "wal"]


def test_a_missing_file_is_not_made_where_it_must_exist(path: Path) -> None:
    with pytest.raises(StoreError, match=r"movewire\.db: there is no such database"):
        open_store(path, create=False)
    assert list(path.parent.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nowhere: there is no such folder"):
        open_store(tmp_path / "nowhere" / "movewire.db")


def foreign(path: Path) -> None:
    """Somebody else's SQLite database."""
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE song (title TEXT)")
    raw.close()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.touch(), "an empty file"),
        (lambda path: path.write_text("Dear diary, " * 100), "not an SQLite database"),
        (lambda path: path.write_bytes(b"SQLite format 3\0"), "not an SQLite database"),
        (foreign, "of another program"),
        (lambda path: path.mkdir(), "a folder"),
    ],
    ids=["empty", "text", "cut off", "foreign", "folder"],
)
def test_a_file_that_is_not_ours_is_refused_and_left_alone(path: Path, make: object, words: str) -> None:
    make(path)  # type: ignore[operator]
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(NotOurDatabase, match=words) as refusal:
        open_store(path)
    assert str(path) in str(refusal.value)
    assert "MOVEWIRE_DB" in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_a_newer_schema_is_refused_with_both_numbers(path: Path) -> None:
    open_store(path).close()
    with sqlite3.connect(path) as raw:
        raw.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    raw.close()
    with pytest.raises(StoreError, match=f"schema is {SCHEMA_VERSION + 1}, this one knows {SCHEMA_VERSION}"):
        open_store(path)


def test_a_log_left_by_a_database_that_is_gone_is_not_played_into_a_new_one(path: Path) -> None:
    store = open_store(path)
    poll(store, parsed("gone"))
    log = Path(f"{path}-wal").read_bytes()
    store.close()
    path.unlink()
    Path(f"{path}-wal").write_bytes(log)
    with open_store(path) as store:
        assert (store.entries.count(), store.check()) == (0, [])


def filled(path: Path) -> bytes:
    """The bytes of a database with a bit of everything."""
    with open_store(path) as store:
        store.watchlist.put_all([entity(f"e{number}") for number in range(20)])
        for number in range(60):
            slug = f"e{number % 20}"
            tell(store, f"n{number}", story(slug, moves=(hire(f"Jo {number}", slug),)), f"k{number % 7}", "w")
        poll(store, *(parsed(f"p{number}") for number in range(20)))
    return path.read_bytes()


def use(store: SqliteStore) -> None:
    """A bit of every verb."""
    store.watchlist.load()
    store.feeds.due(NOW)
    store.entries.pending()
    store.search.query("story")
    store.search.profile("e1")
    store.moves.query(person="jo")
    store.stories.related(["e1"], NOW)
    store.stories.candidates({"k1": 1.0, "w": 1.0}, NOW - DAY, NOW)
    for number in range(1, 60, 7):
        store.entries.recorded(number)
    poll(store, parsed("new"), parsed("n3", title="changed"))
    for entry in store.entries.pending(3):
        store.entries.record([told(entry, story("e1"), "w", deliveries=(delivery(),))])


def flip(content: bytes, seed: int) -> bytes:
    """One to three pages after the first with each bit the other way round."""
    chance, pages = random.Random(seed), bytearray(content)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(1, len(pages) // PAGE) * PAGE
        pages[at : at + PAGE] = bytes(byte ^ 0xFF for byte in pages[at : at + PAGE])
    return bytes(pages)


def complaint(path: Path) -> str:
    """What a damaged database is refused with, when it is opened or used; nothing where it is not."""
    try:
        with open_store(path, durable=False) as store:
            assert store.check() != []
            use(store)
    except NotOurDatabase as error:
        return str(error)
    return ""


def test_damaged_pages_are_told_in_words_and_never_pass_the_check(path: Path) -> None:
    content = filled(path)
    complaints = []
    for seed in range(40):
        Path(f"{path}-wal").unlink(missing_ok=True)
        path.write_bytes(flip(content, seed))
        complaints.append(complaint(path))
    told = [words for words in complaints if words]
    assert len(told) > 20
    assert all("damaged" in words and "movewire db restore" in words for words in told)


def test_a_file_that_was_cut_off_is_told_in_words(path: Path) -> None:
    content = filled(path)
    for share in (0.1, 0.5, 0.9):
        path.write_bytes(content[: int(len(content) * share)])
        with pytest.raises(NotOurDatabase, match="damaged"), open_store(path, durable=False) as store:
            use(store)


def test_a_file_that_may_not_be_written_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_store(path).close()
    path.chmod(0o444)
    if os.geteuid() == 0:  # whom no file mode stops
        monkeypatch.setattr(os, "access", lambda where, mode: Path(where) != path)
    with pytest.raises(StoreReadOnly, match=r"movewire\.db: cannot be written"):
        open_store(path)


def loaded_by_opening(path: Path, *names: str) -> str:
    """Which of these modules a process of its own has loaded once it has opened the database."""
    script = (
        "import sys; from pathlib import Path; from storage.sqlite import open_store; "
        "open_store(Path(sys.argv[1])).close(); "
        "print(*[name for name in sys.argv[2:] if name in sys.modules])"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, str(path), *names],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return said.stdout.strip()


def test_opening_an_up_to_date_database_loads_no_library_that_is_slow(path: Path) -> None:
    open_store(path).close()
    assert loaded_by_opening(path, "sqlite_utils", "asyncio") == ""


def test_making_a_database_takes_along_no_packages_of_the_charts(path: Path) -> None:
    """As far as they are installed; and they can be imported afterwards."""
    assert loaded_by_opening(path, "numpy", "pandas") == ""
