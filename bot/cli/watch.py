"""``movewire watch``: the watchlist, one entity at a time or as a file.

Changing it is left to ``bot.watching``, checking a file to ``seeds.watchlist``; here is the
talk.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import click

from bot.cli.call import Branch, Call, confirmed, general_options, json_option, pass_call
from bot.cli.kinds import DURATION
from storage.model import EntityKind, Tier

DOUBTS_TOLD = 20  # warnings about one file


@click.group(cls=Branch, invoke_without_command=True)
@click.pass_context
def watch(ctx: click.Context) -> None:
    """The watchlist: add, show, mute, import and export entities."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@watch.command()
@click.argument("words", metavar="NAME", nargs=-1, required=True)
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in EntityKind]),
    help="What it is: an organisation by default.",
)
@click.option(
    "--tier", type=click.Choice([tier.value for tier in Tier]), help="How closely: primary by default."
)
@click.option("--alias", "aliases", metavar="…", multiple=True, help="Another written form; may be repeated.")
@json_option
@general_options
@pass_call
def add(
    call: Call,
    words: tuple[str, ...],
    kind: str | None,
    tier: str | None,
    aliases: tuple[str, ...],
    as_json: bool,
) -> int:
    """Watch NAME; where it is watched already, give it more aliases or another kind or tier."""
    from shlex import quote

    from bot import documents, watching
    from bot.cli.output import say, warn, write_json

    with call.app() as app:
        change = watching.add(
            app.store,
            " ".join(words),
            kind=EntityKind(kind) if kind else None,
            tier=Tier(tier) if tier else None,
            aliases=aliases,
        )
    entity = change.entity
    if as_json:
        found = {"added": change.added, "suggested": list(change.suggested)}
        write_json({**documents.entity_in_full(entity), **found})
    elif change.added:
        say(f"watching {entity.name} ({entity.slug}): {entity.kind.value}, tier {entity.tier.value}")
        if change.suggested and not aliases:
            say(f"also written? {' '.join(f'--alias {quote(form)}' for form in change.suggested)}")
    else:
        new = f", now also written {', '.join(change.fresh)}" if change.fresh else ""
        kept = f"{entity.kind.value}, tier {entity.tier.value}"
        say(f"{entity.name} ({entity.slug}) is watched already{new}: {kept}")
    for doubt in change.doubts:
        warn(doubt.text)
    for other in change.shared:
        warn(f"{other} is written the same way: what the text says around it decides who is meant")
    return 0


@watch.command("list")
@json_option
@general_options
@pass_call
def list_(call: Call, as_json: bool) -> int:
    """All entities that are watched."""
    from bot import documents
    from bot.cli.output import table, write_json
    from bot.cli.present import muted

    with call.app() as app:
        entities = app.store.watchlist.load().entities
    if as_json:
        write_json([documents.entity(one) for one in entities])
        return 0
    table(
        ["id", "name", "kind", "tier", "aliases", "muted"],
        [
            [one.slug, one.name, one.kind.value, one.tier.value, str(len(one.aliases)), muted(one)]
            for one in entities
        ],
        empty="nobody is watched; add somebody with: movewire watch add NAME",
    )
    return 0


@watch.command()
@click.argument("words", metavar="NAME", nargs=-1, required=True)
@json_option
@general_options
@pass_call
def show(call: Call, words: tuple[str, ...], as_json: bool) -> int:
    """Everything that the watchlist says of one entity, as its file would."""
    from bot import answers, documents
    from bot.cli.output import write_bytes, write_json
    from seeds.loader import dump_watchlist

    with call.app() as app:
        entity = answers.find_entity(app.store, " ".join(words))
    if as_json:
        write_json(documents.entity_in_full(entity))
    else:
        write_bytes(dump_watchlist([entity]).encode())
    return 0


