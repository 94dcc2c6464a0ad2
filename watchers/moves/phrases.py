"""The phrases of a table as they are looked for: spelt out, with their edges, at beginnings of words."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from watchers.moves.lexicon import LEFT, NO_BLANKS, RIGHT, Phrase
from watchers.moves.schema import PHRASES
from watchers.tables import expand
from watchers.text import fold

# What a phrase at its edges belongs to and triggers; dicts, as sets that keep their order.
_Phrases = dict[tuple[str, int], tuple[dict[str, None], dict[int, None]]]


def phrases_of(table: Mapping[str, Any], said: list[list[str]]) -> _Phrases:
    """Every phrase of a table; ``said`` are those of the frames, by number."""
    found: _Phrases = {}
    for section in PHRASES:
        for name, patterns in table.get(section, {}).items():
            tag = f"status:{name}" if section == "status" else name
            for key in _written(patterns):
                found.setdefault(key, ({}, {}))[0][tag] = None
    for number, patterns in enumerate(said):
        for key in _written(patterns):
            found.setdefault(key, ({}, {}))[1][number] = None
    return found


_WORDS = re.compile(r"\w+|\W+")


def with_capitals(folded: str) -> str:
    """A folded text with a capital where each word begins, so that no phrase is found in the middle of one."""
    if folded.isascii():
        return folded.encode().title().decode()  # five times as fast as that of a string
    text = folded.title()
    if len(text) != len(folded):  # a word begins with a letter that has no capital of its own: "ﬁ"
        pairs = [(word, word.title()) for word in _WORDS.findall(folded)]
        text = "".join(title if len(title) == len(word) else word for word, title in pairs)
    return text


def spellings(phrase: str, edges: int) -> tuple[str, ...]:
    """How a phrase may stand in a text ``with_capitals``: one that is open to the left also within a word."""
    text = with_capitals(phrase)
    inside = phrase[0] + text[1:]
    return (text,) if edges & LEFT or inside == text else (text, inside)


def _written(patterns: list[str]) -> Iterator[tuple[str, int]]:
    """The phrases that patterns stand for, each with its edges."""
    for pattern in patterns:
        for written in expand(fold(pattern)):
            phrase = written.strip("*")
            yield phrase, _edges(phrase, written[0] == "*", written[-1] == "*")


def _edges(phrase: str, open_left: bool, open_right: bool) -> int:
    """At which ends a phrase must not be joined to a letter: none in scripts without blanks.

    Raises IndexError for an empty phrase.
    """
    first, last = phrase[0], phrase[-1]
    left = LEFT if not open_left and first.isalnum() and first < NO_BLANKS else 0
    right = RIGHT if not open_right and last.isalnum() and last < NO_BLANKS else 0
    return left | right


def shared(phrases: Iterable[Phrase]) -> tuple[Phrase, ...]:
    """Those of one meaning as one object: thousands of phrases mean a few hundred things."""
    known: dict[Phrase, Phrase] = {}
    return tuple(known.setdefault(phrase, phrase) for phrase in phrases)
