"""One sweep over many servers: who hangs holds up nobody."""

import asyncio
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from storage.model import Feed
from storage.sqlite import open_store
from tests.sources import hostile
from tests.sources.hostile import FEED, says, serve
from watchers import finished as finished_polls
from watchers.finished import MOST_BODIES, MOST_NEWS, Answered, Finished
from watchers.pipeline import Pipeline
from watchers.polling import Bounds
from watchers.sources import http
from watchers.sources.base import NotModified, ParsedFeed
from watchers.sources.http import Fetcher
from watchers.sweep import Sweep, SweepReport, ahead

NOW = datetime(2025, 6, 2, 12, 0, tzinfo=UTC)


async def swept(
    path: Path, urls: list[str], *, seconds: float, more_after: int = 0
) -> tuple[SweepReport, dict[str, float]]:
    """Sweep over ``urls``, the last ``more_after`` of them due only once the sweep is under way.

    Gives the report and when each feed's new state was stored, in seconds after the start.
    """
    now = datetime.now(UTC)
    with open_store(path, now=now) as store:
        for url in urls:
            store.feeds.add(url, now=now)
        feeds = store.feeds.due(now)
        late = {feed.id for feed in feeds[len(feeds) - more_after :]} if more_after else set[int]()
        began = time.monotonic()
        stored: dict[str, float] = {}
        finish = store.feeds.finish_polls

        def timed(polls, decide):  # type: ignore[no-untyped-def]
            done = finish(polls, decide)
            stored.update((poll.feed.url, time.monotonic() - began) for poll in polls)
            return done

        store.feeds.finish_polls = timed  # type: ignore[method-assign]

        def more(under_way: frozenset[int]) -> list[Feed]:
            due = store.feeds.due(datetime.now(UTC)) if time.monotonic() - began > 0.5 else []
            return [feed for feed in due if feed.id not in under_way]

        sweep = Sweep(
            store,
            Pipeline(store, lambda: ()),
            clock=lambda: datetime.now(UTC),
            bounds=Bounds(),
        )
        async with Fetcher(allow_private=["127.0.0.0/8"], bounds=http.Bounds(seconds=seconds)) as fetcher:
            report = await sweep.run(
                fetcher, [feed for feed in feeds if feed.id not in late], more=more if more_after else None
            )
    return report, stored


async def test_what_becomes_due_meanwhile_does_not_wait_for_a_server_that_hangs(tmp_path: Path) -> None:
    async with serve({"/silence": hostile.silence, "/feed": says(FEED)}, "0.0.0.0") as server:
        urls = [f"http://127.0.0.2:{server.port}/silence", f"http://127.0.0.3:{server.port}/feed"]
        report, stored = await swept(tmp_path / "a.db", urls, seconds=6.0, more_after=1)
    assert [error.split(":")[0] for _, error in report.failed] == ["timed-out"]
    assert report.polled == 2
    assert list(stored) == [urls[1], urls[0]]


