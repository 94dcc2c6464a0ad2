"""The thread beside the loop: everybody gets their own answer, whatever becomes of the others."""

import asyncio
import threading

import pytest

from storage.model import Feed
from watchers.sources.base import BrokenFeed, Fetched, ParsedFeed
from watchers.sources.desk import Desk

FEED = Feed(id=1, url="https://quay.example/feed")


def fetched(body: bytes) -> Fetched:
    return Fetched(url=FEED.url, body=body, body_hash=b"")


def read(body: bytes, url: str, content_type: str | None, feed: Feed) -> ParsedFeed:
    if body == b"broken":
        raise BrokenFeed("cut off")
    return ParsedFeed(format=body.decode())


async def test_each_asker_gets_what_became_of_their_body() -> None:
    desk = Desk(read)
    found = await asyncio.gather(
        *(desk.parse(fetched(body), FEED) for body in (b"one", b"broken", b"three")), return_exceptions=True
    )
    assert [one.format if isinstance(one, ParsedFeed) else type(one) for one in found] == [
        "one",
        BrokenFeed,
        "three",
    ]


async def test_what_waits_meanwhile_is_parsed_together_in_the_same_thread() -> None:
    threads: list[str] = []
    free = threading.Event()

    def note(body: bytes, url: str, content_type: str | None, feed: Feed) -> ParsedFeed:
        threads.append(threading.current_thread().name)
        return read(body, url, content_type, feed)

    desk = Desk(note)
    busy = asyncio.create_task(desk.run(free.wait, 10))
    await asyncio.sleep(0)
    asked = [asyncio.create_task(desk.parse(fetched(b"%d" % number), FEED)) for number in range(3)]
    await asyncio.sleep(0)
    assert threads == []
    free.set()
    assert [one.format for one in await asyncio.gather(*asked)] == ["0", "1", "2"]
    assert await busy
    assert len(set(threads)) == 1


async def test_who_does_not_wait_any_more_is_left_out() -> None:
    free = threading.Event()
    parsed: list[bytes] = []

    def note(body: bytes, url: str, content_type: str | None, feed: Feed) -> ParsedFeed:
        parsed.append(body)
        return read(body, url, content_type, feed)

    desk = Desk(note)
    busy = asyncio.create_task(desk.run(free.wait, 10))
    gone = asyncio.create_task(desk.parse(fetched(b"gone"), FEED))
    here = asyncio.create_task(desk.parse(fetched(b"here"), FEED))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    free.set()
    assert (await here).format == "here"
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert parsed == [b"here"]
    assert await busy


async def test_other_work_gives_its_result_or_its_error() -> None:
    desk = Desk(read)
    assert await desk.run(int, "7") == 7
    with pytest.raises(ValueError, match="invalid literal"):
        await desk.run(int, "seven")
    assert (await desk.parse(fetched(b"after"), FEED)).format == "after"


def test_a_loop_that_was_closed_does_not_stop_the_desk() -> None:
    free = threading.Event()
    desk = Desk(read)

    async def leave() -> None:
        busy = asyncio.create_task(desk.run(free.wait, 10))
        asked = asyncio.create_task(desk.parse(fetched(b"left"), FEED))
        await asyncio.sleep(0)
        for task in (busy, asked):
            task.cancel()

    asyncio.run(leave())
    free.set()

    async def ask() -> ParsedFeed:
        return await desk.parse(fetched(b"next"), FEED)

    assert asyncio.run(ask()).format == "next"
