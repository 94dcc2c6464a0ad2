"""Many feeds late or away at once are asked again evenly, and soon."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage.model import Feed
from watchers.crowds import CALM, revive, spread
from watchers.rhythm import Rhythm

NOW = datetime(2025, 6, 2, 12, 0, tzinfo=UTC)  # a Monday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FLOOR = 5 * MINUTE


# --- late ------------------------------------------------------------------------------


def overdue(number: int, by: timedelta, every: timedelta = HOUR) -> Feed:
    """A feed that should have been asked that long ago."""
    return Feed(id=number, url=f"u{number}", last_polled=NOW - by - every, next_due=NOW - by)


def test_what_is_on_time_all_goes_at_once() -> None:
    assert spread([overdue(n, MINUTE) for n in range(500)], NOW, FLOOR) == {}


def test_a_few_late_feeds_go_at_once() -> None:
    assert spread([overdue(n, DAY) for n in range(CALM)], NOW, FLOOR) == {}


def test_a_late_crowd_is_spread_evenly_and_nobody_is_left() -> None:
    plan = spread([overdue(n, HOUR + n * MINUTE) for n in range(1000)], NOW, FLOOR)
    seconds = [int((at - NOW).total_seconds()) for at in plan.values()]
    assert set(plan) == set(range(1000))
    assert set(seconds) == set(range(300))
    assert max(map(seconds.count, set(seconds))) == 4


def test_those_that_missed_most_polls_by_their_own_measure_go_first() -> None:
    seldom = [overdue(n, 8 * HOUR, every=DAY) for n in range(10)]
    often = [overdue(10 + n, 7 * HOUR, every=5 * MINUTE) for n in range(10)]
    plan = spread([*seldom, *often], NOW, FLOOR)
    assert sorted(plan, key=plan.__getitem__)[:10] == [feed.id for feed in often]


def test_a_crowd_of_new_feeds_is_asked_within_half_a_minute() -> None:
    plan = spread([Feed(id=n, url=f"u{n}") for n in range(60)], NOW, FLOOR)
    assert max(plan.values()) < NOW + MINUTE / 2
    assert len(set(plan.values())) == 60


# --- when our own network was away ---------------------------------------------------------


def away(number: int, hours: float, error: str = "no-such-host: the name does not resolve") -> Feed:
    """A feed last read so many hours ago that has failed since and waits for half a day."""
    return Feed(
        id=number,
        url=f"u{number}",
        failures=6,
        last_error=error,
        last_success=NOW - hours * HOUR,
        next_due=NOW + DAY / 2,
    )


def test_what_became_unreachable_together_is_asked_again_when_one_of_it_is_back() -> None:
    feeds = [away(n, 8 + n / 10) for n in range(10)]
    plan = revive(feeds[:1], feeds[1:], NOW, FLOOR)
    assert set(plan) == set(range(1, 10))
    assert NOW <= min(plan.values()) < max(plan.values()) < NOW + FLOOR


@pytest.mark.parametrize(
    "other",
    [
        away(2, 30),  # unreachable for longer: a dead host
        away(2, 8, "server-failed: HTTP 500"),  # its publisher's own trouble
        away(2, 8, "rate-limited: HTTP 429"),
        replace(away(2, 8), last_success=None),  # never read
        replace(away(2, 8), next_due=NOW + MINUTE),  # asked soon anyway
        replace(away(2, 8), failures=0, last_error=None),
    ],
)
def test_other_failures_wait_as_before(other: Feed) -> None:
    assert revive([away(1, 8)], [other], NOW, FLOOR) == {}


def test_a_publishers_own_recovery_hurries_nobody() -> None:
    assert revive([away(1, 8, "server-failed: HTTP 500")], [away(2, 8)], NOW, FLOOR) == {}


def test_a_late_feed_waits_for_the_end_of_its_skipped_hours() -> None:
    asks = Rhythm(skip_hours=frozenset({13})).encode()
    late = replace(overdue(1, HOUR), rhythm=asks)
    at = spread([late], NOW + HOUR + MINUTE, FLOOR)[late.id]
    assert NOW + 2 * HOUR <= at <= NOW + 2 * HOUR + MINUTE
    assert spread([late], NOW + 2 * HOUR, FLOOR) == {}
