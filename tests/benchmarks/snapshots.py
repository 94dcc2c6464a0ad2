"""Dated snapshots of a real feed, served in order by a local server with true validators.

    python tests/benchmarks/snapshots.py FOLDER

FOLDER holds the snapshots of one feed, named by the UTC time at which they were taken
(``20250602T073352Z_anything.xml``).  Polled through the ordinary sweep on a simulated clock;
prints the bytes fetched, the share of 304s, and the delay from "published in a snapshot" to
"stored".
"""

import asyncio
import hashlib
import statistics
import sys
import tempfile
from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from storage.model import Feed
from storage.sqlite import open_store
from watchers import sources
from watchers.pipeline import Pipeline
from watchers.polling import Bounds
from watchers.sources.http import Fetcher
from watchers.sweep import Sweep

URL = "https://snapshots.example/feed"


class Publisher:
    """What the feed held at each time."""

    def __init__(self, folder: Path) -> None:
        paths = sorted(folder.glob("*Z_*"))
        self.times = [datetime.strptime(p.name[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for p in paths]
        self.bodies = [path.read_bytes() for path in paths]
        self.now = self.times[0]
        self.requests = self.not_modified = self.sent = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        """The snapshot of this time, or 304."""
        body = self.bodies[bisect_right(self.times, self.now) - 1]
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        self.requests += 1
        if request.headers.get("if-none-match") == etag:
            self.not_modified += 1
            return httpx.Response(304, headers={"ETag": etag})
        self.sent += len(body)
        return httpx.Response(200, headers={"ETag": etag}, content=body)

    def appeared(self) -> dict[str, datetime]:
        """When each guid was first held."""
        first: dict[str, datetime] = {}
        for at, body in zip(self.times, self.bodies, strict=True):
            try:
                parsed = sources.parse(body, URL, None, Feed(id=1, url=URL))
            except sources.SourceError:
                continue
            for entry in parsed.entries:
                first.setdefault(entry.guid, at)
        return first


async def replay(publisher: Publisher, path: Path, interval: timedelta | None) -> dict[str, datetime]:
    """Poll until the last snapshot; when each guid was stored."""
    stored: dict[str, datetime] = {}

    async def at_once(seconds: float) -> None:
        await asyncio.sleep(0)

    with open_store(path, now=publisher.now) as store:
        store.feeds.add(URL, now=publisher.now)
        if interval is not None:
            store.feeds.set_interval(URL, interval)
        finish = store.feeds.finish_polls

        def noted(polls):  # type: ignore[no-untyped-def]
            for poll in polls:
                for entry in poll.entries:
                    stored.setdefault(entry.guid, poll.seen)
            return finish(polls)

        store.feeds.finish_polls = noted  # type: ignore[method-assign]
        sweep = Sweep(
            store,
            Pipeline(store, lambda: ()),
            clock=lambda: publisher.now,
            bounds=Bounds(),
        )
        transport = httpx.MockTransport(publisher.answer)
        async with Fetcher(transport=transport, sleep=at_once) as fetcher:
            while publisher.now <= publisher.times[-1] + timedelta(hours=2):
                await sweep.run(fetcher, store.feeds.due(publisher.now))
                publisher.now = max(store.feeds.next_due() or publisher.now, publisher.now) + timedelta(
                    seconds=1
                )
    return stored


def report(folder: Path, interval: timedelta | None) -> None:
    """One line of figures."""
    publisher = Publisher(folder)
    appeared = publisher.appeared()
    with tempfile.TemporaryDirectory() as scratch:
        stored = asyncio.run(replay(publisher, Path(scratch) / "snapshots.db", interval))
    begin = publisher.times[0]
    delays = sorted(
        (stored[guid] - at) / timedelta(minutes=1)
        for guid, at in appeared.items()
        if guid in stored and at > begin
    )
    name = f"owner's interval {interval}" if interval else "as the publisher asks"
    print(
        f"{name}: {publisher.requests} polls over {(publisher.times[-1] - begin).days} days, "
        f"{publisher.sent / 1e6:.1f} MB fetched, 304 share {publisher.not_modified / publisher.requests:.0%}; "
        f"{len(stored)} of {len(appeared)} entries stored; delay in minutes p50 {statistics.median(delays):.1f}, "
        f"p95 {delays[int(len(delays) * 0.95)]:.1f}, most {delays[-1]:.1f}"
    )


if __name__ == "__main__":
    for chosen in (None, timedelta(minutes=10)):
        report(Path(sys.argv[1]), chosen)
