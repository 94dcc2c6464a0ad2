"""A clean environment for every test of the command line, and two ways to call it."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.cli import main
from tests.cli.stocked import stock


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one call gave back."""

    status: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No setting from outside: an empty home, and an empty folder to stand in."""
    for name in list(os.environ):
        if name.startswith(("MOVEWIRE_", "DISCORD_", "XDG_")) and name != "MOVEWIRE_SHARED":
            monkeypatch.delenv(name)
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(here)
    return here


@pytest.fixture
def call(capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[..., Answer]:
    """``call("search", "x")`` runs a command line in this process."""

    def run(*arguments: str) -> Answer:
        capfdbinary.readouterr()
        status = main(list(arguments))
        captured = capfdbinary.readouterr()
        return Answer(status=status, out=captured.out.decode(), err=captured.err.decode())

    return run


@pytest.fixture
def spawn() -> Callable[..., Answer]:
    """``spawn("search", "x", stdin="…")`` runs a command line in a process of its own."""

    def run(*arguments: str, stdin: str = "", env: Mapping[str, str] | None = None) -> Answer:
        done = subprocess.run(
            [sys.executable, "-c", "import sys; from bot.cli import main; sys.exit(main())", *arguments],
            input=stdin,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **(env or {})},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        return Answer(status=done.returncode, out=done.stdout, err=done.stderr)

    return run


@pytest.fixture
def stocked(clean_environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configured database, holding a small history."""
    path = clean_environment / "news.db"
    monkeypatch.setenv("MOVEWIRE_DB", str(path))
    monkeypatch.setenv("MOVEWIRE_SEED_FEEDS", "0")
    stock(path).close()
    return path


class Site(ThreadingHTTPServer):
    """A publisher on loopback: ``pages`` by path, what is not there is a 404; ``asked`` are the paths."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Pages)
        self.pages: dict[str, tuple[str, bytes]] = {}  # path -> content type and body
        self.asked: list[str] = []

    def url(self, path: str) -> str:
        """The address of a path."""
        return f"http://127.0.0.1:{self.server_port}{path}"


class _Pages(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        found = self.server.pages.get(self.path.partition("?")[0])
        self.send_response(200 if found else 404)
        kind, body = found or ("text/plain", b"")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests read stderr."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A running publisher that the settings allow to be asked."""
    server = Site()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    monkeypatch.setenv("MOVEWIRE_ALLOW_PRIVATE", "127.0.0.1/32")
    monkeypatch.setenv("MOVEWIRE_SEED_FEEDS", "0")
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def rss(*entries: tuple[str, str], title: str = "Bay Ledger") -> tuple[str, bytes]:
    """An RSS feed of (link, title) pairs, published now."""
    now = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    items = "".join(
        f"<item><guid>{link}</guid><link>{link}</link><title>{escape(name)}</title><pubDate>{now}</pubDate></item>"
        for link, name in entries
    )
    body = f'<rss version="2.0"><channel><title>{title}</title><link>https://x.example/</link>{items}</channel></rss>'
    return "application/rss+xml", body.encode()
