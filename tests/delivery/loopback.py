"""A Discord of our own on loopback: the few REST routes that we use, with their faults.

Not a mock: a real server on a real socket that stores messages, keeps nonces for a window,
serves history in pages, counts rate limits and refuses what Discord would refuse.  Worlds
are apart from each other: ``/w/<name>/…`` each has its channels, faults and limits, so that
hundreds of runs share one process.

    python -m tests.delivery.loopback       prints its port, serves until its stdin closes

Faults are a list, one for each write (POST or PATCH of a message) in turn: "ok", "drop-before",
"drop-after" (the connection breaks before or after it is stored), "500", "500-stored", "502",
"503", "504-stored", "400", "403", "archived", "429", "429-global", "429-cloudflare",
"slow", "hang"; after the list all is well.
"""

import asyncio
import json
import sys
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.render.limits import violations

DISCORD_EPOCH = 1_420_070_400_000
TOKEN = "loopback-bot-token"
BOT_ID = "900000000000000001"


@dataclass(slots=True, kw_only=True)
class Window:
    """A rate limit: ``size`` requests in ``seconds``; ``told`` in the headers or hidden."""

    size: int
    seconds: float
    told: bool = True
    used: int = 0
    began: float = float("-inf")

    def take(self, now: float) -> float:
        """0.0 when a request fits, else the seconds until one does."""
        if now >= self.began + self.seconds:
            self.began, self.used = now, 0
        if self.used >= self.size:
            return self.began + self.seconds - now
        self.used += 1
        return 0.0


@dataclass(slots=True, kw_only=True)
class Webhook:
    """A webhook as its owner made it."""

    number: str
    secret: str
    channel: str
    guild: str = "700000000000000001"


@dataclass(slots=True, kw_only=True)
class World:
    """One Discord: its messages, its rules and what happened there."""

    clock: Callable[[], float] = time.time  # seconds of Discord's wall clock
    nonce_window: float = 180.0
    message_content: bool = True  # whether bots read the words of others
    history_readable: bool = True
    faults: deque[str] = field(default_factory=deque)
    windows: list[Window] = field(default_factory=list)
    latency: Callable[[], None] | None = None  # called at each request, to let a clock run
    messages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # by channel
    webhooks: dict[str, Webhook] = field(default_factory=dict)
    channels: set[str] | None = None  # None: any channel exists
    nonces: dict[str, tuple[float, str, str]] = field(default_factory=dict)  # -> time, channel, message
    deleted: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)
    arrivals: list[float] = field(default_factory=list)  # clock at each write that was stored
    refused: list[str] = field(default_factory=list)  # what Discord would not have taken
    asked: list[tuple[str, str]] = field(default_factory=list)  # method and path of each request
    agents: set[str] = field(default_factory=set)  # how those who asked named themselves
    dropped: int = 0
    active: int = 0
    serial: int = 0
    token: str = TOKEN
    poison: str | None = None  # a nonce that breaks the server each time
    unspeakable: str | None = None  # words for which a message is refused each time
    schema_check: Callable[[str, Any], list[str]] | None = None

    def new_id(self) -> str:
        """A snowflake of now."""
        self.serial += 1
        return str(((int(self.clock() * 1000) - DISCORD_EPOCH) << 22) | (self.serial & 0x3FFFFF))

    def keys(self) -> Counter[str]:
        """How often each key stands in a footer or a plain form, over all channels."""
        found: Counter[str] = Counter()
        for held in self.messages.values():
            for message in held:
                found.update(key_of(message))
        return found

    def add(self, channel: str, content: str) -> None:
        """As somebody in the channel would."""
        message = {"id": self.new_id(), "channel_id": channel, "content": content, "embeds": []}
        self.messages.setdefault(channel, []).append(message)

    def delete(self, message_id: str) -> None:
        """As a moderator would."""
        for held in self.messages.values():
            held[:] = [message for message in held if message["id"] != message_id]
        self.deleted.add(message_id)


def key_of(message: dict[str, Any]) -> list[str]:
    """The keys that a message shows: one, or none where it is not ours."""
    texts = [message.get("content") or ""]
    texts += [(embed.get("footer") or {}).get("text", "") for embed in message.get("embeds") or []]
    return [text.split("key ", 1)[1][:24] for text in texts if "key " in text][:1]


