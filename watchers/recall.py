"""What led up to a story: the earlier ones that a reader should know, and why.

Pure and deterministic.  The store finds candidates by watched entity; here they are ranked
by relation, rarity and recency.  One large company in common is no relation: what counts
is the person, the pair of parties, the thing or matter itself, or the story that this one
continues.  The same event again is never context.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from storage.model import ContextLine, Document, Entity, EntityKind, Move, Story, Tier, Watchlist
from storage.model.noun import noun
from watchers.stories.facts import Facts
from watchers.stories.fingerprint import Fingerprint
from watchers.stories.stages import other_stage
from watchers.stories.tokens import spoken
from watchers.stories.vocabulary import stem, vocabulary
from watchers.text import fold

RELATED = 1.7  # from this score on a story is worth a line
FLOOR = 0.55  # of its relation, what an old story keeps
HALF_LIFE = timedelta(days=45)  # after which a story is half as near
SAME_EVENT = timedelta(hours=48)  # within which an alike story may be this event, not yet joined
SAME_DAYS = timedelta(days=3)  # within which two alike stories are one event, told as two
BIG = 1e6  # from here on a number is a sum that one story cites from another
KEPT = 1_024  # profiles that are kept: the newest stories are looked at again and again
PRIOR = 400  # imagined entries that the tiers' shares stand for
_SHARE_OF_TIER = {Tier.PRIMARY: 0.03, Tier.CONTEXT: 0.12, Tier.RELATED: 0.02}
CONTINUED = "the story that this one continues"
SAME_MATTER = "the same matter"
_PERSONAL = frozenset({"departure", "hire"})
_EMPLOYERS = ("from", "to", "employer")
# What a kind of move tends to come out of.
_COMES_OF = {
    "breakup": ("incident", "acquisition", "funding", "legal", "partnership", "contract"),
    "legal": ("incident", "legal", "launch", "departure", "hire", "acquisition", "contract", "layoffs"),
    "layoffs": ("breakup", "acquisition", "funding", "reorg", "layoffs", "incident"),
    "departure": ("departure", "hire", "acquisition", "reorg", "funding"),
    "hire": ("departure", "hire", "acquisition", "funding", "reorg"),
    "funding": ("funding", "departure", "launch", "legal"),
    "acquisition": ("funding", "acquisition", "partnership"),
    "contract": ("contract", "legal"),
    "launch": ("launch", "departure", "acquisition", "partnership"),
    "partnership": ("partnership", "funding", "legal", "breakup", "contract"),
    "reorg": ("departure", "hire", "acquisition", "reorg", "layoffs", "launch"),
    "infrastructure": ("infrastructure", "funding", "partnership"),
    "incident": ("incident", "contract", "launch"),
}


@noun
class _Profile:
    """A story by what it can be related through."""

    headline: str  # folded
    prominent: frozenset[str]
    entities: frozenset[str]
    persons: frozenset[str]  # slugs, or folded names of those whom nobody watches
    named: frozenset[str]  # persons and prominent
    parties: frozenset[str]
    employers: frozenset[str]
    kind: str | None
    kinds: frozenset[str]  # of all its moves: what it recalls too
    names: frozenset[str]
    concepts: frozenset[str]
    matters: frozenset[str]  # those of them that are not everywhere in this field
    sums: frozenset[float]  # of its moves
    cited: frozenset[float]  # all sums that its texts name
    told: int  # entries


class _Relation(NamedTuple):
    """How an earlier story is related: a score and the strongest reason, or one of them."""

    score: float
    why: str
    who: Sequence[str] = ()  # slugs of those whom the reason is about


@noun
class _Found:
    """A candidate that is worth a line."""

    score: float
    why: str
    who: Sequence[str]
    story: Story
    profile: _Profile


@noun
class _Rarity:
    """How telling an entity is: a person or a small company much, a giant little."""

    entities: Mapping[str, Entity]
    df: Mapping[str, int]  # entries by key, as the store counts them
    total: int
    _known: dict[str, float] = field(default_factory=dict, repr=False, compare=False)

    def weight(self, slug: str) -> float:
        """0.1 to 1."""
        weight = self._known.get(slug)
        if weight is None:
            weight = self._known[slug] = self._weigh(slug)
        return weight

    def _weigh(self, slug: str) -> float:
        entity = self.entities.get(slug)
        share = _SHARE_OF_TIER.get(entity.tier, 0.05) if entity else 0.05
        if entity and entity.kind is not EntityKind.ORGANISATION:
            share /= 4
        seen = (self.df.get(f"e:{slug}", 0) + share * PRIOR) / (self.total + PRIOR)
        return min(1.0, max(0.1, -math.log(seen) / 4.0))

    def is_followed(self, slug: str) -> bool:
        """Whether a slug is of the primary tier: each of its stories leads to the next."""
        entity = self.entities.get(slug)
        return entity is not None and entity.tier is Tier.PRIMARY

    def is_person(self, slug: str) -> bool:
        """Whether a watched slug is a person's."""
        entity = self.entities.get(slug)
        return entity is not None and entity.kind is EntityKind.PERSON


