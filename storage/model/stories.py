"""Stories with their context, and what is decided about an entry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from storage.model.findings import Move
from storage.model.noun import noun


@noun
class Outlet:
    """Who told a story, once for each publisher family, and once for a feed that names nobody else."""

    family: str  # registrable domain or the group it belongs to
    name: str
    url: str
    published: datetime
    primary: bool = False  # a party's own blog, newsroom or filing
    feed: int = 0  # the id of the feed that speaks; 0: one that passes on whom the entry names


@noun
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


@noun
class Member:
    """A stored entry as a candidate for telling the same event as a new one."""

    entry_id: int
    story_id: int
    fingerprint: str  # opaque to the store, see watchers.stories
    published: datetime
    feed_id: int = 0


@noun
class Assignment:
    """Which story an entry belongs to, and why."""

    story_id: int | None  # None: it opens a new story
    follows: int | None = None
    merge: tuple[int, ...] = ()  # other stories that this entry proves to be the same event
    score: float = 0.0
    reasons: tuple[str, ...] = ()


@noun
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


@noun
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
