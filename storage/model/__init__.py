"""The nouns that all four rooms share: the glossary in code.

Frozen, slotted, keyword-only dataclasses and closed vocabularies; no behaviour beyond
what a noun says about itself.  Datetimes are aware UTC.  Ids are SQLite row ids; the
public forms are ``e12`` (entry), ``s34`` (story) and 24 hex characters (delivery key).
"""

from storage.model.answers import MoveRecord, Profile, RecordedEntry, SearchHit
from storage.model.delivery import Delivery, DeliveryState, NewDelivery, Occasion, Outcome, Route, WaitingLine
from storage.model.feeds import Document, Entry, Feed, FeedState, FinishedPoll, ParsedEntry
from storage.model.findings import Mention, Move, MoveKind, MoveStatus
from storage.model.guilds import Audience, Guild, GuildMute, Lesson
from storage.model.stories import (
    Alert,
    Assignment,
    ContextLine,
    Decision,
    Member,
    Outlet,
    Story,
    UpdateKind,
    Verdict,
)
from storage.model.watchlist import (
    FOR_GOOD,
    Alias,
    Entity,
    EntityKind,
    Relation,
    RelationKind,
    Tier,
    Watchlist,
)

__all__ = [
    "FOR_GOOD",
    "Alert",
    "Alias",
    "Assignment",
    "Audience",
    "ContextLine",
    "Decision",
    "Delivery",
    "DeliveryState",
    "Document",
    "Entity",
    "EntityKind",
    "Entry",
    "Feed",
    "FeedState",
    "FinishedPoll",
    "Guild",
    "GuildMute",
    "Lesson",
    "Member",
    "Mention",
    "Move",
    "MoveKind",
    "MoveRecord",
    "MoveStatus",
    "NewDelivery",
    "Occasion",
    "Outcome",
    "Outlet",
    "ParsedEntry",
    "Profile",
    "RecordedEntry",
    "Relation",
    "RelationKind",
    "Route",
    "SearchHit",
    "Story",
    "Tier",
    "UpdateKind",
    "Verdict",
    "WaitingLine",
    "Watchlist",
]
