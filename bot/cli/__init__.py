"""The command line: ``main`` runs one command and turns every expected failure into one line.

Exit status: 0 done, 1 done but something failed, 2 wrong usage or configuration, 130
interrupted.  The commands themselves live in the modules beside this one and are imported
only when they are called, so that ``--version`` and a poll with nothing due start fast.
"""

import errno
import os
import sys
from collections.abc import Sequence

import click

from bot.text import clean
from storage.errors import MovewireError, StoreFull

DONE, FAILED, MISUSED, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (default: this process's own) and return its exit status."""
    from bot.cli.tree import cli

    try:
        _open_streams()
        status = cli.main(args=arguments, prog_name="movewire", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        return _complain(_usage_line(error), MISUSED)
    except StoreFull as error:  # the configuration is right: it works again once there is room
        return _complain(str(error), FAILED)
    except MovewireError as error:
        return _complain(str(error), MISUSED)
    except (KeyboardInterrupt, click.Abort):
        return _complain("interrupted", INTERRUPTED)
    except BrokenPipeError:
        return _hang_up()
    except OSError as error:
        if error.filename is not None:  # a path that cannot be used, whoever named it
            return _complain(f"{os.fsdecode(error.filename)}: {error.strerror}", MISUSED)
        if error.errno != errno.ENOSPC:
            raise
        return _complain(f"the output could not be written: {error.strerror}", FAILED)
    except SystemExit as leaving:  # click leaves so when it meets the broken pipe itself
        return _hang_up() if leaving.code == FAILED else int(leaving.code or 0)
    return int(status or DONE)


def _usage_line(error: click.ClickException) -> str:
    """Click's message on one line, with the command it is about and where help stands."""
    message = " ".join(error.format_message().split()).rstrip(".")
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "movewire"
    command = path.removeprefix("movewire").strip()
    return f"{f'{command}: ' if command else ''}{message} ({path} --help says more)"


def _complain(line: str, status: int) -> int:
    """One line on stderr, whatever the message holds."""
    try:
        sys.stdout.flush()
    except OSError:
        _silence(sys.stdout.fileno())
    try:
        print(f"movewire: {clean(line)}", file=sys.stderr, flush=True)  # noqa: T201
    except OSError:
        _silence(sys.stderr.fileno())
    return status


def _hang_up() -> int:
    """The reader of our output has left (``| head``): nobody is told, nothing has failed."""
    _silence(sys.stdout.fileno())
    return DONE


def _silence(descriptor: int) -> None:
    """Send what is still buffered nowhere, so that the interpreter's last flush is quiet."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _open_streams() -> None:
    """A stream that the caller closed is nowhere; a sign that the terminal lacks is replaced."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 open to the end
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
