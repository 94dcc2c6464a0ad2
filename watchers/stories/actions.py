"""Which sort of action a text tells: its typed moves and the words for actions together.

Pure.  One event is told as a departure here and as a hire there, and a move is not found in
every wording; the words that headlines have for such things tell the sort all the same.
"""

from collections.abc import Iterable
from functools import lru_cache

from watchers.stories.fingerprint import KEPT, Fingerprint

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
_NEAR = frozenset(
    frozenset(pair)
    for pair in (
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
)


def compare(a: Fingerprint, b: Fingerprint) -> float:
    """1 one sort of action in both headlines, 0.5 in a headline and a lead or a near one, -1 others."""
    ours, theirs = _headline(a), _headline(b)
    if ours & theirs:
        return 1.0
    if ours & _all(b) or theirs & _all(a):
        return 0.5
    if any(frozenset((x, y)) in _NEAR for x in ours for y in theirs):
        return 0.3
    if not ours or not theirs:
        return 0.2 * bool(_all(a) & _all(b))
    return -1.0


@lru_cache(maxsize=KEPT)
def _headline(fp: Fingerprint) -> frozenset[str]:
    return _sorts(fp.headline_concepts(), fp.kinds[:1] if fp.moved else ())


@lru_cache(maxsize=KEPT)
def _all(fp: Fingerprint) -> frozenset[str]:
    return _sorts(fp.concepts, fp.kinds)


def _sorts(concepts: Iterable[str], kinds: Iterable[str]) -> frozenset[str]:
    told = {_TOLD_BY[concept] for concept in concepts if concept in _TOLD_BY}
    return frozenset(told | {_OF_KIND[kind] for kind in kinds if kind in _OF_KIND})
