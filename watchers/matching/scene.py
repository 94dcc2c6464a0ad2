"""The whole document as the matcher sees it while it judges: fields, language, neighbours.

Collects what was found where; the weighing is done by ``evidence``, ``people`` and
``judge``.
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import NamedTuple
from unicodedata import normalize

from storage.model import Document
from storage.model.noun import maker
from watchers.matching.cues import CJK, Cues, cues, sections, topics
from watchers.matching.forms import FULL, STRONG, Form
from watchers.matching.profiles import Profile
from watchers.matching.reading import Around, Field, Place
from watchers.matching.scan import Scanner
from watchers.text import fold, language_of

Evidence = list[tuple[str, float]]

_WORDS = re.compile(r"[^\W_]+")
_TOPIC_WORDS = re.compile(r"\ba\.i\b|[^\W_]+")
_BLANKED = bytes(sign if chr(sign).isalnum() else 32 for sign in range(128)) + bytes(range(128, 256))
# The set of signs first: a choice of patterns is tried everywhere.
_SENTENCE_END = re.compile(r"[.!?…。！？\n](?:(?<=[.!?…])['\"”’)]?\s|(?<=[。！？\n]))")
_SMALL_AFTER = re.compile(r"\s[a-zß-ÿ]\w{3,}")
_SENTENCE_REACH = 200  # code points: longer ones count as two
_BODY_FOR_LANGUAGE = 600
_LONGEST_NAME = 200
_FEW = 5  # places of a phrase that are all looked at
_FIELD_READ = 2000  # code points of a field in which its subject shows
MENTIONS_OF_EACH = 200  # candidates of one entity in a document; more say nothing new


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
    text: str  # as written
    suffix: str
    local: float = 0.0  # what its own words say, in log-odds
    total: float = 0.0  # with what the rest of the text says
    rejected: bool = False  # inside another name
    evidence: Sequence[tuple[str, float]] = ()  # local
    context: Sequence[tuple[str, float]] = ()
    other_bearer: bool = False  # a surname after somebody else's given name
    place: Place | None = None  # the link, handle or byline that it stands in
    capital: str = ""  # what its capitals say: "told", "untold", "small", "few" (the only letters), or "none"
    _around: Around | None = None

    @property
    def around(self) -> Around:
        """The words beside it."""
        if self._around is None:
            self._around = self.field.around(self.start, self.end)
        return self._around

    @property
    def full_name(self) -> bool:
        """Whether a person's whole name stands here."""
        return self.profile.person and self.form.part is FULL and not self.form.described

    @property
    def phrase(self) -> bool:
        """Whether it is written as an ordinary phrase is: "IA em escala"."""
        return self.form.capital < 0 and bool(self.form.ordinary)

    @property
    def position(self) -> tuple[int, int]:
        """Its place in reading order."""
        return self.field_number, self.start


_candidate: Callable[[int, Form, Profile, Field, int, int, int, str, str], Candidate] = maker(Candidate)


class Origin(NamedTuple):
    """What the address of a document says about it."""

    site: str  # the name in its host: "acme" of https://blog.acme.com/x
    alien: bool  # the section is about something else: sport, fashion, weather
    fitting: bool  # the section is about technology or business

    @classmethod
    def of(cls, url: str) -> "Origin":
        """Read an absolute http address; anything else says nothing."""
        if not url.startswith(("http://", "https://")):
            return cls("", False, False)
        parts = url.lower().split("/")
        labels = parts[2].split(".")
        alien, fitting = sections()
        return cls(
            labels[-2] if len(labels) > 1 else "",
            not alien.isdisjoint(parts[3:7]),
            not fitting.isdisjoint(parts[3:7]),
        )


class Topic(NamedTuple):
    """What a text is about; neither holds where nothing tells."""

    watched: bool  # technology or business
    elsewhere: bool  # sport, stage, food, ships


