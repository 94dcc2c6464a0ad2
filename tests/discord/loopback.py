"""A Discord on loopback for an unmodified discord.py: REST and the gateway's websocket.

Says HELLO, takes IDENTIFY and RESUME, numbers its events, sends interactions, and keeps what
the bot answers.  What Discord would refuse is kept in ``faults``.
"""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from tests.discord.checking import payload_faults

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
# topics/opcodes-and-status-codes#gateway-gateway-opcodes
DISPATCH, HEARTBEAT, IDENTIFY, RESUME, INVALID_SESSION, HELLO, ACK = 0, 1, 2, 6, 9, 10, 11
GUILD, CHANNEL, MEMBER = "700", "701", "702"
MANAGE_GUILD = 1 << 5
PERSON = {
    "user": {"id": MEMBER, "username": "reader", "discriminator": "0", "avatar": None},
    "roles": [],
    "joined_at": "2025-01-01T00:00:00+00:00",
    "deaf": False,
    "mute": False,
    "flags": 0,
}
SERVER = {
    "id": GUILD,
    "name": "Newsroom",
    "owner_id": MEMBER,
    "member_count": 2,
    "features": [],
    "emojis": [],
    "stickers": [],
    "roles": [
        {
            "id": GUILD,
            "name": "@everyone",
            "permissions": "84992",
            "position": 0,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "managed": False,
            "mentionable": False,
            "flags": 0,
        }
    ],
    "channels": [
        {"id": CHANNEL, "type": 0, "name": "news", "position": 0, "permission_overwrites": [], "nsfw": False}
    ],
    "threads": [],
    "members": [{**PERSON, "user": BOT}],
    "voice_states": [],
    "presences": [],
    "verification_level": 0,
    "default_message_notifications": 0,
    "explicit_content_filter": 0,
    "mfa_level": 0,
    "nsfw_level": 0,
    "premium_tier": 0,
    "preferred_locale": "en-GB",
    "system_channel_flags": 0,
    "afk_timeout": 300,
}


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
    in_a_server: bool = True
    forget_sessions: bool = False  # a RESUME is answered with INVALID_SESSION
    connections: int = 0
    sequence: int = 0
    asked_for: int = 0  # interactions
    ws: web.WebSocketResponse | None = None
    commands: list[dict[str, Any]] = field(default_factory=list)
    identified: list[dict[str, Any]] = field(default_factory=list)
    resumed: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    answers: "dict[str, Answers]" = field(default_factory=dict)  # by the interaction's token
    back: asyncio.Event = field(default_factory=asyncio.Event)
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
        self.faults += payload_faults("PUT", "/applications/42/commands", self.commands)
        made = [
            {**one, "id": str(number), "application_id": "42", "version": "1"}
            for number, one in enumerate(self.commands, 1)
        ]
        return answered(made)

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        self.connections += 1
        await self._send(ws, HELLO, {"heartbeat_interval": 45_000})
        async for message in ws:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            told = json.loads(message.data)
            if told["op"] == HEARTBEAT:
                await self._send(ws, ACK, None)
            elif told["op"] == RESUME:
                self.resumed.append(told["d"])
                await self._taken_up(ws)
            elif told["op"] == IDENTIFY:
                self.identified.append(told["d"])
                if self.close_with is not None:
                    await ws.close(code=self.close_with)
                    break
                await self._welcome(ws, str(request.url))
        self.left.set()
        return ws

    async def _welcome(self, ws: web.WebSocketResponse, url: str) -> None:
        self.ws = ws
        ready = {
            "v": 10,
            "user": BOT,
            "guilds": [{"id": GUILD, "unavailable": True}] if self.in_a_server else [],
            "session_id": "s",
            "resume_gateway_url": url,
            "application": {"id": "42", "flags": 0},
            "shard": [0, 1],
        }
        await self.tell("READY", ready)
        if self.in_a_server:
            await self.tell("GUILD_CREATE", SERVER)
        self.ready.set()

    async def _taken_up(self, ws: web.WebSocketResponse) -> None:
        if self.forget_sessions:
            await self._send(ws, INVALID_SESSION, False)
            return
        self.ws = ws
        await self.tell("RESUMED", {})
        self.back.set()

    async def _send(self, ws: web.WebSocketResponse, op: int, d: Any, t: str | None = None) -> None:
        self.sequence += t is not None
        await ws.send_json({"op": op, "d": d, "s": self.sequence if t else None, "t": t})

    async def tell(self, event: str, d: Any) -> None:
        """Send an event to the bot."""
        assert self.ws is not None
        await self._send(self.ws, DISPATCH, d, event)

    async def cut(self) -> None:
        """Break the connection without a word."""
        assert self.ws is not None
        assert self.ws._req is not None
        assert self.ws._req.transport is not None
        self.ws._req.transport.abort()

    # --- interactions -----------------------------------------------------------------------

    async def ask(self, kind: int, data: dict[str, Any], *, manages: bool = False, **more: Any) -> "Answers":
        """Send an interaction (interactions/receiving-and-responding#interaction-object)."""
        self.asked_for += 1
        token = f"token{self.asked_for}"
        self.answers[token] = Answers()
        await self.tell(
            "INTERACTION_CREATE",
            {
                "id": str(9000 + self.asked_for),
                "application_id": "42",
                "type": kind,
                "token": token,
                "version": 1,
                "data": data,
                "guild_id": GUILD,
                "channel_id": CHANNEL,
                "channel": SERVER["channels"][0],
                "member": {**PERSON, "permissions": str(MANAGE_GUILD if manages else 0)},
                "app_permissions": "84992",
                "locale": "en-GB",
                "guild_locale": "en-GB",
                "entitlements": [],
                "authorizing_integration_owners": {"0": GUILD},
                "context": 0,
                "attachment_size_limit": 10_000_000,
                **more,
            },
        )
        return self.answers[token]

    async def command(self, name: str, /, **options: str) -> "Answers":
        """A slash command with text options, as somebody types it."""
        number = next(str(n) for n, one in enumerate(self.commands, 1) if one["name"] == name)
        given = [{"name": option, "type": 3, "value": value} for option, value in options.items()]
        return await self.ask(2, {"id": number, "name": name, "type": 1, "options": given})

    async def typing(self, name: str, /, **options: str) -> "Answers":
        """The last option of a command, while it is typed."""
        number = next(str(n) for n, one in enumerate(self.commands, 1) if one["name"] == name)
        given: list[dict[str, Any]] = [{"name": k, "type": 3, "value": v} for k, v in options.items()]
        given[-1]["focused"] = True
        return await self.ask(4, {"id": number, "name": name, "type": 1, "options": given})

    async def press(self, message: dict[str, Any], custom_id: str, *, manages: bool = False) -> "Answers":
        """A button under a message."""
        data = {"component_type": 2, "custom_id": custom_id}
        return await self.ask(3, data, manages=manages, message=message)

    async def callback(self, request: web.Request) -> web.Response:
        body = await _json(request)
        self._check(request, body)
        answers = self.answers[request.match_info["token"]]
        answers.put("callback", body)
        kind = body["type"]
        made = {"type": kind, "message": self._message(body.get("data") or {})}
        told = {"interaction": {"id": request.match_info["id"], "type": 2}, "resource": made}
        return answered(told)

    async def original(self, request: web.Request) -> web.Response:
        return await self._written(request, "edit")

    async def followup(self, request: web.Request) -> web.Response:
        return await self._written(request, "followup")

    async def posted(self, request: web.Request) -> web.Response:
        body = await _json(request)
        self._check(request, body)
        return answered(self._message(body))

    async def _written(self, request: web.Request, way: str) -> web.Response:
        body = await _json(request)
        self._check(request, body)
        self.answers[request.match_info["token"]].put(way, body)
        return answered(self._message(body))

    def _check(self, request: web.Request, body: Any) -> None:
        self.faults += payload_faults(request.method, request.path.removeprefix("/api"), body)

    def _message(self, body: dict[str, Any]) -> dict[str, Any]:
        return message(
            embeds=body.get("embeds") or [],
            components=body.get("components") or [],
            content=body.get("content") or "",
        )


