"""The bot's connection, end to end: an unmodified discord.py against a small Discord on loopback."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from bot import charts
from bot.app import open_app
from bot.commands.desk import desk_of
from bot.gateway import Gateway, companion, supervise
from bot.identifying import TooSoon, Turnstile
from bot.render import Dress
from bot.render import message as rendered
from bot.settings import load
from tests.cli.stocked import stock
from tests.discord.loopback import CHANNEL, GUILD, Loopback, message, serve


@pytest.fixture
async def loopback(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Loopback]:
    """A running server that discord.py is pointed at for the length of a test; it refused nothing."""
    monkeypatch.setattr(Route, "BASE", Route.BASE)  # the bot changes both: put back afterwards
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    told = Loopback()
    runner = await serve(told)
    yield told
    await runner.cleanup()
    assert told.faults == []


@contextlib.contextmanager
def bot(tmp_path: Path, loopback: Loopback, **more: str):
    """What runs beside the watching, as the settings wire it."""
    environ = {
        "DISCORD_TOKEN": "MTIz.abc.def-ghi",
        "DISCORD_CHANNEL_ID": CHANNEL,
        "MOVEWIRE_DISCORD_API": f"{loopback.address}/api",
        "MOVEWIRE_SEED_FEEDS": "0",
        **more,
    }
    settings = load(db=str(tmp_path / "news.db"), environ=environ, folder=tmp_path)
    with open_app(settings) as app:
        yield app, companion(app, settings)


@pytest.mark.parametrize("named", [False, True], ids=["gateway as Discord says", "gateway as set"])
async def test_it_connects_tells_its_commands_and_leaves_when_asked(tmp_path, loopback, named):
    more = {"MOVEWIRE_DISCORD_GATEWAY": loopback.address.replace("http", "ws") + "/ws"} if named else {}
    with bot(tmp_path, loopback, **more) as (_, attend):
        stop = asyncio.Event()
        running = asyncio.create_task(attend(stop))
        await loopback.ready.wait()
        stop.set()
        await running
        await loopback.left.wait()
    [identified] = loopback.identified
    assert identified["intents"] == 1  # guilds: nothing privileged
    by_name = {one["name"]: one for one in loopback.commands}
    changing = {"watch", "feeds", "route", "digest"}
    assert set(by_name) == {"search", "entity", "timeline", "moves", "why", "status", *changing}
    assert {name: one["contexts"] for name, one in by_name.items()} == {name: [0] for name in by_name}
    manage = str(1 << 5)  # topics/permissions: MANAGE_GUILD
    needs = {name for name, one in by_name.items() if one["default_member_permissions"] is not None}
    assert needs == changing
    assert all(str(by_name[name]["default_member_permissions"]) == manage for name in needs)


async def test_a_refused_token_ends_the_bot_for_good_and_is_not_in_the_log(tmp_path, loopback, caplog):
    loopback.refuse_token = True
    with bot(tmp_path, loopback) as (_, attend):
        await attend(asyncio.Event())  # returns though nobody asked it to stop
    assert loopback.asked == 1
    assert "set DISCORD_TOKEN" in caplog.text
    assert "MTIz.abc" not in caplog.text


async def test_close_code_4004_ends_the_bot_for_good(tmp_path, loopback, caplog):
    loopback.close_with = 4004
    with bot(tmp_path, loopback) as (_, attend):
        await attend(asyncio.Event())
    assert len(loopback.identified) == 1
    assert "4004" in caplog.text


async def test_an_outage_is_waited_out(tmp_path, loopback):
    loopback.broken = 2
    with bot(tmp_path, loopback) as (app, _):
        desk, stop = desk_of(app), asyncio.Event()
        running = asyncio.create_task(supervise(lambda: Gateway(desk), "a.b.c", stop, first=0.01))
        await loopback.ready.wait()
        stop.set()
        await running
    assert loopback.asked == 3


async def test_it_leaves_at_once_when_asked_during_a_pause(tmp_path, loopback):
    loopback.broken = 1000
    with bot(tmp_path, loopback) as (app, _):
        desk, stop = desk_of(app), asyncio.Event()
        running = asyncio.create_task(supervise(lambda: Gateway(desk), "a.b.c", stop, first=3600.0))
        await loopback.refused.wait()
        stop.set()
        await running
    assert loopback.asked == 1


# --- end to end: what a member does, over the wire ----------------------------------------


@pytest.fixture
async def live(tmp_path, loopback):
    """The bot of ``movewire run`` over a small history, connected."""
    stock(tmp_path / "news.db").close()
    with bot(tmp_path, loopback) as (app, attend):
        stop = asyncio.Event()
        running = asyncio.create_task(attend(stop))
        await asyncio.wait_for(loopback.ready.wait(), 100)
        yield app
        stop.set()
        await running


async def test_a_command_is_answered_and_its_picture_follows(live, loopback):
    answers = await loopback.command("timeline", name="meta")
    way, said = await answers.next()
    assert (way, said["type"]) == ("callback", 4)
    assert "Ruben Mayer leaves Meta" in said["data"]["embeds"][0]["description"]
    if charts.available():
        way, picture = await answers.next()
        assert (way, picture["uploaded"]) == ("edit", ["files[0]"])


async def test_a_private_command_is_deferred_and_followed_up(live, loopback):
    answers = await loopback.command("status")
    way, deferred = await answers.next()
    assert (way, deferred["type"], deferred["data"]["flags"]) == ("callback", 5, 64)
    way, said = await answers.next()
    assert way == "edit"
    assert "entries stored" in said["embeds"][0]["description"]


async def test_a_slow_answer_for_all_is_deferred_before_it_is_given(live, loopback, monkeypatch):
    monkeypatch.setattr("bot.commands.reply.GRACE", 0.0)
    answers = await loopback.command("search", text="Mayer")
    assert (await answers.next())[1]["type"] == 5
    way, said = await answers.next()
    assert way == "edit"
    assert "Mayer" in said["embeds"][0]["description"]


async def test_a_button_of_an_alert_is_answered_and_mutes_over_the_wire(live, loopback):
    [story] = live.store.stories.recent(1)
    delivery = live.store.deliveries.for_story(story.id)[0]
    alert = message(**rendered(delivery.alert, Dress(key=delivery.key, buttons=True)))
    answers = await loopback.press(alert, f"mw:why:{delivery.key}")
    assert (await answers.next())[1]["type"] == 5
    assert "party-to-move" in (await answers.next())[1]["embeds"][0]["description"]

    answers = await loopback.press(alert, f"mw:mute:{delivery.key}", manages=True)
    assert (await answers.next())[1]["type"] == 5
    asked = (await answers.next())[1]
    buttons = asked["components"][0]["components"]
    assert [one["label"] for one in buttons] == ["Ruben Mayer", "Meta"]

    answers = await loopback.press(message(**asked), buttons[1]["custom_id"], manages=True)
    assert (await answers.next())[1]["type"] == 6
    way, done = await answers.next()
    assert way == "edit"
    assert done["embeds"][0]["title"] == "Meta is muted here"
    assert [one.entity for one in live.store.mutes.of(int(GUILD), live.clock.now())] == ["meta"]


async def test_a_press_that_is_refused_leaves_the_message_and_follows_up(live, loopback):
    choice = {
        "type": 1,
        "components": [{"type": 2, "style": 2, "label": "M", "custom_id": "mw:silence:meta"}],
    }
    answers = await loopback.press(message(components=[choice]), "mw:silence:meta")
    assert (await answers.next())[1]["type"] == 6
    way, said = await answers.next()
    assert (way, said["flags"]) == ("followup", 64)
    assert "needs Manage Server" in said["content"]


async def test_the_server_is_remembered_and_gets_the_settings_channel_as_its_route(live, loopback):
    await _until(lambda: live.store.routes.of(int(GUILD)))
    [route] = live.store.routes.of(int(GUILD))
    assert route.destination == f"channel:{CHANNEL}"
    await loopback.tell("GUILD_DELETE", {"id": GUILD})
    await _until(lambda: live.store.guilds.get(int(GUILD)).left is not None)


async def test_after_a_dropped_connection_the_session_is_resumed_and_goes_on(live, loopback):
    before = loopback.sequence
    await loopback.cut()
    await asyncio.wait_for(loopback.back.wait(), 100)
    [resumed] = loopback.resumed
    assert (resumed["session_id"], resumed["seq"]) == ("s", before)
    assert len(loopback.identified) == 1
    answers = await loopback.command("status")
    assert (await answers.next())[1]["type"] == 5


async def test_a_lost_session_does_not_lead_to_one_identify_after_another(tmp_path, loopback):
    loopback.forget_sessions = True
    turnstile = Turnstile(held=0.0)
    DiscordWebSocket.DEFAULT_GATEWAY = URL(loopback.address.replace("http", "ws") + "/ws")
    with bot(tmp_path, loopback) as (app, _):
        desk, stop = desk_of(app), asyncio.Event()
        make = lambda: Gateway(desk, shard_count=None, turnstile=turnstile)  # noqa: E731
        running = asyncio.create_task(supervise(make, "a.b.c", stop, first=0.01, turnstile=turnstile))
        await asyncio.wait_for(loopback.ready.wait(), 100)
        await loopback.cut()
        await _until(lambda: loopback.connections >= 4)  # resume, then two that were held back
        assert len(loopback.identified) == 1
        stop.set()
        await running


async def _until(happened):
    """Wait for something that the bot does by itself."""
    async with asyncio.timeout(100):
        while not happened():  # noqa: ASYNC110 - nothing says so but the store
            await asyncio.sleep(0.02)


# --- the turnstile ------------------------------------------------------------------------


async def test_a_shard_passes_once_in_two_minutes_whatever_failed():
    now = 1000.0
    turnstile = Turnstile(held=0.0, clock=lambda: now)
    await turnstile.enter(0)
    await turnstile.enter(1)  # another shard
    with pytest.raises(TooSoon):
        await turnstile.enter(0)
    now += 119.0
    assert turnstile.wait(0) == 1.0
    with pytest.raises(TooSoon):
        await turnstile.enter(0)
    now += 1.0
    await turnstile.enter(0)
    assert turnstile.wait(0) == 120.0
