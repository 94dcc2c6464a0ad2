"""Which reports tell the same event, on made-up events: figures that a change may not lower.

The whole pipeline is played under a simulated clock, as ``replay`` does.  ``check.txt`` was
written before anything was tuned and is only ever scored.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.intake import GivenEntry
from bot.replay import Line, Summary, from_items, replay
from seeds.loader import seed_watchlist
from storage.model import Document, Verdict, Watchlist

DATA = Path(__file__).parent / "data"
FLOORS = {"check.txt": (0.98, 0.96, 0.07), "tune.txt": (0.87, 0.91, 0.06)}  # precision, recall, twice


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One line of the file."""

    event: str
    given: GivenEntry


def reports(path: Path) -> Iterator[Report]:
    """All reports of a file."""
    event, opened = "", datetime(2026, 1, 1, tzinfo=UTC)
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if line.startswith("== "):
            event, at, *_ = (part.strip() for part in line[3:].split("|"))
            opened = datetime.fromisoformat(at).replace(tzinfo=UTC)
        elif line.strip() and not line.startswith("#"):
            head, headline, summary = (part.strip() for part in (*line.split("|"), "")[:3])
            hours, lang, host = head.split()
            document = Document(
                title=headline,
                summary=summary,
                url=f"https://{host}/{number}",
                source=host,
                lang=lang,
                published=opened + timedelta(hours=float(hours)),
            )
            yield Report(event=event, given=GivenEntry(number=number, id=str(number), document=document))


def played(path: Path) -> tuple[dict[str, str], dict[str, Line]]:
    """The event of each report, and what was made of it."""
    told = list(reports(path))
    watchlist = Watchlist(entities=tuple(seed_watchlist()))
    lines = replay(from_items([one.given for one in told]), watchlist, Summary())
    return {one.given.id: one.event for one in told}, {line.judged.entry.guid: line for line in lines}


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_events_are_told_apart_and_once(name: str) -> None:
    events, lines = played(DATA / name)
    assert lines.keys() == events.keys()
    stories = {id: line.judged.story or -int(id) for id, line in lines.items()}
    precision = recall = 0.0
    for id in events:
        together = {other for other in events if stories[other] == stories[id]}
        same = {other for other in events if events[other] == events[id]}
        precision += len(together & same) / len(together) / len(events)
        recall += len(together & same) / len(same) / len(events)
    alerts = Counter(
        events[id]
        for id, line in lines.items()
        if line.judged.outcome.decision and line.judged.outcome.decision.verdict is Verdict.ALERT
    )
    twice = sum(count > 1 for count in alerts.values()) / len(set(events.values()))
    print(f"{name}: B-cubed precision {precision:.3f}, recall {recall:.3f}, told twice {twice:.3f}")
    floor = FLOORS[name]
    assert precision >= floor[0]
    assert recall >= floor[1]
    assert twice <= floor[2]