class Nearness(NamedTuple):
    """Where a phrase stands, seen from a candidate."""

    over: bool  # it covers a part of it
    near: bool  # it stands in the same sentence, not over it
    apart: bool  # it stands anywhere not over it


_nearness: Callable[[tuple[bool, bool, bool]], Nearness] = partial(
    tuple.__new__, Nearness
)  # at half the cost


def _as_written(form: Form, found: str) -> bool:
    """Whether capitals and small letters are those of the form; the width of letters does not matter."""
    return found == form.text or normalize("NFKC", found) == form.text


class Scene:
    """One document: its fields, what was found in them, and which language they are in."""

    def __init__(self, document: Document, scanner: Scanner) -> None:
        self.document = document
        self.profiles = scanner.profiles
        named = (("title", document.title), ("summary", document.summary), ("text", document.text))
        self.fields = [Field(name, raw) for name, raw in named if raw]
        self.candidates: list[Candidate] = []
        self.crossing = False  # whether any two of them stand over each other
        hits: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        self.hits = hits  # pattern -> (field, start, end), ascending
        self._origin: Origin | None = None
        self._topic: Topic | None = None
        self._counts: dict[int, int] = {}  # candidates of each entity, once there are many
        for number, one in enumerate(self.fields):
            for (key, forms, _), start, end, suffix in scanner.hits(one.folded):
                hits[key].append((number, start, end))
                if forms:
                    self._place(forms, number, one, start, end, suffix)
        if not self.candidates:
            return
        if self.crossing:  # else they came in order
            self.candidates.sort(key=lambda c: (c.field_number, c.start, -c.end, c.profile.index))
            self._drop_nested()
        self.phrases = frozenset(hits)
        body = document.summary or document.text[:_BODY_FOR_LANGUAGE]
        self.lang: str | None = language_of(document.title, body, document.lang)
        self.cues: Cues = cues(self.lang)
        self.cjk = self.lang in CJK  # without blanks between words, or Korean
        self.day: date | None = document.published.date() if document.published else None
        english = self.lang is None or self.lang == "en"
        for one in self.fields:
            one.english = english
        for candidate in self.candidates:
            candidate.place = candidate.field.place(candidate.start, candidate.end)
            candidate.capital = self._capital_of(candidate)

    def _place(
        self, forms: Sequence[Form], number: int, one: Field, start: int, end: int, suffix: str
    ) -> None:
        placed = -1
        text = one.raw[start:end]
        known = self.candidates
        for form in forms:
            owner = form.owner
            if owner == placed or (form.exact and not _as_written(form, text)):
                continue
            if form.handle and one.raw[start - 1 : start] != "@":
                continue
            placed = owner
            if len(known) >= MENTIONS_OF_EACH and self._has_enough(owner):
                continue
            if known and start < known[-1].end and known[-1].field is one:
                self.crossing = True
            known.append(
                _candidate(len(known), form, self.profiles[owner], one, number, start, end, text, suffix)
            )

    def _has_enough(self, owner: int) -> bool:
        """Whether an entity has all the candidates that it may have, in a text that is full of names."""
        if not self._counts:
            self._counts = Counter(one.profile.index for one in self.candidates)
        self._counts[owner] += 1
        return self._counts[owner] > MENTIONS_OF_EACH

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

    @property
    def topic(self) -> "Topic":
        """What the text is about, as far as its words and its address tell."""
        if self._topic is None:
            self._topic = self._topic_of_words()
        return self._topic

    def _topic_of_words(self) -> "Topic":
        told = topics()
        read = [one.folded[:_FIELD_READ] for one in self.fields]
        read.append(fold(self.document.source))
        if self.cjk:  # no blanks between words
            text = "\n".join(read)
            field, shared, elsewhere = (
                any(word in text for word in words)
                for words in (told.field_cjk, told.shared_cjk, told.elsewhere_cjk)
            )
        else:
            found = told.words.intersection(_topic_words("\n".join(read)))
            field, shared, elsewhere = (
                not told.field.isdisjoint(found),
                not told.shared.isdisjoint(found),
                not told.elsewhere.isdisjoint(found),
            )
        elsewhere = elsewhere or self.origin.alien
        return Topic(
            watched=field or ((shared or self.origin.fitting) and not elsewhere),
            elsewhere=elsewhere and not field,
        )

    @property
    def origin(self) -> Origin:
        """What the document's address says."""
        if self._origin is None:
            self._origin = Origin.of(self.document.url)
        return self._origin

    def nearness(self, candidate: Candidate, phrase: str) -> Nearness:
        """Where ``phrase``, which was found in the document, stands from a candidate."""
        hits = beside = self.hits[phrase]
        number, begin, finish = candidate.field_number, candidate.start, candidate.end
        if len(hits) > _FEW:  # those around it
            at = bisect_left(hits, (number, begin, 0))
            beside = hits[max(0, at - 2) : at + 3]
        over = 0
        near = False
        for field, start, end in beside:
            if field != number:
                continue
            if end <= begin:
                near = near or _same_sentence(candidate.field.raw, end, begin)
            elif finish <= start:
                near = near or _same_sentence(candidate.field.raw, finish, start)
            else:
                over += 1
        return _nearness((over > 0, near, len(hits) > over))

    def capitalised(self, phrase: str) -> bool:
        """Whether ``phrase``, found in the document, stands there with a capital, where any text has them."""
        for number, start, _ in self.hits[phrase]:
            if not self.fields[number].raw[start].islower() or self.fields[number].small:
                return True
        return False

    def ending_at(self, candidate: Candidate, reach: int) -> Candidate | None:
        """The nearest candidate that ends at most ``reach`` code points before this one."""
        for number in range(candidate.number - 1, -1, -1):
            other = self.candidates[number]
            if other.field_number != candidate.field_number or other.start < candidate.start - _LONGEST_NAME:
                return None
            if candidate.start - reach <= other.end <= candidate.start:
                return other
        return None

    def starting_at(self, candidate: Candidate, reach: int) -> Candidate | None:
        """The nearest candidate that starts at most ``reach`` code points after this one."""
        for number in range(candidate.number + 1, len(self.candidates)):
            other = self.candidates[number]
            if other.field_number != candidate.field_number or other.start > candidate.end + reach:
                return None
            if candidate.end <= other.start:
                return other
        return None

    def _capital_of(self, candidate: Candidate) -> str:
        form, one = candidate.form, candidate.field
        if form.capital < 0 or form.exact:
            return "none"
        at = candidate.start
        if form.capital:
            words = list(_WORDS.finditer(one.raw, candidate.start, candidate.end))
            if form.capital < len(words):
                at = words[form.capital].start()
        sign = one.raw[at]
        if not sign.isupper():
            if not sign.islower():
                return "none"
            if one.small:
                return "few" if self.cjk else "none"
            return "small"
        if form.strength is STRONG or self.cjk:
            return "told"  # nobody asks further
        if one.begins_sentence(candidate.start) or one.title_case:
            if form.several and _SMALL_AFTER.search(candidate.text):
                return "small"  # "Thinking machines: a history": the capital is the sentence's
            return "untold"
        return "told"


def _topic_words(folded: str) -> list[str]:
    """The words of a folded text; "a.i" is one."""
    if folded.isascii() and "a.i" not in folded:  # six times as fast
        return folded.encode().translate(_BLANKED).decode().split()
    return _TOPIC_WORDS.findall(folded)


def _same_sentence(raw: str, start: int, end: int) -> bool:
    """Whether no sentence ends between two places, which are not far from each other."""
    if end - start > _SENTENCE_REACH:
        return False
    between = raw[start:end]
    if between.isascii() and "." not in between and "?" not in between and "!" not in between:
        return "\n" not in between  # ten times as fast
    return _SENTENCE_END.search(raw, start, end) is None
