"""Header fields that say when to come back."""

from datetime import UTC, datetime, timedelta

import pytest

from watchers.sources.headers import LONGEST, max_age, retry_after

NOW = datetime(2025, 6, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", timedelta(seconds=120)),
        (" 120 ", timedelta(seconds=120)),
        ("0", timedelta(0)),
        ("Mon, 02 Jun 2025 12:05:00 GMT", timedelta(minutes=5)),
        ("Monday, 02-Jun-25 12:05:00 GMT", timedelta(minutes=5)),
        ("Mon, 02 Jun 2025 14:05:00 +0200", timedelta(minutes=5)),
        ("Mon, 02 Jun 2025 11:00:00 GMT", timedelta(0)),
        ("99999999999999999999", LONGEST),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("٣", None),
        (None, None),
    ],
)
def test_retry_after_in_both_forms(value: str | None, expected: timedelta | None) -> None:
    assert retry_after(value, NOW) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("max-age=600", timedelta(minutes=10)),
        ("public, Max-Age=600, must-revalidate", timedelta(minutes=10)),
        ('max-age="600"', timedelta(minutes=10)),
        ("s-maxage=900", None),
        ("no-cache, max-age=600", None),
        ("no-store, max-age=600", None),
        ("max-age=-1", None),
        ("max-age=99999999999999", LONGEST),
        ("", None),
        (None, None),
    ],
)
def test_max_age(value: str | None, expected: timedelta | None) -> None:
    assert max_age(value) == expected
