"""What a move is about: the thing launched, the place where something is built, the harm done, whose state buys.

Pure.  One company launches two things on one day: two events, however alike they are told.
"""

from functools import cache

from watchers.stories.fingerprint import Fingerprint, once
from watchers.stories.naming import all_words
from watchers.stories.sums import figures_of
from watchers.stories.vocabulary import listed, stem, vocabulary

_NAMED = frozenset({"launch", "infrastructure"})  # kinds whose headlines name the thing or the place
_AMERICAN = frozenset({"us", "pentagon"})  # of names like "us-army"
# Harms none of which is told as another.
_HARMS = (frozenset({"outage"}), frozenset({"breach", "leak", "theft", "malware", "extortion"}))


def another_thing(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether two headlines tell one kind of move of different things, each unknown to the other text.

    Texts that share a number may tell one thing by two names.
    """
    if not (a.moved and b.moved) or a.kinds[0] != b.kinds[0]:
        return False
    if a.kinds[0] == "incident":
        return _other_harm(a, b)
    if a.kinds[0] == "contract":
        ours, theirs = _states(a), _states(b)
        return bool(ours and theirs) and ours.isdisjoint(all_words(b)) and theirs.isdisjoint(all_words(a))
    if a.kinds[0] not in _NAMED or not figures_of(a).everything.isdisjoint(figures_of(b).everything):
        return False
    ours, theirs = _things(a), _things(b)
    return bool(ours and theirs) and ours.isdisjoint(all_words(b)) and theirs.isdisjoint(all_words(a))


@once
def _states(fp: Fingerprint) -> frozenset[str]:
    """The countries of a headline, and the United States by whoever buys for them."""
    buyers = {
        part for role, who in fp.roles if role == "customer" for part in who.replace("-", "+").split("+")
    }
    return _countries().intersection(fp.headline_names()) | (_AMERICAN & buyers)


@cache
def _countries() -> frozenset[str]:
    return frozenset(map(stem, listed("countries").split()))


def _other_harm(a: Fingerprint, b: Fingerprint) -> bool:
    told, other = frozenset(a.headline_concepts()), frozenset(b.headline_concepts())
    return any(
        not (one.isdisjoint(told) or two.isdisjoint(other))
        and one.isdisjoint(b.concepts)
        and two.isdisjoint(a.concepts)
        for one in _HARMS
        for two in _HARMS
        if one is not two
    )


@once
def _things(fp: Fingerprint) -> frozenset[str]:
    """The names in a headline that can be told from others; German writes every noun as a name."""
    names = (name for name in fp.headline_names() if name.isascii() and name[0].isalpha())
    if fp.lang == "de":
        names = (name for name in names if name in vocabulary().famous or not name.isalpha())
    return frozenset(names).difference(fp.behind, vocabulary().plain)
