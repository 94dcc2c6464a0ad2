"""An httpx transport that asks each address of the guard, and is cheap.

httpx stays the interface (its URLs and errors, requests and responses for who wants them, mock
transports in tests); the bytes go over connections of our own (``exchange``; over ``wire`` where
there is no TLS), at a third of what httpcore's or aiohttp's cost.
Every address is put to the guard just before its socket is made, whether it came from a
name or stood in the URL; no environment is read, no cookie kept, no redirect followed, and
failures keep their kind (name, certificate, header size, cut-off body).
"""

import asyncio
import errno
import os
import socket
import ssl
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import aiohappyeyeballs
import httpx

from watchers.sources.base import AddressRefused
from watchers.sources.deadlines import Deadlines
from watchers.sources.exchange import NO_CONNECTION, BodyCutOff, EndUnsaid, Exchange, HeadersOverflow
from watchers.sources.guard import AddressGuard, as_address
from watchers.sources.wire import Wire

__all__ = [
    "AddressNotAllowed",
    "Answer",
    "BodyCutOff",
    "EndUnsaid",
    "Fields",
    "GuardedTransport",
    "HeadersOverflow",
    "shared_ssl",
]

CONNECT_SECONDS = 10.0  # for all addresses of a name, and TLS
ASKED_AGAIN = 3  # times that an address is, which makes 15 s; where there is but one, and no TLS
NEXT_ADDRESS = 0.25  # seconds until the next address of a name is tried beside (RFC 8305)
KEEP_ALIVE = 15.0  # seconds that a connection may wait for its next request …
KEPT = 256  # … and so many may wait
NAMES_FOR = 60.0  # seconds that a name's addresses are believed
LOOKED_UP_AT_ONCE = 32  # names, in threads of their own: a resolver that hangs must not hold up the store

Fields = list[tuple[bytes, bytes]]  # header lines, as they are sent or came
_Origin = tuple[bytes, bytes, int | None]  # scheme, host, port
_Address = tuple[int, int, int, str, tuple[Any, ...]]  # as socket.getaddrinfo gives them


class NameNotFound(httpx.ConnectError):
    """The host's name does not resolve."""


class TlsRefused(httpx.ConnectError):
    """The certificate or the handshake failed."""


class AddressNotAllowed(httpx.ConnectError):
    """The guard refused the address."""


class GuardedTransport(httpx.AsyncBaseTransport):
    """Connections, one SSL context, one guard."""

    def __init__(self, guard: AddressGuard, *, ssl_context: ssl.SSLContext | None = None) -> None:
        self._guard = guard
        self._ssl = ssl_context
        self._deadlines = Deadlines()  # of connections
        self._resolver = ThreadPoolExecutor(LOOKED_UP_AT_ONCE, thread_name_prefix="names")
        self._names: dict[str, tuple[float, list[_Address]]] = {}  # until when, and the addresses
        self._idle: dict[_Origin, tuple[float, Exchange]] = {}  # since when; the longest idle first

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One exchange: no redirects, no decoding, no cookies."""
        answer = await self._ask(
            request.url, _head(request.method, request.url, request.headers.raw) + request.read()
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=answer, request=request)

    async def get(self, url: httpx.URL, fields: Fields) -> "Answer":
        """The same for a GET, without what only others need of httpx's requests and responses."""
        return await self._ask(url, _head("GET", url, fields))

    async def _ask(self, url: httpx.URL, head: bytes) -> "Answer":
        origin = (url.raw_scheme, url.raw_host, url.port)
        exchange = self._kept(origin)
        if exchange is not None and not await _answers(exchange, head):
            exchange = None  # it was closed while nobody looked
        if exchange is None:
            exchange = await self._connect(url)
            await _ask(exchange, head)
        return Answer(self, origin, exchange)

    async def aclose(self) -> None:
        """Close every connection."""
        for _, exchange in self._idle.values():
            exchange.close()
        self._idle.clear()
        self._deadlines.close()
        self._resolver.shutdown(wait=False, cancel_futures=True)
        await asyncio.sleep(0)  # then the loop lets go of them

    # --- connections --------------------------------------------------------------------

    def give_back(self, origin: _Origin, exchange: Exchange) -> None:
        """Keep a connection for the next request to its host, or drop it."""
        if not exchange.reusable:
            exchange.close()
            return
        if (other := self._idle.pop(origin, None)) is not None:
            other[1].close()
        now = asyncio.get_running_loop().time()
        self._idle[origin] = (now, exchange)
        for old, (since, longest) in list(self._idle.items()):
            if len(self._idle) <= KEPT and since >= now - KEEP_ALIVE:
                break
            longest.close()
            del self._idle[old]

    def _kept(self, origin: _Origin) -> Exchange | None:
        since, exchange = self._idle.pop(origin, (0.0, None))
        if exchange is None:
            return None
        if exchange.reusable and exchange.silent and since >= asyncio.get_running_loop().time() - KEEP_ALIVE:
            return exchange
        exchange.close()
        return None

    async def _connect(self, url: httpx.URL) -> Exchange:
        loop = asyncio.get_running_loop()
        host = url.raw_host.decode("ascii")
        secure = url.scheme == "https"
        try:
            with self._deadlines.within(CONNECT_SECONDS):
                addresses = await self._allowed(host, url.port or (443 if secure else 80))
                raw = _begun(addresses)
                if raw is not None and not secure:
                    exchange = Exchange()
                    Wire(raw, exchange)
                    return exchange
                raw = raw or await aiohappyeyeballs.start_connection(
                    addresses, happy_eyeballs_delay=NEXT_ADDRESS
                )
                _, exchange = await loop.create_connection(
                    Exchange,
                    sock=raw,
                    ssl=(self._ssl or shared_ssl()) if secure else None,
                    server_hostname=host.rstrip(".") if secure else None,
                )
        except AddressRefused as error:
            raise AddressNotAllowed(str(error)) from error
        except TimeoutError as error:
            raise httpx.ConnectTimeout(NO_CONNECTION) from error
        except ssl.SSLError as error:
            raise TlsRefused(_reason(error)) from error
        except (OSError, ValueError) as error:
            raise httpx.ConnectError(_reason(error)) from error
        return exchange

    async def _allowed(self, host: str, port: int) -> list[_Address]:
        """The addresses of ``host`` that the guard allows; raises AddressRefused when none is."""
        found = await self._resolved(host, port)
        allowed = [one for one in found if self._guard.allows(host, str(one[4][0]))]
        if not allowed:
            self._guard.check(host, str(found[0][4][0]))
        return allowed

    async def _resolved(self, host: str, port: int) -> list[_Address]:
        return _literal(host, port) or await self._looked_up(host, port)

    async def _looked_up(self, host: str, port: int) -> list[_Address]:
        loop = asyncio.get_running_loop()
        until, found = self._names.get(f"{host}:{port}", (-1.0, []))  # a loop may begin at 0
        if until < loop.time():
            try:
                ask = partial(socket.getaddrinfo, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
                asked = await loop.run_in_executor(self._resolver, ask, host, port)
                found = list(asked)
            except socket.gaierror as error:
                raise NameNotFound("the name does not resolve") from error
            except UnicodeError as error:  # a part of it is empty, or longer than 63 signs
                raise NameNotFound("no host can have that name") from error
            if len(self._names) >= KEPT:
                self._names.clear()
            self._names[f"{host}:{port}"] = (loop.time() + NAMES_FOR, found)
        return found


def _literal(host: str, port: int) -> list[_Address]:
    """The address that a host is in itself, if it is one."""
    literal = host.removesuffix(".")
    match as_address(literal):
        case None:
            return []
        case IPv4Address():
            return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (literal, port))]
        case IPv6Address():
            return [(socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (literal, port, 0, 0))]


