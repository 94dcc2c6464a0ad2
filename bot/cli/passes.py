"""``demo``, ``poll`` and ``run``: the main job, once to look at, once for cron, and for good.

The work is done by ``bot.demo``, ``bot.passes`` and ``bot.schedule``.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.call import Call, general_options, json_option, pass_call, tidy_end

if TYPE_CHECKING:
    from bot.app import App
    from bot.passes import PassReport
    from bot.settings import Settings

FEEDS_TOLD = 3  # feeds that fail alike and are told one by one; of more, so many and their number
ROOM_EVERY = 5.0  # seconds between looks whether a full disk has room again

log = logging.getLogger(__name__)


@click.command()
@click.option("--keep", metavar="PATH", type=click.Path(path_type=Path), help="Keep the database there.")
@click.pass_context
def demo(ctx: click.Context, keep: Path | None) -> int:
    """The main job with nothing to set up: feeds on this machine, no network, no token."""
    from bot.demo import run

    with tidy_end():
        return run(keep)


@click.command()
@click.option(
    "--feed", "feeds", metavar="URL", multiple=True, help="Only this feed, due or not; may be repeated."
)
@click.option("--all", "all_feeds", is_flag=True, help="Every feed that is not paused, due or not.")
@click.option("--no-deliver", is_flag=True, help="Decide, but leave what is to be told for the next pass.")
@json_option
@general_options
@pass_call
def poll(call: Call, feeds: tuple[str, ...], all_feeds: bool, no_deliver: bool, as_json: bool) -> int:
    """One pass over the feeds that are due, then delivery of what is pending; for cron.

    While another pass is running it says so and leaves with status 0.  SIGTERM and Ctrl-C
    finish the send in hand; the next pass does the rest.
    """
    settings = call.settings
    from bot.app import open_app
    from bot.cli.output import warn

    with open_app(settings, console_to_stderr=as_json) as app:
        if not no_deliver:
            settings.check_delivery(routes=len(app.routes()))
        if not as_json:
            _say_what_is_asked(app, feeds, all_feeds=all_feeds)
        report = asyncio.run(_pass(app, feeds, all_feeds=all_feeds, deliver=not no_deliver))
        told = app.ops is not None
    if not told:
        for notice in report.sweep.notices:
            warn(notice.text)
    _report(report, as_json)
    return int(report.failed)


def _say_what_is_asked(app: "App", feeds: tuple[str, ...], *, all_feeds: bool) -> None:
    """Why nothing is seen for a while, the first poll of all packaged feeds takes half a minute; or at all."""
    from bot.cli.progress import on_terminal, waiting
    from bot.passes import chosen_feeds
    from bot.words import count

    if asked := chosen_feeds(app, feeds, all_feeds=all_feeds):
        new = sum(feed.last_success is None for feed in asked)
        whom = "" if new == len(asked) else f"{new} of them "
        first = f", {whom}for the first time: what they hold is old news" if new else ""
        waiting(f"asking {count(len(asked), 'feed')}{first}")
    elif on_terminal():
        click.echo(_why_none(app), err=True)


def _why_none(app: "App") -> str:
    from bot.times import iso

    if not app.store.feeds.all():
        return "no feeds; add one with: movewire feeds add URL"
    due = app.store.feeds.next_due()
    if due is None:
        return "all feeds are paused or gone; movewire feeds resume URL polls one again"
    return f"no feed is due before {iso(due)}; movewire poll --all asks all of them now"


async def _pass(app: "App", feeds: tuple[str, ...], *, all_feeds: bool, deliver: bool) -> "PassReport":
    from bot.heartbeat import beat
    from bot.passes import one_pass, stop_on_signals

    stop = stop_on_signals()
    report = await one_pass(app, feeds, all_feeds=all_feeds, deliver=deliver, stop=stop)
    if report.skipped is None:
        await beat(app)
    return report


def _report(report: "PassReport", as_json: bool) -> None:
    from bot.cli.output import say, warn, write_json
    from bot.words import count

    if as_json:
        write_json(report.document())
        return
    if report.skipped is not None:
        say(f"skipped: another pass is running: {report.skipped}")
        return
    sweep = report.sweep
    say(
        f"{count(sweep.polled, 'feed')} polled: {sweep.changed} changed, {sweep.not_modified} not modified, "
        f"{len(sweep.failed)} failed; {count(sweep.entries, 'new entry', 'new entries')}, "
        f"{count(sweep.alerts, 'alert')}, {count(sweep.updates, 'update')}; "
        f"{report.delivered} delivered, {report.pending} pending"
    )
    for error, urls in _by_error(sweep.failed).items():
        if len(urls) > FEEDS_TOLD:
            warn(f"{len(urls)} feeds: {error} ({', '.join(urls[:FEEDS_TOLD])} …; all: movewire feeds list)")
        else:
            for url in urls:
                warn(f"{url}: {error}")
    if len(sweep.failed) == sweep.polled > FEEDS_TOLD:
        warn("no feed answered: is there a network? movewire doctor looks closer")
    for fault in report.faults:
        warn(f"{fault.destination}: {fault.error}")


def _by_error(failed: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The feeds that failed alike: without a network that is all of them."""
    alike: dict[str, list[str]] = {}
    for url, error in failed:
        alike.setdefault(error, []).append(url)
    return alike


