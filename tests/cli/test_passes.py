"""poll, run and demo as commands: their JSON, their refusals, their end."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.sqlite import open_store
from tests.cli.conftest import Answer, Site, rss

Call = Callable[..., Answer]
ROOT = Path(__file__).parents[2]
OLD = ("https://bay-ledger.example/old", "Chip makers build more")
NEWS = ("https://bay-ledger.example/mayer", "Ruben Mayer leaves Meta after two months")


@pytest.fixture
def database(clean_environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = clean_environment / "news.db"
    monkeypatch.setenv("MOVEWIRE_DB", str(path))
    return path


@pytest.fixture
def followed(call: Call, site: Site, database: Path) -> str:
    """A feed that was added, with news since."""
    site.pages["/feed"] = rss(OLD)
    assert call("feeds", "add", site.url("/feed")).status == 0
    site.pages["/feed"] = rss(NEWS, OLD)
    return site.url("/feed")


def test_poll_gives_the_contracts_json_and_tells_alerts_on_stderr(spawn: Call, followed: str) -> None:
    answer = spawn("poll", "--all", "--json")
    assert json.loads(answer.out) == {
        "feeds": {"polled": 1, "changed": 1, "not_modified": 0, "failed": 0},
        "entries": 1,
        "alerts": 1,
        "updates": 0,
        "delivered": 1,
        "pending": 0,
        "errors": [],
    }
    assert answer.status == 0
    assert NEWS[1] in answer.err
    again = json.loads(spawn("poll", "--all", "--json").out)
    assert (again["entries"], again["alerts"], again["delivered"]) == (0, 0, 0)


def test_poll_for_people_shows_the_alert_and_a_summary(spawn: Call, followed: str) -> None:
    answer = spawn("poll", "--all")
    assert NEWS[1] in answer.out
    assert answer.out.splitlines()[-1] == (
        "1 feed polled: 1 changed, 0 not modified, 0 failed; 1 new entry, 1 alert, 0 updates; "
        "1 delivered, 0 pending"
    )


def test_poll_tells_once_what_many_feeds_failed_of(
    call: Call, spawn: Call, site: Site, database: Path
) -> None:
    urls = [site.url(f"/missing-{number}") for number in range(5)]
    with open_store(database) as store:
        for url in urls:
            store.feeds.add(url, now=datetime.now(UTC))
    answer = spawn("poll", "--all")
    assert answer.status == 1
    [line] = [line for line in answer.err.splitlines() if "not-found" in line]
    assert line.startswith("movewire: 5 feeds: not-found: HTTP 404 (")
    assert "no feed answered" in answer.err
    errors = json.loads(spawn("poll", "--all", "--json").out)["errors"]
    assert sorted(error["feed"] for error in errors) == urls


def test_poll_asks_only_what_is_due(spawn: Call, site: Site, followed: str) -> None:
    asked = len(site.asked)
    assert json.loads(spawn("poll", "--json").out)["feeds"]["polled"] == 0
    assert len(site.asked) == asked
    assert json.loads(spawn("poll", "--feed", followed, "--json").out)["feeds"]["polled"] == 1


def test_without_delivery_the_alert_waits_for_the_next_pass(spawn: Call, followed: str) -> None:
    waiting = json.loads(spawn("poll", "--all", "--no-deliver", "--json").out)
    assert (waiting["alerts"], waiting["delivered"], waiting["pending"]) == (1, 0, 1)
    told = json.loads(spawn("poll", "--json").out)
    assert (told["alerts"], told["delivered"], told["pending"]) == (0, 1, 0)


def test_a_feed_that_fails_is_named_and_status_1(spawn: Call, site: Site, followed: str) -> None:
    del site.pages["/feed"]
    answer = spawn("poll", "--all", "--json")
    assert answer.status == 1
    found = json.loads(answer.out)
    assert found["feeds"]["failed"] == 1
    [error] = found["errors"]
    assert (error["feed"], error["error"].partition(":")[0]) == (followed, "not-found")
    assert f"{followed}: not-found" in spawn("poll", "--all").err


def test_an_unknown_feed_is_refused(spawn: Call, followed: str) -> None:
    answer = spawn("poll", "--feed", "https://nobody.example/feed")
    assert (answer.status, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert "https://nobody.example/feed" in answer.err


def test_a_pass_beside_another_says_who_holds_it(spawn: Call, database: Path, followed: str) -> None:
    with open_store(database) as store, store.pass_lock("run, process 77"):
        answer = spawn("poll", "--all", "--json")
    assert answer.status == 0
    found = json.loads(answer.out)
    assert list(found) == ["skipped"]
    assert "run, process 77" in found["skipped"]
    assert "since 20" in found["skipped"]


@pytest.mark.parametrize("command", ["poll", "run"])
def test_a_token_without_a_channel_is_refused_with_the_remedy(
    spawn: Call, followed: str, command: str
) -> None:
    answer = spawn(command, env={"DISCORD_TOKEN": "canary.token"})
    assert (answer.status, answer.err.count("\n")) == (2, 1)
    assert "DISCORD_CHANNEL_ID" in answer.err
    assert "canary" not in answer.err
    assert spawn("poll", "--no-deliver", env={"DISCORD_TOKEN": "canary.token"}).status == 0


def test_a_foreign_webhook_is_refused(spawn: Call, followed: str) -> None:
    answer = spawn("poll", env={"DISCORD_WEBHOOK_URL": "https://hooks.example/api/webhooks/1/canary"})
    assert (answer.status, answer.err.count("\n")) == (2, 1)
    assert "hooks.example" in answer.err
    assert "canary" not in answer.err


def test_run_watches_until_it_is_asked_to_stop(followed: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "import sys; from bot.cli import main; sys.exit(main())", "run"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        assert process.stderr is not None
        first = process.stderr.readline()
        assert "watching; stop with SIGTERM" in first
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, "Traceback" in err) == (0, False)


def test_the_demo_tells_its_alerts_and_keeps_its_database_where_asked(
    spawn: Call, clean_environment: Path
) -> None:
    kept = clean_environment / "demo.db"
    answer = spawn("demo", "--keep", str(kept))
    assert answer.status == 0, answer.err
    assert answer.out.count("\n  why: ") >= 5
    assert answer.out.count("earlier: ") >= 5
    assert json.loads(spawn("moves", "--kind", "layoffs", "--json", "--db", str(kept)).out) != []
    again = spawn("demo", "--keep", str(kept))
    assert (again.status, str(kept) in again.err) == (2, True)
