"""Launches and infrastructure: whose product, model, lab or data centre it is."""

import re

from storage.model import MoveKind
from watchers.moves.lexicon import Frame
from watchers.moves.money import finish_with_amount
from watchers.moves.names import Party
from watchers.moves.reading import Draft, Reading, Spot

# A headline that is nothing but a product's name ("Corvid Atlas V3") announces it.
_BARE_NAME = Frame(kind=MoveKind.LAUNCH, left="owner", weight=0.6)
_LONGEST_BARE_NAME = 8  # words
_MAKER_REACH = 14  # signs between a maker and its product
_CLOSING_NAME = re.compile(r"[「『][^「『」』]{2,24}[」』]$")  # behind what it is: "AI眼鏡「Orbit」"


def finish(draft: Draft) -> None:
    """Fill in the cost of what is built; whose product it is where the name before the verb is its own."""
    if draft.page.lexicon.numbers.counters and draft.frame.kind is MoveKind.LAUNCH:
        _settle_maker(draft)
    if draft.frame.kind is MoveKind.INFRASTRUCTURE:
        finish_with_amount(draft)


def _settle_maker(draft: Draft) -> None:
    """ "X首款产品Y来了": it is X that launches Y."""
    named = draft.roles.get("owner", [])
    if len(named) != 1 or named[0].slug is not None or named[0].known or named[0].end < draft.start - 1:
        return
    floor, _ = draft.clause
    before = [p for p in draft.parties if floor <= p.start < named[0].start and p.kind == "org"]
    if before and before[-1].slug and named[0].start - before[-1].end <= _MAKER_REACH:
        draft.roles["owner"] = before[-1:]


def bare_name(reading: Reading) -> Draft | None:
    """A draft for a headline without a verb: maker, product, at most a version and a remark.

    Asked only where a headline has no other phrase that tells a move.
    """
    page = reading.page
    parties = reading.parties(0, len(page.folded))
    if page.name != "title" or not parties or parties[0].start > 1 or parties[0].slug is None:
        return None
    end = page.stops[0][0] if page.stops else len(page.raw)
    if page.lexicon.verb_last and page.folded.startswith("、", parties[0].end):
        return _new_thing(reading, parties[0], end)
    words = page.raw[:end].split()
    capital = all(word[0].isupper() or word[0].isdigit() for word in words)
    if not 2 <= len(words) <= _LONGEST_BARE_NAME or not capital or parties[0].possessive:
        return None
    product = page.last("product", parties[0].end, end)
    if product is None or product.end < end:
        return None
    draft = Draft.at(Spot(reading, 0, end), _BARE_NAME)
    draft.roles["owner"] = parties[:1]
    return draft


def _new_thing(reading: Reading, maker: Party, end: int) -> Draft | None:
    """ "X、初の眼鏡", "X、Yに記憶機能": a headline that ends with what is new, without a verb."""
    page = reading.page
    thing = page.last("product", maker.end, end)
    closing = page.folded[thing.end : end] if thing is not None else "-"
    named = _CLOSING_NAME.match(closing) is not None
    if "feature" in page.hits or not (
        named or (not closing and page.first("novel", maker.end, end) is not None)
    ):
        return None
    draft = Draft.at(Spot(reading, 0, end), _BARE_NAME)
    draft.roles["owner"] = [maker]
    return draft
