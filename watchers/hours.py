"""Quiet hours and digest times by a wall clock somewhere.  Pure, and right when clocks change.

A local time that does not exist (spring) or exists twice (autumn) is the later of the two
moments that it can mean: nobody is woken an hour early.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from storage.model import Route

DIGEST_AT = time(9, 0)  # in the route's time zone
DIGEST_DAY = 0  # Monday: of weekly digests
PERIODS = {"daily": timedelta(days=1), "weekly": timedelta(days=7)}


def quiet_hours(text: str) -> tuple[time, time]:
    """ "22:00-07:00" as times; ValueError, with what is allowed, for anything else."""
    begins, dash, ends = text.partition("-")
    try:
        start, end = (time.fromisoformat(part.strip()) for part in (begins, ends))
    except ValueError:
        dash = ""
        start = end = time(0)
    if not dash or start == end or start.tzinfo or end.tzinfo:
        raise ValueError(f"{text!r} are no quiet hours: give them like 22:00-07:00")
    return start, end


def quiet_until(route: Route, now: datetime) -> datetime | None:
    """When the route's quiet hours end, if ``now`` lies in them."""
    if not route.quiet_hours:
        return None
    start, end = quiet_hours(route.quiet_hours)
    zone = ZoneInfo(route.timezone)
    here = now.astimezone(zone)
    over_midnight = start > end
    clock = here.time()
    if not (clock >= start or clock < end if over_midnight else start <= clock < end):
        return None
    tomorrow = over_midnight and clock >= start
    ends = moment(here.date() + timedelta(days=tomorrow), end, zone)
    return ends if ends > now else None


def last_digest(route: Route, now: datetime) -> datetime | None:
    """The latest time, not after ``now``, at which the route's digest was due; None without one."""
    if route.digest not in PERIODS:
        return None
    zone = ZoneInfo(route.timezone)
    day = now.astimezone(zone).date()
    back = (day.weekday() - DIGEST_DAY) % 7 if route.digest == "weekly" else 0
    due = moment(day - timedelta(days=back), DIGEST_AT, zone)
    if due > now:
        due = moment(day - timedelta(days=back) - PERIODS[route.digest], DIGEST_AT, zone)
    return due


def moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """That time of that day, UTC."""
    return max(
        datetime.combine(day, clock, tzinfo=zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1)
    )
