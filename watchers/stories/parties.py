"""Who does what in two fingerprints: the same, near or opposite moves, the same or other parties.

Pure.  The names of roles are those of ``watchers.moves``.
"""

import itertools
from collections.abc import Mapping, Sequence

from storage.model.noun import noun
from watchers.stories.fingerprint import Fingerprint, once
from watchers.stories.naming import (
    comparable,
    described,
    family_there,
    lone,
    meet,
    meet_persons,
    named_there,
    ordered,
    parts,
    same,
    spelt_alike,
    wholly_there,
    words_of,
)
from watchers.stories.vocabulary import vocabulary

_TELLING_ROLES = frozenset({"customer", "target", "recipient"})  # one event has one of these
_PERSONAL = frozenset({"hire", "departure"})
_DEALS = frozenset({"partnership", "contract", "funding", "acquisition", "breakup", "infrastructure"})
_DEALING_ROLES = frozenset({"partner", "customer", "supplier", "target", "recipient"})
_OTHER_FORMS = frozenset({"zh", "ja", "ko", "ru"})  # names of which look otherwise
_LISTED = frozenset({"investor"})  # roles of which every report names a few
# Kinds that one event is told as, depending on who tells it.
_NEAR = frozenset(
    kinds
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
        ("funding", "contract"),
        ("breakup", "incident"),
        ("breakup", "partnership"),
        ("incident", "legal"),
        ("layoffs", "reorg"),
        ("launch", "partnership"),
        ("launch", "reorg"),  # a unit that is set up
    )
    for kinds in (pair, pair[::-1])
)


def kind(a: Fingerprint, b: Fingerprint) -> float:
    """1 the same class of move, 0.5 one that it is often told as, 0 unknown, -1 another.

    A move that stands in the lead only may be background: it counts half.
    """
    if not a.kinds or not b.kinds:
        return 0.0
    share = 1.0 if a.moved and b.moved else 0.5
    if a.kinds[0] == b.kinds[0]:
        return share
    if a.kinds[0] in b.kinds or b.kinds[0] in a.kinds:
        return 0.5 * share
    near = (a.kinds[0], b.kinds[0]) in _NEAR and not _leaves_beside(a, b)
    return 0.5 * share if near else -share