@click.command()
@click.argument("key")
@general_options
@pass_call
def resend(call: Call, key: str) -> int:
    """Put the dead alert with KEY back into the outbox; the next pass sends it."""
    from bot.cli.output import say
    from storage.errors import UnknownThing, UsageError

    with call.app() as app:
        if not app.store.outbox.resend(key, app.clock.now()):
            delivery = app.store.deliveries.by_key(key)
            if delivery is None:
                raise UnknownThing(f"there is no alert with the key {key}; movewire why shows keys")
            raise UsageError(f"the alert {key} is {delivery.state.value}, not dead: it is not sent again")
    say(f"{key} is sent again by the next pass: movewire poll")
    return 0


@click.command()
@general_options
@pass_call
def run(call: Call) -> int:
    """Poll and deliver on a schedule until stopped; with DISCORD_TOKEN also the Discord bot.

    SIGTERM and Ctrl-C finish the send in hand.
    """
    settings = call.settings
    call.log_progress()
    from bot.schedule import run as run_until_stopped

    with _app_with_room(settings) as app, _others_named(app):
        settings.check_delivery(routes=len(app.routes()))
        beside = None
        if settings.discord_token is not None:
            from bot.gateway import companion  # discord.py is loaded for those with a bot alone

            beside = companion(app, settings)
        return asyncio.run(run_until_stopped(app, beside=beside))


@contextlib.contextmanager
def _others_named(app: "App") -> "Iterator[None]":
    """Hold the lock of ``run``; where another one does, say so: nothing breaks, but two bots answer."""
    from bot.app import holder
    from storage.errors import StoreError

    with contextlib.ExitStack() as stack:
        with contextlib.suppress(StoreError, OSError):  # a full disk, say: the passes tell of it
            lock = stack.enter_context(app.store.run_lock(holder("run")))
            if not lock.acquired:
                who = lock.holder or "another run"
                log.warning(
                    "%s watches with %s already: stop one, or its bot answers twice", who, app.store.path
                )
        yield


@contextlib.contextmanager
def _app_with_room(settings: "Settings") -> "Iterator[App]":
    """The app; a full disk is waited for, because a restart does not make room either."""
    from bot.app import open_app
    from storage.errors import StoreFull

    with contextlib.ExitStack() as stack:
        app, told = None, False
        while app is None:
            try:
                app = stack.enter_context(open_app(settings))
            except StoreFull as error:
                if not told:
                    log.error("%s; watching begins when there is room", error)
                told = True
                time.sleep(ROOM_EVERY)
        yield app
