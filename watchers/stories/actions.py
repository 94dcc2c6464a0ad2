"""Which sort of action a text tells: its typed moves and the words for actions together.

Pure.  One event is told as a departure here and as a hire there, and a move is not found in
every wording; the words that headlines have for such things tell the sort all the same.
"""

from collections.abc import Iterable

from storage.model.noun import noun
from watchers.stories.fingerprint import Fingerprint, once

# What a concept of the lexicon says about the action, as the sorts below.
_TOLD_BY = {
    "leave": "away", "endtie": "away", "fired": "away", "pause": "away",
    "layoffs": "cuts", "freeze": "cuts",
    "hire": "people", "promotion": "people", "return": "people",
    "acquire": "purchase", "merger": "purchase", "investor": "money", "funding": "money", "series": "money",
    **{f"series{letter}": "money" for letter in "abcdefgh"},
    "seed": "money", "valuation": "money", "shares": "money", "ipo": "money", "debt": "money",
    "lawsuit": "law", "court": "law", "judge": "law", "ruling": "law", "dismissal": "law",
    "settlement": "law", "trial": "law", "appeal": "law", "fine": "law", "probe": "law", "ban": "law",
    "breach": "harm", "leak": "harm", "theft": "harm", "outage": "harm", "bug": "harm", "malware": "harm",
    "extortion": "harm", "misuse": "harm",
    "partnership": "deal", "licence": "deal", "contract": "deal", "exclusive": "deal",
    "launch": "product", "openweight": "product", "shutdown": "product", "delay": "product",
    "datacenter": "sites", "factory": "sites", "power": "sites",
    "reorg": "order", "spinoff": "order", "rename": "order",
}  # fmt: skip
_OF_KIND = {
    "departure": "away", "breakup": "away", "layoffs": "cuts", "hire": "people", "reorg": "order",
    "funding": "money", "acquisition": "purchase", "partnership": "deal", "contract": "deal",
    "launch": "product", "infrastructure": "sites", "legal": "law", "incident": "harm",
}  # fmt: skip
# Sorts that one event is told as, depending on the side from which it is told.
_NEAR = (
    ("away", "people"),
    ("away", "cuts"),
    ("money", "deal"),
    ("money", "people"),
    ("purchase", "money"),
    ("purchase", "deal"),
    ("purchase", "people"),
    ("sites", "money"),
    ("sites", "deal"),
    ("order", "people"),
    ("order", "cuts"),
    ("order", "away"),
    ("harm", "law"),
    ("product", "deal"),
)
_BESIDE = {
    sort: frozenset(other for pair in _NEAR if sort in pair for other in pair if other != sort)
    for sort in {*_TOLD_BY.values(), *_OF_KIND.values()}
}


@noun
class Sorts:
    """The sorts of action that a text tells."""

    headline: frozenset[str]
    everything: frozenset[str]
    near: frozenset[str]  # those as which what the headline tells is told, too


@once
def sorts_of(fp: Fingerprint) -> Sorts:
    """The sorts of an entry."""
    headline = _sorts(fp.headline_concepts(), fp.kinds[:1] if fp.moved else ())
    near = frozenset().union(*(_BESIDE[sort] for sort in headline))
    return Sorts(headline=headline, everything=_sorts(fp.concepts, fp.kinds), near=near)


def compare(ours: Sorts, theirs: Sorts) -> float:
    """1 one sort of action in both headlines, 0.5 in a headline and a lead, 0.3 a near one, -1 others."""
    if not ours.headline.isdisjoint(theirs.headline):
        return 1.0
    if not (ours.headline.isdisjoint(theirs.everything) and theirs.headline.isdisjoint(ours.everything)):
        return 0.5
    if not ours.near.isdisjoint(theirs.headline):
        return 0.3
    if not ours.headline or not theirs.headline:
        return 0.2 * (not ours.everything.isdisjoint(theirs.everything))
    return -1.0


def _sorts(concepts: Iterable[str], kinds: Iterable[str]) -> frozenset[str]:
    told = {_TOLD_BY[concept] for concept in concepts if concept in _TOLD_BY}
    return frozenset(told | {_OF_KIND[kind] for kind in kinds if kind in _OF_KIND})
