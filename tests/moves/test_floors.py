"""What moved, on sentences of our own: figures that a change may not lower.

``check.jsonl`` was written before anything was tuned and is only ever scored.  A row has
``title``, ``lang``, ``kind`` ("none" is a hard negative) and, where the sentence says so,
``summary``, ``also`` (a second right kind), ``roles`` (names as written, by role),
``amount``, ``valuation``, ``currency``, ``people``, ``status`` and ``position``; only what
is given is asked for.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from seeds.loader import seed_watchlist
from storage.model import Document, Move, Watchlist
from watchers.pipeline import Reader

DATA = Path(__file__).parent / "data"
FLOORS = {
    "check": {"kind": 0.92, "roles": 0.88, "amount": 0.9, "status": 0.85},
    "tune": {"kind": 0.98, "roles": 0.95, "amount": 0.97, "status": 0.97},
}


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(Watchlist(entities=tuple(seed_watchlist())))


def _rows(name: str) -> list[dict[str, Any]]:
    files = sorted((DATA / name).glob("*.jsonl")) or [DATA / f"{name}.jsonl"]
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_each_sentence_has_an_id_of_its_own(name: str) -> None:
    ids = Counter(row["id"] for row in _rows(name))
    assert [one for one, times in ids.items() if times > 1] == []


def _count(counted: Counter[str], given: dict[str, Any], move: Move | None) -> None:
    """Count what is asked and what is right; particulars only where the kind is."""
    right = (move.kind.value if move else "none") in (given["kind"], given.get("also"))
    counted["kind asked"] += 1
    counted["kind"] += right
    if move is None or not right:
        return
    for role, names in given.get("roles", {}).items():
        counted["roles asked"] += 1
        counted["roles"] += {n.lower() for n in move.names.get(role, ())} == {n.lower() for n in names}
    for name, found in (("amount", move.amount), ("status", move.status.value)):
        if name in given:
            counted[f"{name} asked"] += 1
            counted[name] += found == given[name]


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_kinds_roles_amounts_and_status_stay_above_their_floors(reader: Reader, name: str) -> None:
    counted: Counter[str] = Counter()
    for given in _rows(name):
        document = Document(title=given["title"], summary=given.get("summary", ""), lang=given["lang"])
        found = reader.read(document).moves
        _count(counted, given, found[0] if found else None)
    shares = {what: counted[what] / counted[f"{what} asked"] for what in FLOORS[name]}
    print(name, {what: f"{share:.3f} of {counted[f'{what} asked']}" for what, share in shares.items()})
    assert {what: share for what, share in shares.items() if share < FLOORS[name][what]} == {}


def test_the_sentences_cover_every_kind_and_promised_language() -> None:
    rows = _rows("check") + _rows("tune")
    assert len(rows) >= 250
    assert len({row["kind"] for row in rows}) == 14
    assert {row["lang"] for row in rows} >= {"en", "pt", "es", "fr", "de", "nl", "ja", "zh"}
    assert len({row["title"] for row in rows}) == len(rows)
