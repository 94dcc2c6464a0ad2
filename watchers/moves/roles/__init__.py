"""Who plays which role: by order and preposition, as the frame says.

    before         who acts: what stands before the verb
    behind         what is done to whom: what stands behind it
    prepositions   what a preposition before a name says, on either side
    lists          names that are told as one: "A, B and C"
    particles      Japanese and Korean, which mark names instead and put the verb last
    bystanders     who is named without a part in it
    casting        who can play a role at all

What the families of moves know better about their sides comes after, in ``people``,
``money``, ``deals`` and the others.
"""

from watchers.moves.lexicon import OTHERWISE
from watchers.moves.names import Party
from watchers.moves.reading import Draft, subject_of
from watchers.moves.roles import particles
from watchers.moves.roles.before import bind_before
from watchers.moves.roles.behind import bind_behind
from watchers.moves.roles.bystanders import is_bystander
from watchers.moves.roles.casting import accepts, give
from watchers.moves.roles.prepositions import preposed


def bind(draft: Draft) -> None:
    """Give the parties around the trigger the roles that the frame says."""
    left, right = draft.sentence
    before: list[Party] = []
    behind: list[Party] = []
    for party in draft.parties:
        if left <= party.start and party.end <= right:
            if party.end <= draft.start:
                before.append(party)
            elif party.start >= draft.end:
                behind.append(party)
    lexicon = draft.page.lexicon
    if lexicon.verb_last:
        particles.bind(draft, [*before, *behind])
        return
    if lexicon.verb_may_end:
        usable = [*before, *behind]
        if (subject := _subject_behind(draft, usable)) is not None:
            assert draft.frame.left is not None
            give(draft, draft.frame.left, subject)
            bind_behind(draft, [p for p in usable if p.start > subject.start])
            return
        if draft.frame.right and not behind:
            before = _bind_early_object(draft, before)
    bind_before(draft, before)
    bind_behind(draft, behind)


def _subject_behind(draft: Draft, parties: list[Party]) -> Party | None:
    """ "After a year X leaves Acme" in German and Dutch: the verb is second, who acts comes behind it."""
    role, place = draft.frame.left, subject_of(draft.reading, draft.start, draft.end)
    if role is None or place is None:
        return None
    behind = next((p for p in parties if p.start == place[0]), None)
    return behind if behind is not None and accepts(role, behind) else None


def _bind_early_object(draft: Draft, parties: list[Party]) -> list[Party]:
    """ "A will B kaufen": where the verb ends the clause, the later party is its object."""
    floor, ceiling = draft.clause
    here = [p for p in parties if p.start >= floor]
    free = [
        p
        for p in here
        if preposed(draft.page, p, floor, draft.frame) in (None, OTHERWISE)
        and not is_bystander(draft.page, p)
    ]
    ends_clause = not draft.page.words(draft.end, ceiling)
    right = draft.frame.right
    if len(free) < 2 or right is None or not ends_clause or not accepts(right, free[-1]):
        return parties
    give(draft, right, free[-1])
    return [p for p in parties if p.end <= free[-1].start]
