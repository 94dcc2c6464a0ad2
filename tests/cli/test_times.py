"""Durations and times: read as people write them, printed as the contract says."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.times import format_duration, iso, parse_duration, parse_moment, parse_since

NOW = datetime(2025, 6, 13, 12, 0, 0, 987654, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("30s", timedelta(seconds=30)),
        ("5m", timedelta(minutes=5)),
        ("1h", timedelta(hours=1)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(days=14)),
        (" 90 s ", timedelta(seconds=90)),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text", ["", "5", "m", "-5m", "5M", "5mo", "1.5h", "1h30m", "0s", "999999999w", "٥m"]
)
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="allowed"):
        parse_duration(text)


@given(st.integers(min_value=1, max_value=3_000_000_000))
def test_a_formatted_duration_reads_back_as_itself(seconds: int) -> None:
    duration = timedelta(seconds=seconds)
    if seconds < 1_000_000_000:
        assert parse_duration(format_duration(duration)) == duration


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("30d", NOW - timedelta(days=30)),
        ("2025-06-01", datetime(2025, 6, 1, tzinfo=UTC)),
        ("2025-06-01T10:00:00Z", datetime(2025, 6, 1, 10, tzinfo=UTC)),
        ("2025-06-01T10:00:00+02:00", datetime(2025, 6, 1, 8, tzinfo=UTC)),
    ],
)
def test_since_takes_durations_and_dates(text: str, moment: datetime) -> None:
    assert parse_since(text, NOW) == moment


@pytest.mark.parametrize("text", ["yesterday", "", "2025-13-01", "30", "0d"])
def test_since_refuses_the_rest_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="allowed"):
        parse_since(text, NOW)


def test_times_are_printed_in_utc_with_z_and_whole_seconds() -> None:
    there = datetime(2025, 6, 13, 14, 0, 0, 5, tzinfo=timezone(timedelta(hours=2)))
    assert iso(there) == "2025-06-13T12:00:00Z"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-06-13T09:00:00Z", datetime(2025, 6, 13, 9, tzinfo=UTC)),
        ("2025-06-13", datetime(2025, 6, 13, tzinfo=UTC)),
        ("Fri, 13 Jun 2025 09:00:00 GMT", datetime(2025, 6, 13, 9, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("1970-01-01T00:00:00Z", None),  # a zero
        ("9999-12-31T23:59:59Z", None),
        ("last week", None),
        ("", None),
        (None, None),
    ],
)
def test_a_published_time_that_cannot_be_read_is_missing(text: str | None, moment: datetime | None) -> None:
    assert parse_moment(text) == moment


@given(st.text())
def test_no_text_breaks_the_reader_of_published_times(text: str) -> None:
    moment = parse_moment(text)
    assert moment is None or moment.tzinfo is not None
