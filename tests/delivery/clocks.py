"""Clocks for tests: one that leaps instead of waiting, and one that runs fast."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

from bot.sinks.base import Clock

START = datetime(2025, 6, 13, 9, 0, tzinfo=UTC)


class LeapingClock(Clock):
    """Stands still until somebody sleeps, then leaps there at once; the wall may be set apart."""

    def __init__(self, start: datetime = START) -> None:
        self._start = start
        self.elapsed = 0.0  # seconds, monotonic
        self.wall_offset = timedelta(0)  # how far somebody set the wall clock
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.elapsed) + self.wall_offset

    def monotonic(self) -> float:
        return self.elapsed

    def true_time(self) -> float:
        """The time that everybody else has, as epoch seconds: Discord's clock."""
        return self._start.timestamp() + self.elapsed

    def let(self, seconds: float) -> None:
        """Time passes."""
        self.elapsed += seconds

    async def sleep(self, seconds: float, stop: asyncio.Event | None = None) -> None:
        self.slept.append(seconds)
        self.elapsed += seconds
        await asyncio.sleep(0)


class FastClock(Clock):
    """Runs ``speed`` times as fast as the world; two of the same ``origin`` agree over processes."""

    def __init__(self, speed: float, origin: float, wall_offset: float = 0.0) -> None:
        self._speed = speed
        self._origin = origin  # epoch seconds at which both clocks showed the same
        self._offset = wall_offset

    def now(self) -> datetime:
        run = (time.time() - self._origin) * self._speed
        return datetime.fromtimestamp(self._origin + run + self._offset, UTC)

    def monotonic(self) -> float:
        return time.monotonic() * self._speed

    async def sleep(self, seconds: float, stop: asyncio.Event | None = None) -> None:
        await super().sleep(seconds / self._speed, stop)
