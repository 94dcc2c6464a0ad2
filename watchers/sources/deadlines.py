"""An end for many waits by one timer: ``asyncio.timeout`` sets one for each, a twentieth of a poll."""

import asyncio
from types import TracebackType


class Deadlines:
    """Ends what takes longer than it may; most is over long before the timer rings."""

    def __init__(self) -> None:
        self._open: set[Within] = set()
        self._timer: asyncio.TimerHandle | None = None

    def within(self, seconds: float) -> "Within":
        """A context manager for the running task: raises TimeoutError where what is in it takes longer."""
        return Within(self, seconds)

    def add(self, one: "Within") -> None:
        """Begin to watch over one."""
        self._open.add(one)
        self._ring_at(one.at)

    def remove(self, one: "Within") -> None:
        """It is over."""
        self._open.discard(one)

    def close(self) -> None:
        """Watch no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring_at(self, at: float) -> None:
        """Let the timer ring by then, or earlier where that was said before."""
        if self._timer is not None:
            if self._timer.when() <= at:
                return
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(at, self._ring)

    def _ring(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        for one in [one for one in self._open if one.at <= now]:
            self._open.remove(one)
            one.end()
        if self._open:
            self._ring_at(min(one.at for one in self._open))


class Within:
    """What may take so long; see ``Deadlines.within``."""

    __slots__ = ("_asked", "_deadlines", "_ended", "_seconds", "_task", "at")

    def __init__(self, deadlines: Deadlines, seconds: float) -> None:
        self._deadlines = deadlines
        self._seconds = seconds
        self._ended = False

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        self._asked = task.cancelling()  # by others, before
        self.at = asyncio.get_running_loop().time() + self._seconds
        self._deadlines.add(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._deadlines.remove(self)
        if self._ended and self._task.uncancel() <= self._asked and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def end(self) -> None:
        """Its time is over."""
        self._ended = True
        self._task.cancel()
