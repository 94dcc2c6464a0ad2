"""Feeds, and the entries that they bring."""

from datetime import datetime, timedelta
from enum import StrEnum

from storage.model.noun import noun


class FeedState(StrEnum):
    """What we can say about a feed's health."""

    NEW = "new"  # never fetched
    OK = "ok"
    QUIET = "quiet"  # answers, but silent far beyond its own rhythm
    FAILING = "failing"
    EMPTY = "empty"  # answers, but holds no entries though it once did
    GONE = "gone"  # 410: not asked any more
    PAUSED = "paused"  # by its owner


@noun
class Feed:
    """A source that is polled, with the plan for its next poll."""

    id: int
    url: str
    kind: str = "feed"  # the module of watchers.sources that reads it
    title: str | None = None
    folder: tuple[str, ...] = ()  # where its owner's list has it, the outermost folder first
    site: str | None = None  # the publisher's page
    lang: str | None = None
    state: FeedState = FeedState.NEW
    paused: bool = False
    etag: str | None = None  # of the last 200 that parsed well
    last_modified: str | None = None  # likewise, verbatim
    validates: str | None = None  # the address that gave these two, where redirects led to; None: url
    body_hash: bytes | None = None  # of the last body that parsed well, from its first entry on
    held: bytes | None = None  # opaque to the store: entries of that body, see watchers.sources.slices
    next_due: datetime | None = None  # None: now
    interval: timedelta | None = None  # set by the owner; None: adaptive
    last_polled: datetime | None = None
    last_success: datetime | None = None  # 200 or 304
    last_change: datetime | None = None  # when it last brought a new entry
    failures: int = 0  # in a row
    last_error: str | None = None
    moved_to: str | None = None  # target of a permanent redirect, not yet adopted
    moved_count: int = 0  # how often in a row it was seen
    rhythm: str | None = None  # opaque to the store: what watchers.polling learned
    reported: FeedState | None = None  # the state that the ops channel was last told
    added: datetime | None = None


@noun
class ParsedEntry:
    """An entry as its feed holds it, before it is compared with what is stored."""

    guid: str  # the feed's own id, or the fall-back chosen for that feed
    url: str
    title: str
    summary: str = ""  # plain text
    text: str = ""  # plain text of the full content, when the feed carries it
    author: str = ""
    source: str = ""  # the outlet, when the entry names one (aggregators)
    source_url: str = ""
    lang: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    canonical_url: str = ""  # the one address of its page: watchers.links.canonical_url(url)


@noun
class FinishedPoll:
    """A poll that is over: the feed's row as it shall be now, and what it brought.

    ``entries`` is empty where nothing changed or the poll failed; ``known`` are keys
    (``storage.sqlite.identity.guid_key``) of entries that stand there as they did before and
    were not read again; ``baseline`` marks the first successful poll of a feed, whose entries
    are old news.
    """

    feed: Feed
    seen: datetime
    entries: tuple[ParsedEntry, ...] = ()
    known: tuple[int, ...] = ()
    baseline: bool = False


@noun
class Document:
    """What is read by the matcher: the words, whoever brought them.

    ``source`` is the outlet's name or host; ``published`` may be None.
    """

    title: str
    summary: str = ""
    text: str = ""
    url: str = ""
    source: str = ""
    author: str = ""
    lang: str | None = None
    published: datetime | None = None


@noun
class Entry:
    """A stored entry; ``revision`` grows when its title, summary or link really change."""

    id: int
    feed_id: int
    feed_url: str
    guid: str
    document: Document
    canonical_url: str
    published: datetime  # as given, made sane; when not given, the time first seen
    dated: bool  # False: the feed gave no usable date
    seen: datetime  # when we first saw it
    revision: int = 0
    baseline: bool = False  # came with its feed's first successful poll: decided quiet
    source_url: str = ""  # of the outlet, when the feed is an aggregator and says so
    names_outlet: bool = False  # it says itself who wrote it; else its feed speaks
