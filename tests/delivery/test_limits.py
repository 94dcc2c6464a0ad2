"""Rate limits: kept to the millisecond, everywhere where they hold, and never run against."""

import asyncio
import itertools
from collections import deque
from datetime import timedelta

import pytest

from bot.courier import drain
from bot.sinks.limits import EARLY, INVALID_ALLOWED, Limits, too_many
from bot.sinks.rest import SIDE_BY_SIDE
from storage.sqlite import SqliteStore
from tests.delivery.clocks import LeapingClock
from tests.delivery.conftest import CHANNEL, DESTINATION, Discord
from tests.delivery.made import alert, put

ROUTE = "POST channel:1"


@pytest.fixture
def clock(discord: Discord) -> LeapingClock:
    leaping = LeapingClock()
    discord.world.clock = leaping.true_time
    return leaping


async def test_retry_after_is_waited_for_to_the_millisecond(
    store: SqliteStore, discord: Discord, clock: LeapingClock
):
    put(store, DESTINATION, alert(), clock.now())
    discord.world.faults = deque(["429"])
    await drain(store, discord.sinks(clock=clock), clock)
    [arrived] = discord.world.arrivals
    waited = arrived - clock.true_time() + clock.elapsed
    assert 0.25 <= waited <= 0.25 + 5 * EARLY


async def test_a_global_limit_stops_every_channel(store: SqliteStore, discord: Discord, clock: LeapingClock):
    for number in (1, 2, 3):
        put(store, f"channel:{number}", alert(number), clock.now())
    sinks = discord.sinks(clock=clock)
    discord.world.faults = deque(["429-global"])
    put(store, "channel:9", alert(9), clock.now())
    first = sinks.get("channel:9")
    assert first is not None
    claimed = store.claims.claim_due(
        clock.now(), lease=timedelta(seconds=90), destination="channel:9", worker="t"
    )
    from bot.sinks.base import Parcel

    await first.send(Parcel(key=claimed[0].key, deliveries=tuple(claimed)))
    other = sinks.get("channel:1")
    assert other is not None
    assert 0.25 <= other.delay() <= 0.25 + EARLY


async def test_cloudflares_429_without_a_body_stops_everything_for_as_long_as_it_says(
    store: SqliteStore, discord: Discord, clock: LeapingClock
):
    put(store, DESTINATION, alert(), clock.now())
    discord.world.faults = deque(["429-cloudflare"])
    sinks = discord.sinks(clock=clock)
    drained = await drain(store, sinks, clock, rate_patience=0.5)
    assert "Cloudflare" in drained.errors[0].error
    assert sinks.get("channel:1").delay() == pytest.approx(1.0, abs=0.01)
    assert (await drain(store, sinks, clock)).delivered == 1


async def test_a_refused_token_is_not_tried_on_every_channel(
    store: SqliteStore, discord: Discord, clock: LeapingClock
):
    discord.world.token = "another"
    for number in range(1, 60):
        put(store, f"channel:{number}", alert(number), clock.now())
    sinks = discord.sinks(clock=clock)
    for _ in range(20):
        await drain(store, sinks, clock)
        clock.let(20)
    assert discord.world.statuses[401] <= SIDE_BY_SIDE
    assert store.deliveries.pending_count() == 59


async def test_refusals_stop_well_before_they_ban_the_address(
    store: SqliteStore, discord: Discord, clock: LeapingClock
):
    discord.world.faults = deque(["403"] * 60)
    for number in range(1, 60):
        put(store, f"channel:{number}", alert(number), clock.now())
    sinks = discord.sinks(clock=clock)
    for _ in range(20):
        await drain(store, sinks, clock)
        clock.let(20)
    assert discord.world.statuses[403] < INVALID_ALLOWED + SIDE_BY_SIDE
    assert store.deliveries.pending_count() == 59


