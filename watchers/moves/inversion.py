"""German and Dutch put the verb second: "After the breach ends Acme its work with Quanta".

Where a circumstance opens the sentence, who acts stands right behind the verb, and what
the circumstance names has no part in it.
"""

from watchers.moves.page import Hit, Page

_OPENING = 22  # code points in which a circumstance begins: "Only three weeks after …"
_SUBJECT_REACH = 16  # code points from the verb to who acts: an article, "also", "now"
_WHO = ("position", "talent", "job", "company", "gov", "regulator", "known")


def opens_inverted(page: Page, floor: int, start: int) -> bool:
    """Whether what stands between the beginning of a clause and a verb is a circumstance."""
    words, inverting = page.words(floor, start), page.lexicon.grammar.inverting
    if not words:
        return False
    if words[0] in inverting:
        return True
    cue = page.first("background", floor, start)
    if cue is None or cue.start - floor > _OPENING or not is_preposition(page, cue):
        return False
    return not any(mention.start < cue.start for mention in page.mentions if mention.start >= floor)


def is_preposition(page: Page, cue: Hit) -> bool:
    """Whether a cue governs a noun alone ("after the breach") and no verb ("after it left")."""
    words = page.words(cue.start, cue.end)
    return any(word in page.lexicon.grammar.inverting for word in words)


def is_noun(page: Page, start: int, end: int) -> bool:
    """Whether a trigger is a noun ("takeover") and no verb."""
    if page.lexicon.nouns_capital:
        return page.raw[start].isupper()
    return any(hit.start < end and start < hit.end for hit in page.hits("noun"))


def subject_behind(page: Page, names: list[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    """Where who acts stands, if it is right behind the verb at ``start``; ``names`` are the parties' places."""
    if is_noun(page, start, end):
        return None
    ceiling = page.clause(start, end)[1]
    places = [*names, *((h.start, h.end) for name in _WHO for h in page.hits(name))]
    after = [(a, b) for a, b in places if end < a <= end + _SUBJECT_REACH and b <= ceiling]
    if not after:
        return None
    first = min(after)[0]
    gap = page.folded[end:first]
    if any(sign in gap for sign in ",;:0123456789"):
        return None
    return first, max(b for a, b in after if a == first)
