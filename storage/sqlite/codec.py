"""How values lie in columns: times as epoch seconds, nouns as compact JSON.

Only the shapes; which column holds what is for the verbs' modules.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from storage.model import (
    Assignment,
    ContextLine,
    Decision,
    Entity,
    Mention,
    Move,
    MoveKind,
    MoveStatus,
    Outlet,
    UpdateKind,
    Verdict,
)
from storage.sqlite.faults import damaged

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# --- times -----------------------------------------------------------------------------


def to_seconds(moment: datetime) -> int:
    """Whole epoch seconds of an aware datetime."""
    since = moment - EPOCH
    return since.days * 86_400 + since.seconds


def to_seconds_or_none(moment: datetime | None) -> int | None:
    """The same; None stays None."""
    return None if moment is None else to_seconds(moment)


def to_time(seconds: int) -> datetime:
    """The aware UTC datetime of epoch seconds."""
    try:
        return EPOCH + timedelta(seconds=seconds)
    except (TypeError, OverflowError) as error:  # pages that were overwritten: NULL, or out of all bounds
        raise damaged(f"{seconds!r} is no time") from error


def to_time_or_none(seconds: int | None) -> datetime | None:
    """The same; None stays None."""
    return None if seconds is None else to_time(seconds)


# --- words and entities ----------------------------------------------------------------

_encode = msgspec.json.Encoder().encode


def _decoder(noun: Any) -> Callable[[str], Any]:
    decode = msgspec.json.Decoder(noun).decode

    def decode_or_refuse(text: str) -> Any:
        try:
            return decode(text)
        except msgspec.MsgspecError as error:
            raise damaged(error) from error

    return decode_or_refuse


_decode_entity = _decoder(Entity)
_decode_words = _decoder(tuple[str, ...])


def encode_words(words: Sequence[str]) -> str | None:
    """A list of strings; nothing when it is empty."""
    return _encode(tuple(words)).decode() if words else None


def decode_words(text: str | None) -> tuple[str, ...]:
    """The inverse of ``encode_words``."""
    words: tuple[str, ...] = _decode_words(text) if text else ()
    return words


def encode_entity(entity: Entity) -> str:
    """An entity with all it holds but its mute, which lies in a column of its own."""
    return _encode(replace(entity, muted_until=None)).decode()


def decode_entity(text: str, muted_until: int | None) -> Entity:
    """The inverse of ``encode_entity``."""
    entity: Entity = _decode_entity(text)
    return entity if muted_until is None else replace(entity, muted_until=to_time(muted_until))


# --- mentions --------------------------------------------------------------------------


class _Mention(msgspec.Struct, frozen=True, array_like=True):
    entity: str
    text: str
    field: str
    start: int
    end: int
    score: float
    accepted: bool
    prominent: bool
    evidence: tuple[str, ...] = ()


_decode_mentions = _decoder(tuple[_Mention, ...])


def encode_mentions(mentions: Sequence[Mention]) -> str | None:
    """Mentions as arrays, in the order of their fields."""
    if not mentions:
        return None
    rows = [
        (m.entity, m.text, m.field, m.start, m.end, m.score, m.accepted, m.prominent, m.evidence)
        for m in mentions
    ]
    return _encode(rows).decode()


def decode_mentions(text: str | None) -> tuple[Mention, ...]:
    """The inverse of ``encode_mentions``."""
    if not text:
        return ()
    return tuple(Mention(**msgspec.structs.asdict(row)) for row in _decode_mentions(text))


# --- moves -----------------------------------------------------------------------------


class _Move(msgspec.Struct, frozen=True, omit_defaults=True):
    kind: MoveKind
    status: MoveStatus = MoveStatus.REPORTED
    roles: dict[str, tuple[str, ...]] = {}
    names: dict[str, tuple[str, ...]] = {}
    title: str | None = None
    amount: float | None = None
    valuation: float | None = None
    currency: str | None = None
    people: int | None = None
    evidence: str = ""
    field: str = "title"
    start: int = 0
    end: int = 0
    score: float = 0.0


_decode_moves = _decoder(tuple[Move, ...])


def encode_moves(moves: Sequence[Move]) -> str | None:
    """Moves as objects, without what is at its default."""
    if not moves:
        return None
    return _encode(
        [_Move(**{name: getattr(m, name) for name in _Move.__struct_fields__}) for m in moves]
    ).decode()


def decode_moves(text: str | None) -> tuple[Move, ...]:
    """The inverse of ``encode_moves``."""
    moves: tuple[Move, ...] = _decode_moves(text) if text else ()
    return moves


# --- stories, context, decisions --------------------------------------------------------


class _Outlet(msgspec.Struct, frozen=True, array_like=True):
    family: str
    name: str
    url: str
    published: int
    primary: bool
    feed: int = 0


_decode_outlets = _decoder(tuple[_Outlet, ...])
_decode_context = _decoder(tuple[tuple[int, str, str, int, str], ...])
_decode_assignment = _decoder(Assignment)


def encode_outlets(outlets: Sequence[Outlet]) -> str | None:
    """Outlets as arrays, in the order of their fields."""
    if not outlets:
        return None
    rows = [(o.family, o.name, o.url, to_seconds(o.published), o.primary, o.feed) for o in outlets]
    return _encode(rows).decode()


def decode_outlets(text: str | None) -> tuple[Outlet, ...]:
    """The inverse of ``encode_outlets``."""
    if not text:
        return ()
    return tuple(
        Outlet(
            family=row.family,
            name=row.name,
            url=row.url,
            published=to_time(row.published),
            primary=row.primary,
            feed=row.feed,
        )
        for row in _decode_outlets(text)
    )


def encode_context(lines: Sequence[ContextLine]) -> str | None:
    """Lines of context as arrays: story, headline, url, published, why."""
    if not lines:
        return None
    return _encode([(c.story, c.headline, c.url, to_seconds(c.published), c.why) for c in lines]).decode()


def decode_context(text: str | None) -> tuple[ContextLine, ...]:
    """The inverse of ``encode_context``."""
    if not text:
        return ()
    return tuple(
        ContextLine(story=story, headline=headline, url=url, published=to_time(published), why=why)
        for story, headline, url, published, why in _decode_context(text)
    )


def encode_assignment(assignment: Assignment | None) -> str | None:
    """Why an entry belongs to its story."""
    return None if assignment is None else _encode(assignment).decode()


def decode_assignment(text: str | None) -> Assignment | None:
    """The inverse of ``encode_assignment``."""
    assignment: Assignment | None = _decode_assignment(text) if text else None
    return assignment


VERDICTS = (  # a stored verdict is the place in this list
    (Verdict.QUIET, None, False),
    (Verdict.QUIET, None, True),
    (Verdict.ALERT, None, False),
    (Verdict.UPDATE, UpdateKind.EDIT, False),
    (Verdict.UPDATE, UpdateKind.REPLY, False),
    (Verdict.UPDATE, None, False),
)


def encode_verdict(decision: Decision) -> int:
    """The number of a verdict; ``digest`` counts with a quiet one, ``update`` with an update."""
    update = decision.update if decision.verdict is Verdict.UPDATE else None
    return VERDICTS.index((decision.verdict, update, decision.verdict is Verdict.QUIET and decision.digest))


def decode_decision(verdict: int, reasons: str | None) -> Decision:
    """The inverse, with the reasons."""
    if not 0 <= verdict < len(VERDICTS):
        raise damaged(f"{verdict} is no verdict")
    word, update, digest = VERDICTS[verdict]
    return Decision(verdict=word, update=update, digest=digest, reasons=decode_words(reasons))
