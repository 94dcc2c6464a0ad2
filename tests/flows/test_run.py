"""``movewire run`` in hard times: the wall clock is set, the disk fills up, the database is gone."""

import asyncio
import contextlib
import logging
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import open_app
from bot.schedule import Jobs, run
from bot.settings import load
from storage.sqlite import open_store
from storage.sqlite.connection import LOG_COMMITS
from tests.conftest import ROOT
from tests.delivery.made import alert, put
from tests.flows.conftest import Command
from tests.flows.publisher import Publisher
from tests.storage.disks import mounted
from tests.storage.made import in_the_file_alone
from watchers.sources.http import Fetcher

PATIENCE = 60.0  # seconds on a busy machine for what takes five
HOUR, DAY, YEAR = 3600, 86_400, 365 * 86_400
LINES = (
    "Scale AI lays off 300 employees",
    "Surge AI raises $1 billion in funding",
    "Mercor hires Jane Roe as chief executive",
    "Outlier AI lays off 40 workers",
    "Jason Droege leaves Scale AI",
)


def undated(*headlines: str) -> bytes:
    """A feed whose entries are news whatever the clock says."""
    rows = "".join(
        f"<item><guid isPermaLink='false'>{line}</guid><title>{line}</title>"
        f"<link>https://courier.example/{line.replace(' ', '-')}</link></item>"
        for line in headlines
    )
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>T</title>{rows}</channel></rss>".encode()


class Running:
    """A ``movewire run`` and what it has printed."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "run"],
            env={**environment, "PYTHONUNBUFFERED": "1"},
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        self.lines.extend(self._process.stdout)

    def said(self, words: str) -> int:
        """In how many lines the words stand."""
        return sum(words in line for line in list(self.lines))

    def until(self, happened: Callable[[], bool]) -> None:
        """Wait until it happened."""
        ends = time.monotonic() + PATIENCE
        while not happened():
            assert self._process.poll() is None, "".join(self.lines)
            assert time.monotonic() < ends, "".join(self.lines)
            time.sleep(0.05)

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        self._process.send_signal(signal.SIGTERM)
        status = self._process.wait(PATIENCE)
        self._reader.join()
        return status

    def end(self) -> None:
        """For the end of a test, whatever happened."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()


@contextlib.contextmanager
def running(environment: dict[str, str], folder: Path) -> Iterator[Running]:
    process = Running(environment, folder)
    try:
        yield process
    finally:
        process.end()


