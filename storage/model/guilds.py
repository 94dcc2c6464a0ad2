"""Discord servers, and what each of them asked for."""

from dataclasses import dataclass
from datetime import datetime

from storage.model.delivery import Route
from storage.model.watchlist import Entity


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
