"""Checks that everything which watching needs is in order, and says how to mend what is not.

Each check gives findings: ok, a note (worth knowing, nothing is broken) or a fault with its
remedy.  Nothing is changed, and no database is made; only ``send_test`` posts something.
"""

import asyncio
import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot import settings as settings_module
from bot.findings import Finding, State, fault, note
from bot.reach import examine_discord, examine_routes, stored_routes
from bot.settings import Settings
from bot.times import iso
from bot.words import count, nearest
from storage.errors import SettingsError, StoreError
from storage.model import Alert, Delivery, DeliveryState, Feed, FeedState

if TYPE_CHECKING:
    from bot.sinks import Sinks
    from storage.sqlite import SqliteStore

# Before this, a write-ahead log that is reset under two writers could be damaged
# (https://www.sqlite.org/wal.html).
SOUND_SQLITE = (3, 51, 3)
LITTLE_ROOM = 200 * 1024 * 1024  # bytes free beside the database
NAMED_FEEDS = 5  # feeds in trouble told one by one; of more, only the number
# settings that let whoever knows them post, or stop an alarm
_SECRET = ("discord_token", "discord_webhook_url", "ops_webhook_url", "heartbeat_url")
ENOUGH_FEEDS = 3  # that all of so many fail at once is the network rather than they


def unreadable_settings(error: SettingsError) -> Finding:
    """The finding where the settings cannot be read, so that nothing else can be checked."""
    return fault("settings", str(error), "correct or remove that setting")


def examine_settings(settings: Settings, environ: Mapping[str, str], routes: int = 0) -> Iterator[Finding]:
    """Settings that contradict each other, are misspelt or lie open; ``routes`` are those stored."""
    where = str(settings.config) if settings.config else "no file; environment and defaults"
    yield Finding(check="settings", state=State.OK, detail=f"read from {where}")
    try:
        settings.check_delivery(routes=routes)
    except SettingsError as error:
        yield Finding(
            check="settings",
            state=State.FAULT,
            detail="DISCORD_TOKEN is set, but no channel",
            remedy=str(error).partition(": ")[2],
        )
    if settings.discord_token is not None and settings.discord_webhook_url is not None:
        yield note("settings", "a bot token and a webhook are set: the token is used, the webhook is not")
    if settings.discord_webhook_url and not settings.discord_webhook_url.reveal().startswith("https://"):
        yield note("settings", "the webhook's URL begins with http://: whoever listens can post there")
    if settings.discord_token is not None and settings.discord_api != settings_module.DISCORD_API:
        said = f"the bot token is sent to {settings.discord_api}, as {settings.origins['discord_api']} says"
        yield note("settings", said, "leave discord_api out to reach Discord itself")
    for name in sorted(environ):
        if name.startswith("MOVEWIRE_") and name not in settings_module.ENVIRONMENT:
            hint = nearest(name, settings_module.ENVIRONMENT)
            yield note("settings", f"{name} is set, but no setting of that name is known{hint}")
    if settings.config is not None and any(settings.origins.get(name) == where for name in _SECRET):
        yield from _examine_leave("settings", settings.config)


def _examine_leave(check: str, file: Path) -> Iterator[Finding]:
    """Whether others on this machine may read a file that holds secrets."""
    if file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        yield note(check, f"{file} holds secrets and others may read it", f"chmod 600 {file}")


def examine_sqlite() -> Iterator[Finding]:
    """The SQLite library that Python came with."""
    from storage.sqlite import sqlite_version

    version = sqlite_version()
    name = ".".join(map(str, version))
    if version < SOUND_SQLITE:
        yield note(
            "sqlite",
            f"SQLite {name} is older than {'.'.join(map(str, SOUND_SQLITE))}, which mended a fault of "
            "write-ahead logs with two writers; Movewire's own lock keeps it from happening",
        )
    else:
        yield Finding(check="sqlite", state=State.OK, detail=f"SQLite {name}")


