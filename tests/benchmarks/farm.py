"""A farm of feeds on loopback: each on its own address 127.x.y.z, a new connection each.

Run as a program it serves until its input ends; ``Farm`` starts it in a process of its own,
so that its work is not counted as the client's.  What it serves is made up (``bodies``).
``GET /_set/<scene>/<round>`` on 127.0.0.1 says what the feeds do from then on:

    cold    validators are offered, nothing is known to the client yet
    warm    every conditional request is answered with 304
    mixed   one feed in ten has one new entry in each round, the others answer 304
    restless  every answer differs though nothing is new
    steady  two in ten have no validators, two more differ in every answer though nothing is
            new (lastBuildDate), the rest answer 304

``/_publish/<feed>/<serial>`` puts news about somebody watched on top of one feed and
``/_served`` tells when each was first sent.  ``/hostile/<kind>`` on any address is a gzip
bomb, a body of 50 MB, or one that drips for ever.
"""

import asyncio
import hashlib
import json
import os
import ssl
import subprocess
import sys
import time
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.request import urlopen

from tests.benchmarks.bodies import ENTRIES, address, body, entry, news

CERTIFIED = 64  # addresses in one certificate, each such group behind a port of its own
BOMB = 256 * 1024 * 1024
LARGE = 50 * 1024 * 1024
PIECE = 64 * 1024  # of it, written at once
DRIP = 0.05  # seconds between two bytes


@dataclass
class Scene:
    """What the farm does now."""

    name: str = "cold"
    round: int = 0
    requests: int = 0
    sent: int = 0
    not_modified: int = 0
    news: dict[int, list[int]] = field(default_factory=dict)  # feed -> serials of what was published
    served: dict[int, float] = field(default_factory=dict)  # serial -> when it was first sent


