"""All parties of a stretch of text: those that somebody listed, and other proper names."""

from collections.abc import Sequence

from watchers.moves.capitals import add_capitalised, take_common_words
from watchers.moves.lexicon import CJK
from watchers.moves.names import Party, take
from watchers.moves.page import Page
from watchers.moves.signs import add_names


def find_parties(page: Page, listed: Sequence[Party], left: int, right: int) -> list[Party]:
    """All parties between two places that no name spans, in order, none overlapping another."""
    parties = [p for p in listed if left <= p.start < right]
    taken = bytearray(len(page.raw))  # marked where a name or an ordinary word stands
    if page.lexicon.lang not in CJK:
        take_common_words(page, taken, left, right)
    for party in listed:
        take(taken, party.start, party.end)
    if page.lexicon.lang in CJK:
        add_names(page, parties, taken)
    else:
        add_capitalised(page, parties, taken, left, right)
    parties.sort(key=lambda p: p.start)
    return parties