def _begun(addresses: list[_Address]) -> socket.socket | None:
    """A connection that is being made, where there is but one address; None: choose one first.

    Linux takes what is sent meanwhile, and tells a failure by the first read: to wait for the
    connection by itself is a seventh of a poll.
    """
    if len(addresses) != 1 or sys.platform != "linux":
        return None
    family, sort, protocol, _, address = addresses[0]
    raw = socket.socket(family, sort | socket.SOCK_NONBLOCK, protocol)
    try:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_SYNCNT, ASKED_AGAIN)
        failed = raw.connect_ex(address)
        if failed and failed != errno.EINPROGRESS:
            raise OSError(failed, os.strerror(failed))
    except BaseException:
        raw.close()
        raise
    return raw


class Answer(httpx.AsyncByteStream):
    """Its status and header fields as they came, the body as it comes; closing gives the connection back."""

    content = None  # not in memory

    def __init__(self, transport: GuardedTransport, origin: _Origin, exchange: Exchange) -> None:
        self.status = exchange.status
        self.headers = exchange.headers
        self._transport = transport
        self._origin = origin
        self._exchange = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while piece := await self._exchange.piece():
            yield piece

    async def aclose(self) -> None:
        self._transport.give_back(self._origin, self._exchange)


async def _ask(exchange: Exchange, head: bytes) -> None:
    try:
        await exchange.ask(head)
    except BaseException:
        exchange.close()
        raise


async def _answers(exchange: Exchange, head: bytes) -> bool:
    """Ask over a connection that was kept; False where its server had given it up."""
    try:
        await _ask(exchange, head)
    except httpx.TransportError:
        if not exchange.untouched:
            raise
        return False
    return True


def _head(method: str, url: httpx.URL, fields: Fields) -> bytes:
    """A request without its body, as it is sent."""
    lines = [b"%b %b HTTP/1.1" % (method.encode("ascii"), url.raw_path)]
    lines += [b"%b: %b" % field for field in fields]
    head = b"\r\n".join(lines)
    if head.count(b"\n") != len(lines) - 1 or head.count(b"\r") != len(lines) - 1 or b"\0" in head:
        raise httpx.LocalProtocolError("a header field with a line break in it")
    return head + b"\r\n\r\n"


@cache
def shared_ssl() -> ssl.SSLContext:
    """One context for the whole process: loading the CA bundle takes 18 ms of CPU."""
    return httpx.create_ssl_context(trust_env=False)


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError) and not isinstance(error, ssl.SSLError) and error.errno:
        return os.strerror(error.errno)  # asyncio and aiohappyeyeballs add addresses, each in its way
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
