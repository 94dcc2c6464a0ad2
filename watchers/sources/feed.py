"""RSS, Atom and JSON Feed: which parser a body goes to."""

from storage.model import Feed
from watchers.sources import jsonfeed, slow, sniff
from watchers.sources.base import ParsedFeed, Source


def parse(body: bytes, url: str, content_type: str | None, feed: Feed) -> ParsedFeed:
    """Parse any feed; raises a named ParseError."""
    if not body.strip():
        raise sniff.refusal(body)
    if sniff.is_json(body, content_type):
        return jsonfeed.parse(body, url, content_type)
    if sniff.looks_like_page(body):
        raise sniff.refusal(body)
    return slow.parse(body, url, content_type)


SOURCE = Source(kind="feed", parse=parse)
