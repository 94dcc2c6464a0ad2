"""Which of the drafts are moves of this text, and which one it is about.

The headline speaks first; within it the earlier phrase, the one that is not told as
background, and the more telling frame.  Drafts of one kind are one move where their
parties agree: the headline names the company, the first sentence the person.
"""

from collections.abc import Callable, Mapping, Sequence

from storage.model import Move
from storage.model.noun import maker
from watchers.moves.lexicon import NO_BLANKS
from watchers.moves.names import Party
from watchers.moves.reading import Draft

LEAST_SCORE = 0.5  # below it a draft is no move
MOST_MOVES = 6
_EVIDENCE = 160  # code points of a quotation


def rank(drafts: Sequence[Draft]) -> list[Draft]:
    """Drafts that count, best first."""
    kept = [d for d in drafts if d.score >= LEAST_SCORE]
    if len(kept) > 1:
        kept = [d for d in kept if not d.frame.last_resort] or kept
        kept.sort(key=lambda d: (-d.score, d.page.name != "title", d.start))
    return kept


def merge(drafts: Sequence[Draft]) -> tuple[Move, ...]:
    """One move for each kind and set of parties, best first."""
    groups: list[list[Draft]] = []
    for draft in drafts:
        for group in groups:
            if group[0].frame.kind is draft.frame.kind and _agree(group, draft):
                group.append(draft)
                break
        else:
            groups.append([draft])
    return tuple(map(_move, groups[:MOST_MOVES]))


def _agree(group: Sequence[Draft], draft: Draft) -> bool:
    """Whether two drafts of one kind can be the same move: no role is filled differently."""
    first = group[0]
    if first.amount and draft.amount and not 0.8 <= first.amount / draft.amount <= 1.25:
        return False
    for role, parties in draft.roles.items():
        known = {_key(p) for d in group for p in d.roles.get(role, ())}
        if known and not known & {_key(p) for p in parties}:
            return False
    return True


def _key(party: Party) -> str:
    return party.slug or party.name.lower()


def _move(group: Sequence[Draft]) -> Move:
    """What the first draft of a group tells, completed by the others."""
    first = group[0]
    title, amount, valuation = first.title, first.amount, first.valuation
    currency, people = first.currency, first.people
    roles: dict[str, tuple[str, ...]] = {}
    names: dict[str, tuple[str, ...]] = {}
    for draft in group:
        if draft is not first:
            title = draft.title if title is None else title
            amount = draft.amount if amount is None else amount
            valuation = draft.valuation if valuation is None else valuation
            currency = draft.currency if currency is None else currency
            people = draft.people if people is None else people
        for role, parties in draft.roles.items():
            if role in names or not parties or _plays_already(parties, names):
                continue
            if len(parties) == 1:  # as mostly
                names[role] = (parties[0].name,)
                if (slug := parties[0].slug) is not None:
                    roles[role] = (slug,)
                continue
            names[role] = _once([p.name for p in parties])
            if slugs := [p.slug for p in parties if p.slug is not None]:
                roles[role] = _once(slugs)
    start, end = _evidence(first)
    return _made(
        first.frame.kind,
        first.status,
        roles,
        names,
        title,
        amount,
        valuation,
        currency,
        people,
        first.page.raw[start:end],
        first.page.name,
        start,
        end,
        round(min(first.score, 1.0), 3),
    )


_made: Callable[..., Move] = maker(Move)


def _once(said: list[str]) -> tuple[str, ...]:
    """Each of them once, in order."""
    return tuple(said) if len(said) < 2 else tuple(dict.fromkeys(said))


def _plays_already(parties: Sequence[Party], names: Mapping[str, Sequence[str]]) -> bool:
    if not names:
        return False
    known = {n.lower() for group in names.values() for n in group}
    return known.issuperset([p.name.lower() for p in parties])


def _evidence(draft: Draft) -> tuple[int, int]:
    """The clause around the trigger, clipped to a readable length, on word boundaries."""
    page = draft.page
    left, right = draft.sentence
    if right - left > _EVIDENCE:
        spare = max(0, _EVIDENCE - (draft.end - draft.start))
        left = max(left, draft.start - spare // 2)
        right = min(right, max(draft.end, left + _EVIDENCE))
        while left < draft.start and left and page.raw[left - 1].isalnum() and page.raw[left] < NO_BLANKS:
            left += 1
        while (
            right > draft.end
            and right < len(page.raw)
            and page.raw[right - 1].isalnum()
            and page.raw[right].isalnum()
        ):
            right -= 1
    piece = page.raw[left:right]
    return left + len(piece) - len(piece.lstrip()), left + len(piece.rstrip())