def rank(
    story: Story,
    fp: Fingerprint,
    candidates: Sequence[Story],
    now: datetime,
    limit: int = 5,
    *,
    watchlist: Watchlist | None = None,
    rarity: Mapping[str, int] | None = None,
    total: int = 0,
) -> tuple[ContextLine, ...]:
    """At most ``limit`` stories that were there before ``story``, the most telling first.

    ``watchlist`` gives entities their names and tiers, ``rarity`` and ``total`` are the
    store's counts of the entry's keys; without them nothing but the relation counts.
    """
    ours = _profile(story, fp.names, fp.concepts, fp.kinds, fp.numbers)
    known = _Rarity(entities=watchlist.by_slug() if watchlist else {}, df=rarity or {}, total=total)
    found: list[_Found] = []
    for candidate in candidates:
        if not _is_earlier(candidate, story, now):
            continue
        theirs = _profile(candidate)
        continued = candidate.id == story.follows
        relation = _relate(ours, theirs, known)
        if not continued and (
            relation.score < RELATED or _is_same_event(ours, theirs, story, candidate, known)
        ):
            continue
        near = 0.5 ** (max(timedelta(0), story.opened - candidate.opened) / HALF_LIFE)
        score = relation.score * (FLOOR + (1.0 - FLOOR) * near)
        why, who = relation.why, relation.who
        if continued:
            score, why, who = score + 100.0, CONTINUED, ()
        if score >= RELATED:
            found.append(_Found(score=score, why=why, who=who, story=candidate, profile=theirs))
    found.sort(key=lambda one: (-one.score, -one.story.opened.timestamp(), one.story.id))
    return tuple(
        ContextLine(
            story=one.story.id,
            headline=one.story.headline,
            url=one.story.url,
            published=_dated(one.story, story),
            why=_spelled(one.why, one.who, known.entities),
        )
        for one in _told_once(found, limit, known)
    )


def _dated(earlier: Story, story: Story) -> datetime:
    """When the headline of ``earlier`` came out; its opening where that was not before ``story``."""
    return earlier.published if earlier.published <= story.opened else earlier.opened


def _told_once(found: Iterable[_Found], limit: int, known: _Rarity) -> list[_Found]:
    """The best of them, each event once; what entries told stands for the backstory's account."""
    taken: list[_Found] = []
    for one in found:
        if len(taken) == limit and not any(other.story.backstory for other in taken):
            break
        same = next((at for at, other in enumerate(taken) if _same(one, other, known)), None)
        if same is None and len(taken) < limit:
            taken.append(one)
        elif same is not None and taken[same].story.backstory and not one.story.backstory:
            taken[same] = replace(one, why=taken[same].why, who=taken[same].who)
    return taken


def _same(one: _Found, other: _Found, known: _Rarity) -> bool:
    if one.profile.headline == other.profile.headline:
        return True
    near = abs(one.story.opened - other.story.opened) <= SAME_DAYS
    return near and _alike(one.profile, other.profile, known)


def _alike(one: _Profile, other: _Profile, known: _Rarity) -> bool:
    """Whether two accounts of the same days are of one event: who, and what sort of move."""
    if not one.kind or not other.kind or not (one.kind in other.kinds or other.kind in one.kinds):
        return False
    persons = {who for who in one.persons | one.prominent if who in one.persons or known.is_person(who)}
    others = {who for who in other.persons | other.prominent if who in other.persons or known.is_person(who)}
    if one.persons and other.persons and not persons & others:
        return False
    parties = one.parties & other.parties
    return bool(one.sums & other.sums and parties) or (
        bool(persons & others) and bool(parties) if one.persons else len(parties) >= 2
    )


def _spelled(why: str, who: Sequence[str], entities: Mapping[str, Entity]) -> str:
    """A reason with the names of those whom it is about."""
    if not who:
        return why
    return f"{why}: {', '.join(entities[slug].name if slug in entities else _title(slug) for slug in who)}"


def _title(slug: str) -> str:
    return " ".join(part[:1].upper() + part[1:] for part in slug.replace("-", " ").split())


def _is_earlier(candidate: Story, story: Story, now: datetime) -> bool:
    if candidate.id == story.id or candidate.merged_into is not None:
        return False
    return candidate.opened < now and candidate.opened <= story.opened


def _relate(ours: _Profile, theirs: _Profile, rarity: _Rarity) -> _Relation:
    """The sum of all that connects two stories, and the strongest of it in words."""
    total = strongest = 0.0
    told = ""
    about: Sequence[str] = ()
    for score, why, who in _ties(ours, theirs, rarity):
        total += score
        if why and score > strongest:
            strongest, told, about = score, why, who
    return _Relation(total, told, about)


