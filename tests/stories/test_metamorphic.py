"""What changes about a feed without news in it changes nothing: same stories, no alert, one notice.

Made-up feeds are polled as snapshots under a simulated clock, through the whole pipeline.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from bot.replay import Line, Summary, from_snapshots, replay
from storage.model import Feed, Verdict
from tests.stories.newsroom import START, Made, made, report, story_numbers, watchlist
from watchers.polling import notices

HOUR = timedelta(hours=1)
HEADLINES = (
    "Ruben Mayer leaves Meta after two months",
    "Surge AI sued by annotators over unpaid hours",
    "Mercor raises $425 million led by Brightwater Capital",
    "Scale AI opens an office in Dublin",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of a feed."""

    title: str
    link: str
    guid: str
    published: datetime = START + 2 * HOUR


def feed(items: Sequence[Item]) -> str:
    told = "".join(
        f"<item><title>{escape(item.title)}</title><link>{escape(item.link)}</link>"
        f'<guid isPermaLink="false">{escape(item.guid)}</guid>'
        f"<pubDate>{format_datetime(item.published)}</pubDate></item>"
        for item in items
    )
    return f'<rss version="2.0"><channel><title>The Bay Ledger</title>{told}</channel></rss>'


def polled(folder: Path, *bodies: Sequence[Item]) -> list[Line]:
    """The lines of a feed that held these items, an hour apart; the first poll is its baseline."""
    shots = folder / "ledger"
    shots.mkdir(parents=True)
    for number, items in enumerate(bodies):
        at = START + number * HOUR
        (shots / f"{at:%Y%m%dT%H%M%SZ}_ledger.xml").write_text(feed(items), encoding="utf-8")
    return list(replay(from_snapshots(folder), watchlist(), Summary()))


def alerts(lines: Sequence[Line]) -> int:
    decisions = [line.judged.outcome.decision for line in lines]
    return sum(decision is not None and decision.verdict is Verdict.ALERT for decision in decisions)


def items() -> list[Item]:
    return [
        Item(
            title=title,
            link=f"http://www.bay-ledger.example/2026/03/{n}-story/",
            guid=f"http://bay-ledger.example/?p={n}",
        )
        for n, title in enumerate(HEADLINES)
    ]


CHANGES: dict[str, Callable[[Item], Item]] = {
    "https": lambda i: replace(i, link=i.link.replace("http:", "https:")),
    "no www": lambda i: replace(i, link=i.link.replace("www.", "")),
    "tracking": lambda i: replace(i, link=i.link + "?utm_source=rss&utm_medium=feed&fbclid=x1"),
    "mobile": lambda i: replace(i, link=i.link.replace("www.", "m.")),
    "amp": lambda i: replace(i, link=i.link + "amp/"),
    "redirect wrapper": lambda i: replace(i, link="https://www.google.com/url?q=" + i.link.replace(":", "%3A")),
    "another guid scheme": lambda i: replace(i, guid=f"tag:bay-ledger.example,2026:{i.title[:8]}"),
    "guid and scheme": lambda i: replace(i, guid=i.guid.replace("http:", "https:"), link=i.link.replace("http:", "https:")),
    "bumped date": lambda i: replace(i, published=i.published + 30 * HOUR),
    "another host": lambda i: replace(i, guid=i.guid.replace("bay-ledger", "ledger"), link=i.link.replace("bay-ledger", "ledger")),
    "a spelling mended": lambda i: replace(i, title=i.title.replace("Mayer leaves", "Mayer has left")),
    "quotes and dashes": lambda i: replace(i, title=i.title + "\u00a0"),
}  # fmt: skip


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_a_change_without_news_alerts_nobody(tmp_path: Path, change: str) -> None:
    told = items()
    lines = polled(tmp_path, [], told, [CHANGES[change](one) for one in told])
    assert alerts(lines) == len(HEADLINES)
    assert len(lines) == len(HEADLINES)


def test_items_that_leave_and_return_alert_nobody(tmp_path: Path) -> None:
    told = items()
    lines = polled(tmp_path, [], told, told[:1], [], told, told[2:], told)
    assert (alerts(lines), len(lines)) == (len(HEADLINES), len(HEADLINES))


def test_the_first_poll_of_a_feed_floods_nobody(tmp_path: Path) -> None:
    lines = polled(tmp_path, items())
    assert alerts(lines) == 0
    assert len(lines) == len(HEADLINES)


def test_what_is_old_when_it_is_first_seen_alerts_nobody(tmp_path: Path) -> None:
    old = [replace(one, published=START - timedelta(days=5)) for one in items()]
    assert alerts(polled(tmp_path, [], old)) == 0


def test_a_feed_that_moves_to_another_host_is_told_once() -> None:
    before = Feed(id=1, url="http://bay-ledger.example/feed.xml", title="The Bay Ledger")
    after = replace(before, url="https://ledger.example/feed.xml")
    [notice] = notices(before, after)
    assert notice.text == "The Bay Ledger has moved from http://bay-ledger.example to https://ledger.example"
    assert notices(after, after) == ()


# --- many outlets -----------------------------------------------------------------------

EVENTS = (
    ("Scale AI lays off 200 people", "Scale AI cuts 200 jobs", "Data firm Scale AI dismisses 200 staff"),
    ("Meta hires Lena Hofstad from Google", "Lena Hofstad leaves Google for Meta", "Google loses Lena Hofstad to Meta"),
    ("Surge AI sued by annotators over unpaid hours", "Annotators sue Surge AI, claim unpaid hours", "Surge AI faces suit by annotators over unpaid hours"),
    ("Anthropic buys start-up Quarrystone", "Anthropic acquires Quarrystone", "Quarrystone bought by Anthropic"),
)  # fmt: skip


def outlets(seed: int, spread: float) -> list[Made]:
    """All reports of all events, each event's outlets in an order drawn by ``seed``."""
    drawn = random.Random(seed)
    told = [(number, title) for number, titles in enumerate(EVENTS) for title in titles]
    drawn.shuffle(told)
    given = [report(at, at * spread, title, "", f"outlet{at}.example") for at, (_, title) in enumerate(told)]
    return made(given)


@pytest.mark.parametrize("spread", [0.1, 0.5, 1.5])
@pytest.mark.parametrize("seed", range(4))
def test_stories_and_alerts_do_not_depend_on_the_order_of_outlets(seed: int, spread: float) -> None:
    found = outlets(seed, spread)
    event_of = {title: number for number, titles in enumerate(EVENTS) for title in titles}
    events = [event_of[one.line.judged.entry.document.title] for one in found]
    pairs = set(zip(events, story_numbers(found), strict=True))
    assert len(pairs) == len(EVENTS)  # each event is one story, and no story holds two
    told = [one.told for one in found]
    assert told.count("alert") == len(EVENTS)
