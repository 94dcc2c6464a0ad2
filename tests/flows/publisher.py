"""A publisher on loopback: feeds that a test changes, with validators, and a log of requests."""

import contextlib
import hashlib
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape


class _Handler(BaseHTTPRequestHandler):
    server: "Publisher"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        began = time.monotonic()
        time.sleep(self.server.delay)
        self.server.spans.append((began, time.monotonic()))
        body = self.server.feeds.get(self.path)
        tag = f'"{hashlib.sha256(body or b"").hexdigest()[:12]}"'
        status = 404 if body is None else 304 if self.headers.get("If-None-Match") == tag else 200
        self.server.log.append((self.path, status))
        sent = body if status == 200 and body is not None else b""
        self.send_response(status)
        self.send_header("ETag", tag)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: object) -> None: ...


class Publisher(ThreadingHTTPServer):
    """``feeds`` maps a path to a body; ``log`` holds (path, status) of each request.

    Each request takes ``delay`` seconds; ``spans`` holds when each began and had an answer.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.feeds: dict[str, bytes] = {}
        self.log: list[tuple[str, int]] = []
        self.delay = 0.0
        self.spans: list[tuple[float, float]] = []

    def url(self, path: str) -> str:
        """Where a feed is."""
        return f"http://127.0.0.1:{self.server_port}{path}"


@contextlib.contextmanager
def publishing() -> Iterator[Publisher]:
    """A publisher that answers."""
    server = Publisher()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def rss(*entries: tuple[str, str], title: str = "The Test Courier", host: str = "courier.example") -> bytes:
    """A feed of (guid, headline), all published now."""
    now = format_datetime(datetime.now(UTC))
    rows = "".join(
        f"<item><guid isPermaLink='false'>{guid}</guid><link>https://{host}/{guid}</link>"
        f"<title>{escape(headline)}</title><pubDate>{now}</pubDate></item>"
        for guid, headline in entries
    )
    channel = f"<channel><title>{title}</title>{rows}</channel>"
    return f"<?xml version='1.0'?><rss version='2.0'>{channel}</rss>".encode()
