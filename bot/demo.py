"""``movewire demo``: the main job with nothing to set up.

Serves the packaged demo feeds on loopback, with validators as a real publisher would, and
polls them through the ordinary sweep, pipeline, outbox and courier into a temporary
database.  Only the clock is simulated: it stands where the demo's stages say.
"""

import asyncio
import contextlib
import hashlib
import shutil
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from seeds import demo as script

LOOPBACK = "127.0.0.1/32"


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
