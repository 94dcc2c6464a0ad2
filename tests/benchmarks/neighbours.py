"""What the neighbours of hanging servers notice: 200 feeds, with and without 20 that hang.

python -m tests.benchmarks.neighbours
"""

import asyncio
import contextlib
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from storage.sqlite import open_store
from tests.benchmarks.bodies import address
from tests.benchmarks.farm import Farm
from watchers.pipeline import Pipeline
from watchers.polling import Bounds
from watchers.sources import http
from watchers.sources.http import Fetcher
from watchers.sweep import Sweep

FEEDS, HANGING = 200, 20


async def _hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.CancelledError, ConnectionError):
        await asyncio.sleep(120)
    writer.close()


async def measure(farm: Farm, path: Path, hanging: int) -> list[float]:
    """Seconds from the start of the sweep until each neighbour's poll was stored."""
    now = datetime.now(UTC)
    server = await asyncio.start_server(_hang, "0.0.0.0", 0)
    port = server.sockets[0].getsockname()[1]
    sound = farm.urls()[hanging:]
    stored: dict[str, float] = {}
    with open_store(path, now=now) as store:
        for number in range(hanging):
            store.feeds.add(f"http://{address(number)}:{port}/", now=now)
        for url in sound:
            store.feeds.add(url, now=now)
        finish = store.feeds.finish_polls
        began = time.monotonic()

        def noted(polls, decide):  # type: ignore[no-untyped-def]
            done = finish(polls, decide)
            stored.update((poll.feed.url, time.monotonic() - began) for poll in polls)
            return done

        store.feeds.finish_polls = noted  # type: ignore[method-assign]
        sweep = Sweep(
            store,
            Pipeline(store, lambda: ()),
            clock=lambda: datetime.now(UTC),
            bounds=Bounds(),
        )
        async with Fetcher(allow_private=["127.0.0.0/8"], bounds=http.Bounds(seconds=10)) as fetcher:
            began = time.monotonic()
            await sweep.run(fetcher, store.feeds.due(now))
    server.close()
    return sorted(stored[url] for url in sound)


def main() -> None:
    """Three runs each, in turn; prints p50 and p95 of the neighbours."""
    with Farm(FEEDS) as farm, tempfile.TemporaryDirectory() as scratch:
        for turn in range(3):
            for hanging in (0, HANGING):
                farm.set("cold")
                times = asyncio.run(measure(farm, Path(scratch) / f"{turn}-{hanging}.db", hanging))
                print(
                    f"{hanging:3} of {FEEDS} hang: neighbours stored after p50 {times[len(times) // 2]:.2f} s, "
                    f"p95 {times[int(len(times) * 0.95)]:.2f} s"
                )


if __name__ == "__main__":
    main()
