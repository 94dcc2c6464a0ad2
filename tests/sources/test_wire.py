"""Our own end of a plain connection: real sockets on loopback, their other end played by the test."""

import asyncio
import contextlib
import os
import socket
import ssl
import struct
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from watchers.sources import transport
from watchers.sources.base import Failed
from watchers.sources.exchange import BodyCutOff, Exchange, HeadersOverflow
from watchers.sources.guard import AddressGuard
from watchers.sources.http import Fetcher
from watchers.sources.transport import GuardedTransport
from watchers.sources.wire import Wire

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
OTHER = OK.replace(b"ok", b"no")
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
ENOUGH = 10.0  # seconds, for what takes none
MUCH = 8 * 1024 * 1024  # more than the kernel holds for a connection
NOW = datetime(2025, 8, 29, tzinfo=UTC)
PEM = Path(__file__).parent / "tls" / "server.pem"  # see test_unsaid_end


class Heard(asyncio.Protocol):
    """What the wire told."""

    def __init__(self) -> None:
        self.data = b""
        self.ended = False
        self.lost: list[Exception | None] = []
        self.over = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        self.data += data

    def eof_received(self) -> None:
        self.ended = True

    def connection_lost(self, error: Exception | None) -> None:
        self.lost.append(error)
        self.over.set()


@contextmanager
def listening() -> Iterator[tuple[socket.socket, int]]:
    """A socket that takes connections, and its port."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.setblocking(False)
        yield server, server.getsockname()[1]


@contextmanager
def wired(protocol: asyncio.Protocol) -> Iterator[tuple[Wire, int, socket.socket]]:
    """A wire, its descriptor, and the socket at its other end."""
    with listening() as (server, port):
        ours = socket.socket(type=socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        ours.connect_ex(("127.0.0.1", port))
        server.setblocking(True)
        theirs, _ = server.accept()
        theirs.setblocking(False)
        descriptor = ours.fileno()
        wire = Wire(ours, protocol)
        with theirs:
            yield wire, descriptor, theirs
        wire.abort()


def reset(sock: socket.socket) -> None:
    """End a connection without a word."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def let_go(descriptor: int) -> bool:
    """Whether neither loop nor process has it any more."""
    loop = asyncio.get_running_loop()
    watched = loop.remove_reader(descriptor) or loop.remove_writer(descriptor)
    with contextlib.suppress(OSError):
        os.fstat(descriptor)
        return False
    return not watched


def descriptors() -> int:
    """How many this process has open."""
    return len(os.listdir("/proc/self/fd"))


async def until(true: Callable[[], bool]) -> None:
    """Wait for what nobody tells."""
    async with asyncio.timeout(ENOUGH):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def gone(protocol: Heard) -> Exception | None:
    """Wait until the wire has told its end, and give what it told."""
    async with asyncio.timeout(ENOUGH):
        await protocol.over.wait()
    await asyncio.sleep(0)
    assert len(protocol.lost) == 1
    return protocol.lost[0]


# --- the wire by itself -------------------------------------------------------------------


async def test_what_does_not_go_at_once_follows_in_order() -> None:
    sent = os.urandom(MUCH)
    with wired(Heard()) as (wire, descriptor, theirs):
        wire.write(sent[:-2])
        wire.write(sent[-2:-1])
        wire.write(sent[-1:])
        came = bytearray()
        async with asyncio.timeout(ENOUGH):
            while len(came) < len(sent):
                came += await asyncio.get_running_loop().sock_recv(theirs, 1 << 20)
        assert bytes(came) == sent
        await asyncio.sleep(0)
        assert not asyncio.get_running_loop().remove_writer(descriptor)  # nothing left to wait for
        wire.write(b"more")
        assert await asyncio.get_running_loop().sock_recv(theirs, 10) == b"more"


@pytest.mark.parametrize("unsent", [False, True])
async def test_a_reset_is_told_once_and_all_is_let_go(unsent: bool) -> None:
    heard = Heard()
    with wired(heard) as (wire, descriptor, theirs):
        wire.write(bytes(MUCH) if unsent else b"x")
        reset(theirs)
        assert isinstance(await gone(heard), ConnectionError)
        assert let_go(descriptor)
        wire.write(b"late")
        wire.resume_reading()
        assert let_go(descriptor)


@pytest.mark.parametrize("unsent", [False, True])
async def test_an_abort_is_told_once_and_all_is_let_go(unsent: bool) -> None:
    heard = Heard()
    with wired(heard) as (wire, descriptor, _):
        wire.write(bytes(MUCH) if unsent else b"x")
        wire.abort()
        wire.close()
        assert not heard.lost  # never inside of what the protocol asked for
        assert await gone(heard) is None
        assert let_go(descriptor)


