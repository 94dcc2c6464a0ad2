"""The authority on RSS and Atom: feedparser, asked only where ``fast`` cannot be sure.

Always given ``io.BytesIO``: a body that is a path or an address would be opened.  Runs in
whatever process it is called in; ``limits`` keeps bodies that could be costly in a child.
"""

import contextlib
import io
import re
from typing import Any

from watchers.sources import sniff
from watchers.sources.base import ParsedFeed
from watchers.sources.dates import parse_any
from watchers.sources.entries import RawEntry, finished, language, one_line, web_url
from watchers.sources.markup import minutes, period, skips

_WIDE = {b"\xff\xfe": "utf-16le", b"\xfe\xff": "utf-16be", b"<\x00": "utf-16le", b"\x00<": "utf-16be"}
_SEVEN_BIT = {"utf-7", "hz", "hz-gb-2312"}
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


def parse(body: bytes, url: str, content_type: str | None) -> ParsedFeed:
    """Parse with feedparser; raises the named ParseError where no feed is found."""
    import feedparser

    found = feedparser.parse(
        io.BytesIO(body),
        response_headers={"content-type": media_type(body, content_type)},  # links are joined in ``entries``
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    feed, raws = found.feed, found.entries
    if not raws and (not found.version or (found.bozo and not feed)):
        raise sniff.refusal(body)
    if not found.version and sniff.looks_like_page(body):
        raise sniff.refusal(body)
    hours, days = skips(body) if b"skip" in body else (frozenset(), frozenset())
    return ParsedFeed(
        format=found.version or "unknown",
        title=one_line(feed.get("title", ""), 300) or None,
        site=web_url(feed.get("link", ""), url) or None,
        lang=language(feed.get("language")),
        entries=finished((_raw(entry) for entry in raws), url),
        ttl=minutes(feed.get("ttl")),
        update_every=period(feed.get("sy_updateperiod"), feed.get("sy_updatefrequency")),
        skip_hours=hours,
        skip_days=days,
        truncated=bool(found.bozo) and _cut_off(body),
    )


def media_type(body: bytes, content_type: str | None) -> str:
    """The content type to decode by: valid UTF-8 with other than ASCII in it is UTF-8.

    Servers' charsets are often wrong; bytes beyond ASCII that form UTF-8 never are by chance.
    """
    wide = next((name for start, name in _WIDE.items() if body.startswith(start)), None)
    found = _CHARSET.search(content_type or "")
    charset = wide or (found[1] if found else "")
    if wide is not None:
        pass
    elif body.isascii():
        if b"\x1b" not in body and charset.lower() not in _SEVEN_BIT:
            charset = "utf-8"
    else:
        with contextlib.suppress(UnicodeDecodeError):
            body.decode("utf-8")
            charset = "utf-8"
    return f"application/xml; charset={charset}" if charset else "application/xml"


def _raw(entry: Any) -> RawEntry:
    contents = [one.get("value", "") for one in entry.get("content", ())]
    source = entry.get("source") or {}
    return RawEntry(
        id=entry.get("id", ""),
        link=entry.get("link", ""),
        title=entry.get("title", ""),
        summary=entry.get("summary", ""),
        content=max(contents, key=len, default=""),
        author=entry.get("author", ""),
        source=source.get("title", ""),
        source_url=source.get("href", "") or source.get("link", ""),
        lang=entry.get("language", ""),
        published=parse_any(entry.get("published")),
        updated=parse_any(entry.get("updated")) if "updated" in entry else None,
    )


def _cut_off(body: bytes) -> bool:
    end = body[-2048:].lower().replace(b"\x00", b"")
    return not any(
        tag in end for tag in (b"</rss", b"</feed", b"rdf>", b"</channel", b"</atom:feed", b"</cdf")
    )
