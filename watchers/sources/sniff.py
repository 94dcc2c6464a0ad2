"""What a body is before anything parses it: a feed's format family, a web page, a wall.

Pure; looks at the first kilobytes only.  ``refusal`` names the error of a body in which no
feed was found.
"""

import re

from watchers.sources.base import BrokenFeed, EmptyBody, FirewallPage, NotAFeed, ParseError, WebPage

LARGE = 1024 * 1024  # bytes of body
CROWDED = 12_000  # "<" or "{" in a body: trees of so many nodes are built elsewhere

_LOOK = 4096
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_HTML = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_FEED = re.compile(rb"<(?:[A-Za-z][\w.-]*:)?(?:rss|feed|rdf|channel|cdf)[\s>]", re.IGNORECASE)
_WALL = re.compile(
    rb"access denied|attention required|just a moment|are you (?:a )?(?:human|robot)|captcha|request blocked"
    rb"|forbidden|checking your browser|enable javascript and cookies|unusual traffic|incapsula"
    rb"|ddos protection|security check|akamai|perimeterx|cf-chl",
    re.IGNORECASE,
)


def is_json(body: bytes, content_type: str | None) -> bool:
    """Whether the body is to be read as JSON."""
    start = body[:_LOOK].removeprefix(_BOMS[0]).lstrip()
    return start[:1] == b"{" or (start[:1] == b"[" and "json" in (content_type or ""))


def looks_like_feed(body: bytes) -> bool:
    """Whether the first kilobytes open a feed's root element."""
    return _FEED.search(body[:_LOOK].replace(b"\x00", b"")) is not None


def looks_like_page(body: bytes) -> bool:
    """Whether the body is a web page and no feed."""
    start = body[:_LOOK].replace(b"\x00", b"")
    feed = _FEED.search(start)
    return _HTML.search(start, 0, feed.start() if feed is not None else _LOOK) is not None


def is_costly(body: bytes) -> bool:
    """Whether not even a fast reader should build a tree of this body in our process."""
    if len(body) > LARGE or body.count(b"<") > CROWDED or body.startswith(b"\x1f\x8b"):
        return True  # also what is packed: nobody knows how much it holds
    return body[:1] in b"{[" and body.count(b"{") + body.count(b"[") > CROWDED


def is_hopeless(body: bytes) -> bool:
    """Whether no reader will find a feed: no element at all in what could be read as text."""
    return b"<" not in body and b"\x4c" not in body[:4]


def is_wall(body: bytes) -> bool:
    """Whether a short page is a firewall's or a bot check's."""
    return len(body) < 64 * 1024 and _WALL.search(body[: 16 * _LOOK].replace(b"\x00", b"")) is not None


def refusal(body: bytes) -> ParseError:
    """The named error for a body that holds no feed."""
    if not body.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        return EmptyBody("the answer is empty")
    if looks_like_feed(body):
        return BrokenFeed("a feed that is cut off or malformed before its first entry")
    if is_wall(body):
        return FirewallPage("a firewall's page where the feed was expected")
    if looks_like_page(body):
        return WebPage("a web page where the feed was expected")
    return NotAFeed("neither a feed nor a web page")
