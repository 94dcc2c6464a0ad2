"""Who is meant, on sentences of our own: figures that a change may not lower.

``check.tsv`` was written before anything was tuned and is only ever scored.
"""

import csv
from collections import Counter
from pathlib import Path

import pytest

from seeds.loader import seed_watchlist
from storage.model import Document, Watchlist
from watchers.matching import Matcher, accepted_entities

DATA = Path(__file__).parent / "data"
FLOORS = {"check.tsv": (0.97, 0.97), "tune.tsv": (0.97, 0.97)}  # precision, recall


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(Watchlist(entities=tuple(seed_watchlist())))


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_precision_and_recall_stay_above_their_floors(matcher: Matcher, name: str) -> None:
    counted: Counter[str] = Counter()
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            wanted = set() if row["entities"] == "-" else set(row["entities"].split(","))
            document = Document(title=row["title"], summary=row["summary"] or "", lang=row["lang"])
            found = set(accepted_entities(matcher.find_mentions(document)))
            counted["right"] += len(found & wanted)
            counted["extra"] += len(found - wanted)
            counted["missing"] += len(wanted - found)
    precision = counted["right"] / (counted["right"] + counted["extra"])
    recall = counted["right"] / (counted["right"] + counted["missing"])
    print(f"{name}: precision {precision:.3f}, recall {recall:.3f}")
    assert precision >= FLOORS[name][0]
    assert recall >= FLOORS[name][1]


def test_ordinary_portuguese_words_are_nobody(matcher: Matcher) -> None:
    lines = (DATA / "ordinary.pt.txt").read_text("utf-8").splitlines()
    taken = [
        line
        for line in lines
        if line.strip() and accepted_entities(matcher.find_mentions(Document(title=line, lang="pt")))
    ]
    assert len(lines) >= 50
    assert taken == []
