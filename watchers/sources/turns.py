"""Turns at hosts that outlast a process and are shared with others: a file beside the database.

``hosts`` keeps the turns of one process; this keeps the second between two requests, and
what a host asked for by Retry-After, over restarts and between ``run``, ``poll`` and
``feeds add``.  A host has a slot in the file; whoever asks it holds a lock on the slot's
first byte, which ends with its process.  Whoever waits for the second to pass holds it too,
so that a process with many feeds at a host does not take turn after turn from one with a
single feed.  Where there are no such locks (they are Linux's), or the file cannot be made
or written, each process is polite by itself.
"""

import contextlib
import hashlib
import os
import struct
import sys
from pathlib import Path
from typing import Self

from storage.model.noun import noun

if sys.platform == "linux":
    import fcntl

    SHARED = struct.calcsize("P") == 8  # the form of a lock is that of 64 bits
else:
    SHARED = False

SLOTS = 1 << 18  # a sparse file of 6 MiB at most; hosts that share a slot may wait for each other
_SLOT = struct.Struct("<Qdd")  # mark of the host, and in epoch seconds: next turn, left alone until
Slot = tuple[int, int]  # the host's mark, and where its slot begins
_LOCK, _UNLOCK = 1, 2  # F_WRLCK, F_UNLCK
_FLOCK = struct.Struct("hhqqi4x")  # struct flock of Linux on 64 bits: type, whence, start, length, pid


@noun
class Kept:
    """What is known of a host, in epoch seconds; 0: nothing."""

    ready: float = 0.0  # its next turn
    held: float = 0.0  # until then it wants to be left alone


class SharedTurns:
    """The file; ``lock``, then ``keep`` and ``unlock``."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    @classmethod
    def open(cls, path: Path) -> Self | None:
        """None where turns cannot be shared."""
        if not SHARED:
            return None
        try:
            return cls(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError:
            return None

    def lock(self, slot: Slot) -> Kept | None:
        """Take a host's turn and say what is known of it; None: somebody else has it."""
        mark, place = slot
        if not self._set(_LOCK, place):
            return None
        found = os.pread(self._fd, _SLOT.size, place)
        if len(found) < _SLOT.size:
            return Kept()
        owner, ready, held = _SLOT.unpack(found)
        return Kept(ready=ready, held=held) if owner == mark else Kept()

    def keep(self, slot: Slot, kept: Kept) -> None:
        """Write down what is known of a host whose turn we have; a full disk forgets it."""
        mark, place = slot
        with contextlib.suppress(OSError):
            os.pwrite(self._fd, _SLOT.pack(mark, kept.ready, kept.held), place)

    def unlock(self, slot: Slot) -> None:
        """Give the turn to whoever waits."""
        self._set(_UNLOCK, slot[1])

    def close(self) -> None:
        """Close the file; all turns that it held are given up."""
        os.close(self._fd)
        self._fd = -1  # who gives a turn back later shall not write to the next file of that number

    def _set(self, kind: int, place: int) -> bool:
        try:
            fcntl.fcntl(self._fd, fcntl.F_OFD_SETLK, _FLOCK.pack(kind, os.SEEK_SET, place, 1, 0))
        except (BlockingIOError, PermissionError):
            return False
        except (OSError, ValueError):  # a file system without such locks, or closed
            return True
        return True


def slot(host: str) -> Slot:
    """Where in the file a host is kept."""
    mark = int.from_bytes(hashlib.blake2b(host.encode(), digest_size=8).digest())
    return mark, mark % SLOTS * _SLOT.size
