"""Launches and infrastructure: whose product, model, lab or data centre it is."""

from watchers.moves.money import finish_with_amount
from watchers.moves.reading import Draft


def finish(draft: Draft) -> None:
    """Fill in the cost of what is built."""
    if draft.frame.kind.value == "infrastructure":
        finish_with_amount(draft)
