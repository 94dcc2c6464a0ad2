"""The main job in processes of its own: feeds over HTTP in, alerts out, nothing twice."""

import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.model import Alert, NewDelivery, Occasion
from storage.sqlite import open_store
from tests.flows.conftest import Command, document
from tests.flows.publisher import Publisher, rss

OLD = ("old", "An old piece about bread")
NEWS = ("news", "Scale AI lays off 300 employees")


@pytest.fixture
def feed(publisher: Publisher, movewire: Command) -> str:
    """A feed that is known, with its baseline behind it and news on top."""
    publisher.feeds["/feed"] = rss(OLD)
    url = publisher.url("/feed")
    assert movewire("feeds", "add", url).returncode == 0
    publisher.feeds["/feed"] = rss(NEWS, OLD)
    return url


def test_news_is_told_once_however_often_it_is_polled(feed: str, movewire: Command) -> None:
    first = document(movewire("poll", "--all", "--json"))
    assert (first["entries"], first["alerts"], first["delivered"], first["pending"]) == (1, 1, 1, 0)
    second = document(movewire("poll", "--all", "--json"))
    assert (second["entries"], second["alerts"], second["delivered"]) == (0, 0, 0)
    assert second["feeds"] == {"polled": 1, "changed": 0, "not_modified": 1, "failed": 0}


def test_an_entry_that_names_nobody_is_counted_and_explained(
    feed: str, publisher: Publisher, movewire: Command
) -> None:
    publisher.feeds["/feed"] = rss(("bread", "A new loaf of bread was baked by the baker"), NEWS, OLD)
    report = document(movewire("poll", "--all", "--json"))
    assert (report["entries"], report["alerts"]) == (2, 1)
    [hit] = document(movewire("search", "loaf", "--json"))
    why = document(movewire("why", hit["id"], "--json"))
    assert (why["decision"], why["reasons"], why["lang"]) == ("quiet", ["nothing-watched"], "en")


def test_a_new_feed_tells_nothing_old(publisher: Publisher, movewire: Command) -> None:
    publisher.feeds["/feed"] = rss(NEWS)
    assert movewire("feeds", "add", publisher.url("/feed")).returncode == 0
    report = document(movewire("poll", "--all", "--json"))
    assert (report["alerts"], report["delivered"]) == (0, 0)


def test_a_second_outlet_and_an_edited_headline_change_the_message_only(
    feed: str, publisher: Publisher, movewire: Command
) -> None:
    publisher.feeds["/other"] = rss(OLD, title="The Other", host="other.example")
    assert movewire("feeds", "add", publisher.url("/other")).returncode == 0
    assert document(movewire("poll", "--all", "--json"))["alerts"] == 1
    publisher.feeds["/feed"] = rss(("news", "Scale AI lays off 300 employees in data work"), OLD)
    publisher.feeds["/other"] = rss(
        ("o1", "Layoffs at Scale AI: 300 employees must go"), OLD, title="The Other", host="other.example"
    )
    later = document(movewire("poll", "--all", "--json"))
    assert (later["alerts"], later["updates"], later["entries"]) == (0, 2, 1)


