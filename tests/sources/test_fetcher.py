"""One polite GET: what is sent, what comes back as which value."""

import asyncio
import base64
import gc
import gzip
import itertools
import tracemalloc
import urllib.parse
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import respx

from storage.model import Feed
from tests.sources.clocks import Clock
from tests.sources.hostile import FEED, Handler, head, raw, redirect, says, serve
from watchers import polling, sources
from watchers.sources import http
from watchers.sources.base import Failed, Fetched, NotModified
from watchers.sources.http import Fetcher

NOW = datetime(2025, 6, 2, 12, 0, tzinfo=UTC)
URL = "https://quay.example/feed"


def fetcher_to(answer: Callable[[httpx.Request], httpx.Response], clock: Clock | None = None) -> Fetcher:
    clock = clock or Clock()
    return Fetcher(
        transport=httpx.MockTransport(answer),
        version="1.2",
        contact="ops@quay.example",
        clock=clock,
        sleep=clock.sleep,
    )


async def test_a_first_request_is_unconditional_and_says_who_asks() -> None:
    async with (
        serve({"/feed": says(FEED)}) as server,
        Fetcher(allow_private=["127.0.0.1"], version="1.2", contact="ops@quay.example") as fetcher,
    ):
        await fetcher.get(server.url("/feed"), now=NOW)
    lines = server.requests[0].split("\r\n")
    assert lines[0] == "GET /feed HTTP/1.1"
    assert sorted(line.split(":")[0] for line in lines[1:] if line) == [
        "Accept",
        "Accept-Encoding",
        "Host",
        "User-Agent",
    ]
    assert "User-Agent: Movewire/1.2 (+ops@quay.example)" in lines
    assert "Accept-Encoding: gzip" in lines


@pytest.mark.parametrize("etag", ['"a"', 'W/"x y"', "unquoted", '"caf\xe9"', '"' + "x" * 900 + '"'])
async def test_validators_come_back_byte_for_byte(etag: str) -> None:
    modified = "mon, 2 june 2025 something"
    answer = head(length=len(FEED)).replace(
        b"\r\n\r\n",
        b"\r\nETag: " + etag.encode() + b"\r\nLast-Modified: " + modified.encode() + b"\r\n\r\n",
    )
    async with (
        serve({"/feed": raw(answer + FEED)}) as server,
        Fetcher(allow_private=["127.0.0.1"], spacing=0) as fetcher,
    ):
        first = await fetcher.get(server.url("/feed"), now=NOW)
        assert isinstance(first, Fetched)
        assert (first.etag, first.last_modified) == (etag, modified)
        await fetcher.get(server.url("/feed"), now=NOW, etag=first.etag, last_modified=first.last_modified)
    sent = server.requests[1].encode("latin-1").decode()
    assert f"If-None-Match: {etag}\r\nIf-Modified-Since: {modified}\r\n" in sent


async def test_a_validator_that_cannot_be_sent_back_is_not_taken() -> None:
    answer = head(length=len(FEED)).replace(b"\r\n\r\n", b'\r\nETag: "caf\xe9"\r\n\r\n')
    async with (
        serve({"/feed": raw(answer + FEED)}) as server,
        Fetcher(allow_private=["127.0.0.1"], spacing=0) as fetcher,
    ):
        outcome = await fetcher.get(server.url("/feed"), now=NOW)
    assert isinstance(outcome, Fetched)
    assert outcome.etag is None


async def test_no_cookie_is_kept_and_no_referer_sent() -> None:
    routes = {"/feed": redirect("/there"), "/there": says(FEED, Set_Cookie="visitor=1; Path=/")}
    async with serve(routes) as server, Fetcher(allow_private=["127.0.0.1"], spacing=0) as fetcher:
        await fetcher.get(server.url("/feed"), now=NOW)
        await fetcher.get(server.url("/feed"), now=NOW)
    sent = "".join(server.requests).lower()
    assert len(server.requests) == 4
    assert "cookie" not in sent
    assert "referer" not in sent


def conditional(requests: list[str]) -> list[bool]:
    return ["If-None-Match" in request or "If-Modified-Since" in request for request in requests]


async def test_validators_go_to_the_address_that_gave_them_and_to_no_other() -> None:
    mine = {"ETag": '"1"', "Last_Modified": "Mon, 02 Jun 2025 07:05:09 GMT"}
    routes = {"/feed": redirect("/there"), "/there": says(FEED, **mine), "/own": says(FEED, **mine)}
    async with serve(routes) as server, Fetcher(allow_private=["127.0.0.1"], spacing=0) as fetcher:
        found = await fetcher.get(server.url("/own"), now=NOW)
        assert isinstance(found, Fetched)
        kept = {"etag": found.etag, "last_modified": found.last_modified, "now": NOW}
        await fetcher.get(server.url("/own"), **kept)
        await fetcher.get(server.url("/feed"), **kept)  # it has begun to redirect since
        await fetcher.get(server.url("/feed"), validates=server.url("/there"), **kept)
        await fetcher.get(server.url("/own"), validates=server.url("/there"), **kept)  # and no more
    assert conditional(server.requests) == [False, True, True, False, False, True, False]


