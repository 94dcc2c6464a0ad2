"""Rows to nouns: what the queries of several modules select, in one order each.

Only mapping; the queries stand with their verbs.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from storage.model import Document, Entry, Feed, FeedState, Story
from storage.sqlite.codec import (
    decode_moves,
    decode_outlets,
    decode_words,
    to_time,
    to_time_or_none,
)
from storage.sqlite.faults import damaged
from storage.sqlite.identity import lengthened

KEPT = 1_024  # stories that are kept decoded: the newest are read again for each entry that they may precede

FEED = (
    "id, url, kind, title, site, lang, state, paused, etag, last_modified, body_hash, next_due, interval, "
    "last_polled, last_success, last_change, failures, last_error, moved_to, moved_count, rhythm, "
    "reported, added, held, folder, validates"
)


def feed(row: tuple[Any, ...]) -> Feed:
    """A feed from the columns ``FEED``."""
    return Feed(
        id=row[0],
        url=row[1],
        kind=row[2],
        title=row[3],
        site=row[4],
        lang=row[5],
        state=_state(row[6]),
        paused=bool(row[7]),
        etag=row[8],
        last_modified=row[9],
        body_hash=row[10],
        next_due=to_time(row[11]) if row[11] else None,
        interval=None if row[12] is None else timedelta(seconds=row[12]),
        last_polled=to_time_or_none(row[13]),
        last_success=to_time_or_none(row[14]),
        last_change=to_time_or_none(row[15]),
        failures=row[16],
        last_error=row[17],
        moved_to=row[18],
        moved_count=row[19],
        rhythm=row[20],
        reported=None if row[21] is None else _state(row[21]),
        added=to_time(row[22]),
        held=row[23],
        folder=decode_words(row[24]),
        validates=row[25],
    )


def _state(word: str) -> FeedState:
    try:
        return FeedState(word)
    except ValueError as error:
        raise damaged(error) from error


ENTRY = (
    "entry.id, entry.feed_id, feed.url, entry.guid, entry.url, entry.canonical, entry.title, entry.summary, "
    "entry.text, entry.author, entry.lang, entry.published, entry.seen, entry.revision, entry.dated, "
    "entry.baseline, source.name, source.url, feed.title, feed.lang"
)
ENTRY_FROM = "entry JOIN feed ON feed.id = entry.feed_id LEFT JOIN source ON source.id = entry.source_id"


def entry(row: tuple[Any, ...]) -> Entry:
    """An entry from the columns ``ENTRY``; an outlet without a name is its feed or host."""
    url = row[4]
    published = to_time(row[11])
    return Entry(
        id=row[0],
        feed_id=row[1],
        feed_url=row[2],
        guid=url if row[3] is None else row[3],
        document=Document(
            title=row[6],
            summary=row[7] or "",
            text=row[8] or "",
            url=url,
            source=row[16] or row[18] or host(url),
            author=row[9] or "",
            lang=row[10] or row[19],
            published=published if row[14] else None,
        ),
        canonical_url=lengthened(row[5], url),
        published=published,
        dated=bool(row[14]),
        seen=to_time(row[12]),
        revision=row[13],
        baseline=bool(row[15]),
        source_url=row[17] or "",
        names_outlet=bool(row[16]),
    )


STORY = (
    "story.id, story.headline, story.url, story.source, story.opened, story.updated, story.entities, "
    "story.moves, story.outlets, story.follows, story.merged_into, story.backstory, story.alerted, "
    "story.revision, story.facts"
)


def story(row: tuple[Any, ...]) -> Story:
    """A story from the columns ``STORY``."""
    return Story(
        id=row[0],
        headline=row[1],
        url=row[2],
        source=row[3],
        opened=to_time(row[4]),
        updated=to_time(row[5]),
        entities=decode_words(row[6]),
        moves=decode_moves(row[7]),
        outlets=decode_outlets(row[8]),
        follows=row[9],
        merged_into=row[10],
        backstory=row[11] is not None,
        alerted=to_time_or_none(row[12]),
        revision=row[13],
        facts=row[14] or "",
    )


def host(url: str) -> str:
    """The host of a link without its "www.", for an entry that names no outlet."""
    try:
        name = urlsplit(url).hostname or ""
    except ValueError:  # a malformed IPv6 host
        return ""
    return name.removeprefix("www.")
