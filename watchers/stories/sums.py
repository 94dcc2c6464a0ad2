"""The sums and counts of two fingerprints: what they share, and where they contradict each other.

Pure.
"""

import math
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from storage.model.noun import noun
from watchers.stories.fingerprint import Fingerprint, once
from watchers.stories.rarity import Rarity

BIG = 1e5  # from here on a number is an amount, not a count of little things
SAME_SUM = math.log(1.15)  # two sums within this are one, rounded by somebody
OTHER_SUM = math.log(2.0)  # and beyond this they are two
MORE = frozenset({"further"})  # the concept of what says that there were some before: "four more"
_COUNTED = frozenset({"hire", "layoffs"})  # kinds of which the people are counted
_SMALL = 0.7  # of a number in common that is no amount
_ROUNDED = 0.7  # of an amount in common: a rumour against its confirmation


@noun
class Figures:
    """The sums and counts of a text."""

    told: frozenset[float]  # numbers of the headline, and the sums of the move that it tells
    everything: frozenset[float]
    large: frozenset[float]  # those that are amounts
    near: frozenset[float]  # all, and what the amounts are when rounded


@once
def figures_of(fp: Fingerprint) -> Figures:
    """The figures of an entry."""
    everything = frozenset((*fp.numbers, *fp.amounts, *fp.valuations, *fp.people))
    told = set(fp.numbers[: fp.headline[4]])
    if fp.moved:
        told.update((*fp.amounts, *fp.valuations, *fp.people))
    large = frozenset(x for x in everything if x >= BIG)
    return Figures(
        told=frozenset(told), everything=everything, large=large, near=everything.union(map(_rounded, large))
    )


def shared(
    a: Fingerprint, b: Fingerprint, ours: Figures, theirs: Figures, rarity: Rarity
) -> tuple[float, float]:
    """Sums in common, by rarity: those of headlines, and those that stand in a lead."""
    top = rest = 0.0
    for x, y in () if ours.near.isdisjoint(theirs.near) else _met(ours, theirs):
        worth = rarity.number(x) if x == y else min(rarity.number(x), rarity.number(y))
        if x < BIG:
            worth *= _SMALL
        if x in ours.told and y in theirs.told:
            top += worth
        else:
            rest += worth
    if not top and not rest and a.status != b.status and "rumour" in (a.status, b.status):
        # a rumour rounds what its confirmation states
        top = _ROUNDED * any(_close(x, y) for x in a.amounts for y in b.amounts if x >= BIG)
    return min(top, 2.0), min(rest, 2.0)


def disagree(a: Fingerprint, b: Fingerprint, days: float) -> bool:
    """Whether the sums that the moves are about differ by more than a rounding.

    Of people who are let go the first day's counts grow.  Three who are hired and four who
    are hired, or "four more", are two events, unless somebody is named in both; of those who
    left, each report counts some.
    """
    if a.amounts and b.amounts and _differ(a, b, a.amounts, b.amounts):
        return True
    if a.valuations and b.valuations and _differ(a, b, a.valuations, b.valuations):
        return True
    kind = a.kinds[0] if a.kinds and a.kinds[:1] == b.kinds[:1] else ""
    if kind not in _COUNTED or _meet(a.people, b.people):
        return False
    counted = bool(a.people and b.people)
    if kind == "hire":
        more = not MORE.isdisjoint((*a.headline_concepts(), *b.headline_concepts()))
        return (counted or more) and a.moved and b.moved and set(a.names).isdisjoint(b.names)
    return counted and days > 1.0


def _differ(a: Fingerprint, b: Fingerprint, mine: Sequence[float], other: Sequence[float]) -> bool:
    """Whether sums of the moves are two; a share of a round is told beside all of it."""
    if _meet(mine, (*b.amounts, *b.valuations, *b.numbers)):
        return False
    return not _meet([figure for figure in other if figure >= BIG], a.numbers[: a.headline[4]])


def another_sum(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether two headlines tell one kind of move of sums that no rounding or rumour explains."""
    if not (a.moved and b.moved) or a.kinds[0] != b.kinds[0] or not a.amounts or not b.amounts:
        return False
    if _meet(figures_of(a).large, figures_of(b).large):
        return False
    return all(abs(math.log(x / y)) > OTHER_SUM for x in a.amounts for y in b.amounts)


def _meet(mine: Iterable[float], other: Collection[float]) -> bool:
    for x in mine:
        for y in other:
            if _close(x, y):
                return True
    return False


def _met(ours: Figures, theirs: Figures) -> list[tuple[float, float]]:
    """Pairs of numbers that are one: equal, or a large sum that one side rounds."""
    met = [(x, x) for x in ours.everything & theirs.everything]
    for x in ours.large:
        met += [(x, y) for y in theirs.large if x != y and (_rounded(x) == y or _rounded(y) == x)]
    return met


@lru_cache(maxsize=1024)
def _rounded(number: float) -> float:
    """To two digits: 14 billion for 14.3."""
    return float(f"{number:.2g}")


def _close(x: float, y: float) -> bool:
    return abs(math.log(x / y)) < SAME_SUM
