"""What every source speaks: outcomes of a fetch as values, the parsed feed, the named errors.

Leaves sockets to ``http``, formats to the modules of each kind, and the plan that follows
from an outcome to ``watchers.polling``.

    SourceError                 ``name`` is what people, logs and tests call it
    ├── FetchError              no usable answer
    │   ├── BadAddress          not an absolute http(s) URL
    │   ├── AddressRefused      the address is not public (SSRF guard)
    │   ├── NoSuchHost          the name does not resolve
    │   ├── ConnectFailed       refused, unreachable, reset before an answer
    │   ├── TlsFailed           certificate or handshake
    │   ├── TimedOut            the whole took longer than its allowance
    │   ├── TooManyRedirects    more than five, or a loop
    │   ├── BadRedirect         no target, or a target that is not http(s)
    │   ├── HeadersTooLarge     endless or huge header fields
    │   ├── BodyTooLarge        more than the bound, as sent or once decoded
    │   ├── BadEncoding         another encoding than one layer of gzip, or broken gzip
    │   ├── BodyTruncated       the connection ended before the announced length, or unsaid
    │   ├── ProtocolBroken      the answer is not HTTP
    │   └── HttpError           a status that is neither 200 nor 304
    │       ├── Gone            410
    │       ├── AccessDenied    401, 403, 451
    │       ├── NotFound        404
    │       ├── RateLimited     429
    │       └── ServerFailed    5xx
    └── ParseError              an answer that is no feed
        ├── EmptyBody           nothing, or only white space
        ├── WebPage             HTML where a feed was expected
        ├── FirewallPage        "Access Denied", a captcha, a browser check
        ├── NotAFeed            something else
        ├── BrokenFeed          cut off or malformed before its first entry
        └── ParseTooCostly      CPU or memory limit reached while parsing
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from storage.errors import MovewireError
from storage.model import Feed, ParsedEntry
from storage.model.noun import noun


class SourceError(MovewireError):
    """A source cannot be read this time; ``name`` is stable, ``str()`` says more."""

    name = "source-error"


class FetchError(SourceError):
    """No usable answer came."""

    name = "fetch-failed"


class BadAddress(FetchError):
    """Not an absolute http(s) URL with a host."""

    name = "bad-address"


class AddressRefused(FetchError):
    """The host's address is not public, and not allowed by the settings."""

    name = "address-refused"


class NoSuchHost(FetchError):
    """The host's name does not resolve."""

    name = "no-such-host"


class ConnectFailed(FetchError):
    """The connection was refused, unreachable or reset."""

    name = "connect-failed"


class TlsFailed(FetchError):
    """The certificate or the handshake failed."""

    name = "tls-failed"


class TimedOut(FetchError):
    """The whole fetch took longer than its allowance."""

    name = "timed-out"


class TooManyRedirects(FetchError):
    """More redirects than allowed, or a loop of them."""

    name = "too-many-redirects"


class BadRedirect(FetchError):
    """A redirect without a target, or to something that is not http(s)."""

    name = "bad-redirect"


class HeadersTooLarge(FetchError):
    """The header fields never end or are larger than the bound."""

    name = "headers-too-large"


class BodyTooLarge(FetchError):
    """The body is larger than the bound, as sent or once decoded."""

    name = "body-too-large"


class BadEncoding(FetchError):
    """Not exactly one layer of gzip, or gzip that is broken."""

    name = "bad-encoding"


class BodyTruncated(FetchError):
    """The connection ended before the announced end of the body."""

    name = "body-truncated"


class ProtocolBroken(FetchError):
    """The answer is not HTTP."""

    name = "protocol-broken"


class HttpError(FetchError):
    """A status that is neither 200 nor 304."""

    name = "http-error"


class Gone(HttpError):
    """410: the publisher says that the feed will not return."""

    name = "gone"


class AccessDenied(HttpError):
    """401, 403 or 451."""

    name = "access-denied"


class NotFound(HttpError):
    """404."""

    name = "not-found"


class RateLimited(HttpError):
    """429: too many requests."""

    name = "rate-limited"


