"""The other end of ``limits``: a process that parses one body after another within limits.

Started as ``python -m watchers.sources.child``; reads jobs from its standard input, writes
answers to its standard output, and ends when there is nothing to do for a while.
"""

import os
import select
import sys

import msgspec

from watchers.sources import parse_here
from watchers.sources.base import ParseError, SourceError
from watchers.sources.limits import CPU_SECONDS, HEADER, IDLE_SECONDS, MEMORY, Answer, Job


def main() -> None:
    """Serve until the input ends or nothing comes for a while."""
    source, target = sys.stdin.fileno(), os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a library that prints spoils no answer
    _limit_memory()
    while select.select([source], [], [], IDLE_SECONDS)[0]:
        header = _read(HEADER.size)
        if len(header) < HEADER.size:
            return
        job = msgspec.msgpack.decode(_read(HEADER.unpack(header)[0]), type=Job)
        _limit_cpu()
        raw = msgspec.msgpack.encode(_answer(job))
        _write(target, HEADER.pack(len(raw)) + raw)


def _answer(job: Job) -> Answer:
    try:
        return Answer(parsed=parse_here(job.body, job.url, job.content_type, job.feed))
    except SourceError as error:
        return Answer(error=error.name, detail=str(error))
    except (MemoryError, RecursionError):
        return Answer(error="parse-too-costly", detail="parsing reached its limit of memory or depth")
    except Exception as error:  # a bug in a parser is this feed's failure, and named as such
        return Answer(error=ParseError.name, detail=f"{type(error).__name__} in the parser")


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # no such limits here: the parent's clock remains
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_cpu() -> None:
    """So many seconds more than used so far; the kernel ends us after that."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, hard))


def _read(size: int) -> bytes:
    pieces = []
    while size:
        piece = os.read(sys.stdin.fileno(), min(size, 1 << 20))
        if not piece:
            break
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _write(target: int, rest: bytes) -> None:
    view = memoryview(rest)
    while view:
        view = view[os.write(target, view) :]


if __name__ == "__main__":
    main()
