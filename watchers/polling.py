"""When a feed is asked again, and what is said of its health: pure decisions.

Takes what a poll brought (``watchers.sources.base``) and gives the feed's row as it shall
be; the store keeps it and the sweep asks again at ``next_due``.  The interval follows the
feed's own rhythm between floor and ceiling, never below what the publisher asks for.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from storage.model import Feed, FeedState
from watchers.rhythm import Rhythm
from watchers.sources.base import Failed, Fetched, NotModified, Outcome, ParsedFeed

DAY = timedelta(days=1)
BLIND_FLOOR = timedelta(minutes=10)  # shortest interval for a feed without validators
LONGEST_WAIT = DAY  # of backing off, and the most that is granted to max-age, ttl and the like
LONGEST_RETRY = timedelta(days=7)  # the most that is granted to Retry-After
MOVED_TIMES = 3  # a permanent redirect is believed when seen so often …
MOVED_FOR = DAY  # … over at least this long
FAILING_AFTER = 3  # failures in a row before a feed is called failing
JITTER = 0.1  # of the interval, by which a poll may come later …
SOONER = 0.2  # … or sooner, where neither publisher nor owner asks for patience


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The polling interval's floor and ceiling (``MOVEWIRE_POLL_MIN``, ``MOVEWIRE_POLL_MAX``)."""

    floor: timedelta = timedelta(minutes=5)
    ceiling: timedelta = timedelta(minutes=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What the ops channel is told about a feed, once."""

    feed: Feed
    state: FeedState
    text: str


def schedule(
    feed: Feed,
    outcome: Outcome,
    parsed: ParsedFeed | None,
    now: datetime,
    bounds: Bounds,
) -> Feed:
    """The feed's row after this poll.

    ``parsed`` is None where nothing had to be parsed: a failure, a 304, or a body whose
    hash is the stored one.
    """
    match outcome:
        case Failed():
            return _after_failure(feed, outcome, now, bounds)
        case NotModified():
            return _after_success(feed, outcome, None, now, bounds)
        case Fetched():
            return _after_success(feed, outcome, parsed, now, bounds)


def notices(before: Feed, after: Feed) -> tuple[Notice, ...]:
    """What is to be told now: trouble once, recovery once; ``after.reported`` says what was told.

    Also that a feed is asked elsewhere from now on: another host or scheme may be another owner.
    """
    name = after.title or _shown(after.url)
    said = []
    if before.url != after.url and (old := _site(before.url)) != (new := _site(after.url)):
        said.append(f"has moved from {old} to {new}")
    if after.reported != before.reported:
        said.append("is back" if after.reported is None else _TROUBLE[after.state](after))
    return tuple(Notice(feed=after, state=after.state, text=f"{name} {words}") for words in said)


def _site(url: str) -> str:
    """Scheme and host of an address, without the secrets that it may hold."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _shown(url: str) -> str:
    return _site(url) + urlsplit(url).path


_TROUBLE = {
    FeedState.FAILING: lambda feed: f"failed {feed.failures} times in a row, last with {feed.last_error}",
    FeedState.EMPTY: lambda feed: "answers, but holds no entries any more",
    FeedState.GONE: lambda feed: "is gone, as its publisher says (410); it is not asked any more",
    FeedState.QUIET: lambda feed: "answers, but is silent far beyond its own rhythm",
}


def apart(feed: Feed, now: datetime) -> float:
    """0..1, by which this feed's next poll is kept apart from others': as good as chance, and repeatable."""
    seed = f"{feed.id} {now.timestamp()}".encode()
    return int.from_bytes(hashlib.blake2b(seed, digest_size=6).digest()) / 2**48


def _after_failure(feed: Feed, failed: Failed, now: datetime, bounds: Bounds) -> Feed:
    asked = timedelta(0)
    if failed.retry_after is not None:
        asked = min(failed.retry_after, LONGEST_RETRY) + timedelta(seconds=1)
    if not failed.asked:  # its host asked for quiet: nothing is known of this feed
        return replace(feed, next_due=now + max(asked, bounds.floor) * (1 + JITTER * apart(feed, now)))
    failures = feed.failures + 1
    step = max(feed.interval or bounds.floor, BLIND_FLOOR) * 2 ** min(failures - 1, 12)
    wait = max(min(step * (1 + JITTER * apart(feed, now)), LONGEST_WAIT), asked)
    state = feed.state
    if failed.gone:
        state = FeedState.GONE
    elif failures >= FAILING_AFTER:
        state = FeedState.FAILING
    after = replace(
        feed,
        state=state,
        failures=failures,
        last_error=f"{failed.error}: {failed.detail}" if failed.detail else failed.error,
        last_polled=now,
        next_due=now + wait,
    )
    return _reported(after)


def _after_success(
    feed: Feed,
    outcome: Fetched | NotModified,
    parsed: ParsedFeed | None,
    now: datetime,
    bounds: Bounds,
) -> Feed:
    rhythm = Rhythm.decode(feed.rhythm)
    changes: dict[str, Any] = {}
    if parsed is not None:
        rhythm = rhythm.learned(parsed, now)
        changes = {
            "title": feed.title or parsed.title,
            "site": parsed.site or feed.site,
            "lang": parsed.lang or feed.lang,
            "held": parsed.held,
        }
        if rhythm.fresh:
            changes["last_change"] = now
    blind = False
    if isinstance(outcome, Fetched):
        blind = outcome.etag is None and outcome.last_modified is None
        changes |= {
            "etag": outcome.etag,
            "last_modified": outcome.last_modified,
            "validates": outcome.url if outcome.url != feed.url else None,
            "body_hash": outcome.body_hash,
        }
    rhythm, moved = _moved(feed, outcome.permanent_redirect, rhythm, now)
    if parsed is not None or moved:
        changes["rhythm"] = rhythm.encode()
    after = replace(
        feed,
        **changes,
        **moved,
        state=_state(rhythm, now),
        failures=0,
        last_error=None,
        last_polled=now,
        last_success=now,
        next_due=_next_due(feed, rhythm, outcome.max_age, now, bounds, blind),
    )
    return _reported(after)


def _next_due(
    feed: Feed,
    rhythm: Rhythm,
    max_age: timedelta | None,
    now: datetime,
    bounds: Bounds,
    blind: bool,
) -> datetime:
    """The owner's interval or the rhythm's own, no less than the publisher asks, a little apart.

    An owner who sets an interval overrules what the body asks by habit of its software
    (<ttl>, sy:updatePeriod), never what HTTP says.
    """
    floor = max(bounds.floor, BLIND_FLOOR) if blind else bounds.floor
    ceiling = max(bounds.ceiling, floor)
    asked = max_age or timedelta(0)
    if feed.interval is None:
        asked = max(asked, rhythm.asked)
    asked = min(asked, LONGEST_WAIT)
    wait = feed.interval or min(max(rhythm.interval(now), floor), ceiling)
    least = max(wait if feed.interval else max(wait * (1 - SOONER), floor), asked)
    most = least if feed.interval else min(wait * (1 + JITTER), ceiling)
    share = apart(feed, now)
    due = now + least + (max(most, least * (1 + JITTER)) - least) * share
    allowed = rhythm.allowed(due)
    return due if allowed == due else allowed + BLIND_FLOOR * JITTER * share


def _moved(feed: Feed, target: str | None, rhythm: Rhythm, now: datetime) -> tuple[Rhythm, dict[str, Any]]:
    """A permanent redirect is adopted after repetition, and forgotten when it ends."""
    if target is None or target == feed.url:
        if feed.moved_to is None:
            return rhythm, {}
        return replace(rhythm, moved_since=None), {"moved_to": None, "moved_count": 0}
    if target != feed.moved_to:
        return replace(rhythm, moved_since=now), {"moved_to": target, "moved_count": 1}
    count, since = feed.moved_count + 1, rhythm.moved_since or now
    if count >= MOVED_TIMES and now - since >= MOVED_FOR:
        return replace(rhythm, moved_since=None), {"url": target, "moved_to": None, "moved_count": 0}
    return replace(rhythm, moved_since=since), {"moved_count": count}


def _state(rhythm: Rhythm, now: datetime) -> FeedState:
    if rhythm.entries == 0:
        return FeedState.EMPTY
    return FeedState.QUIET if rhythm.is_silent(now) else FeedState.OK


def _reported(after: Feed) -> Feed:
    """Mark what the ops channel knows once this row's notices are told."""
    if after.state is FeedState.EMPTY and after.last_change is None:
        return after  # it never held anything: no news
    if after.state in _TROUBLE:
        return after if after.reported == after.state else replace(after, reported=after.state)
    if after.state is FeedState.OK and after.reported is not None:
        return replace(after, reported=None)
    return after
