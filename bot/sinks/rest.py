"""Discord's REST API over httpx: one request, and its answer as a value.

Asks at most once a call (retries are the courier's), keeps the rate limits, and says of
every failure whether the request may have been acted upon.  Which route means what is for
``channel`` and ``webhook``; no message that leaves here holds a token.
"""

import asyncio
import json as jsonlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.sinks.base import REAL, Clock, fingerprint
from bot.sinks.limits import Limits

if TYPE_CHECKING:
    import httpx

REQUEST_DEADLINE = 20.0  # seconds for one request in all; httpx's own are per read
CONNECT_DEADLINE = 8.0
KEEP_ALIVE = 30.0  # seconds that a connection waits for the next message
LARGEST_ANSWER = 8 * 1024 * 1024  # bytes; a page of history has some hundred kilobytes
LONGEST_INLINE_WAIT = 10.0  # seconds that a request in the middle of a parcel waits for its bucket
# Requests under way at once: enough for the global limit at a tenth of a second each, and few
# enough that a bad token is not refused by the dozen before the first answer is in.
SIDE_BY_SIDE = 4
USER_AGENT = "DiscordBot (https://movewire.invalid/, 0.1)"  # reference#user-agent: a URL and a version


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Discord answered; ``body`` is None where that was no JSON."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: Any = None
    text: str = ""  # the start of a body that is no JSON

    @property
    def code(self) -> int | None:
        """Discord's own error code (topics/opcodes-and-status-codes#json)."""
        code = self.body.get("code") if isinstance(self.body, dict) else None
        return code if isinstance(code, int) else None

    @property
    def said(self) -> str:
        """The status and Discord's words, for people."""
        message = self.body.get("message") if isinstance(self.body, dict) else None
        words = f": {message}" if isinstance(message, str) and message else ""
        return f"HTTP {self.status}{words}"[:300]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """Nothing came back; ``reached`` False: it certainly was not acted upon."""

    why: str
    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """It was not asked: the rate limits say to wait."""

    seconds: float


Result = Answer | NoAnswer | Held


class Rest:
    """One API and one author (a bot token, or none for webhooks)."""

    def __init__(
        self,
        api: str,
        token: str | None = None,
        *,
        clock: Clock = REAL,
        scrub: Callable[[str], str] = str,
        limits: Limits | None = None,
        transport: "httpx.AsyncBaseTransport | None" = None,
    ) -> None:
        self._api = api.rstrip("/")
        self._token = token
        self._transport = transport
        self._client: httpx.AsyncClient | None = None
        self._scrub = scrub
        self._gate = asyncio.Semaphore(SIDE_BY_SIDE)
        self.clock = clock
        self.limits = limits or Limits()

    @property
    def api(self) -> str:
        """The base of all routes."""
        return self._api

    @property
    def author(self) -> str:
        """Whose messages these are, as a mark that holds no token."""
        return fingerprint(self._api, self._token or "")

    def delay(self, route: str) -> float:
        """Seconds until ``route`` ("POST channel:1") may be asked."""
        return self.limits.delay(route, self.clock.monotonic())

    async def ask(
        self,
        method: str,
        path: str,
        route: str,
        *,
        json: object = None,
        query: Mapping[str, str] | None = None,
    ) -> Result:
        """One request, in ``REQUEST_DEADLINE``; ``path`` begins with a slash."""
        while True:
            if (wait := self.delay(route)) > LONGEST_INLINE_WAIT:
                return Held(seconds=wait)
            if wait > 0:
                await self.clock.sleep(wait)
                continue
            async with self._gate:
                if self.delay(route) > 0:  # others waited too, and were quicker
                    continue
                self.limits.asked(route, self.clock.monotonic())
                result = await self._exchange(method, path, json, query)
                if isinstance(result, Answer):
                    now = self.clock.monotonic()
                    self.limits.answered(route, result.status, result.headers, result.body, now)
                return result

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _exchange(
        self, method: str, path: str, json: object, query: Mapping[str, str] | None
    ) -> Answer | NoAnswer:
        import httpx

        client = self._open()
        content = None if json is None else jsonlib.dumps(json, ensure_ascii=False).encode()
        request = client.build_request(method, self._api + path, content=content, params=query)
        try:
            async with asyncio.timeout(REQUEST_DEADLINE):
                return await self._read(client, request)
        except (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.UnsupportedProtocol,
        ) as error:
            # Nothing was written yet: no connection, no request.
            return NoAnswer(why=self._named(error), reached=False)
        except (httpx.TransportError, httpx.DecodingError, TimeoutError) as error:
            # Something may have been written, and whether it was read nobody tells us.
            return NoAnswer(why=self._named(error), reached=True)

    async def _read(self, client: "httpx.AsyncClient", request: "httpx.Request") -> Answer:
        response = await client.send(request, stream=True)
        try:
            parts, size = [], 0
            async for part in response.aiter_bytes():
                parts.append(part)
                size += len(part)
                if size > LARGEST_ANSWER:
                    break
        finally:
            await response.aclose()
        raw = b"".join(parts)
        headers = {name.lower(): value for name, value in response.headers.items()}
        try:
            return Answer(status=response.status_code, headers=headers, body=jsonlib.loads(raw))
        except ValueError:
            text = raw[:500].decode("utf-8", "replace")
            return Answer(status=response.status_code, headers=headers, text=text)

    def _open(self) -> "httpx.AsyncClient":
        import httpx

        from watchers.sources.transport import shared_ssl

        if self._client is None:
            headers = {"User-Agent": USER_AGENT, "Content-Type": "application/json"}
            if self._token is not None:
                headers["Authorization"] = f"Bot {self._token}"
            local = urlsplit(self._api).scheme == "http"  # no TLS: spare the reading of certificates
            self._client = httpx.AsyncClient(
                headers=headers,
                timeout=httpx.Timeout(REQUEST_DEADLINE, connect=CONNECT_DEADLINE),
                limits=httpx.Limits(max_connections=2 * SIDE_BY_SIDE, keepalive_expiry=KEEP_ALIVE),
                follow_redirects=False,
                trust_env=False,
                verify=False if local else shared_ssl(),
                transport=self._transport,
            )
        return self._client

    def _named(self, error: Exception) -> str:
        """What went wrong, for people, without what is secret."""
        import httpx

        if isinstance(error, TimeoutError | httpx.TimeoutException):
            early = isinstance(error, httpx.ConnectTimeout)
            return f"timed out after {CONNECT_DEADLINE if early else REQUEST_DEADLINE:g} s"
        words = str(error).strip()
        return self._scrub(f"{type(error).__name__}: {words}" if words else type(error).__name__)[:300]
