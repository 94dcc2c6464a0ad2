"""The nouns that all four rooms share: the glossary in code.

Frozen, slotted, keyword-only dataclasses and closed vocabularies; no behaviour beyond
what a noun says about itself.  Datetimes are aware UTC.  Ids are SQLite row ids; the
public forms are ``e12`` (entry), ``s34`` (story) and 24 hex characters (delivery key).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

# --- the watchlist ---------------------------------------------------------------------


class EntityKind(StrEnum):
    """What an entity is; decides which roles of a move it can fill."""

    ORGANISATION = "organisation"
    UNIT = "unit"  # a lab or team inside an organisation
    PERSON = "person"
    PRODUCT = "product"


class Tier(StrEnum):
    """How closely an entity is followed; the default policy reads it."""

    PRIMARY = "primary"
    CONTEXT = "context"
    RELATED = "related"


class RelationKind(StrEnum):
    """A fact between two entities: ``subject KIND target``."""

    WORKS_AT = "works-at"  # person -> organisation or unit; ``role`` is the title
    FOUNDED = "founded"  # person -> organisation
    UNIT_OF = "unit-of"  # unit -> organisation, subsidiary -> parent
    PRODUCT_OF = "product-of"  # product -> organisation
    INVESTED_IN = "invested-in"  # organisation -> organisation
    ACQUIRED = "acquired"  # organisation -> organisation
    CUSTOMER_OF = "customer-of"  # organisation -> supplier
    PARTNER_OF = "partner-of"
    COMPETES_WITH = "competes-with"
    REPORTED_TO = "reported-to"  # person -> person
    SOUGHT = "sought"  # organisation or person -> whom it tried to hire or buy


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """One written form of an entity's name."""

    text: str
    lang: str | None = None  # ISO 639-1 when the form belongs to one language
    strong: bool = False  # unmistakable by itself
    ambiguous: bool = False  # an ordinary word or common name too: needs evidence
    case_sensitive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A dated fact from the entity that holds it to ``target``; facts expire."""

    kind: RelationKind
    target: str  # slug
    role: str | None = None  # a person's title, in English
    since: date | None = None  # None: unknown
    until: date | None = None  # None: still true, as far as we know


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """Somebody or something that is watched."""

    slug: str
    name: str
    kind: EntityKind
    tier: Tier
    aliases: tuple[Alias, ...] = ()  # the name itself is always an alias, listed or not
    relations: tuple[Relation, ...] = ()
    contexts_for: tuple[str, ...] = ()  # words near an ambiguous alias that speak for it
    contexts_against: tuple[str, ...] = ()  # phrases around it that speak against it
    note: str | None = None
    origin: str = "user"  # "seed", "user" or "guild:<id>"
    muted_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchlist:
    """All entities, as of one version; ``version`` grows with each change."""

    entities: tuple[Entity, ...]
    version: int = 0
    _by_slug: Mapping[str, Entity] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_slug", {entity.slug: entity for entity in self.entities})

    def by_slug(self) -> Mapping[str, Entity]:
        """Entities keyed by slug, made once: each text asks, and a watchlist may be long."""
        return self._by_slug


# --- feeds and entries -----------------------------------------------------------------


class FeedState(StrEnum):
    """What we can say about a feed's health."""

    NEW = "new"  # never fetched
    OK = "ok"
    QUIET = "quiet"  # answers, but silent far beyond its own rhythm
    FAILING = "failing"
    EMPTY = "empty"  # answers, but holds no entries though it once did
    GONE = "gone"  # 410: not asked any more
    PAUSED = "paused"  # by its owner


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
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


# --- what is found in an entry ----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """An alias found in a document, and whether its entity is truly meant."""

    entity: str  # slug
    text: str  # as written
    field: str  # "title", "summary" or "text"
    start: int  # code points in the raw field, half open
    end: int
    score: float  # 0..1
    accepted: bool
    prominent: bool  # in the title or the first two sentences
    evidence: tuple[str, ...] = ()  # e.g. "strong-alias", "verb-after:raises", "collocation:-surge in"


class MoveKind(StrEnum):
    """The typed moves of the contract."""

    DEPARTURE = "departure"
    HIRE = "hire"
    LAYOFFS = "layoffs"
    REORG = "reorg"
    FUNDING = "funding"
    ACQUISITION = "acquisition"
    PARTNERSHIP = "partnership"
    BREAKUP = "breakup"
    CONTRACT = "contract"
    LAUNCH = "launch"
    INFRASTRUCTURE = "infrastructure"
    LEGAL = "legal"
    INCIDENT = "incident"


class MoveStatus(StrEnum):
    """How sure the report is."""

    RUMOUR = "rumour"
    REPORTED = "reported"
    CONFIRMED = "confirmed"
    DENIED = "denied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One typed move, as one text tells it; only what the text says."""

    kind: MoveKind
    status: MoveStatus = MoveStatus.REPORTED
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # role -> slugs
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # role -> names as written
    title: str | None = None  # a person's position
    amount: float | None = None  # whole units of ``currency``
    valuation: float | None = None
    currency: str | None = None  # ISO 4217
    people: int | None = None  # a count of people
    evidence: str = ""  # the words that say so
    field: str = "title"  # where the evidence stands
    start: int = 0  # code points, half open
    end: int = 0
    score: float = 0.0  # 0..1

    def parties(self) -> frozenset[str]:
        """Slugs of all watched parties, whatever their role."""
        return frozenset(slug for slugs in self.roles.values() for slug in slugs)


