"""When a name is met: two that are one, and one that stands in another text.

Pure.  Names are slugs of the watched, or words joined by ``+`` of those whom nobody watches.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from watchers.stories.fingerprint import Fingerprint, once
from watchers.stories.vocabulary import vocabulary

KEPT = 2_048  # names of which is kept what they are
_GENERIC = frozenset("ai lab labs inc corp group technolo the of and".split())  # stems of many names


@once
def words_of(fp: Fingerprint) -> frozenset[str]:
    """All words that a name can meet: those that stand in roles and as words included."""
    return frozenset((*fp.names, *fp.words, *(part for _, who in fp.roles for part in parts(who))))


def meet(mine: Iterable[str], other: Iterable[str]) -> bool:
    """Whether two names are one: whether they share a word that tells them from others."""
    for x in mine:
        for y in other:
            if same(x, y):
                return True
    return False


def meet_persons(mine: Iterable[str], other: Iterable[str]) -> bool:
    """Whether two names are one person's: whether the family name of one stands in the other.

    The order of a name's parts is no matter.
    """
    for x in map(ordered, mine):
        for y in map(ordered, other):
            if x[-1] in y or y[-1] in x:
                return True
    return False


def named_there(who: Iterable[str], other: Fingerprint) -> bool:
    """Whether a text has one of these names, or the matter that it is called by: "US military"."""
    there, told = all_words(other), other.headline_concepts()
    return any(not there.isdisjoint(parts(name)) or _matter(name) in told for name in who)


def family_there(who: Iterable[str], other: Fingerprint) -> bool:
    """Whether a text has the family name of one of these people."""
    there = all_words(other)
    return any(ordered(name)[-1] in there for name in who)


@once
def all_words(fp: Fingerprint) -> frozenset[str]:
    """All words that a name can meet, those of the watched included."""
    return words_of(fp).union(part for slug in fp.entities for part in slug.split("-"))


def wholly_there(who: Sequence[str], other: Fingerprint) -> bool:
    """Whether a text has all words of one of these names, of which there are several."""
    there = words_of(other)
    return any(len(words := ordered(name)) > 1 and there.issuperset(words) for name in who)


def lone(who: Sequence[str]) -> bool:
    """Whether each of these names is a single word."""
    return not any(part in name for name in who for part in "+-")


def same(x: str, y: str) -> bool:
    """Whether two slugs or names are one: whether they share a word that tells them from others."""
    return not parts(x).isdisjoint(parts(y))


@lru_cache(maxsize=KEPT)
def parts(who: str) -> frozenset[str]:
    """The words of a name that tell it from others: "Scale AI" and "Surge AI" share none."""
    words = frozenset(ordered(who))
    return words - _GENERIC or words


@lru_cache(maxsize=KEPT)
def ordered(who: str) -> tuple[str, ...]:
    """All words of a name, in its order."""
    return tuple(who.replace("-", "+").split("+"))


def described(who: Iterable[str]) -> bool:
    """Whether one of them is called by ordinary words, which each language has its own of: "US Army"."""
    return any(map(_ordinary, who))


@lru_cache(maxsize=KEPT)
def _ordinary(name: str) -> bool:
    words = vocabulary()
    return bool(_matter(name)) and all(
        len(part) < 3 or part in words.plain or part in words.famous or words.concepts.word(part)
        for part in ordered(name)
    )


@lru_cache(maxsize=KEPT)
def _matter(name: str) -> str:
    """The concept by which somebody is called, the last of several; empty where it is a name."""
    concepts = (vocabulary().concepts.word(part) for part in reversed(ordered(name)))
    return next((concept for concept in concepts if concept), "")


def spelt_alike(who: Iterable[str]) -> bool:
    """Whether all these are written in Latin letters: Chinese or Russian headlines spell some names in them."""
    return all(map(str.isascii, who))


def comparable(x: str, y: str) -> bool:
    """Two names in one script can contradict each other, in two they only look it."""
    return (x[0] < "\u3000") == (y[0] < "\u3000")
