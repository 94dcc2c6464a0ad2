"""What one hostile feed does to the others, and how long the loop stands still.

Both in a process of its own: ``python -m tests.benchmarks.bearing hostile|lag FEEDS``.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.benchmarks.clients import Movewire
from tests.benchmarks.farm import Farm
from tests.benchmarks.measure import peak_memory, reset_peak

KINDS = ("bomb", "large", "drip")
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


def hostile(feeds: int) -> dict[str, Any]:
    """For each kind: MB that the peak grows, and the others' cycle in CPU and wall time, as ratios.

    The cycle is over when the last of the others is stored.
    """
    found = {}
    with TemporaryDirectory() as scratch, Farm(feeds) as farm:
        sound = farm.urls()[1:]
        for kind in KINDS:
            client = Movewire(Path(scratch) / f"{kind}.db")
            client.add(sound)
            client.poll()
            farm.set("restless")
            url = farm.hostile(kind, 0)
            stored = _noting(client)
            client.poll()
            reset_peak()
            calm = statistics.median(_cycle(client, stored) for _ in range(7))
            calm_peak = peak_memory(without=farm.pid)
            client.add([url])
            reset_peak()
            began = time.monotonic()
            # a drip takes its thirty seconds each time
            harmed = statistics.median(_cycle(client, stored) for _ in range(1 if kind == "drip" else 5))
            whole = time.monotonic() - began
            found[kind] = {
                "growth": peak_memory(without=farm.pid) - calm_peak,
                "calm": calm,
                "cycle": harmed / calm,
                "whole": whole / (1 if kind == "drip" else 5),
            }
    return found


def _cycle(client: Movewire, stored: list[float]) -> float:
    time.sleep(1.1)  # the second between two questions to a host is no part of it
    client.poll()
    return stored[-1]


def _noting(client: Movewire) -> list[float]:
    """Seconds from the start of each pass until the last sound feed of it was stored."""
    store = client.store
    finish, done = store.feeds.finish_polls, [0.0]
    began = 0.0

    def noted(polls: Any, decide: Any) -> Any:
        result = finish(polls, decide)
        if any(not poll.feed.failures and "hostile" not in poll.feed.url for poll in polls):
            done[-1] = time.monotonic() - began
        return result

    poll = client.poll

    def again() -> dict[str, Any]:
        nonlocal began
        began = time.monotonic()
        done.append(0.0)
        return poll()

    store.feeds.finish_polls = noted  # type: ignore[method-assign]
    client.poll = again  # type: ignore[method-assign]
    return done


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
