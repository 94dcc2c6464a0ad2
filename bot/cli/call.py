"""One call of the command line: its general options, its settings, and the app behind it.

Settings are read once, when the command first asks for them; commands that need none (the
demo, the help) run without.
"""

import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from bot.app import App
    from bot.settings import Settings
    from storage.sqlite import SqliteStore

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(slots=True)
class Call:
    """The general options of this call, wherever on the line they stood."""

    config: Path | None = None
    db: str | None = None
    verbose: bool = False
    _settings: "Settings | None" = field(default=None, repr=False)

    @property
    def settings(self) -> "Settings":
        """The settings, read on first use; SettingsError names what is wrong."""
        if self._settings is None:
            from bot import logs, settings

            self._settings = settings.load(config=self.config, db=self.db)
            level = logging.INFO if self.verbose else logging.WARNING
            logs.configure(level, self._settings.secrets(), requests=self.verbose)
        return self._settings

    def log_progress(self) -> None:
        """Log what is done though nobody asked: for commands that run until stopped."""
        from bot import logs

        logs.configure(logging.INFO, self.settings.secrets(), requests=self.verbose)

    @contextmanager
    def app(self) -> "Iterator[App]":
        """The app on the configured database, which is made and seeded where there is none."""
        from bot.app import open_app

        with open_app(self.settings) as app:
            yield app

    @contextmanager
    def existing_store(self) -> "Iterator[SqliteStore]":
        """The configured database as it is; StoreError where there is none."""
        path = self.settings.db
        from storage.sqlite import open_store

        with open_store(path, create=False) as store:
            yield store


class Branch(click.Group):
    """A group whose help tells what each of its commands does, uncut."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands, each with the whole first sentence of its help."""
        whole = 1000  # signs: no limit that a sentence would meet
        rows = [(name, command.get_short_help_str(whole)) for name, command in sorted(self.commands.items())]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


pass_call = click.make_pass_decorator(Call, ensure=True)


def _note(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def callback(ctx: click.Context, parameter: click.Parameter, value: Any) -> None:
        if value:
            setattr(ctx.ensure_object(Call), name, value)

    return callback


def general_options(command: Command) -> Command:
    """``--config``, ``--db`` and ``--verbose`` also after the command's name."""
    options = [
        click.option(
            "--config",
            metavar="PATH",
            type=click.Path(path_type=Path),
            expose_value=False,
            callback=_note("config"),
            help="Settings file to read.",
        ),
        click.option(
            "--db", metavar="PATH", expose_value=False, callback=_note("db"), help="Database to use."
        ),
        click.option(
            "-v",
            "--verbose",
            is_flag=True,
            expose_value=False,
            callback=_note("verbose"),
            help="Log what is done, to stderr.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document and nothing else."
)


FREE_TEXT = {"ignore_unknown_options": True}  # for commands whose argument may be any text


def checked_words(ctx: click.Context, parameter: click.Parameter, words: tuple[str, ...]) -> tuple[str, ...]:
    """Words of a free text, as UTF-8; what was meant as an option of the command is refused with its name."""
    from difflib import get_close_matches

    known = [name for one in ctx.command.params for name in one.opts if name.startswith("--")]
    for word in words:
        meant = word.partition("=")[0]  # an exact name can only stand behind --
        if word.startswith("--") and meant not in known and (near := get_close_matches(meant, known, n=1)):
            ctx.fail(f"there is no option {word} (did you mean {near[0]}?); for a text put -- before it")
    return tuple(os.fsencode(word).decode(errors="replace") for word in words)


@contextmanager
def tidy_end() -> Iterator[None]:
    """SIGTERM leaves as an exit does, so that temporary files are removed on the way."""
    import signal

    def leave(number: int, frame: object) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def on_terminal() -> bool:
    """Whether a person watches stderr, where progress is shown."""
    return sys.stderr.isatty()


def confirmed(question: str) -> bool:
    """What a person at a terminal answers to ``question``; yes where nobody is there to be asked."""
    from bot.text import clean

    return not (sys.stdin.isatty() and on_terminal()) or click.confirm(clean(question), err=True)
