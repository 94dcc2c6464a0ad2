"""What a feed's body asks of those who poll it: <ttl>, sy:updatePeriod, skipHours, skipDays.

Pure; shared by both readers of RSS.
"""

import re
from datetime import timedelta

_DAYS = {
    name: number
    for number, name in enumerate(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    )
}
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_HOUR = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
_DAY = re.compile(rb"<day>\s*([A-Za-z]{6,9})\s*</day>", re.IGNORECASE)


def period(name: str | None, frequency: str | None) -> timedelta | None:
    """sy:updatePeriod divided by sy:updateFrequency (web.resource.org/rss/1.0/modules/syndication)."""
    whole = _PERIODS.get((name or "").strip().lower())
    if whole is None:
        return None
    text = (frequency or "1").strip()
    times = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 1
    return whole / max(times, 1)


def minutes(text: str | None) -> timedelta | None:
    """RSS <ttl>: a number of minutes."""
    text = (text or "").strip()
    return timedelta(minutes=int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else None


def skips(body: bytes) -> tuple[frozenset[int], frozenset[int]]:
    """skipHours (UTC) and skipDays (0 = Monday), from the bytes: feedparser keeps only the last of each."""
    start = body.find(b"skip")
    stretch = body[max(start - 100, 0) : start + 8192] if start >= 0 else b""
    hours = {int(text) % 24 for text in _HOUR.findall(stretch)}
    names = (raw.decode("ascii").lower() for raw in _DAY.findall(stretch))
    return frozenset(hours), frozenset(_DAYS[name] for name in names if name in _DAYS)
