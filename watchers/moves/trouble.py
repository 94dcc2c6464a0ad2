"""Legal disputes and incidents: who accuses whom, what it costs, and who only tells it."""

from watchers.moves import kinds
from watchers.moves.money import finish_with_amount
from watchers.moves.names import Party
from watchers.moves.reading import Draft

_OWNED = 3  # code points between an owner and what is his: "'s "


def finish(draft: Draft) -> None:
    """Fill in fines and settlements; leave out who only found an incident."""
    if draft.frame.kind is kinds.LEGAL:
        finish_with_amount(draft)
        return
    owners = draft.roles.get("owner", [])
    if len(owners) == 1 and _only_tells(draft, owners[0]):
        del draft.roles["owner"]
    elif owners and all(party.slug is None for party in owners):
        draft.roles["owner"] = [_maker(draft, party) or party for party in owners]


def _maker(draft: Draft, party: Party) -> Party | None:
    """ "Acme's Widget": whoever is watched and owns what an incident befell."""
    for other in draft.parties:
        if other.slug is not None and other.possessive and 0 <= party.start - other.end <= _OWNED:
            return other
    return None


def _only_tells(draft: Draft, party: Party) -> bool:
    """ "Acme says hackers used …", "Acme's tool finds 20 flaws": unless what was hit is "its" or bears a name."""
    page, (_, right) = draft.page, draft.sentence
    teller = page.last("finder", party.end, draft.end)
    if teller is None or page.first("own", teller.end, right) is not None:
        return False
    others = [p for p in draft.parties if p.end > teller.end and p.slug != party.slug]
    return not others