class ServerFailed(HttpError):
    """5xx."""

    name = "server-failed"


class ParseError(SourceError):
    """The answer is no feed that can be read."""

    name = "parse-failed"


class EmptyBody(ParseError):
    """Nothing, or only white space."""

    name = "empty-body"


class WebPage(ParseError):
    """HTML where a feed was expected."""

    name = "web-page"


class FirewallPage(ParseError):
    """A firewall's or bot check's page where a feed was expected."""

    name = "firewall-page"


class NotAFeed(ParseError):
    """Neither a feed of a known format nor a web page."""

    name = "not-a-feed"


class BrokenFeed(ParseError):
    """Looks like a feed, but is cut off or malformed before its first entry."""

    name = "broken-feed"


class ParseTooCostly(ParseError):
    """Parsing reached its CPU or memory limit."""

    name = "parse-too-costly"


class OurFault(SourceError):
    """Something that nobody foresaw, in our own code; the log holds all of it."""

    name = "our-fault"


class NeedsChild(Exception):
    """Raised by a fast reader: this body is for the slow one, in a child with limits."""


@noun
class Fetched:
    """A 200 with its body; validators are verbatim."""

    url: str  # after redirects
    body: bytes
    body_hash: bytes  # from the first entry on: see watchers.sources.bodies
    content_type: str | None = None
    status: int = 200
    etag: str | None = None
    last_modified: str | None = None
    permanent_redirect: str | None = None  # where 301/308 alone lead to
    max_age: timedelta | None = None  # Cache-Control
    received: int = 0  # bytes of body on the wire


@noun
class NotModified:
    """A 304: nothing new since the validators that were sent."""

    url: str
    permanent_redirect: str | None = None
    max_age: timedelta | None = None
    status: int = 304


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """An expected failure; ``retry_after`` is what the publisher asked for."""

    error: str  # the name of a SourceError
    detail: str = ""  # for people, without secrets
    status: int | None = None
    retry_after: timedelta | None = None
    asked: bool = True  # False: not even asked, because its host wants to be left alone

    @property
    def gone(self) -> bool:
        """Whether the publisher said that the feed will not return."""
        return self.error == Gone.name

    @classmethod
    def of(cls, error: SourceError, **more: object) -> "Failed":
        """The value for an error that was raised."""
        return cls(error=error.name, detail=str(error), **more)  # type: ignore[arg-type]


Outcome = Fetched | NotModified | Failed


@noun
class ParsedFeed:
    """A feed as its body tells it."""

    format: str  # "rss20", "atom10", "json11", "page", …
    title: str | None = None
    site: str | None = None
    lang: str | None = None
    entries: tuple[ParsedEntry, ...] = ()  # in the order of the body
    ttl: timedelta | None = None  # RSS <ttl>
    update_every: timedelta | None = None  # sy:updatePeriod / sy:updateFrequency
    skip_hours: frozenset[int] = frozenset()  # UTC, 0..23
    skip_days: frozenset[int] = frozenset()  # 0 = Monday
    truncated: bool = False  # entries were read, but the body ends or breaks in the middle
    known: tuple[int, ...] = ()  # the store's keys of entries not read again, as the last body held them
    held: bytes | None = None  # what the next body is compared with: watchers.sources.slices

    @property
    def count(self) -> int:
        """How many entries the body holds."""
        return len(self.entries) + len(self.known)


Parser = Callable[[bytes, str, str | None, Feed], ParsedFeed]  # body, URL, content type, feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One kind of source: how its answers become entries, how a query becomes its URL."""

    kind: str
    parse: Parser  # may raise NeedsChild
    parse_slowly: Parser | None = None  # what is done then, in the child
    leads_to: Callable[[bytes, str], str | None] | None = None  # body, URL -> what to ask instead
    known_by: re.Pattern[str] | None = None  # how addresses begin that are of this kind without saying so
    address: Callable[[str], str] | None = None  # search words, company or repository -> URL
    accept: str | None = None  # Accept header, where it differs from a feed's
