"""What speaks for and against two fingerprints telling the same event, as a few plain figures.

Pure and symmetric but for time.  Evidence weighs by rarity: how few of the stored entries
hold the key that is shared, blended with a packaged prior so that it works from the first
day.  What the figures are worth together is in ``weights``.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from watchers.stories.fingerprint import Fingerprint
from watchers.stories.tokens import skeleton
from watchers.stories.vocabulary import vocabulary

PRIOR = 400  # imagined entries that the packaged prior stands for
_ROUNDED = 0.7  # of an amount in common
BIG = 1e5  # from here on a number is an amount, not a count of little things
_SHARE = {
    "e": 0.05,
    "p": 0.01,
    "n": 0.002,
    "c": 0.02,
    "a": 0.002,
    "plain": 0.05,
    "common": 0.15,
    "bigram": 0.01,
}
_KEYED = {"plain": "n", "bigram": "n", "common": "c", "p": "e"}  # sorts that share a sort of key
_PERSON_ROLES = frozenset({"person"})
_TELLING_ROLES = frozenset({"customer", "target", "recipient"})  # one event has one of these
_LISTED = frozenset({"investor"})  # roles of which every report names a few
# Kinds that one event is told as, depending on who tells it.
_NEAR = frozenset(
    frozenset(pair)
    for pair in (
        ("hire", "departure"),  # two sides of one change, unless the direction says otherwise
        ("hire", "acquisition"),
        ("hire", "reorg"),
        ("departure", "reorg"),
        ("departure", "layoffs"),
        ("departure", "launch"),
        ("departure", "funding"),
        ("funding", "acquisition"),
        ("funding", "partnership"),
        ("funding", "infrastructure"),
        ("partnership", "infrastructure"),
        ("partnership", "contract"),
        ("partnership", "acquisition"),
        ("partnership", "legal"),
        ("contract", "infrastructure"),
        ("breakup", "incident"),
        ("breakup", "partnership"),
        ("incident", "legal"),
        ("layoffs", "reorg"),
        ("launch", "partnership"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rarity:
    """How rare keys are in this store."""

    df: Mapping[str, int]
    total: int

    def weight(self, sort: str, key: str) -> float:
        """Information of a shared key in nats, 0 and up."""
        share = _SHARE[sort]
        kept = f"{_KEYED.get(sort, sort)}:{key}"
        seen = max(0, self.df.get(kept, 0) - 1)  # the candidate itself holds it
        return max(0.0, math.log((self.total + PRIOR) / (seen + share * PRIOR)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The figures; weights exist for each of them."""

    entities: float  # rarity of the watched entities in common, more where both are prominent
    headliner: float  # share of prominent entities in common, 0..1
    names: float  # rarity of the unwatched proper nouns in common
    foreign: float  # rarity of the headline names that the other does not have, on both sides
    kind: float  # 1 the same class of move, 0.5 one that it is often told as, else 0
    other: float  # 1 when the classes of move are known and far apart
    person: float  # 1 the same person in a role, -1 another
    party: float  # 1 the same other party in the same role, -1 another
    amounts: float  # amounts in common
    disagree: float  # 1 when the amounts that matter differ by much
    concepts: float  # rarity of the concepts in common
    strange: float  # rarity of headline concepts that the other does not have, on both sides
    words: float  # rarity of the words in common
    copy: float  # 1 the same headline
    days: float  # between their times
    soon: float  # 1 within the hour, falling to 0 over two days
    burst: float  # rarity of the rarest prominent entity in common, as near as they are in time
    who: float  # 1 the same prominent person, -1 different ones only
    comment: float  # 1 when one tells the event and the other talks about something
    bare: float  # 1 when one side has hardly anything to compare
    status: float  # 1 when one is a rumour and the other a fact, more than the rumour window apart


def gather(a: Fingerprint, b: Fingerprint, apart: timedelta, rarity: Rarity) -> Evidence:
    """All figures for two fingerprints whose entries lie ``apart``."""
    days = abs(apart.total_seconds()) / 86400
    soon = max(0.0, 1.0 - math.log1p(days * 24) / math.log1p(48))
    shared, foreign = _names(a, b, rarity)
    return Evidence(
        entities=_entities(a, b, rarity),
        headliner=_headliner(a, b),
        names=shared,
        foreign=foreign,
        kind=max(0.0, _kind(a, b)),
        other=max(0.0, -_kind(a, b)),
        person=_role(a, b, persons=True),
        party=_role(a, b, persons=False),
        amounts=_amounts(a, b),
        disagree=float(_disagree(a, b)),
        concepts=sum(_concept(c, rarity) for c in set(a.concepts) & set(b.concepts)),
        strange=min(
            sum(_concept(c, rarity) for c in a.concepts[: a.about] if c not in b.concepts),
            sum(_concept(c, rarity) for c in b.concepts[: b.about] if c not in a.concepts),
        ),
        words=_words(a, b, rarity),
        copy=float(bool(a.title) and a.title == b.title),
        days=min(days, 30.0),
        soon=soon,
        burst=soon * _rarest(a, b, rarity),
        who=_who(a, b),
        comment=float(a.comment != b.comment),
        bare=float(min(_substance(a), _substance(b)) <= 1),
        status=float({a.status == "rumour", b.status == "rumour"} == {True, False} and days > 3),
    )


