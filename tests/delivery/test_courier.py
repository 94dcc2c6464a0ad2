"""Draining: stopping, clocks, faults of the program itself, and the terminal."""

import asyncio
import io
from collections import deque
from datetime import timedelta

import pytest

import bot.courier
import bot.sinks.rest
from bot.courier import drain
from bot.sinks import Sinks
from bot.sinks.base import REAL, Outcome, Parcel
from bot.sinks.channel import ChannelSink
from storage.model import DeliveryState
from storage.sqlite import SqliteStore, open_store
from tests.delivery.clocks import LeapingClock
from tests.delivery.conftest import CHANNEL, DESTINATION, Discord
from tests.delivery.made import alert, edit, put, reply


async def until_asked(discord: Discord) -> None:
    while not discord.world.asked:  # noqa: ASYNC110
        await asyncio.sleep(0.005)


async def test_a_stop_finishes_the_send_in_hand_and_begins_no_other(store: SqliteStore, discord: Discord):
    keys = [put(store, DESTINATION, alert(number), REAL.now()) for number in (1, 2, 3)]
    discord.world.faults = deque(["slow"])
    stop = asyncio.Event()
    draining = asyncio.create_task(drain(store, discord.sinks(), stop=stop))
    await until_asked(discord)
    stop.set()
    drained = await draining
    assert (drained.delivered, drained.pending) == (1, 2)
    assert discord.world.keys() == {keys[0]: 1}
    assert store.deliveries.by_key(keys[0]).state is DeliveryState.SENT


async def test_a_send_that_hangs_is_cut_short_after_a_grace_and_left_in_doubt(
    store: SqliteStore, discord: Discord, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bot.courier, "LAST_GRACE", 0.05)
    key = put(store, DESTINATION, alert(), REAL.now())
    discord.world.faults = deque(["hang"])
    stop = asyncio.Event()
    draining = asyncio.create_task(drain(store, discord.sinks(), stop=stop))
    await until_asked(discord)
    stop.set()
    assert (await draining).pending == 1
    assert store.deliveries.by_key(key).ambiguous == 1
    discord.world.faults.clear()
    assert (await drain(store, discord.sinks())).delivered == 1


async def test_a_send_that_takes_too_long_is_cut_short_before_its_lease_ends(
    store: SqliteStore, discord: Discord, monkeypatch: pytest.MonkeyPatch
):
    assert timedelta(seconds=bot.courier.SEND_DEADLINE) < bot.courier.LEASE
    monkeypatch.setattr(bot.courier, "SEND_DEADLINE", 0.1)
    key = put(store, DESTINATION, alert(), REAL.now())
    discord.world.faults = deque(["hang", "ok"])
    drained = await drain(store, discord.sinks())
    assert (drained.delivered, discord.world.keys()) == (1, {key: 1})


async def test_a_server_that_hangs_is_told_in_words(
    store: SqliteStore, discord: Discord, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bot.sinks.rest, "REQUEST_DEADLINE", 0.1)
    put(store, DESTINATION, alert(), REAL.now())
    discord.world.faults = deque(["hang"])
    [fault] = (await drain(store, discord.sinks(), fault_patience=0.0)).errors
    assert fault.error == "no answer: timed out after 0.1 s"


@pytest.mark.parametrize("hours", [-26, -1, 1, 26])
async def test_a_clock_that_steps_between_a_crash_and_the_next_start_changes_nothing(
    store: SqliteStore, discord: Discord, hours: int
):
    clock = LeapingClock()
    discord.world.clock = clock.true_time
    keys = [put(store, DESTINATION, alert(number), clock.now()) for number in (1, 2)]
    [claimed] = store.claims.claim_due(clock.now(), lease=bot.courier.LEASE, worker="dead")
    sink = discord.sinks(clock=clock).get(DESTINATION)
    assert sink is not None
    await sink.send(Parcel(key=claimed.key, deliveries=(claimed,)))  # it arrives, and the process dies
    clock.wall_offset = timedelta(hours=hours)
    discord.world.nonces.clear()
    drained = await drain(store, discord.sinks(clock=clock), clock)
    assert (drained.delivered, drained.repeats, drained.pending) == (2, 0, 0)
    assert discord.world.keys() == dict.fromkeys(keys, 1)


async def test_a_drain_waits_for_no_retry_longer_than_its_patience(store: SqliteStore, discord: Discord):
    clock = LeapingClock()
    put(store, DESTINATION, alert(), clock.now())
    discord.world.faults = deque(["503"] * 50)
    drained = await drain(store, discord.sinks(clock=clock), clock)
    assert (drained.pending, clock.elapsed < 10) == (1, True)
    assert [fault.error for fault in drained.errors] == ["HTTP 503"]


async def test_a_message_that_breaks_the_server_stops_the_others_only_for_a_while(
    store: SqliteStore, discord: Discord
):
    clock = LeapingClock()
    poison = put(store, DESTINATION, alert(1), clock.now())
    other = put(store, DESTINATION, alert(2), clock.now())
    discord.world.poison = poison
    for _ in range(8):
        await drain(store, discord.sinks(clock=clock), clock)
        clock.let(60)
    assert discord.world.keys() == {other: 1}
    assert store.deliveries.pending_count() == 1


