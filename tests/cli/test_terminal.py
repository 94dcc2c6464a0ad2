"""What a person at a terminal sees: tables, colours unless unwanted, progress; a pipe sees neither."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli.output import ALIGNED, table
from storage.model import FinishedPoll
from storage.sqlite import open_store

ROOT = Path(__file__).parents[2]
COMMAND = "import sys; from bot.cli import main; sys.exit(main())"
COLOUR = "\x1b[1m"
Watch = Callable[..., tuple[str, str]]


@pytest.fixture
def watch() -> Watch:
    """``watch("search", "x")`` runs a command whose stdout and stderr are terminals, and stdin, too, if typed on."""

    def run(
        *arguments: str, stdin: str = "", typed: str = "", env: Mapping[str, str] | None = None
    ) -> tuple[str, str]:
        ends = [pty.openpty(), pty.openpty()]
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TERM": "xterm-256color",
            "COLUMNS": "160",
            **(env or {}),
        }
        environment = {name: value for name, value in environment.items() if value}
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *arguments],
            stdin=ends[1][1] if typed else subprocess.PIPE,
            stdout=ends[0][1],
            stderr=ends[1][1],
            env=environment,
        )
        for _, slave in ends:
            os.close(slave)
        if process.stdin is None:
            os.write(ends[1][0], typed.encode())
        else:
            process.stdin.write(stdin.encode())
            process.stdin.close()
        seen = tuple(_drained(master) for master, _ in ends)
        process.wait()
        return seen[0], seen[1]

    return run


def _drained(master: int) -> str:
    """All that was written to a terminal until its last writer left."""
    parts = []
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:  # how Linux tells the end of a pseudo terminal
            break
        if not part:
            break
        parts.append(part)
    os.close(master)
    return b"".join(parts).decode()


def test_poll_says_how_many_feeds_it_waits_for(watch: Watch, stocked: Path) -> None:
    address = "http://127.0.0.1:9/feed"  # that nobody allowed: refused at once
    with open_store(stocked) as store:
        store.feeds.add(address, now=datetime.now(UTC))
    assert watch("poll", "--feed", address)[1].startswith(
        "asking 1 feed, for the first time: what they hold is old news …"
    )
    assert "asking" not in watch("poll", "--feed", address, "--json")[1]
    assert watch("feeds", "add", address, address + "/2")[1].startswith("asking 2 addresses …")


def test_poll_says_why_no_feed_is_asked(watch: Watch, stocked: Path) -> None:
    with open_store(stocked) as store:
        for feed in store.feeds.all():
            store.feeds.remove(feed.url)
        assert watch("poll")[1].startswith("no feeds; add one with: movewire feeds add URL")
        feed = store.feeds.add("http://127.0.0.1:9/feed", now=datetime.now(UTC))
        store.feeds.finish_polls(
            [
                FinishedPoll(
                    feed=replace(feed, next_due=datetime(2099, 1, 1, tzinfo=UTC)), seen=datetime.now(UTC)
                )
            ]
        )
        assert "no feed is due before 2099-01-01T00:00:00Z; movewire poll --all" in watch("poll")[1]
        store.feeds.pause(feed.url)
        assert "movewire feeds resume URL" in watch("poll")[1]


def test_care_of_the_database_says_what_it_does_meanwhile(watch: Watch, stocked: Path) -> None:
    copy = str(stocked.with_name("copy.db"))
    told = [
        watch("db", "check")[1],
        watch("db", "backup", copy)[1],
        watch("db", "prune")[1],
        watch("db", "restore", copy)[1],
    ]
    assert [line.partition(str(stocked.parent))[0] for line in told] == [
        "reading all of ", "copying ", "looking through ", "checking and copying ",
    ]  # fmt: skip


@pytest.mark.usefixtures("stocked")
def test_a_terminal_gets_a_drawn_table_in_colour_with_links(watch: Watch) -> None:
    out, err = watch("moves", env={"NO_COLOR": ""})
    assert COLOUR in out
    assert "───" in out
    assert "\x1b]8;" in out
    assert "https://bay-ledger.example/mayer-leaves" in out
    assert err == ""


@pytest.mark.usefixtures("stocked")
def test_no_color_is_respected(watch: Watch) -> None:
    out, _ = watch("entity", "meta", env={"NO_COLOR": "1"})
    assert "\x1b" not in out
    assert "Ruben Mayer leaves Meta after two months" in out.replace("\r\n", " ")


@pytest.mark.usefixtures("stocked")
def test_json_on_a_terminal_is_indented_and_still_one_document(watch: Watch) -> None:
    out, _ = watch("feeds", "list", "--json")
    assert out.startswith("[\r\n  {")
    assert len(json.loads(out)) == 2


def test_replay_shows_what_a_watchlist_would_add_and_lose(watch: Watch, tmp_path: Path) -> None:
    file = tmp_path / "list.toml"
    file.write_text('[[entity]]\nname = "Harbour Robotics"\n')
    told = ("Ruben Mayer leaves Meta after two months", "Harbour Robotics raises $40 million")
    lines = [{"title": title, "published": "2025-08-29T13:00:00Z", "lang": "en"} for title in told]
    out, err = watch(
        "replay",
        "--jsonl",
        "-",
        "--watchlist",
        str(file),
        stdin="".join(json.dumps(one) + "\n" for one in lines),
    )
    added, lost = out.split("Is alerted under the present watchlist, and would not be (1)")
    assert "Would be alerted, and is not under the present watchlist (1)" in added
    assert (told[1] in added, told[0] in lost) == (True, True)
    assert "1 alert more, 1 fewer" in err


def test_replay_shows_progress_and_lists_what_would_have_been_told(watch: Watch) -> None:
    line = json.dumps(
        {
            "title": "Ruben Mayer leaves Meta after two months",
            "published": "2025-08-29T13:00:00Z",
            "lang": "en",
        }
    )
    out, err = watch("replay", "--jsonl", "-", stdin=line + "\n", env={"NO_COLOR": ""})
    assert "replaying" in err
    assert "1 alert" in err
    assert "departure" in out
    assert '{"id"' not in out
    out, _ = watch("replay", "--jsonl", "-", "--json", stdin=line + "\n")
    assert json.loads(out)["decision"] == "alert"


@pytest.mark.usefixtures("stocked")
def test_why_and_doctor_draw_their_tables(watch: Watch) -> None:
    out, _ = watch("why", "https://bay-ledger.example/mayer-leaves", env={"NO_COLOR": ""})
    assert [
        word for word in ("Mentions", "Deliveries", "Context", "dead", "primary-entity") if word not in out
    ] == []
    out, _ = watch("why", "https://gazette.example/mayer", env={"NO_COLOR": ""})
    assert "kept apart from s9: another sum" in out
    out, err = watch("doctor", env={"NO_COLOR": ""})
    assert "faults: " in out
    assert "looking at settings, database, feeds and Discord" in err


@pytest.mark.usefixtures("stocked")
@pytest.mark.parametrize("width", ["40", "80"])
def test_a_narrow_terminal_gets_rows_whose_words_and_addresses_stay_whole(watch: Watch, width: str) -> None:
    out, _ = watch("moves", env={"NO_COLOR": "1", "COLUMNS": width})
    assert "───" not in out
    told = " ".join(out.split())
    assert "headline Ruben Mayer leaves Meta after two months" in told
    assert "link https://bay-ledger.example/mayer-leaves" in told
    out, _ = watch("search", "mayer", "--limit", "1", env={"NO_COLOR": "1", "COLUMNS": width})
    assert "title Mayer is out at Meta" in " ".join(out.split())


@pytest.mark.usefixtures("stocked")
def test_keys_and_times_are_never_broken(watch: Watch) -> None:
    for width in ("80", "120"):
        out, _ = watch("feeds", "list", env={"NO_COLOR": "1", "COLUMNS": width})
        assert re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", out)
        out, _ = watch(
            "why", "https://bay-ledger.example/mayer-leaves", env={"NO_COLOR": "1", "COLUMNS": width}
        )
        assert re.search(r"\b[0-9a-f]{24}\b", out.partition("Deliveries")[2])


@pytest.mark.usefixtures("stocked")
def test_long_lines_are_broken_between_words(watch: Watch) -> None:
    watch("watch", "add", "Ruben Mayer", *(f"--alias=Mayer form {number}" for number in range(20)))
    out, _ = watch("entity", "ruben-mayer", env={"NO_COLOR": "1", "COLUMNS": "60"})
    assert all(len(line) <= 60 for line in out.splitlines() if "://" not in line)
    assert "Mayer form 18, Mayer form 19" in " ".join(out.split())


@pytest.mark.usefixtures("stocked")
def test_whom_an_alias_means_is_asked_before_nobody_watches_them_any_more(watch: Watch) -> None:
    out, err = watch("watch", "remove", "Facebook", typed="n\n")
    assert "Facebook is Meta (meta). Stop watching? [y/N]" in err
    assert out == "Meta (meta) is watched as before\r\n"
    assert watch("watch", "remove", "Facebook", typed="y\n")[0] == "Meta (meta) is not watched any more\r\n"
    assert "Stop watching?" not in watch("watch", "remove", "Ruben Mayer", typed="n\n")[1]


@pytest.mark.usefixtures("stocked")
def test_a_watchlist_that_comes_in_is_counted(watch: Watch, tmp_path: Path) -> None:
    file = tmp_path / "many.toml"
    file.write_text("".join(f'[[entity]]\nname = "Body {number}"\n' for number in range(300)))
    out, err = watch("watch", "import", str(file), env={"MOVEWIRE_DB": str(tmp_path / "new.db")})
    assert "300 entities added, 0 replaced, 0 as they were" in out
    assert "reading" in err
    assert "300/300" in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", err)


def test_one_endless_headline_moves_no_other_row_of_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    table(["title", "link"], [["short", "a"], ["x" * 1000, "b"]])
    _, short, endless = capsys.readouterr().out.splitlines()
    assert short == "short" + " " * (ALIGNED - 5) + "  a"
    assert endless == "x" * 1000 + "  b"  # whole, and no column of its own


def test_a_table_that_fits_is_drawn_without_empty_lines_around_it(watch: Watch) -> None:
    out, _ = watch("watch", "list", env={"NO_COLOR": "1", "COLUMNS": "100"})
    heading, rule, *rows = out.splitlines()
    assert heading.split() == ["id", "name", "kind", "tier", "aliases", "muted"]
    assert set(rule.strip()) == {"─"}
    assert all(row.strip() for row in rows)
