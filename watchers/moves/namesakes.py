"""Words of the table that are people's names where they stand: "Sofía Lanza", "Sue Young".

A word that tells a move ("lanza", "sue") tells none as a part of a name; what gives it away is
its capital, where capitals mean something.  ``watchers.moves.page`` asks once a field.
"""

import re
from typing import TYPE_CHECKING

from watchers.text import fold, is_title_case

if TYPE_CHECKING:
    from watchers.moves.page import Page, Trigger

_SMALL_WORD = re.compile(r"(?<![^\W_])[^\W\d_]{4,}")
_NEXT_NAME = re.compile(r" ([A-ZÀ-Þ][^\W\d_]*[a-zß-ÿ])(?![^\W\d_])")


def without_surnames(raw: str, triggers: "list[Trigger]") -> "list[Trigger]":
    """Triggers without capitalised words that follow a capitalised one ("Sofía Lanza se une a …").

    Only where a capital means something: the field has plain words, and not in Title Case.
    """
    suspects = []
    for trigger in triggers:
        start, end, _ = trigger
        if raw[start].isupper() and start > 1 and _after_capital(raw, start, end):
            suspects.append(trigger)
    if not suspects or is_title_case(raw):
        return triggers
    small = sum(m[0][0].islower() for m in _SMALL_WORD.finditer(raw[:400]))
    return triggers if small < 2 else [t for t in triggers if t not in suspects]


def forget_given_names(page: "Page") -> None:
    """Leave out words of the table that are given names where they stand: "Sue Young leaves Acme"."""
    names = {place for place in page.places("given") if _opens_a_name(page, *place)}
    if names:
        page.found = [one for one in page.found if one[:2] not in names]
        page.triggers = [one for one in page.triggers if one[:2] not in names]


def _opens_a_name(page: "Page", start: int, end: int) -> bool:
    """Whether a word is followed by a name that nobody knows, and begins the field or has a capital that tells."""
    raw = page.raw
    behind = _NEXT_NAME.match(raw, end)
    if behind is None or not raw[start].isupper() or (start > 0 and is_title_case(raw)):
        return False
    next_one = behind.start(1)
    known = any(m.start <= next_one < m.end for m in page.mentions) or any(
        begin == next_one for begin, _, _ in page.found
    )
    return not known and fold(behind[1]) not in page.lexicon.stop


def _after_capital(raw: str, start: int, end: int) -> bool:
    if raw[start - 1] != " " or " " in raw[start:end]:
        return False
    before = raw.rfind(" ", 0, start - 1) + 1
    return raw[before].isupper() and raw[start - 2].islower()
