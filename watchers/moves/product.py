"""Launches and infrastructure: whose product, model, lab or data centre it is."""

from storage.model import MoveKind
from watchers.moves.lexicon import Frame
from watchers.moves.money import finish_with_amount
from watchers.moves.reading import Draft, Reading

# A headline that is nothing but a product's name ("Corvid Atlas V3") announces it.
_BARE_NAME = Frame(kind=MoveKind.LAUNCH, left="owner", weight=0.6)
_LONGEST_BARE_NAME = 8  # words


def finish(draft: Draft) -> None:
    """Fill in the cost of what is built."""
    if draft.frame.kind is MoveKind.INFRASTRUCTURE:
        finish_with_amount(draft)


def bare_name(reading: Reading) -> Draft | None:
    """A draft for a headline without a verb: maker, product, at most a version and a remark.

    Asked only where a headline has no other phrase that tells a move.
    """
    page = reading.page
    parties = reading.parties
    if page.name != "title" or not parties or parties[0].start > 1 or parties[0].slug is None:
        return None
    end = page.stops[0][0] if page.stops else len(page.raw)
    words = page.raw[:end].split()
    capital = all(word[0].isupper() or word[0].isdigit() for word in words)
    if not 2 <= len(words) <= _LONGEST_BARE_NAME or not capital or parties[0].possessive:
        return None
    product = page.last("product", parties[0].end, end)
    if product is None or product.end < end:
        return None
    return Draft(_BARE_NAME, reading, 0, end, roles={"owner": parties[:1]})
