"""A site's map as a source, news maps above all (https://www.sitemaps.org/protocol.html,
https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap).

For publishers without a feed.  Where the map gives no headline, the words of the address
stand in for it.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from urllib.parse import unquote, urlsplit

from storage.model import Feed
from watchers.sources import sniff
from watchers.sources.base import BrokenFeed, NotAFeed, ParsedFeed, Source, SourceError
from watchers.sources.bodies import Gunzip
from watchers.sources.dates import parse_any
from watchers.sources.entries import RawEntry, finished, language, web_url

NEWEST = 500  # pages taken from one map
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
LOOKED_AT = 4 * 1024 * 1024  # of a map of maps
_LOC = re.compile(rb"<loc>\s*([^<\s]{8,4000})\s*</loc>")
_CHANGED = re.compile(rb"<lastmod>\s*([0-9T:.Z+-]{4,40})\s*</lastmod>")
_ENDING = re.compile(r"\.(?:html?|php|aspx?|jsp|shtml)$|[-_]?\b[0-9a-f]{6,}\b", re.IGNORECASE)


def parse(body: bytes, url: str, content_type: str | None, feed: Feed) -> ParsedFeed:
    """Parse a map of pages; raises a named ParseError, also for maps of maps of maps."""
    body = _unpacked(body)
    if b"<!ENTITY" in body or b"<!DOCTYPE" in body:
        raise (
            sniff.refusal(body) if sniff.looks_like_page(body) else BrokenFeed("a map that declares entities")
        )
    try:
        root = ET.fromstring(body)
    except (ET.ParseError, ValueError, LookupError) as error:
        raise (
            BrokenFeed("a map that is malformed") if b"<urlset" in body[:4096] else sniff.refusal(body)
        ) from error
    kind = _local(root)
    if kind == "sitemapindex":
        raise NotAFeed("a map of maps that leads to no map of pages")
    if kind != "urlset":
        raise sniff.refusal(body)
    pages = sorted(_pages(root), key=lambda page: page.published or page.updated or _OLDEST, reverse=True)
    return ParsedFeed(
        format="sitemap",
        title=_publication(root) or urlsplit(url).hostname,
        site=f"{urlsplit(url).scheme}://{urlsplit(url).netloc}/",
        lang=language(next((_inner(page, "language") for page in root if _inner(page, "language")), None)),
        entries=finished(pages[:NEWEST], url),
    )


def newest_map(body: bytes, url: str) -> str | None:
    """Of a map of maps the one to read: of news if there is one, else the last changed; None: it is none.

    Such maps change their names each month or day, so following one of them would not do.
    """
    try:
        body = _unpacked(body)[:LOOKED_AT]
    except SourceError:
        return None
    if b"<sitemapindex" not in body[:4096]:
        return None
    best: tuple[bool, str, int, str] | None = None
    for place, piece in enumerate(body.split(b"<sitemap>")[1:]):
        address, changed = _LOC.search(piece), _CHANGED.search(piece)
        target = web_url(unescape(address[1].decode("utf-8", "replace")), url) if address else ""
        if target:
            when = changed[1].decode("ascii", "replace") if changed else ""
            best = max(best or (False, "", -1, ""), ("news" in target.lower(), when, place, target))
    return best[3] if best is not None else None


def _unpacked(body: bytes) -> bytes:
    """Maps may be kept as gzip files, of which no Content-Encoding tells."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    unpacked = Gunzip()
    unpacked.feed(body)
    return unpacked.finish()


def _pages(root: ET.Element) -> Iterator[RawEntry]:
    for page in root:
        address = _text(page, "loc")
        title = _inner(page, "title") or _words(address)
        if _local(page) != "url" or not address or not title:
            continue
        yield RawEntry(
            id=address,
            link=address,
            title=title,
            source=_inner(page, "name"),
            lang=_inner(page, "language"),
            published=parse_any(_inner(page, "publication_date")) or parse_any(_text(page, "lastmod")),
        )


def _words(address: str) -> str:
    """A headline out of an address: ".../2025/06/acme-names-new-chief.html"."""
    parts = [part for part in unquote(urlsplit(address).path).split("/") if part]
    slug = max((_ENDING.sub("", part) for part in parts), key=lambda part: part.count("-"), default="")
    words = slug.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:] if " " in words else ""


def _publication(root: ET.Element) -> str | None:
    return next((name for page in root if (name := _inner(page, "name"))), None)


def _inner(element: ET.Element, name: str) -> str:
    """The text of a descendant, unless it belongs to an image or video of the page."""
    for inner in element.iter():
        if _local(inner) == name and "image" not in inner.tag and "video" not in inner.tag:
            return (inner.text or "").strip()
    return ""


def _text(element: ET.Element, name: str) -> str:
    return next(((inner.text or "").strip() for inner in element if _local(inner) == name), "")


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


SOURCE = Source(
    kind="sitemap",
    parse=parse,
    leads_to=newest_map,
    known_by=re.compile(r"https?://[^?#]+/[^/?#]*sitemap[^/?#]*\.xml(?:\.gz)?(?:[?#]|$)", re.IGNORECASE),
    accept="application/xml, text/xml;q=0.9, */*;q=0.1",
)
