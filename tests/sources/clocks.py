"""A clock for what waits."""

import asyncio


class Clock:
    """Simulated time in seconds that sleeping moves; ``slept`` holds how."""

    def __init__(self, now: float = 1_750_000_000.0) -> None:
        self.now = now
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        await asyncio.sleep(0)
        self.now += seconds
