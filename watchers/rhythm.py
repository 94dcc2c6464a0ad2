"""A feed's own rhythm: how often it brings something, by the hour and the weekday.

Pure.  ``watchers.polling`` asks it for an interval and whether silence is unusual; the
store keeps it as an opaque string with the feed, together with what its body asks of
those who poll it (so that unchanged polls need no body).
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec

from storage.model.noun import noun
from watchers.sources.base import ParsedFeed

HALF_LIFE = timedelta(days=14)  # after it, what was learned counts half
PER_POLL = 0.25  # entries to be expected at each poll: half of them wait no longer than a half interval
SILENT_FACTOR = 8.0  # times the usual gap between entries before silence is unusual
SILENT_AT_LEAST = timedelta(days=3)
KNOWN_AFTER = 5.0  # entries' worth of weight before a silence is called unusual
PRIOR = 12.0  # entries' worth of "any hour, any day alike" mixed into what was learned
LATENESS = timedelta(minutes=5)  # by which a poll may come after it is due
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LIFE = HALF_LIFE / 0.693  # days that fully decayed weights stand for
LIFE_DAYS = LIFE / DAY
NO_TIME = timedelta(0)


class _Kept(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rhythm as the store keeps it: its fields by their first letters, times in epoch seconds."""

    h: tuple[float, ...]
    d: tuple[float, ...]
    n: int | None = None
    s: int | None = None
    u: int | None = None
    e: int = -1
    a: float = 0
    sh: tuple[int, ...] = ()
    sd: tuple[int, ...] = ()
    m: int | None = None


_decode = msgspec.json.Decoder(_Kept).decode


