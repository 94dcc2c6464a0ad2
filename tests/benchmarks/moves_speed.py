"""How many texts a second ``moves.detect`` reads on one core; prints only, asserts nothing.

    .venv/bin/python tests/benchmarks/moves_speed.py [seconds per case]

Each text is a headline and a lead of 400 characters together, with two mentions and a
move; the mentions are found before the clock starts.  Then one text of a megabyte and one
of trigger words only: the time for both must stay that of any other text.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from seeds.loader import seed_watchlist
from storage.model import Document, Watchlist
from watchers import moves
from watchers.matching import Matcher

FILLER = (
    " The company did not say when the change takes effect. People who know the plans said that"
    " talks had begun in spring, and that several teams in two cities are part of it. A spokesperson"
    " pointed to an earlier statement. Analysts expect more of the same before the year is over, and"
    " rivals are watching closely what comes of it in the months ahead."
)
SENTENCES = Path(__file__).resolve().parents[1] / "moves" / "data" / "tune" / "en.jsonl"


def documents() -> list[Document]:
    """Our own headlines that tell a move, each with a lead up to 400 characters."""
    rows = [json.loads(line) for line in SENTENCES.read_text(encoding="utf-8").splitlines()]
    return [
        Document(title=row["title"], summary=FILLER[1 : 400 - len(row["title"])], lang=row["lang"])
        for row in rows
        if row["kind"] != "none"
    ]


def rate(run: Callable[[Document], object], texts: list[Document], seconds: float) -> float:
    """Texts a second of processor time, after one round to warm up."""
    for text in texts:
        run(text)
    done, start = 0, time.process_time()
    while time.process_time() - start < seconds:
        for text in texts:
            run(text)
        done += len(texts)
    return done / (time.process_time() - start)


def main() -> None:
    """Print one line for each case."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    watchlist = Watchlist(entities=tuple(seed_watchlist()))
    matcher = Matcher(watchlist)
    texts = documents()
    found = {id(text): matcher.find_mentions(text) for text in texts}
    alone = rate(lambda d: moves.detect(d, found[id(d)], watchlist), texts, seconds)
    both = rate(lambda d: moves.detect(d, matcher.find_mentions(d), watchlist), texts, seconds)
    print(f"moves alone            {alone:10,.0f} texts/s")
    print(f"matching and moves     {both:10,.0f} texts/s")
    hostile = {
        "one megabyte of prose": Document(title=texts[0].title, summary=FILLER * 3_000),
        "one megabyte of verbs": Document(
            title="hires " * 50, summary="hires raises sues $1 billion " * 36_000
        ),
        "one megabyte of commas": Document(title=",;:" * 90, summary=", ; : " * 170_000),
    }
    for name, document in hostile.items():
        mentions = matcher.find_mentions(document)
        start = time.process_time()
        moves.detect(document, mentions, watchlist)
        print(f"{name:22} {(time.process_time() - start) * 1000:10.1f} ms")


if __name__ == "__main__":
    main()
