"""What a process has cost so far: CPU seconds and peak memory, its children included.

CPU seconds, because bare wall times on a shared machine measure the others too.
"""

import os
import resource
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds() -> float:
    """User and system time of this process, its ended children and those that live."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in spent) + sum(map(_spent, children()))


def peak_memory(pid: int | None = None, *, without: int | None = None) -> float:
    """Most MB that this process (or another) and its living children, but for one, held in memory."""
    first = os.getpid() if pid is None else pid
    return sum(_peak(one) for one in [first, *children(first)] if one != without)


def reset_peak() -> None:
    """Let the peak begin anew from what is held now (Linux: proc(5), clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5")


def children(pid: int | None = None) -> list[int]:
    """The living children of a process."""
    parent = str(pid or os.getpid())
    found = (int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit())
    return [one for one in found if _fields(one)[1:2] == [parent]]


def _fields(pid: int) -> list[str]:
    """What stands behind the name in proc(5)'s stat; nothing when the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _spent(pid: int) -> float:
    return sum(map(int, _fields(pid)[11:13])) / _TICK


def _peak(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
