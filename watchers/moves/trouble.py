"""Legal disputes and incidents: who accuses whom, and what it costs."""

from watchers.moves.frames import Draft
from watchers.moves.money import finish_with_amount


def finish(draft: Draft) -> None:
    """Fill in fines and settlements."""
    if draft.frame.kind.value == "legal":
        finish_with_amount(draft)
