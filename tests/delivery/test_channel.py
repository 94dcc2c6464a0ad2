"""A channel with a bot token, over a real socket: each delivery once, whatever breaks."""

import json
from collections import deque
from datetime import timedelta

import pytest

from bot.courier import drain
from bot.render.limits import SUPPRESS_NOTIFICATIONS
from bot.sinks import Sinks
from bot.sinks.base import REAL
from storage.model import DeliveryState
from storage.sqlite import SqliteStore
from tests.delivery.clocks import LeapingClock
from tests.delivery.conftest import CHANNEL, DESTINATION, Discord
from tests.delivery.made import alert, edit, put, reply


@pytest.fixture
def clock(discord: Discord) -> LeapingClock:
    leaping = LeapingClock()
    discord.world.clock = leaping.true_time
    return leaping


def messages(discord: Discord, channel: int = CHANNEL) -> list[dict]:
    return discord.world.messages.get(str(channel), [])


async def test_a_delivery_arrives_once_with_its_key_in_the_footer(store: SqliteStore, discord: Discord):
    key = put(store, DESTINATION, alert(), REAL.now())
    drained = await drain(store, discord.sinks())
    assert (drained.delivered, drained.pending, drained.errors) == (1, 0, [])
    assert discord.world.keys() == {key: 1}


async def test_the_key_is_the_nonce_and_names_the_buttons(store: SqliteStore, discord: Discord):
    key = put(store, DESTINATION, alert(), REAL.now())
    await drain(store, discord.sinks())
    [message] = messages(discord)
    assert message["nonce"] == key
    assert [button["custom_id"] for button in message["components"][0]["components"]] == [
        f"mw:timeline:{key}",
        f"mw:why:{key}",
        f"mw:mute:{key}",
        f"mw:irrelevant:{key}",
    ]


async def test_a_second_drain_sends_nothing(store: SqliteStore, discord: Discord):
    put(store, DESTINATION, alert(), REAL.now())
    await drain(store, discord.sinks())
    asked = len(discord.world.asked)
    assert (await drain(store, discord.sinks())).delivered == 0
    assert len(discord.world.asked) == asked


async def test_an_edit_changes_the_first_message_and_keeps_its_key(store: SqliteStore, discord: Discord):
    key = put(store, DESTINATION, alert(), REAL.now())
    await drain(store, discord.sinks())
    put(store, DESTINATION, edit(), REAL.now(), revision=1)
    await drain(store, discord.sinks())
    [message] = messages(discord)
    names = [field["name"] for field in message["embeds"][0]["fields"]]
    assert "Reported by 3 outlets" in names
    assert discord.world.keys() == {key: 1}


async def test_an_edit_before_the_first_message_went_out_goes_into_it(store: SqliteStore, discord: Discord):
    put(store, DESTINATION, alert(), REAL.now())
    later = put(store, DESTINATION, edit(), REAL.now(), revision=1)
    await drain(store, discord.sinks())
    [message] = messages(discord)
    assert "Reported by 3 outlets" in [field["name"] for field in message["embeds"][0]["fields"]]
    assert "flags" not in message  # the first alert pushes, though the edit was of low priority
    folded = store.deliveries.by_key(later)
    assert folded is not None
    assert folded.state is DeliveryState.SUPERSEDED


async def test_of_several_waiting_edits_only_the_last_is_sent(store: SqliteStore, discord: Discord):
    put(store, DESTINATION, alert(), REAL.now())
    await drain(store, discord.sinks())
    for revision in (1, 2, 3):
        put(store, DESTINATION, edit(headline=f"Wording {revision}"), REAL.now(), revision=revision)
    await drain(store, discord.sinks())
    [message] = messages(discord)
    assert message["edited"] == 1
    assert "Wording 3" in message["embeds"][0]["description"]


async def test_a_reply_refers_to_the_first_message_and_says_what_is_new(store: SqliteStore, discord: Discord):
    put(store, DESTINATION, alert(), REAL.now())
    put(store, DESTINATION, reply(), REAL.now(), revision=1)
    await drain(store, discord.sinks())
    first, second = messages(discord)
    assert second["message_reference"] == {"message_id": first["id"], "fail_if_not_exists": False}
    assert "**New: confirmed by the lab**" in second["embeds"][0]["description"]


