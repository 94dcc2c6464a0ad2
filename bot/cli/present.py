"""How the nouns look in a table or a line for people, shared by several commands.

Pure: nouns in, text out; drawing is left to ``output``.
"""

from collections.abc import Iterable, Sequence

from bot.cli.words import money
from storage.model import Move

MOVE_COLUMNS = ("move", "status", "who", "what", "evidence")


def move_rows(moves: Iterable[Move]) -> tuple[Sequence[str], list[list[str]]]:
    """Columns and rows for ``moves``."""
    return MOVE_COLUMNS, [
        [move.kind.value, move.status.value, parties(move), particulars(move), move.evidence]
        for move in moves
    ]


def parties(move: Move) -> str:
    """``person Ruben Mayer, from meta``: names as written, slugs where there is no name."""
    roles = dict.fromkeys((*move.names, *move.roles))
    told = ((role, move.names.get(role) or move.roles.get(role, ())) for role in roles)
    return ", ".join(f"{role} {' and '.join(names)}" for role, names in told if names)


def particulars(move: Move) -> str:
    """Title, amounts and number of people, as far as they are known."""
    found = [move.title or "", money(move.amount, move.currency)]
    if move.valuation is not None:
        found.append(f"at a valuation of {money(move.valuation, move.currency)}")
    if move.people is not None:
        found.append(f"{move.people:,} people")
    return ", ".join(part for part in found if part)
