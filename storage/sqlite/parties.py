"""By what a story's moves are found: kinds, and the words of their parties' names.

A name is found by each of its words, a slug as a whole; who gives and who receives are
the sides "from" and "to", so that one question covers funding, hiring and buying.
"""

from collections.abc import Iterator, Sequence

from storage.model import Move
from storage.sqlite.connection import Connection
from storage.sqlite.identity import fold

SIDES = {
    "person": "person",
    "from": "from",
    "employer": "from",
    "investor": "from",
    "acquirer": "from",
    "customer": "from",
    "plaintiff": "from",
    "to": "to",
    "recipient": "to",
    "target": "to",
    "supplier": "to",
    "defendant": "to",
}
OTHER = "other"  # partner, owner and whatever roles come later


def link_moves(db: Connection, story_id: int, opened: int, moves: Sequence[Move]) -> None:
    """Make a story's moves findable; part of an open transaction."""
    if not moves:
        return
    db.run_many(
        "INSERT OR REPLACE INTO story_move (story_id, ordinal, kind, opened) VALUES (?, ?, ?, ?)",
        [(story_id, ordinal, move.kind, opened) for ordinal, move in enumerate(moves)],
    )
    db.run_many(
        "INSERT OR IGNORE INTO move_party (word, side, opened, story_id, ordinal) VALUES (?, ?, ?, ?, ?)",
        [(word, side, opened, story_id, ordinal) for word, side, ordinal in _words(moves)],
    )


def unlink_moves(db: Connection, story_id: int, opened: int, moves: Sequence[Move]) -> None:
    """The inverse, for the moves as they were linked."""
    if not moves:
        return
    db.run("DELETE FROM story_move WHERE story_id = ?", (story_id,))
    db.run_many(
        "DELETE FROM move_party WHERE word = ? AND side = ? AND opened = ? AND story_id = ? AND ordinal = ?",
        [(word, side, opened, story_id, ordinal) for word, side, ordinal in _words(moves)],
    )


def slug_word(slug: str) -> str:
    """The word by which a slug is found, unlike any word of a name."""
    return "=" + slug


def on_side(move: Move, side: str, slugs: set[str], name: str) -> bool:
    """Whether a party on this side has one of these slugs or this folded name in its own."""
    wanted = set(name.split())
    for role, parties in move.roles.items():
        if SIDES.get(role, OTHER) == side and slugs.intersection(parties):
            return True
    for role, names in move.names.items():
        if SIDES.get(role, OTHER) == side and any(wanted <= set(fold(written).split()) for written in names):
            return bool(wanted)
    return False


def _words(moves: Sequence[Move]) -> Iterator[tuple[str, str, int]]:
    for ordinal, move in enumerate(moves):
        for role, parties in move.roles.items():
            for slug in parties:
                yield slug_word(slug), SIDES.get(role, OTHER), ordinal
        for role, names in move.names.items():
            for name in names:
                for word in fold(name).split():
                    yield word, SIDES.get(role, OTHER), ordinal