def opposite(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether the main moves go in opposite directions: one comes where the other leaves.

    Somebody who leaves one employer for another is told as a departure and as a hire: that
    is one direction, told from both sides.
    """
    if not a.kinds or not b.kinds:
        return False
    kinds = {a.kinds[0], b.kinds[0]}
    if kinds == {"hire", "layoffs"}:
        return True
    if kinds == {"hire", "departure"}:
        ours, theirs = _played(a, persons=False), _played(b, persons=False)
        along = _overlap(ours, "to", theirs, "to") or _overlap(ours, "from", theirs, "from")
        return not along and (_overlap(ours, "to", theirs, "from") or _overlap(ours, "from", theirs, "to"))
    if kinds == {"contract", "breakup"}:
        return _role(a, b, persons=False) == 1.0 and a.kinds[0] not in b.kinds and b.kinds[0] not in a.kinds
    return False


def another_party(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether the same kind of move happened to different watched parties.

    One customer left, then another did: two events, however alike they are told.
    """
    if not a.kinds or not b.kinds or a.kinds[0] != b.kinds[0]:
        return False
    ours, theirs = _watched(a), _watched(b)
    return any(not ours[role] & theirs[role] for role in ours.keys() & theirs.keys())


def _watched(fp: Fingerprint) -> dict[str, set[str]]:
    played: dict[str, set[str]] = {}
    for role, who in fp.roles:
        if role in _TELLING_ROLES and who in fp.entities:
            played.setdefault(role, set()).add(who)
    return played


def _overlap(ours: Mapping[str, list[str]], role: str, theirs: Mapping[str, list[str]], other: str) -> bool:
    return any(_same(x, y) for x in ours.get(role, ()) for y in theirs.get(other, ()))


def _entities(a: Fingerprint, b: Fingerprint, rarity: Rarity) -> float:
    """The two rarest count; further ones little: a roundup shares names with everything."""
    first, second = set(a.entities[: a.prominent]), set(b.entities[: b.prominent])
    weights = []
    for slug in set(a.entities) & set(b.entities):
        share = 1.0 if slug in first and slug in second else 0.6 if slug in first | second else 0.3
        weights.append(share * rarity.weight("p" if slug in a.persons else "e", slug))
    weights.sort(reverse=True)
    return sum(weights[:2]) + 0.2 * sum(weights[2:])


def _rarest(a: Fingerprint, b: Fingerprint, rarity: Rarity) -> float:
    shared = set(a.entities[: a.prominent]) & set(b.entities[: b.prominent])
    return max((rarity.weight("p" if slug in a.persons else "e", slug) for slug in shared), default=0.0)


def _who(a: Fingerprint, b: Fingerprint) -> float:
    first = a.persons & set(a.entities[: a.prominent])
    second = b.persons & set(b.entities[: b.prominent])
    if not first or not second:
        return 0.0
    return 1.0 if first & second else -1.0


def _headliner(a: Fingerprint, b: Fingerprint) -> float:
    first, second = set(a.entities[: a.prominent]), set(b.entities[: b.prominent])
    if not first or not second:
        return 0.0
    return len(first & second) / len(first | second)


def _names(a: Fingerprint, b: Fingerprint, rarity: Rarity) -> tuple[float, float]:
    """Rarity of names in common, and of headline names that only one side has (the lesser side)."""
    ours, theirs = _spread(a), _spread(b)
    met = {name for name in a.names if name in theirs} | {name for name in b.names if name in ours}
    shared = sum(_name(name, rarity) for name in met)
    shared += sum(0.7 * _name(name, rarity) for name in _by_sound(a, b))
    lacking = [
        sum(_name(name, rarity) for name in mine.names[: mine.named] if name not in other and name[0] != "~")
        for mine, other in ((a, theirs), (b, ours))
    ]
    return shared, min(lacking) if a.lang == b.lang or _latin(a) == _latin(b) else 0.0


def _spread(fp: Fingerprint) -> set[str]:
    """All words that a name can meet: those that stand in roles and as words included."""
    return {*fp.names, *fp.words, *(part for _, who in fp.roles for part in who.replace("-", "+").split("+"))}


def _by_sound(a: Fingerprint, b: Fingerprint) -> set[str]:
    """Names that meet only as katakana and Latin, by their consonants."""
    met = set()
    for mine, other in ((a, b), (b, a)):
        kana = {name[1:]: name for name in mine.names if name[0] == "~" and len(name) > 3}
        if kana:
            met |= {kana[s] for name in other.names if name[0] != "~" and (s := skeleton(name)) in kana}
    return met


def _latin(fp: Fingerprint) -> bool:
    return fp.lang not in {"zh", "ja", "ko"}


def _name(name: str, rarity: Rarity) -> float:
    return rarity.weight("plain" if name in vocabulary().plain else "n", name)


def _concept(concept: str, rarity: Rarity) -> float:
    return rarity.weight("common" if concept in vocabulary().common else "c", concept)


def _words(a: Fingerprint, b: Fingerprint, rarity: Rarity) -> float:
    total = 0.0
    for word in set(a.words) & set(b.words):
        sort = "bigram" if word[0] > "\u3000" else "plain" if word in vocabulary().plain else "n"
        total += rarity.weight(sort, word) * (0.5 if sort == "bigram" else 1.0)
    return total


def _kind(a: Fingerprint, b: Fingerprint) -> float:
    if not a.kinds or not b.kinds:
        return 0.0
    if a.kinds[0] == b.kinds[0]:
        return 1.0
    if a.kinds[0] in b.kinds or b.kinds[0] in a.kinds or frozenset({a.kinds[0], b.kinds[0]}) in _NEAR:
        return 0.5
    return -1.0


def _role(a: Fingerprint, b: Fingerprint, *, persons: bool) -> float:
    """1 when a role is played by the same, -1 when by others only, 0 when nobody can tell.

    Where some are the same, but both sides also have somebody else in it (a deal with
    Amazon, a deal with Microsoft), it is -0.5.
    """
    outcome = 0.0
    ours, theirs = _played(a, persons), _played(b, persons)
    for role in ours.keys() & theirs.keys():
        extra = [
            any(not any(_same(x, y) for y in other) for x in mine)
            for mine, other in ((ours[role], theirs[role]), (theirs[role], ours[role]))
        ]
        if any(_same(x, y) for x in ours[role] for y in theirs[role]):
            if not all(extra) or persons or role in _LISTED:
                return 1.0
            outcome = min(outcome, -0.5)
        elif not (persons and _named_there(ours[role], b) and _named_there(theirs[role], a)) and all(
            _comparable(x, y) for x in ours[role] for y in theirs[role]
        ):
            outcome = -1.0
    return outcome


def _named_there(who: Iterable[str], other: Fingerprint) -> bool:
    """Whether somebody stands elsewhere in the other text: of several who left, each names some."""
    there = _spread(other) | {part for slug in other.entities for part in slug.split("-")}
    return any(not there.isdisjoint(name.replace("-", "+").split("+")) for name in who)


def _played(fp: Fingerprint, persons: bool) -> dict[str, list[str]]:
    played: dict[str, list[str]] = {}
    for role, who in fp.roles:
        if (role in _PERSON_ROLES) is persons:
            played.setdefault(role, []).append(who)
    return played


def _same(x: str, y: str) -> bool:
    """Whether two slugs or names are one: a shared last name, or a slug's parts."""
    first, second = set(x.replace("-", "+").split("+")), set(y.replace("-", "+").split("+"))
    return bool(first & second)


def _comparable(x: str, y: str) -> bool:
    """Two names in one script can contradict each other, in two they only look it."""
    return (x[0] < "\u3000") == (y[0] < "\u3000")


def _amounts(a: Fingerprint, b: Fingerprint) -> float:
    """Sums in common: those that the moves are about count in full, others by their size."""
    ours, theirs = {*a.amounts, *a.valuations, *a.people}, {*b.amounts, *b.valuations, *b.people}
    total = 0.0
    for number in (ours | set(a.numbers)) & (theirs | set(b.numbers)):
        meant = (number in ours) + (number in theirs)
        total += (0.5 if number >= BIG else 0.35) + 0.25 * meant
    if not total and "rumour" in {a.status, b.status} and a.status != b.status:
        # a rumour rounds what its confirmation states
        total = _ROUNDED * any(_close(x, y) for x in a.amounts for y in b.amounts if x >= BIG)
    return min(total, 2.0)


def _disagree(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether the sums that the moves are about differ by more than a rounding."""
    for mine, other in ((a.amounts, b.amounts), (a.valuations, b.valuations)):
        if mine and other and not any(_close(x, y) for x in mine for y in other):
            everything = {*b.amounts, *b.valuations, *b.numbers}
            if not any(_close(x, y) for x in mine for y in everything):
                return True
    return bool(a.people and b.people and not any(_close(x, y) for x in a.people for y in b.people))


def _close(x: float, y: float) -> bool:
    return abs(math.log(x / y)) < math.log(1.15)


def _substance(fp: Fingerprint) -> int:
    return len(fp.names) + len(fp.concepts) + len(fp.numbers) + len(fp.words) // 2


def values(evidence: Evidence) -> Iterable[tuple[str, float]]:
    """Name and figure of all evidence, in the order of its fields."""
    for name in Evidence.__dataclass_fields__:
        yield name, getattr(evidence, name)