async def test_trouble_and_recovery_stand_in_the_outbox_once_each(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    routes = {"/feed": says(b"", "404 Not Found")}
    async with serve(routes) as server:
        with open_store(tmp_path / "a.db", now=now) as store:
            store.feeds.add(server.url("/feed"), title="Quay", now=now)
            sweep = Sweep(
                store, Pipeline(store, lambda: ()), clock=lambda: now, bounds=Bounds(), ops="channel:9"
            )
            async with Fetcher(allow_private=["127.0.0.1"], spacing=0) as fetcher:
                for _ in range(5):
                    await sweep.run(fetcher, store.feeds.all())
                routes["/feed"] = says(FEED)
                for _ in range(2):
                    await sweep.run(fetcher, store.feeds.all())
            [notice] = store.claims.claim_due(now, lease=timedelta(minutes=1), worker="w")
    assert notice.destination == "channel:9"
    assert notice.alert.why == (
        "Quay failed 3 times in a row, last with not-found: HTTP 404",
        "Quay is back",
    )


async def test_after_an_outage_of_our_own_the_first_answer_hurries_the_others(tmp_path: Path) -> None:
    now, away = datetime.now(UTC), False

    def answer(request: httpx.Request) -> httpx.Response:
        if away:
            raise httpx.ConnectError("Network is unreachable")
        return httpx.Response(200, content=FEED)

    def waits() -> list[timedelta]:
        return [feed.next_due - now for feed in store.feeds.all() if feed.next_due]

    with open_store(tmp_path / "a.db", now=now) as store:
        for number in range(4):
            store.feeds.add(f"https://{number}.example/feed", now=now)
        sweep = Sweep(store, Pipeline(store, lambda: ()), clock=lambda: now, bounds=Bounds())
        async with Fetcher(transport=httpx.MockTransport(answer), spacing=0) as fetcher:
            await sweep.run(fetcher, store.feeds.all())
            away = True
            for _ in range(4):
                await sweep.run(fetcher, store.feeds.all())
            assert min(waits()) >= timedelta(minutes=80)
            away = False
            await sweep.run(fetcher, store.feeds.all()[:1])
        assert max(waits()[1:]) < timedelta(minutes=5)


async def test_as_long_as_the_store_is_behind_no_more_is_asked_than_memory_shall_hold(tmp_path: Path) -> None:
    """The first commit takes until the fetches have stopped; then all that was due is stored."""
    now, asked, most = datetime.now(UTC), 0, MOST_BODIES + http.AT_ONCE + 2 * MOST_NEWS
    settled = threading.Event()

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        return httpx.Response(200, content=FEED)

    async def settle() -> None:
        before = -1
        while before != asked or not asked:
            before = asked
            await asyncio.sleep(0.3)
        settled.set()

    with open_store(tmp_path / "a.db", now=now) as store:
        for number in range(most + 100):
            store.feeds.add(f"https://{number}.example/feed", now=now)
        finish = store.feeds.finish_polls

        def slow(polls, decide):  # type: ignore[no-untyped-def]
            settled.wait(30)
            held.append(asked)
            return finish(polls, decide)

        held: list[int] = []
        store.feeds.finish_polls = slow  # type: ignore[method-assign]
        sweep = Sweep(store, Pipeline(store, lambda: ()), clock=lambda: now, bounds=Bounds())
        async with Fetcher(transport=httpx.MockTransport(answer), spacing=0) as fetcher:
            waiter = asyncio.create_task(settle())
            report = await sweep.run(fetcher, store.feeds.all())
            await waiter
    assert held[0] <= most
    assert report.changed == asked == most + 100


def poll(number: int, *, news: bool = False, size: int = 0) -> Answered:
    parsed = ParsedFeed(format="rss20") if news else None
    feed = Feed(id=number, url=f"https://quay.example/{number}")
    return Answered(before=feed, outcome=NotModified(url=feed.url), parsed=parsed, at=NOW, size=size)


async def test_news_that_may_wait_takes_along_those_that_wait() -> None:
    finished = Finished(0.001)
    for one in (poll(1), poll(2), poll(3, news=True)):
        await finished.put(one)
    assert [one.before.id for one in await finished.take()] == [1, 2, 3]


async def test_news_that_shall_not_wait_goes_alone_and_the_others_in_their_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(finished_polls, "QUIET_WAIT", 0.5)
    finished = Finished(0.0)
    for one in (poll(1), poll(2), poll(3, news=True)):
        await finished.put(one)
    assert [one.before.id for one in await finished.take()] == [3]
    assert [one.before.id for one in await finished.take()] == [1, 2]


async def test_those_whose_time_has_come_go_with_the_news(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finished_polls, "QUIET_WAIT", 0.0)
    finished = Finished(0.0)
    await finished.put(poll(1))
    await finished.put(poll(2, news=True))
    assert [one.before.id for one in await finished.take()] == [1, 2]


async def test_those_whose_timer_rang_a_little_early_are_not_left_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asyncio.get_running_loop(), "_clock_resolution", 60.0)  # a very coarse clock
    monkeypatch.setattr(finished_polls, "QUIET_WAIT", 30.0)
    finished = Finished(0.0)
    await finished.put(poll(1))
    for _ in range(2):
        await asyncio.sleep(0)  # it rings
    await finished.put(poll(2, news=True))
    assert [one.before.id for one in await finished.take()] == [1, 2]


async def test_at_the_end_all_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finished_polls, "QUIET_WAIT", 3600.0)
    finished = Finished(0.0)
    await finished.put(poll(1))
    await finished.put(poll(2, news=True))
    finished.end()
    assert [one.before.id for one in await finished.take()] == [1, 2]


