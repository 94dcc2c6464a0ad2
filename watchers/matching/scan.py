"""Where the names stand: one pass of an automaton over the folded text.

All aliases and context words of a watchlist are one Aho-Corasick automaton; the time is
linear in the text and hardly depends on the watchlist's size.  Overlapping matches are
taken, then those that are parts of other words are dropped; choosing between what is left
is the work of ``judge``.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from storage.model import Watchlist
from watchers.matching.cues import cues
from watchers.matching.described import described_forms
from watchers.matching.forms import Form, forms_of, soften, softened, squeeze
from watchers.matching.profiles import Profile, profiles_of
from watchers.text import INVISIBLE

if TYPE_CHECKING:
    from ahocorasick_rs import BytesAhoCorasick

_FEW = 10_000  # patterns of which names are kept twice: alone, and together with context words
_APART = "\0"  # between texts that are looked through together: part of no word and no joint
_CHUNK = 1 << 16  # code points handed to the automaton at once: bounds the memory of long texts


class Pattern(NamedTuple):
    """What is looked for."""

    key: str
    forms: tuple[Form, ...]  # the names that are written so; none: a context word alone
    spaced: bool  # of letters that stand in words between blanks


# One pattern found at a place of one field: with start and end (raw code points, half open),
# and an inflection right after it: "s" of "Metas".
Hit = tuple[Pattern, int, int, str]


class Scanner:
    """The automaton of one watchlist; immutable, safe for threads."""

    def __init__(self, watchlist: Watchlist) -> None:
        from ahocorasick_rs import BytesAhoCorasick, Implementation

        entities = sorted(watchlist.entities, key=lambda entity: entity.slug)
        self.profiles: tuple[Profile, ...] = profiles_of(entities)
        forms: dict[str, list[Form]] = {}
        for owner, entity in enumerate(entities):
            for key, form in forms_of(entity, owner):
                forms.setdefault(key, []).append(form)
        for key, form in described_forms(entities):
            forms.setdefault(key, []).append(form)
        names = [Pattern(key, _best_first(of), _spaced(key)) for key, of in forms.items()]
        contexts = {phrase for one in self.profiles for phrase in one.contexts_for | one.contexts_against}
        phrases = [Pattern(key, (), _spaced(key)) for key in sorted(contexts.difference(forms))]
        self._patterns = names + phrases
        self._longest = max((len(one.key) for one in self._patterns), default=1)

        def automaton(patterns: Sequence[Pattern]) -> BytesAhoCorasick:
            # the contiguous one: the DFA takes half a gigabyte at 100,000 aliases
            kind = Implementation.ContiguousNFA
            return BytesAhoCorasick([one.key.encode() for one in patterns], implementation=kind)

        self._all = automaton(self._patterns)
        # Most texts are asked about names alone; beside many of them the context words cost nothing.
        self._names = automaton(names) if len(self._patterns) <= _FEW else self._all

    def hits(self, folded: str) -> list[Hit]:
        """All whole-word occurrences in a folded text, in no particular order."""
        text, starts = soften(folded), None
        if "  " in text or INVISIBLE in text:
            text, starts = squeeze(text)
        text += " "  # so that a sign stands before and after each place
        found: list[Hit] = []
        for number, start, end in self._found(self._all, text):
            pattern = self._patterns[number]
            suffix = ""
            if text[start - 1].isalnum() or text[end].isalnum():
                ending = whole_word(text, start, end, spaced=pattern.spaced)
                if ending is None:
                    continue
                suffix = ending
            if starts is not None:
                start, end = _raw(starts, start), _raw(starts, end - 1) + 1
            found.append((pattern, start, end, suffix))
        return found

    def naming(self, texts: Sequence[str]) -> set[int]:
        """Places of those texts in which any name stands; where it does in them does not matter.

        Plain ones are looked through together, as one text in which a sign keeps them apart.
        """
        naming: set[int] = set()
        plain: dict[int, str] = {}
        for place, text in enumerate(texts):
            text = text if text.isascii() else softened(text)
            if text.isascii() and _APART not in text:
                plain[place] = text
            elif any(True for _ in self._names_in(_squeezed(text))):
                naming.add(place)
        together, places = _squeezed(softened(_APART.join(plain.values()))), list(plain)
        ends = list(accumulate(len(text) + 1 for text in together.split(_APART)))
        naming.update(places[bisect_left(ends, end)] for end in self._names_in(together))
        return naming

    def _names_in(self, text: str) -> Iterator[int]:
        """Where names end in a softened and squeezed text."""
        for number, start, end in self._found(self._names, text):
            pattern = self._patterns[number]
            if pattern.forms and whole_word(text, start, end, spaced=pattern.spaced) is not None:
                yield end

    def _found(self, automaton: "BytesAhoCorasick", text: str) -> Iterable[tuple[int, int, int]]:
        if len(text) > _CHUNK:
            return self._in_chunks(automaton, text)
        return self._found_in(automaton, text)

    def _found_in(self, automaton: "BytesAhoCorasick", text: str) -> Iterable[tuple[int, int, int]]:
        # of bytes, since one of signs would first make a table of where each begins
        encoded = text.encode("utf-8", "surrogatepass")
        found = automaton.find_matches_as_indexes(encoded, overlapping=True)
        return found if len(encoded) == len(text) else self._in_signs(encoded, found)

    def _in_signs(
        self, encoded: bytes, found: Iterable[tuple[int, int, int]]
    ) -> Iterator[tuple[int, int, int]]:
        """Places in bytes, in the order in which they end, as places in code points."""
        at = signs = 0
        for number, _, end in found:
            signs += len(encoded[at:end].decode("utf-8", "surrogatepass"))
            at = end
            yield number, signs - len(self._patterns[number].key), signs

    def _in_chunks(self, automaton: "BytesAhoCorasick", text: str) -> Iterator[tuple[int, int, int]]:
        for begin in range(0, len(text), _CHUNK):
            for number, start, end in self._found_in(automaton, text[begin : begin + _CHUNK + self._longest]):
                if start < _CHUNK:
                    yield number, start + begin, end + begin


def _squeezed(text: str) -> str:
    """A softened text without doubled blanks and unseen signs."""
    if INVISIBLE in text:
        return squeeze(text)[0]
    while "  " in text:
        text = text.replace("  ", " ")
    return text


def _raw(starts: Sequence[tuple[int, int]], position: int) -> int:
    """The place in the unsqueezed text of a place in the squeezed one."""
    begin, raw = starts[bisect_right(starts, (position, 1 << 60)) - 1]
    return raw + position - begin


def _best_first(forms: Sequence[Form]) -> tuple[Form, ...]:
    """The forms of one pattern by owner, the best of each first, and no two of one kind.

    A handle and a plain name may be written with the same letters: both are kept, and the
    first that fits the place is taken.
    """
    best: dict[tuple[int, bool, bool], Form] = {}
    for form in forms:
        key = (form.owner, form.exact, form.handle)
        known = best.get(key)
        if known is None or _rank(form) > _rank(known):
            best[key] = form
    ordered = sorted(best.values(), key=_rank, reverse=True)
    return tuple(sorted(ordered, key=lambda form: form.owner))


def _rank(form: Form) -> tuple[bool, bool, int, bool, str]:
    return (form.handle, not form.generated, form.strength, form.exact, form.text)


# --- word boundaries --------------------------------------------------------------------

_HANGUL = range(0xAC00, 0xD7A4)
_KATAKANA = range(0x30A1, 0x3100)  # the middle dot, 30FB, was softened away
_CYRILLIC = range(0x400, 0x530)
_CYRILLIC_ENDINGS = frozenset(("а", "у", "ом", "ем", "е", "ы", "и", "ой", "ою", "ого", "ах", "ов"))
_LATIN_ENDINGS = frozenset(("s",))
_LONGEST_PARTICLE = 4


def _spaced(key: str) -> bool:
    """Whether a pattern is of letters that stand in words between blanks."""
    return ord(key[0]) < 0x3040 or ord(key[0]) > 0xD7A3


class _Joins(dict[str, bool]):
    """Whether a sign beside an alphabet's letter would make it part of a longer word: told when first met."""

    def __missing__(self, char: str) -> bool:
        cjk = "\u3040" <= char <= "\ud7a3" or "\U00020000" <= char <= "\U0003ffff"
        self[char] = joins = char.isalnum() and not cjk
        return joins


