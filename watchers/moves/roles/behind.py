"""Behind the verb: what is done to whom, and who else has a part in it."""

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise, takewhile

from watchers.moves import kinds
from watchers.moves.grammar import Grammar
from watchers.moves.lexicon import OTHERWISE
from watchers.moves.names import Party
from watchers.moves.page import Page
from watchers.moves.reading import Draft
from watchers.moves.roles.bystanders import is_bystander, is_former
from watchers.moves.roles.casting import PERSON_ROLES, accepts, give
from watchers.moves.roles.lists import MOST_COORDINATED
from watchers.moves.roles.prepositions import preposed
from watchers.tables import either

_REMARK_REACH = 40  # code points from a person to the employer before: ", a former researcher at"
_SHARES_REACH = 10  # code points from a party to its shares
_AFTER_COLON = 3  # words, the colon with them, that may stand before a party that still belongs to the verb
_ACTS = frozenset({kinds.PARTNERSHIP, kinds.FUNDING, kinds.ACQUISITION, kinds.BREAKUP, kinds.CONTRACT})
_SUBORDINATE = ("relative", "background")  # cues that begin a clause
_WHOLE_ROLES = frozenset({"target", "recipient", "investor"})  # "buys Corvid's unit" is not buying Corvid


def bind_behind(draft: Draft, parties: list[Party]) -> None:
    """Give roles to ``parties``, all of which stand behind the trigger or behind who acts."""
    page, frame, grammar = draft.page, draft.frame, draft.page.lexicon.grammar
    before = draft.end
    previous: tuple[Party, str] | None = None
    seen_object = False
    owned: str | None = None  # the role of what belongs to the party just read
    taken = (
        frame.left if frame.left == frame.right != "partner" and draft.roles.get(frame.left or "") else None
    )
    for party in parties:
        if _is_beyond(draft, before, party, seen_object):
            break
        gap_start, before = before, party.end
        if is_bystander(page, party) and not _is_sold(draft, party):
            previous = None
            continue
        if previous is not None and page.folded[previous[0].end : party.start].strip() in grammar.between:
            if grammar.lists_with_and and _acts_next(draft, previous[0], party, parties):
                break
            role: str | None = previous[1]
        else:
            role = _role_behind(draft, party, gap_start, seen_object)
        if role in PERSON_ROLES and not accepts(role, party) and party.kind != "person":
            role = frame.right_org  # "the exit of X from Acme", where both have the same preposition
            seen_object = seen_object and not party.possessive  # "hires Acme's X and Quanta's Y"
        if role is None and _is_his_past(draft, party):
            role = frame.right_org
        if role in _WHOLE_ROLES and party.possessive:
            owned = role  # "invests in Ann Smith's Quanta"
            continue
        if owned is not None and page.folded[gap_start : party.start].strip(" '") in ("", "s"):
            role = owned
        owned = None
        if role is None or role == taken:
            if role is not None and party.slug is not None and not any(p.slug for p in draft.roles[role]):
                draft.roles[role] = [party]  # "a gang says it stole data from X"
            continue
        seen_object = seen_object or role == frame.right
        if (
            accepts(role, party)
            and len(draft.roles.get(role, ())) < MOST_COORDINATED
            and give(draft, role, party)
        ):
            previous = (party, role)


def _is_sold(draft: Draft, party: Party) -> bool:
    """ "buys Acme shares": what changes hands is a part of it."""
    page = draft.page
    if draft.frame.kind is not kinds.FUNDING or page.folded[draft.end : party.start].strip():
        return False
    shares = page.first("shareword", party.end, party.end + _SHARES_REACH)
    return shares is not None and not page.folded[party.end : shares.start].strip(" '")


def _is_beyond(draft: Draft, before: int, party: Party, seen_object: bool) -> bool:
    """Whether something between ``before`` and a party parts it from the verb, or the distance does."""
    page, grammar = draft.page, draft.page.lexicon.grammar
    if party.start - draft.end > page.lexicon.side_reach or _another_verb(draft, before, party.start):
        return True
    if _new_clause(page, before, party.start, {} if seen_object else draft.frame.via):
        return True
    purpose = draft.frame.kind in _ACTS and bool(grammar.purposes)
    return purpose and _purpose(grammar).search(page.folded, before, party.start) is not None


def _role_behind(draft: Draft, party: Party, gap_start: int, seen_object: bool) -> str | None:
    """By its preposition, else as the object where there is none yet."""
    if draft.frame.right == "to" and gap_start == draft.end and _has_the_unit(draft.page, gap_start, party):
        return "to"
    role = preposed(draft.page, party, gap_start, draft.frame)
    if role == OTHERWISE:
        return None
    return role if role is not None or seen_object else _object_role(draft, party)


