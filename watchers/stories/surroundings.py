"""What speaks for and against a whole story, beyond its member that fits best.

Pure.  On a day with one story of a company, whatever names it most likely tells that one; on a
day with five, being near proves little.  And a headline most of whose words nobody who told
the story had, in the same language, tells something else.
"""

import math
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

from watchers.stories.actions import compare, sorts_of
from watchers.stories.evidence import Evidence, akin, soon
from watchers.stories.fingerprint import Fingerprint
from watchers.stories.naming import words_of
from watchers.stories.rarity import Rarity
from watchers.stories.vocabulary import vocabulary

_DAY = timedelta(days=1)
_MOST_NOVEL = 10.0  # nats: long headlines have more words, not more news


class Presence(NamedTuple):
    """How fresh a story is for an entry, 0..1; 0 where it is about others."""

    about: float  # by those of its members that are about one of the same parties
    alike: float  # by those of them that tell one sort of action, too


def presence(fp: Fingerprint, told: Iterable[tuple[Fingerprint, timedelta, Evidence | None]]) -> Presence:
    """That of a story for an entry, from the reports that told it: how far each lies, and what it bears.

    What a veto settled bears no evidence, and is a rival all the same.
    """
    about = alike = 0.0
    for other, span, evidence in told:
        fresh = evidence["soon"] if evidence else soon(span / _DAY)
        if fresh <= alike or not (evidence.get("headliner") if evidence else akin(fp, other)):
            continue
        about = max(about, fresh)
        if (evidence["action"] if evidence else compare(sorts_of(fp), sorts_of(other))) > 0.0:
            alike = fresh
    return Presence(about, alike)


def novelty(fp: Fingerprint, told: Sequence[Fingerprint], rarity: Rarity) -> float:
    """Rarity of the headline's names and words that no report of the story in its language has.

    Where there is none, that of the names that a table knows in every script.
    """
    known = [words_of(other) for other in told if other.lang == fp.lang]
    said = (*fp.headline_names(), *fp.headline_words())
    if not known:
        known = [words_of(other) for other in told]
        said = tuple(word for word in said if word in vocabulary().famous)
    return min(_MOST_NOVEL, sum(rarity.words[key] for key in said if not any(key in have for have in known)))


def beside(evidence: Evidence, novel: float, own: Presence, everybody: Presence) -> Evidence:
    """``evidence`` with what the whole story and others say; ``everybody`` is the sum over all of them."""
    return {
        **evidence,
        "novel": novel,
        "rivals": math.log1p(max(0.0, everybody.about - own.about)),
        "rivals_alike": math.log1p(max(0.0, everybody.alike - own.alike)),
    }
