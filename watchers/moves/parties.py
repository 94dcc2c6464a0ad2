"""All parties of a stretch of text: those that somebody listed, and other proper names."""

from collections.abc import Sequence
from operator import itemgetter

from watchers.moves.capitals import add_capitalised, take_common_words
from watchers.moves.lexicon import CJK
from watchers.moves.names import Party, has_capital, take
from watchers.moves.page import Page
from watchers.moves.signs import add_names

_START = itemgetter(0)


def find_parties(page: Page, listed: Sequence[Party], rest: str, left: int, right: int) -> list[Party]:
    """All parties between two places that no name spans, in order, none overlapping another.

    ``rest`` is the page without the listed ones (``names.without``).
    """
    parties = [p for p in listed if left <= p.start < right]
    in_cjk = page.lexicon.lang in CJK
    if in_cjk or has_capital(rest[left:right]):  # else there is no further name
        taken = bytearray(len(page.raw))  # marked where a name or an ordinary word stands
        if not in_cjk:
            take_common_words(page, taken, left, right)
        for party in listed:
            take(taken, party.start, party.end)
        if in_cjk:
            add_names(page, parties, taken)
        else:
            add_capitalised(page, parties, taken, left, right)
    if len(parties) > 1:
        parties.sort(key=_START)
    return parties if page.lexicon.lang in CJK else _with_their_units(page, parties)


def _with_their_units(page: Page, parties: list[Party]) -> list[Party]:
    """ "Meta Reality Labs cuts jobs": a name that somebody watched opens is one of theirs, no other party."""
    kept: list[Party] = []
    for party in parties:
        owner = kept[-1] if kept else None
        if owner is not None and owner.slug is not None and _is_unit(page, owner, party):
            kept[-1] = owner._replace(end=party.end, possessive=party.possessive)
        else:
            kept.append(party)
    return kept


def _is_unit(page: Page, owner: Party, party: Party) -> bool:
    if party.slug is not None or party.known or owner.kind != "org" or owner.possessive:
        return False
    if page.raw[owner.end : party.start] != " " or party.kind not in ("org", "name"):
        return False
    return party.kind == "org" or " " not in party.name
