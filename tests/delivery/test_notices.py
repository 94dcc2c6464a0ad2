"""Trouble with feeds and deliveries is told to the ops channel, once, by the same outbox."""

import json

import pytest

from bot.answers import why
from bot.courier import drain
from bot.render import message, violations
from bot.render.embed import NOTICE, Dress
from storage.errors import UnknownThing
from storage.sqlite import SqliteStore
from tests.delivery.conftest import DESTINATION, NOW, Discord
from tests.delivery.made import alert, put

OPS = "channel:99"


def told(discord: Discord, channel: str = "99") -> list[str]:
    """The texts of a channel's messages, oldest first."""
    messages = discord.world.messages.get(channel, [])
    return [embed["description"] for one in messages for embed in one["embeds"]]


async def test_a_notice_is_posted_once(store: SqliteStore, discord: Discord) -> None:
    store.outbox.tell(OPS, ["Quay Times failed 3 times in a row"], NOW)
    for _ in range(2):
        await drain(store, discord.sinks(), ops=OPS)
    store.outbox.tell(OPS, ["Quay Times is back"], NOW)
    await drain(store, discord.sinks(), ops=OPS)
    assert told(discord) == ["Quay Times failed 3 times in a row", "Quay Times is back"]


async def test_a_webhook_can_be_told_without_a_bot(store: SqliteStore, discord: Discord) -> None:
    store.outbox.tell("ops", ["Quay Times is gone"], NOW)
    await drain(store, discord.sinks(token=False, ops_webhook_url=discord.webhook_url), ops="ops")
    assert told(discord, "4242") == ["Quay Times is gone"]


async def test_what_waits_is_told_together(store: SqliteStore, discord: Discord) -> None:
    for number in range(3):
        store.outbox.tell(OPS, [f"Feed {number} is back"], NOW)
    await drain(store, discord.sinks(), ops=OPS)
    assert told(discord) == ["Feed 0 is back\nFeed 1 is back\nFeed 2 is back"]


async def test_a_delivery_that_died_is_told_once(store: SqliteStore, discord: Discord) -> None:
    put(store, DESTINATION, alert(), NOW)
    claimed = store.claims.claim_due(NOW, lease=NOW - NOW, destination=DESTINATION, worker="w")
    store.claims.mark_dead(claimed[0].id, "HTTP 403: Missing Access", NOW)
    for _ in range(2):
        await drain(store, discord.sinks(), ops=OPS)
    [text] = told(discord)
    assert text.startswith(f"{DESTINATION}: 1 delivery given up ({claimed[0].key}): HTTP 403")


async def test_a_notice_that_cannot_be_told_makes_no_further_ones(
    store: SqliteStore, discord: Discord
) -> None:
    store.outbox.tell(OPS, ["Quay Times is back"], NOW)
    [notice] = store.claims.claim_due(NOW, lease=NOW - NOW, destination=OPS, worker="w")
    store.claims.mark_dead(notice.id, "HTTP 404: Unknown Channel", NOW)
    drained = await drain(store, discord.sinks(), ops=OPS)
    assert len(drained.errors) == 1
    assert (told(discord), store.deliveries.pending_count()) == ([], 0)


@pytest.mark.parametrize("count", [1, 60, 2000])
def test_a_notice_keeps_the_limits_of_a_message(store: SqliteStore, count: int) -> None:
    lines = [
        f"Feed {number} @everyone failed 3 times, last with [x](http://x) {'y' * 90}"
        for number in range(count)
    ]
    store.outbox.tell(OPS, lines, NOW)
    [notice] = store.claims.claim_due(NOW, lease=NOW - NOW, destination=OPS, worker="w")
    payload = message(notice.alert, Dress(key=notice.key, buttons=True))
    assert violations(payload) == []
    assert len(payload["embeds"][0]["description"]) < NOTICE + 100
    assert "components" not in payload
    assert "@everyone" not in json.dumps(payload)


def test_why_says_what_a_notice_is(store: SqliteStore) -> None:
    store.outbox.tell(OPS, ["Quay Times is back"], NOW)
    [notice] = store.claims.claim_due(NOW, lease=NOW - NOW, destination=OPS, worker="w")
    with pytest.raises(UnknownThing, match="Quay Times is back"):
        why(store, notice.key)
