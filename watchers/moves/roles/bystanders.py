"""Who is named and does not act: rivals and backers, somebody's kin, a former employer, who only tells it."""

from watchers.moves.lexicon import NO_BLANKS
from watchers.moves.names import Party
from watchers.moves.page import Hit, Page

_ASIDE = frozenset({"kin", "kin_of", "rival", "tells", "against"})  # words that set somebody aside
_KIN_REACH = 34  # code points between "partner of" and whose he is


def is_former(page: Page, party: Party) -> bool:
    """ "ex-Meta", "former OpenAI chief", "前OpenAI": somebody's past, not the party itself."""
    if party.kind == "person":
        return False
    if page.raw[max(0, party.start - 1)] >= NO_BLANKS:
        before = f" {page.folded[: party.start]}"[-2:]
        grammar = page.lexicon.grammar
        return before.endswith(grammar.former) and before[:1] not in grammar.not_former_after
    hit = page.last("former", max(0, party.start - 22), party.start)
    return hit is not None and not page.comma_between(hit.end, party.start)


def is_kin(page: Page, party: Party) -> bool:
    """ "Sócio de Mira Murati", "Wang's deputy": somebody else, told by whom he belongs to."""
    before = page.last("kin", max(0, party.start - _KIN_REACH), party.start)
    if before is not None and not page.folded[before.end : party.start].strip(" '"):
        return True
    if not party.possessive and not page.folded.startswith("s ", party.end):
        return False
    after = page.first("kin_of", party.end, party.end + _KIN_REACH)
    return after is not None and page.folded[party.end : after.start].strip(" '") in ("", "s")


def _attributed(page: Page, party: Party) -> bool:
    """ "…, Bloomberg News reports": who only tells it."""
    verb = page.first("tells", party.end, party.end + 16) if party.slug is None else None
    return (
        verb is not None
        and page.folded[: party.start].rstrip().endswith(",")
        and page.folded[party.end : verb.start].strip() in ("", "news")
        and not page.words(verb.end, page.clause(verb.start, verb.end)[1])
    )


def is_bystander(page: Page, party: Party) -> bool:
    """ "Scale AI rival", "Meta-backed", "to take on Mercor": named, but nothing is done by it or to it."""
    if page.present.isdisjoint(_ASIDE):
        return False
    text = page.folded
    if party.kind == "person" and is_kin(page, party):
        return True
    after = page.first("rival", party.end, party.end + 18)
    if after is not None and _belongs(page, text[party.end : after.start]):
        return not _is_verb(page, party, after)
    if _attributed(page, party):
        return True
    before = page.last("against", max(0, party.start - 26), party.start)
    return (
        before is not None
        and len(text[before.end : party.start].split()) <= 2
        and "," not in text[before.end : party.start]
    )


def _is_verb(page: Page, party: Party, hit: Hit) -> bool:
    """ "Acme backed the startup", "Acme shares its plan": behind a blank and before an article it is no noun."""
    following = page.words(hit.end, hit.end + 12)[:1]
    after_blank = page.folded[party.end : hit.start] == " "
    return after_blank and bool(following) and following[0] in page.lexicon.grammar.slight


def _belongs(page: Page, gap: str) -> bool:
    """Whether what follows is his: "Scale AI rival", "Scale AI's rival", "Scale AI的对手"."""
    gap = gap.strip(" -")
    if gap.startswith("(") and gap.endswith(")"):  # "米拉(Mira)创办的"
        gap = ""
    gap = gap.removeprefix(")")
    return gap in ("", "'s", "s") or gap in page.lexicon.grammar.belonging