def examine_room(path: Path) -> Iterator[Finding]:
    """Whether the database can be made or grow where it is to lie."""
    folder = path.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not os.access(folder, os.W_OK):
        yield fault("database", f"{folder} cannot be written", f"chown or chmod {folder}, or set MOVEWIRE_DB")
        return
    free = shutil.disk_usage(folder).free
    if free < LITTLE_ROOM:
        yield fault(
            "database", f"only {free // 2**20} MiB are free at {folder}", "make room, or set MOVEWIRE_DB"
        )


def examine_database(store: "SqliteStore") -> Iterator[Finding]:
    """Damage inside the file."""
    problems = store.check()
    if problems:
        yield fault(
            "database",
            f"{store.path} is damaged: {problems[0]} ({count(len(problems), 'problem')})",
            "movewire db restore PATH brings back a copy",
        )
        return
    entries = count(store.entries.count(), "entry", "entries")
    yield Finding(check="database", state=State.OK, detail=f"{store.path} is sound, {entries}")
    yield from _examine_leave("database", store.path)  # tokens of webhooks, addresses with keys


def examine_watchlist(store: "SqliteStore", now: datetime) -> Iterator[Finding]:
    """Whether anybody is watched, and who is muted."""
    entities = store.watchlist.load().entities
    if not entities:
        yield fault(
            "watchlist", "nobody is watched", "movewire watch add NAME, or movewire watch import FILE"
        )
        return
    muted = [one.slug for one in entities if one.muted_until is not None and one.muted_until > now]
    yield Finding(check="watchlist", state=State.OK, detail=count(len(entities), "entity", "entities"))
    if muted:
        yield note("watchlist", f"muted: {', '.join(muted)}", "movewire watch unmute NAME")


def examine_feeds(feeds: Sequence[Feed], now: datetime, longest: timedelta) -> Iterator[Finding]:
    """Whether feeds are asked (``longest``: the usual interval's bound), and which are in trouble."""
    if not feeds:
        yield fault("feeds", "no feed is followed", "movewire feeds add URL, or movewire feeds import FILE")
        return
    asked = [feed for feed in feeds if not feed.paused and feed.state is not FeedState.GONE]
    polls = [feed.last_polled for feed in asked if feed.last_polled is not None]
    if asked and not polls:
        yield note("feeds", f"{count(len(feeds), 'feed')}, none asked yet", "movewire poll")
        return
    if polls and now - max(polls) > max(2 * longest, timedelta(hours=3)):
        yield fault(
            "feeds",
            f"no feed was asked since {iso(max(polls))}",
            "see that cron, the timer or the service that calls movewire is running",
        )
    unreached = len(asked) >= ENOUGH_FEEDS and all(feed.failures for feed in asked)
    if unreached:
        said = f"none of {len(asked)} feeds answered when last asked: {asked[0].last_error}"
        yield fault("feeds", said, "check this machine's network, then movewire poll --all")
    troubled = [feed for feed in feeds if feed.state in _TROUBLES and not feed.paused]
    for feed in troubled[:NAMED_FEEDS]:
        said = f": {feed.last_error}" if feed.last_error and feed.state is FeedState.FAILING else ""
        yield fault(
            "feeds", f"{feed.url} is {feed.state.value}{said}", _TROUBLES[feed.state].format(url=feed.url)
        )
    if len(troubled) > NAMED_FEEDS:
        rest = len(troubled) - NAMED_FEEDS
        yield fault("feeds", f"{count(rest, 'more feed')} in trouble", "movewire feeds list")
    unanswered = [feed for feed in asked if feed.failures and feed not in troubled]
    if unanswered and not unreached:
        said = f"{count(len(unanswered), 'feed')} did not answer when last asked: {unanswered[0].last_error}"
        yield note("feeds", said, "movewire feeds list; who fails three times in a row is in trouble")
    quiet = sum(feed.state is FeedState.QUIET for feed in feeds)
    if quiet:
        yield note(
            "feeds", f"{count(quiet, 'feed')} silent far beyond their own rhythm", "movewire feeds list"
        )
    if not troubled and not unreached:
        yield Finding(check="feeds", state=State.OK, detail=f"{count(len(feeds), 'feed')}, none in trouble")