def _ties(ours: _Profile, theirs: _Profile, rarity: _Rarity) -> Iterable[tuple[float, str, Sequence[str]]]:
    persons: list[str] = []
    for who in ours.named & theirs.named:
        if rarity.is_person(who) or (who in ours.persons and who in theirs.persons):
            persons.append(who)
    if persons:
        persons.sort()
        weight = max([rarity.weight(who) for who in persons])
        yield 1.0 + 2.0 * weight, "same person", persons[:2]
    shared = (ours.prominent & theirs.entities) | (ours.entities & theirs.prominent)
    parties = list(shared.difference(persons))
    if len(parties) > 1:
        parties.sort(key=lambda slug: (-rarity.weight(slug), slug))
    weight = sum([rarity.weight(slug) for slug in parties[:2]])
    if len(parties) >= 2:
        yield 1.5 * weight, "same parties", parties[:3]
    elif parties:
        near = 0.8 if rarity.is_followed(parties[0]) else 0.0  # of the closely followed all tells
        yield 1.4 * weight + near, "also about", parties[:1]
    if ours.kind in _PERSONAL and theirs.kind in _PERSONAL:
        employers = sorted(ours.employers & theirs.employers)
        if employers:
            yield 0.9, "same employer", employers[:1]
    if not ours.names.isdisjoint(theirs.names):
        yield min(3.0, 1.4 * len(ours.names & theirs.names)), SAME_MATTER, ()
    if not ours.matters.isdisjoint(theirs.matters):
        yield min(1.6, 0.7 * len(ours.matters & theirs.matters)), SAME_MATTER, ()
    if ours.kind and ours.kind == theirs.kind:
        again = 0.0 if ours.parties.isdisjoint(theirs.parties) else 0.6  # the round before, the suit before
        yield 0.7 + again, "", ()
    elif ours.kind and theirs.kind in _COMES_OF.get(ours.kind, ()):
        yield 0.5, "", ()
    if shared and theirs.kind and theirs.kind != ours.kind and theirs.kind in ours.kinds:
        yield 0.8, "", ()  # the text itself goes on to tell it
    if not ours.cited.isdisjoint(theirs.sums):
        yield 1.5, "same sum", ()  # that the other was about, and the text names
    elif not ours.cited.isdisjoint(theirs.cited):
        yield 0.5, "", ()
    if theirs.told > 1 and shared:
        yield min(0.6, 0.2 * math.log2(theirs.told)), "", ()


def _is_same_event(ours: _Profile, theirs: _Profile, story: Story, other: Story, known: _Rarity) -> bool:
    """Whether an alike story of these days may be this event, which nobody has proved yet."""
    near = abs(story.opened - other.opened) <= SAME_DAYS
    if other.backstory and near and _alike(replace(ours, kinds=frozenset({ours.kind or ""})), theirs, known):
        return True
    if abs(story.opened - other.opened) > SAME_EVENT or ours.kind != theirs.kind:
        return False
    if ours.persons and theirs.persons and not ours.persons & theirs.persons:
        return False
    if other_stage(ours.concepts, theirs.concepts):
        return False
    said, heard = ours.names | ours.concepts, theirs.names | theirs.concepts
    shared = len(said & heard)
    return shared >= 2 and shared >= 0.6 * min(len(said), len(heard)) and ours.parties == theirs.parties


@lru_cache(maxsize=KEPT)
def _profile(
    story: Story,
    said: tuple[str, ...] = (),
    about: tuple[str, ...] = (),
    kinds: tuple[str, ...] = (),
    cited: tuple[float, ...] = (),
) -> _Profile:
    """A story's profile; names, concepts, kinds and sums of the entry that is at hand come in addition."""
    kept = Facts.decode(story.facts)
    names, concepts = (kept.names, kept.concepts) if story.facts else _headline(story.headline)
    names, concepts = (*names, *said), (*concepts, *about)
    main = story.main
    prominent = frozenset(kept.prominent or story.entities)
    persons = frozenset(who for move in story.moves for who in _persons(move))
    return _Profile(
        headline=" ".join(fold(story.headline).split()),
        prominent=prominent,
        entities=frozenset(story.entities),
        persons=persons,
        named=persons | prominent,
        parties=frozenset(slug for move in story.moves for slug in move.parties()),
        employers=frozenset(
            slug for m in story.moves for role in _EMPLOYERS for slug in m.roles.get(role, ())
        ),
        kind=main.kind.value if main else None,
        kinds=frozenset((*(move.kind.value for move in story.moves), *kinds)),
        names=frozenset(name for name in names if name not in vocabulary().plain and len(name) > 2),
        concepts=frozenset(concepts),
        matters=frozenset(concepts) - vocabulary().common,
        sums=frozenset(
            float(f"{value:.3g}") for move in story.moves for value in (move.amount, move.valuation) if value
        ),
        cited=frozenset(float(f"{n:.3g}") for n in (*kept.numbers, *cited) if n >= BIG),
        told=kept.told,
    )


def _persons(move: Move) -> Iterable[str]:
    yield from move.roles.get("person", ())
    if not move.roles.get("person"):
        for name in move.names.get("person", ()):
            yield "-".join(fold(name).split())


@lru_cache(maxsize=1024)
def _headline(headline: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names and concepts of a headline whose story remembers none (the backstory's)."""
    said = spoken(Document(title=headline), (), None)
    return tuple(stem(name) for name in said.names), said.concepts