_JOINS = _Joins()


def whole_word(text: str, start: int, end: int, *, spaced: bool) -> str | None:
    """The inflection that follows ``text[start:end]``, or None when it is part of a word.

    Chinese and Japanese need no boundary, except that katakana does not go on in katakana;
    Korean may go on with a particle; an alphabet's word may take a short ending.
    """
    if spaced:
        if start and _JOINS[text[start - 1]] and _JOINS[text[start]]:
            return None
        if end == len(text) or not (_JOINS[text[end]] and _JOINS[text[end - 1]]):
            return ""
        return _ending(text, end, _CYRILLIC_ENDINGS if ord(text[end - 1]) in _CYRILLIC else _LATIN_ENDINGS)
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    if ord(text[start]) in _HANGUL and ord(before) in _HANGUL:
        return None
    if ord(text[end - 1]) in _HANGUL and ord(after) in _HANGUL:
        return "" if _korean_particle(text, end) else None
    if ord(text[start]) in _KATAKANA and ord(before) in _KATAKANA:
        return None
    if ord(text[end - 1]) in _KATAKANA and ord(after) in _KATAKANA:
        return None
    return None if _JOINS[after] and _JOINS[text[end - 1]] else ""


def _ending(text: str, end: int, endings: frozenset[str]) -> str | None:
    stop = end + 1
    while stop < len(text) and stop <= end + 3 and _JOINS[text[stop]]:
        stop += 1
    return text[end:stop] if text[end:stop] in endings else None


def _korean_particle(text: str, end: int) -> bool:
    stop = end + 1
    while stop < len(text) and stop < end + _LONGEST_PARTICLE + 1 and ord(text[stop]) in _HANGUL:
        stop += 1
    korean = cues("ko")
    return text[end:stop] in korean.right or text[end:stop] in korean.honorifics_right
