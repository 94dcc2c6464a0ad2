"""What speaks for and against two fingerprints telling the same event, as a few plain figures.

Pure; symmetric but for which of the two is known already.  What both say in their headlines
is what they tell; what one says in its headline and the other in its lead may be background,
and the same matter in the lead of both says least.  What the figures are worth together is
in ``weights``.
"""

import math
from collections.abc import Mapping
from datetime import timedelta

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
# The figures by name, and what each is; weights exist for each of them.
FIGURES: Mapping[str, str] = {
    "entities": "rarity of the watched entities in common, more where both headlines have them",
    "headliner": "share of the entities that each is about, 0..1",
    "names": "rarity of the unwatched proper nouns that both headlines have",
    "names_lead": "of those that stand in a lead, in one or both",
    "cast": "share of the entities of headline and lead that both have, by rarity, 0..1",
    "action": "1 the headlines tell one sort of action, 0.5 a lead does, -1 different sorts",
    "sort": "1 when the headlines tell that sort by other concepts: a leave, an end of ties",
    "kind": "1 the same class of move, 0.5 one that it is often told as, else 0",
    "other": "1 when the classes of move are known and far apart",
    "person": "1 the same person in a role, -1 another",
    "party": "1 the same other party in the same role, -1 another",
    "amounts": "sums that both headlines or moves have",
    "amounts_lead": "sums that stand in a lead",
    "disagree": "1 when the sums that matter differ by much",
    "concepts": "rarity of the concepts that both headlines have",
    "concepts_lead": "of those that stand in a lead",
    "strange": "rarity of headline concepts that the other headline lacks, the lesser side",
    "strange_abroad": "the same where the languages differ: not every word is known in each",
    "stage": "1 when the headlines are about different stages of a matter: lawsuit, ruling",
    "court": "1 when one headline tells a step in court, and the other text knows of no court",
    "sequel": "1 when one headline has as its background what the other tells, and is about somebody else",
    "words": "rarity of the words that both headlines have",
    "words_lead": "of those that stand in a lead",
    "copy": "1 the same headline",
    "days": "between their times",
    "soon": "1 within the hour, falling to 0 over four days",
    "burst": "rarity of the rarest entity that both are about, as near as they are in time",
    "comment": "1 when one tells the event and a later one talks about something, 0.5 when an earlier does",
    "alien": "1 when nothing of what they say is in common: no name, matter, sum, word or sort of action",
    "alien_abroad": "the same where the languages differ",
    "relayed": "1 when an entry abroad comes after one in English, shares anything and tells no other kind; 0.5 where it alone tells one",
    "bare": "1 when one side has hardly anything to compare",
    "confirms": "1 when a fact follows a rumour within three days: same move, no other sum",
    "status": "1 when one is a rumour and the other a fact, more than three days apart",
    # By ``surroundings``, of a whole story:
    "novel": "rarity of headline words that no report of it in the same language has",
    "rivals": "other stories about the same parties, by their freshness, in log counts",
    "rivals_alike": "those of them that tell the same sort of action",
}  # fmt: skip
Evidence = dict[str, float]  # figures by name; one that is left out is 0, as most are of most pairs
_SAID = ("names", "names_lead", "concepts", "concepts_lead", "words", "words_lead", "amounts", "amounts_lead")


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
    kind, action = parties.kind(a, b), actions.compare(ours.sorts, theirs.sorts)
    told: Evidence = {"action": action, "days": min(days, 30.0), "soon": soon(days)}
    if not ours.known.isdisjoint(theirs.known):
        told.update(_known(a, b, ours, theirs, told["soon"], rarity))
    if ours.sounds or theirs.sounds or not ours.said.isdisjoint(theirs.said):
        told.update(_names(ours, theirs, rarity))
        told["words"], told["words_lead"] = _shared(ours.words, theirs.words, rarity.words)
    if not ours.concepts.everything.isdisjoint(theirs.concepts.everything):
        told["concepts"], told["concepts_lead"] = _shared(ours.concepts, theirs.concepts, rarity.concepts)
    if ours.figures.everything and theirs.figures.everything:
        told["amounts"], told["amounts_lead"] = sums.shared(a, b, ours.figures, theirs.figures, rarity)
    if action == 1.0 and not told.get("concepts"):
        told["sort"] = 1.0
    if kind:
        told["kind" if kind > 0.0 else "other"] = abs(kind)
    if a.roles and b.roles:
        told["person"] = parties.same_person(a, b) if person is None else person
        told["party"] = parties.same_party(a, b)
    disagree = sums.disagree(a, b, days)
    if disagree:
        told["disagree"] = 1.0
    abroad = bool(a.lang and b.lang and a.lang != b.lang)
    if (
        ours.concepts.headline
        and theirs.concepts.headline
        and ours.concepts.headline != theirs.concepts.headline
    ):
        told["strange_abroad" if abroad else "strange"] = _strange(ours.concepts, theirs.concepts, rarity)
    if stages.apart(ours.stages, theirs.stages):
        told["stage"] = 1.0
    if (ours.in_court and not theirs.legal) or (theirs.in_court and not ours.legal):
        told["court"] = 1.0
    if sequel(a, b, apart) if after is None else after:
        told["sequel"] = 1.0
    if a.title and a.title == b.title:
        told["copy"] = 1.0
    if a.comment is not b.comment:
        told["comment"] = 1.0 if a.comment else 0.5
    if action < 1.0 and not any(map(told.get, _SAID)):
        told["alien_abroad" if abroad else "alien"] = 1.0
    elif abroad:
        told["relayed"] = _relayed(a, b, kind)
    if ours.bare or theirs.bare:
        told["bare"] = 1.0
    if (a.status == "rumour") is not (b.status == "rumour"):
        if days > _LATE:
            told["status"] = 1.0
        elif kind >= 0.5 and not disagree:
            told["confirms"] = 1.0
    return told


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


