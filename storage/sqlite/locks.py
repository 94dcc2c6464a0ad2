"""Locks between processes: kernel locks on small files beside the database.

The kernel lets go of them when their process dies, however it dies, so nothing stale is
left.  ``<db>.lock`` is held for the length of one write transaction; ``<db>.pass.lock`` for a
whole pass, ``<db>.courier.lock`` while something is delivered and ``<db>.run.lock`` for the life
of a ``run``, and these three say who holds them and since when.

``fcntl.flock`` is used directly: the library around it costs 55 ms at import, a sixth of
what the start of a command may take.
"""

import errno
import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from storage.errors import StoreError, StoreFull, StoreReadOnly

FIRST_WAIT = 0.0005  # seconds between two tries, doubled up to LONGEST_WAIT
LONGEST_WAIT = 0.016
PATIENCE = 60.0  # seconds after which a writer is taken to hang


@dataclass(frozen=True, slots=True, kw_only=True)
class PassLock:
    """Whether the pass may begin; if not, who is at it since when (None: unknown)."""

    acquired: bool
    holder: str | None = None
    since: datetime | None = None


class FileLock:
    """One lock file, taken and let go many times by one thread at a time."""

    __slots__ = ("_file", "path")

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    def acquire(self, patience: float = PATIENCE) -> None:
        """Take the lock, waiting for other processes; StoreError when one hangs."""
        if self._file is None:
            self._file = open_lock_file(self.path)
        deadline = time.monotonic() + patience
        wait = FIRST_WAIT
        while not _try(self._file):
            if time.monotonic() > deadline:
                raise StoreError(
                    f"{self.path}: another process has been writing for {patience:.0f} s: "
                    "look for a movewire that hangs and stop it"
                )
            time.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)

    def release(self) -> None:
        """Let go; the file stays, so that nobody locks a name that is gone."""
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go for good."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def open_lock_file(path: Path) -> int:
    """A descriptor of the lock file, made where it is missing."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise StoreError(f"{path.parent}: there is no such folder: create it first") from error
        if error.errno == errno.ENOSPC:
            raise StoreFull(f"{path.parent}: the disk is full: make room, then try again") from error
        raise StoreReadOnly(
            f"{path}: cannot be written ({error.strerror}): give write access to the folder "
            "of the database, or choose another one with MOVEWIRE_DB"
        ) from error


@contextmanager
def pass_lock(path: Path, holder: str, now: datetime) -> Iterator[PassLock]:
    """Hold the lock of a whole pass (of a courier, a ``run``), or learn at once who does.

    Never waits.  ``holder`` is for people ("poll, pid 412").
    """
    file = open_lock_file(path)
    try:
        if not _try(file):
            yield _holder(file)
            return
        note = json.dumps({"holder": holder, "since": now.astimezone(UTC).isoformat()}).encode()
        try:
            os.ftruncate(file, 0)
            os.pwrite(file, note, 0)
        except OSError:
            pass  # a full disk: the lock holds all the same, only its note is missing
        try:
            yield PassLock(acquired=True, holder=holder, since=now)
        finally:
            os.ftruncate(file, 0)  # the next one to be refused shall not read of this pass
    finally:
        os.close(file)


def _try(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(file: int) -> PassLock:
    try:
        note = json.loads(os.pread(file, 4096, 0))
        return PassLock(
            acquired=False, holder=str(note["holder"]), since=datetime.fromisoformat(note["since"])
        )
    except (ValueError, KeyError, TypeError):
        return PassLock(acquired=False)  # it has only just taken it
