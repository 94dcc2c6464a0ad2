"""What speaks for and against two fingerprints telling the same event, as a few plain figures.

Pure; symmetric but for which of the two is known already.  What both say in their headlines
is what they tell; what one says in its headline and the other in its lead may be background,
and the same matter in the lead of both says least.  What the figures are worth together is
in ``weights``.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple

from storage.model.noun import noun
from watchers.stories import actions, parties, stages, sums
from watchers.stories.fingerprint import Fingerprint, once
from watchers.stories.naming import words_of
from watchers.stories.rarity import Rarity
from watchers.stories.tokens import skeleton

_BY_SOUND = 0.7  # of a name in common: katakana against Latin
# Steps in court by words that mean nothing else, and all that speaks of the law.
_IN_COURT = frozenset({"lawsuit", "trial", "ruling", "judge", "settlement", "appeal", "fine"})
_LEGAL = frozenset(
    {
        *_IN_COURT,
        "probe",
        "dismissal",
        "ban",
        "court",
        "copyright",
        "regulator",
        "antitrust",
        "law",
        "privacy",
        "tradesecret",
    }
)
_LEADS_SHARE = 8.0  # nats: leads of one beat share much, and what they share is background
_SOON = math.log1p(96)  # of the hours after which nothing is soon any more
_FIRST = "en"  # in which news of this field breaks; other languages tell most of it after
_AKIN = 0.5  # of an entity in common: its chief, or a unit of it
_SAME_HOURS = timedelta(hours=6)  # within which what stands behind "after" may be the event itself
_LATE = 3  # days after which a fact is no longer the confirmation of a rumour


class Evidence(NamedTuple):
    """The figures; weights exist for each of them.  A tuple, as each entry makes sixty of them."""

    entities: float  # rarity of the watched entities in common, more where both headlines have them
    headliner: float  # share of the entities that each is about, 0..1
    names: float  # rarity of the unwatched proper nouns that both headlines have
    names_lead: float  # of those that stand in a lead, in one or both
    cast: float  # share of the entities of headline and lead that both have, by rarity, 0..1
    action: float  # 1 the headlines tell one sort of action, 0.5 a lead does, -1 different sorts
    sort: float  # 1 when the headlines tell that sort by other concepts: a leave, an end of ties
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
    strange_abroad: float  # the same where the languages differ: not every word is known in each
    stage: float  # 1 when the headlines are about different stages of a matter: lawsuit, ruling
    court: float  # 1 when one headline tells a step in court, and the other text knows of no court
    sequel: (
        float  # 1 when one headline has as its background what the other tells, and is about somebody else
    )
    words: float  # rarity of the words that both headlines have
    words_lead: float  # of those that stand in a lead
    copy: float  # 1 the same headline
    days: float  # between their times
    soon: float  # 1 within the hour, falling to 0 over four days
    burst: float  # rarity of the rarest entity that both are about, as near as they are in time
    comment: (
        float  # 1 when one tells the event and a later one talks about something, 0.5 when an earlier does
    )
    alien: float  # 1 when nothing of what they say is in common: no name, matter, sum, word or sort of action
    alien_abroad: float  # the same where the languages differ
    relayed: float  # 1 when an entry abroad comes after one in English, shares anything and tells no other kind; 0.5 where it alone tells one
    bare: float  # 1 when one side has hardly anything to compare
    confirms: float  # 1 when a fact follows a rumour within three days: same move, no other sum
    status: float  # 1 when one is a rumour and the other a fact, more than three days apart
    # By ``surroundings``, of a whole story:
    novel: float = 0.0  # rarity of headline words that no report of it in the same language has
    rivals: float = 0.0  # other stories about the same parties, by their freshness, in log counts
    rivals_alike: float = 0.0  # those of them that tell the same sort of action


def gather(
    a: Fingerprint,
    b: Fingerprint,
    apart: timedelta,
    rarity: Rarity,
    *,
    person: float | None = None,
    after: bool | None = None,
) -> Evidence:
    """All figures for an entry ``a`` and a known one ``b`` that lie ``apart``; the last two where they are known."""
    ours, theirs = _side(a), _side(b)
    days = abs(apart.total_seconds()) / 86400
    fresh = soon(days)
    kind = parties.kind(a, b)
    names, names_lead = _names(ours, theirs, rarity)
    concepts, concepts_lead = _shared(ours.concepts, theirs.concepts, rarity.concept)
    words, words_lead = _shared(ours.words, theirs.words, rarity.word)
    amounts, amounts_lead = sums.shared(a, b, ours.figures, theirs.figures, rarity)
    common = ours.stands & theirs.stands
    strange, abroad = _strange(ours, theirs, rarity), bool(a.lang and b.lang and a.lang != b.lang)
    action = actions.compare(ours.sorts, theirs.sorts)
    shared = any((names, names_lead, concepts, concepts_lead, words, words_lead, amounts, amounts_lead))
    alien = not shared and action < 1.0
    firmer = (a.status == "rumour") != (b.status == "rumour")
    other_sum = sums.disagree(a, b, days)
    return Evidence(
        entities=_entities(a, ours, theirs, rarity),
        headliner=_headliner(ours, theirs) if common else 0.0,
        names=names,
        names_lead=names_lead,
        cast=_cast(a, b, ours, theirs, rarity),
        action=action,
        sort=float(action == 1.0 and not concepts),
        kind=max(0.0, kind),
        other=max(0.0, -kind),
        person=parties.role(a, b, persons=True) if person is None else person,
        party=parties.role(a, b, persons=False),
        amounts=amounts,
        amounts_lead=amounts_lead,
        disagree=float(other_sum),
        concepts=concepts,
        concepts_lead=concepts_lead,
        strange=0.0 if abroad else strange,
        strange_abroad=strange if abroad else 0.0,
        stage=float(stages.apart(ours.stages, theirs.stages)),
        court=float((ours.in_court and not theirs.legal) or (theirs.in_court and not ours.legal)),
        sequel=float(sequel(a, b, apart) if after is None else after),
        words=words,
        words_lead=words_lead,
        copy=float(bool(a.title) and a.title == b.title),
        days=min(days, 30.0),
        soon=fresh,
        burst=fresh * max([_shared_head(a, b, slug, rarity) for slug in common]) if fresh and common else 0.0,
        comment=1.0 if a.comment and not b.comment else 0.5 * (b.comment and not a.comment),
        alien=float(alien and not abroad),
        alien_abroad=float(alien and abroad),
        relayed=_relayed(a, b, kind) if abroad and not alien else 0.0,
        bare=float(min(ours.substance, theirs.substance) <= 1),
        confirms=float(firmer and days <= _LATE and kind >= 0.5 and not other_sum),
        status=float(firmer and days > _LATE),
    )


def _relayed(a: Fingerprint, b: Fingerprint, kind: float) -> float:
    """Whether an entry may retell abroad what was told in English; less so where it alone tells a move."""
    if b.lang != _FIRST or kind < 0.0:
        return 0.0
    return 0.5 if a.moved and not b.moved and not kind else 1.0


def akin(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether both are about one of the same parties, or somebody who stands for it."""
    return not _side(a).stands.isdisjoint(_side(b).stands)