@pytest.fixture
def clock(tmp_path: Path) -> tuple[dict[str, str], Callable[[int], None]]:
    """Settings that put a process under a clock of ours, and how to set that."""
    if shutil.which("cc") is None or sys.platform != "linux":
        pytest.skip("no C compiler here to set the clock of a process apart")
    library, step = tmp_path / "stepped_clock.so", tmp_path / "step"
    source = Path(__file__).with_name("stepped_clock.c")
    built = subprocess.run(
        ["cc", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"],
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode:
        pytest.skip(f"the clock of a process cannot be set apart here: {built.stderr[:200]}")
    step.write_bytes(struct.pack("l", 0))

    def set_by(seconds: int) -> None:
        with step.open("r+b") as file:
            file.write(struct.pack("l", seconds))

    return {"LD_PRELOAD": str(library), "STEP_FILE": str(step)}, set_by


def test_however_the_clock_is_set_the_next_news_is_told_and_nothing_twice(
    publisher: Publisher,
    movewire: Command,
    environment: dict[str, str],
    clock: tuple[dict[str, str], Callable[[int], None]],
    tmp_path: Path,
) -> None:
    preloaded, set_by = clock
    quick = {"MOVEWIRE_POLL_MIN": "1s", "MOVEWIRE_POLL_MAX": "2s", **preloaded}
    publisher.feeds["/feed"] = undated("An old piece about bread")
    assert movewire("feeds", "add", publisher.url("/feed"), **quick).returncode == 0
    with running({**environment, **quick}, tmp_path) as process:
        for number, seconds in enumerate((0, -HOUR, -DAY - HOUR, YEAR, -YEAR)):
            set_by(seconds)
            publisher.feeds["/feed"] = undated(*LINES[: number + 1], "An old piece about bread")
            process.until(lambda line=LINES[number]: process.said(f"  {line}") > 0)  # type: ignore[misc]
        assert process.stop() == 0
    assert [process.said(f"  {line}\n") for line in LINES] == [1] * len(LINES)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MiB: the database with its seeds takes half of it."""
    with mounted(tmp_path / "disk", "4m") as folder:
        yield folder


def fill(folder: Path) -> Path:
    """Leave no room on the disk of a folder."""
    ballast = folder / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(bytes(1024)):
            pass
    return ballast


def test_a_full_disk_is_said_once_and_when_there_is_room_all_is_told(
    environment: dict[str, str], movewire: Command, small_disk: Path
) -> None:
    database = small_disk / "movewire.db"
    settings = {**environment, "MOVEWIRE_DB": str(database)}
    with open_store(database) as store:
        put(store, "console", alert(1), datetime.now(UTC))
    ballast = fill(small_disk)
    with running(settings, small_disk) as process:
        process.until(lambda: process.said("the disk is full") > 0)
        time.sleep(6)  # a second look at least
        assert process.said("the disk is full") == 1
        ballast.unlink()
        process.until(lambda: process.said("Chief scientist number 1") > 0)
        full = movewire("poll", MOVEWIRE_DB=str(database))
        assert full.returncode == 0
        assert process.stop() == 0
    assert process.said("Chief scientist number 1 ") == 1
    assert process.said("Traceback") == 0


def test_a_pass_on_a_full_disk_ends_with_status_1_and_loses_nothing(
    environment: dict[str, str], movewire: Command, small_disk: Path
) -> None:
    database = small_disk / "movewire.db"
    with open_store(database) as store:
        put(store, "console", alert(1), datetime.now(UTC))
    ballast = fill(small_disk)
    full = movewire("poll", MOVEWIRE_DB=str(database))
    assert (full.returncode, full.stderr.count("\n")) == (1, 1)
    assert "the disk is full: make room" in full.stderr
    ballast.unlink()
    assert "Chief scientist number 1" in movewire("poll", MOVEWIRE_DB=str(database)).stdout


def test_a_database_that_breaks_under_the_watching_is_said_once_and_so_is_its_return(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    database, aside = tmp_path / "movewire.db", tmp_path / "aside"
    settings = load(environ={"MOVEWIRE_DB": str(database), "MOVEWIRE_SEED_FEEDS": "0"}, folder=tmp_path)

    async def live() -> None:
        with open_app(settings) as app:
            jobs = Jobs(app, asyncio.Event())
            ticks = (jobs.sweep, jobs.deliver, jobs.heartbeat, jobs.clock_was_set)
            app.store.close()
            database.rename(aside)
            database.write_bytes(b"")
            for tick in ticks * 3:
                await tick()
            assert jobs.broken is not None
            app.store.close()
            aside.replace(database)
            for tick in ticks * 2:
                await tick()
            assert jobs.broken is None

    asyncio.run(live())
    said = [record.getMessage() for record in caplog.records]
    assert len(said) <= 4, said  # one for each part that was missed, not one for each tick
    assert all("damaged" in words and "movewire db restore" in words for words in said[:-1])
    assert said[-1].endswith("can be used again")


def test_a_sweep_that_breaks_unexpectedly_is_loud_and_leaves_no_heartbeat(tmp_path: Path) -> None:
    settings = load(
        environ={"MOVEWIRE_DB": str(tmp_path / "a.db"), "MOVEWIRE_SEED_FEEDS": "0"}, folder=tmp_path
    )

    def broken() -> Fetcher:
        raise RuntimeError("nobody thought of this")

    async def live() -> None:
        with open_app(settings) as app:
            app.store.feeds.add("https://quay.example/feed", now=app.clock.now())
            jobs, working = Jobs(app, asyncio.Event()), app.new_fetcher
            app.new_fetcher = broken
            with pytest.raises(RuntimeError):
                await jobs.sweep()
            await jobs.heartbeat()
            assert not (tmp_path / "a.db.heartbeat").exists()
            app.new_fetcher = working
            app.store.feeds.remove("https://quay.example/feed")
            await jobs.sweep()
            await jobs.heartbeat()
            assert (tmp_path / "a.db.heartbeat").exists()

    asyncio.run(live())


def test_the_scheduler_moves_the_log_into_the_file_once_it_has_grown(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    settings = load(environ={"MOVEWIRE_DB": str(database), "MOVEWIRE_SEED_FEEDS": "0"}, folder=tmp_path)
    seen: list[int] = []

    async def live() -> None:
        with open_app(settings) as app:

            async def write(stop: asyncio.Event) -> None:
                try:
                    for number in range(LOG_COMMITS):
                        await asyncio.to_thread(app.store.set_setting, f"mark-{number}", "x")
                    ends = time.monotonic() + PATIENCE
                    while time.monotonic() < ends and seen[-1:] != [LOG_COMMITS]:
                        seen.append(len(in_the_file_alone(database, tmp_path)))
                        await asyncio.sleep(0.1)
                finally:
                    stop.set()

            assert await run(app, beside=write) == 0

    asyncio.run(live())
    assert seen[-1] == LOG_COMMITS


FIRST_REQUEST = """
import asyncio, sys
from pathlib import Path
from bot.app import open_app
from bot.settings import load
from bot.sinks.rest import NoAnswer, Rest

settings = load(db=sys.argv[1], environ={}, folder=Path(sys.argv[1]).parent)
with open_app(settings) as app:
    app.prepare()
    before = set(sys.modules)
    answer = asyncio.run(Rest("http://127.0.0.1:9/api").ask("POST", "/messages", "POST x", json={}))
    assert isinstance(answer, NoAnswer)
    print(sorted(set(sys.modules) - before))
"""


def test_the_first_alert_loads_nothing_while_the_loop_waits(tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-c", FIRST_REQUEST, str(tmp_path / "a.db")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert said.stdout.strip() == "[]"
