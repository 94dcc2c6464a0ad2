"""Care of the database: a backup is whole, a restore brings it back and keeps what was there."""

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.sqlite import open_store
from tests.cli.conftest import Answer
from tests.cli.stocked import LINKS, stock

Call = Callable[..., Answer]


def slugs(call: Call, *options: str) -> list[str]:
    return [one["id"] for one in json.loads(call("watch", "list", "--json", *options).out)]


def test_migrate_makes_a_database_and_says_so_twice(call: Call, clean_environment: Path) -> None:
    path = clean_environment / "new.db"
    for _ in range(2):
        answer = call("db", "migrate", "--db", str(path))
        assert (answer.status, answer.out) == (0, f"{path} is up to date\n")


def test_a_backup_is_one_file_that_holds_everything(
    call: Call, stocked: Path, clean_environment: Path
) -> None:
    copy = clean_environment / "copy.db"
    assert call("db", "backup", str(copy)).status == 0
    assert sorted(path.name for path in clean_environment.glob("copy.db*")) == ["copy.db"]
    assert call("why", LINKS[0], "--json", "--db", str(copy)) == call("why", LINKS[0], "--json")


def test_a_backup_overwrites_nothing(call: Call, stocked: Path, clean_environment: Path) -> None:
    copy = clean_environment / "copy.db"
    copy.write_text("mine")
    answer = call("db", "backup", str(copy))
    assert (answer.status, copy.read_text()) == (2, "mine")
    assert str(copy) in answer.err


def test_restore_brings_the_copy_back_and_keeps_what_was_there(
    call: Call, stocked: Path, clean_environment: Path
) -> None:
    copy = clean_environment / "copy.db"
    call("db", "backup", str(copy))
    call("watch", "add", "Harbour Robotics")
    call("watch", "remove", "meta")
    after = slugs(call)
    answer = call("db", "restore", str(copy))
    assert answer.status == 0
    assert set(slugs(call)) == {"meta", "scale-ai", "ruben-mayer"}
    [kept] = clean_environment.glob("news.db.replaced-*")
    assert str(kept) in answer.out
    assert slugs(call, "--db", str(kept)) == after


def test_an_open_store_sees_the_restored_watchlist(
    call: Call, stocked: Path, clean_environment: Path
) -> None:
    copy = clean_environment / "copy.db"
    call("db", "backup", str(copy))
    with open_store(stocked) as store:
        store.watchlist.remove("meta")
        assert store.watchlist.load().by_slug().keys() == {"scale-ai", "ruben-mayer"}
        call("db", "restore", str(copy))
        assert store.watchlist.load().by_slug().keys() == {"meta", "scale-ai", "ruben-mayer"}
        store.watchlist.mute("meta", None)
    assert call("db", "check").status == 0


@pytest.mark.parametrize("damage", ["header", "pages", "empty", "missing"])
def test_restore_mends_a_database_that_does_not_open(
    call: Call, stocked: Path, clean_environment: Path, damage: str
) -> None:
    copy = clean_environment / "copy.db"
    call("db", "backup", str(copy))
    whole = stocked.read_bytes()
    match damage:
        case "header":
            stocked.write_bytes(b"x" * len(whole))
        case "pages":
            stocked.write_bytes(whole[:4096] + bytes(len(whole) - 4096))
        case "empty":
            stocked.write_bytes(b"")
        case "missing":
            stocked.unlink()
    assert call("db", "restore", str(copy)).status == 0
    assert call("db", "check").status == 0
    assert set(slugs(call)) == {"meta", "scale-ai", "ruben-mayer"}
    assert len(list(clean_environment.glob("news.db.replaced-*Z"))) == (damage != "missing")


def test_what_was_open_in_the_copy_is_doubted(call: Call, stocked: Path, clean_environment: Path) -> None:
    with open_store(stocked) as store:
        dead = store.deliveries.dead_unannounced()[0]
        store.outbox.resend(dead.key, datetime.now(UTC))
    copy = clean_environment / "copy.db"
    call("db", "backup", str(copy))
    call("db", "restore", str(copy))
    with open_store(stocked) as store:
        found = store.deliveries.by_key(dead.key)
    assert found is not None
    assert (found.state.value, found.ambiguous) == ("retry", 1)


@pytest.mark.parametrize("kind", ["missing", "text", "foreign", "itself", "damaged"])
def test_restore_refuses_what_is_no_sound_copy_and_changes_nothing(
    call: Call, stocked: Path, clean_environment: Path, kind: str
) -> None:
    copy = clean_environment / "copy.db"
    match kind:
        case "text":
            copy.write_text("a letter")
        case "foreign":
            with sqlite3.connect(copy) as other:
                other.execute("CREATE TABLE t (x)")
            other.close()
        case "damaged":
            call("db", "backup", str(copy))
            whole = copy.read_bytes()
            copy.write_bytes(whole[:4096] + bytes(len(whole) - 4096))
        case "itself":
            copy = stocked
    answer = call("db", "restore", str(copy))
    assert (answer.status, answer.err.count("\n")) == (2, 1)
    assert str(copy) in answer.err
    assert call("db", "check").status == 0


def test_restore_waits_for_nobody_at_work(call: Call, stocked: Path, clean_environment: Path) -> None:
    copy = clean_environment / "copy.db"
    call("db", "backup", str(copy))
    with open_store(stocked) as store, store.pass_lock("poll, process 5"):
        answer = call("db", "restore", str(copy))
    assert answer.status == 2
    assert "poll, process 5" in answer.err


def test_check_finds_damage_and_names_the_remedy(call: Call, stocked: Path) -> None:
    assert call("db", "check").out == f"{stocked} is sound\n"
    with sqlite3.connect(stocked) as raw:
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("UPDATE finding SET story_id = 9999 WHERE story_id IS NOT NULL")
    raw.close()
    answer = call("db", "check", "--json")
    assert answer.status == 1
    assert json.loads(answer.out)["problems"] != []
    assert "movewire db restore" in answer.err


def test_check_finds_damage_that_keeps_the_database_from_being_opened(call: Call, stocked: Path) -> None:
    whole = stocked.read_bytes()
    stocked.write_bytes(whole[:4096] + bytes(len(whole) - 4096))
    answer = call("db", "check", "--json")
    assert answer.status == 1
    assert "damaged" in json.loads(answer.out)["problems"][0]
    assert "movewire db restore" in answer.err


def test_prune_forgets_old_entries_without_a_story(call: Call, stocked: Path) -> None:
    answer = call("db", "prune", "--older", "1d")
    assert answer.out == "1 entry forgotten, 2 kept\n"
    assert call("why", LINKS[2]).status == 2
    assert call("why", LINKS[0]).status == 0


@pytest.mark.parametrize("verb", [["backup", "x.db"], ["check"], ["prune"]])
def test_care_of_a_missing_database_makes_none(call: Call, clean_environment: Path, verb: list[str]) -> None:
    answer = call("db", *verb, "--db", "none.db")
    assert answer.status == 2
    assert "none.db" in answer.err
    assert list(clean_environment.glob("none.db*")) == []


def test_the_stock_itself_is_sound(tmp_path: Path) -> None:
    with stock(tmp_path / "stock.db") as store:
        assert store.check() == []