WORLDS = web.AppKey("worlds", dict)
DEFAULT = "default"


def make_app(world: World | None = None) -> web.Application:
    """The server's application; ``world`` is the one without a name in the path."""
    app = web.Application(client_max_size=2**22)
    app[WORLDS] = {DEFAULT: world or World()}
    for prefix in ("/api/v10", "/w/{world}/api/v10"):
        for method, path, handler in ROUTES:
            app.router.add_route(method, prefix + path, _guarded(handler))
    app.router.add_put("/w/{world}", _make_world)
    app.router.add_get("/w/{world}", _show_world)
    app.router.add_post("/w/{world}/forget", _forget)
    app.router.add_get("/idle", _idle)
    return app


Handler = Callable[[web.Request, World], Any]


def _guarded(handler: Handler) -> Callable[[web.Request], Any]:
    async def handle(request: web.Request) -> web.StreamResponse:
        world: World = request.app[WORLDS][request.match_info.get("world", DEFAULT)]
        world.active += 1
        path = request.path.partition("/api/v10")[2]
        world.asked.append((request.method, path))
        world.agents.add(request.headers.get("User-Agent", ""))
        if world.latency is not None:
            world.latency()
        try:
            response = await handler(request, world)
        finally:
            world.active -= 1
        if response.status:
            world.statuses[response.status] += 1
        return response

    return handle


def _error(status: int, code: int, message: str, **headers: str) -> web.Response:
    headers.setdefault("Via", "1.1 google")
    return web.json_response({"code": code, "message": message}, status=status, headers=headers)


def _author(request: web.Request, world: World) -> str | None:
    return BOT_ID if request.headers.get("Authorization") == f"Bot {world.token}" else None


def _webhook(request: web.Request, world: World) -> Webhook | None:
    found = world.webhooks.get(request.match_info["webhook"])
    return found if found is not None and found.secret == request.match_info["secret"] else None


async def _drop(request: web.Request, world: World) -> web.Response:
    world.dropped += 1
    assert request.transport is not None
    request.transport.abort()
    return web.Response(status=200)


def _limited(world: World) -> tuple[web.Response | None, dict[str, str]]:
    now = world.clock()
    headers = {"Via": "1.1 google"}
    for window in world.windows:
        if (wait := window.take(now)) > 0:
            body = {"message": "You are being rate limited.", "retry_after": round(wait, 3), "global": False}
            return web.json_response(body, status=429, headers=headers), headers
        if window.told:
            headers |= {
                "X-RateLimit-Limit": str(window.size),
                "X-RateLimit-Remaining": str(window.size - window.used),
                "X-RateLimit-Reset-After": f"{window.began + window.seconds - now:.3f}",
                "X-RateLimit-Bucket": "abcd1234",
            }
    return None, headers


def _refusal(fault: str) -> web.Response | None:
    match fault:
        case "429":
            body = {"message": "You are being rate limited.", "retry_after": 0.25, "global": False}
            return web.json_response(body, status=429, headers={"Via": "1.1 google"})
        case "429-global":
            body = {"message": "You are being rate limited.", "retry_after": 0.25, "global": True}
            headers = {"Via": "1.1 google", "X-RateLimit-Global": "true"}
            return web.json_response(body, status=429, headers=headers)
        case "429-cloudflare":
            return web.Response(status=429, text="error code: 1015", headers={"Retry-After": "1"})
        case "400":
            return _error(400, 50035, "Invalid Form Body")
        case "archived":
            return _error(400, 50083, "Thread is archived")
        case "403":
            return _error(403, 50013, "Missing Permissions")
        case "500" | "502" | "503":
            return web.Response(status=int(fault), text="upstream is not well")
    return None


