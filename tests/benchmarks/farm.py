"""A farm of feeds on loopback: each on its own address 127.x.y.z, a new connection each.

Run as a program it serves until its input ends; ``Farm`` starts it in a process of its own,
so that its work is not counted as the client's.  What it serves is made up, about 53 kB a
feed.  ``GET /_set/<scene>/<round>`` on 127.0.0.1 says what the feeds do from then on:

    cold    validators are offered, nothing is known to the client yet
    warm    every conditional request is answered with 304
    mixed   one feed in ten has one new entry, the others answer 304
    steady  two in ten have no validators, two more differ in every answer though nothing is
            new (lastBuildDate), the rest answer 304
"""

import asyncio
import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from ipaddress import IPv4Address
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.request import urlopen

ENTRIES = 30
_FIRST = int(IPv4Address("127.1.0.1"))
_WORDS = (
    "harbour council rebuilds the northern pier while engineers test lighter beams and the port "
    "authority counts ships cranes and shifts before winter brings storms from the west again"
).split()


def address(number: int) -> str:
    """The address of feed ``number``."""
    return str(IPv4Address(_FIRST + number + number // 254))


def words(seed: int, count: int) -> str:
    """Made-up prose, the same for the same seed."""
    return " ".join(_WORDS[(seed * 7 + place * place + place * seed) % len(_WORDS)] for place in range(count))


def entry(feed: int, number: int, now: datetime) -> str:
    """One RSS entry of about 1.7 kB."""
    published = format_datetime(now - timedelta(minutes=37 * (ENTRIES - number) + feed % 31))
    link = f"http://{address(feed)}/stories/{number}-{words(feed + number, 4).replace(' ', '-')}"
    content = "".join(f"<p>{words(feed + number + part, 42)}</p>" for part in range(4))
    return (
        f"<item><title>{words(feed * 31 + number, 9).capitalize()} {feed}-{number}</title><link>{link}</link>"
        f'<guid isPermaLink="false">{feed}:{number}</guid><pubDate>{published}</pubDate>'
        f"<dc:creator>Reporter {number % 7}</dc:creator><category>Harbour</category>"
        f"<description>{words(feed + number * 3, 40)}</description>"
        f"<content:encoded><![CDATA[{content}]]></content:encoded></item>\n"
    )


@dataclass
class Scene:
    """What the farm does now."""

    name: str = "cold"
    round: int = 0
    requests: int = 0
    sent: int = 0
    not_modified: int = 0


class Feeds:
    """The bodies and validators."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._now = datetime.now(UTC).replace(microsecond=0)
        self._entries = lru_cache(maxsize=200_000)(self._entry)

    def _entry(self, feed: int, number: int) -> str:
        return entry(feed, number, self._now)

    def news(self, feed: int) -> int:
        """How many entries came since the start."""
        return self._scene.round if self._scene.name == "mixed" and feed % 10 == 0 else 0

    def answer(self, feed: int, conditional: str | None) -> tuple[int, bytes, str | None]:
        """Status, body and ETag."""
        scene = self._scene
        blind = scene.name == "steady" and feed % 10 in (1, 2)
        restless = scene.name == "steady" and feed % 10 in (3, 4)
        version = f"{self.news(feed)}"
        if restless:
            version += f"-{scene.requests}"
        etag = None if blind else f'"{hashlib.md5(f"{feed}:{version}".encode()).hexdigest()}"'
        if etag is not None and conditional == etag:
            return 304, b"", etag
        return 200, self._body(feed, scene.requests if restless else 0), etag

    def _body(self, feed: int, counter: int) -> bytes:
        news = self.news(feed)
        entries = "".join(self._entry(feed, number) for number in range(ENTRIES + news - 1, news - 1, -1))
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
            'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
            f"<title>Paper {feed}</title><link>http://{address(feed)}/</link><description>News</description>"
            f"<lastBuildDate>{format_datetime(self._now + timedelta(seconds=counter))}</lastBuildDate>\n"
            f"{entries}</channel></rss>\n"
        ).encode()


class _Connection(asyncio.Protocol):
    """HTTP/1.1 with one request a connection."""

    def __init__(self, scene: Scene, feeds: Feeds) -> None:
        self._scene, self._feeds, self._head = scene, feeds, b""

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
        scene = self._scene
        if path.startswith("/_"):
            command, _, rest = path[2:].partition("/")
            if command == "set":
                name, _, number = rest.partition("/")
                scene.name, scene.round = name, int(number)
                scene.requests = scene.sent = scene.not_modified = 0
            counted = f"{scene.requests} {scene.sent} {scene.not_modified}".encode()
            self._send(200, counted, None)
            return
        scene.requests += 1
        status, body, etag = self._feeds.answer(int(path.rsplit("/", 1)[1]), headers.get("if-none-match"))
        scene.sent += len(body)
        scene.not_modified += status == 304
        self._send(status, body, etag)

    def _send(self, status: int, body: bytes, etag: str | None) -> None:
        head = f"HTTP/1.1 {status} OK\r\nConnection: close\r\nContent-Type: application/rss+xml\r\n"
        if status != 304:
            head += f"Content-Length: {len(body)}\r\n"
        if etag is not None:
            head += f"ETag: {etag}\r\n"
        self._transport.write(head.encode() + b"\r\n" + body)
        self._transport.close()


class Farm:
    """The farm in a process of its own; a context manager."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.port = 0

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).resolve())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONHASHSEED": "0"},
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def urls(self) -> list[str]:
        """One for each feed, each on its own address."""
        return [f"http://{address(number)}:{self.port}/feeds/{number}" for number in range(self.size)]

    def set(self, scene: str, number: int = 0) -> None:
        """Say what the feeds do from now on; counts begin anew."""
        with urlopen(f"http://127.0.0.1:{self.port}/_set/{scene}/{number}"):
            pass

    def counts(self) -> tuple[int, int, int]:
        """Requests, bytes of bodies, and 304s since ``set``."""
        with urlopen(f"http://127.0.0.1:{self.port}/_count/") as answer:
            requests, sent, not_modified = map(int, answer.read().split())
        return requests, sent, not_modified


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    scene = Scene()
    feeds = Feeds(scene)
    server = await loop.create_server(lambda: _Connection(scene, feeds), "0.0.0.0", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve())