def _leaves_beside(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether somebody leaves here, while the employer cuts jobs or launches something."""
    by_kind = {a.kinds[0]: a, b.kinds[0]: b}
    if (departure := by_kind.get("departure")) is None:
        return False
    if "layoffs" in by_kind:
        return bool(_cast(departure).people)
    launch = by_kind.get("launch")
    return launch is not None and _overlap(_cast(departure).parts, "from", _cast(launch).parts, "owner")


def opposite(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether the main moves go in opposite directions: one comes where the other leaves.

    Somebody who leaves one employer for another is told as a departure and as a hire: that
    is one direction, told from both sides.
    """
    if not a.kinds or not b.kinds:
        return False
    kinds = {a.kinds[0], b.kinds[0]}
    if kinds <= _PERSONAL:
        ours, theirs = _cast(a).parts, _cast(b).parts
        back, forth = _overlap(ours, "to", theirs, "from"), _overlap(ours, "from", theirs, "to")
        if not (back and forth) and (len(kinds) == 1 or not (back or forth)):  # one party may do both
            return False
        return not (_overlap(ours, "to", theirs, "to") or _overlap(ours, "from", theirs, "from"))
    if kinds == {"hire", "layoffs"}:
        return True
    if kinds == {"contract", "breakup"}:
        return same_party(a, b) == 1.0 and a.kinds[0] not in b.kinds and b.kinds[0] not in a.kinds
    return False


def another_party(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether the same kind of move happened to different watched parties.

    One customer left, then another did: two events, however alike they are told.
    """
    if not a.kinds or not b.kinds or a.kinds[0] != b.kinds[0]:
        return False
    ours, theirs = _cast(a), _cast(b)
    if ours.watched == theirs.watched:
        return False  # the same people play: who plays what was read differently
    if a.moved and b.moved and a.kinds[0] in _DEALS and _strangers(ours, b) and _strangers(theirs, a):
        return True
    return any(
        mine.isdisjoint(theirs.telling[name])
        and mine.isdisjoint((*b.entities[: b.prominent], *b.kin))
        and theirs.telling[name].isdisjoint((*a.entities[: a.prominent], *a.kin))
        for name, mine in ours.telling.items()
        if name in theirs.telling
    )


def _strangers(cast: "_Cast", other: Fingerprint) -> bool:
    """Whether the watched who play here, if any, are none of those whom the other headline is about."""
    return bool(cast.watched) and cast.watched.isdisjoint((*other.heads(), *other.kin))


def another_target(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether two headlines tell one kind of move of different companies that nobody watches.

    One buyer, two purchases; neither text names the other's.
    """
    if not (a.moved and b.moved) or a.kinds[0] != b.kinds[0]:
        return False
    ours, theirs = _cast(a).others, _cast(b).others
    return any(
        name in ours
        and name in theirs
        and spelt_alike((*ours[name], *theirs[name]))
        and _others(ours, theirs, name)
        and not (a.lang != b.lang and described((*ours[name], *theirs[name])))
        and not named_there(ours[name], b)
        and not named_there(theirs[name], a)
        for name in _TELLING_ROLES
    )


def another_partner(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether two headlines tell deals of one party with two others, each unknown to the other text.

    A deal with Amazon, a deal with Microsoft; one may be told as a purchase and one as a stake.
    Where two or more play in both, others are details.
    """
    if not (a.moved and b.moved and a.kinds[0] in _DEALS and b.kinds[0] in _DEALS):
        return False
    ours, theirs = _cast(a).dealing, _cast(b).dealing
    mine, other = [x for x in ours if not meet((x,), theirs)], [y for y in theirs if not meet((y,), ours)]
    return (
        bool(mine and other)
        and spelt_alike((*mine, *other))
        and len(ours) - len(mine) < 2
        and not (a.lang != b.lang and described((*mine, *other)))
        and not named_there(mine, b)
        and not named_there(other, a)
    )


def gone_before(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether one headline has only as its background whom the other tells of, and a party that the other lacks.

    "Acme buys Corvane a day after Birch left it" is not the news that Birch left.
    """
    return _told_behind(a, b) or _told_behind(b, a)


def _told_behind(later: Fingerprint, earlier: Fingerprint) -> bool:
    if not later.behind or {later.lang, earlier.lang} & _OTHER_FORMS:
        return False
    told = {*earlier.heads(), *earlier.headline_names()}
    if earlier.moved:
        told.update(part for _, who in earlier.roles for part in (who, *ordered(who)))
    if told.difference(earlier.behind, vocabulary().plain).isdisjoint(later.behind):
        return False
    there = words_of(earlier) | {part for slug in _known(earlier) for part in slug.split("-")}
    own = [who for _, who in later.roles] if later.moved else [*later.heads(), *later.headline_names()]
    return any(there.isdisjoint(ordered(who)) for who in own)


def another_person(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether both headlines tell of somebody who comes or goes, and it is not the same one."""
    told = a.moved and b.moved and _cast(a).personal and _cast(b).personal
    return told and same_person(a, b) == -1.0


def same_person(a: Fingerprint, b: Fingerprint) -> float:
    """1 when both moves are of the same person, -1 when of others only, 0 when nobody can tell.

    Where each text has whom the other one's move names, or one move names a person and the
    other text only has the name, it is 0.5.
    """
    if not a.roles or not b.roles:
        return 0.0
    cast, others = _cast(a), _cast(b)
    ours, theirs = cast.people, others.people
    if not ours or not theirs:
        return 0.5 * (cast.personal and others.personal and _person_there(ours, theirs, a, b))
    if meet_persons(ours, theirs):
        return 1.0
    if _both_told(ours, theirs, a, b):
        return 0.5
    return -1.0 if _contradict(ours, theirs, a, b) else 0.0


def _person_there(ours: Sequence[str], theirs: Sequence[str], a: Fingerprint, b: Fingerprint) -> bool:
    """Whether the text of whichever move names nobody has the person of the other."""
    if bool(ours) == bool(theirs) or not (a.moved and b.moved):
        return _subject_there(a, b) or _subject_there(b, a)
    return family_there(ours, b) if ours else family_there(theirs, a)


def same_party(a: Fingerprint, b: Fingerprint) -> float:
    """1 when another role is played by the same, -1 when by others only, 0 when nobody can tell.

    Where some are the same, but both sides also have somebody else in it (a deal with
    Amazon, a deal with Microsoft), it is -0.5.
    """
    if not a.roles or not b.roles:
        return 0.0
    cast, others = _cast(a), _cast(b)
    ours, theirs = cast.others, others.others
    if ours.keys().isdisjoint(theirs):
        return 0.0
    shared = [name for name in ours if name in theirs]
    if len(shared) > 1:
        shared.sort(key=_telling_first)
    outcome = 0.0
    if shared[0] in _TELLING_ROLES and any(_others(ours, theirs, name) for name in shared):
        outcome = -0.5  # one buyer, two purchases
    for name in shared:
        mine, other = ours[name], theirs[name]
        if not cast.parts[name].isdisjoint(others.parts[name]):
            if name in _LISTED or not (_beyond(mine, other) and _beyond(other, mine)):
                if outcome < 0 and name not in _TELLING_ROLES:
                    continue
                return 1.0
            outcome = min(outcome, -0.5)
        elif _contradict(mine, other, a, b):
            outcome = -1.0
    if outcome < 0 and len(cast.watched) > 1 and cast.watched == others.watched:
        return 0.5  # the same parties, read in other roles
    return outcome


def _contradict(mine: Sequence[str], other: Sequence[str], a: Fingerprint, b: Fingerprint) -> bool:
    """Whether names that do not meet are of two, as far as their scripts and languages allow to say so."""
    for x in mine:
        for y in other:
            if not comparable(x, y):
                return False
    return a.lang == b.lang or not described((*mine, *other))


def _telling_first(name: str) -> tuple[bool, str]:
    return name not in _TELLING_ROLES, name


def _others(ours: Mapping[str, list[str]], theirs: Mapping[str, list[str]], name: str) -> bool:
    """Whether a telling role is played by others only, as far as two scripts allow to say so."""
    mine, other = ours.get(name, ()), theirs.get(name, ())
    if not (mine and other) or name not in _TELLING_ROLES:
        return False
    for x in mine:
        for y in other:
            if not comparable(x, y) or same(x, y):
                return False
    return True


@noun
class _Cast:
    """Who plays in the main move."""

    people: Sequence[str]
    personal: bool  # the move is that somebody comes or goes, as far as its kind is known
    others: Mapping[str, list[str]]  # role -> who plays it, but for people
    parts: Mapping[str, frozenset[str]]  # and the words by which these are told from others
    watched: frozenset[str]  # those of the others whom somebody watches
    telling: Mapping[str, frozenset[str]]  # of the roles of which one event has one, the watched
    dealing: tuple[str, ...]  # those who make a deal, whatever it is told as


@once
def _cast(fp: Fingerprint) -> _Cast:
    people = [who for name, who in fp.roles if name == "person"]
    others: dict[str, list[str]] = {}
    for name, who in fp.roles:
        if name != "person":
            others.setdefault(name, []).append(who)
    known = frozenset(_known(fp))
    telling = {name: known.intersection(who) for name, who in others.items() if name in _TELLING_ROLES}
    return _Cast(
        people=people,
        personal=_PERSONAL.issuperset(fp.kinds[:1]),
        others=others,
        parts={name: frozenset().union(*map(parts, who)) for name, who in others.items()},
        watched=known.intersection(who for played in others.values() for who in played),
        telling={name: watched for name, watched in telling.items() if watched},
        dealing=tuple(who for name, who in fp.roles if name in _DEALING_ROLES),
    )


def _known(fp: Fingerprint) -> tuple[str, ...]:
    """The watched who are named or stood for."""
    return (*fp.entities, *fp.kin)


def _overlap(
    ours: Mapping[str, frozenset[str]], name: str, theirs: Mapping[str, frozenset[str]], other: str
) -> bool:
    """Whether one role here and another there are played by the same, by the parts of their names."""
    return name in ours and other in theirs and not ours[name].isdisjoint(theirs[other])


def _beyond(mine: list[str], other: list[str]) -> bool:
    """Whether somebody else plays too, of names some of which meet."""
    return len(mine) > 1 and any(not meet((x,), other) for x in mine)


def _subject_there(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether a headline's name of two words stands in the other text, one word after the other.

    Those whom a table knows stand beside many events: "Elon Musk's xAI".
    """
    return not _subjects(a).isdisjoint(itertools.pairwise(b.names))


@once
def _subjects(fp: Fingerprint) -> frozenset[tuple[str, str]]:
    famous = vocabulary().famous
    return frozenset(pair for pair in itertools.pairwise(fp.headline_names()) if famous.isdisjoint(pair))


def _both_told(mine: Sequence[str], other: Sequence[str], a: Fingerprint, b: Fingerprint) -> bool:
    """Whether those whom one report names stand in the other as well.

    Of several who left, each report names some; and a lone word that both texts have is an
    honour or a nickname: "a Nobel".  So is one in a text that has the other's whole name.
    """
    here, there = family_there(other, a), family_there(mine, b)
    if (here and there) or (there and lone(mine)) or (here and lone(other)):
        return True
    return (lone(mine) and wholly_there(other, a)) or (lone(other) and wholly_there(mine, b))
