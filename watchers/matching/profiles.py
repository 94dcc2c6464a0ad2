"""What the matcher knows of each entity besides its names, made once for a watchlist.

Relations are kept in both directions; who held which role when is answered for a date.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from storage.model import Entity, EntityKind, Relation, RelationKind
from watchers.matching.forms import pattern
from watchers.text import fold

_PARTS = (RelationKind.UNIT_OF, RelationKind.PRODUCT_OF)
_PLACES = (RelationKind.WORKS_AT, RelationKind.FOUNDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A person's role at an organisation or unit, with its dates."""

    person: int  # index of the entity
    role: str  # canonical, see the cues' [roles]
    since: date | None
    until: date | None

    def held_on(self, day: date | None) -> bool:
        """Whether it is held on ``day``; None is today, when only open posts are."""
        if day is None:
            return self.until is None
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def ended_by(self, day: date | None) -> bool:
        """Whether it was over on ``day``."""
        return self.until is not None and (day is None or self.until < day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One entity as the matcher sees it; other entities are named by index."""

    index: int
    slug: str
    person: bool
    unit: bool
    product: bool
    contexts_for: frozenset[str]  # patterns
    contexts_named: frozenset[str]  # those of contexts_for that are names: they count with their capital
    contexts_against: frozenset[str]  # patterns
    against_capital: frozenset[str]  # those of them that are written with a capital
    against_over: frozenset[str]  # those that contain a name: they speak only about what they cover
    sites: frozenset[str]  # host names that bear its name or its owner's
    related: frozenset[int]
    owners: frozenset[int]  # what it is a unit or product of
    places: frozenset[int]  # where a person works, worked, or what he founded
    founder: bool  # of a company that is watched
    given: frozenset[str]  # a person's given names
    posts: tuple[Post, ...]  # who holds which role here


def profiles_of(entities: Sequence[Entity]) -> tuple[Profile, ...]:
    """Profiles of entities, in their order; relations to unknown slugs are left out."""
    number = {entity.slug: index for index, entity in enumerate(entities)}
    related: list[set[int]] = [set() for _ in entities]
    posts: list[list[Post]] = [[] for _ in entities]
    names = [_names(entity) for entity in entities]
    for index, entity in enumerate(entities):
        for relation in entity.relations:
            target = number.get(relation.target)
            if target is None or target == index:
                continue
            related[index].add(target)
            related[target].add(index)
            if post := _post(index, relation):
                posts[target].append(post)
    return tuple(
        _profile(index, entity, number, names, frozenset(related[index]), tuple(posts[index]))
        for index, entity in enumerate(entities)
    )


def _post(person: int, relation: Relation) -> Post | None:
    if relation.kind is RelationKind.FOUNDED:
        if relation.role:  # "co-founder": one of several, so "the founder" means nobody in particular
            return None
        return Post(person=person, role="founder", since=relation.since, until=None)
    if relation.kind is RelationKind.WORKS_AT and relation.role:
        return Post(person=person, role=relation.role, since=relation.since, until=relation.until)
    return None


def _profile(
    index: int,
    entity: Entity,
    number: dict[str, int],
    all_names: Sequence[frozenset[str]],
    related: frozenset[int],
    posts: tuple[Post, ...],
) -> Profile:
    def targets(kinds: tuple[RelationKind, ...]) -> frozenset[int]:
        return frozenset(
            number[r.target] for r in entity.relations if r.kind in kinds and r.target in number
        ) - {index}

    against = {pattern(phrase): phrase for phrase in entity.contexts_against}
    against.pop("", None)
    person = entity.kind is EntityKind.PERSON
    names, owners = all_names[index], targets(_PARTS)
    on_sites = names.union(*(all_names[owner] for owner in owners))
    return Profile(
        index=index,
        slug=entity.slug,
        person=person,
        unit=entity.kind is EntityKind.UNIT,
        product=entity.kind is EntityKind.PRODUCT,
        contexts_for=frozenset(filter(None, map(pattern, entity.contexts_for))),
        contexts_named=frozenset(pattern(phrase) for phrase in entity.contexts_for if phrase[:1].isupper()),
        contexts_against=frozenset(against),
        against_capital=frozenset(
            key for key, phrase in against.items() if _capital_name(key, phrase, names)
        ),
        against_over=frozenset(key for key in against if any(name in key for name in names)),
        sites=frozenset(name.replace(" ", "") for name in on_sites),
        related=related,
        owners=owners,
        places=targets(_PLACES),
        founder=person and bool(targets((RelationKind.FOUNDED,))),
        given=frozenset(_given_names(entity)) if person else frozenset(),
        posts=posts,
    )


def _names(entity: Entity) -> frozenset[str]:
    return frozenset(map(pattern, (entity.name, *(alias.text for alias in entity.aliases)))) - {""}


def _given_names(entity: Entity) -> set[str]:
    names = [entity.name, *(alias.text for alias in entity.aliases)]
    return {word for name in names for word in pattern(name).split(" ")[:-1]}


def _capital_name(key: str, phrase: str, names: frozenset[str]) -> bool:
    """Whether a phrase writes the name in it with a capital: it is about another bearer."""
    heads = {name.split(" ")[0] for name in names if name in key}
    return any(word[0].isupper() and fold(word) in heads for word in phrase.replace("-", " ").split())
