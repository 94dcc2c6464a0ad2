"""How rare a key is: what is shared by few entries tells much, what all hold tells nothing.

The store's counts are blended with a packaged prior, so that it works from the first day.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import field

from storage.model.noun import noun
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
_MOST = {sort: RAREST - math.log(share) for sort, share in _SHARE.items()}
# What a nat of a shared key's rarity is worth beside the others, about as in ``weights``; a page
# or a headline proves all by itself, and must not make all others faint beside it.
_WORTH = {"e": 0.6, "n": 0.17, "c": 0.3, "a": 0.23}
_PROOF = {"u": 8.0, "t": 4.0}
_KEYED = {"plain": "n", "bigram": "n", "common": "c", "p": "e"}  # sorts that share a sort of key


@noun
class Rarity:
    """The store's counts for the keys of one entry."""

    df: Mapping[str, int]  # entries by key
    total: int
    # What was worked out; names, concepts and entities are asked for again and again.
    _known: dict[tuple[str, str], float] = field(default_factory=dict, repr=False, compare=False)
    _names: dict[str, float] = field(default_factory=dict, repr=False, compare=False)
    _concepts: dict[str, float] = field(default_factory=dict, repr=False, compare=False)
    _persons: dict[str, float] = field(default_factory=dict, repr=False, compare=False)
    _others: dict[str, float] = field(default_factory=dict, repr=False, compare=False)

    def entity(self, slug: str, *, person: bool) -> float:
        """Information of a shared entity in nats, 0 and up; likewise the others."""
        known = self._persons if person else self._others
        weight = known.get(slug)
        if weight is None:
            weight = known[slug] = self._weigh("p" if person else "e", slug)
        return weight

    def name(self, name: str) -> float:
        """Of a proper noun."""
        weight = self._names.get(name)
        if weight is None:
            sort = "plain" if name in vocabulary().plain else "n"
            weight = self._names[name] = self._weigh(sort, name)
        return weight

    def concept(self, concept: str) -> float:
        """Of a concept."""
        weight = self._concepts.get(concept)
        if weight is None:
            sort = "common" if concept in vocabulary().common else "c"
            weight = self._concepts[concept] = self._weigh(sort, concept)
        return weight

    def number(self, number: float) -> float:
        """Of a number, as a share of what the rarest tells: a sum that all cite is background."""
        return self._weight("a", f"{number:g}") / _MOST["a"]

    def word(self, word: str) -> float:
        """Of a word, or two Han characters."""
        if word[0] > "\u3000":
            return 0.5 * self._weight("bigram", word)
        return self.name(word)

    def key(self, key: str, persons: Collection[str]) -> float:
        """What sharing a key tells, about; ``persons`` are the slugs of people."""
        sort, _, what = key.partition(":")
        if sort in _PROOF:
            return _PROOF[sort]
        if sort == "e":
            return _WORTH[sort] * self.entity(what, person=what in persons)
        if sort == "n":
            return _WORTH[sort] * self.word(what)
        return _WORTH[sort] * (self.concept(what) if sort == "c" else self._weight(sort, what))

    def _weight(self, sort: str, key: str) -> float:
        weight = self._known.get((sort, key))
        if weight is None:
            weight = self._known[(sort, key)] = self._weigh(sort, key)
        return weight

    def _weigh(self, sort: str, key: str) -> float:
        seen = max(0, self.df.get(f"{_KEYED.get(sort, sort)}:{key}", 0) - 1)  # the candidate holds it
        weight = math.log((self.total + PRIOR) / (seen + _SHARE[sort] * PRIOR))
        return min(max(0.0, weight), _MOST[sort])
