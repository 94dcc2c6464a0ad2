"""What is found in an entry: who is meant, and what moved."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from storage.model.noun import noun


@noun
class Mention:
    """An alias found in a document, and whether its entity is truly meant."""

    entity: str  # slug
    text: str  # as written
    field: str  # "title", "summary" or "text"
    start: int  # code points in the raw field, half open
    end: int
    score: float  # 0..1
    accepted: bool
    prominent: bool  # in the title or the first two sentences
    evidence: tuple[str, ...] = ()  # e.g. "strong-alias", "verb-after:raises", "collocation:-surge in"


class MoveKind(StrEnum):
    """The typed moves of the contract."""

    DEPARTURE = "departure"
    HIRE = "hire"
    LAYOFFS = "layoffs"
    REORG = "reorg"
    FUNDING = "funding"
    ACQUISITION = "acquisition"
    PARTNERSHIP = "partnership"
    BREAKUP = "breakup"
    CONTRACT = "contract"
    LAUNCH = "launch"
    INFRASTRUCTURE = "infrastructure"
    LEGAL = "legal"
    INCIDENT = "incident"


class MoveStatus(StrEnum):
    """How sure the report is."""

    RUMOUR = "rumour"
    REPORTED = "reported"
    CONFIRMED = "confirmed"
    DENIED = "denied"


_NOBODY: frozenset[str] = frozenset()


@noun
class Move:
    """One typed move, as one text tells it; only what the text says."""

    kind: MoveKind
    status: MoveStatus = MoveStatus.REPORTED
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # role -> slugs
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # role -> names as written
    title: str | None = None  # a person's position
    amount: float | None = None  # whole units of ``currency``
    valuation: float | None = None
    currency: str | None = None  # ISO 4217
    people: int | None = None  # a count of people
    evidence: str = ""  # the words that say so
    field: str = "title"  # where the evidence stands
    start: int = 0  # code points, half open
    end: int = 0
    score: float = 0.0  # 0..1

    def parties(self) -> frozenset[str]:
        """Slugs of all watched parties, whatever their role."""
        return _NOBODY.union(*self.roles.values())