class Feeds:
    """The bodies and validators."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._now = datetime.now(UTC).replace(microsecond=0)
        self._entries = lru_cache(maxsize=200_000)(self._entry)

    def _entry(self, feed: int, number: int) -> str:
        return entry(feed, number, self._now)

    def answer(self, feed: int, conditional: str | None) -> tuple[int, bytes, str | None]:
        """Status, body and ETag."""
        scene = self._scene
        blind = scene.name == "steady" and feed % 10 in (1, 2)
        restless = scene.name == "restless" or (scene.name == "steady" and feed % 10 in (3, 4))
        added = scene.round if scene.name == "mixed" and feed % 10 == 0 else 0
        serials = scene.news.get(feed, [])
        version = f"{added} {serials} {scene.requests if restless else 0}"
        etag = None if blind else f'"{hashlib.md5(f"{feed}:{version}".encode()).hexdigest()}"'
        if etag is not None and conditional == etag:
            return 304, b"", etag
        for serial in serials:
            scene.served.setdefault(serial, time.time())
        entries = "".join(
            entry(feed, ENTRIES + serial, self._now, news(serial)) for serial in reversed(serials)
        )
        entries += "".join(
            self._entries(feed, number) for number in range(ENTRIES + added - 1, added - 1, -1)
        )
        built = self._now + timedelta(seconds=scene.requests if restless else 0)
        return 200, body(feed, entries, built), etag

    def publish(self, feed: int, serial: int) -> None:
        """Put a piece of news on top of a feed."""
        self._scene.news.setdefault(feed, []).append(serial)


class _Connection(asyncio.Protocol):
    """HTTP/1.1 with one request a connection."""

    def __init__(self, scene: Scene, feeds: Feeds) -> None:
        self._scene, self._feeds, self._head = scene, feeds, b""
        self._left = memoryview(b"")  # of a large body
        self._full = False  # what waits to be sent is enough

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._head += data
        if b"\r\n\r\n" in self._head:
            self._answer(self._head.decode("latin-1"))

    def _answer(self, head: str) -> None:
        lines = head.split("\r\n")
        path = lines[0].split(" ")[1]
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:] if line)}
        match path.split("/")[1:]:
            case ["_set", name, number]:
                scene = self._scene
                scene.name, scene.round = name, int(number)
                scene.requests = scene.sent = scene.not_modified = 0
                self._send(200, b"", None)
            case ["_count"]:
                scene = self._scene
                counted = f"{scene.requests} {scene.sent} {scene.not_modified}"
                self._send(200, counted.encode(), None)
            case ["_publish", feed, serial]:
                self._feeds.publish(int(feed), int(serial))
                self._send(200, b"", None)
            case ["_served"]:
                self._send(200, json.dumps(self._scene.served).encode(), None)
            case ["_prepare"]:
                self._send(200, f"{len(_bomb())} {len(_large())}".encode(), None)
            case ["hostile", kind]:
                self._harm(kind)
            case [*_, feed]:
                status, content, etag = self._feeds.answer(int(feed), headers.get("if-none-match"))
                self._scene.requests += 1
                self._scene.sent += len(content)
                self._scene.not_modified += status == 304
                self._send(status, content, etag)

    def _send(self, status: int, content: bytes, etag: str | None, more: str = "") -> None:
        head = f"HTTP/1.1 {status} OK\r\nConnection: close\r\nContent-Type: application/rss+xml\r\n{more}"
        if status != 304:
            head += f"Content-Length: {len(content)}\r\n"
        if etag is not None:
            head += f"ETag: {etag}\r\n"
        self._transport.write(head.encode() + b"\r\n" + content)
        self._transport.close()

    def _harm(self, kind: str) -> None:
        if kind == "bomb":
            self._send(200, _bomb(), None, "Content-Encoding: gzip\r\n")
            return
        start = body(0, "", datetime.now(UTC))[:-18]
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/xml\r\n\r\n" + start
        )
        if kind == "large":
            self._left = memoryview(_large())
            self._go_on()
        else:
            self._drip()

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False
        asyncio.get_running_loop().call_soon(self._go_on)  # a write that fails in here fails twice

    def _go_on(self) -> None:
        """Send in pieces: the farm shall not stand still over its own body."""
        while self._left and not self._full and not self._transport.is_closing():
            self._transport.write(self._left[:PIECE])
            self._left = self._left[PIECE:]
            if not self._left:
                self._transport.close()

    def _drip(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(b" ")
            asyncio.get_running_loop().call_later(DRIP, self._drip)


@lru_cache
def _bomb() -> bytes:
    """256 MiB of one entry's title, as gzip."""
    packer = zlib.compressobj(9, wbits=31)
    start = b'<?xml version="1.0"?><rss version="2.0"><channel><item><title>'
    pieces = [packer.compress(start), *(packer.compress(b"a" * 2**20) for _ in range(BOMB // 2**20))]
    return b"".join([*pieces, packer.flush()])


@lru_cache
def _large() -> bytes:
    return b"<item><title>x</title></item>\n" * (LARGE // 30)


class Farm:
    """The farm in a process of its own; a context manager.

    With ``tls`` the feeds answer HTTPS, their certificates signed by the CA in ``authority``
    (a file in PEM, in ``folder``).
    """

    def __init__(self, size: int, *, tls: bool = False, folder: Path | None = None) -> None:
        self.size = size
        self.authority = folder / "authority.pem" if tls and folder is not None else None
        self._tls = tls
        self._ports: list[int] = []

    def __enter__(self) -> Self:
        asked = [str(self.size), str(self.authority)] if self._tls else []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.farm", *asked],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).resolve().parents[2],
            env={**os.environ, "PYTHONHASHSEED": "0"},
        )
        assert self._process.stdout is not None
        self.pid = self._process.pid
        self.port, *self._ports = map(int, self._process.stdout.readline().split())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def urls(self) -> list[str]:
        """One for each feed, each on its own address."""
        return [self.url(number) for number in range(self.size)]

    def url(self, number: int) -> str:
        """The address of one feed."""
        scheme, port = ("https", self._ports[number // CERTIFIED]) if self._tls else ("http", self.port)
        return f"{scheme}://{address(number)}:{port}/feeds/{number}"

    def hostile(self, kind: str, number: int) -> str:
        """A hostile feed at the address of feed ``number``."""
        self._ask("_prepare")
        return f"http://{address(number)}:{self.port}/hostile/{kind}"

    def set(self, scene: str, number: int = 0) -> None:
        """Say what the feeds do from now on; counts begin anew."""
        self._ask(f"_set/{scene}/{number}")

    def publish(self, feed: int, serial: int) -> None:
        """Put a piece of news on top of a feed."""
        self._ask(f"_publish/{feed}/{serial}")

    def served(self) -> dict[int, float]:
        """When each piece of news was first sent, in epoch seconds, by its serial."""
        return {int(serial): when for serial, when in json.loads(self._ask("_served")).items()}

    def counts(self) -> tuple[int, int, int]:
        """Requests, bytes of bodies, and 304s since ``set``."""
        requests, sent, not_modified = map(int, self._ask("_count").split())
        return requests, sent, not_modified

    def _ask(self, path: str) -> Any:
        with urlopen(f"http://127.0.0.1:{self.port}/{path}") as answer:
            return answer.read()


def _contexts(size: int, authority: Path) -> list[ssl.SSLContext]:
    """One for each group of addresses; the CA's certificate is left in ``authority``."""
    import trustme

    signer = trustme.CA()
    contexts = []
    for first in range(0, size, CERTIFIED):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        names = [address(number) for number in range(first, min(first + CERTIFIED, size))]
        signer.issue_cert(*names).configure_cert(context)
        contexts.append(context)
    authority.write_bytes(signer.cert_pem.bytes())
    return contexts


async def _serve(size: int, authority: Path | None) -> None:
    loop = asyncio.get_running_loop()
    scene = Scene()
    feeds = Feeds(scene)
    ports = []
    for context in [None, *(_contexts(size, authority) if authority else [])]:
        server = await loop.create_server(
            lambda: _Connection(scene, feeds), "0.0.0.0", 0, backlog=4096, ssl=context
        )
        ports.append(server.sockets[0].getsockname()[1])
    print(*ports, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    given = sys.argv[1:]
    asyncio.run(_serve(int(given[0]), Path(given[1])) if given else _serve(0, None))
