"""``movewire demo``: the main job with nothing to set up.

Serves the packaged demo feeds on loopback, with validators as a real publisher would, and
polls them through the ordinary sweep, pipeline, outbox and courier into a temporary
database.  Only the clock is simulated: it stands where the demo's stages say.
"""

import asyncio
import contextlib
import hashlib
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bot.app import App
from bot.passes import PassReport, one_pass
from bot.sinks import Sinks
from bot.sinks.base import Clock
from seeds import demo as script
from seeds.loader import forgo, plant
from storage.errors import UsageError
from storage.model import Route
from storage.sqlite import open_store
from watchers.polling import Bounds
from watchers.sources import Fetcher

LOOPBACK = "127.0.0.1/32"


@dataclass(slots=True)
class DemoClock(Clock):
    """Stands where the stage says, and takes no time to wait."""

    at: datetime

    def now(self) -> datetime:
        """The stage's time."""
        return self.at

    async def sleep(self, seconds: float, stop: asyncio.Event | None = None) -> None:
        """Waiting only lets others run."""
        await asyncio.sleep(0)


class _Feeds(BaseHTTPRequestHandler):
    """Answers a path with the bytes the present stage shows there."""

    server: "_Server"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.server.shown.get(self.path.lstrip("/"))
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"' if body is not None else ""
        if body is None:
            self._answer(404, b"")
        elif self.headers.get("If-None-Match") == tag:
            self._answer(304, b"", tag)
        else:
            self._answer(200, body, tag)

    def _answer(self, status: int, body: bytes, tag: str = "") -> None:
        self.send_response(status)
        if tag:
            self.send_header("ETag", tag)
        if self.path.endswith(".json"):
            self.send_header("Content-Type", "application/feed+json")
        else:
            self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the demo's output is for alerts."""


class _Server(ThreadingHTTPServer):
    """The publishers of the demo, all on one loopback port."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Feeds)
        self.shown: dict[str, bytes] = {}


@contextlib.contextmanager
def serving() -> Iterator[_Server]:
    """A running server that shows nothing yet."""
    server = _Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def run(keep: Path | None = None) -> int:
    """Play all stages and print the alerts; with ``keep`` the database stays there."""
    if keep is not None and keep.exists():
        raise UsageError(f"{keep}: is there already; name a file that is not there yet")
    with contextlib.ExitStack() as stack:
        if keep is None:
            keep = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="movewire-"))) / "demo.db"
        store = stack.enter_context(open_store(keep))
        server = stack.enter_context(serving())
        app = App(
            store=store,
            clock=DemoClock(script.stages()[0].at),
            bounds=Bounds(),
            routes=lambda: (Route(id=0, destination="console"),),
            new_fetcher=partial(Fetcher, allow_private=[LOOPBACK], spacing=0.0),
            new_sinks=partial(Sinks, api=""),
        )
        reports = asyncio.run(_play(app, server))
    _close(reports)
    return int(any(report.failed for report in reports))


async def _play(app: App, server: _Server) -> list[PassReport]:
    """One pass at each stage, all in one loop."""
    base = f"http://127.0.0.1:{server.server_port}"
    reports = []
    for number, stage in enumerate(script.stages()):
        assert isinstance(app.clock, DemoClock)
        app.clock.at = stage.at
        server.shown = dict(stage.shows)
        if number == 0:
            plant(app.store, stage.at, feeds=False)
            forgo(app.store)  # later backstory is what the stages tell themselves
            for feed in script.feeds():
                app.store.feeds.add(f"{base}/{feed.path}", title=feed.title, now=stage.at)
        _announce(stage)
        reports.append(await one_pass(app, all_feeds=True, command="demo"))
    return reports


def _announce(stage: script.Stage) -> None:
    line = f"{stage.at:%d %b %Y, %H:%M} UTC · {stage.says}"
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.text import Text

        from bot.render import wrapped

        out = Console(highlight=False)
        out.print(wrapped(Text(f"─── {line}", style="dim"), out), soft_wrap=True)
    else:
        print(f"--- {line}\n", flush=True)  # noqa: T201


def _close(reports: list[PassReport]) -> None:
    """What it all came to."""
    entries = sum(report.sweep.entries for report in reports)
    alerts = sum(report.sweep.alerts for report in reports)
    updates = sum(report.sweep.updates for report in reports)
    print(  # noqa: T201
        f"{entries} entries from {len(script.feeds())} feeds: {alerts} alerts, {updates} updates of them, "
        f"the rest quiet.  Next: movewire feeds list, movewire poll, movewire --help"
    )
