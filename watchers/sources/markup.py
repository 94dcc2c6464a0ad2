"""What both readers of RSS share: mending of ampersands, and what a body asks of its readers.

Pure.  <ttl>, sy:updatePeriod, skipHours and skipDays say how often to poll.
"""

import re
from datetime import timedelta
from html.entities import name2codepoint

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


_AMPERSAND = re.compile(rb"&(?:(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);|([A-Za-z]\w{1,30});)?")


def mended(body: bytes) -> bytes:
    """With bare ampersands escaped and HTML's named characters as numbers.

    Both are what makes most feeds malformed, and feedparser makes "AT&T;" of "AT&T".  Inside
    CDATA it changes only how the same character is written.  For ASCII-compatible bodies.
    """
    if b"\x00" in body[:64]:
        return body
    return _AMPERSAND.sub(_mend, body)


def _mend(found: re.Match[bytes]) -> bytes:
    known, named = found.groups()
    if known is not None:
        return found[0]
    number = name2codepoint.get(named.decode("ascii", "replace")) if named is not None else None
    return b"&#%d;" % number if number is not None else b"&amp;" + found[0][1:]


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
