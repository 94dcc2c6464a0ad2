"""A body over TLS without a length, and a connection that ends before the server says that it is done.

Whoever sits on the way can end a connection early, and so hide what a feed's tail tells.
``tls/server.pem`` is a key and a certificate for these tests alone, good until 2126.
"""

import gzip
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from watchers.sources.base import Failed, Fetched, Outcome
from watchers.sources.bodies import looks_whole
from watchers.sources.guard import AddressGuard
from watchers.sources.http import Fetcher
from watchers.sources.transport import GuardedTransport

PEM = Path(__file__).parent / "tls" / "server.pem"
RSS = b"<?xml version='1.0'?><rss version='2.0'><channel><title>T</title><item><title>[a]</title></item>"
WHOLE = RSS + b"</channel></rss>\n"
NO_LENGTH = b'HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nETag: "a"\r\nConnection: close\r\n'


@contextmanager
def server(answer: bytes, *, says_end: bool) -> Iterator[str]:
    """One connection over TLS that sends ``answer`` and ends, with close_notify or without."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        plain, _ = listening.accept()
        plain.settimeout(20)
        secure = context.wrap_socket(plain, server_side=True, suppress_ragged_eofs=True)
        secure.recv(65_536)
        secure.sendall(answer)
        if says_end:
            try:
                secure.unwrap()
            except (OSError, ssl.SSLError):  # the client has left
                pass
            secure.close()
        else:
            bare = socket.socket(fileno=secure.detach())
            bare.shutdown(socket.SHUT_WR)
            bare.settimeout(20)
            while bare.recv(65_536):  # not before the client: else its data would be reset away
                pass
            bare.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{listening.getsockname()[1]}/"
    thread.join(20)
    listening.close()


async def fetch(url: str) -> Outcome:
    context = ssl.create_default_context(cafile=str(PEM))
    transport = GuardedTransport(AddressGuard(["127.0.0.1"]), ssl_context=context)
    async with Fetcher(transport=transport) as fetcher:
        return await fetcher.get(url, now=datetime(2025, 3, 4, tzinfo=UTC))


@pytest.mark.parametrize("body", [RSS, WHOLE[:-4], WHOLE, b"<rss>", b"plain words"])
async def test_an_end_that_the_server_says_is_the_end(body: bytes) -> None:
    with server(NO_LENGTH + b"\r\n" + body, says_end=True) as url:
        outcome = await fetch(url)
    assert isinstance(outcome, Fetched)
    assert outcome.body == body


@pytest.mark.parametrize("body", [RSS, WHOLE[:-4], RSS[: RSS.index(b"]") + 1], b"", b"plain words"])
async def test_a_tail_that_may_have_been_cut_off_is_asked_for_again(body: bytes) -> None:
    with server(NO_LENGTH + b"\r\n" + body, says_end=False) as url:
        outcome = await fetch(url)
    assert isinstance(outcome, Failed)
    assert outcome.error == "body-truncated"


@pytest.mark.parametrize(
    "body", [WHOLE, b'{"version": "x", "items": []}', b"<HTML><body>Hello</body></html>"]
)
async def test_a_document_that_is_visibly_whole_is_taken_from_a_server_that_never_says_its_end(
    body: bytes,
) -> None:
    with server(NO_LENGTH + b"\r\n" + body, says_end=False) as url:
        outcome = await fetch(url)
    assert isinstance(outcome, Fetched)
    assert outcome.body == body


@pytest.mark.parametrize(
    ("cut", "error"), [(lambda packed: packed, None), (lambda packed: packed[:-9], "bad-encoding")]
)
async def test_gzip_tells_by_itself_whether_it_is_whole(
    cut: Callable[[bytes], bytes], error: str | None
) -> None:
    head = NO_LENGTH + b"Content-Encoding: gzip\r\n\r\n"
    with server(head + cut(gzip.compress(RSS)), says_end=False) as url:
        outcome = await fetch(url)
    assert getattr(outcome, "error", None) == error


@pytest.mark.parametrize(
    "framed",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(RSS) + RSS,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n" % len(RSS) + RSS + b"\r\n0\r\n\r\n",
    ],
)
async def test_a_body_that_says_where_it_ends_needs_no_more(framed: bytes) -> None:
    with server(framed, says_end=False) as url:
        outcome = await fetch(url)
    assert isinstance(outcome, Fetched)
    assert outcome.body == RSS


@pytest.mark.parametrize(
    ("body", "whole"),
    [
        (b"<feed xmlns='a'></feed>", True),
        (b"<a:feed xmlns:a='a'></a:feed> \n", True),
        (b"<rdf:RDF></rdf:RDF>", True),
        (b"<feed><entry><![CDATA[<html></html>", False),
        (b"<rss></rss>\n<!-- kept since noon --><!-- by a proxy -->\n", True),
        (b"<rss><item></item><!-- kept since noon -->", False),
        (b"<rss><item>-->", False),
        (b"<rss><item>]]", False),
        (b"", False),
    ],
)
def test_whole_is_what_closes_what_it_opened(body: bytes, whole: bool) -> None:
    assert looks_whole(body) is whole
