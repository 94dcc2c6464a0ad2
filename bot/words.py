"""Small words of our own messages: the nearest known name, and counts.  Pure.

Strangers' words are made fit to show by ``bot.text``.
"""

from collections.abc import Callable, Iterable


def nearest(word: str, known: Iterable[str], meant: Callable[[str], str] = str) -> str:
    """`` (did you mean …?)`` with what the best of ``known`` mean, or nothing where none is near."""
    from difflib import get_close_matches

    folded: dict[str, str] = {}
    for name in known:
        folded.setdefault(name.casefold(), name)
    near = get_close_matches(word.casefold(), folded, n=3, cutoff=0.6)
    told = dict.fromkeys(repr(meant(folded[name])) for name in near)
    return f" (did you mean {' or '.join(told)}?)" if told else ""


def count(number: int, noun: str, plural: str | None = None) -> str:
    """``1 entry``, ``2 entries``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
