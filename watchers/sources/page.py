"""A newsroom's page without a feed: its headlines are the entries.

A headline is a link with enough words, to the same site, outside navigation.  A time next
to it is taken.  A page without headlines is watched as a whole: each change of its words is
an entry.  Pure and bounded: a page is read with patterns, never rendered.
"""

import codecs
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin, urlsplit

from storage.model import Feed
from watchers.outlets import registrable
from watchers.sources import sniff
from watchers.sources.base import NotAFeed, ParsedFeed, Source
from watchers.sources.dates import parse_any
from watchers.sources.entries import RawEntry, finished, language, one_line
from watchers.text import plain, without

LOOKED_AT = 1024 * 1024
WORDS = 4  # of a headline, at least …
LETTERS = 24  # … or letters, for languages that write without blanks
MOST = 100
NEARBY = 1500  # characters after a headline in which its time is looked for
_SKIPPED = re.compile(r"<(nav|footer|aside|script|style|noscript|form|svg)\b", re.IGNORECASE)  # no news
_ANCHOR = re.compile(r"<(/?)a\b([^<>]{0,2000})>", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""", re.IGNORECASE)
_TIME = re.compile(r"""<time\b[^<>]{0,400}?\bdatetime\s*=\s*["']([^"'<>]{4,60})["']""", re.IGNORECASE)
_TITLE = re.compile(r"<title\b[^<>]*>([^<]{1,500})</title", re.IGNORECASE)
_LANG = re.compile(r"<html\b[^<>]{0,400}?\blang\s*=\s*[\"']?([\w-]{2,10})", re.IGNORECASE)
_HEADING = re.compile(r"<h[1-6]\b[^<>]*>(.{1,1500}?)</h[1-6]\s*>", re.IGNORECASE | re.DOTALL)
_NUMBERS = re.compile(r"\d+")


def parse(body: bytes, url: str, content_type: str | None, feed: Feed) -> ParsedFeed:
    """The page's headlines, or the page itself as one entry; raises a named ParseError."""
    if not sniff.looks_like_page(body):
        raise NotAFeed("no web page")
    if sniff.is_wall(body):
        raise sniff.refusal(body)
    text = without(body[:LOOKED_AT].decode(_charset(body, content_type), "replace"), _SKIPPED)
    title = _TITLE.search(text)
    name = one_line(unescape(title[1]), 300) if title else ""
    lang = _LANG.search(text)
    entries = finished(_headlines(text, url), url)[:MOST]
    if len(entries) < 2:
        entries = finished([_whole(text, url, name)], url)
    return ParsedFeed(
        format="page",
        title=name or urlsplit(url).hostname,
        site=url,
        lang=language(lang[1] if lang else None),
        entries=entries,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Link:
    """An anchor with where it stands in the page."""

    attributes: str
    inside: str
    start: int
    end: int


def _links(text: str) -> list[_Link]:
    """All anchors; one that is not closed ends where the next begins."""
    found: list[_Link] = []
    opened: re.Match[str] | None = None
    for tag in _ANCHOR.finditer(text):
        if opened is not None:
            inside = text[opened.end() : min(tag.start(), opened.end() + 4000)]
            found.append(_Link(attributes=opened[2], inside=inside, start=opened.start(), end=tag.start()))
        opened = None if tag[1] else tag
    return found


def _headlines(text: str, url: str) -> Iterator[RawEntry]:
    site = registrable(urlsplit(url).hostname or "")
    links = _links(text)
    best: dict[str, tuple[str, int]] = {}
    for place, link in enumerate(links):
        target = _target(link.attributes, url)
        if registrable(_host(target)) != site or target.rstrip("/") == url.rstrip("/"):
            continue
        heading = _HEADING.search(link.inside)
        title = " ".join(plain(heading[1] if heading else link.inside).split())
        if len(title.split()) < WORDS and len(title) < LETTERS:
            continue
        if target not in best or len(best[target][0]) < len(title) <= 250:
            best[target] = (title, place)
    for target, (title, place) in best.items():
        link = links[place]
        after = links[place + 1].start if place + 1 < len(links) else len(text)
        time = _TIME.search(text[link.start : min(max(link.end, after), link.end + NEARBY)])
        yield RawEntry(id=target, link=target, title=title, published=parse_any(time[1]) if time else None)


def _target(attributes: str, url: str) -> str:
    href = _HREF.search(attributes)
    if href is None:
        return ""
    try:
        return urljoin(url, unescape(href[1].strip("\"'"))).split("#")[0]
    except ValueError:
        return ""


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _whole(text: str, url: str, name: str) -> RawEntry:
    """The page as one entry, another one after each change of its words (numbers do not count)."""
    words = plain(text)
    mark = hashlib.sha256(_NUMBERS.sub("0", " ".join(words.split())).encode()).hexdigest()[:16]
    return RawEntry(id=f"{url}#{mark}", link=url, title=name or urlsplit(url).netloc, summary=words[:4000])


def _charset(body: bytes, content_type: str | None) -> str:
    try:
        body[:LOOKED_AT].decode("utf-8", "strict")
        return "utf-8"
    except UnicodeDecodeError as error:
        if error.start > LOOKED_AT - 4:
            return "utf-8"
    found = re.search(rb"charset\s*=\s*[\"']?([\w-]{3,20})", (content_type or "").encode() + body[:2048])
    name = found[1].decode() if found else "cp1252"
    try:
        codecs.lookup(name)
    except LookupError:
        return "cp1252"
    return name


SOURCE = Source(kind="page", parse=parse, accept="text/html, application/xhtml+xml;q=0.9, */*;q=0.1")
