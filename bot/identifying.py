"""How often the bot may IDENTIFY: 1,000 times a day, then Discord resets the token.

A shard that lost its session waits two minutes from its last IDENTIFY to the next, whatever
discord.py's own pauses and ours say, and whether its connection or the whole client was made
anew.  Resuming is free.  (events/gateway#identifying)
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

APART = 120.0  # seconds between two IDENTIFYs of one shard: 720 a day at worst
HELD = 20.0  # seconds that a connection is kept waiting; longer waits are made without one


class TooSoon(TimeoutError):
    """Not yet: discord.py takes this as a connection that failed, and tries again later."""


@dataclass(slots=True)
class Turnstile:
    """Lets each shard through once in ``apart`` seconds; outlives clients."""

    apart: float = APART
    held: float = HELD
    clock: Callable[[], float] = time.monotonic
    _last: dict[int, float] = field(default_factory=dict)

    def wait(self, shard: int = 0) -> float:
        """Seconds until a shard may IDENTIFY; 0.0 for at once."""
        last = self._last.get(shard)
        return 0.0 if last is None else max(0.0, last + self.apart - self.clock())

    async def enter(self, shard: int) -> None:
        """Wait for the shard's turn and take it; TooSoon when that is further off than ``held``."""
        wait = self.wait(shard)
        if wait > self.held:
            await asyncio.sleep(self.held)
            raise TooSoon(f"the next IDENTIFY may be sent in {wait - self.held:.0f} s")
        await asyncio.sleep(wait)
        self._last[shard] = self.clock()
