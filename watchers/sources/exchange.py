"""One connection that speaks HTTP/1.1: a request goes out, a head and a body come back.

httptools (Node's parser) reads the answers; this bounds what it may hold, waits, and knows
whether the connection can take another request.  Leaves the choice of address, TLS and
reuse to ``transport``.
"""

import asyncio
import ssl
from typing import cast

import httptools
import httpx

from watchers.sources.wire import Wire, is_silent

MAX_FIELD = 16 * 1024  # one header line
MAX_FIELDS = 100  # header lines, trailers included
MAX_HEAD = 64 * 1024  # the whole head; also whatever comes between two parts of a body, and behind it
NO_CONNECTION = "no connection in time"
MOST_WAITING = 64 * 1024  # bytes of body that may wait to be read


class HeadersOverflow(httpx.RemoteProtocolError):
    """A header line, their number or all together went over the bound."""


class BodyCutOff(httpx.ReadError):
    """The connection ended inside the body."""


class EndUnsaid(BodyCutOff):
    """The body has no length, and TLS ended without close_notify: cut off, perhaps (RFC 9112, 9.8)."""


class Exchange(asyncio.Protocol):
    """A connection; requests go through it one after the other.

    ``status`` and ``headers`` (as they came) are the last answer's.
    """

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self._pieces: list[bytes] = []
        self._waiting = 0  # bytes in _pieces
        self._waiter: asyncio.Future[None] | None = None
        self._failure: Exception | None = None
        self._closed = False
        self._unsaid = False  # TLS ended without close_notify
        self._renew()
        self._finished = True  # the last answer is there as a whole: none is awaited yet

    # --- for ``transport`` --------------------------------------------------------------

    async def ask(self, request: bytes) -> None:
        """Send a request and wait for the head of its answer; httpx.TransportError when none comes."""
        if self._closed:  # also for having spoken before it was asked
            raise httpx.RemoteProtocolError("the connection ended before it was asked")
        self._renew()
        self._parser = httptools.HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(  # as lenient as browsers, where no harm is in it
            lenient_headers=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
        )
        self._transport.write(request)
        while not self._headed:
            await self._news()

    async def piece(self) -> bytes:
        """What came of the body since, b"" at its end; BodyCutOff when it ends early."""
        while not self._pieces:
            if self._finished:
                return b""
            await self._news()
        piece = b"".join(self._pieces)  # a hostile server's chunks are a byte each
        self._pieces.clear()
        self._waiting = 0
        self._transport.resume_reading()
        return piece

    @property
    def untouched(self) -> bool:
        """Whether nothing came back since the request."""
        return not (self._headed or self._received)

    @property
    def reusable(self) -> bool:
        """Whether another request can follow."""
        return self._finished and not self._closed and not self._pieces and self._lasting

    @property
    def silent(self) -> bool:
        """Whether the server said nothing since, as far as can be seen without a turn of the loop."""
        if isinstance(self._transport, Wire):
            return self._transport.silent
        held = self._transport.get_extra_info("socket")  # the loop's, which can be looked into only as a copy
        if held is None or held.fileno() < 0:  # closed, and not told yet
            return False
        with held.dup() as sock:
            return is_silent(sock)

    def close(self) -> None:
        """Drop the connection at once; all that has to be said was said."""
        self._closed = True
        self._transport.abort()

    # --- called by the loop -------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._finished or self._failure is not None:  # nobody asked for that
            self.close()
            return
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if not isinstance(error.__context__, httpx.TransportError | None):
                raise error.__context__ from None  # a fault of ours: the transport ends with it
            self.close()
            if not self._finished:
                self._fail(httpx.RemoteProtocolError("the answer is not HTTP"))
        if self._received > MAX_HEAD and not self._finished:
            self._fail(HeadersOverflow(f"a head of more than {MAX_HEAD} bytes"))
        self._wake()

    def eof_received(self) -> None:
        """Over TLS the server says that it is done; anybody on the way can end a connection without that."""
        tls = self._transport.get_extra_info("ssl_object")
        if tls is not None and not self._finished:
            try:
                self._unsaid = tls.read(1) != b""  # nothing more to come: it was said
            except ssl.SSLError:  # it still waits for more
                self._unsaid = True

    def connection_lost(self, error: Exception | None) -> None:
        self._closed = True
        if self._failure is None and not self._finished:
            if not isinstance(error, OSError | None):
                self._failure = error  # ours
            elif self._headed and not self._framed and error is None:
                self._finished = not self._unsaid  # a body without a length ends with its connection
                self._failure = EndUnsaid("the end was not said") if self._unsaid else None
            elif self._headed:
                self._failure = BodyCutOff("the body ended early")
            elif error is None:
                self._failure = httpx.RemoteProtocolError("the connection ended without an answer")
            elif isinstance(error, TimeoutError):  # the kernel's, of a connection that was still being made
                self._failure = httpx.ConnectTimeout(NO_CONNECTION)
            else:
                self._failure = httpx.ReadError(getattr(error, "strerror", None) or type(error).__name__)
        self.__dict__.pop("_parser", None)  # it refers to us; there is none before the first request
        self._wake()

    # --- called by the parser -----------------------------------------------------------

    def on_message_begin(self) -> None:
        if self._finished:
            raise httpx.RemoteProtocolError("a second answer to one request")
        self.headers = []
        self._fields = 0
        self._framed = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self._fields += 1
        if self._fields > MAX_FIELDS or len(name) + len(value) > MAX_FIELD:
            self._fail(HeadersOverflow(f"more than {MAX_FIELDS} header fields or {MAX_FIELD} bytes in one"))
            raise self._failure  # type: ignore[misc]
        if self._headed:
            return  # a trailer
        self.headers.append((name, value))
        field = name.lower()
        if field == b"content-length" or (field == b"transfer-encoding" and b"chunked" in value.lower()):
            self._framed = True

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        if self.status < 100:  # it could have a body, and is no answer
            raise httpx.RemoteProtocolError(f"status {self.status}")
        self._headed = self.status >= 200 or self.status == 101

    def on_body(self, body: bytes) -> None:
        self._received = 0
        self._pieces.append(body)
        self._waiting += len(body)
        if self._waiting >= MOST_WAITING:
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        if self._headed:
            self._finished = True
            self._lasting = self._parser.should_keep_alive() and self.status != 101

    # --- inside -------------------------------------------------------------------------

    def _renew(self) -> None:
        """Be ready for an answer."""
        self._received = 0  # bytes since the request or the last of the body
        self._fields = 0
        self._headed = False  # the head is there
        self._finished = False
        self._framed = False  # the head says where the body ends
        self._lasting = False  # the server will take another request

    async def _news(self) -> None:
        """Wait until something came; raises the failure once there is one."""
        if self._failure is None:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        if self._failure is not None and not (self._headed and self._pieces):
            raise self._failure

    def _wake(self) -> None:
        if self._waiter is not None:
            if not self._waiter.done():
                self._waiter.set_result(None)
            self._waiter = None

    def _fail(self, failure: httpx.TransportError) -> None:
        self._failure = self._failure or failure
        self.close()
