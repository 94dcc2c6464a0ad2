"""Partnerships, breakups and contracts: which side buys, and who merely works together."""

from watchers.moves.money import finish_with_amount
from watchers.moves.names import Party
from watchers.moves.reading import Draft


def finish(draft: Draft) -> None:
    """Fill in the amount; put governments on the buying side."""
    finish_with_amount(draft)
    if draft.frame.kind.value == "contract":
        _settle_customer(draft)
    elif draft.frame.kind.value == "breakup":
        _settle_partners(draft)


def _settle_partners(draft: Draft) -> None:
    """Where a partnership ends, nobody is the other's customer."""
    page = draft.page
    if (
        page.first("alliance", draft.start, min(len(page.folded), draft.end + page.lexicon.next_reach))
        is None
    ):
        return
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
        left, right = draft.page.sentence(draft.start, draft.end)
        for party in draft.reading.parties:
            if left <= party.start < right and id(party) not in taken and _is_official(draft, party):
                draft.roles["customer"] = [party]
                break
    for role in ("customer", "supplier"):
        if role in draft.roles and not draft.roles[role]:
            del draft.roles[role]


def _is_official(draft: Draft, party: Party) -> bool:
    return any(h.start < party.end and party.start < h.end for h in draft.page.hits.get("gov", ()))
