"""Quiet hours and digest times, over midnight and where clocks change."""

from datetime import UTC, datetime, time, timedelta

import pytest

from storage.model import Route
from watchers.hours import last_digest, quiet_hours, quiet_until


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def route(**changes: object) -> Route:
    return Route(id=1, destination="channel:1", **changes)  # type: ignore[arg-type]


BERLIN = route(quiet_hours="22:00-07:00", timezone="Europe/Berlin")
NAP = route(quiet_hours="13:00-14:30", timezone="America/New_York")


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2025-06-13T19:59", None),  # 21:59 in Berlin
        ("2025-06-13T20:00", "2025-06-14T05:00"),  # 22:00
        ("2025-06-13T23:30", "2025-06-14T05:00"),  # 01:30, the next day
        ("2025-06-14T04:59", "2025-06-14T05:00"),
        ("2025-06-14T05:00", None),
        # the night in which clocks go forward is an hour shorter, the other an hour longer
        ("2025-03-29T21:00", "2025-03-30T05:00"),
        ("2025-10-25T20:00", "2025-10-26T06:00"),
    ],
)
def test_quiet_hours_over_midnight_end_at_their_local_time(now: str, ends: str | None) -> None:
    assert quiet_until(BERLIN, at(now)) == (at(ends) if ends else None)


def test_quiet_hours_within_a_day() -> None:
    assert quiet_until(NAP, at("2025-06-13T17:00")) == at("2025-06-13T18:30")
    assert quiet_until(NAP, at("2025-06-13T18:30")) is None
    assert quiet_until(route(), at("2025-06-13T18:30")) is None


def test_an_end_that_does_not_exist_or_exists_twice_is_the_later_one() -> None:
    night = route(quiet_hours="23:00-02:30", timezone="Europe/Berlin")
    # 2025-03-30: from 2:00 clocks go to 3:00, there is no 2:30
    assert quiet_until(night, at("2025-03-29T23:00")) == at("2025-03-30T01:30")
    # 2025-10-26: from 3:00 back to 2:00, 2:30 comes twice
    assert quiet_until(night, at("2025-10-25T22:00")) == at("2025-10-26T01:30")
    assert quiet_until(night, at("2025-10-26T01:10")) == at("2025-10-26T01:30")  # the second 2:10


def test_an_hour_later_than_quiet_hours_end_there_are_none_whatever_the_night() -> None:
    for day in range(365):
        for clock in range(0, 24, 3):
            now = at("2025-01-01T00:00") + timedelta(days=day, hours=clock)
            ends = quiet_until(BERLIN, now)
            if ends is not None:
                assert now < ends <= now + timedelta(hours=10)
                assert quiet_until(BERLIN, ends) is None


@pytest.mark.parametrize("text", ["", "22", "22:00", "22:00-22:00", "25:00-07:00", "22:00-07:00Z", "a-b"])
def test_what_are_no_quiet_hours_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="22:00-07:00"):
        quiet_hours(text)


def test_quiet_hours_are_two_times() -> None:
    assert quiet_hours(" 22:00 - 7:00".replace("7:00", "07:00")) == (time(22), time(7))


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2025-06-13T06:59", "2025-06-12T07:00"),  # 08:59 in Berlin: yesterday's
        ("2025-06-13T07:00", "2025-06-13T07:00"),
        ("2025-03-29T12:00", "2025-03-29T08:00"),  # winter time
        ("2025-03-30T12:00", "2025-03-30T07:00"),  # 23 hours later
        ("2025-10-26T12:00", "2025-10-26T08:00"),  # 25 hours after the one before
    ],
)
def test_a_daily_digest_is_due_at_nine_where_its_readers_live(now: str, due: str) -> None:
    assert last_digest(route(digest="daily", timezone="Europe/Berlin"), at(now)) == at(due)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2025-06-16T06:59", "2025-06-09T07:00"),  # Monday before nine
        ("2025-06-16T07:00", "2025-06-16T07:00"),
        ("2025-06-22T23:00", "2025-06-16T07:00"),  # 01:00 on Monday there
        ("2025-03-31T07:00", "2025-03-31T07:00"),
        ("2025-03-31T06:59", "2025-03-24T08:00"),
    ],
)
def test_a_weekly_digest_is_due_on_mondays(now: str, due: str) -> None:
    assert last_digest(route(digest="weekly", timezone="Europe/Berlin"), at(now)) == at(due)


def test_digests_of_a_year_are_one_for_each_day() -> None:
    daily = route(digest="daily", timezone="America/New_York")
    seen = {last_digest(daily, at("2025-01-01T15:00") + timedelta(hours=hour)) for hour in range(24 * 364)}
    assert len(seen) == 365  # 1 January to 31 December
    assert last_digest(route(), at("2025-01-01T15:00")) is None
