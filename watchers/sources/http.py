"""The one way to ask the web: bounded, guarded, polite to each host.

Leaves the meaning of a body to the parsers and the plan of polls to ``watchers.polling``.
A request of ours: conditional headers exactly as stored, gzip or nothing, no cookies, no
Referer, no proxy from the environment; one request at a time and at least a second apart
for each host; at most five redirects, each checked; thirty seconds and ten MiB in all.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from watchers.sources import base
from watchers.sources.base import Failed, Fetched, NotModified, Outcome, SourceError
from watchers.sources.bodies import MAX_BODY, Gunzip, body_hash, looks_whole
from watchers.sources.client import Answer, Client
from watchers.sources.deadlines import Deadlines
from watchers.sources.guard import AddressGuard
from watchers.sources.headers import max_age, retry_after
from watchers.sources.hosts import Hosts
from watchers.sources.transport import (
    AddressNotAllowed,
    BodyCutOff,
    EndUnsaid,
    Fields,
    GuardedTransport,
    HeadersOverflow,
    NameNotFound,
    TlsRefused,
)
from watchers.sources.turns import SharedTurns

PROJECT_URL = "https://github.com/movewire/movewire"
ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, "
    "application/json;q=0.8, text/xml;q=0.8, */*;q=0.1"
)
MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})  # RFC 9110 section 15.4
TOTAL_SECONDS = 30.0
ADDRESSES_KEPT = 8192  # of feeds, a kilobyte each
LARGE = 256 * 1024  # bytes, sent or decoded, behind which a body …
ASIDE = 0.001  # … lets others go first for so many seconds, each 64 kB: it may be hostile
AT_ONCE = 48  # requests under way: 200 polls a second and more, without a crowd for each turn of the loop

_NAMED: tuple[tuple[type[httpx.HTTPError], type[SourceError]], ...] = (
    (AddressNotAllowed, base.AddressRefused),
    (NameNotFound, base.NoSuchHost),
    (TlsRefused, base.TlsFailed),
    (HeadersOverflow, base.HeadersTooLarge),
    (BodyCutOff, base.BodyTruncated),
    (httpx.TimeoutException, base.TimedOut),
    (httpx.UnsupportedProtocol, base.BadAddress),
    (httpx.ConnectError, base.ConnectFailed),
    (httpx.NetworkError, base.ConnectFailed),
    (httpx.RemoteProtocolError, base.ProtocolBroken),
    (httpx.HTTPError, base.ProtocolBroken),
)
_STATUS: dict[int, type[base.HttpError]] = {
    401: base.AccessDenied,
    403: base.AccessDenied,
    404: base.NotFound,
    410: base.Gone,
    429: base.RateLimited,
    451: base.AccessDenied,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one fetch may cost."""

    seconds: float = TOTAL_SECONDS
    body: int = MAX_BODY
    redirects: int = MAX_REDIRECTS


@dataclass(slots=True)
class _Trail:
    """Where a fetch has been; ``permanent`` is as far as 301/308 alone led."""

    url: httpx.URL
    text: str  # of url
    left: float
    hops: int = 0
    permanent: str | None = None
    unbroken: bool = True


