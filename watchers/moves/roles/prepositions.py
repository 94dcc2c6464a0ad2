"""The role that a preposition before a party gives it: "invests in X", "向X", "por parte de X"."""

import re

from watchers.moves.lexicon import NO_BLANKS, OTHERWISE, Frame
from watchers.moves.names import Party
from watchers.moves.page import Page

GENITIVE = frozenset({"von", "van", "of", "de", "di", "da", "do", "du", "del", "des", "d'"})
_PREPOSITIONS = frozenset(
    "de in on at of for to from with by over under near into as en em no na nos nas con com para por pelo pela sobre"
    " dans chez avec pour par sur au aux du à aan bij voor van met op naar uit bei mit von vom für auf an am im zu zum"
    " zur aus nach durch di da del della al alla su per nel nella des dos das dei degli delle около в на от для из".split()
)
_SPANISH_POSSESSIVES = frozenset({"su", "no", "nos"})  # prepositions of other languages
_ON_THE_PART_OF = re.compile(r"\b(?:por parte d\w{1,2}|de (la) part (?:de|d'|du))\s?(?:a|o|el|la)?\s*$")


def preposed(page: Page, party: Party, floor: int, frame: Frame) -> str | None:
    """The role that a preposition before the party gives it."""
    text = page.folded[max(floor, party.start - 60) : party.start]
    if (by := _ON_THE_PART_OF.search(text)) is not None:
        return frame.via.get("par" if by[1] == "la" else "por", OTHERWISE)
    if page.raw[party.start] >= NO_BLANKS or page.lexicon.lang == "zh":
        tail = _without_description(page, party, text.rstrip(" 「“《"))
        role = next((role for word, role in frame.via.items() if tail.endswith(word)), None)
        return OTHERWISE if role is None and tail.endswith(_CHINESE_PREPOSITIONS) else role
    words = page.words(max(floor, party.start - 60), _post_before(page, party))
    others = _SPANISH_POSSESSIVES if page.lexicon.lang == "es" else frozenset()
    for number, word in enumerate(reversed(words)):
        if word in frame.via:
            unit = words[-number - 4 : -number - 1] if word in GENITIVE else []
            # "to the labs of Acme": what goes before the unit says the role
            to_it = any(frame.via.get(w) == "to" and w not in GENITIVE and w != "a" for w in unit)
            return "to" if to_it else frame.via[word]
        if word in _PREPOSITIONS and number <= 1 and word not in others:
            return OTHERWISE
        if word == "a" and page.lexicon.lang == "es" and number == 0 and len(words) > 1:
            return OTHERWISE
        if number >= 4 or word in _PREPOSITIONS or "," in text.rsplit(word, 1)[-1]:
            return None
    return None


def previous_end(parties: list[Party], party: Party) -> int:
    at = parties.index(party)
    return parties[at - 1].end if at else 0


def _post_before(page: Page, party: Party) -> int:
    """Where "head of research" begins before "Ann Smith": its "of" is no preposition of hers."""
    if party.kind != "person":
        return party.start
    post = page.last("position", max(0, party.start - 50), party.start)
    return post.start if post is not None and not page.folded[post.end : party.start].strip() else party.start


_CHINESE_PREPOSITIONS = ("向", "从", "给", "对", "對", "为", "為", "由", "被", "遭", "自", "把")
_DESCRIBED = re.compile(r"(.*(?:向|从|给|对|對|为|為|由|被|遭|与|與|和|同|跟|将|把|获))[^，。、：；,]{1,16}")


def _without_description(page: Page, party: Party, text: str) -> str:
    """ "向AI初创公司X": what a name is called between the preposition and it says nothing of its role."""
    for name in ("company", "customerword"):
        hit = page.last(name, max(0, party.start - 12), party.start)
        if hit is not None and not page.folded[hit.end : party.start].strip():
            described = _DESCRIBED.fullmatch(text)
            return described[1] if described else text
    return text
