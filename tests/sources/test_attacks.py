"""An attacker who owns a feed's server or its name reaches nothing inside, and costs little."""

import asyncio
import gzip
import socket
import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.sources.hostile import FEED, Handler, head, raw, redirect, says, serve
from watchers.sources.base import Fetched
from watchers.sources.http import Bounds, Fetcher

NOW = datetime(2025, 6, 2, 12, 0, tzinfo=UTC)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def floods(start: bytes, again: bytes) -> Handler:
    """Answer with ``start``, then with ``again`` for ever."""

    async def handler(writer: asyncio.StreamWriter, path: str) -> None:
        writer.write(start)
        while True:
            writer.write(again)
            await writer.drain()
            await asyncio.sleep(0)

    return handler


FLOODS: dict[str, tuple[Handler, str]] = {
    "/chunk-extension": (floods(CHUNKED + b"5", b";x=" + b"a" * 60_000), "headers-too-large"),
    "/chunk-size": (floods(CHUNKED, b"0" * 60_000), "headers-too-large"),
    "/chunks-of-one-byte": (floods(CHUNKED, b"1\r\na\r\n" * 5_000), "body-too-large"),
    "/trailers": (floods(CHUNKED + b"4\r\nabcd\r\n0\r\n", b"X: y\r\n" * 1_000), "headers-too-large"),
    "/one-trailer": (floods(CHUNKED + b"4\r\nabcd\r\n0\r\nX: ", b"y" * 60_000), "headers-too-large"),
    "/early-hints": (
        floods(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 500),
        "headers-too-large",
    ),
    "/continue": (floods(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 500), "headers-too-large"),
    "/many-headers": (
        raw(b"HTTP/1.1 200 OK\r\n" + b"".join(b"A%d: b\r\n" % n for n in range(100_000)) + b"\r\n"),
        "headers-too-large",
    ),
    "/empty-gzip-members": (
        floods(head(Content_Encoding="gzip"), gzip.compress(b"") * 3_000),
        "bad-encoding",
    ),
    "/empty-gzip-blocks": (
        floods(head(Content_Encoding="gzip") + b"\x1f\x8b\x08\0\0\0\0\0\0\xff", b"\0\0\0\xff\xff" * 20_000),
        "body-too-large",
    ),
    "/negative-length": (raw(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n" + FEED), "protocol-broken"),
    "/length-of-zeros": (
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: " + b"0" * 5000 + b"99999999\r\n\r\n" + FEED),
        "body-too-large",
    ),
    "/status-nought-with-a-body": (
        raw(b"HTTP/1.1 000 OK\r\nContent-Length: 2\r\n\r\nok"),
        "protocol-broken",
    ),
    "/to-no-port": (redirect("http://127.0.0.1:99999/"), "bad-redirect"),
    "/to-a-port-of-many-digits": (redirect("http://localhost:" + "9" * 30 + "/"), "bad-redirect"),
    "/to-port-nought": (redirect("http://127.0.0.1:0/"), "bad-redirect"),
    "/to-no-punycode": (redirect("http://xn--a/"), "bad-redirect"),
    "/two-lengths": (
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 700\r\n\r\n" + FEED),
        "protocol-broken",
    ),
    "/length-and-chunks": (
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        "protocol-broken",
    ),
    "/other-protocol": (
        raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"),
        "http-error",
    ),
    "/part": (says(FEED, "206 Partial Content"), "http-error"),
    "/http-0.9": (raw(FEED), "protocol-broken"),
}

INSIDE = [
    "http://public.example@127.0.0.2:{port}/feed",
    "http://public.example\\@127.0.0.2:{port}/feed",
    "http://127.0.0.2:{port}#@public.example/feed",
    "http://127.0.0.2.:{port}/feed",
    "http://0x7f.0.0.2:{port}/feed",
    "http://127.0.2:{port}/feed",
    "http://2130706434:{port}/feed",
    "http://0:{port}/feed",
    "http://0.0.0.0:{port}/feed",
    "//127.0.0.2:{port}/feed",
    "http://[::1]:{port}/feed",
    "http://[::127.0.0.2]:{port}/feed",
    "http://[0:0:0:0:0:ffff:7f00:2]:{port}/feed",
    "http://[64:ff9b::7f00:2]:{port}/feed",
    "http://[2002:7f00:2::]:{port}/feed",
    "http://[fe80::1%25lo]:{port}/feed",
]


@pytest.mark.parametrize(("path", "name"), [(path, name) for path, (_, name) in FLOODS.items()])
async def test_a_flood_ends_and_has_its_name(path: str, name: str) -> None:
    async with serve({path: handler for path, (handler, _) in FLOODS.items()}) as server:
        bounds = Bounds(seconds=1.5, body=1024 * 1024)
        async with Fetcher(allow_private=["127.0.0.1/32"], spacing=0, bounds=bounds) as fetcher:
            outcome = await fetcher.get(server.url(path), now=NOW)
    assert outcome.error == name  # type: ignore[union-attr]


async def test_a_validator_that_cannot_be_sent_back_is_not_kept() -> None:
    """Else each further request would fail, without the server's doing."""
    async with (
        serve({"/feed": says(FEED, ETag='"a\0b"')}) as server,
        Fetcher(allow_private=["127.0.0.1/32"], spacing=0) as fetcher,
    ):
        outcome = await fetcher.get(server.url("/feed"), now=NOW)
    assert isinstance(outcome, Fetched)
    assert outcome.etag is None


@pytest.mark.parametrize("target", INSIDE)
async def test_no_spelling_of_an_address_leads_inside(target: str) -> None:
    async with (
        serve({"/feed": says(FEED), "/out": redirect(target)}, "0.0.0.0") as server,
        Fetcher(allow_private=["127.0.0.1/32"], spacing=0) as fetcher,
    ):
        outcome = await fetcher.get(server.url("/out"), now=NOW)
    assert outcome.error == "address-refused"  # type: ignore[union-attr]
    assert len(server.requests) == 1


def resolves(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[int]:
    """Let quay.example have these addresses, one list for each question; gives the questions' count."""
    asked = [0]
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *more: Any, **others: Any) -> Any:
        if host != "quay.example":
            return real(host, port, *more, **others)
        found = answers[min(asked[0], len(answers) - 1)]
        asked[0] += 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


async def test_of_a_names_addresses_only_those_allowed_are_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolves(monkeypatch, ["127.0.0.2", "127.0.0.1", "127.0.0.3"])
    reached: list[str] = []

    async def answer(writer: asyncio.StreamWriter, path: str) -> None:
        reached.append(writer.get_extra_info("sockname")[0])
        await says(FEED)(writer, path)

    async with (
        serve({"/feed": answer}, "0.0.0.0") as server,
        Fetcher(allow_private=["127.0.0.1/32"]) as fetcher,
    ):
        outcome = await fetcher.get(f"http://quay.example:{server.port}/feed", now=NOW)
    assert isinstance(outcome, Fetched)
    assert reached == ["127.0.0.1"]


async def test_names_that_are_never_answered_hold_up_no_other_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The store writes in the loop's own threads."""
    over = threading.Event()

    def getaddrinfo(*asked: Any, **others: Any) -> Any:
        over.wait(60)
        raise socket.gaierror(socket.EAI_AGAIN, "no answer")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    async with Fetcher() as fetcher:
        names = [f"http://quay{number}.example/" for number in range(40)]
        asked = [asyncio.create_task(fetcher.get(name, now=NOW)) for name in names]
        try:
            await asyncio.sleep(0.1)
            async with asyncio.timeout(30):
                assert await asyncio.to_thread(lambda: "written") == "written"
        finally:
            over.set()
        errors = {outcome.error for outcome in await asyncio.gather(*asked)}  # type: ignore[union-attr]
    assert errors == {"no-such-host"}


async def test_a_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resolves(monkeypatch, ["127.0.0.2", "10.0.0.1"])
    async with (
        serve({"/feed": says(FEED)}, "0.0.0.0") as server,
        Fetcher(allow_private=["127.0.0.1/32"]) as fetcher,
    ):
        outcome = await fetcher.get(f"http://quay.example:{server.port}/feed", now=NOW)
    assert outcome.error == "address-refused"  # type: ignore[union-attr]
    assert server.requests == []


async def test_a_name_that_changes_between_check_and_connection_gains_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The address that was judged is the one connected to; a later question is judged anew."""
    asked = resolves(monkeypatch, ["127.0.0.1"], ["127.0.0.2"])
    async with serve({"/feed": says(FEED)}, "0.0.0.0") as server:
        url = f"http://quay.example:{server.port}/feed"
        outcomes = []
        for _ in range(2):
            async with Fetcher(allow_private=["127.0.0.1/32"], spacing=0) as fetcher:
                outcomes.append(await fetcher.get(url, now=NOW))
    assert isinstance(outcomes[0], Fetched)
    assert outcomes[1].error == "address-refused"  # type: ignore[union-attr]
    assert (asked, len(server.requests)) == ([2], 1)