class Fetcher:
    """Owns the client, the guard and the turns of each host; an async context manager.

    ``clock`` (epoch seconds) and ``sleep`` measure the second between two requests to a host;
    tests pass simulated ones.  ``turns`` is the file by which processes share the turns of
    hosts.  ``transport`` replaces the network in tests.
    """

    def __init__(
        self,
        *,
        contact: str | None = None,
        version: str = "0",
        allow_private: Iterable[str] = (),
        bounds: Bounds | None = None,
        concurrency: int = AT_ONCE,
        spacing: float = 1.0,
        transport: httpx.AsyncBaseTransport | None = None,
        turns: Path | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bounds = bounds or Bounds()
        told = "".join(char for char in contact or PROJECT_URL if char.isprintable())
        self._agent = f"Movewire/{version} (+{told})".encode("ascii", "replace")
        shared = SharedTurns.open(turns) if turns is not None else None
        self._hosts = Hosts(concurrency=concurrency, spacing=spacing, clock=clock, sleep=sleep, shared=shared)
        self._deadlines = Deadlines()
        self._client = Client(transport or GuardedTransport(AddressGuard(allow_private)))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def ask_when(self, calm: Callable[[], Awaitable[None]]) -> None:
        """Let ``calm`` be awaited before each request: whoever reads the answers may be behind."""
        self._hosts.ask_when(calm)

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()
        self._hosts.close()
        self._deadlines.close()

    async def get(
        self,
        url: str,
        *,
        now: datetime,
        etag: str | None = None,
        last_modified: str | None = None,
        validates: str | None = None,
        accept: str | None = None,
    ) -> Outcome:
        """One polite GET; every expected failure comes back as a value.

        ``now`` is only for dates in Retry-After.  The validators are sent to the address that
        gave them (``validates``; None: ``url``) and to no other: another's entity tag may say
        "not modified" of what was never read (RFC 9110, 8.8.3 and 13.1).
        """
        sent = [
            (b"User-Agent", self._agent),
            (b"Accept", (accept or ACCEPT).encode("ascii")),
            (b"Accept-Encoding", b"gzip"),
        ]
        validators: Fields = []
        if etag:
            validators.append((b"If-None-Match", etag.encode()))
        if last_modified:
            validators.append((b"If-Modified-Since", last_modified.encode()))
        try:
            address, text = _kept_address(url)
            trail = _Trail(url=address, text=text, left=self._bounds.seconds)
            theirs = validates or text
            while True:
                async with self._hosts.turn(trail.url.host) as turn:
                    if (held := turn.held()) > 0:
                        return _held(held)
                    asked = validators if trail.text == theirs else []
                    outcome = await self._exchange(trail, sent + asked, now, conditional=bool(asked))
                    if isinstance(outcome, Failed) and outcome.retry_after is not None:
                        turn.hold(outcome.retry_after.total_seconds())
                if outcome is not None:
                    return outcome
        except SourceError as error:
            return Failed.of(error)

    async def _exchange(
        self, trail: _Trail, sent: Fields, now: datetime, *, conditional: bool
    ) -> Outcome | None:
        """One request and its answer; None: a redirect, noted in ``trail``."""
        begun = time.monotonic()
        try:
            with self._deadlines.within(trail.left):
                answer = await self._client.answer(trail.url, [(b"Host", trail.url.netloc), *sent])
                try:
                    return await self._read(answer, trail, now, conditional=conditional)
                finally:
                    await answer.aclose()
        except TimeoutError:
            raise base.TimedOut(f"not finished after {self._bounds.seconds:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise _named(error) from error
        finally:
            trail.left = max(trail.left - (time.monotonic() - begun), 0.01)

    async def _read(
        self, answer: Answer, trail: _Trail, now: datetime, *, conditional: bool
    ) -> Outcome | None:
        if answer.status in REDIRECTS:
            self._follow(answer, trail)
            return None
        if answer.status == 304:
            if not conditional:
                raise base.ProtocolBroken("304 to a question without validators")
            return NotModified(
                url=trail.text,
                permanent_redirect=trail.permanent,
                max_age=max_age(_joined(answer, b"cache-control")),
            )
        if answer.status != 200:
            return _refusal(answer, now)
        body, received = await self._body(answer)
        return Fetched(
            url=trail.text,
            body=body,
            body_hash=body_hash(body),
            content_type=_joined(answer, b"content-type"),
            etag=_verbatim(answer, b"etag"),
            last_modified=_verbatim(answer, b"last-modified"),
            permanent_redirect=trail.permanent,
            max_age=max_age(_joined(answer, b"cache-control")),
            received=received,
        )

    async def _body(self, answer: Answer) -> tuple[bytes, int]:
        """The decoded body and its size on the wire, both within bounds."""
        limit = self._bounds.body
        coding = (_joined(answer, b"content-encoding") or "").strip().lower()
        if coding not in {"", "identity", "gzip", "x-gzip"}:
            raise base.BadEncoding(f"content-encoding {coding[:40]!r}: only one layer of gzip is taken")
        if int(_digits(_joined(answer, b"content-length"))) > limit:
            raise base.BodyTooLarge(f"announces more than {limit} bytes")
        if answer.content is not None:  # decoded already
            return answer.content, len(answer.content)
        gunzip = Gunzip(limit) if coding.endswith("gzip") else None
        pieces: list[bytes] = []
        received = 0
        try:
            async with aclosing(aiter(answer)) as raw:  # type: ignore[type-var]
                async for piece in raw:
                    received += len(piece)
                    if received > limit:
                        raise base.BodyTooLarge(f"more than {limit} bytes")
                    if received > LARGE:
                        await asyncio.sleep(ASIDE)
                    if gunzip is None:
                        pieces.append(piece)
                    else:
                        for _ in gunzip.steps(piece):
                            await asyncio.sleep(ASIDE if gunzip.size > LARGE else 0)
        except EndUnsaid:
            if gunzip is None and not looks_whole(b"".join(pieces)):  # gzip tells by itself
                raise
        return (gunzip.finish() if gunzip is not None and received else b"".join(pieces)), received

    def _follow(self, answer: Answer, trail: _Trail) -> None:
        trail.hops += 1
        if trail.hops > self._bounds.redirects:
            raise base.TooManyRedirects(f"more than {self._bounds.redirects} redirects")
        location = (_joined(answer, b"location") or "").strip()
        if not location:
            raise base.BadRedirect("a redirect without a target")
        try:
            target = trail.url.join(location)
            if target.userinfo and _origin(target) != _origin(trail.url):
                target = target.copy_with(userinfo=b"")
            target = _address(str(target.copy_with(fragment=None)))
        except (httpx.InvalidURL, base.BadAddress, ValueError) as error:
            raise base.BadRedirect("a redirect to something that is not an http(s) address") from error
        if target == trail.url:
            raise base.TooManyRedirects("a redirect to itself")
        trail.unbroken = trail.unbroken and answer.status in PERMANENT
        trail.url, trail.text = target, str(target)
        if trail.unbroken:
            trail.permanent = trail.text


def _address(url: str) -> httpx.URL:
    """The address to ask; raises BadAddress."""
    try:
        address = httpx.URL(url)
        host = address.host  # raises where its punycode is none
    except (httpx.InvalidURL, ValueError) as error:
        raise base.BadAddress("not an address") from error
    if address.scheme not in {"http", "https"} or not host:
        raise base.BadAddress("only http and https addresses are fetched")
    if address.port is not None and not 0 < address.port < 65536:
        raise base.BadAddress("no such port")
    return address


# ``run`` asks the same feeds again and again.  Where they redirect to is not kept: strangers
# choose it, anew each time and as long as a header may be.
@lru_cache(maxsize=ADDRESSES_KEPT)
def _kept_address(url: str) -> tuple[httpx.URL, str]:
    address = _address(url)
    return address, str(address)


def _origin(url: httpx.URL) -> tuple[bytes, str, str, int | None]:
    return url.userinfo, url.scheme, url.host, url.port


def _verbatim(answer: Answer, name: bytes) -> str | None:
    """A header field byte for byte; None also where it cannot be kept (no UTF-8) or sent back (NUL)."""
    for key, value in answer.headers:
        if key.lower() == name and b"\0" not in value:
            try:
                return value.decode("utf-8") or None
            except UnicodeDecodeError:
                return None
    return None


def _joined(answer: Answer, name: bytes) -> str | None:
    """A header field, its lines joined."""
    found = [value for key, value in answer.headers if key.lower() == name]
    if not found:
        return None
    whole = b", ".join(found)
    try:
        return whole.decode()
    except UnicodeDecodeError:
        return whole.decode("latin-1")


def _refusal(answer: Answer, now: datetime) -> Failed:
    status = answer.status
    kind = _STATUS.get(status) or (base.ServerFailed if status >= 500 else base.HttpError)
    asked: timedelta | None = None
    if status in {429, 503}:
        asked = retry_after(_joined(answer, b"retry-after"), now)
    return Failed(error=kind.name, detail=f"HTTP {status}", status=status, retry_after=asked)


def _held(seconds: float) -> Failed:
    return Failed(
        error=base.RateLimited.name,
        detail="the host asked to be left alone for a while",
        retry_after=timedelta(seconds=seconds),
        asked=False,
    )


def _named(error: httpx.HTTPError | httpx.InvalidURL | UnicodeError) -> SourceError:
    if not isinstance(error, httpx.HTTPError) or "location header" in str(error):
        return base.BadRedirect("a redirect to something that is not an address")  # httpx looks ahead
    kind = next(ours for theirs, ours in _NAMED if isinstance(error, theirs))
    return kind(str(error) or type(error).__name__)


def _digits(text: str | None) -> str:
    """A number's digits, "0" where there is none; int() raises on thousands of them, zeros too."""
    return text.lstrip("0")[:20] or "0" if text is not None and text.isascii() and text.isdigit() else "0"
