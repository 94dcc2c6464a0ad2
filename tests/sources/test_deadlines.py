"""One timer for many waits."""

import asyncio

import pytest

from watchers.sources.deadlines import Deadlines


async def test_what_takes_longer_is_ended_and_the_rest_is_not() -> None:
    deadlines = Deadlines()
    done = asyncio.Event()

    async def wait(seconds: float) -> str:
        try:
            with deadlines.within(seconds):
                await done.wait()
        except TimeoutError:
            return "ended"
        return "done"

    waits = [asyncio.create_task(wait(seconds)) for seconds in (3600.0, 0.02, 0.01)]
    assert await asyncio.gather(*waits[1:]) == ["ended", "ended"]
    assert not waits[0].done()
    done.set()
    assert await waits[0] == "done"
    deadlines.close()


async def test_a_cancellation_by_others_stays_one() -> None:
    deadlines = Deadlines()

    async def wait() -> None:
        with deadlines.within(3600.0):
            await asyncio.sleep(3600)

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    deadlines.close()


async def test_the_inner_of_two_ends_alone() -> None:
    deadlines = Deadlines()
    with deadlines.within(3600.0):
        with pytest.raises(TimeoutError), deadlines.within(0.001):
            await asyncio.sleep(3600)
        await asyncio.sleep(0)
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling()
    deadlines.close()