def test_a_pass_that_was_killed_is_completed_by_the_next(
    feed: str, environment: dict[str, str], movewire: Command, tmp_path: Path
) -> None:
    """The process dies after the entries are stored and before they are judged."""
    script = (
        "import os, signal\n"
        "from watchers.pipeline import Pipeline\n"
        "Pipeline.process = lambda *a: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from bot.cli import main\n"
        "import sys; sys.argv = ['movewire', 'poll', '--all', '--json']; main()\n"
    )
    killed = subprocess.run([sys.executable, "-c", script], env=environment, cwd=tmp_path, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    with open_store(tmp_path / "flow.db") as store:
        assert store.entries.pending_count() == 1
    report = document(movewire("poll", "--all", "--json"))
    assert (report["alerts"], report["delivered"]) == (1, 1)


def test_poll_prints_the_digest_that_is_due_once(movewire: Command, tmp_path: Path) -> None:
    then = datetime.now(UTC) - timedelta(days=2)
    alert = Alert(
        story=1,
        revision=0,
        headline="OpenAI opens a school",
        url="https://a.example/1",
        source="A",
        published=then,
    )
    line = NewDelivery(destination="console", alert=alert, occasion=Occasion.DIGEST)
    assert movewire("poll").returncode == 0  # makes the database
    with open_store(tmp_path / "flow.db") as store, store.transaction():
        store.outbox.enqueue(1, 0, [line], then)
    settings = {"DISCORD_DIGEST": "daily", "DISCORD_TIMEZONE": "Asia/Tokyo"}
    first, second = movewire("poll", **settings), movewire("poll", **settings)
    assert "Daily digest · " in first.stdout
    assert "OpenAI opens a school" in first.stdout
    assert "digest" not in second.stdout


def test_while_one_pass_is_running_another_says_who(feed: str, movewire: Command, tmp_path: Path) -> None:
    with open_store(tmp_path / "flow.db") as store, store.pass_lock("a test") as lock:
        assert lock.acquired
        assert "a test" in document(movewire("poll", "--json"))["skipped"]


def test_one_unreachable_feed_is_named_and_the_others_are_told(
    feed: str, publisher: Publisher, movewire: Command
) -> None:
    publisher.feeds["/dying"] = rss(OLD)
    assert movewire("feeds", "add", publisher.url("/dying")).returncode == 0
    del publisher.feeds["/dying"]
    done = movewire("poll", "--all")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert publisher.url("/dying") in done.stderr
    assert "not-found" in done.stderr
    assert "Scale AI lays off 300 employees" in done.stdout


def test_run_names_another_one_polls_delivers_and_ends_on_sigterm(
    feed: str, environment: dict[str, str], tmp_path: Path
) -> None:
    with open_store(tmp_path / "flow.db") as store:
        store.feeds.pause(feed)
        store.feeds.resume(feed, _long_ago())
    with open_store(tmp_path / "flow.db") as store, store.run_lock("run, process 1"):
        running = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "run"],
            env=environment,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                if store.stories.alerted_since(_long_ago()) and not store.deliveries.pending_count():
                    break
                time.sleep(0.2)
            running.send_signal(signal.SIGTERM)
            out, err = running.communicate(timeout=40)
        finally:
            running.kill()
    assert f"run, process 1 watches with {tmp_path / 'flow.db'} already" in err
    assert "Scale AI lays off 300 employees" in out
    assert running.returncode == 0, err


def _long_ago():  # type: ignore[no-untyped-def]
    from datetime import UTC, datetime

    return datetime(2020, 1, 1, tzinfo=UTC)


def test_without_an_ops_channel_trouble_is_told_on_stderr_once(
    feed: str, publisher: Publisher, movewire: Command
) -> None:
    del publisher.feeds["/feed"]
    said = [movewire("poll", "--all", "--json").stderr for _ in range(4)]
    assert ["failed 3 times in a row" in text for text in said] == [False, False, True, False]


def test_a_good_pass_is_told_to_the_heartbeat_url(
    feed: str, publisher: Publisher, movewire: Command, tmp_path: Path
) -> None:
    publisher.feeds["/alive/secret"] = b"ok"
    beat = {"MOVEWIRE_HEARTBEAT_URL": publisher.url("/alive/secret")}
    assert movewire("poll", **beat).returncode == 0
    assert [path for path, _ in publisher.log].count("/alive/secret") == 1
    assert (tmp_path / "flow.db.heartbeat").exists()
    with open_store(tmp_path / "flow.db") as store, store.pass_lock("a test"):
        movewire("poll", **beat)
    assert [path for path, _ in publisher.log].count("/alive/secret") == 1
    del publisher.feeds["/alive/secret"]
    said = [movewire("poll", **beat).stderr for _ in range(2)]
    assert ["the heartbeat URL answered HTTP 404" in text for text in said] == [True, False]
    assert "secret" not in said[0]
