"""Whoever polls: our whole pipeline and the others, each in a process of its own.

    python -m tests.benchmarks.clients NAME DATABASE

takes one JSON object a line and answers with one: ``{"add": [URL, …]}``, then ``{}`` for
each pass over all feeds.  An answer has the CPU seconds of the pass, children included, the
peak memory so far in MB, and what the client says of the pass.  ``Client`` is its other end.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from tests.benchmarks.measure import cpu_seconds, peak_memory

if TYPE_CHECKING:
    from watchers.sources.http import Fetcher

WORKERS = 20  # threads of reader, as its own command line has them


class Poller(Protocol):
    """What is measured."""

    def add(self, urls: list[str]) -> None:
        """Follow these feeds."""

    def poll(self) -> dict[str, Any]:
        """One pass over all feeds; what it brought."""


class Movewire:
    """All of ``movewire poll --all``: fetch, parse, store, match, decide, deliver."""

    def __init__(self, database: Path) -> None:
        from bot import passes, settings, sinks  # noqa: F401  (what a pass imports late, as reader does early)
        from bot.app import open_app
        from watchers import pipeline, sweep  # noqa: F401
        from watchers.sources import desk, feed, http, slices  # noqa: F401

        asked = settings.load(db=str(database), environ=_environment(), folder=database.parent)
        self._app = open_app(asked).__enter__()
        self.store = self._app.store
        if authority := os.environ.get("FARM_CA"):
            self._trust(authority)

    def _trust(self, authority: str) -> None:
        from watchers.sources.guard import AddressGuard
        from watchers.sources.http import Fetcher
        from watchers.sources.transport import GuardedTransport, shared_ssl

        context = shared_ssl()
        context.load_verify_locations(authority)
        self._app.new_fetcher = lambda: Fetcher(
            transport=GuardedTransport(AddressGuard(["127.0.0.0/8"]), ssl_context=context)
        )

    def give_up_after(self, seconds: float) -> None:
        """Bound each request so."""
        from watchers.sources.http import Bounds

        new = self._app.new_fetcher

        def bounded() -> "Fetcher":
            fetcher = new()
            fetcher._bounds = Bounds(seconds=seconds)
            return fetcher

        self._app.new_fetcher = bounded

    def add(self, urls: list[str]) -> None:
        """Follow these feeds."""
        with self._app.store.transaction():
            for url in urls:
                self._app.store.feeds.add(url, now=self._app.clock.now())

    def poll(self) -> dict[str, Any]:
        """One pass."""
        return asyncio.run(self.pass_over())

    async def pass_over(self) -> dict[str, Any]:
        """One pass on the running loop."""
        from bot.passes import one_pass

        report = (await one_pass(self._app, all_feeds=True)).document()
        return {**report, "errors": report["errors"][:3]}


class Reader:
    """reader (lemon24/reader): fetch, parse, store."""

    def __init__(self, database: Path) -> None:
        from reader import make_reader

        if bundle := os.environ.get("FARM_BUNDLE"):
            import requests.adapters

            requests.adapters.DEFAULT_CA_BUNDLE_PATH = bundle  # reader leaves REQUESTS_CA_BUNDLE unread
        self._reader = make_reader(str(database))

    def add(self, urls: list[str]) -> None:
        """Follow these feeds."""
        for url in urls:
            self._reader.add_feed(url)

    def poll(self) -> dict[str, Any]:
        """One pass."""
        results = list(self._reader.update_feeds_iter(workers=WORKERS, scheduled=False))
        faults = [str(result.value) for result in results if isinstance(result.value, Exception)]
        new = sum(result.value.new for result in results if hasattr(result.value, "new"))
        return {"polled": len(results), "entries": new, "errors": faults[:3]}


class Feedparser:
    """A plain loop: fetch and parse by feedparser, validators kept in memory, nothing stored."""

    def __init__(self, database: Path) -> None:
        self._known: dict[str, Any] = {}

    def add(self, urls: list[str]) -> None:
        """Follow these feeds."""
        self._known = dict.fromkeys(urls)

    def poll(self) -> dict[str, Any]:
        """One pass."""
        import feedparser

        entries = 0
        for url, known in self._known.items():
            found = feedparser.parse(url, etag=known.get("etag") if known else None)
            entries += len(found.entries)
            if found.get("status") == 200:
                self._known[url] = {"etag": found.get("etag")}
        return {"polled": len(self._known), "entries": entries}


class FastFeedparser:
    """A plain loop: fetch and parse by fastfeedparser, which knows no validators; nothing stored."""

    def __init__(self, database: Path) -> None:
        self._urls: list[str] = []

    def add(self, urls: list[str]) -> None:
        """Follow these feeds."""
        self._urls = urls

    def poll(self) -> dict[str, Any]:
        """One pass."""
        import fastfeedparser

        entries = sum(len(fastfeedparser.parse(url).entries) for url in self._urls)
        return {"polled": len(self._urls), "entries": entries}


CLIENTS: dict[str, Callable[[Path], Poller]] = {
    "movewire": Movewire,
    "reader": Reader,
    "feedparser": Feedparser,
    "fastfeedparser": FastFeedparser,
}


class Client:
    """A client in a process of its own; a context manager."""

    def __init__(self, name: str, database: Path, *, authority: Path | None = None, **more: str) -> None:
        self.name = name
        self._database = database
        self._environment = {**os.environ, **more}
        if authority is not None:
            bundle = _bundle(authority)
            self._environment |= {"FARM_CA": str(authority), "FARM_BUNDLE": str(bundle)}

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.clients", self.name, str(self._database)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).resolve().parents[2],
            env=self._environment,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def add(self, urls: list[str]) -> None:
        """Follow these feeds."""
        self._ask({"add": urls})

    def poll(self) -> dict[str, Any]:
        """One pass: ``cpu`` seconds, ``peak`` MB, ``wall`` seconds, and ``said``."""
        return self._ask({})

    def _ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.name} died with status {self._process.wait()}")
        loaded: dict[str, Any] = json.loads(answer)
        return loaded


def _bundle(authority: Path) -> Path:
    """All that certifi trusts and our CA: what a client without a context of its own loads."""
    import certifi

    bundle = authority.with_name("bundle.pem")
    bundle.write_bytes(Path(certifi.where()).read_bytes() + authority.read_bytes())
    return bundle


def _environment() -> dict[str, str]:
    """Settings for loopback; a webhook where one is given."""
    kept = {name: text for name, text in os.environ.items() if name == "DISCORD_WEBHOOK_URL"}
    return {**kept, "MOVEWIRE_SEED_FEEDS": "0", "MOVEWIRE_ALLOW_PRIVATE": "127.0.0.0/8"}


def _main(name: str, database: Path) -> None:
    answers, sys.stdout = sys.stdout, sys.stderr  # what a client prints is no answer
    poller = CLIENTS[name](database)
    for line in sys.stdin:
        question = json.loads(line)
        cpu, wall, said = cpu_seconds(), time.monotonic(), None
        if "add" in question:
            poller.add(question["add"])
        else:
            said = poller.poll()
        answer = {
            "cpu": cpu_seconds() - cpu,
            "wall": time.monotonic() - wall,
            "peak": peak_memory(),
            "said": said,
        }
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]))