async def test_what_fails_for_three_days_dies_and_is_announced(store: SqliteStore, discord: Discord):
    clock = LeapingClock()
    key = put(store, DESTINATION, alert(), clock.now())
    discord.world.faults = deque(["503"] * 500)
    for _ in range(100):
        drained = await drain(store, discord.sinks(clock=clock), clock)
        if not drained.pending:
            break
        clock.let(3600)
    assert store.deliveries.by_key(key).state is DeliveryState.DEAD
    assert clock.elapsed > 72 * 3600
    assert "1 delivery given up" in drained.errors[-1].error


async def test_a_fault_of_a_sink_itself_stops_no_other_delivery(
    store: SqliteStore, discord: Discord, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    send = ChannelSink.send

    async def faulty(self: ChannelSink, parcel: Parcel) -> Outcome:
        if parcel.first.story == 1:
            raise ZeroDivisionError("a fault of the program")
        return await send(self, parcel)

    monkeypatch.setattr(ChannelSink, "send", faulty)
    put(store, DESTINATION, alert(1), REAL.now())
    key = put(store, DESTINATION, alert(2), REAL.now())
    drained = await drain(store, discord.sinks())
    assert (drained.delivered, drained.pending, discord.world.keys()) == (1, 1, {key: 1})
    assert "a fault of the program" in caplog.text


async def test_while_another_process_delivers_this_one_says_who(
    store: SqliteStore, discord: Discord, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bot.courier, "LOCK_PATIENCE", 0.0)
    put(store, DESTINATION, alert(), REAL.now())
    with open_store(store.path) as other, other.claims.sole_courier("the other", REAL.now()):
        drained = await drain(store, discord.sinks())
    assert (drained.elsewhere, drained.pending, discord.world.asked) == ("the other", 1, [])


async def test_the_terminal_shows_alerts_in_order_with_what_joined_them(store: SqliteStore):
    stream = io.StringIO()
    sinks = Sinks(api="http://127.0.0.1:9", stream=stream)
    put(store, "console", alert(1), REAL.now())
    await drain(store, sinks)
    put(store, "console", edit(1), REAL.now(), revision=1)
    put(store, "console", reply(1), REAL.now(), revision=2)
    drained = await drain(store, sinks)
    first_lines = [block.splitlines()[0] for block in stream.getvalue().strip().split("\n\n")]
    assert drained.delivered == 2
    assert first_lines == [
        "🚪 Departure · Ada Example · Example Labs → left · chief scientist",
        "🚪 Update · Departure · Ada Example · Example Labs → left · chief scientist",
        "🚪 New: confirmed by the lab · Departure · Ada Example · Example Labs → left · chief scientist",
    ]


async def test_a_closed_terminal_loses_nothing(store: SqliteStore):
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError("nobody reads")

    put(store, "console", alert(1), REAL.now())
    drained = await drain(store, Sinks(api="http://127.0.0.1:9", stream=Closed()))
    assert (drained.delivered, drained.pending) == (0, 1)
    assert "nobody reads" in drained.errors[0].error


async def test_a_terminal_that_knows_few_signs_is_no_fault(store: SqliteStore):
    raw = io.BytesIO()
    put(store, "console", alert(1, headline="Vertrag für 5 € – 日本"), REAL.now())
    stream = io.TextIOWrapper(raw, encoding="ascii")
    drained = await drain(store, Sinks(api="http://127.0.0.1:9", stream=stream))
    assert drained.delivered == 1
    assert b"Vertrag f?r 5 ?" in raw.getvalue()


async def test_nothing_in_the_outbox_asks_nobody(store: SqliteStore, discord: Discord):
    drained = await drain(store, discord.sinks())
    assert (drained.delivered, drained.pending, drained.errors) == (0, 0, [])
    assert discord.world.messages.get(str(CHANNEL)) is None


async def test_a_standing_fault_is_logged_once_and_so_is_its_end(
    store: SqliteStore, discord: Discord, caplog: pytest.LogCaptureFixture
):
    clock = LeapingClock()
    put(store, DESTINATION, alert(), clock.now())
    for _ in range(3):
        drained = await drain(store, discord.sinks(token=False), clock)
        assert len(drained.errors) == 1
    await drain(store, discord.sinks(clock=clock), clock)
    await drain(store, discord.sinks(clock=clock), clock)
    assert [record.getMessage() for record in caplog.records if record.name == "bot.courier"] == [
        f"{DESTINATION}: nothing is set up to deliver there",
        f"{DESTINATION}: delivers again",
    ]


async def test_a_clock_that_leaps_a_year_kills_nothing(store: SqliteStore, discord: Discord):
    clock = LeapingClock()
    key = put(store, DESTINATION, alert(), clock.now())
    discord.world.faults = deque(["503", "503"])
    await drain(store, discord.sinks(clock=clock), clock, fault_patience=0.0)
    clock.wall_offset = timedelta(days=365)
    await drain(store, discord.sinks(clock=clock), clock, fault_patience=0.0)
    assert store.deliveries.by_key(key).state is DeliveryState.RETRY
    clock.wall_offset = timedelta(0)
    clock.let(60)
    assert (await drain(store, discord.sinks(clock=clock), clock)).delivered == 1
