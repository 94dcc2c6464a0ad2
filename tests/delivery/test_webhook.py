"""A webhook, over a real socket: what is certain is retried, what is not is owned up to."""

from collections import deque

import pytest

from bot.courier import drain
from bot.sinks.base import REAL
from bot.sinks.webhook import SETTLE
from storage.model import DeliveryState
from storage.sqlite import SqliteStore
from tests.delivery.clocks import LeapingClock
from tests.delivery.conftest import CHANNEL, Discord
from tests.delivery.made import alert, edit, put, reply

WEBHOOK = "webhook"
AMBIGUOUS = ["drop-before", "drop-after", "500", "500-stored", "502", "504-stored"]
STORED = {"drop-after", "500-stored", "504-stored"}


@pytest.fixture
def clock(discord: Discord) -> LeapingClock:
    leaping = LeapingClock()
    discord.world.clock = leaping.true_time
    return leaping


def messages(discord: Discord) -> list[dict]:
    return discord.world.messages.get(str(CHANNEL), [])


async def test_a_delivery_arrives_once_without_buttons_that_nobody_would_answer(
    store: SqliteStore, discord: Discord
):
    key = put(store, WEBHOOK, alert(), REAL.now())
    drained = await drain(store, discord.sinks(token=False, webhook=True))
    assert (drained.delivered, discord.world.keys()) == (1, {key: 1})
    assert "components" not in messages(discord)[0]


async def test_the_id_of_the_message_is_kept_for_edits(store: SqliteStore, discord: Discord):
    key = put(store, WEBHOOK, alert(), REAL.now())
    await drain(store, discord.sinks(token=False, webhook=True))
    put(store, WEBHOOK, edit(), REAL.now(), revision=1)
    await drain(store, discord.sinks(token=False, webhook=True))
    [message] = messages(discord)
    assert store.deliveries.message(1, WEBHOOK) == message["id"]
    assert message["edited"] == 1
    assert discord.world.keys() == {key: 1}


async def test_an_edit_keeps_the_mark_of_a_possible_repeat(
    store: SqliteStore, discord: Discord, clock: LeapingClock
):
    put(store, WEBHOOK, alert(), clock.now())
    discord.world.faults = deque(["drop-after"])
    await drain(store, discord.sinks(token=False, webhook=True, clock=clock), clock)
    put(store, WEBHOOK, edit(), clock.now(), revision=1)
    await drain(store, discord.sinks(token=False, webhook=True, clock=clock), clock)
    assert "Possibly a repeat" in messages(discord)[1]["content"]
    assert messages(discord)[1]["edited"] == 1


async def test_a_reply_links_to_the_first_message(store: SqliteStore, discord: Discord):
    put(store, WEBHOOK, alert(), REAL.now())
    put(store, WEBHOOK, reply(), REAL.now(), revision=1)
    await drain(store, discord.sinks(token=False, webhook=True))
    first, second = messages(discord)
    link = f"https://discord.com/channels/700000000000000001/{CHANNEL}/{first['id']}"
    assert f"[first message]({link})" in second["embeds"][0]["description"]


@pytest.mark.parametrize("fault", ["503", "429", "429-global"])
async def test_a_certain_failure_is_retried_and_leaves_no_doubt(
    store: SqliteStore, discord: Discord, clock: LeapingClock, fault: str
):
    key = put(store, WEBHOOK, alert(), clock.now())
    discord.world.faults = deque([fault])
    drained = await drain(store, discord.sinks(token=False, webhook=True, clock=clock), clock)
    assert (drained.delivered, drained.repeats, discord.world.keys()) == (1, 0, {key: 1})
    assert messages(discord)[0]["content"] == ""
    assert store.deliveries.by_key(key).ambiguous == 0


@pytest.mark.parametrize("fault", AMBIGUOUS)
async def test_by_default_the_uncertain_is_repeated_marked_and_counted(
    store: SqliteStore, discord: Discord, clock: LeapingClock, fault: str
):
    key = put(store, WEBHOOK, alert(), clock.now())
    discord.world.faults = deque([fault])
    drained = await drain(store, discord.sinks(token=False, webhook=True, clock=clock), clock)
    assert (drained.delivered, drained.repeats) == (1, 1)
    assert discord.world.keys() == {key: 1 + (fault in STORED)}
    assert "Possibly a repeat" in messages(discord)[-1]["content"]
    assert store.deliveries.by_key(key).ambiguous == 1


