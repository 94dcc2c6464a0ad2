"""Many feeds late at once, or away at once: new times for them, so that nothing bursts or sleeps on.

Pure.  ``watchers.sweep`` asks it, the store keeps the new times; the plan of a single feed
is ``watchers.polling``'s.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from storage.model import Feed
from watchers.polling import BLIND_FLOOR, JITTER, apart
from watchers.rhythm import Rhythm
from watchers.sources.base import ConnectFailed, NoSuchHost, TimedOut

LATE = timedelta(minutes=1)  # overdue by more than this is late …
CALM = 5  # … and so many late feeds are no crowd
NEW_WITHIN = timedelta(seconds=30)  # a crowd of feeds never asked is spread over this
TOGETHER = timedelta(hours=2)  # feeds last read within this of each other became unreachable together
_NOBODY_REACHED = {NoSuchHost.name, ConnectFailed.name, TimedOut.name}


def spread(due: Sequence[Feed], now: datetime, floor: timedelta) -> dict[int, datetime]:
    """When those of the due feeds are asked that shall not all be asked now, by feed id.

    After a start or a sleep of the machine everything is late at once.  A crowd of late
    feeds is spread evenly over the time that a poll takes to come round (``floor``), those
    first that missed most polls by their own measure; what is on time goes at once.  What
    has fallen into its publisher's skipHours or skipDays waits for their end.
    """
    plan: dict[int, datetime] = {}
    new: list[Feed] = []
    missed: list[tuple[float, Feed]] = []
    for feed in due:
        if _skips(feed, now):
            end = Rhythm.decode(feed.rhythm).allowed(now)
            plan[feed.id] = end + BLIND_FLOOR * JITTER * apart(feed, now)
        elif feed.next_due is None or feed.last_polled is None:
            new.append(feed)
        elif now - feed.next_due > LATE:
            usual = max(feed.next_due - feed.last_polled, floor)
            missed.append(((now - feed.next_due) / usual, feed))
    missed.sort(key=lambda row: (-row[0], row[1].id))
    for crowd, within in ((new, min(NEW_WITHIN, floor)), ([feed for _, feed in missed], floor)):
        if len(crowd) > CALM:
            plan |= {feed.id: now + within * place / len(crowd) for place, feed in enumerate(crowd)}
    return plan


def revive(
    back: Sequence[Feed], feeds: Sequence[Feed], now: datetime, floor: timedelta
) -> dict[int, datetime]:
    """New times, by feed id, for what became unreachable together with the feeds that are ``back``.

    Where it was our own network that was away, all feeds have backed off for hours; they are
    asked within ``floor``.  ``back`` are the rows as they were before the poll that went well.
    """
    away = [feed.last_success for feed in back if feed.last_success is not None and _unreachable(feed)]
    waiting = [
        feed
        for feed in feeds
        if _unreachable(feed)
        and (read := feed.last_success) is not None
        and any(abs(read - one) <= TOGETHER for one in away)
        and feed.next_due is not None
        and feed.next_due > now + floor
    ]
    return {feed.id: now + floor * place / len(waiting) for place, feed in enumerate(waiting)}


def _unreachable(feed: Feed) -> bool:
    """Whether the last poll reached nobody at all, as when our own network is away."""
    return feed.failures > 0 and (feed.last_error or "").partition(":")[0] in _NOBODY_REACHED


def _skips(feed: Feed, now: datetime) -> bool:
    rhythm = feed.rhythm or ""
    return ('"sh"' in rhythm or '"sd"' in rhythm) and Rhythm.decode(rhythm).skips(now)
