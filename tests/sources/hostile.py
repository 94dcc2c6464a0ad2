"""A loopback server that does what servers should not, one path for each misdeed."""

import asyncio
import contextlib
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Handler = Callable[[asyncio.StreamWriter, str], Awaitable[None]]

FEED = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>Quay News</title><link>http://quay.example/</link>'
    b"<item><title>Crane moves in</title><link>http://quay.example/1</link><guid>quay-1</guid>"
    b"<pubDate>Mon, 02 Jun 2025 07:05:09 GMT</pubDate><description>A crane.</description></item>"
    b"<item><title>Crane moves out</title><link>http://quay.example/2</link><guid>quay-2</guid>"
    b"<pubDate>Mon, 02 Jun 2025 08:05:09 GMT</pubDate><description>No crane.</description></item>"
    b"</channel></rss>"
)


def head(status: str = "200 OK", *, length: int | None = None, **fields: str) -> bytes:
    """A response head; underscores in names stand for hyphens."""
    lines = [f"HTTP/1.1 {status}", "Connection: close"]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def says(body: bytes, status: str = "200 OK", **fields: str) -> Handler:
    """Answer with ``body`` and its true length."""

    async def handler(writer: asyncio.StreamWriter, path: str) -> None:
        writer.write(head(status, length=len(body), **fields) + body)

    return handler


def raw(data: bytes) -> Handler:
    """Answer with these bytes and nothing else."""

    async def handler(writer: asyncio.StreamWriter, path: str) -> None:
        writer.write(data)

    return handler


def redirect(target: str, status: str = "302 Found") -> Handler:
    """Redirect; ``{port}`` in the target is this server's."""

    async def handler(writer: asyncio.StreamWriter, path: str) -> None:
        port = writer.get_extra_info("sockname")[1]
        writer.write(head(status, length=0, Location=target.format(port=port)))

    return handler


async def gzip_bomb(writer: asyncio.StreamWriter, path: str) -> None:
    """A quarter of a gigabyte in 260 kB."""
    body = gzip.compress(bytes(16 * 1024 * 1024)) * 16
    writer.write(head(length=len(body), Content_Encoding="gzip") + body)


async def endless_body(writer: asyncio.StreamWriter, path: str) -> None:
    """A body that never ends."""
    writer.write(head())
    while True:
        writer.write(b"<item>" * 20_000)
        await writer.drain()


async def endless_headers(writer: asyncio.StreamWriter, path: str) -> None:
    """Header fields that never end."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(1_000_000):
        writer.write(f"X-Field-{number}: {'x' * 100}\r\n".encode())
        await writer.drain()


async def slow_drip(writer: asyncio.StreamWriter, path: str) -> None:
    """A byte now and then, for twice as long as a poll may take."""
    writer.write(head(length=len(FEED)))
    for byte in FEED:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(60 / len(FEED))


async def slow_headers(writer: asyncio.StreamWriter, path: str) -> None:
    """A letter of the head now and then."""
    for byte in head(length=0) * 10:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.05)


async def silence(writer: asyncio.StreamWriter, path: str) -> None:
    """Accepts, and says nothing."""
    await asyncio.sleep(60)


async def cut_chunks(writer: asyncio.StreamWriter, path: str) -> None:
    """Chunks without their end."""
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n" + FEED[:200])


async def chain(writer: asyncio.StreamWriter, path: str) -> None:
    """/chain/5 leads to /chain/4 …, /chain/0 to the feed."""
    left = int(path.rsplit("/", 1)[1])
    if left:
        writer.write(head("301 Moved Permanently", length=0, Location=f"/chain/{left - 1}"))
    else:
        writer.write(head(length=len(FEED)) + FEED)


@dataclass
class Hostile:
    """The running server; ``requests`` are the heads that it was sent."""

    port: int
    requests: list[str] = field(default_factory=list)

    def url(self, path: str) -> str:
        """The address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"


@asynccontextmanager
async def serve(routes: dict[str, Handler], host: str = "127.0.0.1") -> AsyncIterator[Hostile]:
    """Serve ``routes`` (exact paths, or prefixes that end in a slash)."""
    hostile = Hostile(port=0)
    tasks: set[asyncio.Task[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            hostile.requests.append(request)
            path = request.split(" ")[1]
            prefix = path[: path.rfind("/") + 1]
            await (routes.get(path) or routes[prefix])(writer, path)
            await writer.drain()
        writer.close()
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await writer.wait_closed()
        tasks.discard(task)

    server = await asyncio.start_server(answer, host, 0)
    hostile.port = server.sockets[0].getsockname()[1]
    try:
        yield hostile
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
