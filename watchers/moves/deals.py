"""Partnerships, breakups and contracts: which side buys, and who merely works together."""

from watchers.moves import kinds
from watchers.moves.grammar import Sides
from watchers.moves.money import finish_with_amount
from watchers.moves.names import Party
from watchers.moves.reading import Draft


def finish(draft: Draft) -> None:
    """Fill in the amount; put governments on the buying side."""
    finish_with_amount(draft)
    if draft.frame.kind is kinds.CONTRACT:
        _settle_customer(draft)
    elif draft.frame.kind is kinds.BREAKUP and not _sides_are_named(draft):
        _settle_partners(draft)


def _sides_are_named(draft: Draft) -> bool:
    """ "X, Y's largest customer, …", "supplier Y": what stands beside a name says which side it is on."""
    page, words = draft.page, draft.page.lexicon.sides
    left, right = draft.sentence
    sides: dict[str, Party] = {}
    for party in (p for p in draft.parties if left <= p.start and p.end <= right and p.kind != "person"):
        before = page.last("customerword", max(left, party.start - 16), party.start)
        after = page.first("customerword", party.end, min(right, party.end + 32))
        if before is not None and not page.folded[before.end : party.start].strip():
            word, own = page.folded[before.start : before.end], True
        elif after is not None and _belongs(page.folded[party.end : after.start], words):
            word, own = page.folded[after.start : after.end], False
        else:
            continue
        if not word.startswith(words.partners):
            sides.setdefault("supplier" if word.startswith(words.suppliers) is own else "customer", party)
    if not sides:
        return False
    bound = [p for role in ("customer", "supplier", "partner") for p in draft.roles.pop(role, [])]
    for role, other in (("customer", "supplier"), ("supplier", "customer")):
        rest = [p for p in bound if p is not sides.get(other)]
        named = [sides[role]] if role in sides else rest if other in sides else []
        if named:
            draft.roles[role] = named
    return True


def _belongs(gap: str, words: Sides) -> bool:
    """ "X's largest …", "X …": nothing but a few words of praise between an owner and what is his."""
    return (
        "," not in gap
        and len(gap.split()) <= 3
        and (gap.startswith("'s ") or gap.strip() in words.owning | {""})
    )


def _settle_partners(draft: Draft) -> None:
    """Where a partnership ends, nobody is the other's customer."""
    page = draft.page
    end = min(len(page.folded), draft.end + page.lexicon.next_reach)
    alliance = page.first("alliance", draft.start, end)
    if alliance is None or page.first("background", draft.end, alliance.start) is not None:
        return  # "… moves away from X after its pact with Y": the pact is another's
    sides = [p for role in ("customer", "supplier", "partner") for p in draft.roles.pop(role, [])]
    if sides:
        draft.roles["partner"] = sides


def _settle_customer(draft: Draft) -> None:
    customers = draft.roles.get("customer", [])
    suppliers = draft.roles.get("supplier", [])
    officials = [p for p in suppliers if _is_official(draft, p)]
    if officials and not any(_is_official(draft, p) for p in customers):
        draft.roles["customer"] = officials
        draft.roles["supplier"] = [p for p in suppliers if p not in officials] + customers
    if not draft.roles.get("customer"):
        taken = {id(p) for parties in draft.roles.values() for p in parties}
        left, right = draft.sentence
        for party in draft.parties:
            if left <= party.start < right and id(party) not in taken and _is_official(draft, party):
                draft.roles["customer"] = [party]
                break
    for role in ("customer", "supplier"):
        if role in draft.roles and not draft.roles[role]:
            del draft.roles[role]


def _is_official(draft: Draft, party: Party) -> bool:
    return any(h.start < party.end and party.start < h.end for h in draft.page.hits("gov"))