async def test_a_reply_never_overtakes_the_first_message_of_its_story(store: SqliteStore, discord: Discord):
    first = put(store, DESTINATION, alert(), REAL.now(), priority=0)
    second = put(store, DESTINATION, reply(), REAL.now(), revision=1, priority=9)
    await drain(store, discord.sinks())
    assert [message["nonce"] for message in messages(discord)] == [first, second]


async def test_the_most_important_goes_first_and_equals_keep_their_order(
    store: SqliteStore, discord: Discord
):
    keys = [
        put(store, DESTINATION, alert(number), REAL.now(), priority=priority)
        for number, priority in enumerate((0, 5, 0, 5, 9), start=1)
    ]
    await drain(store, discord.sinks())
    assert [message["nonce"] for message in messages(discord)] == [keys[n] for n in (4, 1, 3, 0, 2)]


@pytest.mark.parametrize(
    "fault", ["drop-before", "drop-after", "500", "500-stored", "502", "503", "504-stored"]
)
async def test_an_answer_that_is_lost_or_broken_leads_to_one_copy(
    store: SqliteStore, discord: Discord, clock: LeapingClock, fault: str
):
    keys = [put(store, DESTINATION, alert(number), clock.now()) for number in (1, 2)]
    discord.world.faults = deque([fault, "ok"])
    drained = await drain(store, discord.sinks(clock=clock), clock)
    assert (drained.delivered, drained.repeats, drained.pending, drained.errors) == (2, 0, 0, [])
    assert [message["nonce"] for message in messages(discord)] == keys


async def test_within_a_minute_the_nonce_is_repeated_without_reading_the_history(
    store: SqliteStore, discord: Discord, clock: LeapingClock
):
    put(store, DESTINATION, alert(), clock.now())
    discord.world.faults = deque(["drop-after"])
    await drain(store, discord.sinks(clock=clock), clock)
    assert [method for method, _ in discord.world.asked] == ["POST", "POST"]


async def test_later_the_history_is_read_before_anything_is_repeated(
    store: SqliteStore, discord: Discord, clock: LeapingClock
):
    put(store, DESTINATION, alert(), clock.now())
    discord.world.faults = deque(["drop-after"])
    sinks = discord.sinks(clock=clock)
    await drain(store, sinks, clock, fault_patience=0)
    clock.let(600)
    drained = await drain(store, sinks, clock)
    assert [method for method, _ in discord.world.asked] == ["POST", "GET"]
    assert (drained.delivered, drained.repeats) == (1, 0)
    assert len(messages(discord)) == 1


async def test_what_the_history_does_not_hold_is_sent(
    store: SqliteStore, discord: Discord, clock: LeapingClock
):
    put(store, DESTINATION, alert(), clock.now())
    discord.world.faults = deque(["drop-before"])
    await drain(store, discord.sinks(clock=clock), clock, fault_patience=0)
    clock.let(600)
    await drain(store, discord.sinks(clock=clock), clock)
    assert [method for method, _ in discord.world.asked] == ["POST", "GET", "POST"]
    assert len(messages(discord)) == 1


async def test_the_history_is_read_beyond_its_first_page(
    store: SqliteStore, discord: Discord, clock: LeapingClock
):
    put(store, DESTINATION, alert(), clock.now())
    discord.world.faults = deque(["drop-after"])
    await drain(store, discord.sinks(clock=clock), clock, fault_patience=0)
    for number in range(250):  # others talk meanwhile
        clock.let(1)
        chatter = {"id": discord.world.new_id(), "content": f"chatter {number}", "embeds": []}
        messages(discord).append(chatter)
    clock.let(600)
    drained = await drain(store, discord.sinks(clock=clock), clock)
    assert drained.delivered == 1
    assert [method for method, _ in discord.world.asked] == ["POST", "GET", "GET", "GET"]
    assert sum(discord.world.keys().values()) == 1


async def test_an_unreadable_history_leads_to_a_marked_and_counted_repeat(
    store: SqliteStore, discord: Discord, clock: LeapingClock
):
    key = put(store, DESTINATION, alert(), clock.now())
    discord.world.faults = deque(["drop-after"])
    discord.world.history_readable = False
    await drain(store, discord.sinks(clock=clock), clock, fault_patience=0)
    clock.let(600)
    drained = await drain(store, discord.sinks(clock=clock), clock)
    assert drained.repeats == 1
    assert discord.world.keys() == {key: 2}
    assert "Possibly a repeat" in messages(discord)[1]["content"]


