"""What is seen on stderr of work that takes a while, where a person watches it."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import click

from bot.cli.call import on_terminal

T = TypeVar("T")


def waiting(doing: str) -> None:
    """Say on stderr what is waited for, where a person watches and nothing else will be seen for a while."""
    if on_terminal():
        click.echo(f"{doing} …", err=True)


@contextlib.contextmanager
def progress(doing: str, things: Sequence[T] = ()) -> Iterator[Iterable[T]]:
    """The same ``things`` again, counted as they are gone through.

    Without any the bar only shows that something goes on.
    """
    if not on_terminal():
        yield things
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    counts = (MofNCompleteColumn(), TimeRemainingColumn()) if things else ()
    with Progress(
        TextColumn(doing), BarColumn(), *counts, console=Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task(doing, total=len(things) or None)
        yield bar.track(things, task_id=task) if things else ()
