"""Polls that have come back, on their way from the sweep to its one writer: in batches, and bounded."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Iterator
from datetime import datetime

from storage.model import Feed
from storage.model.noun import noun
from watchers.sources.base import Fetched, Outcome, ParsedFeed

QUIET_WAIT = 0.5  # seconds that a poll without news waits for others: a commit costs more than thirty of them
LULL = 0.001  # seconds in which nobody came, after which none waits for fewer than wait already
MOST_BODIES = 16  # being read or waiting for it, before nobody else is asked: memory is bounded
MOST_NEWS = 96  # polls with entries in one transaction, and so many more may wait with them in memory …
MOST_READ = 5_000_000  # … unless the bodies that were read had so many bytes together
LARGEST_BATCH = 256  # polls in one transaction


@noun
class Answered:
    """A poll that came back; what it means for its feed is worked out off the loop."""

    before: Feed
    outcome: Outcome
    parsed: ParsedFeed | None
    at: datetime
    size: int = 0  # bytes of the body that was read


class Finished:
    """Polls on their way to the writer; those with news after ``news_wait`` seconds, with all that wait.

    Where they are not to wait at all they go alone: what the others cost is not in their way.
    Where it was said how many will come, half of them or more do not wait for the rest: one server
    that hangs holds nobody up, and halving makes few batches of any number.
    """

    def __init__(self, news_wait: float) -> None:
        self._news_wait = news_wait
        self._polls: deque[Answered] = deque()
        self._over = False
        self._ready = asyncio.Event()  # for the writer
        self._room = asyncio.Event()  # for more
        self._timer: asyncio.TimerHandle | None = None
        self._news = 0  # of the polls …
        self._read = 0  # … and the bytes that they were read from
        self._to_come: int | None = None  # that were not put yet; None: nobody knows
        self._bodies = 0  # that came and were not put yet
        self._calm = asyncio.Event()

    def expect(self, polls: int) -> None:
        """So many will come, and then no others."""
        self._to_come = polls

    async def calm(self) -> None:
        """Wait while many bodies that came are not handed on yet."""
        while self._bodies >= MOST_BODIES:
            self._calm.clear()
            await self._calm.wait()

    @contextlib.contextmanager
    def holding(self, outcome: Outcome) -> Iterator[None]:
        """While an answer is read and handed on."""
        size = 1 if isinstance(outcome, Fetched) else 0
        self._bodies += size
        try:
            yield
        finally:
            self._bodies -= size
            if self._bodies < MOST_BODIES:
                self._calm.set()

    async def put(self, poll: Answered) -> None:
        """Hand a poll on; waits while the writer is behind."""
        while self._is_full():
            self._room.clear()
            await self._room.wait()
        self._polls.append(poll)
        self._news += poll.parsed is not None
        self._read += poll.size
        if self._to_come is not None:
            self._to_come -= 1
        wait = QUIET_WAIT if poll.parsed is None else self._news_wait
        if not wait or self._is_full():
            self._ready.set()
        elif self._to_come is not None and len(self._polls) >= self._to_come:
            self._drop_timer()
            self._ready_in(LULL)
        else:
            self._ready_in(wait)

    def _is_full(self) -> bool:
        return self._news >= MOST_NEWS or self._read >= MOST_READ or len(self._polls) >= LARGEST_BATCH

    def _ready_in(self, seconds: float) -> None:
        """Let the writer begin by then, or earlier where that was said before."""
        loop = asyncio.get_running_loop()
        at = loop.time() + seconds
        if self._timer is not None:
            if self._timer.when() <= at:
                return
            self._timer.cancel()
        self._timer = loop.call_at(at, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self._ready.set()

    def _drop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def end(self) -> None:
        """Nothing more will come."""
        self._over = True
        self._ready.set()

    async def take(self) -> list[Answered]:
        """The next batch; empty at the end."""
        await self._ready.wait()
        alone = self._goes_alone()
        batch = [poll for poll in self._polls if poll.parsed is not None or not alone]
        self._polls = deque(poll for poll in self._polls if poll.parsed is None and alone)
        if not alone:
            self._drop_timer()
        self._news = self._read = 0
        self._room.set()
        if not self._over:
            self._ready.clear()
        return batch

    def _goes_alone(self) -> bool:
        """Whether there is news that shall not wait, and the others, whose timer runs, still can."""
        if not self._news or self._news_wait or self._over or len(self._polls) >= LARGEST_BATCH:
            return False
        return self._timer is not None and self._timer.when() > asyncio.get_running_loop().time()
