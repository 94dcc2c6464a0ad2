"""The whole document as the matcher sees it while it judges: fields, language, neighbours.

Collects what was found where; the weighing is done by ``evidence``, ``people`` and
``judge``.
"""

import dataclasses
import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from storage.model import Document
from watchers.matching.cues import CJK, Cues, cues, sections
from watchers.matching.forms import Form, Part
from watchers.matching.profiles import Profile
from watchers.matching.reading import Around, Field, Place
from watchers.matching.scan import Hit, Scanner
from watchers.text import detect_lang

Evidence = list[tuple[str, float]]

_WORDS = re.compile(r"[^\W_]+")


@dataclass(slots=True, eq=False)
class Candidate:
    """An alias found at a place, while it is being judged."""

    number: int
    form: Form
    profile: Profile
    field: Field
    field_number: int
    start: int
    end: int
    suffix: str
    local: float = 0.0  # what its own words say, in log-odds
    total: float = 0.0  # with what the rest of the text says
    rejected: bool = False  # inside another name
    evidence: Evidence = dataclasses.field(default_factory=list)  # local
    context: Evidence = dataclasses.field(default_factory=list)
    other_bearer: bool = False  # a surname after somebody else's given name
    backed: bool = False  # something around it speaks for a company or person
    _around: Around | None = None
    _capital: str = ""

    @property
    def around(self) -> Around:
        """The words beside it."""
        if self._around is None:
            self._around = self.field.around(self.start, self.end)
        return self._around

    @property
    def text(self) -> str:
        """As written."""
        return self.field.raw[self.start : self.end]

    @property
    def place(self) -> Place | None:
        """The link, handle or byline that it stands in."""
        return self.field.place(self.start, self.end)

    @property
    def full_name(self) -> bool:
        """Whether a person's whole name stands here."""
        return self.profile.person and self.form.part is Part.FULL

    @property
    def position(self) -> tuple[int, int]:
        """Its place in reading order."""
        return self.field_number, self.start


class Scene:
    """One document: its fields, what was found in them, and which language they are in."""

    def __init__(self, document: Document, scanner: Scanner) -> None:
        self.document = document
        self.profiles = scanner.profiles
        named = (("title", document.title), ("summary", document.summary), ("text", document.text))
        self.fields = tuple(Field(name, raw) for name, raw in named if raw)
        self.candidates: list[Candidate] = []
        self.hits: dict[str, list[tuple[int, int, int]]] = {}  # pattern -> (field, start, end)
        for number, one in enumerate(self.fields):
            for hit in scanner.hits(one.folded):
                self._place(number, one, hit, scanner)
        self.candidates.sort(key=lambda c: (c.field_number, c.start, -c.end, c.profile.index))
        self._drop_nested()
        if self.candidates:
            for one in self.fields:
                one.english = self.lang in ("en", None)

    def _place(self, number: int, one: Field, hit: Hit, scanner: Scanner) -> None:
        self.hits.setdefault(scanner.keys[hit.pattern], []).append((number, hit.start, hit.end))
        placed = -1
        for form in scanner.forms[hit.pattern]:
            if form.owner == placed:
                continue
            if form.exact and one.raw[hit.start : hit.end] != form.text:
                continue
            if form.handle and one.raw[hit.start - 1 : hit.start] != "@":
                continue
            placed = form.owner
            self.candidates.append(
                Candidate(
                    number=0,
                    form=form,
                    profile=scanner.profiles[form.owner],
                    field=one,
                    field_number=number,
                    start=hit.start,
                    end=hit.end,
                    suffix=hit.suffix,
                )
            )

    def _drop_nested(self) -> None:
        """Keep the longest of the names of one entity that cover each other."""
        kept: list[Candidate] = []
        reach: dict[tuple[int, int], int] = {}
        for candidate in self.candidates:
            key = (candidate.field_number, candidate.profile.index)
            if candidate.end <= reach.get(key, -1):
                continue
            reach[key] = candidate.end
            candidate.number = len(kept)
            kept.append(candidate)
        self.candidates = kept

    @cached_property
    def lang(self) -> str | None:
        """The language of the document, None when nothing tells."""
        document = self.document
        body = document.summary or document.text[:600]
        return detect_lang(f"{document.title} {body}", document.lang)

    @cached_property
    def cues(self) -> Cues:
        """The cue words of its language."""
        return cues(self.lang)

    @cached_property
    def cjk(self) -> bool:
        """Whether it is written without blanks between words, or in Korean."""
        return self.lang in CJK

    @cached_property
    def day(self) -> date | None:
        """The day for which facts are asked."""
        return self.document.published.date() if self.document.published else None

    @cached_property
    def _sections(self) -> frozenset[str]:
        """The first parts of the path of the document's address."""
        url = self.document.url
        return (
            frozenset(url.lower().split("/")[3:7]) if url.startswith(("http://", "https://")) else frozenset()
        )

    @cached_property
    def alien_section(self) -> bool:
        """Whether the outlet's section is about something else (sport, fashion, weather)."""
        return not self._sections.isdisjoint(sections()[0])

    @cached_property
    def fitting_section(self) -> bool:
        """Whether the outlet's section is about technology or business."""
        return not self._sections.isdisjoint(sections()[1])

    @cached_property
    def site(self) -> str:
        """The name in the host of the document's address: "acme" of https://blog.acme.com/x."""
        url = self.document.url
        if not url.startswith(("http://", "https://")):
            return ""
        labels = url.split("/", 3)[2].lower().split(".")
        return labels[-2] if len(labels) > 1 else ""

    def same_sentence(self, candidate: Candidate, hit: tuple[int, int, int]) -> bool:
        """Whether a hit stands in the sentence of a candidate."""
        if hit[0] != candidate.field_number:
            return False
        begin, end = candidate.field.sentence(candidate.start)
        return begin <= hit[1] < end

    def ending_at(self, candidate: Candidate, reach: int) -> Candidate | None:
        """The nearest candidate that ends at most ``reach`` code points before this one."""
        for other in reversed(self.candidates[: candidate.number]):
            if other.field_number != candidate.field_number or other.start < candidate.start - 200:
                return None
            if candidate.start - reach <= other.end <= candidate.start:
                return other
        return None

    def starting_at(self, candidate: Candidate, reach: int) -> Candidate | None:
        """The nearest candidate that starts at most ``reach`` code points after this one."""
        for other in self.candidates[candidate.number + 1 :]:
            if other.field_number != candidate.field_number or other.start > candidate.end + reach:
                return None
            if candidate.end <= other.start:
                return other
        return None

    def capital(self, candidate: Candidate) -> str:
        """What its capitals say: "told", "untold", "small", or "none" where there is nothing to say."""
        if not candidate._capital:
            candidate._capital = self._capital_of(candidate)
        return candidate._capital

    def _capital_of(self, candidate: Candidate) -> str:
        form, one = candidate.form, candidate.field
        if form.capital < 0 or form.exact or one.small:
            return "none"
        at = candidate.start
        if form.capital:
            words = list(_WORDS.finditer(one.raw, candidate.start, candidate.end))
            if form.capital < len(words):
                at = words[form.capital].start()
        if not one.raw[at].isupper():
            return "small" if one.raw[at].islower() else "none"
        if self.cjk:
            return "told"
        if one.title_case or one.begins_sentence(candidate.start):
            return "untold"
        return "told"
