"""The public form of a verdict: what ``explain`` prints, and the first part of a line of ``replay``.

Pure: nouns in, the contract's JSON document out, its arrays as tuples.  Judging is left to ``watchers``.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from storage.model import Decision, Mention, Move

if TYPE_CHECKING:
    from watchers.pipeline import Reading


def verdict(id: str, reading: "Reading", decision: Decision) -> dict[str, Any]:
    """The contract's verdict; ``rejected`` holds the candidates that are not meant."""
    meant: list[dict[str, Any]] = []
    rejected: list[dict[str, Any]] = []
    for one in reading.mentions:
        (meant if one.accepted else rejected).append(mention_document(one))
    return {
        "id": id,
        "lang": reading.lang,
        "entities": reading.entities,
        "mentions": meant,
        "rejected": rejected,
        "moves": [move_document(move) for move in reading.moves],
        "move": main_kind(reading.moves),
        "decision": str(decision.verdict),
        "digest": decision.digest,
        "reasons": decision.reasons,
    }


def mention_document(mention: Mention) -> dict[str, Any]:
    """One mention; ``start`` and ``end`` are code points in the raw field, half open."""
    return {
        "entity": mention.entity,
        "text": mention.text,
        "field": mention.field,
        "start": mention.start,
        "end": mention.end,
        "score": _rounded(mention.score),
        "prominent": mention.prominent,
        "evidence": mention.evidence,
    }


def move_document(move: Move) -> dict[str, Any]:
    """One typed move; amounts are whole units of ``currency``."""
    return {
        "kind": str(move.kind),
        "status": str(move.status),
        "roles": move.roles,
        "names": move.names,
        "title": move.title,
        "amount": _whole(move.amount),
        "valuation": _whole(move.valuation),
        "currency": move.currency,
        "people": move.people,
        "evidence": move.evidence,
        "score": _rounded(move.score),
    }


def main_kind(moves: Sequence[Move]) -> str:
    """The kind of the main move, ``none`` where nothing moved."""
    return str(moves[0].kind) if moves else "none"


@lru_cache(maxsize=4096)  # sums and products of few weights: the same ones come again
def _rounded(score: float) -> float:
    return round(score, 3)


def _whole(amount: float | None) -> int | None:
    return None if amount is None else round(amount)