async def test_a_stop_ends_the_waiting_for_a_limit(store: SqliteStore, discord: Discord):
    put(store, DESTINATION, alert(), LeapingClock().now())
    discord.world.faults = deque(["429-cloudflare"])
    stop = asyncio.Event()
    draining = asyncio.create_task(drain(store, discord.sinks(), stop=stop))
    while not discord.world.statuses[429]:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    stop.set()
    assert (await draining).pending == 1
    assert discord.world.messages.get(str(CHANNEL), []) == []


# --- the arithmetic by itself -----------------------------------------------------------------


def answer(limits: Limits, now: float, remaining: int, after: float, route: str = ROUTE) -> None:
    headers = {"x-ratelimit-remaining": str(remaining), "x-ratelimit-reset-after": str(after)}
    limits.answered(route, 200, headers | {"x-ratelimit-bucket": "b"}, {}, now)


def test_an_empty_bucket_waits_for_its_reset_and_no_longer():
    limits = Limits()
    limits.asked(ROUTE, 0.0)
    answer(limits, 0.1, 0, 1.4)
    assert limits.delay(ROUTE, 0.1) == pytest.approx(1.4 + EARLY)
    assert limits.delay(ROUTE, 1.5 + 2 * EARLY) == 0.0


def test_one_channels_bucket_says_nothing_about_another_channel():
    limits = Limits()
    limits.asked(ROUTE, 0.0)
    answer(limits, 0.0, 0, 9.0)
    limits.asked("POST channel:2", 0.0)
    answer(limits, 0.0, 4, 9.0, "POST channel:2")
    assert limits.delay("POST channel:2", 0.0) == 0.0


def test_requests_under_way_count_before_they_are_answered():
    limits = Limits()
    limits.asked(ROUTE, 0.0)
    answer(limits, 0.0, 1, 5.0)
    limits.asked(ROUTE, 0.1)
    assert limits.delay(ROUTE, 0.1) > 4.0


@pytest.mark.parametrize(
    ("headers", "body", "seconds", "everywhere", "cloudflare"),
    [
        ({}, {"retry_after": 0.123, "global": False}, 0.123, False, False),
        ({"retry-after": "65"}, {"retry_after": 64.57, "global": False}, 64.57, False, False),
        ({}, {"retry_after": 2, "global": True}, 2.0, True, False),
        ({"x-ratelimit-scope": "global"}, {"retry_after": 2.5}, 2.5, True, False),
        ({"retry-after": "37"}, None, 37.0, True, True),
        ({}, None, 600.0, True, True),
        ({}, {"code": 30046, "message": "Maximum number of edits"}, 60.0, False, False),
        ({"retry-after": "7"}, {"code": 20028, "message": "Write rate limit"}, 7.0, False, False),
        ({"retry-after": "nonsense"}, {"retry_after": "soon"}, 600.0, True, True),
        ({}, {"retry_after": -5}, 600.0, True, True),
    ],
)
def test_every_form_of_a_429_is_understood(headers, body, seconds, everywhere, cloudflare):
    told = too_many(headers, body)
    assert (told.seconds, told.everywhere, told.cloudflare) == (seconds, everywhere, cloudflare)


def test_what_others_used_up_is_no_invalid_request():
    limits = Limits()
    for moment in range(INVALID_ALLOWED + 5):
        limits.asked(ROUTE, float(moment))
        headers = {"x-ratelimit-scope": "shared"}
        limits.answered(ROUTE, 429, headers, {"retry_after": 0.1}, float(moment))
    assert limits.delay("GET elsewhere", 100.0) == 0.0


def test_the_hidden_limit_is_forgotten_again():
    limits = Limits()
    times = itertools.count()
    for _ in range(11):
        limits.asked(ROUTE, float(next(times)))
    limits.answered(ROUTE, 429, {}, {"retry_after": 10.0}, 11.0)
    later = 21.1
    for _ in range(10):
        assert limits.delay(ROUTE, later) == 0.0
        limits.asked(ROUTE, later)
    assert limits.delay(ROUTE, later) > 15.0
    assert limits.delay(ROUTE, later + 600.0) == 0.0
