"""The watchlist: who is watched, by which names, and how they belong together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum

_NOBODY: frozenset[str] = frozenset()
FOR_GOOD = datetime(9999, 12, 31, tzinfo=UTC)  # the end of a mute that has none


class EntityKind(StrEnum):
    """What an entity is; decides which roles of a move it can fill."""

    ORGANISATION = "organisation"
    UNIT = "unit"  # a lab or team inside an organisation
    PERSON = "person"
    PRODUCT = "product"


class Tier(StrEnum):
    """How closely an entity is followed; the default policy reads it."""

    PRIMARY = "primary"
    CONTEXT = "context"
    RELATED = "related"


class RelationKind(StrEnum):
    """A fact between two entities: ``subject KIND target``."""

    WORKS_AT = "works-at"  # person -> organisation or unit; ``role`` is the title
    FOUNDED = "founded"  # person -> organisation
    UNIT_OF = "unit-of"  # unit -> organisation, subsidiary -> parent
    PRODUCT_OF = "product-of"  # product -> organisation
    INVESTED_IN = "invested-in"  # organisation -> organisation
    ACQUIRED = "acquired"  # organisation -> organisation
    CUSTOMER_OF = "customer-of"  # organisation -> supplier
    PARTNER_OF = "partner-of"
    COMPETES_WITH = "competes-with"
    REPORTED_TO = "reported-to"  # person -> person
    SOUGHT = "sought"  # organisation or person -> whom it tried to hire or buy


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """One written form of an entity's name."""

    text: str
    lang: str | None = None  # ISO 639-1 when the form belongs to one language
    strong: bool = False  # unmistakable by itself
    ambiguous: bool = False  # an ordinary word or common name too: needs evidence
    case_sensitive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A dated fact from the entity that holds it to ``target``; facts expire."""

    kind: RelationKind
    target: str  # slug
    role: str | None = None  # a person's title, in English
    since: date | None = None  # None: unknown
    until: date | None = None  # None: still true, as far as we know


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """Somebody or something that is watched."""

    slug: str
    name: str
    kind: EntityKind
    tier: Tier
    aliases: tuple[Alias, ...] = ()  # the name itself is always an alias, listed or not
    relations: tuple[Relation, ...] = ()
    contexts_for: tuple[str, ...] = ()  # words near an ambiguous alias that speak for it
    contexts_against: tuple[str, ...] = ()  # phrases around it that speak against it
    note: str | None = None
    origin: str = "user"  # "seed", "user" or "guild:<id>"
    muted_until: datetime | None = None  # FOR_GOOD: until somebody unmutes it


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchlist:
    """All entities, as of one version; ``version`` grows with each change."""

    entities: tuple[Entity, ...]
    version: int = 0
    _by_slug: Mapping[str, Entity] = field(init=False, repr=False, compare=False)
    _ever_muted: tuple[Entity, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_slug", {entity.slug: entity for entity in self.entities})
        muted = tuple(entity for entity in self.entities if entity.muted_until is not None)
        object.__setattr__(self, "_ever_muted", muted)

    def by_slug(self) -> Mapping[str, Entity]:
        """Entities keyed by slug, made once: each text asks, and a watchlist may be long."""
        return self._by_slug

    def muted(self, now: datetime) -> frozenset[str]:
        """Slugs of the entities that nobody is to hear of now."""
        if not self._ever_muted:
            return _NOBODY
        return frozenset(one.slug for one in self._ever_muted if one.muted_until and one.muted_until > now)
