"""``search``, ``entity``, ``moves`` and ``why``: the questions, asked on the command line.

Answers come from ``bot.answers``, their JSON from ``bot.documents``; here they become
tables for people, JSON for scripts, or CSV.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from bot.cli.call import FREE_TEXT, Call, checked_words, general_options, json_option, pass_call
from bot.cli.kinds import MOVE_KIND, MOVE_KIND_OR_NONE, SINCE
from storage.errors import UsageError

LONGEST_LIST = 10_000  # answers, however many are asked for


def chart_option(shows: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """``--chart FILE.png``; refused with the remedy where there is nothing to draw with."""

    def checked(ctx: click.Context, parameter: click.Parameter, path: Path | None) -> Path | None:
        if path is not None:
            from bot import charts

            charts.require()
            if path.suffix.lower() != ".png":
                raise click.BadParameter(f"{path} does not end in .png: only PNG is drawn")
        return path

    return click.option(
        "--chart",
        metavar="FILE.png",
        type=click.Path(path_type=Path, dir_okay=False),
        callback=checked,
        help=f"Also draw {shows}; needs matplotlib.",
    )


def save_chart(path: Path, draw: Callable[[], bytes] | None) -> None:
    """Write a picture, or say that there is too little to draw; UsageError for a path that cannot be written."""
    from bot.cli.output import warn

    if draw is None:
        warn(f"{path} was not drawn: too little is recorded for a picture")
        return
    try:
        path.write_bytes(draw())
    except OSError as error:
        raise UsageError(f"--chart: {path} cannot be written: {error.strerror}") from None


@click.command(context_settings=FREE_TEXT)
@click.argument("words", metavar="QUERY", nargs=-1, callback=checked_words, required=True)
@click.option("--entity", metavar="E", help="Only what truly refers to this entity.")
@click.option("--move", metavar="KIND", type=MOVE_KIND_OR_NONE, help="Only this kind of move, or none.")
@click.option("--since", metavar="30d", type=SINCE, help="Only what is newer: a duration or a date.")
@click.option("--limit", metavar="N", type=click.IntRange(1, LONGEST_LIST), default=20, show_default=True)
@json_option
@general_options
@pass_call
def search(
    call: Call,
    words: tuple[str, ...],
    entity: str | None,
    move: str | None,
    since: datetime | None,
    limit: int,
    as_json: bool,
) -> int:
    """Full-text search over entries and stories; any text is a legal query."""
    from bot import answers, documents
    from bot.cli.output import table, write_json
    from bot.times import day

    with call.app() as app:
        found = answers.search(app.store, " ".join(words), entity=entity, move=move, since=since, limit=limit)
    if as_json:
        write_json([documents.search_hit(hit) for hit in found])
        return 0
    table(
        ["id", "published", "move", "title", "source", "entities", "link"],
        [
            [hit.id, day(hit.published), hit.move, hit.title, hit.source, ", ".join(hit.entities), hit.url]
            for hit in found
        ],
        empty="nothing found",
    )
    return 0


@click.command()
@click.argument("words", metavar="NAME", nargs=-1, required=True)
@chart_option("its mentions and moves over time")
@json_option
@general_options
@pass_call
def entity(call: Call, words: tuple[str, ...], chart: Path | None, as_json: bool) -> int:
    """The profile of one entity, by its id, name or an alias."""
    from bot import answers, documents
    from bot.cli.output import write_json
    from bot.cli.present import show_profile

    with call.app() as app:
        answer = answers.entity(app.store, " ".join(words), datetime.now(UTC))
        if chart is not None:
            from bot.charts import asked

            save_chart(chart, asked.of_entities(app.store, [answer.profile]))
    if as_json:
        write_json(documents.profile(answer))
    else:
        show_profile(answer)
    return 0


@click.command()
@click.option("--kind", metavar="K", type=MOVE_KIND, help="Only this kind of move.")
@click.option("--person", metavar="P", help="Who moved.")
@click.option("--from", "frm", metavar="E", help="Whom they left, or who paid.")
@click.option("--to", metavar="E", help="Whom they joined, or who was bought or funded.")
@click.option("--since", metavar="30d", type=SINCE, help="Only what is newer: a duration or a date.")
@click.option("--limit", metavar="N", type=click.IntRange(1, LONGEST_LIST), default=100, show_default=True)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV with a heading.")
@chart_option("who went from where to where")
@json_option
@general_options
@pass_call
def moves(call: Call, limit: int, as_csv: bool, chart: Path | None, as_json: bool, **wanted: Any) -> int:
    """The move records: who went from where to where, who bought or funded whom."""
    if as_csv and as_json:
        raise click.UsageError("--json and --csv exclude each other")
    from bot import answers, documents
    from bot.cli.output import table, write_json
    from bot.cli.present import record_rows, write_csv

    with call.app() as app:
        found = answers.moves(app.store, limit=limit, **wanted)
        if chart is not None:
            from bot.charts import asked

            save_chart(chart, asked.of_moves(app.store, "Moves", found))
    if as_json:
        write_json([documents.move_record(record) for record in found])
    elif as_csv:
        write_csv(found)
    else:
        table(*record_rows(found), empty="no such move is recorded")
    return 0


@click.command()
@click.argument("reference", metavar="ID|URL")
@json_option
@general_options
@pass_call
def why(call: Call, reference: str, as_json: bool) -> int:
    """The recorded decision on an entry (e12), a story (s3), an alert (its key) or a URL."""
    from bot import answers, documents
    from bot.cli.output import write_json
    from bot.cli.whytext import show_why

    with call.app() as app:
        answer = answers.why(app.store, reference)
    if as_json:
        write_json(documents.why(answer))
    else:
        show_why(answer)
    return 0
