"""Dated snapshots of a real feed, served in order by a local server with true validators.

    python -m tests.benchmarks.snapshots FOLDER

FOLDER holds the snapshots of one feed, named by the UTC time at which they were taken
(``20250602T073352Z_anything.xml``).  Polled over a real connection through the ordinary sweep
on a simulated clock; prints the bytes fetched, the share of 304s, and the delay from
"published in a snapshot" to "stored".
"""

import asyncio
import contextlib
import gzip
import hashlib
import statistics
import sys
import tempfile
from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from storage.model import Feed
from storage.sqlite import open_store
from watchers import sources
from watchers.pipeline import Pipeline
from watchers.polling import Bounds
from watchers.sources.http import Fetcher
from watchers.sweep import Sweep


class Publisher:
    """What the feed held at each time, over HTTP: ETag, Last-Modified, gzip, 304."""

    def __init__(self, folder: Path, *, asks: bool = True) -> None:
        paths = sorted(folder.glob("*Z_*"))
        self.times = [datetime.strptime(p.name[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for p in paths]
        self.bodies = [path.read_bytes() for path in paths]
        if not asks:  # the body's words on how often to come are taken out
            self.bodies = [body.replace(b"sy:update", b"sy:was") for body in self.bodies]
        self.now = self.times[0]
        self.requests = self.not_modified = self.sent = self.decoded = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                headers = {
                    key.lower(): value.strip()
                    for key, _, value in (line.partition(":") for line in lines[1:] if line)
                }
                writer.write(self._answer(headers))
                await writer.drain()
        writer.close()

    def _answer(self, headers: dict[str, str]) -> bytes:
        place = bisect_right(self.times, self.now) - 1
        body = self.bodies[place]
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        changed = format_datetime(self.times[self.bodies.index(body)], usegmt=True)
        self.requests += 1
        told = f"ETag: {etag}\r\nLast-Modified: {changed}\r\n"
        if headers.get("if-none-match") == etag:
            self.not_modified += 1
            return f"HTTP/1.1 304 Not Modified\r\n{told}\r\n".encode()
        packed = gzip.compress(body, 6)
        self.sent += len(packed)
        self.decoded += len(body)
        told += f"Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n"
        return f"HTTP/1.1 200 OK\r\n{told}\r\n".encode() + packed

    def appeared(self) -> dict[str, datetime]:
        """When each guid was first held."""
        first: dict[str, datetime] = {}
        for at, body in zip(self.times, self.bodies, strict=True):
            try:
                parsed = sources.parse(body, "http://127.0.0.1/", None, Feed(id=1, url="http://127.0.0.1/"))
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

    server = await asyncio.start_server(publisher.answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/feed"
    with open_store(path, now=publisher.now) as store:
        store.feeds.add(url, now=publisher.now)
        if interval is not None:
            store.feeds.set_interval(url, interval)
        finish = store.feeds.finish_polls

        def noted(polls, decide):  # type: ignore[no-untyped-def]
            for poll in polls:
                for entry in poll.entries:
                    stored.setdefault(entry.guid, poll.seen)
            return finish(polls, decide)

        store.feeds.finish_polls = noted  # type: ignore[method-assign]
        sweep = Sweep(
            store,
            Pipeline(store, lambda: ()),
            clock=lambda: publisher.now,
            bounds=Bounds(),
        )
        async with Fetcher(allow_private=["127.0.0.1/32"], sleep=at_once) as fetcher:
            while publisher.now <= publisher.times[-1] + timedelta(hours=2):
                await sweep.run(fetcher, store.feeds.due(publisher.now))
                publisher.now = max(store.feeds.next_due() or publisher.now, publisher.now) + timedelta(
                    seconds=1
                )
    server.close()
    return stored


def report(folder: Path, name: str, interval: timedelta | None, *, asks: bool) -> None:
    """One line of figures."""
    publisher = Publisher(folder, asks=asks)
    appeared = publisher.appeared()
    with tempfile.TemporaryDirectory() as scratch:
        stored = asyncio.run(replay(publisher, Path(scratch) / "snapshots.db", interval))
    begin = publisher.times[0]
    delays = sorted(
        (stored[guid] - at) / timedelta(minutes=1)
        for guid, at in appeared.items()
        if guid in stored and at > begin
    )
    print(
        f"{name}: {publisher.requests} polls over {(publisher.times[-1] - begin).days} days, "
        f"{publisher.sent / 1e6:.1f} MB fetched ({publisher.decoded / 1e6:.1f} MB decoded), 304 share {publisher.not_modified / publisher.requests:.0%}; "
        f"{len(stored)} of {len(appeared)} entries stored; delay in minutes p50 {statistics.median(delays):.1f}, "
        f"p95 {delays[int(len(delays) * 0.95)]:.1f}, most {delays[-1]:.1f}"
    )


if __name__ == "__main__":
    where = Path(sys.argv[1])
    report(where, "as the publisher asks", None, asks=True)
    report(where, "by the feed's own rhythm, were nothing asked", None, asks=False)
    report(where, "owner's interval 10m", timedelta(minutes=10), asks=True)
