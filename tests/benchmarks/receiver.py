"""A Discord on loopback in a process of its own that notes when each piece of news arrives.

Takes webhook posts and a bot's messages without any limit, and keeps a bot's gateway
connected (by ``tests.discord.loopback``).  ``Receiver`` is its other end.
"""

import asyncio
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.request import urlopen

from tests.benchmarks.bodies import ENTRIES

CHANNEL = "701"
_STORY = re.compile(r"/stories/(\d+)-")  # the number of an entry in its link


class Receiver:
    """The server in its process; a context manager."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.receiver"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).resolve().parents[2],
            text=True,
        )
        assert self._process.stdout is not None
        self._base = self._process.stdout.readline().strip()
        self.webhook = f"{self._base}/api/webhooks/9/receiver-secret"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def bot(self) -> dict[str, str]:
        """Settings of a bot that connects to it."""
        return {
            "DISCORD_TOKEN": "MTIz.abc.def-ghi",
            "DISCORD_CHANNEL_ID": CHANNEL,
            "MOVEWIRE_DISCORD_API": f"{self._base}/api",
            "MOVEWIRE_DISCORD_GATEWAY": self._base.replace("http", "ws") + "/ws",
        }

    def arrivals(self) -> dict[int, float]:
        """When each piece of news arrived first, in epoch seconds, by its serial."""
        return {int(serial): when for serial, when in self._asked("arrivals").items()}

    def connected(self) -> bool:
        """Whether a bot is on the gateway."""
        return bool(self._asked("connected"))

    def _asked(self, what: str) -> dict[str, float]:
        with urlopen(f"{self._base}/_{what}") as answer:
            asked: dict[str, float] = json.loads(answer.read())
        return asked


async def _main() -> None:
    from aiohttp import web

    from tests.discord.loopback import Loopback

    arrivals: dict[int, float] = {}
    discord = Loopback()
    count = 0

    async def message(request: web.Request) -> web.Response:
        nonlocal count
        now, count = time.time(), count + 1
        told = await request.json()
        for embed in (told.get("embeds") or [])[:1]:
            number = _STORY.search(embed.get("url", ""))
            if request.method == "POST" and number is not None:
                arrivals.setdefault(int(number[1]) - ENTRIES, now)
        return web.json_response({"id": str(10**17 + count), "channel_id": CHANNEL, "type": 0})

    async def kept(request: web.Request) -> web.Response:
        return web.json_response([])

    async def shown(request: web.Request) -> web.Response:
        return web.json_response(arrivals if request.path == "/_arrivals" else discord.ready.is_set())

    app = web.Application(client_max_size=2**24)
    app.router.add_post("/api/webhooks/9/{secret}", message)
    app.router.add_post("/api/channels/{channel}/messages", message)
    app.router.add_patch("/api/webhooks/9/{secret}/messages/{message}", message)
    app.router.add_patch("/api/channels/{channel}/messages/{message}", message)
    app.router.add_get("/api/channels/{channel}/messages", kept)
    app.router.add_get("/_arrivals", shown)
    app.router.add_get("/_connected", shown)
    app.router.add_get("/api/users/@me", discord.me)
    app.router.add_get("/api/oauth2/applications/@me", discord.application)
    app.router.add_get("/api/gateway/bot", discord.where)
    app.router.add_put("/api/applications/42/commands", discord.register)
    app.router.add_get("/ws", discord.socket)
    app.router.add_get("/ws/", discord.socket)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    discord.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    print(discord.address, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_main())
