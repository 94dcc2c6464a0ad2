"""What people get for what they type, through discord.py's own machinery."""

from dataclasses import replace

import pytest

from bot import charts
from bot.charts import history
from bot.commands import cards, status
from bot.gateway import FAILED
from bot.render import violations
from bot.sinks.base import REAL
from storage.model import Entity, EntityKind, FeedState, FinishedPoll, Tier
from tests.cli.stocked import FEED, LINKS
from tests.discord.conftest import connected, own

DEFERRED = 5  # interactions/receiving-and-responding: DEFERRED_CHANNEL_MESSAGE_WITH_SOURCE


def shown(result):
    """All words of the embed that was answered."""
    [embed] = result.response.embeds
    return f"{embed.title}\n{embed.description}\n{embed.footer.text or ''}"


async def test_search_answers_everyone_with_the_ids_that_why_takes(server):
    result = await server.reader.slash(server.channel, "search", text="Ruben Mayer")
    assert not result.ephemeral
    assert "Ruben Mayer leaves Meta after two months" in shown(result)
    assert LINKS[0].replace("https://", "") in shown(result)


async def test_search_that_finds_nothing_says_so(server):
    result = await server.reader.slash(server.channel, "search", text="zeppelin")
    assert "Nothing of that is stored." in shown(result)


async def test_an_entity_is_found_by_its_alias_and_shows_its_moves(server):
    result = await server.reader.slash(server.channel, "entity", name="scale-ai")
    assert "Scale AI (scale-ai)" in shown(result)
    assert "Funding" in shown(result)


async def test_a_timeline_tells_the_oldest_first(server):
    result = await server.reader.slash(server.channel, "timeline", name="meta")
    text = shown(result)
    assert text.index("Funding") < text.index("Departure")


async def test_an_unknown_entity_is_told_to_its_asker_alone(server):
    result = await server.reader.slash(server.channel, "entity", name="no such thing")
    assert result.ephemeral
    assert "there is no entity" in result.response.content


async def test_moves_are_narrowed_by_kind_and_party(server):
    result = await server.reader.slash(server.channel, "moves", kind="departure", **{"from": "meta"})
    assert "Departure" in shown(result)
    assert "Funding" not in shown(result)


async def test_a_time_that_cannot_be_read_is_refused_with_what_is_allowed(server):
    result = await server.reader.slash(server.channel, "moves", since="some day")
    assert result.ephemeral
    assert result.response.content.startswith("since: ")


@pytest.mark.parametrize("reference", ["s1", "e1", LINKS[0]])
async def test_why_shows_decision_and_deliveries_to_its_asker_alone(server, store, reference):
    if reference == "s1":
        reference = f"s{store.stories.recent(1)[0].id}"
    elif reference == "e1":
        reference = f"e{store.entries.by_url(LINKS[0]).id}"
    result = await server.reader.slash(server.channel, "why", reference=reference)
    assert result.ephemeral
    assert "party-to-move:departure" in shown(result)
    assert "2 deliveries to other places" in shown(result)
    assert "<#1>" not in shown(result)
    own(server, server.reader)
    assert "<#1> sent" in shown(await server.reader.slash(server.channel, "why", reference=reference))


async def test_why_refuses_what_is_no_id(server):
    result = await server.reader.slash(server.channel, "why", reference="whatever")
    assert result.ephemeral
    assert "is no id" in result.response.content


async def test_status_counts_what_is_stored(server, store):
    result = await server.reader.slash(server.channel, "status")
    assert result.ephemeral
    assert f"{store.entries.count()} entries stored" in shown(result)


async def test_names_are_offered_while_they_are_typed_and_stand_for_ids(server):
    choices = await server.reader.autocomplete(server.channel, "entity", "name", "ruben m")
    assert {"name": "Ruben Mayer", "value": "ruben-mayer"} in [
        {"name": one["name"], "value": one["value"]} for one in choices
    ]


async def test_no_more_than_25_names_are_offered(server):
    choices = await server.reader.autocomplete(server.channel, "entity", "name", "")
    assert 0 < len(choices) <= 25


