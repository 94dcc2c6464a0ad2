"""Where pictures are drawn: one at a time in a thread of their own, so that questions never wait."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

WAITING = 6  # pictures, the one in hand included: about a second of drawing; more get words alone

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
            return await asyncio.get_running_loop().run_in_executor(self._thread, draw)
        except Exception:  # whatever a drawing library throws: the words are out already
            log.exception("a picture could not be drawn")
            return None
        finally:
            self._waiting -= 1
