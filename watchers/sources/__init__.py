"""The only sockets of the watchers: one module for each kind of source.

    fetch(fetcher, feed, now)      ask; a Fetched, NotModified or Failed comes back as a value
    parse(body, url, type, feed)   bytes -> ParsedFeed; raises a named ParseError; no sockets
    parse_off_loop(fetched, feed)  the same, without stalling the event loop

A new kind of source is one module with a ``SOURCE`` and one line in ``_MODULES``.
"""

from dataclasses import replace
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from storage.model import Feed
from watchers.sources import sniff
from watchers.sources.base import EmptyBody, Fetched, NeedsChild, Outcome, ParsedFeed, Source, SourceError

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from watchers.sources.desk import Desk
    from watchers.sources.http import Fetcher

__all__ = [
    "Fetcher",
    "SourceError",
    "fetch",
    "kinds",
    "likely_kind",
    "parse",
    "parse_off_loop",
    "source",
    "the_desk",
]

WAITING_THREADS = 12  # for bodies in child processes

_MODULES = {  # kind -> module; imported when first used
    "feed": "watchers.sources.feed",
    "google-news": "watchers.sources.googlenews",
    "hacker-news": "watchers.sources.hackernews",
    "edgar": "watchers.sources.edgar",
    "github": "watchers.sources.github",
    "sitemap": "watchers.sources.sitemap",
    "page": "watchers.sources.page",
}


def kinds() -> tuple[str, ...]:
    """All kinds of source."""
    return tuple(_MODULES)


def source(kind: str) -> Source:
    """The source of a kind; an unknown kind (a newer database) reads as a feed."""
    found: Source = import_module(_MODULES.get(kind, _MODULES["feed"])).SOURCE
    return found


def likely_kind(url: str) -> str:
    """The kind of source whose addresses look like ``url``; "feed" for all others."""
    for kind in _MODULES:
        if (known_by := source(kind).known_by) is not None and known_by.match(url):
            return kind
    return "feed"


async def fetch(fetcher: "Fetcher", feed: Feed, now: datetime) -> Outcome:
    """Ask for ``feed`` once, with the validators of what was last read well.

    Where the answer only leads to another (a map of maps) and has changed, that one is asked
    too: its body comes with the validators of the first.
    """
    kind = source(feed.kind)
    outcome = await fetcher.get(
        feed.url,
        now=now,
        etag=feed.etag,
        last_modified=feed.last_modified,
        validates=feed.validates,
        accept=kind.accept,
    )
    if kind.leads_to is None or not isinstance(outcome, Fetched) or outcome.body_hash == feed.body_hash:
        return outcome
    target = kind.leads_to(outcome.body, outcome.url)
    if target is None:
        return outcome
    behind = await fetcher.get(target, now=now, accept=kind.accept)
    return replace(outcome, body=behind.body) if isinstance(behind, Fetched) else behind


def parse(body: bytes, url: str, content_type: str | None, feed: Feed) -> ParsedFeed:
    """Parse ``body``, fetched from ``url``, as ``feed``'s kind of source.

    Raises a named ParseError.  Costly bodies are parsed in a child process (``limits``).
    """
    try:
        return parse_fast(body, url, content_type, feed)
    except NeedsChild:
        return parse_apart(body, url, content_type, feed)


def parse_fast(body: bytes, url: str, content_type: str | None, feed: Feed) -> ParsedFeed:
    """``parse`` of what costs little; raises NeedsChild for the rest."""
    body = _stripped(body)
    if sniff.is_costly(body):
        raise NeedsChild
    return source(feed.kind).parse(body, url, content_type, feed)


def parse_news(body: bytes, url: str, content_type: str | None, feed: Feed) -> ParsedFeed:
    """``parse_fast``, without the entries that stood in the feed's last body (``ParsedFeed.known``)."""
    from watchers.sources import slices

    body = _stripped(body)
    plain = feed.kind == "feed" and not sniff.is_costly(body) and not sniff.looks_like_page(body)
    found = slices.parse(body, url, feed) if plain else None
    return found if found is not None else parse_fast(body, url, content_type, feed)


def parse_apart(body: bytes, url: str, content_type: str | None, feed: Feed) -> ParsedFeed:
    """``parse`` in a child process."""
    from watchers.sources import limits

    return limits.parse_in_child(_stripped(body), url, content_type, feed)


def parse_here(body: bytes, url: str, content_type: str | None, feed: Feed) -> ParsedFeed:
    """``parse`` without a child, whatever it costs: what the child does."""
    kind = source(feed.kind)
    try:
        return kind.parse(_stripped(body), url, content_type, feed)
    except NeedsChild:
        assert kind.parse_slowly is not None
        return kind.parse_slowly(_stripped(body), url, content_type, feed)


def _stripped(body: bytes) -> bytes:
    """Without blanks in front: before an XML declaration they make a feed malformed."""
    body = body.lstrip(b" \t\r\n")
    if not body:
        raise EmptyBody("the answer is empty")
    return body


async def parse_off_loop(fetched: Fetched, feed: Feed) -> ParsedFeed:
    """``parse`` at the desk, without the entries that stood in the feed's last body.

    Other threads for what a child does: a costly body must not keep the rest waiting.
    """
    import asyncio

    try:
        return await the_desk().parse(fetched, feed)
    except NeedsChild:
        asked = (fetched.body, fetched.url, fetched.content_type, feed)
        return await asyncio.get_running_loop().run_in_executor(_waiting_threads(), parse_apart, *asked)


@cache
def the_desk() -> "Desk":
    """The thread of this process in which bodies are parsed."""
    from watchers.sources.desk import Desk

    return Desk(parse_news)


@cache
def _waiting_threads() -> "ThreadPoolExecutor":
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(max_workers=WAITING_THREADS, thread_name_prefix="parse")


def __getattr__(name: str) -> object:
    if name == "Fetcher":  # httpx is loaded only where something is fetched
        from watchers.sources.http import Fetcher

        return Fetcher
    raise AttributeError(name)
