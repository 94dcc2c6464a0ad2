"""Which feeds a web page names: for ``feeds add`` with the address of a page.

Pure; reads the page with bounded patterns, so that no page is too broken or too large.
"""

import html
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from watchers.sources.entries import one_line, web_url

LOOKED_AT = 1024 * 1024  # bytes of the page
MOST = 20  # candidates
_TAG = re.compile(r"<(link|a|base)\b([^<>]{1,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([A-Za-z-]{1,20})\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""")
_TYPES = {
    "application/rss+xml": 0,
    "application/atom+xml": 0,
    "application/feed+json": 1,
    "application/rdf+xml": 2,
    "text/xml": 3,
    "application/xml": 3,
    "application/json": 4,  # often an API of the page's software, not a feed
}
_LINK_PATH = re.compile(
    r"/(?:feed|rss|atom|feeds|index\.xml|feed\.xml|rss\.xml|atom\.xml|feed\.json|index\.rdf)/?$"
    r"|\.(?:rss|atom|rdf)$|/(?:feed|rss)s?/[^/]*$",
    re.IGNORECASE,
)
_NOT_NEWS = re.compile(r"comment|podcast|oembed|wp-json|replies", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """A feed that a page names."""

    url: str
    title: str | None = None


def discover(body: bytes, url: str) -> tuple[Discovered, ...]:
    """The page's feeds, the likeliest first: announced ones, then links that look like one."""
    text = body[:LOOKED_AT].decode("utf-8", "replace")
    base = url
    ranked: dict[str, tuple[int, int, Discovered]] = {}
    for place, tag in enumerate(_TAG.finditer(text)):
        name = tag[1].lower()
        attributes = {
            key.lower(): html.unescape(value.strip("\"'")) for key, value in _ATTRIBUTE.findall(tag[2])
        }
        href = attributes.get("href", "")
        if name == "base":
            base = web_url(href, url) or base
            continue
        rank = _rank(name, attributes)
        target = web_url(href, base)
        if rank is None or not target or target in ranked:
            continue
        title = one_line(attributes.get("title", ""), 200)
        if _NOT_NEWS.search(f"{urlsplit(target).path} {title}"):
            rank += 10
        ranked[target] = (rank, place, Discovered(url=target, title=title or None))
    best = sorted(ranked.values(), key=lambda one: one[:2])[:MOST]
    return tuple(found for _, _, found in best)


def _rank(name: str, attributes: dict[str, str]) -> int | None:
    """Lower is likelier; None: names no feed."""
    if name == "link":
        relation = attributes.get("rel", "").lower().split()
        if "feed" in relation:
            return 0
        if "alternate" not in relation or "hreflang" in attributes:
            return None
        return _TYPES.get(attributes.get("type", "").split(";")[0].strip().lower())
    path = urlsplit(attributes.get("href", "").split("#")[0].split("?")[0]).path
    return 6 if _LINK_PATH.search(path) else None
