"""A simulated week of polling, restarts included, scored by the conformance server's rules."""

import random
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from storage.sqlite import open_store
from tests.sources.conformance import (
    DAY,
    GRAIN,
    HOUR,
    PUBLISHERS,
    RULES,
    START,
    SimulatedClock,
    Week,
    conformance,
    score,
)
from watchers.pipeline import Pipeline
from watchers.polling import Bounds, share
from watchers.sources.http import Fetcher
from watchers.sweep import Sweep


async def live(path: Path, days: int) -> Week:
    """Poll all publishers for some days through the sweep of ``poll`` and ``run``."""
    clock = SimulatedClock()
    restarts = 0
    async with conformance(clock) as server:
        with open_store(path, now=clock.now()) as store:
            for url in server.urls():
                store.feeds.add(url, now=clock.now())
        until = START + days * DAY
        while clock.now() < until:
            restart_at = clock.now() + 11 * HOUR
            async with AsyncExitStack() as stack:
                store = stack.enter_context(open_store(path, now=clock.now()))
                fetcher = await stack.enter_async_context(
                    Fetcher(
                        contact="https://ops.example/bot",
                        version="1.0",
                        allow_private=["127.0.0.0/8"],
                        clock=clock.monotonic,
                        sleep=clock.sleep,
                    )
                )
                sweep = Sweep(
                    store,
                    Pipeline(store, lambda: ()),
                    clock=clock.now,
                    bounds=Bounds(),
                    rng=random.Random(restarts),
                )
                while clock.now() < min(restart_at, until):
                    if feeds := share(store.feeds.due(clock.now()), clock.now()):
                        await sweep.run(fetcher, feeds)
                    clock.at = _next_look(clock.now(), store.feeds.next_due(), restart_at)
            restarts += 1
            clock.at += timedelta(minutes=3)
    return Week(requests=server.requests, strays=server.strays, restarts=restarts)


def _next_look(now: datetime, due: datetime | None, restart_at: datetime) -> datetime:
    """The tick at or after the next due time, as the scheduler of ``run`` would see it."""
    wanted = max(min(due or restart_at, restart_at), now)
    ticks = -(-(wanted - now) // GRAIN)
    return now + max(ticks, 1) * GRAIN


@pytest.mark.timeout(240)
async def test_a_week_of_polling_keeps_every_rule(tmp_path: Path) -> None:
    week = await live(tmp_path / "week.db", days=7)
    found = score(week)
    kept = sum(not violations for _, violations in found.values())
    not_modified = sum(one.status == 304 for one in week.requests) / len(week.requests)
    print(
        f"\nconformance: {kept} of {len(RULES)} rules kept over {len(week.requests)} requests to "
        f"{len(PUBLISHERS)} feeds in 7 simulated days with {week.restarts} restarts; 304 share {not_modified:.0%}"
    )
    for name, (looked_at, violations) in found.items():
        print(
            f"  {'kept  ' if not violations else 'BROKEN'} {name} ({looked_at} requests) {violations[:3] or ''}"
        )
    assert {name: violations[:3] for name, (_, violations) in found.items() if violations} == {}
