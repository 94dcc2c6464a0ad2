"""``movewire feeds``: which feeds are followed, and how they are.

The work is done by ``bot.subscribing``, ``watchers.opml`` and the store; here is the talk.
"""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.call import Branch, Call, general_options, json_option, pass_call
from storage.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.app import App
    from bot.subscribing import Added, Looked
    from storage.model import Feed

kind_option = click.option(
    "--kind",
    metavar="KIND",
    default="feed",
    show_default=True,
    help="What reads it: feed, google-news, hacker-news, edgar, github, sitemap or page; "
    "known addresses tell their own.",
)


@click.group(cls=Branch, invoke_without_command=True)
@click.pass_context
def feeds(ctx: click.Context) -> None:
    """Add, list, check, pause, import and export feeds."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@feeds.command("list")
@click.option("--folder", metavar="NAME", help="Only those in this folder, or in one inside it.")
@json_option
@general_options
@pass_call
def list_(call: Call, folder: str | None, as_json: bool) -> int:
    """All feeds with their health: ok, new, quiet, failing, empty, gone or paused."""
    from bot import documents
    from bot.cli.output import Cell, state, table, write_json
    from bot.times import iso

    with call.app() as app:
        found = app.store.feeds.all()
    if folder is not None:
        found = _in_folder(found, folder)
    if as_json:
        write_json([documents.feed(feed) for feed in found])
        return 0
    cells: dict[str, list[str | Cell]] = {
        "state": [state("paused" if feed.paused else feed.state.value) for feed in found],
        "title": [feed.title or "" for feed in found],
        "folder": [_path(feed) for feed in found],
        "address": [feed.url for feed in found],
        "last success": [iso(feed.last_success) if feed.last_success else "never" for feed in found],
        "next due": [iso(feed.next_due) if feed.next_due else "now" for feed in found],
        "failures": [str(feed.failures) for feed in found],
        "last error": [feed.last_error or "" for feed in found],
    }
    if not any(cells["folder"]):
        del cells["folder"]
    table(
        list(cells), zip(*cells.values(), strict=True), empty="no feeds; add one with: movewire feeds add URL"
    )
    return 0


def _path(feed: "Feed") -> str:
    return " / ".join(feed.folder)


def _in_folder(feeds: "list[Feed]", name: str) -> "list[Feed]":
    """Those in a folder, by its name or its path as the list shows it; UsageError names all there are."""
    from bot.text import clean

    wanted = clean(name).casefold()
    found = [
        feed
        for feed in feeds
        if wanted in {clean(one).casefold() for one in feed.folder}
        or f"{clean(_path(feed))} / ".casefold().startswith(f"{wanted} / ")
    ]
    if not found:
        paths = ", ".join(sorted({_path(feed) for feed in feeds if feed.folder}))
        raise UsageError(f"--folder: no feed is in {name!r}; folders are: {paths or 'none'}")
    return found


@feeds.command()
@click.argument("addresses", metavar="URL…", nargs=-1, required=True)
@kind_option
@json_option
@general_options
@pass_call
def add(call: Call, addresses: tuple[str, ...], kind: str, as_json: bool) -> int:
    """Follow feeds: each is asked once, a web page is searched for its feed, nothing old is posted."""
    from bot.cli.output import say, warn, write_json
    from bot.cli.progress import waiting
    from bot.subscribing import follow
    from bot.words import count

    _check_kind(kind)
    if not as_json:
        waiting(f"asking {count(len(addresses), 'address', 'addresses')}")
    with call.app() as app:
        added = asyncio.run(follow(app, addresses, kind=kind))
    if as_json:
        write_json([_added_document(one) for one in added])
    for one in added:
        if one.feed is None:
            warn(f"{one.looked.asked} was not added: {one.looked.error}")
        elif not as_json:
            say(_added_line(one))
    return 1 if any(one.feed is None for one in added) else 0


def _added_line(one: "Added") -> str:
    assert one.feed is not None
    if one.known:
        return f"{one.feed.url} is followed already"
    from bot.words import count

    looked = one.looked
    entries = len(looked.parsed.entries) if looked.parsed else 0
    behind = f", found on {looked.page}" if looked.page else ""
    others = f"; the page also names {', '.join(looked.others[:3])}" if looked.others else ""
    what = f"{one.feed.title or 'no title'}, {count(entries, 'entry', 'entries')} taken as old"
    return f"added {one.feed.url} ({what}){behind}{others}"


def _added_document(one: "Added") -> dict[str, object]:
    return {
        "asked": one.looked.asked,
        "url": one.feed.url if one.feed else None,
        "kind": one.feed.kind if one.feed else None,
        "title": one.feed.title if one.feed else None,
        "entries": len(one.looked.parsed.entries) if one.looked.parsed else 0,
        "page": one.looked.page,
        "added": one.feed is not None and not one.known,
        "error": one.looked.error,
    }


@feeds.command()
@click.argument("address", metavar="URL")
@kind_option
@json_option
@general_options
@pass_call
def check(call: Call, address: str, kind: str, as_json: bool) -> int:
    """Ask a feed or page now and say what stands there; nothing is stored."""
    from bot.cli.output import warn, write_json
    from bot.cli.progress import waiting

    _check_kind(kind)
    if not as_json:
        waiting(f"asking {address}")
    looked = asyncio.run(_look(call, address, kind))
    if as_json:
        write_json(_looked_document(looked))
    elif looked.error is None:
        _show_looked(looked)
    if looked.error is not None:
        warn(f"{address}: {looked.error}")
        return 1
    return 0


async def _look(call: Call, address: str, kind: str) -> "Looked":
    from bot.app import fetcher_for
    from bot.subscribing import address_of, look

    async with fetcher_for(call.settings) as fetcher:
        return await look(fetcher, address_of(kind, address), kind=kind, now=datetime.now(UTC))


def _looked_document(looked: "Looked") -> dict[str, object]:
    from bot.times import iso_or_none
    from watchers.sources.base import Fetched

    fetched = looked.outcome if isinstance(looked.outcome, Fetched) else None
    return {
        "asked": looked.asked,
        "url": looked.url or None,
        "kind": looked.kind if looked.url else None,
        "page": looked.page,
        "others": list(looked.others),
        "format": looked.parsed.format if looked.parsed else None,
        "title": looked.parsed.title if looked.parsed else None,
        "lang": looked.parsed.lang if looked.parsed else None,
        "entries": len(looked.parsed.entries) if looked.parsed else 0,
        "newest": iso_or_none(looked.newest),
        "etag": fetched.etag if fetched else None,
        "last_modified": fetched.last_modified if fetched else None,
        "error": looked.error,
    }


def _show_looked(looked: "Looked") -> None:
    from bot.cli.output import say, table
    from bot.times import day
    from bot.words import count

    told = _looked_document(looked)
    entries = looked.parsed.entries if looked.parsed else ()
    held = count(len(entries), "entry", "entries")
    say(f"{told['title'] or 'no title'} ({told['format']}, {held})", "bold")
    say(f"address: {looked.url}" + (f", found on {looked.page}" if looked.page else ""))
    validators = [name for name in ("etag", "last_modified") if told[name]]
    say(f"validators: {' and '.join(validators) or 'none, so each poll costs a whole body'}")
    for other in looked.others:
        say(f"also named by the page: {other}")
    table(
        ["published", "title", "link"],
        [[day(one.published) if one.published else "", one.title, one.url] for one in entries[:10]],
        empty="it holds no entries",
    )


@feeds.command()
@click.argument("addresses", metavar="URL…", nargs=-1, required=True)
@general_options
@pass_call
def remove(call: Call, addresses: tuple[str, ...]) -> int:
    """Stop following feeds; what they brought stays."""
    return _change(call, addresses, "removed", lambda app, url: app.store.feeds.remove(url))


@feeds.command()
@click.argument("addresses", metavar="URL…", nargs=-1, required=True)
@general_options
@pass_call
def pause(call: Call, addresses: tuple[str, ...]) -> int:
    """Keep feeds but do not poll them."""
    return _change(call, addresses, "paused", lambda app, url: app.store.feeds.pause(url))


@feeds.command()
@click.argument("addresses", metavar="URL…", nargs=-1, required=True)
@general_options
@pass_call
def resume(call: Call, addresses: tuple[str, ...]) -> int:
    """Poll paused feeds again, and those that were gone."""
    return _change(
        call, addresses, "resumed", lambda app, url: app.store.feeds.resume(url, datetime.now(UTC))
    )


@feeds.command()
@click.argument("address", metavar="URL")
@click.argument("interval", metavar="DURATION|auto")
@general_options
@pass_call
def interval(call: Call, address: str, interval: str) -> int:
    """Set how often a feed is polled; auto follows the feed's own rhythm."""
    from bot.cli.output import warn
    from bot.times import format_duration, parse_duration

    try:
        wanted = None if interval == "auto" else parse_duration(interval)
    except ValueError as error:
        raise UsageError(f"feeds interval: {error}; or auto") from None
    if wanted is not None and wanted < (shortest := call.settings.poll_min):
        warn(
            f"{interval} is shorter than poll_min, {format_duration(shortest)}: a publisher may turn you away"
        )
    done = f"every {interval}:" if wanted else "at its own rhythm:"
    return _change(call, (address,), done, lambda app, url: app.store.feeds.set_interval(url, wanted))


