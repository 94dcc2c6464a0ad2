"""The role that a preposition before a party gives it: "invests in X", "向X", "por parte de X"."""

import re
from functools import lru_cache

from watchers.moves.grammar import Grammar
from watchers.moves.lexicon import NO_BLANKS, OTHERWISE, Frame
from watchers.moves.names import Party
from watchers.moves.page import Page
from watchers.tables import either


def preposed(page: Page, party: Party, floor: int, frame: Frame) -> str | None:
    """The role that a preposition before the party gives it."""
    if party.start <= floor:
        return None  # it opens the clause
    grammar = page.lexicon.grammar
    text = page.folded[max(floor, party.start - 60) : party.start]
    if grammar.agents and (agent := _agent(grammar).search(text)) is not None:
        return frame.via.get(grammar.agents[agent[1]], OTHERWISE)
    if page.raw[party.start] >= NO_BLANKS or grammar.touching:
        tail = _without_description(page, party, text.rstrip(" 「“《"))
        role = next((role for word, role in frame.via.items() if tail.endswith(word)), None)
        return OTHERWISE if role is None and tail.endswith(grammar.touching) else role
    words = page.words(max(floor, party.start - 60), _post_before(page, party))
    for number, word in enumerate(reversed(words)):
        if word in frame.via:
            unit = words[-number - 4 : -number - 1] if word in grammar.of else []
            # "to the labs of Acme": what goes before the unit says the role
            to_it = any(frame.via.get(w) == "to" and w not in grammar.of and w != "a" for w in unit)
            return "to" if to_it else frame.via[word]
        if word in grammar.prepositions and number <= 1:
            return OTHERWISE
        if word in grammar.lone_prepositions and number == 0 and len(words) > 1:
            return OTHERWISE
        if number >= 4 or word in grammar.ends_search or "," in text.rsplit(word, 1)[-1]:
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


def _without_description(page: Page, party: Party, text: str) -> str:
    """ "向AI初创公司X": what a name is called between the preposition and it says nothing of its role."""
    for name in ("company", "customerword"):
        hit = page.last(name, max(0, party.start - 12), party.start)
        if hit is not None and not page.folded[hit.end : party.start].strip():
            described = _described(page.lexicon.grammar).fullmatch(text)
            return described[1] if described else text
    return text


@lru_cache(maxsize=64)
def _agent(grammar: Grammar) -> re.Pattern[str]:
    """ "por parte de los", where the text ends."""
    return re.compile(rf"\b({either(tuple(grammar.agents))})\s?(?:{either(grammar.articles)})?\s*$")


@lru_cache(maxsize=64)
def _described(grammar: Grammar) -> re.Pattern[str]:
    """A preposition, then what a name is called: group 1 ends with the preposition."""
    return re.compile(rf"(.*(?:{either(grammar.touching_described)}))[^，。、：；,]{{1,16}}")