@noun
class _Said:
    """What a text says of one sort: in its headline, and in all."""

    headline: frozenset[str]
    everything: frozenset[str]


@noun
class _Side:
    """A fingerprint by what it shares with others; worked out once, as it meets many."""

    known: frozenset[str]  # entities, and whom those stand for
    places: Mapping[str, float]  # of these: the headline all, the lead half, elsewhere a little
    heads: frozenset[str]  # entities that it is about
    stands: frozenset[str]  # those, and whom they stand for
    cast: frozenset[str]  # entities of headline and lead
    names: frozenset[str]
    sounds: Mapping[str, str]  # names known by sound, by their consonants
    said: frozenset[str]  # all words that a name can meet
    named: frozenset[str]  # those of them that the headline has
    words: _Said
    concepts: _Said
    sorts: actions.Sorts
    figures: sums.Figures
    stages: tuple[int, ...]
    in_court: bool  # the headline tells a step in court
    legal: bool  # the text knows of the law
    bare: bool  # there is hardly anything to compare


@once
def _side(fp: Fingerprint) -> _Side:
    said = fp.headline
    heads, told = frozenset(fp.heads()), frozenset(fp.headline_concepts()) - sums.MORE
    concepts = frozenset(fp.concepts) - sums.MORE
    played = (part for _, who in fp.roles for part in who.replace("-", "+").split("+")) if fp.moved else ()
    places = {
        **dict.fromkeys(fp.entities, 0.3),
        **dict.fromkeys(fp.kin, _AKIN),
        **{slug: 1.0 if at < said[0] else 0.6 for at, slug in enumerate(fp.entities[: fp.prominent])},
    }
    return _Side(
        known=frozenset(places),
        places=places,
        heads=heads,
        stands=heads.union(fp.kin),
        cast=frozenset(fp.entities[: fp.prominent]),
        names=frozenset(fp.names),
        sounds={name[1:]: name for name in fp.names if name[0] == "~" and len(name) > 3},
        said=words_of(fp),
        named=frozenset((*fp.headline_names(), *fp.headline_words(), *played)),
        words=_Said(headline=frozenset(fp.headline_words()), everything=frozenset(fp.words)),
        concepts=_Said(headline=told, everything=concepts),
        sorts=actions.sorts_of(fp),
        figures=sums.figures_of(fp),
        stages=stages.reached(told),
        in_court=not told.isdisjoint(_IN_COURT),
        legal=not concepts.isdisjoint(_LEGAL),
        bare=len(fp.names) + len(fp.concepts) + len(fp.numbers) + len(fp.words) // 2 <= 1,
    )


