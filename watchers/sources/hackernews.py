"""Stories on Hacker News by search, newest first (https://hn.algolia.com/api).

A story that links to a page is that page's entry, so it joins what the outlet itself told;
a story of its own words (Ask HN) is its thread's.
"""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

from storage.model import Feed
from watchers.sources.base import NotAFeed, ParsedFeed, Source
from watchers.sources.dates import parse_any
from watchers.sources.entries import RawEntry, finished
from watchers.sources.jsonfeed import loads

THREAD = "https://news.ycombinator.com/item?id="


def address(words: str) -> str:
    """The search for ``words``; a plain name is searched as a phrase."""
    words = " ".join(words.split())
    query = words if '"' in words else f'"{words}"'
    return (
        f"https://hn.algolia.com/api/v1/search_by_date?query={quote_plus(query)}"
        "&tags=story&hitsPerPage=50&advancedSyntax=true"
    )


def parse(body: bytes, url: str, content_type: str | None, feed: Feed) -> ParsedFeed:
    """Parse a search's answer; raises a named ParseError."""
    found = loads(body)
    if not isinstance(found, dict) or not isinstance(found.get("hits"), list):
        raise NotAFeed("JSON, but no answer of the Hacker News search")
    query = found.get("query")
    return ParsedFeed(
        format="hacker-news",
        title=f"Hacker News: {query}" if isinstance(query, str) and query else "Hacker News",
        site="https://news.ycombinator.com/",
        lang="en",
        entries=finished((_raw(hit) for hit in found["hits"] if isinstance(hit, dict)), url),
    )


def _raw(hit: dict[str, Any]) -> RawEntry:
    number = str(hit.get("objectID") or hit.get("story_id") or "")
    thread = THREAD + number if number.isdigit() else ""
    link = hit.get("url")
    own_words = not (isinstance(link, str) and link)
    return RawEntry(
        id=f"hn:{number}" if number else "",
        link=thread if own_words else str(link),
        title=_text(hit.get("title")),
        summary=_text(hit.get("story_text")),
        author=_text(hit.get("author")) if own_words else "",
        source="Hacker News" if own_words else "",
        source_url="https://news.ycombinator.com/" if own_words else "",
        published=_time(hit),
    )


def _time(hit: dict[str, Any]) -> datetime | None:
    seconds = hit.get("created_at_i")
    if isinstance(seconds, int) and 0 < seconds < 1 << 33:
        return datetime.fromtimestamp(seconds, UTC)
    return parse_any(_text(hit.get("created_at")))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


SOURCE = Source(
    kind="hacker-news",
    parse=parse,
    known_by=re.compile(r"https?://hn\.algolia\.com/api/"),
    address=address,
    accept="application/json",
)