async def _write(
    request: web.Request, world: World, check: str, store: Callable[[dict[str, Any]], web.Response]
) -> web.Response:
    """A message comes in or changes: limits, faults, what Discord refuses, then ``store``."""
    limited, headers = _limited(world)
    if limited is not None:
        return limited
    fault = world.faults.popleft() if world.faults else "ok"
    if (refusal := _refusal(fault)) is not None:
        return refusal
    if fault == "slow":
        await asyncio.sleep(0.3)
    if fault == "hang":
        await asyncio.Event().wait()
    if fault == "drop-before":
        return await _drop(request, world)
    raw = (await request.read()).decode()
    payload = json.loads(raw)
    if world.unspeakable is not None and world.unspeakable in raw:
        return _error(400, 50035, "Invalid Form Body")
    if world.poison is not None and payload.get("nonce") == world.poison:
        return web.Response(status=500, text="this one is too much for us")
    wrong = violations(payload)
    if world.schema_check is not None:
        wrong += world.schema_check(check, payload)
    if wrong:
        world.refused += wrong
        return _error(400, 50035, f"Invalid Form Body: {wrong[0]}")
    response = store(payload)
    if fault == "drop-after":
        return await _drop(request, world)
    if fault.endswith("-stored"):
        return web.Response(status=int(fault.partition("-")[0]), text="upstream broke")
    response.headers.update(headers)
    return response


def _stored(world: World, channel: str, payload: dict[str, Any], **more: Any) -> dict[str, Any]:
    kept = {name: payload[name] for name in KEPT if name in payload}
    message = {"id": world.new_id(), "channel_id": channel, **kept, **more}
    world.messages.setdefault(channel, []).append(message)
    world.arrivals.append(world.clock())
    return message


KEPT = ("content", "embeds", "components", "flags", "nonce", "message_reference", "allowed_mentions")


async def _create(request: web.Request, world: World) -> web.Response:
    author, channel = _author(request, world), request.match_info["channel"]
    if author is None:
        return _error(401, 0, "401: Unauthorized")
    if world.channels is not None and channel not in world.channels:
        return _error(404, 10003, "Unknown Channel")

    def store(payload: dict[str, Any]) -> web.Response:
        nonce = payload.get("nonce")
        if nonce is not None and payload.get("enforce_nonce"):
            known = world.nonces.get(nonce)
            if known is not None and world.clock() - known[0] < world.nonce_window:
                if known[2] in world.deleted:
                    return _error(404, 10008, "Unknown Message")
                held = world.messages[known[1]]
                return web.json_response(next(m for m in held if m["id"] == known[2]))
        message = _stored(world, channel, payload, author={"id": author, "bot": True})
        if nonce is not None:
            world.nonces[nonce] = (world.clock(), channel, message["id"])
        return web.json_response(message)

    return await _write(request, world, "MessageCreateRequest", store)


async def _history(request: web.Request, world: World) -> web.Response:
    if _author(request, world) is None:
        return _error(401, 0, "401: Unauthorized")
    if not world.history_readable:
        return _error(403, 50001, "Missing Access")
    held = world.messages.get(request.match_info["channel"], [])
    before = request.query.get("before")
    if before is not None:
        held = [message for message in held if int(message["id"]) < int(before)]
    page = sorted(held, key=lambda message: int(message["id"]), reverse=True)
    page = page[: int(request.query.get("limit", "50"))]
    if not world.message_content:
        page = [m if "webhook_id" not in m else m | {"content": "", "embeds": []} for m in page]
    return web.json_response(page)


async def _change(request: web.Request, world: World) -> web.Response:
    if _author(request, world) is None:
        return _error(401, 0, "401: Unauthorized")
    held = world.messages.get(request.match_info["channel"], [])
    return await _changed(request, world, held, "MessageEditRequestPartial")


async def _changed(
    request: web.Request, world: World, held: list[dict[str, Any]], check: str
) -> web.Response:
    def store(payload: dict[str, Any]) -> web.Response:
        for message in held:
            if message["id"] == request.match_info["message"]:
                message.update({name: payload[name] for name in KEPT if name in payload})
                message["edited"] = message.get("edited", 0) + 1
                return web.json_response(message)
        return _error(404, 10008, "Unknown Message")

    return await _write(request, world, check, store)


async def _about(request: web.Request, world: World) -> web.Response:
    webhook = _webhook(request, world)
    if webhook is None:
        return _error(404, 10015, "Unknown Webhook")
    about = {"id": webhook.number, "channel_id": webhook.channel, "guild_id": webhook.guild, "type": 1}
    return web.json_response(about)