_TROUBLES = {
    FeedState.FAILING: "movewire feeds check {url} says more; movewire feeds pause or remove it",
    FeedState.EMPTY: "movewire feeds check {url}; its address may have changed",
    FeedState.GONE: "its publisher ended it: movewire feeds remove {url}",
}


def examine_outbox(store: "SqliteStore", now: datetime) -> Iterator[Finding]:
    """Deliveries that died, and those that wait for long."""
    dead = store.deliveries.dead_unannounced()
    if dead:
        last = dead[-1]
        yield fault(
            "outbox",
            f"{count(len(dead), 'alert')} undelivered, the last to {last.destination}: {last.last_error}",
            f"mend the cause, then movewire resend {last.key}",
        )
    pending = store.deliveries.pending_count()
    if pending:
        yield note(
            "outbox", f"{count(pending, 'delivery', 'deliveries')} pending", "movewire poll sends what is due"
        )
    elif not dead:
        yield Finding(check="outbox", state=State.OK, detail="nothing waits")


async def send_tests(settings: Settings, now: datetime, *, console_to_stderr: bool = False) -> list[Finding]:
    """Post one message that says what it is wherever alerts go, through the sinks that they take."""
    from bot.app import default_routes, ops_destination, sinks_for

    sinks = sinks_for(settings, console_to_stderr)
    places = [route.destination for route in default_routes(settings)]
    if (ops := ops_destination(settings)) is not None:
        places.append(ops)
    try:
        found = [await _send_test(sinks, settings, place, now) for place in places]
    finally:
        await sinks.aclose()
    nowhere = fault("test", "there is nowhere to post it", "set DISCORD_CHANNEL_ID beside DISCORD_TOKEN")
    return found or [nowhere]


async def _send_test(sinks: "Sinks", settings: Settings, destination: str, now: datetime) -> Finding:
    from bot.sinks.base import Parcel, Sent

    alert = Alert(
        story=0,
        revision=0,
        headline="Movewire can post here",
        url=settings.contact if settings.contact.startswith("http") else settings_module.PROJECT_URL,
        source="movewire doctor",
        published=now,
        said="A test: alerts will look like this.",
        why=("somebody called movewire doctor --send-test",),
    )
    key = secrets.token_hex(12)
    delivery = Delivery(
        id=0,
        key=key,
        destination=destination,
        story=0,
        revision=0,
        alert=alert,
        state=DeliveryState.CLAIMED,
        created=now,
        due=now,
        attempts=1,
    )
    sink = sinks.get(destination)
    outcome = await sink.send(Parcel(key=key, deliveries=(delivery,))) if sink else None
    if isinstance(outcome, Sent):
        return Finding(check="test", state=State.OK, detail=f"a test message was posted to {destination}")
    why = getattr(outcome, "why", "nothing is set up to reach it")
    return fault("test", f"no test message to {destination}: {why}", "the discord check says what is missing")


def examine(settings: Settings, environ: Mapping[str, str], now: datetime) -> Iterator[Finding]:
    """All checks, in the order in which faults explain each other."""
    routes, webhooks = stored_routes(settings)
    yield from examine_settings(settings, environ, len(routes))
    yield from examine_sqlite()
    room = list(examine_room(settings.db))
    yield from room
    if not settings.db.exists():
        if not room:
            yield note(
                "database", f"{settings.db} is not there yet: the first poll makes it", "movewire poll"
            )
    else:
        yield from _examine_store(settings, now)
    yield from asyncio.run(examine_discord(settings, routes, webhooks))


def _examine_store(settings: Settings, now: datetime) -> Iterator[Finding]:
    from storage.sqlite import open_store

    try:
        with open_store(settings.db, create=False) as store:
            yield from examine_database(store)
            yield from examine_watchlist(store, now)
            yield from examine_feeds(store.feeds.all(), now, settings.poll_max)
            yield from examine_outbox(store, now)
            yield from examine_routes(store, settings)
    except StoreError as error:
        detail, _, remedy = str(error).rpartition(": ")
        yield fault("database", detail or remedy, remedy)