def sequel(a: Fingerprint, b: Fingerprint, apart: timedelta) -> bool:
    """Whether one of them says itself that what the other tells went before: "a day after …"."""
    return bool(a.behind or b.behind) and apart > _SAME_HOURS and parties.gone_before(a, b)


def soon(days: float) -> float:
    """1 within the hour, falling to 0 over four days."""
    return max(0.0, 1.0 - math.log1p(days * 24) / _SOON)


def values(evidence: Evidence) -> Iterable[tuple[str, float]]:
    """Name and figure of all evidence, in the order of its fields."""
    return zip(Evidence._fields, evidence, strict=True)


class _Said(NamedTuple):
    """What a text says of one sort: in its headline, and in all."""

    headline: frozenset[str]
    everything: frozenset[str]


@noun
class _Side:
    """A fingerprint by what it shares with others; worked out once, as it meets many."""

    places: Mapping[str, float]  # of the entities: the headline all, the lead half, elsewhere a little
    heads: frozenset[str]  # entities that it is about
    stands: frozenset[str]  # those, and whom they stand for
    cast: frozenset[str]  # entities of headline and lead
    names: frozenset[str]
    sounds: Mapping[str, str]  # names known by sound, by their consonants
    named: _Said  # what names can meet
    concepts: _Said
    words: _Said
    sorts: actions.Sorts
    figures: sums.Figures
    stages: tuple[int, ...]
    in_court: bool  # the headline tells a step in court
    legal: bool  # the text knows of the law
    substance: int  # how much there is to compare


