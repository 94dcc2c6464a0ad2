"""The packaged demo: a few small feeds in several stages, and the clock that goes with them.

Serving and polling them is left to ``bot.demo``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files

import msgspec

from seeds.tomlfile import Source

__all__ = ["DemoFeed", "Stage", "feeds", "stages"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFeed:
    """One invented outlet's feed."""

    path: str  # where it is served, without the first slash; the keys of ``Stage.shows``
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One moment of the demo; the first is the adding of the feeds."""

    at: datetime  # where the clock stands
    says: str  # for people: what happens
    shows: Mapping[str, bytes]  # path of every feed -> the body that it answers with now


class _FeedRow(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    folder: str
    title: str
    file: str


class _StageRow(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    at: datetime
    says: str
    shows: dict[str, int]


class _File(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    feed: list[_FeedRow]
    stage: list[_StageRow]


def feeds() -> tuple[DemoFeed, ...]:
    """The demo's feeds, in the order in which they are added."""
    return tuple(DemoFeed(path=_path(row), title=row.title) for row in _script().feed)


def stages() -> tuple[Stage, ...]:
    """The demo's stages, in order of time."""
    script = _script()
    shown: dict[str, bytes] = {}
    stages = []
    for stage in script.stage:
        for feed in script.feed:
            number = stage.shows.get(feed.folder)
            if number is not None:
                shown[_path(feed)] = _folder().joinpath(feed.folder, f"{number}.{feed.file}").read_bytes()
        stages.append(Stage(at=stage.at.astimezone(UTC), says=stage.says, shows=dict(shown)))
    return tuple(stages)


def _path(row: _FeedRow) -> str:
    return f"{row.folder}.{row.file}"


def _folder():  # type: ignore[no-untyped-def]  # importlib's Traversable moved between 3.11 and 3.14
    return files("seeds").joinpath("demo")


def _script() -> _File:
    return Source(_folder().joinpath("demo.toml").read_bytes(), "demo.toml").rows(_File)
