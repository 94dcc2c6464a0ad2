"""Legal disputes and incidents: who accuses whom, and what it costs."""

from storage.model import MoveKind
from watchers.moves.money import finish_with_amount
from watchers.moves.reading import Draft


def finish(draft: Draft) -> None:
    """Fill in fines and settlements."""
    if draft.frame.kind is MoveKind.LEGAL:
        finish_with_amount(draft)
