"""Whether what a frame asks for stands around its trigger.

A condition names a reach (how far, on which side) and classes of words; some classes are
computed: parties by what they are, amounts, counts.  Who plays which role is bound in
``watchers.moves.roles``.
"""

from collections.abc import Iterable, Sequence

from watchers.moves.amounts import Amount, find_counts
from watchers.moves.lexicon import HUMAN, NO_BLANKS, Condition, Frame
from watchers.moves.names import Party, has_capital
from watchers.moves.page import Hit, Page
from watchers.moves.reading import Reading, Spot

_TOUCH = 14  # code points in which "after" and "before" look: an article and a quotation mark
_ORG_KINDS = frozenset({"org", "name", "product"})
_AT_ITS_END = frozenset({"end", "after", "before"})  # reaches where it matters what stands between
_LISTED_CLASSES = frozenset({"watched", "firm"})  # who is listed
_PARTY_CLASSES = frozenset({"person", "someone", "org", "firm", "party", "name", "watched"})


def _span(spot: Spot, reach: str) -> tuple[int, int]:
    """The stretch that a condition of this reach looks at."""
    start, end, lexicon = spot.start, spot.end, spot.page.lexicon
    if spot.subject is not None:
        if reach in ("left", "prev", "before"):
            return spot.subject  # who acts stands behind the verb
        end = spot.subject[1]
    match reach:
        case "next":
            return end, min(spot.right, end + lexicon.next_reach)
        case "near":  # the sentence, both sides
            left, right = spot.sentence
            return max(left, start - lexicon.side_reach), min(right, end + lexicon.side_reach)
        case "after":
            return end, min(spot.right, end + _TOUCH)
        case "left":
            return max(spot.left, start - lexicon.side_reach), start
        case "right" | "end":
            return end, min(spot.right, end + lexicon.side_reach)
        case "before":
            return max(spot.left, start - _TOUCH), start
        case "prev":
            return max(spot.left, start - lexicon.next_reach), start
        case "object":  # what the phrase is about, up to the word that goes on: "a tool that …"
            border = spot.page.first("border", end, min(spot.right, end + lexicon.next_reach))
            return end, border.end if border else min(spot.right, end + lexicon.next_reach)
        case _:  # field
            return 0, len(spot.page.folded)


def _any_holds(conditions: Iterable[Condition], spot: Spot) -> bool:
    """Whether any wanted class of any condition stands within its reach of the trigger."""
    page, spans = spot.page, spot.spans
    present, absent = page.present, page.present.isdisjoint
    for condition in conditions:
        if not condition.computed and absent(condition.listed):
            continue
        reach = condition.reach
        if (span := spans.get(reach)) is None:
            span = spans[reach] = _span(spot, reach)
        left, right = span
        if reach in _AT_ITS_END:
            if _any_meets(condition, spot, left, right):
                return True
            continue
        for name in condition.listed:
            if name in present:
                for hit in page.hits(name):
                    if left <= hit.start and hit.end <= right:
                        return True
        for name in condition.computed:
            if _stands(spot.reading, name, left, right):
                return True
    return False


def _any_meets(condition: Condition, spot: Spot, left: int, right: int) -> bool:
    """Whether any wanted class stands directly beside the trigger, or ends its clause."""
    reach, closes = condition.reach, condition.reach == "end"
    for name in condition.wanted:
        if closes:
            if _closes_clause(spot.page, name, left, right):
                return True
        elif _touches(spot.reading, name, reach, left, right):
            return True
    return False


def _stands(reading: Reading, name: str, left: int, right: int) -> bool:
    """Whether a class that is computed stands between two places."""
    if name == "money":
        amounts = reading.amounts(left, right)
        return bool(amounts) and any(a.start >= left and a.end <= right for a in amounts)
    if name == "count":
        return bool(find_counts(reading.page, left, right))
    if name == "together":
        return _acts_together(reading, left, right)
    if _party_stands(reading, name, left, right):
        return True
    return name in ("org", "firm") and _itself_stands(reading.page, left, right)


def _itself_stands(page: Page, left: int, right: int) -> bool:
    """A lead says "the company" of whom the headline has named."""
    return page.name != "title" and page.first("itself", left, right) is not None


def _party_stands(reading: Reading, name: str, left: int, right: int) -> bool:
    page = reading.page
    if page.lexicon.numbers.counters:  # their short reaches end within a name in Latin letters
        return any(_is(p, name) for p in reading.parties(left, right) if p.start < right and p.end > left)
    if _among(reading.listed, name, left, right):
        return True
    if name in _LISTED_CLASSES or not _may_name(reading, left, right):
        return False
    return _among(reading.parties(left, right), name, left, right)


