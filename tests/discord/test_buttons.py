"""The buttons under an alert, pressed long after it was sent."""

from datetime import timedelta

import discord
import pytest
from discord.http import Route

from bot.commands.permission import granted, owners
from bot.gateway import OUTDATED
from bot.render import Dress, message
from bot.sinks.base import REAL
from tests.delivery.made import alert, put
from tests.discord.conftest import connected


@pytest.fixture
async def told(server, app):
    """The stocked alert as the channel's sink would have sent it; the bot is another one since."""
    [number] = [story.id for story in app.store.stories.recent(5)]
    delivery = app.store.deliveries.for_story(number)[0]
    sent = await _post(server, message(delivery.alert, Dress(key=delivery.key, buttons=True)))
    await server.env.restart_bot(connected(app))
    return sent


async def _post(server, payload):
    route = Route("POST", "/channels/{channel_id}/messages", channel_id=server.channel.id)
    sent = await server.env.bot.http.request(route, json=payload)
    channel = server.env.bot.get_channel(server.channel.id)
    return await channel.fetch_message(int(sent["id"]))


def words(result):
    """All words of the last answer."""
    embeds = result.response.embeds
    return "\n".join([result.response.content or "", *(f"{one.title}\n{one.description}" for one in embeds)])


def muted(server, store, slug):
    """Whether the server has muted it for about a week."""
    until = {one.entity: one.until for one in store.mutes.of(server.guild.id, REAL.now())}.get(slug)
    return until is not None and timedelta(days=6) < until - REAL.now() < timedelta(days=8)


async def test_timeline_tells_the_presser_alone_what_the_parties_did(server, told):
    result = await server.reader.click(told, label="Timeline")
    assert result.ephemeral
    assert "Timeline of Ruben Mayer, Meta" in words(result)
    assert words(result).index("Funding") < words(result).index("Departure")


async def test_why_tells_how_the_alert_came_about(server, told):
    result = await server.reader.click(told, label="Why")
    assert result.ephemeral
    assert "party-to-move:departure" in words(result)


async def test_a_reader_mutes_nobody(server, told, store):
    result = await server.reader.click(told, label="Mute 7 days")
    assert result.ephemeral
    assert "needs Manage Server" in words(result)
    assert not muted(server, store, "meta")
    assert not muted(server, store, "ruben-mayer")


async def test_of_several_parties_one_is_chosen_muted_and_heard_again(server, told, store):
    asked = await server.keeper.click(told, label="Mute 7 days")
    assert asked.ephemeral
    assert not muted(server, store, "meta")
    done = await server.keeper.click(asked.response.message, label="Meta")
    assert "Meta is muted" in words(done)
    assert muted(server, store, "meta")
    assert not muted(server, store, "ruben-mayer")
    undone = await server.keeper.click(done.response.message, label="Undo")
    assert "heard here again" in words(undone)
    assert undone.response.components == []
    assert not muted(server, store, "meta")


async def test_an_alert_of_one_entity_is_muted_at_once(server, app, store):
    [number] = [story.id for story in store.stories.recent(5)]
    lone = alert(number, move=None, entities=("scale-ai",), names={"scale-ai": "Scale AI"})
    key = put(store, f"channel:{server.channel.id}", lone, REAL.now(), revision=7)
    sent = await _post(server, message(lone, Dress(key=key, buttons=True)))
    done = await server.keeper.click(sent, label="Mute 7 days")
    assert "Scale AI is muted" in words(done)
    assert muted(server, store, "scale-ai")


async def test_not_relevant_teaches_the_server_is_shown_by_watch_and_undone(server, told, store):
    refused = await server.reader.click(told, label="Not relevant")
    assert "needs Manage Server" in words(refused)
    assert store.lessons.of(server.guild.id) == []

    done = await server.keeper.click(told, label="Not relevant")
    assert done.ephemeral
    taught = store.lessons.of(server.guild.id)
    assert {one.entity for one in taught} == {"ruben-mayer", "meta"}
    assert {one.by for one in taught} == {server.keeper.id}
    shown = await server.keeper.slash(server.channel, "watch list")
    assert "not relevant here" in words(shown)
    assert "ruben mayer" in words(shown)

    await server.keeper.click(told, label="Not relevant")
    assert len(store.lessons.of(server.guild.id)) == len(taught)

    undone = await server.keeper.click(done.response.message, label="Undo")
    assert "Relevant again" in words(undone)
    assert store.lessons.of(server.guild.id) == []


async def test_one_lesson_is_undone_from_the_watchlist(server, told, store):
    await server.keeper.click(told, label="Not relevant")
    first, second = store.lessons.of(server.guild.id)
    shown = await server.keeper.slash(server.channel, "watch list")
    await server.keeper.click(shown.response.message, custom_id=f"mw:unlearn:{first.id}")
    assert store.lessons.of(server.guild.id) == [second]


async def test_an_alert_of_another_database_is_told_so(server):
    sent = await _post(server, message(alert(), Dress(key="ab" * 12, buttons=True)))
    result = await server.reader.click(sent, label="Why")
    assert result.ephemeral
    assert "no alert with the key" in words(result)


async def test_a_button_of_another_version_is_answered(server):
    view = {"type": 1, "components": [{"type": 2, "style": 2, "label": "Old", "custom_id": "mw:gone:x"}]}
    sent = await _post(server, {"content": "old", "components": [view], "allowed_mentions": {"parse": []}})
    result = await server.reader.click(sent, label="Old")
    assert result.ephemeral
    assert words(result).strip() == OUTDATED


class _Overwrite:
    def __init__(self, kind: str, number: int, permission: bool) -> None:
        self.type = discord.AppCommandPermissionType[kind]
        self.id, self.permission = number, permission


@pytest.mark.parametrize(
    ("overwrites", "may"),
    [
        ([], False),
        ([("role", 7, True)], True),
        ([("role", 8, True)], False),
        ([("role", 7, True), ("user", 1, False)], False),
        ([("role", 7, False), ("user", 1, True)], True),
        ([("role", 7, False), ("role", 9, True)], True),
    ],
)
def test_a_server_may_let_members_or_roles_do_what_the_command_does(overwrites, may):
    given = [_Overwrite(*one) for one in overwrites]
    assert granted(given, 1, {7, 9}) is may


async def test_the_owner_is_who_owns_the_application(server):
    assert owners(server.env.bot.application) == {server.env.bot.application.owner.id}