async def test_the_other_ends_end_comes_after_its_last_bytes() -> None:
    heard = Heard()
    with wired(heard) as (_, descriptor, theirs):
        theirs.sendall(b"last words")
        theirs.close()
        assert await gone(heard) is None
        assert (heard.data, heard.ended) == (b"last words", True)
        assert let_go(descriptor)


async def test_while_paused_nothing_is_taken() -> None:
    heard = Heard()
    with wired(heard) as (wire, _, theirs):
        wire.pause_reading()
        wire.pause_reading()
        theirs.sendall(b"patience")
        await asyncio.sleep(0.01)
        assert heard.data == b""
        wire.resume_reading()
        theirs.close()
        await gone(heard)
        assert heard.data == b"patience"


async def test_a_wire_knows_whether_something_waits_to_be_read() -> None:
    for speak in (lambda one: one.sendall(b"x"), lambda one: one.shutdown(socket.SHUT_WR), reset):
        with wired(Heard()) as (wire, _, theirs):
            assert wire.silent
            speak(theirs)
            assert not wire.silent
    wire.abort()
    assert not wire.silent


async def test_a_fault_of_the_protocol_ends_the_connection_and_is_told() -> None:
    class Faulty(Heard):
        def data_received(self, data: bytes) -> None:
            raise KeyError("ours")

    heard = Faulty()
    with wired(heard) as (_, descriptor, theirs):
        theirs.sendall(b"x")
        assert isinstance(await gone(heard), KeyError)
        assert let_go(descriptor)


# --- requests -----------------------------------------------------------------------------


async def read(exchange: Exchange) -> bytes:
    """Ask, and give the first piece of the answer's body."""
    await exchange.ask(b"GET / HTTP/1.1\r\n\r\n")
    return await exchange.piece()


@pytest.mark.parametrize("place", ["on_headers_complete", "on_body", "data_received"])
async def test_a_fault_while_an_answer_is_read_ends_its_request_with_it(place: str) -> None:
    def fault(*ignored: object) -> None:
        raise ZeroDivisionError("ours")

    exchange = type("Faulty", (Exchange,), {place: fault})()
    with wired(exchange) as (_, descriptor, theirs):
        theirs.sendall(OK)
        async with asyncio.timeout(ENOUGH):
            with pytest.raises(ZeroDivisionError, match="ours"):
                await read(exchange)
        assert let_go(descriptor)


async def whole(
    client: GuardedTransport, port: int, path: str = "/", agent: bytes = b"test", scheme: str = "http"
) -> tuple[int, bytes]:
    """Ask; the answer's status and body."""
    answer = await client.get(httpx.URL(f"{scheme}://127.0.0.1:{port}{path}"), [(b"User-Agent", agent)])
    try:
        return answer.status, b"".join([piece async for piece in answer])
    finally:
        await answer.aclose()


async def serve(server: socket.socket, answer: bytes) -> tuple[socket.socket, bytes]:
    """Take a connection, read a request and answer it; the connection and the request."""
    loop = asyncio.get_running_loop()
    theirs, _ = await loop.sock_accept(server)
    theirs.setblocking(False)
    request = await loop.sock_recv(theirs, 65_536)
    await loop.sock_sendall(theirs, answer)
    return theirs, request


@pytest.mark.parametrize(
    "speak",
    [
        lambda one: one.sendall(OTHER),
        lambda one: one.sendall(b"\0"),
        lambda one: one.shutdown(socket.SHUT_WR),
    ],
    ids=["an answer", "a byte", "the end"],
)
async def test_a_kept_connection_that_spoke_unasked_is_not_asked_again(
    speak: Callable[[socket.socket], None],
) -> None:
    """The loop had no turn since: only the kernel knows of it."""
    with listening() as (server, port):
        async with asyncio.timeout(ENOUGH), GuardedTransport(AddressGuard(["127.0.0.1"])) as client:
            first = asyncio.create_task(serve(server, OK))
            assert await whole(client, port) == (200, b"ok")
            theirs, _ = await first
            second = asyncio.create_task(serve(server, OK))
            speak(theirs)
            assert await whole(client, port) == (200, b"ok")
            (await second)[0].close()
            with theirs, contextlib.suppress(ConnectionResetError):  # what it said was not read
                assert theirs.recv(1) == b""  # it was closed, and not asked