async def _execute(request: web.Request, world: World) -> web.Response:
    webhook = _webhook(request, world)
    if webhook is None:
        return _error(404, 10015, "Unknown Webhook")
    channel = request.query.get("thread_id", webhook.channel)

    def store(payload: dict[str, Any]) -> web.Response:
        author = {"id": webhook.number, "bot": True}
        message = _stored(world, channel, payload, author=author, webhook_id=webhook.number)
        if request.query.get("wait") != "true":
            return web.Response(status=204)
        return web.json_response(message)

    return await _write(request, world, "IncomingWebhookRequestPartial", store)


def _of_webhook(request: web.Request, world: World, webhook: Webhook) -> list[dict[str, Any]]:
    held = world.messages.get(request.query.get("thread_id", webhook.channel), [])
    return [message for message in held if message.get("webhook_id") == webhook.number]


async def _webhook_message(request: web.Request, world: World) -> web.Response:
    webhook = _webhook(request, world)
    if webhook is None:
        return _error(404, 10015, "Unknown Webhook")
    for message in _of_webhook(request, world, webhook):
        if message["id"] == request.match_info["message"]:
            return web.json_response(message)
    return _error(404, 10008, "Unknown Message")


async def _webhook_change(request: web.Request, world: World) -> web.Response:
    webhook = _webhook(request, world)
    if webhook is None:
        return _error(404, 10015, "Unknown Webhook")
    held = _of_webhook(request, world, webhook)
    return await _changed(request, world, held, "IncomingWebhookUpdateRequestPartial")


ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/channels/{channel}/messages", _create),
    ("GET", "/channels/{channel}/messages", _history),
    ("PATCH", "/channels/{channel}/messages/{message}", _change),
    ("GET", "/webhooks/{webhook}/{secret}", _about),
    ("POST", "/webhooks/{webhook}/{secret}", _execute),
    ("GET", "/webhooks/{webhook}/{secret}/messages/{message}", _webhook_message),
    ("PATCH", "/webhooks/{webhook}/{secret}/messages/{message}", _webhook_change),
)


# --- for the sweep: worlds made, read and waited for from outside ---------------------------


async def _make_world(request: web.Request) -> web.Response:
    said = await request.json()
    world = World(nonce_window=said.get("nonce_window", 180.0), faults=deque(said.get("faults", ())))
    world.unspeakable = said.get("unspeakable")
    for number, secret, channel in said.get("webhooks", ()):
        world.webhooks[number] = Webhook(number=number, secret=secret, channel=channel)
    request.app[WORLDS][request.match_info["world"]] = world
    return web.json_response({})


async def _show_world(request: web.Request) -> web.Response:
    world: World = request.app[WORLDS].pop(request.match_info["world"])
    ordered = [key for held in world.messages.values() for message in held for key in key_of(message)]
    marked = sum("Possibly a repeat" in (m.get("content") or "") for h in world.messages.values() for m in h)
    edits = sum(message.get("edited", 0) for held in world.messages.values() for message in held)
    fields = {
        key: [field["name"] for embed in message.get("embeds") or [] for field in embed.get("fields", ())]
        for held in world.messages.values()
        for message in held
        for key in key_of(message)
    }
    said = {channel: [json.dumps(message) for message in held] for channel, held in world.messages.items()}
    shown = {
        "keys": ordered,
        "said": said,
        "fields": fields,
        "refused": world.refused,
        "dropped": world.dropped,
    }
    shown |= {"edits": edits, "marked": marked, "statuses": dict(world.statuses)}
    return web.json_response(shown)


async def _forget(request: web.Request) -> web.Response:
    request.app[WORLDS][request.match_info["world"]].nonces.clear()
    return web.json_response({})


async def _idle(request: web.Request) -> web.Response:
    """Answers once all that had reached the server before this request is dealt with."""
    for _ in range(20):
        await asyncio.sleep(0)
    while any(world.active for world in request.app[WORLDS].values()):  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    return web.json_response({})


async def serve(app: web.Application) -> tuple[web.AppRunner, str]:
    """Start ``app`` on a free port of loopback; the runner to clean up and the base URL."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    return runner, f"http://127.0.0.1:{port}"


async def main() -> None:
    """Serve until whoever started us closes our stdin."""
    runner, base = await serve(make_app())
    print(base, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
