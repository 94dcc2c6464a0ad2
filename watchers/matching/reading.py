"""One field of a document as the matcher reads it, and what stands around a name in it.

Tells capitals that mean something from capitals that do not, and marks the places where
a name is no mention: links, user names, bylines.  What follows from that is weighed in
``evidence`` and ``people``.
"""

import re
import string
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from storage.model.noun import maker
from watchers.text import fold, is_title_case

_WINDOW = 64  # code points looked at on either side of a name
# Each begins where no run of its own signs precedes, so that long runs are tried once.
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"']+"
    r"|(?<![\w@.+-])(?:"
    r"[\w.+-]{1,64}@[\w-]+\.[\w.]+"
    r"|[\w-]{1,64}+(?:\.[\w-]{1,64}+){0,3}?\.(?:com|ai|org|net|io|dev|app|co|me|tv|ht|jp|de|fr|nl|cn)\b(?:/[^\s<>\"']*)?"
    r")",
    re.IGNORECASE,
)
_MAY_LINK = re.compile(r"\.\w", re.ASCII)
_HANDLE = re.compile(r"(?<![\w/])([@#]|/?u/|/?r/)([\w-]*\w)", re.IGNORECASE)
# "(Jane Doe/The Daily Ledger)": how aggregators name author and outlet.
_BYLINE = re.compile(r"\(([^()/]{3,80})/([^()/]{2,60})\)")
_SENTENCE_BREAK = frozenset(".!?:;–|·…\n>")
_HEADLINE = 160  # code points: a shorter lead may be a headline, even the same one, again
_SHOUTED = 0.6  # share of capitals among the letters of a text that shouts
_OPENING = " \"'([{*_«"
_CLOSING = frozenset(',;:!?)]}…"')
_TITLES = frozenset({"mrs.", "prof.", "sra.", "dra.", "hon.", "capt.", "gov.", "sen."})
_WORD = r"[^\W_][\w&+]*+(?:\.++[\w&+]++)*+"  # no full stop at its end
# Up to four words that follow each other, the odd groups: each with a second part, as in "Acme-owned".
_NEXT_WORD = rf"""[ *_"']*+({_WORD}([-'](?=[^\W\d_]){_WORD})?+)(?({{}})\.*+)"""
_NEXT_WORDS = re.compile("(?:".join(map(_NEXT_WORD.format, (2, 4, 6, 8))) + 3 * ")?+")


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a field that is not running text."""

    start: int
    end: int
    kind: str  # "link", "handle", "user" or "byline"


_LATIN_TAIL = re.compile(r"[a-zà-ɏ][a-zà-ɏ'-]*$")  # of a folded word


@dataclass(slots=True, eq=False)  # frozen ones are slow to make
class Around:
    """The neighbourhood of one name; words are folded, None where there is none."""

    left: str | None  # the word right before it, blanks or a hyphen between
    left_capital: bool
    left_hyphen: bool
    left_starts: bool  # that word begins a sentence
    before_left: str | None
    right: tuple[str, ...]  # up to four words that follow without punctuation
    right_raw: tuple[str, ...]  # the first two of them as written
    right_hyphen: bool
    possessive: bool
    quoted: bool


_around: Callable[..., Around] = maker(Around)
_NO_WORD = (None, False, False, None)  # on the left


def _ends_sentence(word: str) -> bool:
    """Whether a word before a name closes a sentence; "Mr." and initials do not."""
    return word[-1] == "." and len(word) > 3 and word not in _TITLES


_CAPITALS, _SMALL = string.ascii_uppercase.encode(), string.ascii_lowercase.encode()


def _shouts(text: str) -> bool:
    """Whether most letters of a text are capitals."""
    if text.isascii():  # counted at once
        signs = text.encode()
        capitals = len(signs) - len(signs.translate(None, _CAPITALS))
        return capitals > _SHOUTED * (capitals + len(signs) - len(signs.translate(None, _SMALL)))
    return sum(map(str.isupper, text)) > _SHOUTED * sum(map(str.isalpha, text))


class Field:
    """One field of a document, read once; everything else about it is computed on demand."""

    def __init__(self, name: str, raw: str) -> None:
        self.name = name
        self.raw = raw
        self.folded = fold(raw)
        self.english = True  # or not known: the only language here with Title Case
        self._title_case: bool | None = None
        self._small: bool | None = None
        self._places: list[Place] | None = None
        self._place_starts: list[int] = []

    @property
    def title_case(self) -> bool:
        """Whether capitals mean nothing in the whole field."""
        if self._title_case is None:
            if self.english and (self.name == "title" or len(self.raw) <= _HEADLINE):
                self._title_case = is_title_case(self.raw)
            else:
                self._title_case = _shouts(self.raw[:200])
        return self._title_case

    @property
    def small(self) -> bool:
        """Whether it is written without any capitals, as some people chat."""
        if self._small is None:
            self._small = self.raw.islower()
        return self._small

    def _find_places(self) -> list[Place]:
        """Links, handles and bylines, in order of their beginnings."""
        raw = self.raw
        found: list[Place] = []
        slash = "/" in raw  # one sign is looked for ten times as fast as two
        if (slash and "://" in raw) or _MAY_LINK.search(raw):
            found += [Place(m.start(), m.end(), "link") for m in _LINK.finditer(raw)]
        if slash or "@" in raw or "#" in raw:
            for m in _HANDLE.finditer(raw):
                kind = "handle" if m[1] in "@#" else "user"
                found.append(Place(m.start(2), m.end(2), kind))
        if slash and "(" in raw:
            found += [Place(m.start(), m.end(), "byline") for m in _BYLINE.finditer(raw)]
        return sorted(found, key=lambda place: place.start) if len(found) > 1 else found

    def place(self, start: int, end: int) -> Place | None:
        """The innermost marked place that overlaps a span, if any."""
        if self._places is None:
            self._places = self._find_places()
            if self._places:
                self._place_starts = [place.start for place in self._places]
        if not self._places:  # as in most texts
            return None
        last = bisect_right(self._place_starts, max(start, end - 1))
        for place in reversed(self._places[max(0, last - 3) : last]):
            if place.start < end and start < place.end:
                return place
        return None

    def begins_sentence(self, position: int) -> bool:
        """Whether what stands at ``position`` has its capital from a sentence's beginning."""
        if not position:
            return True
        before = self.folded[max(0, position - 8) : position].rstrip(_OPENING)
        if not before:
            return not self.folded[max(0, position - _WINDOW) : position].strip(_OPENING)
        if before[-1] == "-":
            return self.folded[max(0, position - 8) : position].endswith(" - ")
        return before[-1] in _SENTENCE_BREAK

    def around(self, start: int, end: int) -> Around:
        """The words beside a span."""
        begin = start - _WINDOW if start > _WINDOW else 0
        before = self.folded[begin:start]
        stem = before.rstrip("\"' *_")
        between = before[len(stem) :]
        hyphen = quoted = False
        if between:
            quoted = "'" in between or '"' in between
            if not quoted and between[-1] == "_":
                stem = ""
        else:
            hyphen = before.endswith("-") and before[-2:-1] not in (" ", "")
            stem = before[:-1] if hyphen else ""
        left, capital, left_starts, before_left = self._left(stem, begin) if stem else _NO_WORD
        right, right_raw, right_hyphen, possessive = self._right(end)
        return _around(
            left,
            capital,
            hyphen,
            left_starts,
            before_left,
            right,
            right_raw,
            right_hyphen,
            possessive,
            quoted,
        )

    def _left(self, stem: str, begin: int) -> tuple[str | None, bool, bool, str | None]:
        """The last word of a stretch that begins at ``begin``: its capital, whether it starts a sentence;
        and the word before it."""
        words = stem.rsplit(None, 2)
        if not words or words[-1][-1] in _CLOSING or _ends_sentence(words[-1]):
            return _NO_WORD
        opened = words[-1].lstrip("\"'([{*_")
        word = opened.rstrip("*_.")
        at = begin + len(stem.rstrip()) - len(opened)
        tail = None if word.isascii() else _LATIN_TAIL.search(word)
        if tail is not None and tail.start() and word[tail.start() - 1] > "\u2e80":
            at += tail.start()  # "联合创始人Xiaolong Wang": no blank parts the scripts
            word = tail[0]
        if not word or not (word[0].isalnum() or word[0] in "$&"):
            return _NO_WORD
        capital = self.raw[at : at + 1].isupper()
        further = words[-2] if len(words) > 1 else "."
        before_left = None if further[-1] in _CLOSING or further[-1] == "." else further.lstrip("\"'([{*_")
        return word, capital, capital and self.begins_sentence(at), before_left

    def _right(self, end: int) -> tuple[tuple[str, ...], tuple[str, ...], bool, bool]:
        after = self.folded[end : end + _WINDOW]
        possessive = hyphen = False
        at = 0
        if after[:1] != " ":
            while after[at : at + 1] in ("*", "_"):
                at += 1
            if after.startswith("'s", at) and not after[at + 2 : at + 3].isalnum():
                possessive, at = True, at + 2
            elif after.startswith("' ", at) and self.folded[end - 1 : end] == "s":
                possessive, at = True, at + 1
            elif after[at : at + 1] in ("'", '"', ")"):
                at += 1
            while after[at : at + 1] in ("*", "_"):
                at += 1
            if after[at : at + 1] == "-" and after[at + 1 : at + 2].isalnum():
                hyphen, at = True, at + 1
            elif after[at : at + 1] != " ":
                return (), (), False, possessive
        match = _NEXT_WORDS.match(after, at)
        if match is None:
            return (), (), hyphen, possessive
        words = match.group(1, 3, 5, 7)
        if words[3] is None:
            words = words[: words.index(None)]
        begin, finish = match.span(1)
        first = self.raw[end + begin : end + finish]
        if len(words) == 1:
            return words, (first,), hyphen, possessive
        begin, finish = match.span(3)
        return words, (first, self.raw[end + begin : end + finish]), hyphen, possessive
