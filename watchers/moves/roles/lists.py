"""Names that are told as one list: ``A, B and C``."""

from watchers.moves.names import Party
from watchers.moves.page import Page
from watchers.moves.roles.bystanders import is_bystander

MOST_COORDINATED = 6


def with_coordinated(page: Page, parties: list[Party], last: Party) -> list[Party]:
    """``A, B and C`` when ``last`` is C."""
    grammar, group = page.lexicon.grammar, [last]
    for party in reversed(parties[: parties.index(last)]):
        gap = page.folded[party.end : group[0].start].strip()
        if gap not in grammar.between or len(group) >= MOST_COORDINATED or _is_circumstance(page, party):
            break
        if gap == "," and len(group) == 1 and grammar.lists_with_and:
            break  # "With people of Acme, Quanta raises …"
        if gap == "," and (party.kind == "person") is not (group[0].kind == "person"):
            break  # "the startup of Ann Smith, Quanta": one is told by the other
        if not is_bystander(page, party):
            group.insert(0, party)
    return group


def _is_circumstance(page: Page, party: Party) -> bool:
    """ "After X, Y buys …": what opens the sentence is in no list with who acts."""
    left, _ = page.sentence(party.start, party.end)
    cue = page.first("opening", left, party.start)
    return (
        cue is not None
        and cue.start <= left + 1
        and not page.folded[cue.end : party.start].strip()
        and page.folded.startswith(",", party.end)
    )
