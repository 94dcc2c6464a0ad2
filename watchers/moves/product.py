"""Launches and infrastructure: whose product, model, lab or data centre it is."""

import re
from collections.abc import Sequence

from watchers.moves import kinds
from watchers.moves.lexicon import Frame
from watchers.moves.money import finish_with_amount
from watchers.moves.names import Party
from watchers.moves.reading import Draft, Reading, Spot

# A headline that is nothing but a product's name ("Corvid Atlas V3") announces it.
_BARE_NAME = Frame(kind=kinds.LAUNCH, left="owner", weight=0.6)
_LONGEST_BARE_NAME = 8  # words
_MAKER_REACH = 14  # signs between a maker and its product
_NAME_CLOSES = re.compile("[」』] ")  # a blank behind it parts the clauses
_CLOSING_NAME = re.compile(r"[「『][^「『」』]{2,24}[」』]$")  # behind what it is: "AI眼鏡「Orbit」"
_FOREIGN_NAME = re.compile(r"[「『][A-Z][ -~]{2,23}[」』]$")  # no speech: whatever it is, it bears a name


def finish(draft: Draft) -> None:
    """Fill in the cost of what is built; whose product it is where the name before the verb is its own."""
    if draft.page.lexicon.numbers.counters and draft.frame.kind is kinds.LAUNCH:
        _settle_maker(draft)
    if draft.frame.kind is kinds.INFRASTRUCTURE:
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
    if page.name != "title" or not parties or "review" in page.present:
        return None
    end = page.stops[0][0] if page.stops else len(page.raw)
    if page.lexicon.verb_last:
        closed = _NAME_CLOSES.search(page.folded, 0, end)
        return _new_thing(reading, parties, end if closed is None else closed.start() + 1)
    if parties[0].start > 1 or parties[0].slug is None:
        return None
    words = page.raw[:end].split()
    capital = all(word[0].isupper() or word[0].isdigit() for word in words)
    if not 2 <= len(words) <= _LONGEST_BARE_NAME or not capital or parties[0].possessive:
        return None
    product = page.last("product", parties[0].start + len(parties[0].name), end)
    if product is None or product.end < end:
        return None
    draft = Draft.at(Spot(reading, 0, end), _BARE_NAME)
    draft.roles["owner"] = parties[:1]
    return draft


def _new_thing(reading: Reading, parties: Sequence[Party], end: int) -> Draft | None:
    """ "X、初の眼鏡", "X、Yに記憶機能", "Yに記憶機能　X": a headline that ends with what is new, without a verb."""
    page = reading.page
    maker = next((p for p in parties if p.slug and p.end < end and page.folded[p.end] in "、が"), None)
    rest = page.folded[page.stops[0][1] :].strip() if page.stops else ""
    start = maker.end if maker is not None else 0
    if maker is None:
        maker = next((p for p in parties if p.slug and p.start >= end and p.name.lower() == rest), None)
    thing = page.last("product", start, end)
    text = page.folded[start:end]
    called = _CLOSING_NAME.search(text)
    what = text[: called.start()] if called is not None else text
    if maker is None or "feature" in page.present:
        return None
    ai = what.endswith("ai")
    novel = called is not None or ai or page.first("novel", start, end) is not None
    foreign = called is not None and _FOREIGN_NAME.search(page.raw, start, end) is not None
    named = foreign and page.first("chatbot", start, end) is None  # and is not known by it already
    if not novel or not (ai or named or (thing is not None and thing.end == start + len(what))):
        return None
    draft = Draft.at(Spot(reading, 0, end), _BARE_NAME)
    draft.roles["owner"] = [maker]
    return draft
