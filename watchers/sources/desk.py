"""The one thread beside the event loop in which bodies are parsed and polls are stored.

A second one would only wait for the interpreter, and changing between them costs as much as
reading a small body; so does handing bodies over one by one.  What waits is parsed together.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from storage.model import Feed
from watchers.sources.base import Fetched, ParsedFeed

P = ParamSpec("P")
R = TypeVar("R")
Parse = Callable[[bytes, str, str | None, Feed], ParsedFeed]
_Waiting = tuple[Fetched, Feed, "asyncio.Future[ParsedFeed]"]
_Read = tuple["asyncio.Future[ParsedFeed]", "ParsedFeed | Exception"]


class Desk:
    """Parses by ``parse``; its thread starts with the first thing to do."""

    def __init__(self, parse: Parse) -> None:
        self._parse = parse
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk")
        self._lock = threading.Lock()
        self._waiting: list[_Waiting] = []
        self._busy = False  # a look at ``_waiting`` is still to come

    async def parse(self, fetched: Fetched, feed: Feed) -> ParsedFeed:
        """Parse a body; raises what the parser raises."""
        read: asyncio.Future[ParsedFeed] = asyncio.get_running_loop().create_future()
        with self._lock:
            self._waiting.append((fetched, feed, read))
            begin, self._busy = not self._busy, True
        if begin:
            self._thread.submit(self._work)
        return await read

    async def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do other work in the same thread, after what was asked before."""
        return await asyncio.wrap_future(self._thread.submit(work, *args, **kwargs))

    def _work(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, []
            self._busy = False
        read = [(future, self._read(fetched, feed)) for fetched, feed, future in waiting if not future.done()]
        for loop in {future.get_loop() for future, _ in read}:
            with contextlib.suppress(RuntimeError):  # it was closed: nobody waits any more
                loop.call_soon_threadsafe(_settle, [one for one in read if one[0].get_loop() is loop])

    def _read(self, fetched: Fetched, feed: Feed) -> "ParsedFeed | Exception":
        try:
            return self._parse(fetched.body, fetched.url, fetched.content_type, feed)
        except Exception as error:  # its asker's
            return error


def _settle(read: list[_Read]) -> None:
    for future, found in read:
        if future.done():
            continue  # nobody waits for it any more
        if isinstance(found, Exception):
            future.set_exception(found)
        else:
            future.set_result(found)
