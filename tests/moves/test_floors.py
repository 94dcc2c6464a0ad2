"""What moved, on sentences of our own: figures that a change may not lower.

``check.jsonl`` was written before anything was tuned and is only ever scored.
"""

import json
from pathlib import Path

import pytest

from seeds.loader import seed_watchlist
from storage.model import Document, Watchlist
from watchers.pipeline import Reader

DATA = Path(__file__).parent / "data"
FLOORS = {"check.jsonl": (0.91, 0.72), "tune.jsonl": (0.96, 0.9)}  # kind, amount


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(Watchlist(entities=tuple(seed_watchlist())))


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_kinds_and_amounts_stay_above_their_floors(reader: Reader, name: str) -> None:
    kinds, amounts = [], []
    for line in (DATA / name).read_text("utf-8").splitlines():
        given = json.loads(line)
        document = Document(title=given["title"], summary=given.get("summary", ""), lang=given["lang"])
        found = reader.read(document).moves
        kinds.append((found[0].kind.value if found else "none") == given["kind"])
        if given.get("amount") is not None:
            amounts.append(bool(found) and found[0].amount == given["amount"])
    right, sums = sum(kinds) / len(kinds), sum(amounts) / len(amounts)
    print(f"{name}: kind {right:.3f} of {len(kinds)}, amount {sums:.3f} of {len(amounts)}")
    assert right >= FLOORS[name][0]
    assert sums >= FLOORS[name][1]