def _acts_next(draft: Draft, last: Party, party: Party, parties: list[Party]) -> bool:
    """ "Acme drops Quanta, Corvid gains": the next one begins a clause of its own."""
    page = draft.page
    prepositions = page.lexicon.grammar.prepositions
    if any(a == party.end + 1 and prepositions.isdisjoint(page.words(a, b)[:1]) for a, b, _ in page.triggers):
        return True  # not "sues Quanta and Corvid in court"
    if page.folded[last.end : party.start].strip() != ",":
        return False
    rest = parties[parties.index(party) :]
    gaps = (page.folded[a.end : b.start].strip() for a, b in pairwise(rest))
    grammar = page.lexicon.grammar
    return not any(gap in grammar.between_two for gap in takewhile(grammar.between.__contains__, gaps))


def _is_his_past(draft: Draft, party: Party) -> bool:
    """ "hires Ann Smith, ex-Acme": where the one who was just named comes from."""
    persons = draft.roles.get("person", ())
    if draft.frame.right_org != "from" or not persons or not is_former(draft.page, party):
        return False
    return persons[-1].end < party.start <= persons[-1].end + _REMARK_REACH


def _another_verb(draft: Draft, start: int, end: int) -> bool:
    """Whether a second verb follows ("invests billions and hires people of X"): its objects are its own."""
    page = draft.page
    for at, _, frames in page.triggers:
        if (
            start <= at < end
            and page.folded[draft.end : at].rstrip().endswith(page.lexicon.grammar.joins)
            and any(frame.kind is not draft.frame.kind for frame in frames)
        ):
            return True
    return False


def _object_role(draft: Draft, party: Party) -> str | None:
    frame, page = draft.frame, draft.page
    if frame.right is None:
        return None
    if is_former(page, party) or party.possessive or _belongs_before(page, party):
        if frame.right_org and accepts(frame.right_org, party):
            return frame.right_org
        if party.possessive and frame.right in _WHOLE_ROLES:
            return None
    if (
        frame.right in PERSON_ROLES
        and party.kind != "person"
        and not (party.kind == "name" and party.slug is None and not _belongs_before(page, party))
    ):
        return frame.right_org
    return frame.right


def _has_the_unit(page: Page, start: int, party: Party) -> bool:
    """ "joins the AI lab of Acme": right behind the verb stands what belongs to the party."""
    unit = page.last("orgunit", start, party.start)
    of = page.lexicon.grammar.of
    return unit is not None and party.kind != "person" and page.folded[unit.end : party.start].strip() in of


def _belongs_before(page: Page, party: Party) -> bool:
    """ "OpenAI researcher …": the name is the employer of who follows."""
    for name in ("position", "talent"):
        hit = page.first(name, party.end, party.end + 28)
        if hit is None or page.comma_between(party.end, hit.start):
            continue
        if not any(party.end <= stop < hit.start for stop, _ in page.stops):
            return True
    return False


def _new_clause(page: Page, start: int, end: int, leading: Mapping[str, str]) -> bool:
    """Whether a subordinate clause or a pause begins between two positions."""
    for stop, _ in page.stops:
        if start <= stop < end:
            gap = page.raw[start:end].strip()
            return gap[:1] != ":" or len(gap.split()) > _AFTER_COLON
    for name in _SUBORDINATE:
        for hit in page.hits(name):
            if (
                start <= hit.start < end
                and page.folded[hit.start : hit.end] not in leading  # "loses a case against X"
                and _how_long(page.lexicon.grammar).match(page.folded, hit.end) is None
            ):
                return True
    return False


@lru_cache(maxsize=64)
def _purpose(grammar: Grammar) -> re.Pattern[str]:
    """A purpose behind the verb; where people move or go to court, it may say where to or for what."""
    article = f"(?!(?:{either(grammar.no_purpose)})\\b)"
    return re.compile(
        rf"\b(?:{either(grammar.purposes)}) {article}[^\W\d_]{{3,}}(?:{either(grammar.infinitives)})\b"
    )


@lru_cache(maxsize=64)
def _how_long(grammar: Grammar) -> re.Pattern[str]:
    """ "stops after eleven years at Acme": how long it was, not what went before."""
    return re.compile(rf"\s(?:[^\W_]+\s){{0,2}}(?:{either(grammar.time_units)})\b")
