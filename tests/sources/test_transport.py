"""What goes over a connection: reuse, answers in odd pieces, and who may still be asked after a failure."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import pytest

from watchers.sources import transport
from watchers.sources.base import Failed
from watchers.sources.exchange import Exchange
from watchers.sources.guard import AddressGuard
from watchers.sources.http import Fetcher
from watchers.sources.transport import BodyCutOff, GuardedTransport, TlsRefused

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class Server:
    """Answers each request of a connection with the next of ``answers``; None: hangs up instead."""

    answers: Callable[[int], bytes | None]
    slowly: bool = False
    port: int = 0
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    talks: set["asyncio.Task[None]"] = field(default_factory=set)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if (talk := asyncio.current_task()) is not None:
            self.talks.add(talk)
        try:
            while True:
                self.requests.append(await reader.readuntil(b"\r\n\r\n"))
                answer = self.answers(len(self.requests))
                if answer is None:
                    break
                for piece in [answer[n : n + 1] for n in range(len(answer))] if self.slowly else [answer]:
                    writer.write(piece)
                    await writer.drain()
                    if self.slowly:
                        await asyncio.sleep(0)
                if b"close" in answer or b"Length" not in answer:
                    break
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        writer.close()
        with contextlib.suppress(asyncio.CancelledError, ConnectionError):
            await writer.wait_closed()


@asynccontextmanager
async def asked(
    answers: Callable[[int], bytes | None], *, slowly: bool = False
) -> AsyncIterator[tuple[Server, httpx.AsyncClient]]:
    """A server with these answers, and a client to ask it."""
    server = Server(answers, slowly)
    listening = await asyncio.start_server(server.talk, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    async with httpx.AsyncClient(
        transport=GuardedTransport(AddressGuard(["127.0.0.1"])), base_url=f"http://127.0.0.1:{server.port}"
    ) as client:
        yield server, client
    listening.close()
    for talk in server.talks:
        talk.cancel()
    await asyncio.gather(*server.talks)


async def test_a_connection_is_used_again() -> None:
    async with asked(lambda number: OK) as (server, client):
        texts = [(await client.get("/")).text for _ in range(3)]
    assert (texts, server.connections) == (["ok"] * 3, 1)


async def test_a_connection_that_the_server_closes_is_not() -> None:
    async with asked(lambda number: OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")) as (
        server,
        client,
    ):
        texts = [(await client.get("/")).text for _ in range(2)]
    assert (texts, server.connections) == (["ok"] * 2, 2)


async def test_a_connection_that_waited_too_long_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "KEEP_ALIVE", -1.0)
    async with asked(lambda number: OK) as (server, client):
        await client.get("/")
        await client.get("/")
    assert server.connections == 2


async def test_a_connection_given_up_meanwhile_is_replaced() -> None:
    async with asked(lambda number: None if number == 2 else OK) as (server, client):
        texts = [(await client.get("/")).text for _ in range(2)]
    assert (texts, server.connections, len(server.requests)) == (["ok"] * 2, 2, 3)


async def test_no_more_connections_wait_than_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "KEPT", 1)
    async with asked(lambda number: OK) as (first, client), asked(lambda number: OK) as (second, _):
        for port in (first.port, second.port, first.port, second.port):
            await client.get(f"http://127.0.0.1:{port}/")
    assert (first.connections, second.connections) == (2, 2)


async def test_what_comes_unasked_is_no_answer_to_the_next_request() -> None:
    async with asked(lambda number: OK + OK.replace(b"ok", b"no") if number == 1 else OK) as (server, client):
        texts = [(await client.get("/")).text for _ in range(2)]
    assert (texts, server.connections) == (["ok", "ok"], 2)


@pytest.mark.parametrize("slowly", [False, True])
@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x=y\r\nd\r\n0\r\nT: t\r\n\r\n",
            b"abcd",
        ),
        (b"HTTP/1.0 200 OK\r\n\r\nto the end", b"to the end"),
        (b"HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", b"x"),
        (b"HTTP/1.1 200 OK\nContent-Length: 1\n\nx", b"x"),
        (b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", b""),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n", b""),
    ],
)
async def test_an_answer_is_the_same_in_whatever_pieces(answer: bytes, body: bytes, slowly: bool) -> None:
    async with asked(lambda number: answer, slowly=slowly) as (_, client):
        response = await client.get("/")
    assert response.content == body
    assert "a" not in response.headers


async def test_a_body_larger_than_what_may_wait_arrives_whole() -> None:
    body = bytes(range(256)) * 16_000
    async with (
        asked(lambda number: b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)) as (
            _,
            client,
        ),
        client.stream("GET", "/") as response,
    ):
        await asyncio.sleep(0.1)
        pieces = [piece async for piece in response.aiter_raw()]
    assert b"".join(pieces) == body


async def test_a_body_that_ends_early_is_told_and_not_taken() -> None:
    async with asked(lambda number: OK.replace(b"2", b"9") + b"close") as (_, client):
        with pytest.raises(BodyCutOff):
            await client.get("/")


async def test_a_field_with_a_line_break_is_not_sent() -> None:
    async with asked(lambda number: OK) as (server, client):
        with pytest.raises(httpx.LocalProtocolError):
            await client.get("/", headers=[(b"If-None-Match", b'"a"\r\nX: y')])
    assert server.requests == []


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_an_address_at_which_nobody_listens_is_told(scheme: str) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"{scheme}://127.0.0.1:{bound.getsockname()[1]}/feed"
        async with Fetcher(allow_private=["127.0.0.1"]) as fetcher:
            outcome = await fetcher.get(url, now=datetime(2025, 8, 29, tzinfo=UTC))
    assert isinstance(outcome, Failed)
    assert (outcome.error, outcome.detail) == ("connect-failed", "Connection refused")


async def test_plain_answers_to_tls_are_a_failed_handshake() -> None:
    async def plainly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK)
        await reader.read()
        writer.close()

    async with (
        await asyncio.start_server(plainly, "127.0.0.1", 0) as server,
        GuardedTransport(AddressGuard(["127.0.0.1"])) as transport,
    ):
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(TlsRefused):
            await transport.handle_async_request(httpx.Request("GET", f"https://127.0.0.1:{port}/"))


async def test_an_answer_that_comes_before_the_question_is_none() -> None:
    closed = asyncio.Event()

    async def early(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK)
        with contextlib.suppress(ConnectionError):
            await reader.read()
        writer.close()
        closed.set()

    async with await asyncio.start_server(early, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        _, exchange = await asyncio.get_running_loop().create_connection(Exchange, "127.0.0.1", port)
        await closed.wait()
        with pytest.raises(httpx.RemoteProtocolError):
            await exchange.ask(b"GET / HTTP/1.1\r\n\r\n")


async def test_chunks_of_a_byte_are_handed_on_together() -> None:
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 5_000 + b"0\r\n\r\n"
    async with asked(lambda number: answer) as (_, client), client.stream("GET", "/") as response:
        pieces = [piece async for piece in response.aiter_raw()]
    assert b"".join(pieces) == b"x" * 5_000
    assert len(pieces) < 500
