"""The packaged backstory: dated facts of the past as earlier stories with typed moves.

They are context only.  Finding the ones that matter is left to ``watchers.recall``,
keeping them to the store.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from seeds.tomlfile import Source
from storage.model import Move, MoveKind, MoveStatus, Outlet, Story

ROLES = (
    *("person", "from", "to", "investor", "recipient", "acquirer", "target", "partner"),
    *("customer", "supplier", "employer", "owner", "plaintiff", "defendant"),
)

NOON = time(12, tzinfo=UTC)  # of a day whose hour nobody knows


@dataclass(frozen=True, slots=True, kw_only=True)
class BackstorySeed:
    """An earlier story and the key by which it is loaded only once."""

    key: str
    story: Story  # ``id`` 0: the store gives it one


class _MoveRow(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    kind: MoveKind
    status: MoveStatus = MoveStatus.REPORTED
    roles: dict[str, list[str]] = {}
    names: dict[str, list[str]] = {}
    title: str | None = None
    amount: float | None = None
    valuation: float | None = None
    currency: str | None = None
    people: int | None = None


class _StoryRow(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    key: str
    date: date
    headline: str
    url: str
    source: str
    entities: list[str] = []
    moves: list[_MoveRow] = []


class _File(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    story: list[_StoryRow] = []


def load_backstory(names: Mapping[str, str], source: Path | str | bytes | None = None) -> list[BackstorySeed]:
    """The earlier stories of a backstory file, the packaged one by default, oldest first.

    ``names`` gives the display name of each slug that may stand there.  Raises WatchlistError.
    """
    raw = files("seeds").joinpath("data/backstory.toml").read_bytes() if source is None else source
    file = Source(raw, "backstory.toml" if source is None else None)
    rows = file.rows(
        _File, {"story.moves.kind": ", ".join(MoveKind), "story.moves.status": ", ".join(MoveStatus)}
    ).story
    keys: set[str] = set()
    for index, row in enumerate(rows):
        if row.key in keys:
            raise file.fault(("story", index, "key"), f'key "{row.key}" stands twice')
        keys.add(row.key)
        _check(file, index, row, names)
    seeds = [BackstorySeed(key=row.key, story=_story(row, names)) for row in rows]
    return sorted(seeds, key=lambda seed: seed.story.opened)


def _check(file: Source, index: int, row: _StoryRow, names: Mapping[str, str]) -> None:
    here: tuple[str | int, ...] = ("story", index)
    for at, slug in enumerate(row.entities):
        if slug not in names:
            raise file.fault((*here, "entities", at), f'"{slug}" is no slug of the watchlist')
    for at, move in enumerate(row.moves):
        for slug in (slug for slugs in move.roles.values() for slug in slugs):
            if slug not in names:
                raise file.fault((*here, "moves", at), f'"{slug}" is no slug of the watchlist')
        for role in (*move.roles, *move.names):
            if role not in ROLES:
                raise file.fault((*here, "moves", at), f'role "{role}"; allowed are {", ".join(ROLES)}')


def _story(row: _StoryRow, names: Mapping[str, str]) -> Story:
    moves = tuple(_move(move, row.headline, names) for move in row.moves)
    parties = (slug for move in moves for slugs in move.roles.values() for slug in slugs)
    opened = datetime.combine(row.date, NOON)
    host = (urlsplit(row.url).hostname or "").removeprefix("www.")
    return Story(
        id=0,
        headline=row.headline,
        url=row.url,
        source=row.source,
        opened=opened,
        updated=opened,
        entities=tuple(dict.fromkeys((*parties, *row.entities))),
        moves=moves,
        outlets=(Outlet(family=host, name=row.source, url=row.url, published=opened),),
        backstory=True,
    )


def _move(row: _MoveRow, headline: str, names: Mapping[str, str]) -> Move:
    roles = list(dict.fromkeys((*row.roles, *row.names)))
    return Move(
        kind=row.kind,
        status=row.status,
        roles={role: tuple(slugs) for role, slugs in row.roles.items()},
        names={
            role: (*(names[slug] for slug in row.roles.get(role, ())), *row.names.get(role, ()))
            for role in roles
        },
        title=row.title,
        amount=row.amount,
        valuation=row.valuation,
        currency=row.currency,
        people=row.people,
        evidence=headline,
        end=len(headline),
        score=1.0,
    )