async def test_no_answer_could_ping_or_pass_a_limit(server, store):
    for name, options in (
        ("search", {"text": "@everyone [x](https://evil.example) **" + "m" * 150}),
        ("entity", {"name": "meta"}),
        ("timeline", {"name": "meta"}),
        ("moves", {}),
        ("status", {}),
    ):
        result = await server.reader.slash(server.channel, name, **options)
        embeds = [embed.to_dict() for embed in result.response.embeds]
        assert violations({"embeds": embeds, "allowed_mentions": {"parse": []}}) == []
        assert "@everyone" not in shown(result)


async def test_a_feed_in_trouble_is_told_with_its_error(server, store):
    feed = replace(store.feeds.get(FEED), state=FeedState.FAILING, failures=3, last_error="HTTP 503")
    store.feeds.finish_polls([FinishedPoll(feed=feed, seen=REAL.now())])
    assert "bay-ledger.example" in shown(await server.keeper.slash(server.channel, "feeds list"))
    text = shown(await server.keeper.slash(server.channel, "feeds health"))
    assert "3 failures" in text
    assert "HTTP 503" in text
    assert "gazette" not in text


async def test_a_private_answer_is_deferred_first(server):
    await server.reader.slash(server.channel, "status")
    callbacks = [one for one in server.env.http_requests if one.path.endswith("/callback")]
    assert [one.json["type"] for one in callbacks] == [DEFERRED]


async def test_a_fault_of_ours_is_told_without_its_words_and_logged(server, monkeypatch, caplog):
    def broken(*arguments, **named):
        raise RuntimeError("secret words")

    monkeypatch.setattr(status, "card", broken)
    result = await server.reader.slash(server.channel, "status")
    assert result.ephemeral
    assert result.response.content == FAILED
    assert "secret words" in caplog.text


@pytest.mark.parametrize("name", ["entity", "timeline"])
async def test_a_picture_follows_the_words_where_there_is_something_to_draw_with(server, name):
    result = await server.reader.slash(server.channel, name, name="meta")
    assert "Departure" in shown(result)
    pictures = [one.filename for one in result.response.attachments]
    assert pictures == (["movewire.png"] if charts.available() else [])


async def test_a_picture_that_cannot_be_drawn_leaves_the_words(server, monkeypatch, caplog):
    def broken(*arguments):
        raise RuntimeError("no ink")

    monkeypatch.setattr(charts, "available", lambda: True)
    monkeypatch.setattr(history, "draw", broken)
    result = await server.reader.slash(server.channel, "entity", name="meta")
    assert "Departure" in shown(result)
    assert result.response.attachments == []
    assert "could not be drawn" in caplog.text


async def test_long_answers_have_pages_that_only_their_asker_turns(server, store):
    for number in range(60):
        name = f"Bay Labs {number:02} {'x' * 40}"
        kind, tier = EntityKind.ORGANISATION, Tier.RELATED
        store.watchlist.put(Entity(slug=f"bay-{number}", name=name, kind=kind, tier=tier))
    first = await server.keeper.slash(server.channel, "watch list")
    before = shown(first)
    assert "page 1 of" in before
    second = await server.keeper.click(first.response.message, label="▶")
    assert "page 2 of" in shown(second)
    assert shown(second) != before
    again = await server.keeper.click(second.response.message, label="◀")
    assert shown(again) == before


async def test_pages_of_an_answer_for_all_are_turned_by_its_asker_alone(server, store, monkeypatch):
    monkeypatch.setattr(cards, "PAGE", 300)
    public = await server.reader.slash(server.channel, "timeline", name="meta")
    assert "page 1 of" in shown(public)
    refused = await server.keeper.click(public.response.message, label="▶")
    assert refused.ephemeral
    assert "Only who asked" in refused.response.content
    turned = await server.reader.click(public.response.message, label="▶")
    assert "page 2 of" in shown(turned)


async def test_after_a_restart_pages_say_that_they_are_gone(server, app, monkeypatch):
    monkeypatch.setattr(cards, "PAGE", 300)
    public = await server.reader.slash(server.channel, "timeline", name="meta")
    await server.env.restart_bot(connected(app))
    gone = await server.reader.click(public.response.message, label="▶")
    assert gone.ephemeral
    assert "ask again" in gone.response.content