@pytest.mark.parametrize(
    ("speak", "connections"),
    [
        (lambda one: None, 1),
        (lambda one: one.write(OTHER), 2),
        (lambda one: one.close(), 2),
        (lambda one: one.transport.abort(), 2),
    ],
    ids=["nothing", "an answer", "the end", "a reset"],
)
async def test_nor_is_one_over_tls(speak: Callable[[asyncio.StreamWriter], None], connections: int) -> None:
    writers: list[asyncio.StreamWriter] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(OK)
        writer.close()

    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(PEM)
    ours = ssl.create_default_context(cafile=str(PEM))
    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=theirs)
    port = server.sockets[0].getsockname()[1]
    async with (
        asyncio.timeout(ENOUGH),
        server,
        GuardedTransport(AddressGuard(["127.0.0.1"]), ssl_context=ours) as client,
    ):
        assert await whole(client, port, scheme="https") == (200, b"ok")
        speak(writers[0])
        assert await whole(client, port, scheme="https") == (200, b"ok")
        assert len(writers) == connections


@asynccontextmanager
async def answering(talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]):  # type: ignore[no-untyped-def]
    """A server that talks so with each connection; gives its port, and the connections so far."""
    talks: list[asyncio.Task[None]] = []

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.append(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await talk(reader, writer)
        writer.transport.abort()

    server = await asyncio.start_server(one, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], talks
    finally:
        server.close()
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks)


