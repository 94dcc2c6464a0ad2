"""Releases of a GitHub repository, from its own Atom feed: ``owner/repository``.

An entry there is called "v1.2" and nothing else; here the repository stands before it.
"""

import re
from dataclasses import replace

from storage.errors import UsageError
from storage.model import Feed, ParsedEntry
from watchers.sources import feed as rss
from watchers.sources.base import ParsedFeed, Source

_NAME = re.compile(r"^[\w.-]+/[\w.-]+$")
_IN_ADDRESS = re.compile(r"^https?://github\.com/([\w.-]+)/([\w.-]+)/")


def address(words: str) -> str:
    """The releases feed of ``owner/repository``; raises UsageError for anything else."""
    name = words.strip().removeprefix("github.com/").strip("/")
    if not _NAME.match(name):
        raise UsageError(f"{words!r} is no repository: write owner/repository")
    return f"https://github.com/{name}/releases.atom"


def parse(body: bytes, url: str, content_type: str | None, feed: Feed) -> ParsedFeed:
    """Parse a releases feed; raises a named ParseError."""
    return _named(rss.parse(body, url, content_type, feed), feed.url)


def _parse_slowly(body: bytes, url: str, content_type: str | None, feed: Feed) -> ParsedFeed:
    return _named(rss.parse_slowly(body, url, content_type, feed), feed.url)


def _named(found: ParsedFeed, url: str) -> ParsedFeed:
    match = _IN_ADDRESS.match(url)
    if match is None:
        return found
    owner, repository = match.groups()

    def named(entry: ParsedEntry) -> ParsedEntry:
        if repository.lower() in entry.title.lower():
            return entry
        return replace(entry, title=f"{owner}/{repository} {entry.title}")

    return replace(
        found,
        title=found.title if found.title and "/" in found.title else f"{owner}/{repository} releases",
        entries=tuple(map(named, found.entries)),
    )


SOURCE = Source(
    kind="github",
    parse=parse,
    parse_slowly=_parse_slowly,
    known_by=re.compile(r"https?://github\.com/[\w.-]+/[\w.-]+/releases\.atom"),
    address=address,
)