async def test_polls_without_news_wait_for_each_other_until_there_are_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(finished_polls, "LARGEST_BATCH", 2)
    monkeypatch.setattr(finished_polls, "QUIET_WAIT", 3600.0)
    finished = Finished(0.0)
    await finished.put(poll(1))
    taken = asyncio.create_task(finished.take())
    await asyncio.sleep(0)
    assert not taken.done()
    await finished.put(poll(2))
    assert len(await taken) == 2


async def test_of_all_feeds_at_once_those_with_news_wait_for_each_other_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(finished_polls, "MOST_NEWS", 2)
    monkeypatch.setattr(finished_polls, "QUIET_WAIT", 3600.0)
    finished = Finished(3600.0)
    await finished.put(poll(1, news=True))
    taken = asyncio.create_task(finished.take())
    await asyncio.sleep(0)
    assert not taken.done()
    await finished.put(poll(2, news=True))
    assert len(await taken) == 2


async def test_large_bodies_do_not_wait_until_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finished_polls, "MOST_READ", 1000)
    finished = Finished(3600.0)
    await finished.put(poll(1, news=True, size=999))
    taken = asyncio.create_task(finished.take())
    await asyncio.sleep(0)
    assert not taken.done()
    await finished.put(poll(2, news=True, size=1))
    assert len(await taken) == 2


async def test_half_of_a_pass_does_not_wait_for_one_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finished_polls, "QUIET_WAIT", 3600.0)
    finished = Finished(3600.0)
    finished.expect(4)
    await finished.put(poll(1))
    taken = asyncio.create_task(finished.take())
    await asyncio.sleep(2 * finished_polls.LULL)
    assert not taken.done()  # three are to come
    await finished.put(poll(2))
    await finished.put(poll(3, news=True))
    assert len(await taken) == 3


async def test_news_shortens_the_wait_of_those_that_came_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finished_polls, "QUIET_WAIT", 3600.0)
    finished = Finished(0.001)
    await finished.put(poll(1))
    await finished.put(poll(2, news=True))
    assert len(await finished.take()) == 2


async def test_polls_without_news_do_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finished_polls, "QUIET_WAIT", 0.0)
    finished = Finished(0.0)
    await finished.put(poll(1))
    assert len(await finished.take()) == 1


async def test_who_has_finished_waits_while_the_writer_is_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finished_polls, "LARGEST_BATCH", 1)
    finished = Finished(0.0)
    await finished.put(poll(1))
    second = asyncio.create_task(finished.put(poll(2)))
    await asyncio.sleep(0)
    assert not second.done()
    assert len(await finished.take()) == 1
    await second
    finished.end()
    assert [len(await finished.take()), len(await finished.take())] == [1, 0]


async def test_a_fault_of_ours_over_one_feed_leaves_the_others_heard(tmp_path: Path) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "bad.example":
            raise RuntimeError("nobody foresaw this")
        return httpx.Response(200, content=FEED, headers={"Content-Type": "application/rss+xml"})

    now = datetime.now(UTC)
    with open_store(tmp_path / "m.db", now=now) as store:
        for host in ("bad", "good"):
            store.feeds.add(f"https://{host}.example/feed", now=now)
        sweeping = Sweep(store, Pipeline(store, lambda: ()), clock=lambda: datetime.now(UTC), bounds=Bounds())
        async with Fetcher(transport=httpx.MockTransport(answer)) as fetcher:
            report = await sweeping.run(fetcher, store.feeds.due(now))
        assert report.failed == [
            (
                "https://bad.example/feed",
                "our-fault: RuntimeError, a fault of ours; please report it with the log",
            )
        ]
        assert report.changed == 1
        bad = store.feeds.get("https://bad.example/feed")
        assert bad is not None
        assert bad.failures == 1


def test_what_is_planned_for_one_second_is_spread_over_it() -> None:
    feeds = [Feed(id=number, url=f"https://quay.example/{number}", next_due=NOW) for number in range(1, 101)]
    moments = sorted(ahead(feed, NOW) for feed in feeds)
    gaps = [later - sooner for sooner, later in pairwise(moments)]
    assert moments[0] >= 0.0
    assert moments[-1] <= 1.0
    assert max(gaps) < 0.03


def test_what_is_late_is_asked_at_once() -> None:
    feed = Feed(id=7, url="https://quay.example/7", next_due=NOW)
    assert ahead(feed, NOW + timedelta(seconds=1)) == 0.0
    assert ahead(replace(feed, next_due=None), NOW) == 0.0
