"""What speaks for and against two fingerprints telling the same event, as a few plain figures.

Pure and symmetric.  What both say in their headlines is what they tell; what one says in
its headline and the other in its lead may be background, and the same matter in the lead
of both says least.  What the figures are worth together is in ``weights``.
"""

import math
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from watchers.stories import actions, parties
from watchers.stories.fingerprint import Fingerprint
from watchers.stories.rarity import Rarity
from watchers.stories.tokens import skeleton

BIG = 1e5  # from here on a number is an amount, not a count of little things
SAME_SUM = math.log(1.15)  # two sums within this are one, rounded by somebody
OTHER_SUM = math.log(2.0)  # and beyond this they are two
_BY_SOUND = 0.7  # of a name in common: katakana against Latin
_ROUNDED = 0.7  # of an amount in common: a rumour against its confirmation
_CJK = frozenset({"zh", "ja", "ko"})
# What matters go through, in order; stages in one set are told as each other.
_STAGES: tuple[tuple[frozenset[str], ...], ...] = (
    (
        frozenset({"probe"}),
        frozenset({"lawsuit"}),
        frozenset({"trial"}),
        frozenset({"ruling", "dismissal", "fine", "judge", "ban"}),
        frozenset({"settlement"}),
        frozenset({"appeal"}),
    ),
    (frozenset({"delay"}), frozenset({"launch"}), frozenset({"outage"}), frozenset({"shutdown"})),
)
_LEADS_SHARE = 8.0  # nats: leads of one beat share much, and what they share is background
_LATE = 3  # days after which a fact is no longer the confirmation of a rumour


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The figures; weights exist for each of them."""

    entities: float  # rarity of the watched entities in common, more where both headlines have them
    headliner: float  # share of the entities that each is about, 0..1
    names: float  # rarity of the unwatched proper nouns that both headlines have
    names_lead: float  # of those that stand in a lead, in one or both
    foreign: float  # rarity of headline names that the other headline lacks, the lesser side
    cast: float  # share of the entities of headline and lead that both have, by rarity, 0..1
    action: float  # 1 the headlines tell one sort of action, 0.5 a lead does, -1 different sorts
    kind: float  # 1 the same class of move, 0.5 one that it is often told as, else 0
    other: float  # 1 when the classes of move are known and far apart
    person: float  # 1 the same person in a role, -1 another
    party: float  # 1 the same other party in the same role, -1 another
    amounts: float  # sums that both headlines or moves have
    amounts_lead: float  # sums that stand in a lead
    disagree: float  # 1 when the sums that matter differ by much
    concepts: float  # rarity of the concepts that both headlines have
    concepts_lead: float  # of those that stand in a lead
    strange: float  # rarity of headline concepts that the other headline lacks, the lesser side
    stage: float  # 1 when the headlines are about different stages of a matter: lawsuit, ruling
    words: float  # rarity of the words that both headlines have
    words_lead: float  # of those that stand in a lead
    copy: float  # 1 the same headline
    days: float  # between their times
    soon: float  # 1 within the hour, falling to 0 over four days
    burst: float  # rarity of the rarest entity that both are about, as near as they are in time
    who: float  # 1 about the same person, -1 about different ones only
    comment: float  # 1 when one tells the event and the other talks about something
    alien: float  # 1 when nothing of what they say is in common: no name, matter, sum or word
    bare: float  # 1 when one side has hardly anything to compare
    confirms: float  # 1 when a fact follows a rumour within three days: same move, no other sum
    status: float  # 1 when one is a rumour and the other a fact, more than three days apart


def gather(a: Fingerprint, b: Fingerprint, apart: timedelta, rarity: Rarity) -> Evidence:
    """All figures for two fingerprints whose entries lie ``apart``."""
    days = abs(apart.total_seconds()) / 86400
    soon = max(0.0, 1.0 - math.log1p(days * 24) / math.log1p(96))
    kind = parties.kind(a, b)
    names, names_lead = _names(a, b, rarity)
    concepts, concepts_lead = _shared(a, b, "concepts", 3, rarity.concept)
    words, words_lead = _shared(a, b, "words", 2, rarity.word)
    amounts, amounts_lead = _amounts(a, b, rarity)
    about, theirs = set(a.heads()), set(b.heads())
    firmer = {a.status == "rumour", b.status == "rumour"} == {True, False}
    other_sum = disagree(a, b)
    return Evidence(
        entities=_entities(a, b, rarity),
        headliner=len(about & theirs) / len(about | theirs) if about and theirs else 0.0,
        names=names,
        names_lead=names_lead,
        foreign=_foreign(a, b, rarity),
        cast=_cast(a, b, rarity),
        action=actions.compare(a, b),
        kind=max(0.0, kind),
        other=max(0.0, -kind),
        person=parties.role(a, b, persons=True),
        party=parties.role(a, b, persons=False),
        amounts=amounts,
        amounts_lead=amounts_lead,
        disagree=float(other_sum),
        concepts=concepts,
        concepts_lead=concepts_lead,
        strange=min(
            _lacking(a.headline_concepts(), b.headline_concepts(), b.concepts, rarity.concept),
            _lacking(b.headline_concepts(), a.headline_concepts(), a.concepts, rarity.concept),
        ),
        stage=float(other_stage(a.headline_concepts(), b.headline_concepts())),
        words=words,
        words_lead=words_lead,
        copy=float(bool(a.title) and a.title == b.title),
        days=min(days, 30.0),
        soon=soon,
        burst=soon
        * max((rarity.entity(slug, person=slug in a.persons) for slug in about & theirs), default=0.0),
        who=_who(a.persons & about, b.persons & theirs),
        comment=float(a.comment != b.comment),
        alien=float(
            not any((names, names_lead, concepts, concepts_lead, words, words_lead, amounts, amounts_lead))
        ),
        bare=float(min(_substance(a), _substance(b)) <= 1),
        confirms=float(firmer and days <= _LATE and kind >= 0.5 and not other_sum),
        status=float(firmer and days > _LATE),
    )


def disagree(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether the sums that the moves are about differ by more than a rounding."""
    for mine, other in ((a.amounts, b.amounts), (a.valuations, b.valuations)):
        if mine and other and not any(_close(x, y) for x in mine for y in other):
            everything = {*b.amounts, *b.valuations, *b.numbers}
            if not any(_close(x, y) for x in mine for y in everything):
                return True
    if a.kinds[:1] != ("layoffs",) or b.kinds[:1] != ("layoffs",):
        return False  # of those who came or went each report counts some
    return bool(a.people and b.people and not any(_close(x, y) for x in a.people for y in b.people))