@once
def _side(fp: Fingerprint) -> _Side:
    said = fp.headline
    heads, concepts = frozenset(fp.heads()), frozenset(fp.headline_concepts()) - sums.MORE
    everything = frozenset(fp.concepts) - sums.MORE
    played = (part for _, who in fp.roles for part in who.replace("-", "+").split("+")) if fp.moved else ()
    return _Side(
        places={
            **dict.fromkeys(fp.entities, 0.3),
            **dict.fromkeys(fp.kin, _AKIN),
            **{slug: 1.0 if at < said[0] else 0.6 for at, slug in enumerate(fp.entities[: fp.prominent])},
        },
        heads=heads,
        stands=heads.union(fp.kin),
        cast=frozenset(fp.entities[: fp.prominent]),
        names=frozenset(fp.names),
        sounds={name[1:]: name for name in fp.names if name[0] == "~" and len(name) > 3},
        named=_Said(frozenset((*fp.headline_names(), *fp.words[: said[2]], *played)), words_of(fp)),
        concepts=_Said(concepts, everything),
        words=_Said(frozenset(fp.words[: said[2]]), frozenset(fp.words)),
        sorts=actions.sorts_of(fp),
        figures=sums.figures_of(fp),
        stages=stages.reached(concepts),
        in_court=not concepts.isdisjoint(_IN_COURT),
        legal=not everything.isdisjoint(_LEGAL),
        substance=len(fp.names) + len(fp.concepts) + len(fp.numbers) + len(fp.words) // 2,
    )


def _entities(a: Fingerprint, ours: _Side, theirs: _Side, rarity: Rarity) -> float:
    """The two rarest count; further ones little: a roundup shares names with everything."""
    weights = [
        place * theirs.places[slug] * rarity.entity(slug, person=slug in a.persons)
        for slug, place in ours.places.items()
        if slug in theirs.places
    ]
    weights.sort(reverse=True)
    return sum(weights[:2]) + 0.2 * sum(weights[2:])


def _headliner(ours: _Side, theirs: _Side) -> float:
    """Share of those whom both are about; one who stands for the other's counts half."""
    same, all_heads = ours.heads & theirs.heads, ours.heads | theirs.heads
    akin = (ours.stands & theirs.stands) - same
    return min(1.0, (len(same) + _AKIN * len(akin)) / max(1, len(all_heads) - len(akin)))


def _shared_head(a: Fingerprint, b: Fingerprint, slug: str, rarity: Rarity) -> float:
    named = slug in a.entities and slug in b.entities
    return (1.0 if named else _AKIN) * rarity.entity(slug, person=slug in a.persons)


def _cast(a: Fingerprint, b: Fingerprint, ours: _Side, theirs: _Side, rarity: Rarity) -> float:
    common = ours.cast & theirs.cast
    if not common:
        return 0.0
    weights = {
        slug: rarity.entity(slug, person=slug in a.persons or slug in b.persons)
        for slug in sorted(ours.cast | theirs.cast)
    }
    everybody = sum(weights.values())
    return (
        sum([weight for slug, weight in weights.items() if slug in common]) / everybody if everybody else 0.0
    )


def _names(ours: _Side, theirs: _Side, rarity: Rarity) -> tuple[float, float]:
    """Rarity of the names in common: in both headlines, and otherwise.

    A name meets the same word that does not look like one: in Title Case, in a role.
    """
    met = (ours.names & theirs.named.everything) | (theirs.names & ours.named.everything)
    if not met and not ours.sounds and not theirs.sounds:
        return 0.0, 0.0
    both = met & ours.named.headline & theirs.named.headline
    by_sound = 0.0
    if ours.sounds or theirs.sounds:
        by_sound = sum(_BY_SOUND * rarity.name(name) for name in _by_sound(ours, theirs))
    return sum(map(rarity.name, both)) + by_sound, sum(map(rarity.name, met - both))


def _strange(ours: _Side, theirs: _Side, rarity: Rarity) -> float:
    """Headline concepts that only one side has, the lesser side."""
    if not ours.concepts.headline or not theirs.concepts.headline:
        return 0.0
    lacking = _lacking(ours.concepts.headline, theirs.concepts, rarity.concept)
    return lacking and min(lacking, _lacking(theirs.concepts.headline, ours.concepts, rarity.concept))


def _lacking(mine: Iterable[str], other: _Said, weight: Callable[[str], float]) -> float:
    """Rarity of what the other headline lacks; half where the other text has it further down."""
    told, known = other.headline, other.everything
    return sum([weight(key) * (0.5 if key in known else 1.0) for key in mine if key not in told])


def _shared(ours: _Said, theirs: _Said, weight: Callable[[str], float]) -> tuple[float, float]:
    """Rarity of what two texts share: in both headlines, and otherwise."""
    shared = ours.everything & theirs.everything
    if not shared:
        return 0.0, 0.0
    both = shared & ours.headline & theirs.headline
    return sum(map(weight, both)), min(sum(map(weight, shared - both)), _LEADS_SHARE)


def _by_sound(ours: _Side, theirs: _Side) -> set[str]:
    """Names that meet only as katakana and Latin, by their consonants."""
    met = set()
    for mine, other in ((ours, theirs), (theirs, ours)):
        if mine.sounds:
            met |= {
                mine.sounds[sound]
                for name in other.names
                if name[0] != "~" and (sound := skeleton(name)) in mine.sounds
            }
    return met
