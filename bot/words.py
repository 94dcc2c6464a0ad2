"""Small words for messages: the nearest known name, counts, and lists that are not endless.

Pure text; printing is left to ``output``.
"""

import re
from collections.abc import Iterable

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def nearest(word: str, known: Iterable[str]) -> str:
    """`` (did you mean …?)`` with the best of ``known``, or nothing where none is near."""
    from difflib import get_close_matches

    folded: dict[str, str] = {}
    for name in known:
        folded.setdefault(name.casefold(), name)
    near = get_close_matches(word.casefold(), folded, n=3, cutoff=0.6)
    return f" (did you mean {' or '.join(repr(folded[name]) for name in near)}?)" if near else ""


def count(number: int, noun: str, plural: str | None = None) -> str:
    """``1 entry``, ``2 entries``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def clean(text: str) -> str:
    """Feed text made safe for a terminal: no control or direction signs, one line."""
    return " ".join(_UNSEEN.sub("", text).split())


def clip(text: str, width: int) -> str:
    """At most ``width`` code points, with an ellipsis where something is missing."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def money(amount: float | None, currency: str | None) -> str:
    """``USD 14.3 billion``; empty where nothing is known."""
    if amount is None:
        return ""
    for limit, word in ((1e12, " trillion"), (1e9, " billion"), (1e6, " million")):
        if amount >= limit:
            return f"{currency or ''} {amount / limit:.4g}{word}".strip()
    return f"{currency or ''} {amount:,.0f}".strip()
