"""The one place that builds things: settings in, a wired application out.

Everything else is handed what it works with.  Nothing is opened at import, and what
fetches or sends is made only when it is first needed: most commands never do.
"""

import contextlib
import functools
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from storage.model import Route
from storage.sqlite import SqliteStore, open_store

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.sinks import Learned, Sinks
    from bot.sinks.base import Clock
    from watchers.pipeline import Judged, Pipeline
    from watchers.polling import Bounds
    from watchers.sources import Fetcher
    from watchers.sweep import Sweep


@dataclass(slots=True)
class App:
    """A store and what works on it; ``clock`` is simulated only in the demo and in tests."""

    store: SqliteStore
    clock: "Clock"
    bounds: "Bounds"
    routes: Callable[[], Sequence[Route]]
    new_fetcher: Callable[[], "Fetcher"]
    new_sinks: Callable[[], "Sinks"]
    ops: str | None = None  # the destination that is told of trouble with feeds and deliveries
    heartbeat_url: str | None = None  # asked as a sign of life; may be a secret
    _pipeline: "Pipeline | None" = None  # kept: what it knows of the watchlist takes a while to build

    def second_store(self) -> SqliteStore:
        """The same database once more: what is asked of it does not wait for the first one's transactions."""
        return open_store(self.store.path, create=False)

    def pipeline(self) -> "Pipeline":
        """What judges; one for the whole life of the app."""
        from watchers.pipeline import Pipeline

        if self._pipeline is None:
            self._pipeline = Pipeline(self.store, self.routes)
        return self._pipeline

    def prepare(self) -> None:
        """Load what the first alert of a process that stays would wait for: half a second of CPU."""
        from bot.sinks import channel, webhook  # noqa: F401
        from watchers.sources.transport import shared_ssl

        shared_ssl()
        with contextlib.suppress(ImportError):  # what httpx loads with its first request
            import anyio
            import httpcore  # noqa: F401

            anyio.run(anyio.sleep, 0)
        self.pipeline().prepare(self.store.feeds.languages())

    def sweep(
        self,
        *,
        judged: "Callable[[Judged], None] | None" = None,
        telling: Callable[[], None] | None = None,
    ) -> "Sweep":
        """A sweep over this store, judging by the watchlist as it is then."""
        from watchers.sweep import Sweep

        return Sweep(
            self.store,
            self.pipeline(),
            clock=self.clock.now,
            bounds=self.bounds,
            ops=self.ops,
            judged=judged,
            telling=telling,
        )


@contextlib.contextmanager
def open_app(settings: "Settings", *, console_to_stderr: bool = False) -> Iterator[App]:
    """Open the database, plant what it never had, and wire the rest; closed on leaving.

    Raises StoreError and its kin where the database cannot be used.
    """
    from bot.sinks import Learned
    from bot.sinks.base import REAL
    from watchers.polling import Bounds

    if "db" not in settings.origins:  # the user's data folder, which nobody made yet
        with contextlib.suppress(OSError):  # opening says it better
            settings.db.parent.mkdir(parents=True, exist_ok=True)
    with open_store(settings.db) as store:
        _plant(store, settings)
        yield App(
            store=store,
            clock=REAL,
            bounds=Bounds(floor=settings.poll_min, ceiling=settings.poll_max),
            routes=partial(all_routes, settings, store),
            new_fetcher=partial(fetcher_for, settings),
            new_sinks=partial(sinks_for, settings, console_to_stderr, Learned(), store.routes.webhook_secret),
            ops=ops_destination(settings),
            heartbeat_url=settings.heartbeat_url.reveal() if settings.heartbeat_url else None,
        )


def all_routes(settings: "Settings", store: SqliteStore) -> tuple[Route, ...]:
    """The settings' route and those of the servers; a channel with one of those has no other."""
    stored = [route for audience in store.audiences.all() for route in audience.routes]
    if settings.discord_token is None:  # nothing could be sent along them
        stored = [route for route in stored if not route.destination.startswith("channel:")]
    taken = {route.destination for route in stored}
    own = (route for route in default_routes(settings) if route.destination not in taken)
    return (*own, *stored)


def default_routes(settings: "Settings") -> tuple[Route, ...]:
    """Where alerts go when no server says otherwise: channel, webhook, or the terminal."""
    destination = "console"
    if settings.discord_token is not None:
        if settings.discord_channel_id is None:
            return ()
        destination = f"channel:{settings.discord_channel_id}"
    elif settings.discord_webhook_url is not None:
        destination = "webhook"
    return (
        Route(
            id=0,
            destination=destination,
            quiet_hours=settings.quiet_hours,
            timezone=settings.timezone,
            digest=settings.digest,
        ),
    )


def ops_destination(settings: "Settings") -> str | None:
    """Where trouble with feeds and deliveries is told; None: the log, and stderr of ``poll``."""
    if settings.discord_token is not None and settings.ops_channel_id is not None:
        return f"channel:{settings.ops_channel_id}"
    return "ops" if settings.ops_webhook_url is not None else None


def holder(command: str) -> str:
    """Who holds a lock, for people: "poll, process 123"."""
    return f"{command}, process {os.getpid()}"


def _plant(store: SqliteStore, settings: "Settings") -> None:
    """Plant the seeds, unless this very edition of them is planted already."""
    from seeds.edition import edition

    mark = f"{edition()} feeds={settings.seed_feeds}"
    if store.setting("planted") == mark:
        return
    from bot.sinks.base import REAL
    from seeds.loader import plant

    with store.transaction():
        plant(store, REAL.now(), feeds=settings.seed_feeds)
        store.set_setting("planted", mark)


@functools.cache  # the package's metadata is a file, and ``run`` makes a fetcher for each pass
def _version() -> str:
    from importlib.metadata import version

    return version("movewire")


def fetcher_for(settings: "Settings") -> "Fetcher":
    """What asks the web, as the settings say."""
    from watchers.sources import Fetcher

    folder = settings.db.parent
    return Fetcher(
        contact=settings.contact,
        version=_version(),
        allow_private=settings.allow_private,
        turns=settings.db.with_name(f"{settings.db.name}.hosts") if folder.is_dir() else None,
    )


def sinks_for(
    settings: "Settings",
    console_to_stderr: bool,
    learned: "Learned | None" = None,
    webhook_secret: Callable[[int], str | None] | None = None,
) -> "Sinks":
    """What sends, as the settings say; ``learned`` outlives it, so that limits are learned once.

    ``webhook_secret`` knows the tokens of the webhooks that servers named.
    """
    from bot.logs import Scrubber
    from bot.sinks import Sinks

    return Sinks(
        api=settings.discord_api,
        token=settings.discord_token.reveal() if settings.discord_token else None,
        webhook_url=settings.discord_webhook_url.reveal() if settings.discord_webhook_url else None,
        ops_webhook_url=settings.ops_webhook_url.reveal() if settings.ops_webhook_url else None,
        stream=sys.stderr if console_to_stderr else None,
        at_most_once=frozenset(settings.at_most_once),
        scrub=Scrubber(settings.secrets()),
        learned=learned,
        webhook_secret=webhook_secret,
    )
