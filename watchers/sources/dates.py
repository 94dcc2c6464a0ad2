"""Times as feeds write them, made aware UTC.

RFC 822 and RFC 3339 first, in the spellings that are common; feedparser's own readers
judge the rest.  None means: no time that can be believed.
"""

import re
from calendar import timegm
from datetime import UTC, datetime, timedelta
from functools import lru_cache

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # before the web: a zero, an epoch, a typing error

LONGEST = 80  # characters of a time

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_ZONES = {
    "": 0, "z": 0, "ut": 0, "utc": 0, "gmt": 0,
    "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
}  # fmt: skip
_RFC822 = re.compile(
    r"(?:[A-Za-z]{3},\s+)?(\d{1,2})\s+([A-Za-z]{3})\s+(\d{4})\s+(\d{2}):(\d{2})(?::(\d{2}))?\s*"
    r"([A-Za-z]{1,3}|[+-]\d{4})?",
    re.ASCII,
)
_RFC3339 = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([Zz]|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)

_CLOCK = (
    r"(?:,?\s+(?:at\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>[A-Z]{1,3}|[+-]\d{2}:?\d{2})?)?\s*$"
)
_MONTH_FIRST = re.compile(
    r"\b(?P<month>[A-Z][a-z]{2,8})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})" + _CLOCK
)
_DAY_FIRST = re.compile(
    r"\b(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+(?P<month>[A-Z][a-z]{2,8})\.?,?\s+(?P<year>\d{4})" + _CLOCK
)
_SHAPE = re.compile(r"\d{4}-\d{2}-\d{2}T", re.ASCII)


@lru_cache(maxsize=2048)
def parse_common(text: str) -> datetime | None:
    """A time in one of the two common spellings; None for every other."""
    text = text.strip()
    found = _RFC822.fullmatch(text)
    if found is not None:
        month = _MONTHS.get(found[2].lower())
        offset = _offset(found[7] or "")
        if month is None or offset is None:
            return None
        return _moment(int(found[3]), month, int(found[1]), found[4], found[5], found[6], offset)
    found = _RFC3339.fullmatch(text)
    if found is None:
        return None
    offset = _offset(found[7] or "")
    if offset is None:
        return None
    return _moment(int(found[1]), int(found[2]), int(found[3]), found[4], found[5], found[6], offset)


def parse_any(text: str | None) -> datetime | None:
    """A time in any spelling that feedparser reads; None where it reads none."""
    if not text or len(text) > LONGEST:
        return None
    common = parse_common(text)
    if common is not None or _SHAPE.match(text.strip()):
        return common  # the common shape with impossible numbers is no time
    from feedparser.datetimes import _parse_date

    return from_tuple(_parse_date(text)) or _spoken(text)


def _spoken(text: str) -> datetime | None:
    """ "Monday, June 2, 2025 7:05 AM" and "2 June 2025, 19:05", in English."""
    found = _MONTH_FIRST.search(text) or _DAY_FIRST.search(text)
    if found is None:
        return None
    parts = found.groupdict()
    month, offset = _MONTHS.get(parts["month"][:3].lower()), _offset(parts["zone"] or "")
    if month is None or offset is None:
        return None
    hour = int(parts["hour"] or 0)
    if parts["half"] and 1 <= hour <= 12:
        hour = hour % 12 + (12 if parts["half"][0] in "pP" else 0)
    year, day = int(parts["year"]), int(parts["day"])
    return _moment(year, month, day, str(hour), parts["minute"], parts["second"], offset)


def from_tuple(parts: tuple[int, ...] | None) -> datetime | None:
    """feedparser's UTC time tuple as a time."""
    if parts is None:
        return None
    try:
        return _believable(datetime.fromtimestamp(timegm(parts), UTC))
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _offset(zone: str) -> int | None:
    """Minutes east of UTC; None for a zone that is not known."""
    zone = zone.lower()
    known = _ZONES.get(zone)
    if known is not None:
        return known
    if zone[0] in "+-":
        minutes = int(zone[1:3]) * 60 + int(zone[-2:])
        return -minutes if zone[0] == "-" else minutes
    return None


def _moment(
    year: int, month: int, day: int, hour: str | None, minute: str | None, second: str | None, offset: int
) -> datetime | None:
    try:
        local = datetime(
            year, month, day, int(hour or 0), int(minute or 0), min(int(second or 0), 59), tzinfo=UTC
        )
        return _believable(local - timedelta(minutes=offset))
    except (ValueError, OverflowError):
        return None


def _believable(moment: datetime) -> datetime | None:
    return moment if moment >= EARLIEST else None