async def test_a_feed_that_moves_is_read_though_its_new_place_has_the_same_entity_tag() -> None:
    def stays(request: httpx.Request) -> httpx.Response:
        if request.headers.get("If-None-Match") == '"1"':
            return httpx.Response(304)
        return httpx.Response(200, content=FEED, headers={"ETag": '"1"'})

    def moved(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/feed":
            return httpx.Response(302, headers={"Location": "/there"})
        return stays(request)

    feed, bounds = Feed(id=1, url=URL), polling.Bounds()
    for ask, expected, validates in (
        (stays, Fetched, None),
        (stays, NotModified, None),
        (moved, Fetched, "https://quay.example/there"),
        (moved, NotModified, "https://quay.example/there"),
        (stays, Fetched, None),
    ):
        outcome = await sources.fetch(fetcher_to(ask), feed, NOW)
        assert type(outcome) is expected
        feed = polling.schedule(feed, outcome, None, NOW, bounds)
        assert (feed.etag, feed.validates) == ('"1"', validates)


async def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with serve({"/feed": says(FEED)}) as server, Fetcher(allow_private=["127.0.0.1"]) as fetcher:
        assert isinstance(await fetcher.get(server.url("/feed"), now=NOW), Fetched)


async def test_credentials_of_an_address_reach_its_own_server_and_no_other() -> None:
    async with serve({"/feed": says(FEED)}, "127.0.0.2") as other:
        routes = {
            "/own": redirect("/feed"),
            "/away": redirect(f"http://127.0.0.2:{other.port}/feed"),
            "/feed": says(FEED),
        }
        async with serve(routes) as server, Fetcher(allow_private=["127.0.0.0/8"], spacing=0) as fetcher:
            for path in ("/own", "/away"):
                outcome = await fetcher.get(f"http://reader:secret@127.0.0.1:{server.port}{path}", now=NOW)
                assert isinstance(outcome, Fetched)
    basic = "Authorization: Basic " + base64.b64encode(b"reader:secret").decode()
    assert [basic in request for request in server.requests] == [True, True, True]
    assert ["Authorization" in request for request in other.requests] == [False]


async def test_a_secret_in_an_address_is_in_no_failure() -> None:
    async with Fetcher(allow_private=["127.0.0.1"]) as fetcher:
        for url in (
            "http://reader:hunter2@127.0.0.1:1/?key=hunter2",
            "http://reader:hunter2@10.0.0.1/",
            "ftp://a:hunter2@b/",
        ):
            outcome = await fetcher.get(url, now=NOW)
            assert "hunter2" not in repr(outcome)


async def test_a_304_is_not_modified_with_what_it_says_of_freshness() -> None:
    fetcher = fetcher_to(lambda request: httpx.Response(304, headers={"Cache-Control": "max-age=900"}))
    assert await fetcher.get(URL, now=NOW, etag='"1"') == NotModified(url=URL, max_age=timedelta(minutes=15))


async def test_a_304_that_nobody_asked_for_is_a_failure() -> None:
    outcome = await fetcher_to(lambda request: httpx.Response(304)).get(URL, now=NOW)
    assert isinstance(outcome, Failed)
    assert outcome.error == "protocol-broken"


async def test_retry_after_of_429_and_503_is_told() -> None:
    for status, name in ((429, "rate-limited"), (503, "server-failed")):
        fetcher = fetcher_to(
            lambda request, status=status: httpx.Response(status, headers={"Retry-After": "90"})
        )
        expected = Failed(
            error=name, detail=f"HTTP {status}", status=status, retry_after=timedelta(seconds=90)
        )
        assert await fetcher.get(URL, now=NOW) == expected


async def test_a_host_that_asks_for_patience_is_left_alone_by_its_other_feeds() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(429, headers={"Retry-After": "600"})

    clock = Clock()
    fetcher = fetcher_to(answer, clock)
    await fetcher.get("https://quay.example/a", now=NOW)
    second = await fetcher.get("https://quay.example/b", now=NOW)
    assert isinstance(second, Failed)
    assert (second.error, second.asked, asked) == ("rate-limited", False, ["/a"])
    clock.now += 601
    await fetcher.get("https://quay.example/b", now=NOW)
    assert asked == ["/a", "/b"]


async def test_one_host_is_asked_one_at_a_time_a_second_apart_after_each_answer() -> None:
    clock = Clock()
    under_way = 0
    most = 0
    times: list[float] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        times.append(clock.now)
        await asyncio.sleep(0)
        clock.now += 0.25
        under_way -= 1
        return httpx.Response(200, content=FEED)

    fetcher = fetcher_to(answer, clock)  # type: ignore[arg-type]
    await asyncio.gather(*(fetcher.get(f"https://QUAY.example:{8000 + n}/{n}", now=NOW) for n in range(4)))
    assert most == 1
    assert [round(after - before, 3) for before, after in itertools.pairwise(times)] == [
        1.25,
        1.25,
        1.25,
    ]


async def test_hosts_are_asked_side_by_side() -> None:
    gate = asyncio.Barrier(3)

    async def answer(request: httpx.Request) -> httpx.Response:
        await gate.wait()
        return httpx.Response(200, content=FEED)

    fetcher = fetcher_to(answer)  # type: ignore[arg-type]
    outcomes = await asyncio.gather(*(fetcher.get(f"https://h{n}.example/", now=NOW) for n in range(3)))
    assert [type(outcome) for outcome in outcomes] == [Fetched] * 3


async def test_a_redirect_on_the_same_host_waits_its_second_too() -> None:
    clock = Clock()

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/feed":
            return httpx.Response(302, headers={"Location": "/there"})
        return httpx.Response(200, content=FEED)

    outcome = await fetcher_to(answer, clock).get(URL, now=NOW)
    assert isinstance(outcome, Fetched)
    assert (outcome.url, outcome.permanent_redirect, clock.slept) == (
        "https://quay.example/there",
        None,
        [1.0],
    )


async def test_only_an_unbroken_line_of_permanent_redirects_is_permanent() -> None:
    hops = {"/feed": (301, "/b"), "/b": (308, "/c"), "/c": (302, "/d"), "/d": (301, "/e")}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path in hops:
            status, target = hops[request.url.path]
            return httpx.Response(status, headers={"Location": target})
        return httpx.Response(200, content=FEED)

    outcome = await fetcher_to(answer).get(URL, now=NOW)
    assert isinstance(outcome, Fetched)
    assert (outcome.url, outcome.permanent_redirect) == ("https://quay.example/e", "https://quay.example/c")


async def test_each_request_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "httpx")
    async with fetcher_to(lambda request: httpx.Response(404)) as fetcher:
        await fetcher.get(URL, now=NOW)
        await fetcher.get("https://reader:pass@quay.example/own", now=NOW)
    first, second = (record.getMessage() for record in caplog.records)
    assert first == f"HTTP Request: GET {URL} 404"
    assert "/own" in second


