"""The sums and counts of two fingerprints: what they share, and where they contradict each other.

Pure.
"""

import math
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import NamedTuple

from watchers.stories.fingerprint import Fingerprint, once
from watchers.stories.rarity import Rarity

BIG = 1e5  # from here on a number is an amount, not a count of little things
SAME_SUM = math.log(1.15)  # two sums within this are one, rounded by somebody
OTHER_SUM = math.log(2.0)  # and beyond this they are two
MORE = frozenset({"further"})  # the concept of what says that there were some before: "four more"
_ROUNDED = 0.7  # of an amount in common: a rumour against its confirmation


class Figures(NamedTuple):
    """The sums and counts of a text."""

    told: set[float]  # numbers of the headline, and the sums of the move that it tells
    everything: set[float]
    large: bool  # whether there is an amount among them


@once
def figures_of(fp: Fingerprint) -> Figures:
    """The figures of an entry."""
    everything = {*fp.numbers, *fp.amounts, *fp.valuations, *fp.people}
    told = set(fp.numbers[: fp.headline[4]])
    if fp.moved:
        told.update((*fp.amounts, *fp.valuations, *fp.people))
    return Figures(told, everything, any(x >= BIG for x in everything))


def shared(
    a: Fingerprint, b: Fingerprint, ours: Figures, theirs: Figures, rarity: Rarity
) -> tuple[float, float]:
    """Sums in common, by rarity: those of headlines, and those that stand in a lead."""
    if not ours.everything or not theirs.everything:
        return 0.0, 0.0
    top = rest = 0.0
    for x, y in _met(ours, theirs):
        worth = _size(x) * min(rarity.number(x), rarity.number(y))
        if x in ours.told and y in theirs.told:
            top += worth
        else:
            rest += worth
    if not top and not rest and "rumour" in {a.status, b.status} and a.status != b.status:
        # a rumour rounds what its confirmation states
        top = _ROUNDED * any(_close(x, y) for x in a.amounts for y in b.amounts if x >= BIG)
    return min(top, 2.0), min(rest, 2.0)


def disagree(a: Fingerprint, b: Fingerprint, days: float) -> bool:
    """Whether the sums that the moves are about differ by more than a rounding.

    Of people who are let go the first day's counts grow.  Three who are hired and four who
    are hired, or "four more", are two events, unless somebody is named in both; of those who
    left, each report counts some.
    """
    said = a.numbers[: a.headline[4]]  # a share of a round is told beside all of it
    for mine, other in ((a.amounts, b.amounts), (a.valuations, b.valuations)):
        if not mine or not other or _meet(mine, (*b.amounts, *b.valuations, *b.numbers)):
            continue
        if not _meet((figure for figure in other if figure >= BIG), said):
            return True
    if a.kinds[:1] != b.kinds[:1] or _meet(a.people, b.people):
        return False
    counted = bool(a.people and b.people)
    if a.kinds[:1] == ("hire",):
        more = not MORE.isdisjoint((*a.headline_concepts(), *b.headline_concepts()))
        return (counted or more) and a.moved and b.moved and set(a.names).isdisjoint(b.names)
    return counted and days > 1.0 and a.kinds[0] == "layoffs"


def another_sum(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether two headlines tell one kind of move of sums that no rounding or rumour explains."""
    if not (a.moved and b.moved) or a.kinds[0] != b.kinds[0] or not a.amounts or not b.amounts:
        return False
    ours, theirs = figures_of(a).everything, figures_of(b).everything
    if any(_close(x, y) for x in ours for y in theirs if x >= BIG and y >= BIG):
        return False
    return all(abs(math.log(x / y)) > OTHER_SUM for x in a.amounts for y in b.amounts)


def _meet(mine: Iterable[float], other: Collection[float]) -> bool:
    return any(_close(x, y) for x in mine for y in other)


def _met(ours: Figures, theirs: Figures) -> list[tuple[float, float]]:
    """Pairs of numbers that are one: equal, or a large sum that one side rounds."""
    if not (ours.large and theirs.large):
        return [(x, x) for x in ours.everything if x in theirs.everything]
    return [
        (x, y)
        for x in ours.everything
        for y in theirs.everything
        if x == y or (x >= BIG and y >= BIG and (_rounded(x) == y or _rounded(y) == x))
    ]


@lru_cache(maxsize=1024)
def _rounded(number: float) -> float:
    """To two digits: 14 billion for 14.3."""
    return float(f"{number:.2g}")


def _size(number: float) -> float:
    return 1.0 if number >= BIG else 0.7


def _close(x: float, y: float) -> bool:
    return abs(math.log(x / y)) < SAME_SUM
