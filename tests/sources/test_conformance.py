"""A simulated week of polling, restarts and a sleep included, scored by the conformance server's rules."""

import random
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from storage.sqlite import open_store
from tests.sources.conformance import (
    DAY,
    FLOOR,
    GRAIN,
    HOUR,
    MINUTE,
    PUBLISHERS,
    RULES,
    START,
    SimulatedClock,
    Week,
    conformance,
    score,
)
from watchers.pipeline import Pipeline
from watchers.polling import Bounds
from watchers.sources.http import Fetcher
from watchers.sweep import Sweep, due_now


class TimedSweep(Sweep):
    """The sweep of ``poll`` and ``run``, telling the simulated clock when a poll is under way."""

    time: SimulatedClock

    async def _poll(self, *what: Any) -> Any:
        with self.time.working():
            return await super()._poll(*what)


async def live(path: Path, days: int, seed: int) -> Week:
    """Poll all publishers for some days; ``seed`` decides their order, when we are down, and how long."""
    clock, chance = SimulatedClock(), random.Random(seed)
    downs: list[tuple[datetime, datetime]] = []
    async with conformance(clock) as server:
        with open_store(path, now=clock.now()) as store:
            for url in chance.sample(server.urls(), len(server.urls())):
                store.feeds.add(url, now=clock.now())
        until = START + days * DAY
        while clock.now() < until:
            down_at = min(clock.now() + chance.randint(3 * 60, 14 * 60) * MINUTE, until)
            async with AsyncExitStack() as stack:
                store = stack.enter_context(open_store(path, now=clock.now()))
                fetcher = await stack.enter_async_context(
                    Fetcher(
                        contact="https://ops.example/bot",
                        version="1.0",
                        allow_private=["127.0.0.0/8"],
                        turns=path.with_suffix(".hosts"),
                        clock=clock.monotonic,
                        sleep=clock.sleep,
                    )
                )
                sweep = TimedSweep(store, Pipeline(store, lambda: ()), clock=clock.now, bounds=Bounds())
                sweep.time = clock
                while clock.now() < down_at:
                    if feeds := due_now(store, clock.now(), FLOOR):
                        await sweep.run(fetcher, feeds)
                    clock.at = _next_look(clock.now(), store.feeds.next_due(), down_at)
            long_sleep = clock.now() > START + 4 * DAY and all(b - a < HOUR for a, b in downs)
            down = 8 * HOUR if long_sleep else chance.choice((10 * GRAIN, 3 * MINUTE, 40 * MINUTE))
            downs.append((clock.now(), clock.now() + down))
            clock.at += down
    return Week(requests=server.requests, strays=server.strays, downs=downs)


def _next_look(now: datetime, due: datetime | None, down_at: datetime) -> datetime:
    """The tick at or after the next due time, as the scheduler of ``run`` would see it."""
    wanted = max(min(due or down_at, down_at), now)
    ticks = -(-(wanted - now) // GRAIN)
    return now + max(ticks, 1) * GRAIN


@pytest.mark.timeout(240)
@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 12))])
async def test_a_week_of_polling_keeps_every_rule(tmp_path: Path, seed: int) -> None:
    week = await live(tmp_path / "week.db", days=7, seed=seed)
    found = score(week)
    kept = sum(not violations for _, violations in found.values())
    not_modified = sum(one.status == 304 for one in week.requests) / len(week.requests)
    print(
        f"\nconformance (seed {seed}): {kept} of {len(RULES)} rules kept over {len(week.requests)} requests to "
        f"{len(PUBLISHERS)} feeds in 7 simulated days, {len(week.downs)} times down for up to 8 hours; "
        f"304 share {not_modified:.0%}"
    )
    for name, (looked_at, violations) in found.items():
        print(
            f"  {'kept  ' if not violations else 'BROKEN'} {name} ({looked_at} requests) {violations[:3] or ''}"
        )
    assert {name: violations[:3] for name, (_, violations) in found.items() if violations} == {}


async def test_the_same_seed_gives_the_same_requests_at_the_same_times(tmp_path: Path) -> None:
    first, second = [await live(tmp_path / name, days=1, seed=3) for name in ("a.db", "b.db")]
    assert sorted((one.at, one.host, one.path, one.status) for one in first.requests) == sorted(
        (one.at, one.host, one.path, one.status) for one in second.requests
    )
