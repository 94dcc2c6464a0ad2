"""Where pictures are drawn: one at a time, in a child process, so that no question ever waits.

matplotlib keeps the interpreter's lock for long stretches, and memory for good; a child
does neither to us, and one that hangs or dies costs only its picture.
"""

import asyncio
import logging
import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

WAITING = 6  # pictures, the one in hand included: some seconds of drawing; more get words alone
LONGEST = 60.0  # seconds for one

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Easel:
    """Draws what comes, unless too much waits already."""

    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "pictures"))
    _waiting: int = 0

    async def draw(self, draw: Callable[[], bytes]) -> bytes | None:
        """The PNG; None where too many wait, or drawing failed, which is logged."""
        if self._waiting >= WAITING:
            return None
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, in_child, draw)
        except Exception as error:  # whatever a drawing library throws: the words are out already
            said = (
                error.stderr.decode(errors="replace")
                if isinstance(error, subprocess.CalledProcessError)
                else ""
            )
            log.error("a picture could not be drawn: %s %s", error, said[-2_000:])
            return None
        finally:
            self._waiting -= 1


def in_child(draw: Callable[[], bytes]) -> bytes:
    """What ``draw``, which can be pickled, gives in a process of its own."""
    command = [sys.executable, "-m", "bot.charts"]
    drawn = subprocess.run(
        command, input=pickle.dumps(draw), capture_output=True, check=True, timeout=LONGEST
    )
    return drawn.stdout
