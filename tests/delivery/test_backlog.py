"""Five hundred alerts wait: they leave as fast as Discord allows, in order, and refuse nothing.

Time is simulated: the clock leaps where the courier would wait, the server's windows and a
latency of 50 ms run on the same clock, so the figures do not depend on the machine.
"""

import io
import random
import re

import pytest

from bot.courier import drain
from bot.parcels import ALONE, FOLD_ABOVE, FOLD_ABOVE_PRINTED
from bot.sinks import Sinks
from storage.model import DeliveryState
from storage.sqlite import SqliteStore
from tests.delivery.clocks import LeapingClock
from tests.delivery.conftest import CHANNEL, DESTINATION, Discord
from tests.delivery.loopback import Window
from tests.delivery.made import alert, put, reply

MANY = 500
LATENCY = 0.05


@pytest.fixture
def clock(discord: Discord) -> LeapingClock:
    leaping = LeapingClock()
    discord.world.clock = leaping.true_time
    discord.world.latency = lambda: leaping.let(LATENCY)
    return leaping


def fill(store: SqliteStore, clock: LeapingClock, many: int, place: str = DESTINATION) -> list[str]:
    """Keys of ``many`` deliveries in the order in which they ought to arrive."""
    chance = random.Random(7)
    made = []
    with store.transaction():
        for number in range(1, many + 1):
            priority = chance.choice((0, 0, 0, 5, 9))
            made.append((-priority, number, put(store, place, alert(number), clock.now(), priority=priority)))
    return [key for _, _, key in sorted(made)]


def fastest(many: int, window: Window) -> float:
    """Seconds from the first to the last of ``many`` requests when no window goes unused."""
    return (many - 1) // window.size * window.seconds + ((many - 1) % window.size + 1) * LATENCY


@pytest.mark.parametrize("place", [DESTINATION, "webhook"])
async def test_a_backlog_leaves_as_fast_as_the_told_limit_allows(
    store: SqliteStore, discord: Discord, clock: LeapingClock, place: str
):
    window = Window(size=5, seconds=2.0)
    discord.world.windows = [window]
    keys = fill(store, clock, MANY, place)
    drained = await drain(store, discord.sinks(webhook=True, clock=clock), clock)
    assert (drained.delivered, drained.pending, drained.errors) == (MANY, 0, [])
    assert [message["embeds"][0]["footer"]["text"][4:28] for message in messages(discord)] == keys
    assert set(discord.world.statuses) == {200}
    taken = discord.world.arrivals[-1] - discord.world.arrivals[0]
    assert taken <= 1.1 * fastest(MANY, window)


def messages(discord: Discord) -> list[dict]:
    return discord.world.messages[str(CHANNEL)]


async def test_a_limit_that_no_header_tells_is_learned_from_its_first_refusal(
    store: SqliteStore, discord: Discord, clock: LeapingClock
):
    hidden = Window(size=30, seconds=60.0, told=False)
    discord.world.windows = [Window(size=5, seconds=2.0), hidden]
    keys = fill(store, clock, MANY)
    drained = await drain(store, discord.sinks(clock=clock), clock)
    assert (drained.delivered, drained.pending) == (MANY, 0)
    assert [message["nonce"] for message in messages(discord)] == keys
    assert discord.world.statuses[429] <= 3  # one, and one each time that it is forgotten
    taken = discord.world.arrivals[-1] - discord.world.arrivals[0]
    assert taken <= 1.1 * fastest(MANY, hidden)


async def test_eight_channels_share_the_global_limit_without_a_refusal(
    store: SqliteStore, discord: Discord, clock: LeapingClock
):
    discord.world.windows = [Window(size=50, seconds=1.0, told=False)]
    discord.world.latency = lambda: clock.let(0.002)  # as many could ask 500 times a second
    for channel in range(8):
        fill(store, clock, 40, f"channel:{channel + 1}")
    drained = await drain(store, discord.sinks(clock=clock), clock)
    assert (drained.delivered, set(discord.world.statuses)) == (320, {200})


async def test_half_an_hour_of_messages_is_folded_into_digests_that_name_every_alert(
    store: SqliteStore, discord: Discord, clock: LeapingClock
):
    many = FOLD_ABOVE + 1
    discord.world.windows = [Window(size=5, seconds=2.0)]
    keys = fill(store, clock, many)
    drained = await drain(store, discord.sinks(clock=clock), clock)
    assert (drained.delivered, drained.pending, drained.errors) == (many, 0, [])
    held = messages(discord)
    assert len(held) < 100
    told = [
        int(part.split(" walks")[0])
        for message in held
        for part in message["embeds"][0]["description"].split("Chief scientist number ")[1:]
    ]
    expected = [store.deliveries.by_key(key).story for key in keys]
    assert told == expected  # all of them, the most important first
    alone = [message["nonce"] for message in held if "components" in message]
    assert alone == keys[: len(alone)]
    assert all(store.deliveries.by_key(key).state is DeliveryState.SENT for key in keys)


async def test_the_message_of_a_digest_is_known_for_each_delivery_in_it(
    store: SqliteStore, discord: Discord, clock: LeapingClock
):
    keys = fill(store, clock, 60)
    await drain(store, discord.sinks(clock=clock), clock, fold_above=40)
    ids = {message["id"] for message in messages(discord)}
    assert {store.deliveries.by_key(key).message_id for key in keys} == ids


async def printed(store: SqliteStore, many: int) -> str:
    """What stands on a terminal after ``many`` alerts have waited, one of them a new fact of little weight."""
    clock, stream = LeapingClock(), io.StringIO()
    fill(store, clock, many - 1, "console")
    put(store, "console", reply(many), clock.now(), priority=-1)
    drained = await drain(store, Sinks(api="http://127.0.0.1:9", stream=stream, clock=clock), clock)
    assert (drained.delivered, drained.pending, drained.errors) == (many, 0, [])
    return stream.getvalue()


def told_in(shown: str) -> list[int]:
    return [int(number) for number in re.findall(r"Chief scientist number (\d+) ", shown)]


async def test_a_flood_on_a_terminal_is_told_in_short_but_for_the_most_important(store: SqliteStore):
    many = 2 * FOLD_ABOVE_PRINTED
    *alone, first, second = (await printed(store, many)).strip().split("\n\n")
    assert len(alone) == ALONE
    assert all("why: Ada Example (primary)" in one for one in alone)
    assert first.startswith("100 more alerts, in short; more of each: movewire why LINK\n  🚪 Departure\n")
    assert second.startswith("70 more alerts, in short")
    assert sorted(told_in("".join([*alone, first, second]))) == list(range(1, many + 1))
    assert f"New: confirmed by the lab · Chief scientist number {many} " in second
    assert len(second.splitlines()) == 2 + 2 * 70 + 1  # a heading each, a line and a link of each, the key


async def test_what_a_terminal_can_show_is_shown_in_full(store: SqliteStore):
    shown = await printed(store, FOLD_ABOVE_PRINTED)
    assert "in short" not in shown
    assert shown.count("why: Ada Example (primary)") == FOLD_ABOVE_PRINTED
