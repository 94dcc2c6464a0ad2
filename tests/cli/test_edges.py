"""At the edges of the system: missing folders, full disks, closed streams, paths that cannot be."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Answer

Call = Callable[..., Answer]
ROOT = Path(__file__).parents[2]
COMMAND = "import sys; from bot.cli import main; sys.exit(main())"
LONG_NAME = "n" * 300  # longer than any file system takes


def test_a_working_folder_that_is_gone_does_not_matter(
    call: Call, clean_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean_environment.rmdir()
    monkeypatch.setenv("MOVEWIRE_SEED_FEEDS", "0")
    assert call("feeds", "list", "--json") == Answer(status=0, out="[]\n", err="")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--db", LONG_NAME, "feeds", "list"],
        ["--config", LONG_NAME, "feeds", "list"],
        ["--db", "~nobody-of-that-name/x.db", "feeds", "list"],
        ["--config", "~nobody-of-that-name/x.toml", "feeds", "list"],
        ["demo", "--keep", LONG_NAME],
        ["replay", "--snapshots", LONG_NAME],
        ["db", "restore", LONG_NAME],
    ],
)
def test_a_path_that_cannot_be_is_one_line(call: Call, arguments: list[str]) -> None:
    answer = call(*arguments)
    assert (answer.status, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert LONG_NAME in answer.err or "~nobody-of-that-name" in answer.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look into every folder")
@pytest.mark.parametrize(
    "arguments",
    [["--db", "locked/x.db", "feeds", "list"], ["--config", "locked/x.toml", "feeds", "list"]],
)
def test_a_folder_that_may_not_be_looked_into_is_one_line(call: Call, arguments: list[str]) -> None:
    Path("locked").mkdir(mode=0)
    answer = call(*arguments)
    assert (answer.status, answer.out, answer.err.count("\n")) == (2, "", 1)


def test_a_pipe_is_no_database(call: Call, clean_environment: Path) -> None:
    os.mkfifo("pipe")
    answer = call("--db", "pipe", "feeds", "list")
    assert (answer.status, answer.out) == (2, "")
    assert "pipe: no ordinary file" in answer.err


def test_an_empty_db_in_the_file_is_named_with_its_key(call: Call) -> None:
    Path("movewire.toml").write_text('[movewire]\ndb = ""\n')
    answer = call("feeds", "list")
    assert answer.status == 2
    assert "db under [movewire] in" in answer.err
    assert "allowed: the path of a SQLite file" in answer.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.usefixtures("stocked")
@pytest.mark.parametrize("arguments", [["search", "x", "--json"], ["moves"], ["watch", "export"], ["--help"]])
def test_a_full_disk_behind_stdout_is_a_failure_in_one_line(arguments: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            encoding="utf-8",
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == "movewire: the output could not be written: No space left on device\n"


@pytest.mark.usefixtures("stocked")
def test_closed_streams_stop_nothing() -> None:
    done = subprocess.run(
        ["sh", "-c", f'{sys.executable} -c "{COMMAND}" search mayer --json <&- >&- 2>&-'],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 0


@pytest.mark.parametrize("since", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"])
@pytest.mark.usefixtures("stocked")
def test_a_time_beyond_the_calendar_is_refused(call: Call, since: str) -> None:
    answer = call("search", "x", "--since", since)
    assert (answer.status, answer.out) == (2, "")
    assert "--since" in answer.err


def test_a_replay_that_is_told_to_end_leaves_nothing_behind(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    line = json.dumps({"title": "Scale AI lays off 200 employees", "published": "2025-07-16T16:00:00Z"})
    items = tmp_path / "items.jsonl"
    items.write_text("\n".join([line] * 20_000))
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "replay", "--jsonl", str(items)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(scratch)},
    )
    for _ in range(600):  # until it is at work
        if any(scratch.glob("*/0/*")):
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (143, b"")
    assert list(scratch.iterdir()) == []


def test_the_kept_database_of_the_demo_holds_what_the_demo_told(call: Call) -> None:
    assert call("demo", "--keep", "kept.db").status == 0
    before = json.loads(call("--db", "kept.db", "moves", "--json").out)
    headlines = [(one["kind"], one["roles"]) for one in before if "Army" in one["headline"]]
    assert len(headlines) == 1  # the later backstory would tell the demo's events a second time
    assert len(json.loads(call("--db", "kept.db", "feeds", "list", "--json").out)) == 4
