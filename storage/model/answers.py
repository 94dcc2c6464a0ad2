"""Answers to questions about what is stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from storage.model.delivery import Delivery
from storage.model.feeds import Entry, Feed
from storage.model.findings import Mention, Move
from storage.model.stories import Assignment, ContextLine, Decision, Story
from storage.model.watchlist import Entity


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
