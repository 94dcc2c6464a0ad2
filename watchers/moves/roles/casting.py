"""Who can play a role at all."""

from watchers.moves.names import Party
from watchers.moves.reading import Draft

PERSON_ROLES = frozenset({"person"})
_NEVER_PERSONS = frozenset({"from"})


def accepts(role: str, party: Party) -> bool:
    """Whether a party of this kind can play the role."""
    if role in PERSON_ROLES:
        return party.kind in ("person", "name") and (party.slug is None or party.kind == "person")
    if role == "owner":
        return party.kind != "product"
    return not (role in _NEVER_PERSONS and party.kind == "person")


def give(draft: Draft, role: str, party: Party) -> bool:
    """Let a party play the role; False where it has one already."""
    for parties in draft.roles.values():
        for known in parties:
            if party is known:
                return False
    draft.roles.setdefault(role, []).append(party)
    return True
