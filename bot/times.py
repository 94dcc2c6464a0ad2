"""Times and durations as people write them, and as the command line prints them.

Pure; what a missing value means is left to the caller.
"""

import re
from datetime import UTC, date, datetime, timedelta

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"\s*(\d{1,9})\s*([smhdw])\s*", re.ASCII)
LONGEST = timedelta(days=36_500)  # a century: more is a slip of the keyboard
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # of a publication on the web, as watchers.sources has it
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
DURATION_FORMS = "a number with s, m, h, d or w, such as 30s, 5m, 1h or 7d"


def parse_duration(text: str) -> timedelta:
    """``30s``, ``5m``, ``1h``, ``7d``, ``2w``; ValueError names the allowed forms."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"not a duration: {text!r} (allowed: {DURATION_FORMS})")
    seconds = int(match[1]) * _UNITS[match[2]]
    if not 0 < seconds <= LONGEST.total_seconds():
        raise ValueError(f"out of range: {text!r} (allowed: more than nothing, at most 100 years)")
    return timedelta(seconds=seconds)


def format_duration(duration: timedelta) -> str:
    """The shortest form that ``parse_duration`` reads back; seconds are the finest unit."""
    seconds = int(duration.total_seconds())
    for unit in ("w", "d", "h", "m"):
        if seconds and seconds % _UNITS[unit] == 0:
            return f"{seconds // _UNITS[unit]}{unit}"
    return f"{seconds}s"


def parse_since(text: str, now: datetime) -> datetime:
    """A duration before ``now``, a date or a time of ISO 8601 (no zone: UTC); ValueError otherwise."""
    if _DURATION.fullmatch(text):
        return now - parse_duration(text)
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # the first or last day of the calendar in a far zone
        raise ValueError(
            f"not a time: {text!r} (allowed: a duration such as 30d, or a date such as 2025-06-13)"
        ) from None


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with ``Z``, whole seconds: ``2025-06-13T09:00:00Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_or_none(moment: datetime | None) -> str | None:
    """``iso`` of a time that may be missing."""
    return None if moment is None else iso(moment)


def parse_moment(text: str | None) -> datetime | None:
    """The time in an entry's ``published`` as ISO 8601 or RFC 2822; None where it cannot be read or be."""
    if not text or not text.strip():
        return None
    try:
        moment: datetime | None = datetime.fromisoformat(text.strip())
    except ValueError:
        moment = _mail_date(text)
    if moment is None:
        return None
    try:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:  # the first or last day of the calendar in a far zone
        return None
    return moment if EARLIEST <= moment < LATEST else None


def _mail_date(text: str) -> datetime | None:
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None


def day(moment: date | datetime) -> str:
    """``2025-06-13``, for people."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d") if isinstance(moment, datetime) else moment.isoformat()
