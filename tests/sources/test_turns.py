"""One request at a time and a second apart for each host, whoever asks; who hangs holds up nobody."""

import asyncio
import errno
import os
import time
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import httpx
import pytest

from tests.sources import hostile
from tests.sources.clocks import Clock
from tests.sources.hostile import FEED, says, serve
from watchers.sources.base import Failed, Fetched
from watchers.sources.hosts import BUSY_WAIT, SLOW_AFTER, Hosts
from watchers.sources.http import Bounds, Fetcher
from watchers.sources.turns import Kept, SharedTurns, slot

NOW = datetime(2025, 6, 2, 12, 0, tzinfo=UTC)
HOST = "quay.example"
URL = f"https://{HOST}/feed"


def fetcher(turns: Path, clock: Clock, status: int = 200) -> Fetcher:
    """A fetcher as a process of its own would have it: only the file is shared."""

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, content=FEED, headers={"Retry-After": "3600"})

    transport = httpx.MockTransport(answer)
    return Fetcher(transport=transport, turns=turns, clock=clock, sleep=clock.sleep)


async def test_the_second_between_requests_outlasts_the_process(tmp_path: Path) -> None:
    clock = Clock()
    for _ in range(3):
        async with fetcher(tmp_path / "hosts", clock) as one:
            await one.get(URL, now=NOW)
    assert clock.slept == [1.0, 1.0]


async def test_what_a_host_asked_for_outlasts_the_process(tmp_path: Path) -> None:
    clock = Clock()
    async with fetcher(tmp_path / "hosts", clock, status=429) as one:
        await one.get(URL, now=NOW)
    clock.now += 1800
    async with fetcher(tmp_path / "hosts", clock) as other:
        outcome = await other.get(f"https://{HOST}/another", now=NOW)
        assert isinstance(outcome, Failed)
        assert (outcome.error, outcome.asked) == ("rate-limited", False)
        clock.now += 1900
        assert isinstance(await other.get(URL, now=NOW), Fetched)


async def test_two_processes_never_ask_a_host_at_the_same_time(tmp_path: Path) -> None:
    under_way, most = 0, 0

    async def answer(writer: asyncio.StreamWriter, path: str) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.1)
        under_way -= 1
        await says(FEED)(writer, path)

    async with serve({"/feed": answer}) as server:
        fetchers = [
            Fetcher(allow_private=["127.0.0.1"], spacing=0.05, turns=tmp_path / "hosts") for _ in range(3)
        ]
        asked = [one.get(server.url("/feed"), now=NOW) for one in fetchers for _ in range(2)]
        outcomes = await asyncio.gather(*asked)
        for one in fetchers:
            await one.close()
    assert [type(outcome) for outcome in outcomes] == [Fetched] * 6
    assert most == 1


async def test_a_process_with_many_feeds_at_a_host_leaves_turns_to_another(tmp_path: Path) -> None:
    asked: list[str] = []
    spacing = 0.05

    def process() -> Hosts:
        shared = SharedTurns.open(tmp_path / "hosts")
        return Hosts(concurrency=20, spacing=spacing, clock=time.time, sleep=asyncio.sleep, shared=shared)

    async def ask(hosts: Hosts, name: str, times: int) -> None:
        for _ in range(times):
            async with hosts.turn(HOST):
                asked.append(name)

    many, few = process(), process()
    busy = asyncio.gather(*(ask(many, "many", 100) for _ in range(4)))
    await ask(few, "few", 10)
    busy.cancel()
    between = [len(list(run)) for name, run in groupby(asked) if name == "many"]
    # It looks four times in a second whether it comes next: five turns of a twentieth of a second.
    assert max(between) <= 2 * BUSY_WAIT / spacing, between


def test_a_turn_given_back_after_the_end_writes_to_no_other_file(tmp_path: Path) -> None:
    turns = SharedTurns.open(tmp_path / "hosts")
    assert turns is not None
    number = turns._fd
    with (tmp_path / "other").open("wb") as other:
        turns.close()
        os.dup2(other.fileno(), number)
        turns.keep(slot(HOST), Kept(ready=1.0))
        turns.unlock(slot(HOST))
        os.close(number)
    assert (tmp_path / "other").read_bytes() == b""


async def test_a_file_from_a_wrong_clock_makes_nobody_wait(tmp_path: Path) -> None:
    clock = Clock()
    turns = SharedTurns.open(tmp_path / "hosts")
    assert turns is not None
    assert turns.lock(slot(HOST)) == Kept()
    turns.keep(slot(HOST), Kept(ready=clock.now + 1e6, held=clock.now + 1e7))
    turns.close()
    async with fetcher(tmp_path / "hosts", clock) as one:
        assert isinstance(await one.get(URL, now=NOW), Fetched)
    assert clock.slept == []


async def test_a_file_that_cannot_be_made_leaves_each_polite_by_itself(tmp_path: Path) -> None:
    clock = Clock()
    async with fetcher(tmp_path / "missing" / "hosts", clock) as one:
        assert isinstance(await one.get(URL, now=NOW), Fetched)
        assert isinstance(await one.get(URL, now=NOW), Fetched)
    assert clock.slept == [1.0]


async def test_more_hanging_hosts_than_places_hold_up_nobody() -> None:
    done: list[str] = []
    async with serve({"/silence": hostile.silence, "/feed": says(FEED)}, "0.0.0.0") as server:
        bounds = Bounds(seconds=4 * SLOW_AFTER)
        async with Fetcher(allow_private=["127.0.0.0/8"], concurrency=2, bounds=bounds) as one:

            async def ask(host: str, path: str) -> None:
                await one.get(f"http://{host}:{server.port}{path}", now=NOW)
                done.append(path)

            hanging = [ask(f"127.0.0.{number}", "/silence") for number in range(2, 6)]
            await asyncio.gather(*hanging, ask("127.0.0.9", "/feed"))
    assert done == ["/feed", *["/silence"] * 4]


async def test_a_full_disk_stops_no_polling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.pwrite", full)
    clock = Clock()
    async with fetcher(tmp_path / "hosts", clock) as one:
        assert isinstance(await one.get(URL, now=NOW), Fetched)
        assert isinstance(await one.get(URL, now=NOW), Fetched)
    assert clock.slept == [1.0]
