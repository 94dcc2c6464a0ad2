"""What one hostile feed does to the others, and how long the loop stands still.

Both in a process of its own: ``python -m tests.benchmarks.bearing hostile|lag FEEDS``.
"""

import asyncio
import gc
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from tests.benchmarks.clients import Movewire
from tests.benchmarks.farm import Farm
from tests.benchmarks.measure import peak_memory, reset_peak

KINDS = ("bomb", "large", "drip")
ROUNDS = 41
PAUSE = 0.6  # seconds before a pass of either client: a host is asked once a second
TICK = 0.005  # seconds between two looks at the clock


def apart(what: str, feeds: int) -> dict[str, Any]:
    """Measure in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.bearing", what, str(feeds)],
        cwd=Path(__file__).resolve().parents[2],
        stdout=subprocess.PIPE,
        check=True,
    )
    loaded: dict[str, Any] = json.loads(done.stdout)
    return loaded


class _Cycle(NamedTuple):
    """One pass over the feeds."""

    wall: float  # seconds until the last of the sound feeds was stored
    cpu: float  # ours until then
    whole: float  # seconds in all
    peak: float  # MB


def hostile(feeds: int) -> dict[str, Any]:
    """For each kind the medians of a pass without it and with it, as ``_Cycle`` names them.

    A pass is short, and the machine is others' too: two clients take turns, one of them with the
    hostile feed, and of both there are many passes.
    """
    found = {}
    with TemporaryDirectory() as scratch, Farm(feeds) as farm:
        for kind in KINDS:
            farm.set("cold")
            clients = [Movewire(Path(scratch) / f"{kind}-{who}.db") for who in ("calm", "harmed")]
            for client in clients:
                client.give_up_after(1.0)  # a drip would take thirty seconds
                client.add(farm.urls()[1:])
                client.poll()
            farm.set("restless")
            clients[1].add([farm.hostile(kind, 0)])
            passes = [_passes(client, farm) for client in clients]
            rounds = [[next(one) for one in passes] for _ in range(1 + ROUNDS)][1:]
            found[kind] = {
                who: _Cycle(*map(statistics.median, zip(*cycles, strict=True)))._asdict()
                for who, cycles in zip(("calm", "harmed"), zip(*rounds, strict=True), strict=True)
            }
    return found


def _passes(client: Movewire, farm: Farm) -> Iterator[_Cycle]:
    """Pass after pass."""
    began = cpu = 0.0
    stored = (0.0, 0.0)
    finish = client.store.feeds.finish_polls

    def noted(polls: Any, decide: Any) -> Any:
        nonlocal stored
        result = finish(polls, decide)
        if any(not poll.feed.failures and "hostile" not in poll.feed.url for poll in polls):
            stored = (time.monotonic() - began, time.process_time() - cpu)
        return result

    client.store.feeds.finish_polls = noted  # type: ignore[method-assign]
    while True:
        time.sleep(PAUSE)
        gc.collect()  # what the other left is no part of it
        reset_peak()
        began, cpu = time.monotonic(), time.process_time()
        client.poll()
        yield _Cycle(*stored, time.monotonic() - began, peak_memory(without=farm.pid))


def lag(feeds: int) -> dict[str, Any]:
    """p99 and most of what a 5 ms sleep on the loop takes too long, in ms, cold and warm.

    "own" counts no more of it than the CPU time that our process used meanwhile: on a busy
    machine the rest is other programs.
    """
    found: dict[str, Any] = {}
    with TemporaryDirectory() as scratch, Farm(feeds) as farm:
        client = Movewire(Path(scratch) / "lag.db")
        client.add(farm.urls())
        for scene in ("cold", "warm"):
            farm.set(scene)
            late, own = asyncio.run(_watched(client))
            found[scene] = {
                name: {
                    "p99": 1000 * sorted(times)[int(len(times) * 0.99)],
                    "most": 1000 * max(times),
                }
                for name, times in (("wall", late), ("own", own))
            }
    return found


async def _watched(client: Movewire) -> tuple[list[float], list[float]]:
    late: list[float] = []
    own: list[float] = []

    async def watch() -> None:
        while True:
            wall, cpu = time.monotonic(), time.process_time()
            await asyncio.sleep(TICK)
            beyond = time.monotonic() - wall - TICK
            late.append(max(beyond, 0.0))
            own.append(max(min(beyond, time.process_time() - cpu), 0.0))

    watcher = asyncio.create_task(watch())
    await client.pass_over()
    watcher.cancel()
    return late, own


if __name__ == "__main__":
    print(json.dumps({"hostile": hostile, "lag": lag}[sys.argv[1]](int(sys.argv[2]))))