@watch.command()
@click.argument("words", metavar="NAME", nargs=-1, required=True)
@general_options
@pass_call
def remove(call: Call, words: tuple[str, ...]) -> int:
    """Stop watching NAME; what was found stays.  Given by an alias, it is asked for first on a terminal."""
    from bot import answers
    from bot.cli.output import say

    name = " ".join(words)
    with call.app() as app:
        entity = answers.find_entity(app.store, name)
        told = f"{entity.name} ({entity.slug})"
        if not answers.is_called(entity, name) and not confirmed(f"{name} is {told}. Stop watching?"):
            say(f"{told} is watched as before")
            return 1
        app.store.watchlist.remove(entity.slug)
    say(f"{told} is not watched any more")
    return 0


@watch.command()
@click.argument("words", metavar="NAME", nargs=-1, required=True)
@click.option("--for", "duration", metavar="7d", type=DURATION, help="How long; without it, until unmuted.")
@general_options
@pass_call
def mute(call: Call, words: tuple[str, ...], duration: timedelta | None) -> int:
    """Store what concerns NAME, but alert nobody of it for a while."""
    from bot import answers
    from bot.cli.output import say
    from bot.times import iso

    until = datetime.now(UTC) + duration if duration else None
    with call.app() as app:
        entity = answers.find_entity(app.store, " ".join(words))
        app.store.watchlist.mute(entity.slug, until)
    end = f"until {iso(until)}" if until else f"until you unmute it: movewire watch unmute {entity.slug}"
    say(f"{entity.name} ({entity.slug}) is muted {end}")
    return 0


@watch.command()
@click.argument("words", metavar="NAME", nargs=-1, required=True)
@general_options
@pass_call
def unmute(call: Call, words: tuple[str, ...]) -> int:
    """Alert of NAME again."""
    from bot import answers
    from bot.cli.output import say

    with call.app() as app:
        entity = answers.find_entity(app.store, " ".join(words))
        app.store.watchlist.unmute(entity.slug)
    say(f"{entity.name} ({entity.slug}) is heard again")
    return 0


@watch.command("import")
@click.argument("file", metavar="FILE.toml", type=click.Path(path_type=Path))
@general_options
@pass_call
def import_(call: Call, file: Path) -> int:
    """Take all entities of a watchlist file: new ones are added, known ids replaced, none removed."""
    from bot import watching
    from bot.cli.output import say, warn
    from bot.cli.progress import progress
    from bot.words import count
    from seeds.loader import load_watchlist
    from seeds.tomlfile import Source

    with call.app() as app:
        before = app.store.watchlist.load().by_slug()
        with progress("reading"):
            source = Source(file)
            read = load_watchlist(source, known=before)
        with app.store.transaction():  # not before: reading may take seconds, and others write meanwhile
            known = app.store.watchlist.load().by_slug()
            taken = [
                replace(entity, origin=known[entity.slug].origin) if entity.slug in known else entity
                for entity in read
            ]
            fresh = sum(entity.slug not in known for entity in taken)
            changed = [entity for entity in taken if known.get(entity.slug) != entity]
            with progress("storing", changed) as told:
                app.store.watchlist.put_all(told)
    same = len(taken) - len(changed)
    replaced = len(taken) - fresh - same
    say(f"{count(fresh, 'entity', 'entities')} added, {replaced} replaced, {same} as they were")
    doubts = watching.doubts_of_rows(read, before)
    for place, warning in islice(doubts, DOUBTS_TOLD):
        warn(f"{source.place(place)}: {warning}")
    if more := sum(1 for _ in doubts):
        warn(f"{count(more, 'written form', 'written forms')} more of that sort")
    return 0


@watch.command()
@general_options
@pass_call
def export(call: Call) -> int:
    """Write the watchlist as TOML to stdout; import takes it back."""
    from bot.cli.output import write_bytes
    from seeds.loader import dump_watchlist

    with call.app() as app:
        write_bytes(dump_watchlist(app.store.watchlist.load().entities).encode())
    return 0
