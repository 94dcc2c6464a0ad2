"""An httpx transport over aiohttp's client, with the address guard inside.

httpx stays the interface (requests, responses, mock transports in tests); aiohttp carries
the bytes because it spends a quarter of the CPU per request.  Differs from the published
``httpx-aiohttp`` in what feeds need: every address is put to the guard just before its
socket is made, no environment is read, no cookie is kept, header fields are bounded, and
failures keep their kind (name, certificate, header size, cut-off body).
"""

import socket
import ssl
from collections.abc import AsyncIterator
from functools import cache

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.helpers import is_ip_address
from yarl import URL

from watchers.sources.base import AddressRefused
from watchers.sources.guard import AddressGuard

MAX_FIELD = 16 * 1024  # one header line
MAX_FIELDS = 100  # header lines


class NameNotFound(httpx.ConnectError):
    """The host's name does not resolve."""


class TlsRefused(httpx.ConnectError):
    """The certificate or the handshake failed."""


class AddressNotAllowed(httpx.ConnectError):
    """The guard refused the address."""


class HeadersOverflow(httpx.RemoteProtocolError):
    """A header line or their number went over the bound."""


class BodyCutOff(httpx.ReadError):
    """The connection ended inside the body."""


class GuardedResolver(AbstractResolver):
    """Resolves a name once and passes on only the addresses that the guard allows."""

    def __init__(self, guard: AddressGuard, approved: set[str]) -> None:
        self._guard = guard
        self._approved = approved
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The allowed addresses of ``host``; raises AddressRefused when none is."""
        found = await self._resolver.resolve(host, port, family)
        allowed = [one for one in found if self._guard.allows(host, one["host"])]
        if found and not allowed:
            self._guard.check(host, found[0]["host"])
        self._approved.update(one["host"] for one in allowed)
        return allowed

    async def close(self) -> None:
        """Nothing is held."""


class _Stream(httpx.AsyncByteStream):
    """The body as it comes; closing gives the connection back or drops it."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        content = self._response.content
        try:
            while chunk := await content.readany():
                yield chunk
        except aiohttp.ClientPayloadError as error:
            raise BodyCutOff("the body ended early") from error
        except aiohttp.ClientError as error:
            raise httpx.ReadError(type(error).__name__) from error
        except OSError as error:
            raise httpx.ReadError(_reason(error)) from error

    async def aclose(self) -> None:
        self._response.close() if not self._response.content.at_eof() else self._response.release()


class GuardedTransport(httpx.AsyncBaseTransport):
    """One pool of connections, one SSL context, one guard."""

    def __init__(
        self,
        guard: AddressGuard,
        *,
        ssl_context: ssl.SSLContext | None = None,
        connect_timeout: float = 10.0,
        keep_alive: float = 15.0,
    ) -> None:
        self._guard = guard
        self._ssl = ssl_context
        self._keep_alive = keep_alive
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=connect_timeout)
        self._approved: set[str] = set()  # addresses that a resolved name was allowed
        self._session: aiohttp.ClientSession | None = None

    def _open(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            resolver=GuardedResolver(self._guard, self._approved),
            socket_factory=self._make_socket,
            ssl=self._ssl or shared_ssl(),
            limit=0,  # the fetcher bounds what is under way
            ttl_dns_cache=60,
            keepalive_timeout=self._keep_alive,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            timeout=self._timeout,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
            max_line_size=MAX_FIELD,
            max_field_size=MAX_FIELD,
            max_headers=MAX_FIELDS,
        )

    def _make_socket(self, info: tuple) -> socket.socket:
        """The last gate: called with the very address that is connected to."""
        family, kind, proto, _, address = info
        host = str(address[0])
        if host not in self._approved:
            self._guard.check(host, host)
        return socket.socket(family=family, type=kind, proto=proto)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One exchange: no redirects, no decoding, no cookies."""
        if self._session is None:
            self._session = self._open()
        url = request.url.copy_with(userinfo=b"") if request.url.userinfo else request.url
        try:
            if is_ip_address(url.host):
                self._guard.check(url.host, url.host)
            response = await self._session.request(
                request.method,
                URL(str(url), encoded=True),  # credentials are in a header by now
                headers=[
                    (name.decode("ascii"), value.decode("utf-8")) for name, value in request.headers.raw
                ],
                data=request.content or None,
                allow_redirects=False,
            )
        except AddressRefused as error:
            raise AddressNotAllowed(str(error)) from error
        except aiohttp.ClientError as error:
            raise _translated(error) from error
        except TimeoutError as error:
            raise httpx.ConnectTimeout("no connection in time") from error
        except (OSError, ValueError) as error:
            raise httpx.ConnectError(_reason(error)) from error
        return httpx.Response(
            response.status, headers=list(response.raw_headers), stream=_Stream(response), request=request
        )

    async def aclose(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None


@cache
def shared_ssl() -> ssl.SSLContext:
    """One context for the whole process: loading the CA bundle takes 18 ms of CPU."""
    return httpx.create_ssl_context(trust_env=False)


def _translated(error: aiohttp.ClientError) -> httpx.TransportError:
    """aiohttp's error as httpx's of the same meaning, without the URL in its text."""
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return NameNotFound("the name does not resolve")
    if isinstance(error, aiohttp.ClientSSLError):
        return TlsRefused(_reason(getattr(error, "certificate_error", None) or error.os_error))
    if isinstance(error, aiohttp.ServerTimeoutError):
        return httpx.ConnectTimeout("no connection in time")
    if isinstance(error, aiohttp.ClientConnectorError):
        return httpx.ConnectError(_reason(error.os_error))
    if isinstance(error, aiohttp.ClientResponseError):
        said = error.message.lower()  # aiohttp's parser in C gives no other sign
        if "got more than" in said or "too many headers" in said:
            return HeadersOverflow(f"more than {MAX_FIELDS} header fields or {MAX_FIELD} bytes in one")
        return httpx.RemoteProtocolError("the answer is not HTTP")
    if isinstance(error, aiohttp.InvalidURL):
        return httpx.UnsupportedProtocol("not a usable address")
    return httpx.RemoteProtocolError(f"the connection ended without an answer ({type(error).__name__})")


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
