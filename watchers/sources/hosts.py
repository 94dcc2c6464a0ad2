"""Turns at hosts: one request at a time, at least a second apart; many hosts at once.

A request that is still under way after a second no longer counts against the number of
hosts that may be asked at once, so that hanging servers delay nobody; of such slow ones
there is an allowance of its own.  ``turns`` shares the turns with other processes.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Self

from watchers.sources.turns import Kept, SharedTurns, slot

SLOW_AFTER = 1.0  # seconds under way, then a request gives its place to others
SLOW_AT_ONCE = 256  # further requests that may be slow at the same time
LOOK_AGAIN = 0.1  # seconds at least between two looks for slow requests
BUSY_WAIT = 0.25  # seconds between looks whether another process has done with a host
REMEMBERED = 4096  # hosts whose last turn is kept before idle ones are dropped
LONGEST_HOLD = 7 * 86400.0  # seconds that are granted; what the file says beyond is a clock that was wrong


class _Host:
    __slots__ = ("held", "lock", "ready", "slot", "waiting")

    def __init__(self, name: str) -> None:
        self.lock = asyncio.Lock()
        self.ready = 0.0  # clock time of its next turn
        self.held = 0.0  # clock time until which it wants to be left alone
        self.waiting = 0
        self.slot = slot(name)


class Turn:
    """One host's turn, while it lasts: an async context manager."""

    __slots__ = ("_host", "_hosts")

    def __init__(self, hosts: "Hosts", host: _Host) -> None:
        self._hosts = hosts
        self._host = host

    async def __aenter__(self) -> Self:
        await self._hosts.begin(self._host)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._hosts.end(self._host)

    def hold(self, seconds: float) -> None:
        """Ask this host nothing more for ``seconds`` (it said so)."""
        self._host.held = max(self._host.held, self._hosts.clock() + min(seconds, LONGEST_HOLD))

    def held(self) -> float:
        """Seconds that the host still asks to be left alone."""
        return max(self._host.held - self._hosts.clock(), 0.0)


class Hosts:
    """Gives out the turns; ``clock`` gives epoch seconds."""

    def __init__(
        self,
        *,
        concurrency: int,
        spacing: float,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        shared: SharedTurns | None = None,
    ) -> None:
        self._spacing = spacing
        self.clock = clock
        self._sleep = sleep
        self._shared = shared
        self._hosts: dict[str, _Host] = {}
        self._places = _Places(concurrency)

    def turn(self, name: str) -> Turn:
        """To be entered: waits for the host's turn and for a place; the pause begins when the turn ends."""
        name = name.lower().rstrip(".")
        host = self._hosts.get(name)
        if host is None:
            self._forget()
            host = self._hosts[name] = _Host(name)
        return Turn(self, host)

    async def begin(self, host: _Host) -> None:
        """Take the host's turn; ``end`` it."""
        host.waiting += 1
        try:
            await host.lock.acquire()
            try:
                await self._take(host)
                try:
                    await self._places.take(host)
                except BaseException:
                    self._give(host)
                    raise
            except BaseException:
                host.lock.release()
                raise
        except BaseException:
            host.waiting -= 1
            raise

    def end(self, host: _Host) -> None:
        """Give the host's turn to others."""
        self._places.give(host)
        self._give(host)
        host.lock.release()
        host.waiting -= 1

    def ask_when(self, calm: Callable[[], Awaitable[None]]) -> None:
        """Let ``calm`` be awaited in each place before something is asked."""
        self._places.calm = calm

    def close(self) -> None:
        """Give up what is shared with others."""
        self._places.close()
        if self._shared is not None:
            self._shared.close()

    async def _take(self, host: _Host) -> None:
        """Wait until a second has passed since anybody's last request, and nobody else is at it."""
        if host.ready:
            await self._until(host.ready)
        if self._shared is not None:
            # Only now, so that others have had our own pause to come before us.
            while (kept := self._shared.lock(host.slot)) is None:
                await self._sleep(BUSY_WAIT)
            if kept.ready or kept.held:
                try:
                    await self._as_others_left(host, kept)
                except BaseException:
                    self._shared.unlock(host.slot)
                    raise
            self._shared.keep(host.slot, Kept(ready=self.clock() + self._spacing, held=host.held))

    async def _as_others_left(self, host: _Host, kept: Kept) -> None:
        """Wait out another's pause; whoever waits has the host already, so it comes next."""
        now = self.clock()
        if kept.held <= now + LONGEST_HOLD:
            host.held = max(host.held, kept.held)
        if now < kept.ready <= now + self._spacing:  # beyond: a clock that was wrong
            await self._until(kept.ready)

    async def _until(self, ready: float) -> None:
        wait = min(ready - self.clock(), self._spacing)
        if wait > 0:
            await self._sleep(wait)

    def _give(self, host: _Host) -> None:
        host.ready = self.clock() + self._spacing
        if self._shared is not None:
            self._shared.keep(host.slot, Kept(ready=host.ready, held=host.held))
            self._shared.unlock(host.slot)

    def _forget(self) -> None:
        if len(self._hosts) < REMEMBERED:
            return
        now = self.clock()
        for name in [
            name
            for name, host in self._hosts.items()
            if not host.waiting and max(host.ready, host.held) <= now
        ]:
            del self._hosts[name]


class _Places:
    """So many requests at once, and some more that are slow: these give their places to others.

    One timer looks after all requests: most are over before it rings.
    """

    def __init__(self, count: int) -> None:
        self.calm: Callable[[], Awaitable[None]] | None = None
        self._free = asyncio.Semaphore(count)
        self._since: dict[_Host, float] = {}  # those that are not slow (yet), the oldest first
        self._slow: set[_Host] = set()
        self._timer: asyncio.TimerHandle | None = None

    async def take(self, host: _Host) -> None:
        """A place for a request to ``host``, which has none."""
        await self._free.acquire()
        if self.calm is not None:
            try:
                await self.calm()
            except BaseException:
                self._free.release()
                raise
        loop = asyncio.get_running_loop()
        self._since[host] = loop.time()
        if self._timer is None:
            self._timer = loop.call_later(SLOW_AFTER, self._look)

    def give(self, host: _Host) -> None:
        """The request is over."""
        if host in self._slow:
            self._slow.remove(host)
        else:
            del self._since[host]
            self._free.release()

    def close(self) -> None:
        """Stop looking."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        """Let those step aside that are slow."""
        loop = asyncio.get_running_loop()
        for host, since in list(self._since.items()):
            if since + SLOW_AFTER > loop.time() or len(self._slow) >= SLOW_AT_ONCE:
                wait = max(since + SLOW_AFTER - loop.time(), LOOK_AGAIN)
                self._timer = loop.call_later(wait, self._look)
                return
            del self._since[host]
            self._slow.add(host)
            self._free.release()
        self._timer = None