def _known(
    a: Fingerprint, b: Fingerprint, ours: _Side, theirs: _Side, fresh: float, rarity: Rarity
) -> Evidence:
    """The figures of two texts that name one of the same entities."""
    told = {"entities": _entities(ours, theirs, rarity), "cast": _cast(b, ours, theirs, rarity)}
    if common := ours.stands & theirs.stands:
        told["headliner"] = 1.0 if ours.heads == theirs.heads else _headliner(ours, theirs, common)
        if fresh:
            told["burst"] = fresh * max([_shared_head(a, b, slug, rarity) for slug in common])
    return told


def _entities(ours: _Side, theirs: _Side, rarity: Rarity) -> float:
    """The two rarest count; further ones little: a roundup shares names with everything."""
    weights = [
        ours.places[slug] * theirs.places[slug] * rarity.entities[slug] for slug in ours.known & theirs.known
    ]
    if len(weights) < 3:
        return sum(weights)
    weights.sort(reverse=True)
    return sum(weights[:2]) + 0.2 * sum(weights[2:])


def _headliner(ours: _Side, theirs: _Side, common: frozenset[str]) -> float:
    """Share of those whom both are about; one who stands for the other's counts half."""
    same, all_heads = ours.heads & theirs.heads, ours.heads | theirs.heads
    akin = len(common) - len(same)
    return min(1.0, (len(same) + _AKIN * akin) / max(1, len(all_heads) - akin))


def _shared_head(a: Fingerprint, b: Fingerprint, slug: str, rarity: Rarity) -> float:
    named = slug in a.entities and slug in b.entities
    return (1.0 if named else _AKIN) * rarity.entities[slug]


def _cast(b: Fingerprint, ours: _Side, theirs: _Side, rarity: Rarity) -> float:
    if ours.cast == theirs.cast:
        return float(bool(ours.cast))
    if ours.cast.isdisjoint(theirs.cast):
        return 0.0
    both = everybody = 0.0
    for slug in sorted(ours.cast | theirs.cast):
        weight = rarity.persons[slug] if slug in b.persons else rarity.entities[slug]
        everybody += weight
        if slug in ours.cast and slug in theirs.cast:
            both += weight
    return both / everybody


def _names(ours: _Side, theirs: _Side, rarity: Rarity) -> Evidence:
    """Rarity of the names in common: in both headlines, and otherwise.

    A name meets the same word that does not look like one: in Title Case, in a role.
    """
    both = rest = 0.0
    for name in (ours.names & theirs.said) | (theirs.names & ours.said):
        if name in ours.named and name in theirs.named:
            both += rarity.words[name]
        else:
            rest += rarity.words[name]
    if ours.sounds or theirs.sounds:
        both += sum([_BY_SOUND * rarity.words[name] for name in _by_sound(ours, theirs)])
    return {"names": both, "names_lead": rest}


def _shared(ours: _Said, theirs: _Said, weights: Mapping[str, float]) -> tuple[float, float]:
    """What is told by what two texts share: in both headlines, and otherwise."""
    both = rest = 0.0
    here, there = ours.headline, theirs.headline
    for key in ours.everything & theirs.everything:
        if key in here and key in there:
            both += weights[key]
        elif rest < _LEADS_SHARE:
            rest += weights[key]
    return both, rest if rest < _LEADS_SHARE else _LEADS_SHARE


def _strange(ours: _Said, theirs: _Said, rarity: Rarity) -> float:
    """Headline concepts that only one side has, the lesser side."""
    lacking = _lacking(ours.headline, theirs, rarity)
    return lacking and min(lacking, _lacking(theirs.headline, ours, rarity))


def _lacking(mine: frozenset[str], other: _Said, rarity: Rarity) -> float:
    """Rarity of what the other headline lacks; half where the other text has it further down."""
    lacking = 0.0
    for concept in mine:
        if concept not in other.headline:
            lacking += rarity.concepts[concept] * (0.5 if concept in other.everything else 1.0)
    return lacking


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
