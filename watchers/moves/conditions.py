"""Whether what a frame asks for stands around its trigger.

A condition names a reach (how far, on which side) and classes of words; some classes are
computed: parties by what they are, amounts, counts.  Who plays which role is bound in
``watchers.moves.roles``.
"""

from watchers.moves.amounts import find_counts
from watchers.moves.lexicon import Condition, Frame
from watchers.moves.names import Party
from watchers.moves.page import COMMA, Page
from watchers.moves.reading import Reading

_ORG_KINDS = frozenset({"org", "name", "product"})
_PARTY_CLASSES = frozenset({"person", "someone", "org", "firm", "party", "name", "watched"})


def span_of(page: Page, reach: str, start: int, end: int) -> tuple[int, int]:
    """The stretch of text that a condition looks at, around the trigger ``start``..``end``."""
    lexicon = page.lexicon
    if reach == "field":
        return 0, len(page.folded)
    left, right = page.clause(start, end)
    right = min(right, page.aside(end, right))
    if lexicon.numbers.counters and (comma := COMMA.search(page.folded, end, right)):
        right = comma.start()  # Chinese puts a comma where others put a full stop
    match reach:
        case "next":
            return end, min(right, end + lexicon.next_reach)
        case "prev":
            return max(left, start - lexicon.next_reach), start
        case "after":
            return end, min(right, end + 14)
        case "before":
            return max(left, start - 14), start
        case "left":
            return max(left, start - lexicon.side_reach), start
        case "right" | "end":
            return end, min(right, end + lexicon.side_reach)
        case _:  # near, clause: the sentence, both sides
            left, right = page.sentence(start, end)
            return max(left, start - lexicon.side_reach), min(right, end + lexicon.side_reach)


def holds(condition: Condition, reading: Reading, start: int, end: int) -> bool:
    """Whether any wanted class stands within the condition's reach of the trigger."""
    page = reading.page
    left, right = span_of(page, condition.reach, start, end)
    if condition.reach == "end":
        return any(_closes_clause(page, name, left, right) for name in condition.wanted)
    if condition.reach in ("after", "before"):
        return any(_touches(reading, name, condition.reach, left, right) for name in condition.wanted)
    return any(_stands(reading, name, left, right) for name in condition.wanted)


def _stands(reading: Reading, name: str, left: int, right: int) -> bool:
    match name:
        case "person" | "someone" | "org" | "party" | "name" | "watched" | "firm":
            return any(
                _is(party, name) for party in reading.parties if party.start >= left and party.end <= right
            )
        case "human":
            return any(_stands(reading, n, left, right) for n in ("position", "talent", "someone"))
        case "money":
            return any(a.start >= left and a.end <= right for a in reading.amounts)
        case "count":
            return bool(find_counts(reading.page, left, right))
        case "stop":
            return False
        case _:
            hits = reading.page.hits.get(name)
            if hits is not None and any(left <= h.start and h.end <= right for h in hits):
                return True
            return name == "product" and any(
                p.kind == "product" and left <= p.start and p.end <= right for p in reading.parties
            )


def _is(party: Party, name: str) -> bool:
    match name:
        case "person":
            return party.kind == "person"
        case "someone":  # himself, not what is his
            return party.kind == "person" and not party.possessive
        case "org":
            return party.kind in _ORG_KINDS
        case "watched":
            return party.slug is not None
        case "firm":
            return party.kind == "org" and (party.slug is not None or party.known)
        case "name":
            return party.kind in ("name", "org", "product", "person")
        case _:
            return True


def _touches(reading: Reading, name: str, reach: str, left: int, right: int) -> bool:
    """Whether the class stands directly beside the trigger (an article may come between)."""
    text = reading.page.folded
    if name in _PARTY_CLASSES:
        spans = [(p.start, p.end) for p in reading.parties if _is(p, name)]
    elif name == "human":
        return any(_touches(reading, n, reach, left, right) for n in ("position", "talent", "someone"))
    elif name == "money":
        spans = [(a.start, a.end) for a in reading.amounts]
    elif name == "stop":  # the end of the clause
        spans = [(right, right)]
    else:
        spans = [(h.start, h.end) for h in reading.page.hits.get(name, ())]
    for start, end in spans:
        gap = text[left:start] if reach == "after" else text[end:right]
        if (start >= left if reach == "after" else end <= right) and _is_slight(gap):
            return True
    return False


# Words that begin a phrase of their own: what stands before them governs no later name.


_SLIGHT = frozenset(
    "new first own latest next a an the its his her their new o os um uma el la le les un une der die das den ein eine de het een il lo su sua を の が は に 的 了".split()
)


def _is_slight(gap: str) -> bool:
    words = gap.strip(" '\"“”’-").split()
    return len(words) <= 1 and all(w in _SLIGHT for w in words)


def _closes_clause(page: Page, name: str, left: int, right: int) -> bool:
    """Whether a separable particle ("stellt … vor") ends the clause."""
    for hit in page.hits.get(name, ()):
        if left <= hit.start and hit.end <= right:
            rest = page.folded[hit.end : hit.end + 6]
            if (
                not rest.strip()
                or rest.lstrip()[:1] in '.,;:!?–-|)"'
                or rest.startswith((" und ", " en ", " – "))
            ):
                return True
            if hit.end >= right - 1:
                return True
    return False


def fits(frame: Frame, reading: Reading, start: int, end: int) -> bool:
    """Whether all that a frame asks for is there and nothing that it excludes."""
    return all(
        any(holds(condition, reading, start, end) for condition in alternatives)
        for alternatives in frame.needs
    ) and not any(holds(condition, reading, start, end) for condition in frame.unless)