# --- stories, context, decisions --------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """Who told a story, once for each publisher family."""

    family: str  # registrable domain or the group it belongs to
    name: str
    url: str
    published: datetime
    primary: bool = False  # a party's own blog, newsroom or filing


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One event, told by one or more entries."""

    id: int
    headline: str
    url: str
    source: str
    opened: datetime  # published time of its earliest entry
    updated: datetime  # published time of its latest entry
    entities: tuple[str, ...] = ()
    moves: tuple[Move, ...] = ()  # main move first
    outlets: tuple[Outlet, ...] = ()
    follows: int | None = None  # the story that this one continues
    merged_into: int | None = None
    backstory: bool = False
    alerted: datetime | None = None  # when its alert was decided, None: never
    revision: int = 0  # of the alert: grows with each edit or reply
    facts: str = ""  # opaque to the store: what watchers.stories remembers

    def __hash__(self) -> int:
        return hash((self.id, self.updated, self.facts))  # moves hold what has no hash

    @property
    def main(self) -> Move | None:
        """The move that the story is about, if it is about one."""
        return self.moves[0] if self.moves else None

    @property
    def published(self) -> datetime:
        """When the headline that is shown came out: a confirmation's may be days after the rumour's."""
        return next((outlet.published for outlet in self.outlets if outlet.url == self.url), self.opened)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A stored entry as a candidate for telling the same event as a new one."""

    entry_id: int
    story_id: int
    fingerprint: str  # opaque to the store, see watchers.stories
    published: datetime
    feed_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Which story an entry belongs to, and why."""

    story_id: int | None  # None: it opens a new story
    follows: int | None = None
    merge: tuple[int, ...] = ()  # other stories that this entry proves to be the same event
    score: float = 0.0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextLine:
    """One earlier story under an alert."""

    story: int
    headline: str
    url: str
    published: datetime
    why: str  # for people: "same person: Ruben Mayer"


class Verdict(StrEnum):
    """What is done with an entry."""

    ALERT = "alert"
    UPDATE = "update"
    QUIET = "quiet"


class UpdateKind(StrEnum):
    """How an update is told."""

    EDIT = "edit"  # the message changes in place
    REPLY = "reply"  # a new fact: it speaks again


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The recorded answer to: was it told, and why (not)?"""

    verdict: Verdict
    update: UpdateKind | None = None
    digest: bool = False  # quiet now, told in the next digest
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Everything that a message shows; rendering needs nothing else."""

    story: int
    revision: int
    headline: str
    url: str
    source: str
    published: datetime
    said: str = ""  # one sentence of the source
    move: Move | None = None
    names: Mapping[str, str] = field(default_factory=dict)  # slug -> display name of all that is named
    entities: tuple[str, ...] = ()
    outlets: tuple[Outlet, ...] = ()
    context: tuple[ContextLine, ...] = ()
    why: tuple[str, ...] = ()  # for people: "Scale AI (primary) in the headline"
    update: UpdateKind | None = None  # None: the first message
    fact: str | None = None  # of a reply: what is new, "confirmed", "$14.3 billion"
    same_as: ContextLine | None = None  # its story turned out to be this one, which is told elsewhere
    low_priority: bool = False  # sent without a push
    lang: str | None = None
    score: float = 1.0  # confidence: of the move, else of the surest mention, 0..1
    notice: bool = False  # about the watching itself, a line each in ``why``; of no story (0)


# --- delivery ---------------------------------------------------------------------------


class DeliveryState(StrEnum):
    """Life of a row in the outbox."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENT = "sent"
    RETRY = "retry"  # waits until ``due``
    DEAD = "dead"  # given up, announced once
    SUPERSEDED = "superseded"  # an edit that another message includes
    GONE = "gone"  # its message was deleted at the destination: never sent again


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Which alerts go where; empty tuples mean "all"."""

    id: int  # 0: the settings' default route, or one that is not stored yet
    destination: str  # "console", "webhook", "channel:<id>", "webhook:<id>", "webhook:<id>/<thread>"
    guild: int | None = None
    kinds: tuple[str, ...] = ()  # move kinds, "none" included
    entities: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()
    min_score: float = 0.0
    ping_role: int | None = None
    ping_kinds: tuple[str, ...] = ()
    quiet_hours: str | None = None  # "22:00-07:00", in ``timezone``
    timezone: str = "UTC"  # IANA name; of a stored route its server's, read with it
    digest: str = "off"  # "off", "daily" or "weekly"
    cooldown: timedelta = timedelta(0)  # least time between two alerts on one entity there
    created: datetime | None = None  # None: as old as the installation


class Occasion(StrEnum):
    """Why lines are told together in one message instead of each by itself."""

    DIGEST = "digest"  # not worth a message of their own
    MUTED = "muted"  # held back by a mute that is over
    COOLDOWN = "cooldown"  # too soon after another alert on the same entity


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """What the pipeline puts into the outbox, one for each destination.

    With an ``occasion`` it is a line that waits to be told together with others.
    """

    destination: str
    alert: Alert
    priority: int = 0  # higher goes first among what is due
    ping_role: int | None = None  # the one Discord role that the message pings
    due: datetime | None = None  # not before; None: at once
    occasion: Occasion | None = None
    about: str | None = None  # of MUTED and COOLDOWN: the entity's slug
    guild: int | None = None  # whose line it is; None: the installation's


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLine:
    """A line that waits to be told together with others of its destination and occasion."""

    id: int
    destination: str
    story: int
    revision: int
    alert: Alert
    occasion: Occasion
    about: str | None  # as in NewDelivery
    guild: int | None
    added: datetime
    due: datetime | None  # not before, where the line itself knows; else its digest or mute says


# --- Discord servers ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Guild:
    """A Discord server that the bot is in, or was in not long ago."""

    id: int  # Discord's snowflake
    name: str
    joined: datetime
    left: datetime | None = None  # when the bot was removed; its settings are kept for a while
    timezone: str = "UTC"  # IANA name: of quiet hours and digests


@dataclass(frozen=True, slots=True, kw_only=True)
class GuildMute:
    """An entity that a server does not want to hear of for a while."""

    guild: int
    entity: str  # slug
    until: datetime | None  # None: until somebody ends it
    by: int | None = None  # the member who asked, a snowflake
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What "Not relevant" taught: this alias among these words means nothing to the server."""

    id: int  # 0: not stored yet
    guild: int
    entity: str  # slug
    alias: str  # as written, folded
    words: tuple[str, ...]  # the telling words around it, folded and sorted
    weight: float = 0.6  # by which share it lowers the score where all of ``words`` stand
    story: int = 0  # the story that was not relevant
    headline: str = ""
    by: int | None = None  # the member who pressed, a snowflake
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """A server as the pipeline sees it: its routes, and what it changes for its channels."""

    guild: Guild
    routes: tuple[Route, ...] = ()
    mutes: tuple[GuildMute, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    additions: tuple[Entity, ...] = ()  # watched there alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A row of the outbox."""

    id: int
    key: str  # 24 hex characters: the idempotency key and Discord nonce
    destination: str
    story: int
    revision: int
    alert: Alert
    state: DeliveryState
    priority: int = 0
    created: datetime
    due: datetime  # not before
    attempts: int = 0
    first_attempt: datetime | None = None
    last_attempt: datetime | None = None
    last_error: str | None = None
    ambiguous: int = 0  # attempts whose outcome nobody knows
    message_id: str | None = None  # at the destination, once sent
    reply_to: str | None = None  # message id of the story's first message there
    ping_role: int | None = None  # the one Discord role that the message pings
    batch: str | None = None  # key of the message that it was folded into
    occasion: str | None = None  # why lines of a batch stand together, None: a long backlog
    first_key: str | None = None  # key of the story's first delivery there, which its message shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """All that commit 2 saves about one entry."""

    entry_id: int
    revision: int  # of the entry that was looked at
    decided: datetime
    lang: str | None
    mentions: tuple[Mention, ...]
    moves: tuple[Move, ...]
    decision: Decision | None  # None: the entry was edited, its first decision stands
    story: Story | None = None  # as it is after this entry; ``id`` 0 opens a new one
    fingerprint: str = ""
    keys: tuple[str, ...] = ()  # by which stories.candidates() finds it
    assignment: Assignment | None = None
    context: tuple[ContextLine, ...] = ()
    deliveries: tuple[NewDelivery, ...] = ()
    closing: tuple[NewDelivery, ...] = ()  # edits of merged stories' messages; ``alert.story`` says whose


# --- answers to questions ---------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRecord:
    """One move of one story, backstory included."""

    move: Move
    story: int
    headline: str
    url: str
    source: str
    published: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """One answer of the full-text search, best first."""

    id: str  # "e12" or "s3"
    title: str
    url: str
    source: str
    published: datetime
    entities: tuple[str, ...] = ()
    move: str = "none"
    story: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What the store knows about one entity."""

    entity: Entity
    moves: tuple[MoveRecord, ...] = ()
    stories: tuple[Story, ...] = ()  # newest first
    mentioned_with: Mapping[str, int] = field(default_factory=dict)  # slug -> stories in common
    feeds: tuple[Feed, ...] = ()  # those that ever mentioned it


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEntry:
    """An entry with everything that was decided about it."""

    entry: Entry
    lang: str | None  # None also where an entry was decided at first sight: nobody asked
    mentions: tuple[Mention, ...]
    moves: tuple[Move, ...]
    decisions: tuple[tuple[datetime, Decision], ...]  # by revision, first to last
    story: Story | None
    assignment: Assignment | None
    context: tuple[ContextLine, ...]
    deliveries: tuple[Delivery, ...]
