"""``movewire explain``: what the matcher makes of a text; nothing is stored, no database is made.

A line that is not an entry is reported on stderr with its number and answered by nothing;
the others are answered, and the exit status is 1.  Where no line could be read it is 2.
"""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING

import click

from bot.cli.call import FREE_TEXT, Call, checked_words, general_options, pass_call
from storage.errors import UsageError

if TYPE_CHECKING:
    from bot.explaining import Explainer
    from watchers.pipeline import Decision, Reading

LINES_TOLD = 20  # bad lines named one by one; of more, only the number
LINES_AT_ONCE = 64  # verdicts written together where nobody waits for each
YOUNG = 5_000  # new objects at which the collector looks for garbage; an answer leaves next to none for it


@click.command(context_settings=FREE_TEXT)
@click.argument("words", metavar="[TEXT|-]", nargs=-1, callback=checked_words)
@click.option(
    "--jsonl", "lines", metavar="FILE|-", help="Read entries, one JSON object a line; write verdicts."
)
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as one JSON document.")
@general_options
@pass_call
def explain(call: Call, words: tuple[str, ...], lines: str | None, as_json: bool) -> int:
    """What the matcher makes of TEXT (or of stdin, as -): its first line is the title.

    Uses the watchlist of the database, or the packaged one where there is no database yet.
    """
    if bool(words) == (lines is not None):
        raise click.UsageError("give a TEXT (- for stdin), or --jsonl with a file (- for stdin)")
    explainer = _explainer(call)
    if lines is not None:
        with open_lines(lines) as stream:
            return _explain_lines(explainer, stream, "stdin" if lines == "-" else lines)
    return _explain_text(explainer, _stdin() if words == ("-",) else " ".join(words), as_json)


def _explainer(call: Call) -> "Explainer":
    database = call.settings.db
    from bot.explaining import Explainer, packaged_watchlist, stored_watchlist

    gc.disable()  # a long watchlist is a million objects that all stay: nothing to collect among them
    try:
        return Explainer(stored_watchlist(database) or packaged_watchlist(), datetime.now(UTC))
    finally:
        gc.freeze()
        gc.set_threshold(YOUNG, 20, 10)
        gc.enable()


def _stdin() -> str:
    return sys.stdin.buffer.read().decode("utf-8", errors="replace")


@contextmanager
def open_lines(name: str) -> Iterator[IO[bytes]]:
    """The bytes of the file called ``name``, or of stdin where that is ``-``."""
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = open(name, "rb")  # noqa: SIM115 closed below, its own errors named here
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}; name an existing JSONL file") from None
    with stream:
        yield stream


def _explain_lines(explainer: "Explainer", stream: IO[bytes], name: str) -> int:
    import msgspec

    from bot.cli.output import warn, write_bytes
    from bot.intake import BadLine, read_lines
    from bot.verdict import verdict

    encode = msgspec.json.Encoder().encode
    at_once = 1 if stream.isatty() or sys.stdout.isatty() else LINES_AT_ONCE
    waiting: list[bytes] = []
    bad: list[BadLine] = []
    answered = 0
    for given in read_lines(stream):
        if isinstance(given, BadLine):
            bad.append(given)
            continue
        waiting += (encode(verdict(given.id, *explainer.explain(given.document))), b"\n")
        answered += 1
        if len(waiting) >= 2 * at_once:
            write_bytes(b"".join(waiting))
            waiting.clear()
    write_bytes(b"".join(waiting))
    if not bad:
        return 0
    if not answered:
        raise UsageError(f"{name} line {bad[0].number}: {bad[0].problem}")
    for line in bad[:LINES_TOLD]:
        warn(f"{name} line {line.number}: {line.problem}; left out")
    if len(bad) > LINES_TOLD:
        warn(f"{name}: {len(bad)} lines left out in all")
    return 1


def _explain_text(explainer: "Explainer", text: str, as_json: bool) -> int:
    from bot.cli.output import write_json
    from bot.explaining import split_text
    from bot.verdict import verdict

    document = split_text(text)
    if not (document.title or document.text):
        raise UsageError("explain: the text is empty; give a headline, or pipe one in with -")
    reading, decision = explainer.explain(document)
    if as_json:
        write_json(verdict("text", reading, decision))
    else:
        _show(reading, decision)
    return 0


def _show(reading: "Reading", decision: "Decision") -> None:
    from bot.cli.output import say, table
    from bot.cli.present import mention_rows, move_rows

    say(f"{decision.verdict.value}: {', '.join(decision.reasons)}", "bold")
    say(f"language: {reading.lang or 'unknown'}")
    table(*mention_rows(reading.mentions), empty="nobody on the watchlist is named")
    table(*move_rows(reading.moves), empty="no move")
