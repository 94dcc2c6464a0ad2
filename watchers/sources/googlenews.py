"""Google News search feeds, one for an entity or any words.

What is special there: an entry's id and link change from day to day, its headline ends with
the outlet's name, and its description repeats it all or lists other outlets' headlines.  So
an entry is known by outlet and headline, the outlet comes from ``<source>``, the repeated
words go, and the link stays as Google gives it (it leads the reader to the page).
"""

import hashlib
import re
from dataclasses import replace
from urllib.parse import quote_plus, urlsplit

from storage.model import Feed, ParsedEntry
from watchers.sources import feed as rss
from watchers.sources.base import ParsedFeed, Source
from watchers.text import fold

EDITION = "hl=en-US&gl=US&ceid=US:en"
RECENT = "when:7d"  # without it the best matches of many years come
_OPERATORS = re.compile(r"[\"():]|\bOR\b|\bAND\b")
_BLANKS = re.compile(r"\W+")


def address(words: str) -> str:
    """The search feed for ``words``; a plain name is searched as a phrase."""
    words = " ".join(words.split())
    query = words if _OPERATORS.search(words) else f'"{words}"'
    if "when:" not in query and "after:" not in query:
        query = f"{query} {RECENT}"
    return f"https://news.google.com/rss/search?q={quote_plus(query)}&{EDITION}"


def parse(body: bytes, url: str, content_type: str | None, feed: Feed) -> ParsedFeed:
    """Parse a search feed; raises a named ParseError."""
    return _told_by_outlets(rss.parse(body, url, content_type, feed))


def _parse_slowly(body: bytes, url: str, content_type: str | None, feed: Feed) -> ParsedFeed:
    return _told_by_outlets(rss.parse_slowly(body, url, content_type, feed))


def _told_by_outlets(found: ParsedFeed) -> ParsedFeed:
    entries: dict[str, ParsedEntry] = {}
    for entry in map(_told_by_outlet, found.entries):
        entries.setdefault(entry.guid, entry)
    return replace(found, entries=tuple(entries.values()))


def _told_by_outlet(entry: ParsedEntry) -> ParsedEntry:
    title = entry.title
    for tail in (f" - {entry.source}", f" – {entry.source}", f" | {entry.source}"):
        if entry.source and title.endswith(tail) and len(title) > len(tail):
            title = title[: -len(tail)].rstrip()
            break
    host = urlsplit(entry.source_url).hostname or fold(entry.source)
    key = f"{host}\x1f{_BLANKS.sub(' ', fold(title)).strip()}"
    return replace(
        entry,
        guid="outlet:" + hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:24],
        title=title,
        summary="",
        text="",
    )


SOURCE = Source(
    kind="google-news",
    parse=parse,
    parse_slowly=_parse_slowly,
    known_by=re.compile(r"https?://news\.google\.com/(?:news/)?rss\b"),
    address=address,
)
