"""Somebody or something that a text names, and who of them somebody listed.

``listed_parties`` are accepted mentions, and the names that a language's table knows
(``gov``, ``known``).  What else is named is found by ``watchers.moves.parties``; which role a
party has is decided in ``watchers.moves.roles``.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

from storage.model import Entity, EntityKind
from watchers.moves.lexicon import NO_BLANKS, NO_NAME
from watchers.moves.page import Hit, Page

_NO_NAME = bytes((NO_NAME,))
_JOINTS = "_&+@.'’-"  # signs that may be within a name


class Party(NamedTuple):
    """Somebody or something named: where, what it is, and who it is if watched."""

    start: int
    end: int  # a possessive 's stays outside
    name: str  # as written
    kind: str  # "person", "org", "product" or "name" when its shape does not tell
    slug: str | None = None
    possessive: bool = False
    known: bool = False  # a government or one of the names that the language's table lists


_party: Callable[[tuple[Any, ...]], Party] = partial(tuple.__new__, Party)  # at half the cost of Party(…)


def listed_parties(page: Page, entities: Mapping[str, Entity]) -> list[Party]:
    """The parties of a page that somebody listed: watched entities first, then names of the table."""
    parties = [_watched(page, m.start, m.end, entities.get(m.entity), m.entity) for m in page.mentions]
    if page.present.isdisjoint(_LISTED):
        return parties
    taken = bytearray(len(page.raw))
    for party in parties:
        take(taken, party.start, party.end)
    for name in _LISTED:
        for hit in sorted(page.hits(name), key=lambda h: (h.start, -h.end)):
            text = page.raw[hit.start : hit.end]
            named = text[0] >= NO_BLANKS or any(c.isupper() or c.isdigit() for c in text)  # "xAI", "360"
            if not any(taken[hit.start : hit.end]) and named:
                parties.append(make_party(page, hit.start, hit.end, "org", known=True))
                take(taken, hit.start, hit.end)
    return parties


_LISTED = ("known", "gov")  # classes of names


_KINDS = {EntityKind.PERSON: "person", EntityKind.PRODUCT: "product"}  # the others are organisations


def _watched(page: Page, start: int, end: int, entity: Entity | None, slug: str) -> Party:
    kind = "org" if entity is None else _KINDS.get(entity.kind, "org")
    party = make_party(page, start, end, kind, slug)
    if entity is not None and party.name[:1].islower():  # "parent of Facebook" is a description
        return party._replace(name=entity.name)
    return party


def make_party(
    page: Page, start: int, end: int, kind: str, slug: str | None = None, known: bool = False
) -> Party:
    """What stands at a span of the page as a party; a possessive 's is cut off its end."""
    text = page.raw[start:end]
    owner = text.endswith(_OWNING)
    if owner and len(text) > 3:
        text = without_possessive(text)
        end = start + len(text)
    possessive = page.folded.startswith(("'s", "' "), end) or (owner and text.endswith("s"))
    if slug is not None and page.lexicon.nouns_capital and page.folded.startswith("s ", end):
        possessive = True  # "Sutskevers Labor"
    return _party((start, end, text, kind, slug, possessive, known))


_OWNING = ("'s", "’s", "'", "’")


def without_possessive(name: str) -> str:
    """ "Acme" for "Acme's", "Smiths" for "Smiths'"."""
    if name.endswith(("'s", "’s")):
        return name[:-2]
    return name[:-1] if name.endswith(("'", "’")) else name


def take(taken: bytearray, start: int, end: int) -> None:
    """Mark a span as no part of another name."""
    taken[start:end] = _NO_NAME * (end - start)


def has_capital(text: str) -> bool:
    """Whether a capital may be in a text; one in ASCII is read without asking Unicode of each sign."""
    return text != text.lower() if text.isascii() else not text.islower()


def without(text: str, parties: Iterable[Party]) -> str:
    """The text of a page with blanks in place of ``parties``; those joined to what is before them stay."""
    for party in parties:
        start, end = party.start, party.end
        joined = start > 0 and (text[start - 1].isalnum() or text[start - 1] in _JOINTS)
        if not joined:
            text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text


# A part of a person's name.
GIVEN = re.compile(
    r"[^\W\d_][^\W\dA-Z_]*+(?:['’-][^\W\dA-Z_]*+)*+$"  # "Anna", "Jean-luc", "D’angelo"
    r"|[A-Z]\.?$|[A-Z][a-z]+[A-Z][a-z]+$"  # "J.", "McKay"
)


def next_to(page: Page, name: str, span: Hit) -> bool:
    """Whether a word of class ``name`` stands right before the span ("startup Quanta")."""
    if name not in page.present:  # as mostly
        return False
    hit = page.last(name, max(0, span.start - 24), span.start)
    return hit is not None and hit.end + 1 >= span.start
