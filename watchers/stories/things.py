"""What a move is about: the thing that is launched, the place where something is built, the harm that is done.

Pure.  One company launches two things on one day: two events, however alike they are told.
"""

from watchers.stories.fingerprint import Fingerprint, once
from watchers.stories.parties import words_of
from watchers.stories.sums import figures_of
from watchers.stories.vocabulary import vocabulary

_NAMED = frozenset({"launch", "infrastructure"})  # kinds whose headlines name the thing or the place
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
    if a.kinds[0] not in _NAMED or not figures_of(a).everything.isdisjoint(figures_of(b).everything):
        return False
    ours, theirs = _things(a), _things(b)
    return bool(ours and theirs) and ours.isdisjoint(_words(b)) and theirs.isdisjoint(_words(a))


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


@once
def _words(fp: Fingerprint) -> frozenset[str]:
    """All words that a name can meet, those of the watched included."""
    return words_of(fp).union(part for slug in fp.entities for part in slug.split("-"))