@pytest.mark.parametrize("fault", AMBIGUOUS)
async def test_at_most_once_gives_up_on_the_uncertain_and_says_so(
    store: SqliteStore, discord: Discord, clock: LeapingClock, fault: str
):
    key = put(store, WEBHOOK, alert(), clock.now())
    discord.world.faults = deque([fault])
    sinks = discord.sinks(token=False, webhook=True, clock=clock, at_most_once=frozenset({WEBHOOK}))
    drained = await drain(store, sinks, clock)
    assert discord.world.keys() == ({key: 1} if fault in STORED else {})
    assert store.deliveries.by_key(key).state is DeliveryState.DEAD
    assert "at most once" in drained.errors[-1].error


@pytest.mark.parametrize("intent", [True, False], ids=["words readable", "words withheld"])
@pytest.mark.parametrize("fault", AMBIGUOUS)
async def test_with_a_readable_history_the_uncertain_is_looked_up(
    store: SqliteStore, discord: Discord, clock: LeapingClock, fault: str, intent: bool
):
    discord.world.message_content = intent
    key = put(store, WEBHOOK, alert(), clock.now())
    discord.world.faults = deque([fault])
    sinks = discord.sinks(webhook=True, clock=clock)
    drained = await drain(store, sinks, clock, fault_patience=SETTLE)
    assert (drained.delivered, drained.repeats, drained.pending) == (1, 0, 0)
    assert discord.world.keys() == {key: 1}


async def test_the_history_is_not_read_before_a_lost_attempt_can_show_in_it(
    store: SqliteStore, discord: Discord, clock: LeapingClock
):
    put(store, WEBHOOK, alert(), clock.now())
    discord.world.faults = deque(["drop-after"])
    await drain(store, discord.sinks(webhook=True, clock=clock), clock, fault_patience=SETTLE - 1)
    assert [method for method, _ in discord.world.asked] == ["POST"]
    clock.let(SETTLE)
    await drain(store, discord.sinks(webhook=True, clock=clock), clock)
    assert [method for method, _ in discord.world.asked] == ["POST", "GET", "GET"]


async def test_after_a_404_the_webhook_is_never_asked_again_not_even_by_the_next_process(
    store: SqliteStore, discord: Discord
):
    sinks = discord.sinks(token=False, webhook=True)
    discord.world.webhooks.clear()
    for number in (1, 2, 3):
        put(store, WEBHOOK, alert(number), REAL.now())
    drained = await drain(store, sinks)
    assert (len(discord.world.asked), drained.pending) == (1, 0)
    assert any("the webhook does not exist any more" in fault.error for fault in drained.errors)
    put(store, WEBHOOK, alert(4), REAL.now())
    await drain(store, discord.sinks(token=False, webhook=True))
    assert len(discord.world.asked) == 1


async def test_a_new_webhook_takes_what_the_retired_one_left_when_sent_by_hand(
    store: SqliteStore, discord: Discord
):
    sinks = discord.sinks(token=False, webhook=True)
    discord.world.webhooks.clear()
    key = put(store, WEBHOOK, alert(), REAL.now())
    await drain(store, sinks)
    discord.renew_webhook()
    assert store.outbox.resend(key, REAL.now())
    await drain(store, discord.sinks(token=False, webhook=True))
    assert discord.world.keys() == {key: 1}


async def test_a_refused_embed_goes_out_as_plain_words(store: SqliteStore, discord: Discord):
    key = put(store, WEBHOOK, alert(), REAL.now())
    discord.world.faults = deque(["400"])
    await drain(store, discord.sinks(token=False, webhook=True))
    assert discord.world.keys() == {key: 1}
    assert messages(discord)[0]["embeds"] == []


async def test_a_thread_of_the_webhook_is_written_read_and_edited(
    store: SqliteStore, discord: Discord, clock: LeapingClock
):
    discord.thread = "5151"
    key = put(store, WEBHOOK, alert(), clock.now())
    discord.world.faults = deque(["drop-after"])
    await drain(store, discord.sinks(webhook=True, clock=clock), clock, fault_patience=SETTLE)
    put(store, WEBHOOK, edit(), clock.now(), revision=1)
    await drain(store, discord.sinks(webhook=True, clock=clock), clock)
    [message] = discord.world.messages["5151"]
    assert (message["edited"], discord.world.keys()) == (1, {key: 1})


async def test_nobody_listening_is_a_certain_failure(store: SqliteStore, discord: Discord):
    from bot.sinks import Sinks

    key = put(store, WEBHOOK, alert(), REAL.now())
    sinks = Sinks(api="http://127.0.0.1:9", webhook_url="http://127.0.0.1:9/api/webhooks/1/none")
    drained = await drain(store, sinks, fault_patience=0)
    await sinks.aclose()
    assert (drained.pending, store.deliveries.by_key(key).ambiguous) == (1, 0)
    assert "no answer" in drained.errors[0].error