def another_sum(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether two headlines tell one kind of move of sums that no rounding or rumour explains."""
    if not (a.moved and b.moved) or a.kinds[0] != b.kinds[0] or not a.amounts or not b.amounts:
        return False
    if any(_close(x, y) for x in _sums(a) for y in _sums(b) if x >= BIG and y >= BIG):
        return False
    return all(abs(math.log(x / y)) > OTHER_SUM for x in a.amounts for y in b.amounts)


def values(evidence: Evidence) -> Iterable[tuple[str, float]]:
    """Name and figure of all evidence, in the order of its fields."""
    for name in Evidence.__dataclass_fields__:
        yield name, getattr(evidence, name)


def _entities(a: Fingerprint, b: Fingerprint, rarity: Rarity) -> float:
    """The two rarest count; further ones little: a roundup shares names with everything."""
    weights = []
    for slug in set(a.entities) & set(b.entities):
        places = (_place(a, slug), _place(b, slug))
        weights.append(min(places) * max(places) * rarity.entity(slug, person=slug in a.persons))
    weights.sort(reverse=True)
    return sum(weights[:2]) + 0.2 * sum(weights[2:])


def _cast(a: Fingerprint, b: Fingerprint, rarity: Rarity) -> float:
    ours, theirs = set(a.entities[: a.prominent]), set(b.entities[: b.prominent])

    def weight(slugs: Iterable[str]) -> float:
        return sum(rarity.entity(s, person=s in a.persons or s in b.persons) for s in sorted(slugs))

    everybody = weight(ours | theirs)
    return weight(ours & theirs) / everybody if everybody else 0.0


def _place(fp: Fingerprint, slug: str) -> float:
    """What a place is worth: the headline all, the lead half, elsewhere a little."""
    at = fp.entities.index(slug)
    return 1.0 if at < fp.headline[0] else 0.6 if at < fp.prominent else 0.3


def _who(ours: frozenset[str], theirs: frozenset[str]) -> float:
    if not ours or not theirs:
        return 0.0
    return 1.0 if ours & theirs else -1.0


def _names(a: Fingerprint, b: Fingerprint, rarity: Rarity) -> tuple[float, float]:
    """Rarity of the names in common: in both headlines, and otherwise.

    A name meets the same word that does not look like one: in Title Case, in a role.
    """
    ours, theirs = parties.words_of(a), parties.words_of(b)
    met = {name for name in a.names if name in theirs} | {name for name in b.names if name in ours}
    first, second = _headline_words(a), _headline_words(b)
    top = sum(rarity.name(name) for name in met if name in first and name in second)
    rest = sum(rarity.name(name) for name in met if name not in first or name not in second)
    return top + sum(_BY_SOUND * rarity.name(name) for name in _by_sound(a, b)), rest


@lru_cache(maxsize=256)
def _headline_words(fp: Fingerprint) -> frozenset[str]:
    played = (part for _, who in fp.roles for part in who.replace("-", "+").split("+")) if fp.moved else ()
    return frozenset((*fp.headline_names(), *fp.words[: fp.headline[2]], *played))


def _foreign(a: Fingerprint, b: Fingerprint, rarity: Rarity) -> float:
    """Headline names that only one side has, the lesser side; 0 where the forms prove nothing."""
    if a.loose or b.loose or (a.lang in _CJK) != (b.lang in _CJK):
        return 0.0
    return min(
        _lacking(mine.headline_names(), _headline_words(other), parties.words_of(other), rarity.name)
        for mine, other in ((a, b), (b, a))
    )


def _lacking(
    mine: Iterable[str],
    headline: Collection[str],
    everything: Collection[str],
    weight: Callable[[str], float],
) -> float:
    """Rarity of what the other headline lacks; half where the other text has it further down."""
    return sum(
        weight(key) * (0.5 if key in everything else 1.0)
        for key in mine
        if key not in headline and key[0] != "~"
    )


def _shared(
    a: Fingerprint, b: Fingerprint, field: str, place: int, weight: Callable[[str], float]
) -> tuple[float, float]:
    """Rarity of what two fields share: in both headlines, and otherwise."""
    ours, theirs = getattr(a, field), getattr(b, field)
    first, second = set(ours[: a.headline[place]]), set(theirs[: b.headline[place]])
    top = sum(weight(key) for key in first & second)
    rest = sum(weight(key) for key in (set(ours) & set(theirs)) - (first & second))
    return top, min(rest, _LEADS_SHARE)


def other_stage(ours: Collection[str], theirs: Collection[str]) -> bool:
    """Whether both headlines name stages of one sort of matter, and not the same latest one."""
    for stages in _STAGES:
        first, second = (
            [at for at, stage in enumerate(stages) if stage & {*side}] for side in (ours, theirs)
        )
        if first and second and first[-1] != second[-1]:
            return True
    return False


def _by_sound(a: Fingerprint, b: Fingerprint) -> set[str]:
    """Names that meet only as katakana and Latin, by their consonants."""
    met = set()
    for mine, other in ((a, b), (b, a)):
        kana = {name[1:]: name for name in mine.names if name[0] == "~" and len(name) > 3}
        if kana:
            met |= {kana[s] for name in other.names if name[0] != "~" and (s := skeleton(name)) in kana}
    return met


def _amounts(a: Fingerprint, b: Fingerprint, rarity: Rarity) -> tuple[float, float]:
    """Sums in common, by rarity: those of headlines, and those that stand in a lead."""
    ours, theirs = _told_sums(a), _told_sums(b)
    top = sum(_size(x) * _telling(x, y, rarity) for x, y in _met(ours, theirs))
    everything = _met(_sums(a) - ours, _sums(b)) | _met(_sums(a), _sums(b) - theirs)
    rest = sum(_size(x) * _telling(x, y, rarity) for x, y in everything)
    if not top and not rest and "rumour" in {a.status, b.status} and a.status != b.status:
        # a rumour rounds what its confirmation states
        top = _ROUNDED * any(_close(x, y) for x in a.amounts for y in b.amounts if x >= BIG)
    return min(top, 2.0), min(rest, 2.0)


def _met(ours: Collection[float], theirs: Collection[float]) -> set[tuple[float, float]]:
    """Pairs of numbers that are one: equal, or a large sum that one side rounds."""
    return {(x, y) for x in ours for y in theirs if x == y or (x >= BIG and y >= BIG and _rounds(x, y))}


def _rounds(x: float, y: float) -> bool:
    """Whether one is the other to two digits: 14 billion for 14.3."""
    return float(f"{x:.2g}") == y or float(f"{y:.2g}") == x


def _telling(x: float, y: float, rarity: Rarity) -> float:
    return min(rarity.number(x), rarity.number(y))


def _sums(fp: Fingerprint) -> set[float]:
    return {*fp.numbers, *fp.amounts, *fp.valuations, *fp.people}


def _told_sums(fp: Fingerprint) -> set[float]:
    """The numbers of the headline, and the sums of the move that it tells."""
    told = set(fp.numbers[: fp.headline[4]])
    return told | {*fp.amounts, *fp.valuations, *fp.people} if fp.moved else told


def _size(number: float) -> float:
    return 1.0 if number >= BIG else 0.7


def _close(x: float, y: float) -> bool:
    return abs(math.log(x / y)) < SAME_SUM


def _substance(fp: Fingerprint) -> int:
    return len(fp.names) + len(fp.concepts) + len(fp.numbers) + len(fp.words) // 2
