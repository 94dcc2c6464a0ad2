"""``movewire run``: about five constant jobs that tick; the plan itself is data in the database.

When a feed is due and a delivery may go are columns, so a tick that is missed, doubled or
late costs nothing.  The only module that knows APScheduler.
"""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from bot.app import App
from bot.digests import gather
from bot.heartbeat import beat
from bot.passes import PassReport, delivering, one_pass
from storage.errors import StoreError

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

SWEEP_EVERY = 2  # seconds between looks for due feeds: 0.1 ms each when none is
DELIVER_EVERY = 5  # seconds between looks for deliveries whose retry is due
HEARTBEAT_EVERY = 60
DIGEST_EVERY = 60
HOUSEKEEPING_EVERY = 24 * 3600
KEEP_QUIET = timedelta(days=400)  # what never mattered is forgotten after this

log = logging.getLogger(__name__)


async def run(app: App, *, beside: Callable[[asyncio.Event], Awaitable[None]] | None = None) -> int:
    """Sweep and deliver until SIGTERM or SIGINT; returns the exit status.

    ``beside`` runs along, the Discord bot say, and is given the event that asks it to stop;
    its end does not end the watching.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    jobs = Jobs(app, stop)
    scheduler = _scheduler(jobs)
    scheduler.start()
    companion = asyncio.create_task(_guarded(beside, stop)) if beside is not None else None
    log.info("watching; stop with SIGTERM or Ctrl+C")
    try:
        await stop.wait()
    finally:
        scheduler.pause()  # a shutdown now would cancel the send in hand
        await jobs.finish()
        scheduler.shutdown(wait=False)
        if companion is not None:
            await companion
    return 1 if jobs.broken else 0


class Jobs:
    """What the scheduler ticks; each is safe to miss and safe to repeat."""

    def __init__(self, app: App, stop: asyncio.Event) -> None:
        self._app = app
        self._stop = stop
        self._under_way: set[asyncio.Task[None]] = set()
        self.broken: str | None = None  # the store cannot be used, and why

    async def sweep(self) -> None:
        """Poll what is due, if anything is."""
        due = self._app.store.feeds.next_due()
        if due is not None and due <= self._app.clock.now():
            await self._work(self._sweep())

    async def deliver(self) -> None:
        """Deliver what waits, if anything does."""
        if self._app.store.outbox.due_count(self._app.clock.now()):
            await self._work(self._deliver())

    async def digest(self) -> None:
        """Take digests that are due, and what mutes held back, to the outbox."""
        await self._work(self._digest())

    async def heartbeat(self) -> None:
        """Leave a sign of life, as long as the store can be used."""
        if self.broken is None:
            await beat(self._app)

    async def housekeeping(self) -> None:
        """Forget what never mattered and is long past."""
        before = self._app.clock.now() - KEEP_QUIET
        pruned = await asyncio.to_thread(self._app.store.prune, before)
        log.info("housekeeping: %s", pruned)

    async def finish(self) -> None:
        """Let the work in hand come to its end."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _sweep(self) -> None:
        report = await one_pass(self._app, stop=self._stop, command="run")
        if report.skipped is None:
            _tell(report)

    async def _deliver(self) -> None:
        report = PassReport()
        async with delivering(self._app, report, self._stop):
            pass
        _tell(report)

    async def _digest(self) -> None:
        if messages := await asyncio.to_thread(gather, self._app):
            log.info("%d digests made", messages)

    async def _work(self, doing: Awaitable[None]) -> None:
        """Run a job; a store that cannot be used degrades the watching instead of ending it."""
        task = asyncio.ensure_future(doing)
        self._under_way.add(task)
        try:
            await task
            self.broken = None
        except StoreError as error:
            if str(error) != self.broken:
                log.error("%s", error)
            self.broken = str(error)
        finally:
            self._under_way.discard(task)


def _scheduler(jobs: Jobs) -> "AsyncIOScheduler":
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    scheduler = AsyncIOScheduler(
        timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a sweep longer than its tick is no news
    now = jobs._app.clock.now()
    for job, seconds in (
        (jobs.sweep, SWEEP_EVERY),
        (jobs.deliver, DELIVER_EVERY),
        (jobs.heartbeat, HEARTBEAT_EVERY),
        (jobs.digest, DIGEST_EVERY),
        (jobs.housekeeping, HOUSEKEEPING_EVERY),
    ):
        first = now if seconds < HOUSEKEEPING_EVERY else None
        scheduler.add_job(job, "interval", seconds=seconds, next_run_time=first)
    return scheduler


def _tell(report: PassReport) -> None:
    for notice in report.sweep.notices:
        log.warning("%s", notice.text)
    for url, error in report.sweep.failed:
        log.info("%s: %s", url, error)
    if report.sweep.polled or report.delivered:
        log.info(
            "%d feeds polled, %d entries new, %d alerts, %d delivered, %d pending",
            report.sweep.polled,
            report.sweep.entries,
            report.sweep.alerts,
            report.delivered,
            report.pending,
        )


async def _guarded(beside: Callable[[asyncio.Event], Awaitable[None]], stop: asyncio.Event) -> None:
    try:
        await beside(stop)
    except asyncio.CancelledError:
        raise
    except Exception:  # the watching goes on without its companion, and says so
        log.exception("what ran beside the watching has ended; the watching goes on")
