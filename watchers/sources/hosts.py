"""Turns at hosts: one request at a time, at least a second apart; many hosts at once.

A request that is still under way after a second no longer counts against the number of
hosts that may be asked at once, so that hanging servers delay nobody (their own number is
bounded too).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

SLOW_AFTER = 1.0  # seconds under way, then it gives its place to others
SLOW_AT_ONCE = 384  # further requests that may be slow at the same time
REMEMBERED = 4096  # hosts whose last turn is kept before idle ones are dropped


class Turn:
    """One host's turn, while it lasts."""

    __slots__ = ("_clock", "_host")

    def __init__(self, host: "_Host", clock: Callable[[], float]) -> None:
        self._host = host
        self._clock = clock

    def hold(self, seconds: float) -> None:
        """Ask this host nothing more for ``seconds`` (it said so)."""
        self._host.held = max(self._host.held, self._clock() + seconds)

    def held(self) -> float:
        """Seconds that the host still asks to be left alone."""
        return max(self._host.held - self._clock(), 0.0)


class _Host:
    __slots__ = ("held", "lock", "ready", "waiting")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.ready = 0.0  # clock time of its next turn
        self.held = 0.0  # clock time until which it wants to be left alone
        self.waiting = 0


class Hosts:
    """Gives out the turns."""

    def __init__(
        self,
        *,
        concurrency: int,
        spacing: float,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._spacing = spacing
        self._clock = clock
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}
        self._places = asyncio.Semaphore(concurrency)
        self._slow = asyncio.Semaphore(SLOW_AT_ONCE)

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[Turn]:
        """Wait for the host's turn and for a place; the pause begins when the turn ends."""
        name = name.lower().rstrip(".")
        host = self._hosts.get(name)
        if host is None:
            self._forget()
            host = self._hosts[name] = _Host()
        host.waiting += 1
        try:
            async with host.lock:
                wait = host.ready - self._clock()
                if wait > 0:
                    await self._sleep(wait)
                async with self._places:
                    try:
                        yield Turn(host, self._clock)
                    finally:
                        host.ready = self._clock() + self._spacing
        finally:
            host.waiting -= 1

    def _forget(self) -> None:
        if len(self._hosts) < REMEMBERED:
            return
        now = self._clock()
        for name in [
            name
            for name, host in self._hosts.items()
            if not host.waiting and max(host.ready, host.held) <= now
        ]:
            del self._hosts[name]