async def test_at_most_once_gives_up_where_the_history_is_unreadable(
    store: SqliteStore, discord: Discord, clock: LeapingClock
):
    key = put(store, DESTINATION, alert(), clock.now())
    discord.world.faults = deque(["drop-after"])
    discord.world.history_readable = False
    once = frozenset({DESTINATION})
    await drain(store, discord.sinks(clock=clock, at_most_once=once), clock, fault_patience=0)
    clock.let(600)
    drained = await drain(store, discord.sinks(clock=clock, at_most_once=once), clock)
    assert discord.world.keys() == {key: 1}
    assert [fault.destination for fault in drained.errors] == [DESTINATION]
    assert store.deliveries.by_key(key).state is DeliveryState.DEAD


async def test_a_message_deleted_before_its_nonce_is_repeated_is_never_sent_again(
    store: SqliteStore, discord: Discord, clock: LeapingClock
):
    key = put(store, DESTINATION, alert(), clock.now())
    discord.world.faults = deque(["drop-after"])
    sinks = discord.sinks(clock=clock)
    await drain(store, sinks, clock, fault_patience=0)
    discord.world.delete(messages(discord)[0]["id"])
    drained = await drain(store, sinks, clock)
    assert messages(discord) == []
    assert (drained.delivered, drained.pending, drained.errors) == (0, 0, [])
    assert store.deliveries.by_key(key).state is DeliveryState.GONE


async def test_an_edit_of_a_deleted_message_is_recorded_as_gone_and_the_next_asks_nothing(
    store: SqliteStore, discord: Discord
):
    put(store, DESTINATION, alert(), REAL.now())
    await drain(store, discord.sinks())
    discord.world.delete(messages(discord)[0]["id"])
    first = put(store, DESTINATION, edit(), REAL.now(), revision=1)
    drained = await drain(store, discord.sinks())
    assert (drained.errors, store.deliveries.by_key(first).state) == ([], DeliveryState.GONE)
    asked = len(discord.world.asked)
    second = put(store, DESTINATION, edit(), REAL.now(), revision=2)
    await drain(store, discord.sinks())
    assert len(discord.world.asked) == asked
    assert store.deliveries.by_key(second).state is DeliveryState.SUPERSEDED


async def test_a_reply_to_a_deleted_message_stands_alone(store: SqliteStore, discord: Discord):
    put(store, DESTINATION, alert(), REAL.now())
    await drain(store, discord.sinks())
    discord.world.delete(messages(discord)[0]["id"])
    key = put(store, DESTINATION, reply(), REAL.now(), revision=1)
    await drain(store, discord.sinks())
    assert discord.world.keys() == {key: 1}


async def test_a_refused_embed_goes_out_as_plain_words(store: SqliteStore, discord: Discord):
    key = put(store, DESTINATION, alert(), REAL.now())
    discord.world.faults = deque(["400"])
    drained = await drain(store, discord.sinks())
    [message] = messages(discord)
    assert (drained.delivered, message["embeds"]) == (1, [])
    assert "Chief scientist number 1" in message["content"]
    assert discord.world.keys() == {key: 1}


async def test_what_is_refused_twice_dies_and_is_announced_once(store: SqliteStore, discord: Discord):
    key = put(store, DESTINATION, alert(), REAL.now())
    discord.world.faults = deque(["400", "400"])
    first = await drain(store, discord.sinks())
    assert [fault.error for fault in first.errors] == [
        f"1 delivery given up ({key}): HTTP 400: Invalid Form Body; `movewire resend KEY` tries again"
    ]
    assert (await drain(store, discord.sinks())).errors == []


async def test_a_dead_delivery_can_be_sent_again_by_hand(store: SqliteStore, discord: Discord):
    key = put(store, DESTINATION, alert(), REAL.now())
    discord.world.faults = deque(["400", "400"])
    await drain(store, discord.sinks())
    assert store.outbox.resend(key, REAL.now())
    await drain(store, discord.sinks())
    assert discord.world.keys() == {key: 1}
    assert not store.outbox.resend(key, REAL.now())


async def test_an_edit_of_what_died_goes_into_what_is_sent_again(store: SqliteStore, discord: Discord):
    key = put(store, DESTINATION, alert(), REAL.now())
    discord.world.faults = deque(["400", "400"])
    await drain(store, discord.sinks())
    put(store, DESTINATION, edit(headline="Better wording"), REAL.now(), revision=1)
    store.outbox.resend(key, REAL.now())
    await drain(store, discord.sinks())
    [message] = messages(discord)
    assert "Better wording" in message["embeds"][0]["description"]


