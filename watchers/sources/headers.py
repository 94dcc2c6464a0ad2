"""Header fields that say when to come back: Retry-After and Cache-Control.

Pure; RFC 9110 section 10.2.3 and RFC 9111 section 5.2.
"""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(days=30)  # what a publisher asks for beyond this is taken as this
_MAX_AGE = re.compile(r"(?:^|,)\s*max-age\s*=\s*\"?(\d{1,12})", re.IGNORECASE)


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """The wait asked for, in seconds or as a date; None: none, or unreadable."""
    if not value:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=min(int(text[:12]), 10**9)), LONGEST)
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return min(max(when - now, timedelta(0)), LONGEST)


def max_age(value: str | None) -> timedelta | None:
    """Cache-Control's max-age; None where there is none or it forbids keeping."""
    if not value or "no-cache" in value.lower() or "no-store" in value.lower():
        return None
    found = _MAX_AGE.search(value)
    if found is None:
        return None
    return min(timedelta(seconds=min(int(found[1]), 10**9)), LONGEST)