def _among(parties: list[Party], name: str, left: int, right: int) -> bool:
    for party in parties:  # noqa: SIM110 - likewise
        if party.start >= left and party.end <= right and _is(party, name):
            return True
    return False


def _acts_together(reading: Reading, left: int, right: int) -> bool:
    """ "X、Yと…開始": whether an organisation is followed by what makes it a companion."""
    words, text = reading.page.lexicon.grammar, reading.page.folded
    parties = reading.parties(left, right)
    listed = {p.start - 1 for p in parties if p.slug is None and not p.known}  # "iOSとAndroidで"
    return any(
        _is(p, "org")
        and left <= p.end < right
        and p.end not in listed
        and text.startswith(words.together, p.end)
        and text[p.end + 1 : p.end + 2] not in words.not_together_before
        for p in parties
    )


def _may_name(reading: Reading, left: int, right: int) -> bool:
    """Whether a name may stand there that nobody listed: there are capitals, but for words like "The"."""
    text = reading.rest[left:right]
    if not has_capital(text):
        return False
    stop = reading.page.lexicon.stop
    for word in text.split():
        lower = word.lower()
        if lower != word and lower not in stop:
            return True
    return False


def _is(party: Party, name: str) -> bool:
    match name:
        case "org":
            return party.kind in _ORG_KINDS
        case "firm":
            return party.kind == "org" and (party.slug is not None or party.known)
        case "person":
            return party.kind == "person"
        case "someone":  # himself, not what is his
            return party.kind == "person" and not party.possessive
        case "watched":
            return party.slug is not None
        case "product":
            return party.kind == "product"
        case _:  # party, name
            return name != "stop"


def _touches(reading: Reading, name: str, reach: str, left: int, right: int) -> bool:
    """Whether the class stands directly beside the trigger (an article may come between)."""
    page, text = reading.page, reading.page.folded
    # "「N」公開 小型モデルを…": a blank parts clauses
    closed = (
        page.lexicon.lang == "ja"
        and reach == "after"
        and text.startswith(" ", left)
        and text[left + 1 : left + 2] >= NO_BLANKS
    )
    things: Sequence[Party | Amount | Hit]
    if name in _PARTY_CLASSES:
        things = [p for p in reading.parties(left, right) if _is(p, name)]
    elif name == "human":
        return any(_touches(reading, n, reach, left, right) for n in HUMAN)
    elif name == "money":
        things = reading.amounts(left, right)
    elif name == "stop":  # the end of the clause
        things = [Hit(left if closed else right, right)]
    else:
        things = page.hits(name)
    for thing in things:
        start, end = thing.start, thing.end
        if reach == "before":
            if end <= right and _is_slight(text[end:right], page):
                return True
        elif closed and start > left and text[start : start + 1] >= NO_BLANKS:
            continue
        elif start >= left and _is_slight(text[left:start], page):
            return True
    return False


def _is_slight(gap: str, page: Page) -> bool:
    words = gap.strip(" '\"“”’-").split()
    return len(words) <= 1 and all(w in page.lexicon.grammar.slight for w in words)


def _closes_clause(page: Page, name: str, left: int, right: int) -> bool:
    """Whether a separable particle ("stellt … vor") ends the clause."""
    for hit in page.hits(name):
        if left <= hit.start and hit.end <= right:
            rest = page.folded[hit.end : hit.end + 8]
            if not rest.strip() or rest.lstrip()[:1] in '.,;:!?–-|)"' or _goes_on(page, rest):
                return True
            if hit.end >= right - 1:
                return True
    return False


def _goes_on(page: Page, rest: str) -> bool:
    """Whether a clause that a particle has closed may be followed so: "klagt … an nach", "stellt … vor und"."""
    return (
        rest.startswith(" ")
        and rest[1:].split(" ")[0] in page.lexicon.grammar.after_particle
        and " " in rest[1:]
    )


def may_fit(page: Page, most: int) -> list[tuple[int, int, Frame]]:
    """The frames of triggers, with their places, whose indispensable words are there; ``most`` are tried."""
    absent, title = page.present.isdisjoint, page.name == "title"
    found = []
    for start, end, frames in page.triggers:
        for frame in frames[:most]:
            if frame.title_only and not title:
                continue
            for words, near in frame.asks:
                if absent(words):
                    break
                if near and not title and not page.holds(words, start - near[0], end + near[1]):
                    break
            else:
                found.append((start, end, frame))
        most -= len(frames)
        if most <= 0:
            break
    return found


def fits(frame: Frame, spot: Spot) -> bool:
    """Whether all that a frame asks for is there and nothing that it excludes."""
    for alternatives in frame.needs:
        if not _any_holds(alternatives, spot):
            return False
    return not _any_holds(frame.unless, spot)