async def test_a_channel_that_cannot_be_reached_is_asked_seldom_and_keeps_what_waits(
    store: SqliteStore, discord: Discord, clock: LeapingClock
):
    discord.world.channels = set()
    for number in range(1, 6):
        put(store, DESTINATION, alert(number), clock.now())
    drained = await drain(store, discord.sinks(clock=clock), clock)
    assert (len(discord.world.asked), drained.pending) == (1, 5)
    assert "Unknown Channel (is the bot in the server" in drained.errors[0].error
    for _ in range(24):
        clock.let(3600)
        await drain(store, discord.sinks(clock=clock), clock)
    assert len(discord.world.asked) <= 10  # of a day
    discord.world.channels = None
    clock.let(4 * 3600)
    assert (await drain(store, discord.sinks(clock=clock), clock)).delivered == 5


async def test_after_three_days_all_that_waited_as_long_is_given_up_together(
    store: SqliteStore, discord: Discord, clock: LeapingClock
):
    discord.world.channels = set()
    keys = [put(store, DESTINATION, alert(number), clock.now()) for number in (1, 2, 3)]
    for turn in range(20):
        if turn == 6:
            late = put(store, DESTINATION, alert(4), clock.now())
        drained = await drain(store, discord.sinks(clock=clock), clock)
        clock.let(4 * 3600)
    assert [store.deliveries.by_key(key).state for key in keys] == [DeliveryState.DEAD] * 3
    assert store.deliveries.by_key(late).state is DeliveryState.RETRY
    assert drained.pending == 1
    assert store.deliveries.dead_unannounced() == []


async def test_a_new_token_is_tried_at_once(store: SqliteStore, discord: Discord, clock: LeapingClock):
    discord.world.token = "another"
    put(store, DESTINATION, alert(), clock.now())
    await drain(store, discord.sinks(clock=clock), clock)
    renewed = Sinks(api=discord.api, token="another", clock=clock)
    drained = await drain(store, renewed, clock)
    await renewed.aclose()
    assert (drained.delivered, drained.pending) == (1, 0)


async def test_a_refused_token_loses_nothing_and_is_not_tried_over_and_over(
    store: SqliteStore, discord: Discord, clock: LeapingClock
):
    discord.world.token = "another"
    for number in range(1, 6):
        put(store, DESTINATION, alert(number), clock.now())
    drained = await drain(store, discord.sinks(clock=clock), clock)
    assert (len(discord.world.asked), drained.pending) == (1, 5)
    assert "set DISCORD_TOKEN to the present token" in drained.errors[0].error
    for _ in range(30):  # cron's polls, each with sinks of its own
        clock.let(120)
        await drain(store, discord.sinks(clock=clock), clock)
    assert len(discord.world.asked) == 1
    discord.world.token = "loopback-bot-token"
    clock.let(3 * 3600)
    assert (await drain(store, discord.sinks(clock=clock), clock)).delivered == 5


async def test_a_locked_thread_is_told_with_its_remedy_and_nothing_dies(
    store: SqliteStore, discord: Discord, clock: LeapingClock
):
    discord.world.faults = deque(["archived"])
    keys = [put(store, DESTINATION, alert(number), clock.now()) for number in (1, 2)]
    drained = await drain(store, discord.sinks(clock=clock), clock)
    assert (drained.delivered, drained.pending, len(discord.world.asked)) == (0, 2, 1)
    assert "unarchive it" in drained.errors[0].error
    clock.let(16 * 60)
    assert (await drain(store, discord.sinks(clock=clock), clock)).delivered == 2
    assert discord.world.keys() == dict.fromkeys(keys, 1)


async def test_an_edit_in_an_archived_thread_waits_and_lets_messages_pass(
    store: SqliteStore, discord: Discord, clock: LeapingClock
):
    put(store, DESTINATION, alert(1), clock.now())
    await drain(store, discord.sinks(clock=clock), clock)
    discord.world.faults = deque(["archived"])
    put(store, DESTINATION, edit(1), clock.now(), revision=1)
    await drain(store, discord.sinks(clock=clock), clock)
    put(store, DESTINATION, alert(2), clock.now())
    drained = await drain(store, discord.sinks(clock=clock), clock)
    assert (drained.delivered, drained.pending) == (1, 1)
    clock.let(16 * 60)
    assert (await drain(store, discord.sinks(clock=clock), clock)).delivered == 1
    first, second = discord.world.messages[str(CHANNEL)]
    assert (first.get("edited"), second.get("edited")) == (1, None)


