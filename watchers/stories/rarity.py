"""How rare a key is: what is shared by few entries tells much, what all hold tells nothing.

The store's counts are blended with a packaged prior, so that it works from the first day.
"""

import math
from collections.abc import Collection, Mapping
from functools import lru_cache

from watchers.stories.vocabulary import vocabulary

PRIOR = 400  # imagined entries that the packaged shares stand for
RAREST = 1.0  # nats by which a key can be rarer than its sort: evidence shall not grow with the store
# Share of entries that hold a key of a sort, before anything is known of it.
_SHARE = {
    "e": 0.05,  # a watched entity
    "p": 0.01,  # a watched person
    "n": 0.002,  # a name or word that no list knows
    "c": 0.02,  # a concept
    "a": 0.004,  # a number
    "common": 0.15,  # a concept that is everywhere in this field
    "plain": 0.05,  # an ordinary word
    "bigram": 0.01,  # two Han characters
}
_SCALE = {"bigram": 0.5}  # of what such a key tells: two of a word share a character
_MOST = {sort: RAREST - math.log(share) for sort, share in _SHARE.items()}
# What a nat of a shared key's rarity is worth beside the others, about as in ``weights``; a page
# or a headline proves all by itself, and must not make all others faint beside it.
_WORTH = {"e": 0.6, "n": 0.17, "c": 0.3, "a": 0.23}
_PROOF = {"u": 8.0, "t": 4.0}


class _Weights(dict[str, float]):
    """What the keys of one kind tell; what no entry holds is worked out when it is asked for."""

    def __init__(self, kind: str, total: int) -> None:
        super().__init__()
        self._kind, self._total = kind, total

    def __missing__(self, what: str) -> float:
        weight = self[what] = _weigh(_sort(self._kind, what), 0, self._total)
        return weight


class Rarity:
    """What the keys of one entry tell, in nats, 0 and up: ``df`` entries hold each, of ``total``.

    ``persons`` are the slugs of people.
    """

    def __init__(self, df: Mapping[str, int], total: int, persons: Collection[str] = ()) -> None:
        self.df, self.total = df, total
        self.words = _Weights("n", total)  # names and words, of Han two characters
        self.concepts = _Weights("c", total)
        self.numbers = _Weights("a", total)
        self.entities = _Weights("e", total)  # the entry's persons as such
        self.persons = _Weights("p", total)
        self._shares: dict[float, float] = {}
        # What sharing each key tells beside the others: by this the store chooses the candidates.
        self.tells: dict[str, float] = {}
        of_kind = {"n": self.words, "c": self.concepts, "a": self.numbers}
        for key, seen in df.items():
            kind, what = key[0], key[2:]
            if kind in of_kind:
                if seen:
                    weight = of_kind[kind][what] = _weigh(_sort(kind, what), seen, total)
                    self.tells[key] = _WORTH[kind] * weight
            elif kind == "e":
                self.persons[what] = _weigh("p", seen, total)
                self.entities[what] = self.persons[what] if what in persons else _weigh("e", seen, total)
                self.tells[key] = _WORTH[kind] * self.entities[what]
            elif seen:
                self.tells[key] = _PROOF[kind]

    def number(self, number: float) -> float:
        """Of a number, as a share of what the rarest tells: a sum that all cite is background."""
        share = self._shares.get(number)
        if share is None:
            share = self._shares[number] = self.numbers[f"{number:g}"] / _MOST["a"]
        return share


def _sort(kind: str, what: str) -> str:
    if kind == "n":
        if what[0] > "\u3000":
            return "bigram"
        return "plain" if what in vocabulary().plain else kind
    return "common" if kind == "c" and what in vocabulary().common else kind


@lru_cache(maxsize=256)
def _weigh(sort: str, seen: int, total: int) -> float:
    """By how many entries hold a key of a sort: most are held by few, so it is seldom worked out."""
    others = max(0, seen - 1)  # the candidate holds it
    weight = math.log((total + PRIOR) / (others + _SHARE[sort] * PRIOR))
    return min(max(0.0, weight), _MOST[sort]) * _SCALE.get(sort, 1.0)
