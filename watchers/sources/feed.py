"""RSS, Atom and JSON Feed: which reader a body goes to.

The fast one where it is sure; feedparser behind it, which only a child process runs.
"""

from storage.model import Feed
from watchers.sources import fast, jsonfeed, markup, sniff
from watchers.sources.base import NeedsChild, ParsedFeed, Source


def parse(body: bytes, url: str, content_type: str | None, feed: Feed) -> ParsedFeed:
    """Parse any feed; raises a named ParseError."""
    if sniff.is_json(body, content_type):
        return jsonfeed.parse(body, url, content_type)
    if sniff.looks_like_page(body):
        raise sniff.refusal(body)
    found = fast.parse(body, url)
    if found is None and (mended := markup.mended(body)) != body:
        found = fast.parse(mended, url)
    if found is not None:
        return found
    if sniff.is_hopeless(body):
        raise sniff.refusal(body)
    raise NeedsChild


def parse_slowly(body: bytes, url: str, content_type: str | None, feed: Feed) -> ParsedFeed:
    """With feedparser: only where its cost is limited."""
    from watchers.sources import slow

    return slow.parse(markup.mended(body), url, content_type)


SOURCE = Source(kind="feed", parse=parse, parse_slowly=parse_slowly)
