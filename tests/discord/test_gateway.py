"""The bot's connection, against a small Discord on loopback: REST and websocket of its own."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.app import open_app
from bot.commands.desk import desk_of
from bot.gateway import Gateway, companion, supervise
from bot.settings import load

BOT = {"id": "42", "username": "movewire", "discriminator": "0", "avatar": None, "bot": True}
APPLICATION = {
    "id": "42",
    "name": "movewire",
    "icon": None,
    "description": "",
    "bot_public": False,
    "bot_require_code_grant": False,
    "verify_key": "0",
    "flags": 0,
    "owner": BOT,
}
HELLO, IDENTIFY, DISPATCH = 10, 2, 0  # topics/opcodes-and-status-codes#gateway-gateway-opcodes


def answered(body: object, *, status: int = 200) -> web.Response:
    """JSON with Discord's own content type: discord.py takes any other for text."""
    return web.Response(
        body=json.dumps(body).encode(), status=status, headers={"Content-Type": "application/json"}
    )


@dataclass(slots=True)
class Loopback:
    """What the server was asked, and the faults it is to show."""

    address: str = ""
    refuse_token: bool = False
    broken: int = 0  # so many of the next questions are answered 503
    close_with: int | None = None  # the websocket closes with this code after IDENTIFY
    asked: int = 0
    commands: list[dict] = field(default_factory=list)
    identified: list[dict] = field(default_factory=list)
    refused: asyncio.Event = field(default_factory=asyncio.Event)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    async def me(self, request: web.Request) -> web.Response:
        self.asked += 1
        if self.refuse_token:
            return answered({"message": "401: Unauthorized", "code": 0}, status=401)
        if self.broken:
            self.broken -= 1
            self.refused.set()
            return answered({"message": "down"}, status=503)
        return answered(BOT)

    async def application(self, request: web.Request) -> web.Response:
        return answered(APPLICATION)

    async def where(self, request: web.Request) -> web.Response:
        limits = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        url = self.address.replace("http://", "ws://") + "/ws"
        return answered({"url": url, "shards": 1, "session_start_limit": limits})

    async def register(self, request: web.Request) -> web.Response:
        self.commands = await request.json()
        made = [
            {**one, "id": str(number), "application_id": "42", "version": "1"}
            for number, one in enumerate(self.commands, 1)
        ]
        return answered(made)

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        await ws.send_json({"op": HELLO, "d": {"heartbeat_interval": 45_000}, "s": None, "t": None})
        async for message in ws:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            told = json.loads(message.data)
            if told["op"] != IDENTIFY:
                continue
            self.identified.append(told["d"])
            if self.close_with is not None:
                await ws.close(code=self.close_with)
                break
            ready = {
                "v": 10,
                "user": BOT,
                "guilds": [],
                "session_id": "s",
                "resume_gateway_url": str(request.url),
                "application": {"id": "42", "flags": 0},
                "shard": [0, 1],
            }
            await ws.send_json({"op": DISPATCH, "d": ready, "s": 1, "t": "READY"})
            self.ready.set()
        self.left.set()
        return ws


@pytest.fixture
async def loopback(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Loopback]:
    """A running server that discord.py is pointed at for the length of a test."""
    monkeypatch.setattr(Route, "BASE", Route.BASE)  # the bot changes both: put back afterwards
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    told = Loopback()
    app = web.Application()
    app.router.add_get("/api/users/@me", told.me)
    app.router.add_get("/api/oauth2/applications/@me", told.application)
    app.router.add_get("/api/gateway/bot", told.where)
    app.router.add_put("/api/applications/42/commands", told.register)
    app.router.add_get("/ws", told.socket)
    app.router.add_get("/ws/", told.socket)
    runner = web.AppRunner(app, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    told.address = f"http://127.0.0.1:{port}"
    yield told
    await runner.cleanup()


@contextlib.contextmanager
def bot(tmp_path: Path, loopback: Loopback, **more: str):
    """What runs beside the watching, as the settings wire it."""
    environ = {
        "DISCORD_TOKEN": "MTIz.abc.def-ghi",
        "DISCORD_CHANNEL_ID": "1",
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