async def test_one_line_that_is_refused_costs_a_digest_that_line_alone(
    store: SqliteStore, discord: Discord, clock: LeapingClock
):
    keys = [put(store, DESTINATION, alert(number), clock.now()) for number in range(1, 61)]
    discord.world.unspeakable = "scientist number 47 "
    drained = await drain(store, discord.sinks(clock=clock), clock, fold_above=40)
    assert (drained.delivered, drained.pending) == (59, 0)
    states = {key: store.deliveries.by_key(key).state for key in keys}
    assert [key for key in keys if states[key] is DeliveryState.DEAD] == [keys[46]]
    said = json.dumps(discord.world.messages[str(CHANNEL)])
    assert [said.count(f"scientist number {number} ") for number in range(1, 61) if number != 47] == [1] * 59
    assert (
        store.deliveries.by_key(keys[46]).alert.headline == "Chief scientist number 47 walks out of the lab"
    )


@pytest.mark.parametrize("ahead", [timedelta(days=2), timedelta(days=365)])
async def test_what_was_sent_under_a_clock_that_ran_ahead_is_found_in_a_busy_channel(
    store: SqliteStore, discord: Discord, clock: LeapingClock, ahead: timedelta
):
    clock.wall_offset = ahead
    key = put(store, DESTINATION, alert(), clock.now())
    discord.world.faults = deque(["drop-after"])
    await drain(store, discord.sinks(clock=clock), clock, fault_patience=0.0)
    for _ in range(150):
        discord.world.add(str(CHANNEL), "the chat goes on")
    clock.let(6 * 3600)
    clock.wall_offset = timedelta(0)
    discord.world.nonces.clear()
    for _ in range(150):
        discord.world.add(str(CHANNEL), "and on")
    drained = await drain(store, discord.sinks(clock=clock), clock)
    assert (drained.delivered, drained.repeats, discord.world.keys()) == (1, 0, {key: 1})


async def test_a_leap_of_the_clock_in_the_middle_of_an_outage_gives_nothing_up(
    store: SqliteStore, discord: Discord, clock: LeapingClock
):
    keys = [put(store, DESTINATION, alert(number), clock.now()) for number in (1, 2)]
    discord.world.faults = deque(["503"] * 400)
    for _ in range(12):
        await drain(store, discord.sinks(clock=clock), clock)
        clock.let(600)
    clock.wall_offset = timedelta(days=365)
    for _ in range(12):
        await drain(store, discord.sinks(clock=clock), clock)
        clock.let(600)
    clock.wall_offset = timedelta(0)
    discord.world.faults.clear()
    await drain(store, discord.sinks(clock=clock), clock)
    clock.let(900)  # the longest wait, begun anew
    await drain(store, discord.sinks(clock=clock), clock)
    assert discord.world.keys() == dict.fromkeys(keys, 1)


async def test_one_role_is_pinged_where_the_route_names_it_and_nobody_else(
    store: SqliteStore, discord: Discord
):
    put(store, DESTINATION, alert(headline="Now @everyone <@&5> <@6>"), REAL.now(), ping_role=31337)
    await drain(store, discord.sinks())
    [message] = messages(discord)
    assert message["content"] == "<@&31337>"
    assert message["allowed_mentions"] == {"parse": [], "roles": ["31337"]}


async def test_what_is_of_low_priority_arrives_silently(store: SqliteStore, discord: Discord):
    put(store, DESTINATION, alert(low_priority=True), REAL.now())
    await drain(store, discord.sinks())
    assert messages(discord)[0]["flags"] == SUPPRESS_NOTIFICATIONS


async def test_channels_are_served_side_by_side_and_a_broken_one_stops_no_other(
    store: SqliteStore, discord: Discord
):
    discord.world.channels = {str(CHANNEL)}
    put(store, "channel:1", alert(1), REAL.now(), priority=9)
    key = put(store, DESTINATION, alert(2), REAL.now())
    drained = await drain(store, discord.sinks())
    assert discord.world.keys() == {key: 1}
    assert [fault.destination for fault in drained.errors] == ["channel:1"]


async def test_a_destination_without_a_sink_is_named_and_its_deliveries_wait(
    store: SqliteStore, discord: Discord
):
    put(store, DESTINATION, alert(), REAL.now())
    drained = await drain(store, discord.sinks(token=False))
    assert (drained.pending, drained.errors[0].destination) == (1, DESTINATION)
