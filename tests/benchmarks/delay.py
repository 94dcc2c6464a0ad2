"""From published to posted with ``movewire run``, the wait for the poll left out.

A feed of the farm gets news; the clock runs from the moment when the farm first sends it to
us until it arrives at a webhook on loopback.  Wall time of two processes on one machine: on
a busy machine it shows that too.
"""

import os
import random
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.clients import Client
from tests.benchmarks.farm import Farm
from tests.benchmarks.measure import peak_memory
from tests.benchmarks.receiver import Receiver


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """What came of some pieces of news."""

    feeds: int
    published: int
    seconds: list[float]  # of those that arrived, in order of size
    peak: float  # MB of the process that ran

    def line(self) -> str:
        """For people."""
        if not self.seconds:
            return f"{self.feeds:,} feeds: none of {self.published} arrived"
        p99 = self.seconds[min(len(self.seconds) - 1, int(len(self.seconds) * 0.99))]
        return (
            f"{self.feeds:,} feeds: {len(self.seconds)} of {self.published} arrived, "
            f"p50 {1000 * statistics.median(self.seconds):.0f} ms, p99 {1000 * p99:.0f} ms, "
            f"peak memory {self.peak:.0f} MB"
        )


def measure(
    feeds: int,
    news: int,
    *,
    interval: int,
    every: float = 1.0,
    bot: bool = False,
    said: Callable[[str], None] = print,
) -> Delay:
    """Publish ``news`` pieces, one each ``every`` seconds, over feeds that are polled each ``interval`` seconds.

    With ``bot`` the gateway is connected and a bot posts, else a webhook.
    """
    with TemporaryDirectory() as scratch, Farm(feeds) as farm, Receiver() as receiver:
        database = Path(scratch) / "movewire.db"
        said(f"{feeds} feeds: the baseline")
        with Client("movewire", database) as client:
            client.add(farm.urls())
            client.poll()
            client.poll()
        to = receiver.bot() if bot else {"DISCORD_WEBHOOK_URL": receiver.webhook}
        environment = {
            **{
                name: text
                for name, text in os.environ.items()
                if not name.startswith(("MOVEWIRE", "DISCORD"))
            },
            **to,
            "MOVEWIRE_DB": str(database),
            "MOVEWIRE_SEED_FEEDS": "0",
            "MOVEWIRE_ALLOW_PRIVATE": "127.0.0.0/8",
            "MOVEWIRE_POLL_MIN": f"{interval}s",
            "MOVEWIRE_POLL_MAX": f"{interval}s",
        }
        _make_due(database, interval)
        with _running(environment, Path(scratch)) as process:
            if bot:
                _wait(receiver.connected, 60)
            time.sleep(2 * interval if news else interval)  # the crowd of the start is spread out
            chance = random.Random(1)
            for serial in range(1, news + 1):
                said(f"{feeds} feeds: news {serial} of {news}")
                farm.publish(chance.randrange(feeds), serial)
                time.sleep(every)
            _wait(lambda: len(receiver.arrivals()) >= news, 2 * interval + 30)
            peak = peak_memory(process.pid)
        served, arrived = farm.served(), receiver.arrivals()
        seconds = sorted(arrived[serial] - served[serial] for serial in arrived if serial in served)
    return Delay(feeds=feeds, published=news, seconds=seconds, peak=peak)


def _make_due(database: Path, interval: int) -> None:
    """Let the feeds fall due over the next interval, as if they had long been polled so."""
    from datetime import UTC, datetime, timedelta

    from storage.sqlite import open_store

    now = datetime.now(UTC)
    with open_store(database) as store:
        feeds = store.feeds.all()
        store.feeds.put_off(
            {
                feed.id: now + timedelta(seconds=interval * place / len(feeds))
                for place, feed in enumerate(feeds)
            }
        )


@contextmanager
def _running(environment: dict[str, str], folder: Path):  # type: ignore[no-untyped-def]
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "run"],
        env={**environment, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        cwd=folder,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(done: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        time.sleep(0.25)
