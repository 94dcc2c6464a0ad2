"""Whom a name stands for besides its bearer: the chief for the company, the unit for its owner.

Pure.  "Zuckerberg buys" and "Meta buys" are one event, and so are a move of a laboratory and
of the company that it belongs to.  Only what holds on the day of the entry counts.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from storage.model import EntityKind, Relation, RelationKind, Watchlist

_PARTS = frozenset({RelationKind.UNIT_OF, RelationKind.PRODUCT_OF})
_LEADING = frozenset({"chief executive", "head"})  # roles whose holder stands for the whole
_STEPS = 2  # from the head of a unit to its owner


def kin_of(slugs: Iterable[str], watchlist: Watchlist, day: date | None) -> tuple[str, ...]:
    """The organisations that ``slugs`` stand for and that are not among them, nearest first."""
    named = dict.fromkeys(slugs)
    found: dict[str, None] = {}
    front = list(named)
    for _ in range(_STEPS):
        front = [whole for slug in front for whole in _wholes(slug, watchlist, day) if whole not in named]
        found.update(dict.fromkeys(front))
    return tuple(found)


def standing_for(slug: str, watchlist: Watchlist, day: date | None) -> str:
    """The organisation that a person leads; ``slug`` itself for everybody and everything else."""
    entity = watchlist.by_slug().get(slug)
    if entity is None or entity.kind is not EntityKind.PERSON:
        return slug
    return next(_wholes(slug, watchlist, day), slug)


def owners_of(slug: str, watchlist: Watchlist, day: date | None) -> tuple[str, ...]:
    """Whose unit or product ``slug`` is: who sues Hyperion sues Meta."""
    entity = watchlist.by_slug().get(slug)
    if entity is None or entity.kind is EntityKind.PERSON:
        return ()
    return tuple(_wholes(slug, watchlist, day))


def _wholes(slug: str, watchlist: Watchlist, day: date | None) -> Iterator[str]:
    known = watchlist.by_slug()
    entity = known.get(slug)
    for relation in entity.relations if entity else ():
        part = relation.kind in _PARTS
        leads = relation.kind is RelationKind.WORKS_AT and relation.role in _LEADING
        if (part or leads) and relation.target in known and _holds(relation, day):
            yield relation.target


def _holds(relation: Relation, day: date | None) -> bool:
    if day is None:
        return relation.until is None
    return (relation.since is None or relation.since <= day) and (
        relation.until is None or day <= relation.until
    )
