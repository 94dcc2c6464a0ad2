"""Times as feeds write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchers.sources.dates import from_tuple, parse_any, parse_common

MOMENT = datetime(2025, 6, 2, 7, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 02 Jun 2025 07:05:09 GMT",
        "Mon, 2 Jun 2025 07:05:09 +0000",
        "02 Jun 2025 07:05:09 Z",
        "Mon, 02 Jun 2025 03:05:09 EDT",
        "Mon, 02 Jun 2025 00:05:09 PDT",
        "Mon, 02 Jun 2025 09:05:09 +0200",
        "Tue, 02 Jun 2025 07:05:09 GMT",
        "2025-06-02T07:05:09Z",
        "2025-06-02T07:05:09.123456Z",
        "2025-06-02T09:05:09+02:00",
        "2025-06-02 07:05:09",
        "2025-06-02t07:05:09z",
        " 2025-06-02T07:05:09Z\n",
    ],
)
def test_common_spellings(text: str) -> None:
    assert parse_any(text) == MOMENT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-06-02", datetime(2025, 6, 2, tzinfo=UTC)),
        ("Mon, 02 Jun 2025 07:05 GMT", datetime(2025, 6, 2, 7, 5, tzinfo=UTC)),
        ("02 Jun 2025", datetime(2025, 6, 2, tzinfo=UTC)),
        ("2025-06", datetime(2025, 6, 1, tzinfo=UTC)),
        ("Mon, 02 Jun 25 07:05:09 GMT", MOMENT),
    ],
)
def test_rarer_spellings(text: str, expected: datetime) -> None:
    assert parse_any(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "0",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "2025-13-45T99:00:00Z",
        "1" * 500,
        "0000-00-00T00:00:00Z",
    ],
)
def test_what_cannot_be_believed_is_no_time(text: str) -> None:
    assert parse_any(text) is None


@given(
    st.datetimes(datetime(1991, 1, 1), datetime(2099, 1, 1)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
)
def test_rfc3339_with_any_offset_is_read_exactly(naive: datetime, minutes: int) -> None:
    moment = naive.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    assert parse_common(moment.isoformat()) == moment


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    found = parse_any(text)
    assert found is None or found.tzinfo is not None


@pytest.mark.parametrize("parts", [None, (9999999, 1, 1, 0, 0, 0, 0, 1, 0), (1, 1, 1, 0, 0, 0, 0, 1, 0)])
def test_impossible_tuples_are_no_time(parts: tuple[int, ...] | None) -> None:
    assert from_tuple(parts) is None