@noun
class Rhythm:
    """What was learned; weights decay, so they are no counts."""

    hours: tuple[float, ...] = (0.0,) * 24  # UTC
    days: tuple[float, ...] = (0.0,) * 7  # 0 = Monday
    newest: datetime | None = None  # publication of the newest entry learned from
    since: datetime | None = None  # learned over the time from then …
    until: datetime | None = None  # … to then
    entries: int = -1  # held by the last body; -1: none was read yet
    fresh: bool = False  # the last body brought something new; not kept
    asked: timedelta = timedelta(0)  # by <ttl> and sy:updatePeriod
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    moved_since: datetime | None = None  # a permanent redirect is seen since then

    @classmethod
    def decode(cls, text: str | None) -> "Rhythm":
        """From what ``encode`` wrote; anything else is a rhythm not learned yet."""
        if not text:
            return cls()
        try:
            kept = _decode(text)
            return cls(
                hours=kept.h,
                days=kept.d,
                newest=_moment(kept.n),
                since=_moment(kept.s),
                until=_moment(kept.u),
                entries=kept.e,
                asked=timedelta(seconds=kept.a),
                skip_hours=frozenset(kept.sh),
                skip_days=frozenset(kept.sd),
                moved_since=_moment(kept.m),
            )
        except (ValueError, OverflowError, OSError):  # damaged, or a time that no calendar knows
            return cls()

    def encode(self) -> str:
        """Compact JSON."""
        kept = _Kept(
            h=tuple(round(weight, 2) for weight in self.hours),
            d=tuple(round(weight, 2) for weight in self.days),
            n=_seconds(self.newest),
            s=_seconds(self.since),
            u=_seconds(self.until),
            e=self.entries,
            a=int(self.asked.total_seconds()),
            sh=tuple(sorted(self.skip_hours)),
            sd=tuple(sorted(self.skip_days)),
            m=_seconds(self.moved_since),
        )
        return msgspec.json.encode(kept).decode()

    def learned(self, parsed: ParsedFeed, now: datetime) -> "Rhythm":
        """With the entries of a body: those published after all that was seen before."""
        held = {
            "entries": parsed.count,
            "asked": max(parsed.ttl or timedelta(0), parsed.update_every or timedelta(0)),
            "skip_hours": parsed.skip_hours if len(parsed.skip_hours) < 24 else frozenset(),
            "skip_days": parsed.skip_days if len(parsed.skip_days) < 7 else frozenset(),
        }
        times = sorted(
            entry.published
            for entry in parsed.entries
            if entry.published is not None and entry.published <= now + HOUR
        )
        if not times and parsed.entries and self.entries >= 0:
            times = [now]  # an undated feed: its body changed, so something came
        if self.newest is not None:
            times = [time for time in times if time > self.newest]
        elif times:  # a first look: old entries say little about the present rhythm
            times = [time for time in times if time > now - 4 * HALF_LIFE]
        if not times:
            fresh = self.entries < 0 and bool(parsed.entries)
            return replace(self, fresh=fresh, **held)  # type: ignore[arg-type]
        keep = 0.5 ** ((now - self.until) / HALF_LIFE) if self.until is not None else 1.0
        hours = [weight * keep for weight in self.hours]
        days = [weight * keep for weight in self.days]
        for time in times:
            weight = 0.5 ** (max(now - time, timedelta(0)) / HALF_LIFE)
            hours[time.hour] += weight
            days[time.weekday()] += weight
        return replace(
            self,
            hours=tuple(hours),
            days=tuple(days),
            newest=times[-1],
            since=self.since or times[0],
            until=now,
            fresh=True,
            **held,  # type: ignore[arg-type]
        )

    def per_day(self) -> float:
        """Entries a day, when last something came; 0 when nothing is known."""
        return self._per_day(sum(self.hours))

    def _per_day(self, total: float) -> float:
        if self.since is None or self.until is None or total <= 0:
            return 0.0
        age = max(self.until - self.since, DAY)
        return total / (LIFE_DAYS * (1 - 0.5 ** (age / HALF_LIFE)))

    def _rate(self, now: datetime, total: float, per_day: float) -> float:
        if self.until is None:
            return 0.0
        faded = 0.5 ** (max(now - self.until, NO_TIME) / HALF_LIFE)
        rate = per_day / 24 * faded
        seen = self.until - (self.since or self.until)
        if seen >= DAY:  # before, an hour without entries is one that was not seen yet
            rate *= (self._around(now.hour) + PRIOR / 24) / (total + PRIOR) * 24
        if seen >= 7 * DAY:  # likewise
            rate *= (self.days[now.weekday()] + PRIOR / 7) / (total + PRIOR) * 7
        return rate

    def interval(self, now: datetime) -> timedelta:
        """How long to wait so that few entries are expected meanwhile."""
        if self.entries < 0:
            return NO_TIME
        total = sum(self.hours)
        per_day = self._per_day(total)
        rate = max(self._rate(now, total, per_day), self._rate(now + HOUR, total, per_day))
        return HOUR * min(PER_POLL / rate, 24 * 7) if rate > 0 else timedelta(days=7)

    def is_silent(self, now: datetime) -> bool:
        """Whether nothing came for far longer than usual."""
        if self.newest is None or now - self.newest <= SILENT_AT_LEAST or sum(self.hours) < KNOWN_AFTER:
            return False
        return now - self.newest > DAY / self.per_day() * SILENT_FACTOR

    def skips(self, moment: datetime) -> bool:
        """Whether the publisher asks to be left alone then."""
        return moment.hour in self.skip_hours or moment.weekday() in self.skip_days

    def allowed(self, moment: datetime) -> datetime:
        """``moment``, or the first one after it that skipHours and skipDays allow."""
        if not self.skip_hours and not self.skip_days:
            return moment
        for _ in range(24 * 8):
            if not self.skips(moment) and not self.skips(moment + LATENESS):
                return moment
            moment = moment.replace(minute=0, second=0, microsecond=0) + HOUR
        return moment

    def _around(self, hour: int) -> float:
        """The weight of an hour, smoothed with its neighbours."""
        return 0.5 * self.hours[hour] + 0.25 * (self.hours[hour - 1] + self.hours[(hour + 1) % 24])


def _seconds(moment: datetime | None) -> int | None:
    return int(moment.timestamp()) if moment is not None else None


def _moment(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
