"""Bring the seeds into a database: what the package ships, loaded once, never twice.

Reading the files is left to ``seeds.watchlist``, ``seeds.feeds`` and ``seeds.backstory``;
keeping them to the store.  What people edited or removed stays so: a seed is marked when
it is first loaded, and a marked seed is never touched again.  A later version's new seeds
are added once, like the first ones.
"""

from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import TYPE_CHECKING

from seeds.backstory import BackstorySeed
from seeds.backstory import load_backstory as read_backstory
from seeds.feeds import FeedSeed, load_feeds
from seeds.watchlist import dump_watchlist, load_watchlist
from storage.model import Entity

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore

__all__ = [
    "Planted",
    "dump_watchlist",
    "load_backstory",
    "load_feeds",
    "load_watchlist",
    "plant",
    "seed_watchlist",
]

WATCHLIST, FEEDS, BACKSTORY = "watchlist", "feeds", "backstory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """How many seeds were new to the database."""

    entities: int = 0
    feeds: int = 0
    stories: int = 0


def seed_watchlist() -> list[Entity]:
    """The packaged watchlist."""
    raw = files("seeds").joinpath("data/watchlist.toml").read_bytes()
    return load_watchlist(raw, origin="seed", name="watchlist.toml")


def load_backstory() -> list[BackstorySeed]:
    """The packaged backstory, oldest first."""
    return read_backstory({entity.slug: entity.name for entity in seed_watchlist()})


def plant(store: "SqliteStore", now: datetime, *, feeds: bool) -> Planted:
    """Load what the database never had: watchlist, backstory and, if asked, feeds.

    Of the backstory only what lies before ``now`` is loaded; a later call brings the rest,
    so that a simulated clock never knows its future.
    """
    with store.transaction():
        return Planted(
            entities=_plant_watchlist(store),
            feeds=_plant_feeds(store, now) if feeds else 0,
            stories=_plant_backstory(store, now),
        )


def forgo(store: "SqliteStore") -> None:
    """Mark all feeds and backstory as loaded: what the database lacks now never comes by itself."""
    store.mark_seeded(FEEDS, [seed.url for seed in load_feeds()])
    store.mark_seeded(BACKSTORY, [seed.key for seed in load_backstory()])


def _plant_watchlist(store: "SqliteStore") -> int:
    marked = store.seeds_loaded(WATCHLIST)
    present = store.watchlist.load().by_slug()
    new = [entity for entity in seed_watchlist() if entity.slug not in marked]
    for entity in new:
        if entity.slug not in present:  # somebody's own entity of that name goes first
            store.watchlist.put(entity)
    store.mark_seeded(WATCHLIST, [entity.slug for entity in new])
    return len(new)


def _plant_feeds(store: "SqliteStore", now: datetime) -> int:
    marked = store.seeds_loaded(FEEDS)
    new: list[FeedSeed] = [seed for seed in load_feeds() if seed.url not in marked]
    for seed in new:
        if store.feeds.get(seed.url) is None:
            store.feeds.add(seed.url, kind=seed.kind, title=seed.title, now=now)
    store.mark_seeded(FEEDS, [seed.url for seed in new])
    return len(new)


def _plant_backstory(store: "SqliteStore", now: datetime) -> int:
    marked = store.seeds_loaded(BACKSTORY)
    new = [seed for seed in load_backstory() if seed.key not in marked and seed.story.opened < now]
    for seed in new:
        store.stories.add_backstory(seed.story, seed.key)
    store.mark_seeded(BACKSTORY, [seed.key for seed in new])
    return len(new)
