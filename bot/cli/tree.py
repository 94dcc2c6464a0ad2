"""The tree of commands: what there is, in which section of the help, and where its code lives.

Only the module of the command that is called gets imported.
"""

from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import click


class Place(NamedTuple):
    """Where a command is defined and what the overview says of it."""

    module: str
    attribute: str
    section: str
    summary: str


SECTIONS = ("Watch", "Ask", "Try out", "Set up", "Care")
PLACES = {
    "poll": Place("passes", "poll", "Watch", "one pass over the feeds that are due, then delivery; for cron"),
    "run": Place("passes", "run", "Watch", "the same on a schedule until stopped, with the Discord bot"),
    "search": Place("ask", "search", "Ask", "full-text search over entries and stories"),
    "entity": Place("ask", "entity", "Ask", "the profile of one entity: moves, stories, company it keeps"),
    "moves": Place("ask", "moves", "Ask", "who went from where to where, who bought or funded whom"),
    "why": Place("ask", "why", "Ask", "the recorded decision on an entry, story or alert"),
    "demo": Place("passes", "demo", "Try out", "the main job with nothing to set up: no network, no token"),
    "explain": Place("explain", "explain", "Try out", "what the matcher makes of a text; nothing is stored"),
    "replay": Place("replay", "replay", "Try out", "what would have been alerted, under a simulated clock"),
    "feeds": Place("feeds", "feeds", "Set up", "add, list, check, pause, import and export feeds"),
    "watch": Place("watch", "watch", "Set up", "the watchlist: add, show, mute, import and export entities"),
    "doctor": Place("doctor", "doctor", "Care", "check settings, database, feeds and Discord, with remedies"),
    "resend": Place("passes", "resend", "Care", "send an alert again that could not be delivered"),
    "db": Place("db", "db", "Care", "migrate, back up, restore, check and prune the database"),
}


class Tree(click.Group):
    """The top of the tree: lists commands without importing them, imports the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order of the help."""
        return list(PLACES)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command called ``name``, imported now."""
        place = PLACES.get(name)
        if place is None:
            return None
        command: click.Command = getattr(import_module(f"bot.cli.{place.module}"), place.attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest command named where there is none."""
        if args and args[0] not in PLACES and not args[0].startswith("-"):
            from bot.words import nearest

            ctx.fail(f"there is no command {args[0]!r}{nearest(args[0], PLACES)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The overview, by section."""
        for section in SECTIONS:
            rows = [(name, place.summary) for name, place in PLACES.items() if place.section == section]
            with formatter.section(section):
                formatter.write_dl(rows)


def show_version(ctx: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    """Print the version and leave."""
    if not wanted or ctx.resilient_parsing:
        return
    from importlib.metadata import version

    click.echo(f"movewire {version('movewire')}")
    ctx.exit()


@click.group(cls=Tree, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=show_version,
    help="Print the version and leave.",
)
@click.option("--config", metavar="PATH", type=click.Path(path_type=Path), help="Settings file to read.")
@click.option("--db", metavar="PATH", help="Database to use instead of the configured one.")
@click.option("-v", "--verbose", is_flag=True, help="Log what is done, to stderr.")
@click.pass_context
def cli(ctx: click.Context, config: Path | None, db: str | None, verbose: bool) -> None:
    """News about moves in the AI industry, told once, at once, with its past.

    \b
    movewire demo     see it work
    movewire poll     one pass, for cron
    movewire run      until stopped
    """
    from bot.cli.call import Call

    ctx.obj = Call(config=config, db=db, verbose=verbose)
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
