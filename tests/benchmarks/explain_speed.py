"""What an item costs ``explain --jsonl``, JSON in to JSON out, and which part of it how much.

    python tests/benchmarks/explain_speed.py [aliases ...]

Items of 400 characters with a move each, of two sorts: two mentions or more before a lead
that has further verbs to weigh (``matching_speed``), and our own headlines that tell a move
before a quiet lead (``moves_speed``).  CPU time of one thread.  What else runs on a shared
machine only ever adds to it, and lasts for seconds: the sizes take turns, slice by slice, and
of each slice the fastest of ``ROUNDS`` counts; the median of the rounds is printed beside it.
The parts are shares of samples of that time, so they hold to about five per cent.  Prints
figures for people to read; nothing here is asserted.
"""

import gc
import json
import signal
import statistics
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bot.cli.explain import YOUNG
from bot.explaining import Explainer
from bot.intake import BadLine, read_lines
from bot.verdict import verdict
from storage.model import Document
from tests.benchmarks import matching_speed, moves_speed

ITEMS = 1_500
SLICE = 250  # items that are timed together
ROUNDS = 12
# The innermost of these functions that is running is the part that a sample belongs to.
PARTS = {
    "read_lines": "JSON in",
    "verdict": "JSON out",
    "sweep": "JSON out",
    "language_of": "language",
    "hits": "names: scan",
    "find_mentions": "names: judging",
    "find_parties": "moves: parties",
    "listed_parties": "moves: parties",
    "find_amounts": "moves: sums and counts",
    "find_counts": "moves: sums and counts",
    "_find_stops": "moves: sentences and pauses",
    "read": "moves: phrases off the page",
    "_by_class": "moves: phrases off the page",
    "fits": "moves: conditions",
    "may_fit": "moves: conditions",
    "bind": "moves: roles",
    "merge": "moves: choice",
    "detect": "moves: drafts, particulars, status",
    "merit": "decision",
    "explain": "decision",
}


def lines(documents: list[Document]) -> list[bytes]:
    """``ITEMS`` JSON lines out of ``documents``, no two alike."""
    made = []
    for number in range(ITEMS):
        one = documents[number % len(documents)]
        item = {
            "id": str(number),
            "title": one.title,
            "summary": f"{one.summary[:-6]}{number:05}.",
            "url": f"https://ledger.example/technology/{number}",
            "published": "2026-01-05T10:00:00Z",
            "source": "The Bay Ledger",
            "lang": one.lang,
        }
        made.append(json.dumps(item).encode() + b"\n")
    return made


def sweep(explainer: Explainer, given: list[bytes]) -> int:
    """Answer all lines; bytes written."""
    encode = msgspec.json.Encoder().encode
    written = 0
    for one in read_lines(given):
        assert not isinstance(one, BadLine)
        written += len(encode(verdict(one.id, *explainer.explain(one.document))))
    return written


def shares(explainer: Explainer, given: list[bytes]) -> Counter[str]:
    """Samples of CPU time by part, over eight sweeps."""
    found: Counter[str] = Counter()

    def sample(_: int, frame: FrameType | None) -> None:
        while frame is not None and frame.f_code.co_name not in PARTS:
            frame = frame.f_back
        found[PARTS[frame.f_code.co_name] if frame else "JSON out"] += 1

    signal.signal(signal.SIGPROF, sample)
    signal.setitimer(signal.ITIMER_PROF, 0.001, 0.001)
    for _ in range(8):
        sweep(explainer, given)
    signal.setitimer(signal.ITIMER_PROF, 0)
    return found


def costs(explainers: dict[int, Explainer], given: list[bytes]) -> dict[int, tuple[float, float]]:
    """By size, CPU seconds an item: of the fastest slices, and in the median round."""
    slices = [given[at : at + SLICE] for at in range(0, len(given), SLICE)]
    spent: dict[int, list[list[float]]] = {size: [] for size in explainers}  # by round and slice
    for _ in range(ROUNDS):
        for size in explainers:
            spent[size].append([])
        for part in slices:
            for size, explainer in explainers.items():
                spent[size][-1].append(matching_speed.cpu(sweep, explainer, part))
    return {
        size: (
            sum(map(min, zip(*rounds, strict=True))) / len(given),
            statistics.median(map(sum, rounds)) / len(given),
        )
        for size, rounds in spent.items()
    }


def main() -> None:
    """Print a table for each sort of items."""
    sorts = {
        "busy leads": lines(matching_speed.documents(ITEMS)),
        "quiet leads": lines(moves_speed.documents()),
    }
    gc.disable()
    explainers = {}
    for size in [int(word) for word in sys.argv[1:]] or [100, 100_000]:
        listed = matching_speed.watchlist(size)
        began = time.process_time()
        explainers[size] = Explainer(listed, datetime.now(UTC))
        print(f"{size:,} aliases, made in {time.process_time() - began:.2f} s of CPU time")
    gc.freeze()  # as the command does
    gc.set_threshold(YOUNG, 20, 10)
    gc.enable()
    for sort, given in sorts.items():
        print(f"\n{sort}")
        for size, (cost, median) in costs(explainers, given).items():
            print(
                f"  {size:,} aliases: {1 / cost:,.0f} items/s, {cost * 1e6:.0f} us an item"
                f" ({1 / median:,.0f} in the median round)"
            )
            found = shares(explainers[size], given)
            for part, count in found.most_common():
                print(f"    {part:36}{cost * 1e6 * count / found.total():6.0f} us")


if __name__ == "__main__":
    main()
