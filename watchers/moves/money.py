"""Funding and acquisitions: what was paid, what it makes somebody worth."""

from watchers.moves import kinds
from watchers.moves.amounts import PAID, WORTH
from watchers.moves.reading import Draft, first_paid


def finish(draft: Draft) -> None:
    """Fill in amount, valuation and currency."""
    left, right = draft.sentence
    paid = first_paid(draft)
    worth = [a for a in draft.amounts if a.sense == WORTH and left <= a.start < right]
    if paid is not None:
        draft.amount, draft.currency = paid.value, paid.currency
    if worth and draft.frame.kind is kinds.FUNDING:
        nearest = min(worth, key=lambda a: abs(a.start - draft.end))
        draft.valuation = nearest.value
        draft.currency = draft.currency or nearest.currency


def finish_with_amount(draft: Draft) -> None:
    """Other moves that cost something: contracts, data centres, fines."""
    left, right = draft.sentence
    if not (amounts := draft.amounts):
        return
    paid = [a for a in amounts if a.sense == PAID and left <= a.start < right]
    if draft.frame.kind in (kinds.PARTNERSHIP, kinds.BREAKUP):
        paid = [a for a in paid if a.currency]  # "a deal for six million chips" tells no sum
    if paid:
        best = next((a for a in paid if a.currency), paid[0])
        draft.amount, draft.currency = best.value, best.currency
