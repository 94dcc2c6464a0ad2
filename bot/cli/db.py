"""``movewire db``: care of the database; the work is done by ``storage.sqlite``."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from bot.cli.call import Branch, Call, general_options, json_option, pass_call
from bot.cli.kinds import DURATION
from storage.errors import DamagedDatabase


@click.group(cls=Branch, invoke_without_command=True)
@click.pass_context
def db(ctx: click.Context) -> None:
    """Migrate, back up, restore, check and prune the database."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@db.command()
@general_options
@pass_call
def migrate(call: Call) -> int:
    """Bring the database up to date, or make it; every other command does so as well."""
    from bot.cli.output import say

    with call.app() as app:
        say(f"{app.store.path} is up to date")
    return 0


@db.command()
@click.argument("path", type=click.Path(path_type=Path))
@general_options
@pass_call
def backup(call: Call, path: Path) -> int:
    """Copy the database to PATH, while others may be writing."""
    from bot.cli.output import say
    from bot.cli.progress import waiting

    with call.existing_store() as store:
        waiting(f"copying {store.path}")
        store.backup(path)
        say(f"{store.path} copied to {path} ({path.stat().st_size:,} bytes)")
    return 0


@db.command()
@click.argument("path", type=click.Path(path_type=Path))
@general_options
@pass_call
def restore(call: Call, path: Path) -> int:
    """Put the copy at PATH in the place of the database, which is kept beside it."""
    from bot.cli.output import say
    from bot.cli.progress import waiting
    from storage.sqlite.restoring import restore

    waiting(f"checking and copying {path}")
    kept = restore(path, call.settings.db, datetime.now(UTC))
    say(f"{call.settings.db} is now the copy from {path}" + (f"; what was there is {kept}" if kept else ""))
    return 0


@db.command()
@json_option
@general_options
@pass_call
def check(call: Call, as_json: bool) -> int:
    """Look for damage; exit status 1 where there is any."""
    from bot.cli.output import say, warn, write_json
    from bot.cli.progress import waiting

    path = call.settings.db
    try:
        with call.existing_store() as store:
            waiting(f"reading all of {path}")
            problems = store.check()
    except DamagedDatabase as error:  # so broken that it cannot even be opened
        problems = [str(error).removeprefix(f"{path}: ")]
    if as_json:
        write_json({"database": str(path), "problems": problems})
    elif not problems:
        say(f"{path} is sound")
    for problem in problems:
        warn(f"{path}: {problem}")
    if problems:
        warn(f"{path} is damaged: bring back a copy with movewire db restore PATH")
    return int(bool(problems))


@db.command()
@click.option(
    "--older",
    metavar="180d",
    type=DURATION,
    default="180d",
    show_default=True,
    help="Forget what was first seen before that.",
)
@general_options
@pass_call
def prune(call: Call, older: timedelta) -> int:
    """Forget old entries that belong to no story; what was told stays."""
    from bot.cli.output import say
    from bot.cli.progress import waiting
    from bot.words import count

    with call.existing_store() as store:
        waiting(f"looking through {store.path}")
        pruned = store.prune(datetime.now(UTC) - older)
    say(f"{count(pruned.entries, 'entry', 'entries')} forgotten, {pruned.kept:,} kept")
    return 0
