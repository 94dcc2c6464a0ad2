"""A page with what is computed from it on demand, and a move in the making.

``Reading`` holds parties and amounts, found only when a trigger asks; ``Draft`` is what
``conditions``, ``roles`` and the families of moves fill in, one after the other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from storage.model import Entity, MoveStatus
from storage.model.noun import maker
from watchers.moves.amounts import PAID, Amount, find_amounts
from watchers.moves.inversion import opens_inverted, subject_behind
from watchers.moves.lexicon import CJK, Frame
from watchers.moves.names import Party, listed_parties, without
from watchers.moves.page import COMMA, Page
from watchers.moves.parties import find_parties


class Reading:
    """A page with what is computed from it only when a trigger asks."""

    def __init__(self, page: Page, entities: Mapping[str, Entity]) -> None:
        self.page = page
        self._entities = entities
        self._listed: list[Party] | None = None
        self._rest: str | None = None
        self._parties: dict[tuple[int, int], list[Party]] = {}  # by what was asked for, and by sentences
        self._amounts: dict[tuple[int, int], list[Amount]] = {}

    def parties(self, left: int, right: int) -> list[Party]:
        """All parties of the sentences that lie between two places, in order; maybe more.

        Only a sentence that is asked about is searched for names: most of a lead never is.
        """
        found = self._parties.get((left, right))
        if found is None:
            page = self.page
            stretch = (0, len(page.raw)) if page.lexicon.lang in CJK else page.sentence(left, right)
            found = self._parties.get(stretch)
            if found is None:
                found = self._parties[stretch] = find_parties(page, self.listed, self.rest, *stretch)
            self._parties[left, right] = found
        return found

    @property
    def listed(self) -> list[Party]:
        """The parties of the page that need no search: watched ones and those of the table."""
        if self._listed is None:
            self._listed = listed_parties(self.page, self._entities)
        return self._listed

    @property
    def rest(self) -> str:
        """The page without its listed parties."""
        if self._rest is None:
            self._rest = without(self.page.raw, self.listed)
        return self._rest

    def amounts(self, left: int, right: int) -> list[Amount]:
        """All sums of money in the sentences that lie between two places, in order."""
        stretch = self.page.sentence(left, right)
        if stretch not in self._amounts:
            self._amounts[stretch] = find_amounts(self.page, *stretch)
        return self._amounts[stretch]


class Spot:
    """A trigger with the stretches of text around it, worked out once for all its frames."""

    __slots__ = ("clause", "end", "left", "page", "reading", "right", "sentence", "spans", "start", "subject")

    def __init__(self, reading: Reading, start: int, end: int) -> None:
        self.reading, self.page = reading, reading.page
        self.start, self.end = start, end
        self.clause = self.page.clause(start, end)
        self.sentence = self.page.sentence(start, end)
        self.spans: dict[str, tuple[int, int]] = {}  # what conditions look at, by their reach
        self.left, self.right = self.clause
        lexicon = self.page.lexicon
        if "relative" in self.page.present:
            self.right = min(self.right, self.page.aside(end, self.right))
        if lexicon.numbers.counters and (comma := COMMA.search(self.page.folded, end, self.right)):
            self.right = comma.start()  # Chinese puts a comma where others put a full stop
        self.subject = subject_of(reading, start, end) if lexicon.verb_may_end else None


def subject_of(reading: Reading, start: int, end: int) -> tuple[int, int] | None:
    """Where who acts stands, if it is right behind the verb: "After a year leaves X Acme" (German, Dutch)."""
    page = reading.page
    if not page.lexicon.verb_may_end or not opens_inverted(page, page.clause(start, end)[0], start):
        return None
    return subject_behind(page, [(p.start, p.end) for p in reading.parties(start, end)], start, end)


@dataclass(slots=True)
class Draft:
    """A move in the making."""

    frame: Frame
    reading: Reading
    page: Page
    start: int  # of the trigger
    end: int
    clause: tuple[int, int]  # around the trigger
    sentence: tuple[int, int]
    roles: dict[str, list[Party]] = field(default_factory=dict)
    title: str | None = None
    amount: float | None = None
    valuation: float | None = None
    currency: str | None = None
    people: int | None = None
    status: MoveStatus = MoveStatus.REPORTED
    score: float = 0.0
    background: bool = False

    @property
    def parties(self) -> list[Party]:
        """The parties of its sentence, in order."""
        return self.reading.parties(*self.sentence)

    @property
    def amounts(self) -> list[Amount]:
        """The sums of money of its sentence, in order."""
        return self.reading.amounts(*self.sentence)

    @classmethod
    def at(cls, spot: Spot, frame: Frame) -> "Draft":
        """A draft of what ``frame`` tells at a trigger, nobody bound yet."""
        return _draft(frame, spot.reading, spot.page, spot.start, spot.end, spot.clause, spot.sentence, {})


_draft: Callable[..., Draft] = maker(Draft)


def first_paid(draft: Draft) -> Amount | None:
    """The sum that changes hands: the first one after the trigger, else the last before it."""
    left, right = draft.sentence
    paid = [a for a in draft.amounts if a.sense == PAID and a.start >= left and a.end <= right]
    after = [a for a in paid if a.start >= draft.start]
    return after[0] if after else (paid[-1] if paid else None)
