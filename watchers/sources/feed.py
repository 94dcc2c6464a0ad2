"""RSS, Atom and JSON Feed: which reader a body goes to.

The fast one where it is sure; feedparser behind it, in a child process.
"""

from storage.model import Feed
from watchers.sources import fast, jsonfeed, limits, sniff
from watchers.sources.base import ParsedFeed, Source


def parse(body: bytes, url: str, content_type: str | None, feed: Feed) -> ParsedFeed:
    """Parse any feed; raises a named ParseError."""
    if sniff.is_json(body, content_type):
        return jsonfeed.parse(body, url, content_type)
    if sniff.looks_like_page(body):
        raise sniff.refusal(body)
    found = fast.parse(body, url)
    if found is not None:
        return found
    if limits.inside_child:
        from watchers.sources import slow

        return slow.parse(body, url, content_type)
    if not sniff.looks_like_feed(body) and sniff.is_hopeless(body):
        raise sniff.refusal(body)
    return limits.parse_in_child(body, url, content_type, feed)


SOURCE = Source(kind="feed", parse=parse)
