"""Every misdeed of a server has its named error, within bounds."""

import gzip
from datetime import UTC, datetime

import pytest

from storage.model import Feed
from tests.sources import hostile
from tests.sources.hostile import FEED, Handler, raw, redirect, says, serve
from watchers import sources
from watchers.sources.base import Fetched
from watchers.sources.http import Bounds, Fetcher

NOW = datetime(2025, 6, 2, 12, 0, tzinfo=UTC)
PAGE = b"<!DOCTYPE html><html><head><title>Quay</title></head><body><p>Welcome.</p></body></html>"
DENIED = b"<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY>You don't have permission.</BODY></HTML>"
CHECK = b"<html><title>Just a moment...</title><body>Checking your browser before you proceed.</body></html>"

MISDEEDS: dict[str, tuple[Handler, str]] = {
    "/gzip-bomb": (hostile.gzip_bomb, "body-too-large"),
    "/announced-large": (raw(hostile.head(length=10**12)), "body-too-large"),
    "/endless-body": (hostile.endless_body, "body-too-large"),
    "/two-layers-announced": (
        says(gzip.compress(gzip.compress(FEED)), Content_Encoding="gzip, gzip"),
        "bad-encoding",
    ),
    "/two-layers-hidden": (says(gzip.compress(gzip.compress(FEED)), Content_Encoding="gzip"), "not-a-feed"),
    "/brotli": (says(b"\x0b\x02\x80feed\x03", Content_Encoding="br"), "bad-encoding"),
    "/deflate": (says(b"feed", Content_Encoding="deflate"), "bad-encoding"),
    "/no-gzip-inside": (says(FEED, Content_Encoding="gzip"), "bad-encoding"),
    "/gzip-cut-off": (says(gzip.compress(FEED)[:-9], Content_Encoding="gzip"), "bad-encoding"),
    "/slow-drip": (hostile.slow_drip, "timed-out"),
    "/slow-headers": (hostile.slow_headers, "timed-out"),
    "/silence": (hostile.silence, "timed-out"),
    "/endless-headers": (hostile.endless_headers, "headers-too-large"),
    "/endless-header": (raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000), "headers-too-large"),
    "/body-cut-off": (raw(hostile.head(length=10_000) + FEED), "body-truncated"),
    "/chunks-cut-off": (hostile.cut_chunks, "body-truncated"),
    "/not-http": (raw(b"SSH-2.0-quay\r\n"), "protocol-broken"),
    "/hangs-up": (raw(b""), "protocol-broken"),
    "/loop": (redirect("/loop"), "too-many-redirects"),
    "/ping": (redirect("/pong"), "too-many-redirects"),
    "/pong": (redirect("/ping"), "too-many-redirects"),
    "/to-metadata": (redirect("http://169.254.169.254/latest/meta-data"), "address-refused"),
    "/to-loopback": (redirect("http://127.0.0.2:{port}/feed"), "address-refused"),
    "/to-odd-loopback": (redirect("http://2130706434:{port}/feed"), "address-refused"),
    "/to-mapped-loopback": (redirect("http://[::ffff:127.0.0.2]:{port}/feed"), "address-refused"),
    "/to-file": (redirect("file:///etc/passwd"), "bad-redirect"),
    "/to-ftp": (redirect("ftp://quay.example/feed"), "bad-redirect"),
    "/to-nowhere": (raw(hostile.head("302 Found", length=0)), "bad-redirect"),
    "/to-script": (redirect("javascript:alert(1)"), "bad-redirect"),
    "/gone": (says(b"", "410 Gone"), "gone"),
    "/not-found": (says(PAGE, "404 Not Found"), "not-found"),
    "/forbidden": (says(DENIED, "403 Forbidden"), "access-denied"),
    "/rate-limited": (says(b"", "429 Too Many Requests"), "rate-limited"),
    "/server-failed": (says(b"", "503 Service Unavailable"), "server-failed"),
    "/teapot": (says(b"", "418 I'm a teapot"), "http-error"),
    "/empty": (says(b""), "empty-body"),
    "/blank": (says(b" \r\n\t\n"), "empty-body"),
    "/web-page": (says(PAGE), "web-page"),
    "/access-denied-as-200": (says(DENIED), "firewall-page"),
    "/browser-check": (says(CHECK), "firewall-page"),
    "/picture": (says(b"\x89PNG\r\n\x1a\n" + bytes(2000)), "not-a-feed"),
    "/plain-words": (says(b"Feed temporarily moved, sorry."), "not-a-feed"),
    "/other-json": (says(b'{"error": "no such feed"}', Content_Type="application/json"), "not-a-feed"),
    "/json-cut-off": (
        says(b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1"'),
        "broken-feed",
    ),
    "/json-deep": (says(b'{"items": ' + b"[" * 200_000), "broken-feed"),
    "/xml-cut-off": (says(FEED[:60]), "broken-feed"),
    "/one-endless-author": (
        says(
            FEED.replace(
                b"</item>", b"<author>a@" + b"a-" * 80_000 + b"</author><title><b>x</b></title></item>"
            )
        ),
        "parse-too-costly",
    ),
}

