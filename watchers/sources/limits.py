"""Parsing where it cannot hurt: a child process with limits on CPU time and memory.

feedparser takes 36 s for a megabyte of categories, 6 s for 40 kB of one author's name, and
its regular expressions keep every other thread waiting meanwhile.  So it never runs in our
process: what the fast readers leave to it, and every large or crowded body, goes to a child
over a pipe.  A child takes one body after another, is stopped by the kernel when one costs
too much, and ends by itself when idle.  ``watchers.sources.child`` is its other end.
"""

import atexit
import contextlib
import os
import selectors
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

import msgspec

from storage.model import Feed
from watchers.sources import base
from watchers.sources.base import ParsedFeed, ParseError, ParseTooCostly

CPU_SECONDS = 10  # of one body
WALL_SECONDS = 25.0  # likewise, on a machine that is busy
MEMORY = 512 * 1024 * 1024  # address space of a child
LARGEST_ANSWER = 24 * 1024 * 1024
AT_ONCE = 2  # children at first …
OVERTIME = 0.5  # … and after waiting so long for one of them
AT_MOST = 6
IDLE_SECONDS = 30.0
HEADER = struct.Struct(">I")

_KINDS: list[type[ParseError]] = [ParseError, *ParseError.__subclasses__()]
_ERRORS = {kind.name: kind for kind in _KINDS}


class Job(msgspec.Struct, array_like=True):
    """What is sent to a child."""

    body: bytes
    url: str
    content_type: str | None
    feed: Feed


class Answer(msgspec.Struct, array_like=True):
    """What comes back: a feed, or a named error."""

    parsed: ParsedFeed | None = None
    error: str | None = None
    detail: str = ""


def parse_in_child(body: bytes, url: str, content_type: str | None, feed: Feed) -> ParsedFeed:
    """``sources.parse`` in a child; raises its named ParseError, or ParseTooCostly."""
    job = msgspec.msgpack.encode(Job(body, url, content_type, feed))
    worker = _POOL.take()
    try:
        raw = worker.ask(job)
    finally:
        _POOL.give_back(worker)
    try:
        answer = msgspec.msgpack.decode(raw, type=Answer)
    except msgspec.MsgspecError as error:
        raise ParseTooCostly("the parser gave no answer that can be read") from error
    if answer.parsed is None:
        raise _ERRORS.get(answer.error or "", ParseError)(answer.detail)
    return answer.parsed


def close() -> None:
    """End all children that are idle; also done when the process ends."""
    _POOL.close()


class _Worker:
    """One child, started when first asked."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, job: bytes) -> bytes:
        """Send a job and wait for the answer; raises ParseTooCostly when the child dies of it."""
        for attempt in (1, 2):
            process = self._started()
            try:
                assert process.stdin is not None
                assert process.stdout is not None
                deadline = time.monotonic() + WALL_SECONDS
                _write(process.stdin, HEADER.pack(len(job)) + job, deadline)
                (size,) = HEADER.unpack(_read(process.stdout, HEADER.size, deadline))
                if size > LARGEST_ANSWER:
                    raise ParseTooCostly("its entries are larger than is taken")
                return _read(process.stdout, size, deadline)
            except (EOFError, BrokenPipeError) as error:
                ended_idle = process.wait(timeout=5) == 0
                self.end()
                if attempt == 2 or not ended_idle:
                    raise ParseTooCostly("parsing reached its limit of CPU time or memory") from error
            except TimeoutError as error:
                self.end()
                raise ParseTooCostly(f"parsing took longer than {WALL_SECONDS:g} s") from error
            except BaseException:
                self.end()  # in an unknown state: never asked again
                raise
        raise AssertionError("unreachable")

    def end(self) -> None:
        """Stop the child, if there is one."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self.end()
        if self._process is None:
            rooms = str(Path(base.__file__).resolve().parents[2])
            self._process = subprocess.Popen(
                [sys.executable, "-m", "watchers.sources.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                env={**_environment(), "PYTHONPATH": rooms},
                start_new_session=True,  # Ctrl-C is for us
            )
        return self._process


def _environment() -> dict[str, str]:
    """What a child needs of ours: no token, no address of anything."""
    kept = ("PATH", "LANG", "LC_ALL", "TZ", "HOME", "SYSTEMROOT", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ}


def _write(pipe: IO[bytes], rest: bytes, deadline: float) -> None:
    view = memoryview(rest)
    os.set_blocking(pipe.fileno(), False)
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_WRITE)
        while view:
            _wait(selector, deadline)
            with contextlib.suppress(BlockingIOError):
                view = view[os.write(pipe.fileno(), view) :]


def _read(pipe: IO[bytes], size: int, deadline: float) -> bytes:
    pieces: list[bytes] = []
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while size:
            _wait(selector, deadline)
            piece = os.read(pipe.fileno(), min(size, 1 << 20))
            if not piece:
                raise EOFError
            pieces.append(piece)
            size -= len(piece)
    return b"".join(pieces)


def _wait(selector: selectors.BaseSelector, deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0 or not selector.select(left):
        raise TimeoutError


class _Pool:
    """Few children for many threads; more of them while some are stuck in costly bodies."""

    def __init__(self) -> None:
        self._idle: list[_Worker] = []
        self._busy = 0
        self._changed = threading.Condition()

    def take(self) -> _Worker:
        """An idle child, or a new one; waits where there are enough."""
        began = time.monotonic()
        with self._changed:
            while True:
                waited = time.monotonic() - began
                if self._busy < (AT_ONCE if waited < OVERTIME else AT_MOST):
                    break
                self._changed.wait(OVERTIME - waited if waited < OVERTIME else None)
            self._busy += 1
            return self._idle.pop() if self._idle else _Worker()

    def give_back(self, worker: _Worker) -> None:
        with self._changed:
            self._busy -= 1
            self._idle.append(worker)
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.end()


_POOL = _Pool()
atexit.register(close)
