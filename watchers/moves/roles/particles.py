"""Roles in scripts that put the verb last and mark names with particles: Japanese and Korean.

Particles of one sentence are weighed against each other; what stands before a verb in other
languages is bound in ``watchers.moves.roles``.
"""

import re

from watchers.moves.lexicon import Frame
from watchers.moves.names import Party
from watchers.moves.page import Page
from watchers.moves.reading import Draft
from watchers.moves.roles.bystanders import is_bystander, is_former
from watchers.moves.roles.casting import accepts, give

_TOPIC = "、"
_BEHIND_REACH = 40  # code points behind the verb in which its object may stand
_CLOSING = ("」", "』", "”")
_NAME_ONLY = re.compile("[「『]?[a-z0-9ァ-ヺー・ ]{2,24}[」』]?")
_REST_OF_NAME = re.compile(r"(?: ?[A-Z][A-Za-z0-9.]*){1,2}|[ァ-ヺー]{3,8}")


_Found = tuple[Party, str, str]  # who, by which particle, as what


def bind(draft: Draft, parties: list[Party]) -> None:
    """Japanese and Korean: the particle after a name says its role."""
    page, frame, slight = draft.page, draft.frame, _slight(draft)
    before = [p for p in parties if p.end <= draft.start and not _stands_aside(page, p)]
    found = _read_particles(draft, before)
    for party, mark, role in found:
        if mark not in slight or role == "partner" or all(m in slight or r != role for _, m, r in found):
            give(draft, role, party)
    if frame.right and not (frame.right == "to" and page.raw[draft.end : draft.end + 1].isspace()):
        ceiling = min(draft.sentence[1], draft.end + _BEHIND_REACH)
        for party in [p for p in parties if p.start >= draft.end and p.end <= ceiling][:2]:
            fits = accepts(frame.right, party) and not (
                frame.right == "to" and party.kind in ("person", "product")
            )
            if fits and frame.right not in draft.roles:
                give(draft, frame.right, party)


def _slight(draft: Draft) -> frozenset[str]:
    """Particles that say less than the others; "": none, but beside the verb."""
    return draft.page.lexicon.grammar.of | {""}


def _read_particles(draft: Draft, before: list[Party]) -> list[_Found]:
    """The parties before the verb to which their particle gives a role, nearest first."""
    page, grammar, slight = draft.page, draft.page.lexicon.grammar, _slight(draft)
    found: list[_Found] = []
    for at in range(len(before) - 1, -1, -1):
        party, following = before[at], before[at + 1] if at + 1 < len(before) else None
        mark, role = _mark_of(draft, party)
        gap = "" if following is None else page.folded[party.end : following.start].strip()
        listed = found and found[-1][0] is following and gap in grammar.between
        if listed and (role is None or _in_list(page, before, at)):
            _, mark, role = found[-1]
        owner = following is not None and party.kind == "person" != following.kind
        if owner and mark in slight and gap.endswith(tuple(grammar.of)):
            continue  # "X氏のY": it is Y that acts
        role = _fitting(draft.frame, _weighed(draft, party, mark, role, found), party)
        if role is not None and (role == "from" or not is_former(page, party)):
            found.append((party, mark, role))
    return found


def _weighed(draft: Draft, party: Party, mark: str, role: str | None, found: list[_Found]) -> str | None:
    """A role beside those that the particles nearer to the verb give."""
    known, given = {known for _, _, known in found}, draft.frame.marks.values()
    if mark == _TOPIC and role in known:
        return _topic_role(draft.frame, draft.page.lexicon.grammar.object_mark, known, party) or role
    if mark not in _slight(draft):
        return role
    if role == "to" and party.kind == "person" and "person" in given:
        return "person"
    if "from" in given and role in {r for _, m, r in found if m == mark}:
        return "from"  # "Xの…、Yの…トップに": the nearer one is where they go
    return role


def _stands_aside(page: Page, party: Party) -> bool:
    """Also "Xに続き、Yが…": what X did went before."""
    return is_bystander(page, party) or any(h.start == party.end for h in page.hits("afterwards"))


def _mark_of(draft: Draft, party: Party) -> tuple[str, str | None]:
    """The particle after a name and the role that it gives; what stands right before the verb needs none."""
    page, frame, at = draft.page, draft.frame, party.end
    for suffix in (*_CLOSING, *page.lexicon.grammar.after_names):
        if page.folded.startswith(suffix, at):
            at += len(suffix)
    if party.kind != "person" and (more := _REST_OF_NAME.match(page.raw, at)):
        at = more.end()  # "Google Cloudとの"
    if page.raw.startswith(("(", "（"), at):
        close = max(page.folded.find(")", at, at + 40), page.folded.find("）", at, at + 40))
        at = close + 1 if close > 0 else at
    post = max((h.end for n in ("position", "talent") for h in page.hits(n) if h.start == at), default=at)
    if party.kind == "person":
        at = post  # "ムラティCTOが"
    elif post > at and "from" in frame.marks.values():
        return "", "from"  # "SSI共同創業者の…"
    for mark, role in frame.marks.items():
        if page.folded.startswith(mark, at):
            if role == "target" == frame.adjacent and _NAME_ONLY.fullmatch(
                page.folded, at + len(mark), draft.start
            ):
                return mark, frame.left  # "XのY買収": it is Y that is bought
            return mark, role
    return "", None if page.folded[party.end : draft.start].strip() else frame.adjacent or frame.left


def _in_list(page: Page, before: list[Party], at: int) -> bool:
    """Whether a name's "、" goes on with a list ("XやY、Zから") and is no topic ("XとY、Zを")."""
    gap = page.folded[before[at - 1].end : before[at].start].strip() if at else ""
    goes_on = gap == _TOPIC or gap in page.lexicon.grammar.list_goes_on
    return goes_on and page.folded.startswith(_TOPIC, before[at].end)


def _topic_role(frame: Frame, mark: str, known: set[str], party: Party) -> str | None:
    """ "X、Yが提訴": where another one acts, who is named first has it done to him."""
    role = frame.marks.get(mark)
    return role if role is not None and role not in known and accepts(role, party) else None


def _fitting(frame: Frame, role: str | None, party: Party) -> str | None:
    """The role, or the one that somebody of this kind can have instead."""
    if role is None or accepts(role, party):
        return role
    other = "person" if party.kind == "person" else "to"
    return other if other in {frame.left, frame.right} | set(frame.marks.values()) else None