SURVIVED: dict[str, tuple[Handler, int]] = {
    "/entity-bomb": (
        says(
            b'<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">'
            + b"".join(
                b'<!ENTITY a%d "%s">' % (n, b"&a%s;" % (str(n - 1).encode() if n else b"") * 10)
                for n in range(12)
            )
            + b"]>"
            + FEED.removeprefix(b'<?xml version="1.0"?>').replace(b"A crane.", b"&a9;")
        ),
        2,
    ),
    "/outside-entity": (
        says(
            b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            + FEED[21:].replace(b"A crane.", b"&x;")
        ),
        2,
    ),
    "/crowd-of-categories": (
        says(FEED.replace(b"<guid>", b"<category>c</category>" * 60_000 + b"<guid>")),
        2,
    ),
    "/deep": (says(FEED.replace(b"A crane.", b"<b>" * 3000 + b"A crane." + b"</b>" * 3000)), 2),
    "/cut-in-an-entry": (says(FEED[:-150]), 2),
    "/wrong-charset": (
        says(FEED.replace(b"A crane", "Une grúa".encode("latin-1")), Content_Type="text/xml; charset=utf-8"),
        2,
    ),
    "/utf-16": (says(FEED.decode().encode("utf-16")), 2),
    "/html-type": (says(FEED, Content_Type="text/html"), 2),
    "/blank-lines-first": (says(b"\n\n  " + FEED), 2),
    "/gzip": (says(gzip.compress(FEED), Content_Encoding="gzip"), 2),
    "/chain/": (hostile.chain, 2),
}
ROUTES = {path: handler for path, (handler, _) in (MISDEEDS | SURVIVED).items()}  # type: ignore[operator]


async def attempt(path: str) -> tuple[str, int]:
    """The error's name ("" for none) and the number of entries."""
    async with (
        serve(ROUTES) as server,
        Fetcher(allow_private=["127.0.0.1/32"], spacing=0, bounds=Bounds(seconds=1.5)) as fetcher,
    ):
        feed = Feed(id=1, url=server.url(path))
        outcome = await sources.fetch(fetcher, feed, NOW)
        if not isinstance(outcome, Fetched):
            return outcome.error, 0  # type: ignore[union-attr]
        try:
            return "", len((await sources.parse_off_loop(outcome, feed)).entries)
        except sources.SourceError as error:
            return error.name, 0


@pytest.mark.parametrize(("path", "name"), [(path, name) for path, (_, name) in MISDEEDS.items()])
async def test_a_misdeed_has_its_name(path: str, name: str) -> None:
    assert await attempt(path) == (name, 0)


@pytest.mark.parametrize(("path", "count"), [(path, count) for path, (_, count) in SURVIVED.items()])
async def test_what_can_be_read_is_read(path: str, count: int) -> None:
    assert await attempt(path if path != "/chain/" else "/chain/5") == ("", count)


async def test_the_sixth_redirect_is_one_too_many() -> None:
    assert await attempt("/chain/6") == ("too-many-redirects", 0)


async def test_no_server_there_is_a_failed_connection() -> None:
    async with Fetcher(allow_private=["127.0.0.1"]) as fetcher:
        outcome = await fetcher.get("http://127.0.0.1:1/", now=NOW)
    assert (outcome.error, outcome.status) == ("connect-failed", None)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://nosuch.invalid/feed", "no-such-host"),
        (f"http://{'9' * 64}.invalid/feed", "no-such-host"),
        ("http://127.0.0.1/", "address-refused"),
        ("http://127.1/", "address-refused"),
        ("http://2130706433/", "address-refused"),
        ("http://0x7f000001/", "address-refused"),
        ("http://0177.0.0.1/", "bad-address"),
        ("http://[::1]/", "address-refused"),
        ("http://[::ffff:7f00:1]/", "address-refused"),
        ("http://[64:ff9b::7f00:1]/", "address-refused"),
        ("http://localhost/", "address-refused"),
        ("http://LOCALHOST/", "address-refused"),
        ("http://①②⑦.⓪.⓪.①/", "bad-address"),
        ("ftp://quay.example/", "bad-address"),
        ("file:///etc/passwd", "bad-address"),
        ("quay.example/feed", "bad-address"),
        ("http:///feed", "bad-address"),
        ("http://quay.example:65536/", "bad-address"),
        ("http://xn--a/", "bad-address"),
        ("", "bad-address"),
    ],
)
async def test_an_address_that_is_not_for_feeds_is_refused(url: str, name: str) -> None:
    async with Fetcher() as fetcher:
        outcome = await fetcher.get(url, now=NOW)
    assert outcome.error == name  # type: ignore[union-attr]