@feeds.command("import")
@click.argument("file", metavar="FILE.opml", type=click.Path(path_type=Path))
@general_options
@pass_call
def import_(call: Call, file: Path) -> int:
    """Follow all feeds of an OPML list, in its folders; the first poll of each takes what it holds as old."""
    from bot.cli.output import say, warn
    from bot.subscribing import take
    from bot.words import count
    from watchers.opml import parse_opml

    try:
        outlines = parse_opml(file.read_bytes())
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}; name an existing OPML file") from None
    except UsageError as error:
        raise UsageError(f"{file}: {error}") from None
    with call.app() as app:
        taken = take(app.store, outlines, datetime.now(UTC))
    put = f", {len(taken.moved)} of them now in another folder" if taken.moved else ""
    say(f"{count(len(taken.fresh), 'feed')} added, {len(taken.known)} followed already{put}")
    for outline in taken.refused:
        warn(f"{outline.url} was not added: only http and https addresses are fetched")
    return int(bool(taken.refused))


@feeds.command()
@general_options
@pass_call
def export(call: Call) -> int:
    """Write all feeds as OPML to stdout, in their folders."""
    from bot.cli.output import write_bytes
    from watchers.opml import render_opml

    with call.app() as app:
        write_bytes(render_opml(app.store.feeds.all()).encode())
    return 0


def _change(call: Call, addresses: tuple[str, ...], done: str, verb: "Callable[[App, str], bool]") -> int:
    """Apply ``verb`` to all of ``addresses``, or to none where one of them is not followed."""
    from bot.answers import find_feed
    from bot.cli.output import say

    with call.app() as app:
        found = [find_feed(app.store, address) for address in dict.fromkeys(addresses)]
        with app.store.transaction():
            for feed in found:
                verb(app, feed.url)
    for feed in found:
        say(f"{done} {feed.url}")
    return 0


def _check_kind(kind: str) -> None:
    from watchers import sources

    if kind not in sources.kinds():
        raise UsageError(f"--kind: there is no kind {kind!r}; allowed are {', '.join(sources.kinds())}")