@dataclass(slots=True)
class Answers:
    """What the bot said to one interaction, in order: ``(way, JSON)``."""

    queue: "asyncio.Queue[tuple[str, dict[str, Any]]]" = field(default_factory=asyncio.Queue)

    def put(self, way: str, body: dict[str, Any]) -> None:
        self.queue.put_nowait((way, body))

    async def next(self) -> tuple[str, dict[str, Any]]:
        """The next of them, waited for."""
        return await asyncio.wait_for(self.queue.get(), 100)


def message(**parts: Any) -> dict[str, Any]:
    """A message of the bot as Discord describes it."""
    return {
        "id": "800",
        "type": 0,
        "channel_id": CHANNEL,
        "author": BOT,
        "timestamp": "2025-06-13T09:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "pinned": False,
        "flags": 0,
        "content": "",
        "embeds": [],
        "components": [],
        **parts,
    }


async def _json(request: web.Request) -> dict[str, Any]:
    """The JSON of a request; beside files it is the part ``payload_json``."""
    if request.content_type != "multipart/form-data":
        found: dict[str, Any] = await request.json()
        return found
    form = await request.post()
    return {
        **json.loads(str(form["payload_json"])),
        "uploaded": [name for name in form if name != "payload_json"],
    }


async def serve(told: Loopback) -> web.AppRunner:
    """Start it on a free port of loopback."""
    app = web.Application(client_max_size=2**24)
    app.router.add_get("/api/users/@me", told.me)
    app.router.add_get("/api/oauth2/applications/@me", told.application)
    app.router.add_get("/api/gateway/bot", told.where)
    app.router.add_put("/api/applications/42/commands", told.register)
    app.router.add_post("/api/interactions/{id}/{token}/callback", told.callback)
    app.router.add_patch("/api/webhooks/42/{token}/messages/@original", told.original)
    app.router.add_post("/api/webhooks/42/{token}", told.followup)
    app.router.add_post("/api/channels/{channel}/messages", told.posted)
    app.router.add_get("/ws", told.socket)
    app.router.add_get("/ws/", told.socket)
    runner = web.AppRunner(app, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    told.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    return runner
