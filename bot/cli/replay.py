"""``movewire replay``: what would have been alerted, printed as lines or shown as a list.

The playing is done by ``bot.replay``, its lines are written and shown by ``replaytext``; here
the steps are chosen.
"""

import contextlib
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.call import Call, general_options, pass_call, tidy_end
from bot.cli.kinds import SINCE
from bot.cli.progress import progress
from storage.errors import UnknownThing, UsageError

if TYPE_CHECKING:
    from bot.cli.replaytext import Lines
    from bot.replay import Step, Summary
    from storage.model import Audience, Watchlist


@click.command()
@click.option("--jsonl", "lines", metavar="FILE|-", help="Entries, one JSON object a line.")
@click.option("--snapshots", metavar="DIR", type=click.Path(path_type=Path), help="Dated snapshots of feeds.")
@click.option("--since", metavar="14d", type=SINCE, help="The stored history: a duration or a date.")
@click.option(
    "--watchlist", "file", metavar="FILE", type=click.Path(path_type=Path), help="Compare with this one."
)
@click.option("--guild", metavar="ID", type=int, help="What this Discord server would have heard.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines on a terminal too.")
@general_options
@pass_call
def replay(
    call: Call,
    lines: str | None,
    snapshots: Path | None,
    since: datetime | None,
    file: Path | None,
    guild: int | None,
    as_json: bool,
) -> int:
    """What would have been alerted, when, as which story; nothing is delivered or kept.

    Plays entries, snapshots or the stored history through the whole pipeline into a temporary
    database with a simulated clock. On a terminal the alerts are listed; in a pipe, or with
    --json, each entry is a JSON line. With --watchlist the difference against the present one;
    with --guild also what a server's routes, mutes, additions and "Not relevant" make of it.
    """
    if sum(given is not None for given in (lines, snapshots, since)) != 1:
        raise click.UsageError("give one of --jsonl FILE, --snapshots DIR and --since 14d")
    database = call.settings.db
    from bot.cli.replaytext import close, show, write
    from bot.explaining import packaged_watchlist, stored_watchlist
    from bot.replay import Summary

    present = stored_watchlist(database) or packaged_watchlist()
    compared = _watchlist(file, present) if file else None
    summary = Summary()
    audience = _audience(call, guild) if guild is not None else None
    with contextlib.ExitStack() as stack:
        stack.enter_context(tidy_end())
        bad, steps = _steps(stack, call, lines, snapshots, since)
        written = _play(steps, compared or present, present if compared else None, summary, audience)
    if as_json or not sys.stdout.isatty():
        write(written)
    else:
        show(written, compared is not None)
    return close(summary, written, bad)


def _audience(call: Call, guild: int) -> "Audience":
    with call.existing_store() as store:
        found = next((one for one in store.audiences.all() if one.guild.id == guild), None)
        known = ", ".join(str(one.guild.id) for one in store.audiences.all()) or "none"
    if found is None:
        raise UnknownThing(f"--guild {guild}: the bot is in no such server; those known are: {known}")
    return found


def _watchlist(file: Path, present: "Watchlist") -> "Watchlist":
    from seeds.loader import load_watchlist
    from storage.model import Watchlist

    return Watchlist(entities=tuple(load_watchlist(file)), version=present.version + 1)


def _steps(
    stack: contextlib.ExitStack,
    call: Call,
    lines: str | None,
    snapshots: Path | None,
    since: datetime | None,
) -> "tuple[list[str], list[Step]]":
    """What was left out, and the steps to play."""
    from bot import replay as playing

    if snapshots is not None:
        if not snapshots.is_dir():
            raise UsageError(f"{snapshots} is no folder; name one that holds dated snapshots")
        return [], playing.from_snapshots(snapshots)
    if since is not None:
        store = stack.enter_context(call.existing_store())
        return [], list(playing.from_history(store.entries.seen_since(since)))
    assert lines is not None
    return _given_steps(lines)


def _given_steps(lines: str) -> "tuple[list[str], list[Step]]":
    from bot import replay as playing
    from bot.cli.explain import open_lines
    from bot.cli.output import warn
    from bot.intake import BadLine, read_lines
    from bot.words import count

    name = "stdin" if lines == "-" else lines
    with open_lines(lines) as stream:
        read = list(read_lines(stream))
    bad = [f"{name} line {one.number}: {one.problem}" for one in read if isinstance(one, BadLine)]
    given = [one for one in read if not isinstance(one, BadLine)]
    if bad and not given:
        raise UsageError(bad[0])
    if undated := sum(one.document.published is None for one in given):
        told = f"{undated} of {count(len(given), 'item')} without a date that can be read"
        warn(f"{told}: taken at the time of the one before")
    return bad, playing.from_items(given, undated=datetime.now(UTC))


def _play(
    steps: "list[Step]",
    watchlist: "Watchlist",
    present: "Watchlist | None",
    summary: "Summary",
    audience: "Audience | None" = None,
) -> "Lines":
    from bot import replay as playing
    from bot.cli.replaytext import Lines, line_document

    written = Lines()
    with progress("replaying", steps) as told:
        for line in playing.replay(told, watchlist, summary, present=present, audience=audience):
            assignment = line.judged.outcome.assignment
            written.add(line_document(line, audience), assignment.merge if assignment else ())
    return written