@asynccontextmanager
async def saying(answer: bytes) -> AsyncIterator[tuple[int, list[object]]]:
    """A server that answers so, whatever is asked, and goes on with its connection."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()

    async with answering(talk) as told:
        yield told


HINTS = b"HTTP/1.1 100 Continue\r\n\r\n" + b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 2
NOTHING_MORE = b"HTTP/1.1 304 Not Modified\r\n"


@pytest.mark.parametrize(
    ("answer", "taken", "connections"),
    [
        (HINTS + OK, (200, b"ok"), 1),
        (HINTS + NOTHING_MORE + b"\r\n", (304, b""), 1),
        (b"HTTP/1.1 204 No Content\r\n\r\n", (204, b""), 1),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", (204, b""), 1),
        (NOTHING_MORE + b"Content-Length: 5\r\n\r\n", (304, b""), 1),
        (NOTHING_MORE + b"Transfer-Encoding: chunked\r\n\r\n", (304, b""), 1),
        (NOTHING_MORE + b"Content-Length: 5\r\n\r\nhello", (304, b""), 2),  # that was announced, and is none
        (NOTHING_MORE + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", (304, b""), 2),
        (CHUNKED + b'3;a=b;c\r\nabc\r\n1 ;x="y"\r\nd\r\n0;z\r\n\r\n', (200, b"abcd"), 1),
        (CHUNKED + b"3\r\nabc\r\n0\r\nExpires: never\r\nContent-MD5: x\r\n\r\n", (200, b"abc"), 1),
        (CHUNKED + b"0\r\n\r\n", (200, b""), 1),
        (OK + OTHER, (200, b"ok"), 2),
        (OK.replace(b"Content", b"Content-Length: 2\r\nContent"), httpx.RemoteProtocolError, 2),
        (OK.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n"), httpx.RemoteProtocolError, 2),
        (CHUNKED + b"0\r\nContent-Length: 9\r\n\r\n", httpx.RemoteProtocolError, 2),
        (CHUNKED + b"g\r\n", httpx.RemoteProtocolError, 2),
        (CHUNKED + b"f" * 17 + b"\r\n", httpx.RemoteProtocolError, 2),
        (HINTS * 1_000, HeadersOverflow, 2),
        (OK.replace(b"\r\n\r\n", b"\r\nX: y" * 100 + b"\r\n\r\n"), HeadersOverflow, 2),
        (OK.replace(b"\r\n\r\n", b"\r\nX: " + b"y" * 16_384 + b"\r\n\r\n"), HeadersOverflow, 2),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000, HeadersOverflow, 2),
        (CHUNKED + b"1\r\na\r\n0\r\n" + b"X: y\r\n" * 100 + b"\r\n", HeadersOverflow, 2),
        (CHUNKED + b"1;" + b"x" * 70_000, HeadersOverflow, 2),
    ],
)
async def test_what_is_taken_of_an_answer_and_whether_its_connection_is_asked_again(
    answer: bytes, taken: tuple[int, bytes] | type[Exception], connections: int
) -> None:
    async with (
        asyncio.timeout(ENOUGH),
        saying(answer) as (port, talks),
        GuardedTransport(AddressGuard(["127.0.0.1"])) as client,
    ):
        for _ in range(2):
            if isinstance(taken, tuple):
                assert await whole(client, port) == taken
            else:
                with pytest.raises(taken):
                    await whole(client, port)
        assert len(talks) == connections


# --- failures leave nothing behind ----------------------------------------------------------

COUNTED = pytest.mark.skipif(sys.platform != "linux", reason="descriptors are counted in /proc")


@COUNTED
async def test_requests_that_are_cut_off_anywhere_leave_no_descriptor() -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        where, how = (await reader.readuntil(b"\r\n\r\n")).split()[1][1:].split(b"/")
        writer.write(OK[: int(where)])
        await writer.drain()
        if how == b"reset":
            reset(writer.transport.get_extra_info("socket")._sock.dup())

    async with answering(cut) as (port, _), GuardedTransport(AddressGuard(["127.0.0.1"])) as client:
        before, failures = descriptors(), set()
        for where in range(len(OK) + 1):
            for how in ("end", "reset"):
                try:
                    assert await whole(client, port, f"/{where}/{how}") == (200, b"ok")
                    assert where == len(OK)
                except httpx.TransportError as error:
                    failures.add(type(error))
        await asyncio.sleep(0.01)
        assert failures == {httpx.RemoteProtocolError, httpx.ReadError, BodyCutOff}
        assert descriptors() <= before + 2  # the last is kept, at both its ends


@COUNTED
async def test_requests_that_are_given_up_leave_no_descriptor() -> None:
    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(ENOUGH)  # it reads 64 kB ahead, and no more

    async with answering(never) as (port, talks), GuardedTransport(AddressGuard(["127.0.0.1"])) as client:
        before = descriptors()
        agents = (b"short", b"x" * MUCH)  # of the second some is still to be sent
        asked = [asyncio.create_task(whole(client, port, agent=agent)) for agent in agents * 20]
        await until(lambda: len(talks) == len(asked))
        assert descriptors() == before + 2 * len(asked)
        for one in asked:
            one.cancel()
        assert {type(one) for one in await asyncio.gather(*asked, return_exceptions=True)} == {
            asyncio.CancelledError
        }
        await until(lambda: descriptors() == before + len(talks))


@COUNTED
async def test_a_socket_that_takes_no_setting_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "ASKED_AGAIN", 0)  # Linux takes 1 to 127
    async with GuardedTransport(AddressGuard(["127.0.0.1"])) as client:
        before = descriptors()
        with pytest.raises(httpx.ConnectError, match="Invalid argument") as told:
            await whole(client, 1)
        assert descriptors() == before
        assert told.value.__cause__ is not None  # what was raised is still held, and what it holds


@pytest.mark.parametrize("host", ["127.0.0.1", "quay.example"])
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_refusal_has_one_wording(scheme: str, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo

    def two(host: str, port: int, *more: int, **others: int) -> list[object]:
        if host != "quay.example":
            return list(real(host, port, *more, **others))
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in ("127.0.0.1", "127.0.0.2")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        async with Fetcher(allow_private=["127.0.0.0/8"]) as fetcher:
            outcome = await fetcher.get(f"{scheme}://{host}:{bound.getsockname()[1]}/", now=NOW)
    assert isinstance(outcome, Failed)
    assert (outcome.error, outcome.detail) == ("connect-failed", "Connection refused")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a full queue refuses")
async def test_a_host_that_does_not_answer_has_one_wording(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "ASKED_AGAIN", 1)  # the kernel gives up after three seconds
    monkeypatch.setattr(transport, "CONNECT_SECONDS", 0.5)
    with socket.socket() as full, contextlib.ExitStack() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        for _ in range(3):  # more than its queue holds: what comes now is not answered
            one = waiting.enter_context(socket.socket(type=socket.SOCK_STREAM | socket.SOCK_NONBLOCK))
            one.connect_ex(("127.0.0.1", port))
        async with (
            Fetcher(allow_private=["127.0.0.1"], spacing=0) as plain,
            Fetcher(allow_private=["127.0.0.1"], spacing=0) as secure,
        ):
            outcomes = await asyncio.gather(
                plain.get(f"http://127.0.0.1:{port}/", now=NOW),
                secure.get(f"https://127.0.0.1:{port}/", now=NOW),
            )
    assert [(one.error, one.detail) for one in outcomes if isinstance(one, Failed)] == [
        ("timed-out", "no connection in time")
    ] * 2