async def test_nothing_is_kept_of_where_a_feed_redirects_to() -> None:
    numbers = itertools.count()

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/feed":
            return httpx.Response(302, headers={"Location": f"/{next(numbers)}?{'q' * 15_000}"})
        return httpx.Response(404)

    async with fetcher_to(answer) as fetcher:
        await fetcher.get(URL, now=NOW)
        tracemalloc.start()
        try:
            for _ in range(100):
                await fetcher.get(URL, now=NOW)
            urllib.parse.clear_cache()  # the last 128 of any addresses
            gc.collect()
            kept, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert kept < 20 * 15_000


async def test_a_body_is_counted_as_it_came_over_the_wire() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield FEED[:10]
        yield FEED[10:]

    outcome = await fetcher_to(lambda request: httpx.Response(200, content=pieces())).get(URL, now=NOW)
    assert isinstance(outcome, Fetched)
    assert (outcome.body, outcome.received) == (FEED, len(FEED))


@pytest.mark.parametrize("packed", [False, True])
async def test_a_large_body_lets_others_go_first_and_no_other_does(
    packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def feed(size: int) -> Handler:
        body = bytes(size)
        return says(gzip.compress(body), Content_Encoding="gzip") if packed else says(body)

    monkeypatch.setattr(http, "ASIDE", 3600.0)  # whoever stands aside is noticed
    async with (
        serve({"/small": feed(http.LARGE), "/large": feed(2 * http.LARGE)}) as server,
        Fetcher(allow_private=["127.0.0.1"], spacing=0, bounds=http.Bounds(seconds=2)) as fetcher,
    ):
        small, large = [await fetcher.get(server.url(path), now=NOW) for path in ("/small", "/large")]
    assert isinstance(small, Fetched)
    assert isinstance(large, Failed)
    assert large.error == "timed-out"


@respx.mock(using="httpx")
async def test_respx_sees_the_requests(respx_mock: respx.MockRouter) -> None:
    route = respx_mock.get(URL).respond(200, content=FEED, headers={"ETag": '"7"'})
    async with Fetcher() as fetcher:
        outcome = await fetcher.get(URL, now=NOW)
    assert isinstance(outcome, Fetched)
    assert (outcome.etag, route.call_count) == ('"7"', 1)
