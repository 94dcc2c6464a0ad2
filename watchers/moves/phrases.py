"""The phrases of a table as they are looked for: spelt out, with capitals at the edges of their words.

So no phrase is found in a part of a word, but for one that begins or ends with a digit.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from watchers.moves.lexicon import NO_BLANKS
from watchers.moves.schema import PHRASES
from watchers.tables import expand
from watchers.text import fold

LEFT, RIGHT = 1, 2  # edges

# Phrases as they stand in a text ``with_capitals``, with the edges at which no letter or digit may touch
# them and that no capital tells; what belongs to them: classes, and numbers of frames.
Phrases = dict[tuple[str, int], tuple[set[str], set[int]]]


def phrases_of(table: Mapping[str, Any], said: list[list[str]]) -> Phrases:
    """Every phrase of a table; ``said`` are those of the frames, by number."""
    found: Phrases = {}
    for section in PHRASES:
        for name, patterns in table.get(section, {}).items():
            tag = f"status:{name}" if section == "status" else name
            for key in _spellings(patterns):
                found.setdefault(key, (set(), set()))[0].add(tag)
    for number, patterns in enumerate(said):
        for key in _spellings(patterns):
            found.setdefault(key, (set(), set()))[1].add(number)
    return found


def _spellings(patterns: list[str]) -> Iterator[tuple[str, int]]:
    """The phrases that patterns stand for, as they may stand in a text, with their edges.

    Raises IndexError for an empty phrase.
    """
    for pattern in patterns:
        for written in expand(fold(pattern)):
            phrase = written.strip("*")
            open_left, open_right = written[0] == "*", written[-1] == "*"
            edges = LEFT * (not open_left and _has_no_capital(phrase[0])) | RIGHT * (
                not open_right and _has_no_capital(phrase[-1])
            )
            for left in ("", "a") if open_left else ("",):  # a letter may come before it
                for right in ("", "a") if open_right else ("",):
                    text = with_capitals(left + phrase + right)
                    yield text[len(left) : len(left) + len(phrase)], edges


def _has_no_capital(sign: str) -> bool:
    """Whether a sign can be a part of a word and is no letter."""
    return sign.isalnum() and not sign.isalpha() and sign < NO_BLANKS


# --- capitals -----------------------------------------------------------------------------

_CAPITAL, _INNER = 0x20, 0x60  # of the code of a letter, what makes it a capital, and a sign that no text has
# A bit for what is in a word, and below it one for a letter.
_KINDS = bytes(0x60 if chr(sign).isalpha() else 0x40 * chr(sign).isalnum() for sign in range(256))
_WIDE = "utf-16-le"
# What has no kind above, among it all further letters and digits of scripts with blanks, and what is wider.
_FURTHER = re.compile(r"[\u0100-\u1fff\u2070-\u2e7f\ud800-\udfff\U00010000-\U0010ffff]")
_WORD = re.compile(rf"[^\W_{NO_BLANKS}-\U0010ffff]+")


def with_capitals(folded: str) -> str:
    """A folded text with a capital where a word begins or ends with a letter, and its other letters coded.

    A letter that is a word by itself stays as it is.  Scripts without blanks have no words.
    """
    if folded.isascii():
        return _all_at_once(folded.encode(), folded.encode().translate(_KINDS), 8).decode()
    if _FURTHER.search(folded):
        return _WORD.sub(lambda word: _capitalised(word[0]), folded)
    kinds = folded.encode("latin-1", "replace").translate(_KINDS).decode("latin-1")
    return _all_at_once(folded.encode(_WIDE), kinds.encode(_WIDE), 16).decode(_WIDE)


def _all_at_once(signs: bytes, kinds: bytes, width: int) -> bytes:
    """Signs of ``width`` bits with the capitals that their kinds tell, reckoned as the bytes of one number."""
    kind = int.from_bytes(kinds, "little")
    before, behind = kind << width, kind >> width
    joined, inner = kind & (before | behind) >> 1, kind & (before & behind) >> 1
    return (int.from_bytes(signs, "little") ^ joined ^ inner << 1).to_bytes(len(signs), "little")


@lru_cache(maxsize=4096)
def _capitalised(word: str) -> str:
    if len(word) == 1:
        return word
    inner = "".join(_flip(sign, _INNER) for sign in word[1:-1])
    return _flip(word[0], _CAPITAL) + inner + _flip(word[-1], _CAPITAL)


def _flip(sign: str, bits: int) -> str:
    return chr(ord(sign) ^ bits) if sign.isalpha() else sign
