"""All misdeeds at once, many times over: what they cost us and their neighbours."""

import asyncio
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.sqlite import open_store
from tests.sources.memory import READABLE, memory, reset_peak
from tests.sources.test_hostile import MISDEEDS
from watchers.pipeline import Pipeline
from watchers.polling import Bounds
from watchers.sources.http import Fetcher
from watchers.sweep import Sweep, SweepReport

COPIES = 4  # of each misdeed, each on a host of its own
SERVER = (
    "import asyncio, sys\n"
    "from tests.sources.hostile import serve\n"
    "from tests.sources.test_hostile import ROUTES\n"
    "async def main():\n"
    "    async with serve(ROUTES, '0.0.0.0') as server:\n"
    "        print(server.port, flush=True)\n"
    "        await asyncio.to_thread(sys.stdin.read)\n"
    "asyncio.run(main())\n"
)


async def swept(path: Path, urls: list[str]) -> tuple[SweepReport, float, float]:
    """Sweep over ``urls``; the report, the seconds and the growth in MiB at most."""
    with open_store(path) as store:
        for url in urls:
            store.feeds.add(url, now=datetime.now(UTC))
        feeds = store.feeds.all()
        sweep = Sweep(store, Pipeline(store, lambda: ()), clock=lambda: datetime.now(UTC), bounds=Bounds())
        async with Fetcher(allow_private=["127.1.0.0/16"]) as fetcher:
            await sweep.run(fetcher, feeds[:1])  # what is loaded once is no growth
            reset_peak()
            before, began = memory("VmRSS"), time.monotonic()
            report = await sweep.run(fetcher, feeds)
            return report, time.monotonic() - began, memory("VmHWM") - before


@pytest.mark.long
@pytest.mark.timeout(200)
@pytest.mark.skipif(not READABLE, reason="memory is read from /proc")
def test_a_crowd_of_misdeeds_costs_little_memory_and_no_more_than_its_time(tmp_path: Path) -> None:
    """Real bounds: thirty seconds and ten MiB for each."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        paths = list(MISDEEDS) * COPIES
        urls = [
            f"http://127.1.{place // 200}.{place % 200 + 1}:{port}{path}" for place, path in enumerate(paths)
        ]
        report, took, grown = asyncio.run(swept(tmp_path / "a.db", urls))
        server.communicate("")
    print(
        f"\n{len(urls)} hostile feeds at once: {len(report.failed)} failures with a name, "
        f"{took:.1f} s in all, grown by {grown:.0f} MiB at most"
    )
    assert (len(report.failed), report.changed) == (len(urls), 0)
    assert grown < 64
