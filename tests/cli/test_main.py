"""The command line as such: exit statuses, one line for each complaint, quiet pipes, fast start."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cli.tree import PLACES, SECTIONS, cli
from storage.sqlite import open_store
from tests.cli.conftest import Answer

Call = Callable[..., Answer]
ROOT = Path(__file__).parents[2]
COMMAND = "import sys; from bot.cli import main; sys.exit(main())"


def complaint(answer: Answer) -> str:
    """The one line of a refusal."""
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("movewire: ")
    assert answer.err.count("\n") == 1
    return answer.err


def test_version_is_that_of_the_package(call: Call) -> None:
    from importlib.metadata import version

    assert call("--version") == Answer(status=0, out=f"movewire {version('movewire')}\n", err="")


def test_help_lists_every_command_in_a_section(call: Call) -> None:
    text = call("--help").out
    assert [name for name in PLACES if f"\n  {name} " not in text] == []
    assert [section for section in SECTIONS if f"\n{section}:" not in text] == []
    assert {place.section for place in PLACES.values()} == set(SECTIONS)
    assert call().out == text


@pytest.mark.parametrize("name", PLACES)
def test_every_command_explains_itself(call: Call, name: str) -> None:
    answer = call(name, "--help")
    assert (answer.status, answer.err) == (0, "")
    assert f"Usage: movewire {name}" in answer.out


@pytest.mark.parametrize("name", ["feeds", "watch", "db"])
def test_a_group_without_a_command_shows_its_help(call: Call, name: str) -> None:
    answer = call(name)
    assert answer.status == 0
    assert f"Usage: movewire {name}" in answer.out
    assert "..." not in answer.out.partition("Commands:")[2]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["pol"], ["no command 'pol'", "did you mean 'poll'"]),
        (["polll", "--json"], ["did you mean 'poll'"]),
        (["--colour"], ["--colour"]),
        (["poll", "--fast"], ["poll: ", "--fast", "movewire poll --help"]),
        (["feeds", "ad", "x"], ["feeds", "ad"]),
        (["entity"], ["NAME"]),
        (["search"], ["QUERY"]),
        (["search", "x", "--limit", "0"], ["--limit"]),
        (["search", "x", "--josn"], ["--josn", "did you mean --json"]),
        (["search", "x", "--move", "firing"], ["--move", "departure", "none"]),
        (["moves", "--kind", "firing"], ["--kind", "departure"]),
        (["moves", "--since", "soon"], ["--since", "30d"]),
        (["watch", "mute", "meta", "--for", "long"], ["--for", "7d"]),
        (["explain"], ["TEXT", "--jsonl"]),
        (["replay"], ["--jsonl", "--snapshots", "--since"]),
        (["--config", "nowhere.toml", "feeds", "list"], ["nowhere.toml"]),
        (["feeds", "list", "--config", "nowhere.toml"], ["nowhere.toml"]),
    ],
)
def test_wrong_usage_is_one_line_with_the_thing_and_the_remedy(
    call: Call, arguments: list[str], words: list[str]
) -> None:
    line = complaint(call(*arguments))
    assert [word for word in words if word not in line] == []


@pytest.mark.parametrize(
    "arguments", [["poll"], ["feeds", "list"], ["explain", "x"], ["db", "check"], ["run"]]
)
def test_a_broken_setting_stops_every_command_that_needs_settings(
    call: Call, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setenv("MOVEWIRE_POLL_MIN", "often")
    assert "MOVEWIRE_POLL_MIN" in complaint(call(*arguments))


@pytest.mark.parametrize(
    "content", [b"", b"not a database at all\n" * 30, b"SQLite format 3\x00" + bytes(200)]
)
@pytest.mark.parametrize("arguments", [["feeds", "list"], ["db", "check"], ["search", "x"]])
def test_a_file_that_is_not_ours_is_refused_and_left_alone(
    call: Call, clean_environment: Path, arguments: list[str], content: bytes
) -> None:
    file = clean_environment / "notes.txt"
    file.write_bytes(content)
    assert str(file) in complaint(call("--db", str(file), *arguments))
    assert file.read_bytes() == content


def test_a_database_of_another_program_is_refused_and_left_alone(call: Call, clean_environment: Path) -> None:
    file = clean_environment / "other.db"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE feed (id INTEGER)")
    other.close()
    before = file.read_bytes()
    assert "another program" in complaint(call("feeds", "list", "--db", str(file)))
    assert file.read_bytes() == before


def test_options_work_before_and_after_the_command(
    call: Call, stocked: Path, clean_environment: Path
) -> None:
    other = clean_environment / "other.db"
    assert call("--db", str(other), "watch", "list", "--json").out != call("watch", "list", "--json").out
    assert call("--db", str(other), "watch", "list").out == call("watch", "list", "--db", str(other)).out


def test_json_stays_alone_on_stdout_when_logs_are_wanted(spawn: Call, stocked: Path) -> None:
    answer = spawn("-v", "search", "Mayer", "--json")
    assert answer.status == 0
    assert isinstance(json.loads(answer.out), list)


def test_feed_text_cannot_steer_the_terminal(call: Call) -> None:
    from bot.text import clean

    assert clean("a\x1b[31mred\x07\u202egnp.exe\nb\tc\x9b") == "a[31mredgnp.exe b c"


@pytest.mark.usefixtures("stocked")
@pytest.mark.parametrize(
    "arguments", [["watch", "export"], ["moves", "--json"], ["feeds", "list"], ["--help"]]
)
def test_a_reader_that_leaves_early_is_no_fault(arguments: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)  # what is written goes to nobody
    try:
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, *arguments],
            stdout=write,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            check=False,
        )
    finally:
        os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_terminal_that_cannot_show_a_sign_does_not_stop_the_answer(spawn: Call, stocked: Path) -> None:
    answer = spawn("entity", "meta", env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert (answer.status, answer.err) == (0, "")


HEAVY = (
    "rich",
    "httpx",
    "aiohttp",
    "discord",
    "feedparser",
    "apscheduler",
    "sqlite_utils",
    "sqlite3",
    "asyncio",
    "watchers.pipeline",
)


def loaded(*arguments: str) -> set[str]:
    """The heavy packages that a call loads."""
    script = (
        "import sys\nfrom bot.cli import main\n"
        f"main({list(arguments)!r})\n"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", cwd=ROOT, check=True
    )
    return set(done.stderr.split())


def test_version_and_help_load_nothing_heavy() -> None:
    assert loaded("--version") == set()
    assert loaded("--help") == set()


def test_a_question_in_a_pipe_loads_neither_network_nor_drawing(stocked: Path) -> None:
    assert (
        loaded("--db", str(stocked), "search", "Mayer") & {"rich", "httpx", "discord", "feedparser"} == set()
    )


def test_a_poll_with_nothing_due_loads_neither_rules_nor_network_nor_schedule(stocked: Path) -> None:
    from datetime import UTC, datetime, timedelta

    from storage.model import FinishedPoll

    with open_store(stocked) as store:
        now = datetime.now(UTC)
        later = [replace(feed, next_due=now + timedelta(days=1)) for feed in store.feeds.all()]
        store.feeds.finish_polls([FinishedPoll(feed=feed, seen=now) for feed in later])
    assert (
        loaded("--db", str(stocked), "poll", "--no-deliver")
        & {
            "rich",
            "httpx",
            "aiohttp",
            "discord",
            "feedparser",
            "apscheduler",
            "sqlite_utils",
            "watchers.pipeline",
        }
    ) == set()


def test_every_command_of_the_tree_can_be_imported() -> None:
    import click

    context = click.Context(cli)
    assert [name for name in cli.list_commands(context) if cli.get_command(context, name) is None] == []
