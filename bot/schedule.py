"""``movewire run``: about six constant jobs that tick; the plan itself is data in the database.

When a feed is due and a delivery may go are columns, so a tick that is missed, doubled or
late costs nothing.  The only module that knows APScheduler.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.app import App
from bot.digests import gather
from bot.heartbeat import beat
from bot.passes import PassReport, delivering, one_pass, stop_on_signals
from bot.words import count
from storage.errors import StoreError

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    from bot.sinks.base import Clock

# Seconds between looks for due feeds, 0.3 % of a core when none is.  What falls due between two
# looks is asked at once: more of it would hold up the news of each.
SWEEP_EVERY = 0.25
DELIVER_EVERY = 5  # seconds between looks for deliveries whose retry is due
HEARTBEAT_EVERY = 60
DIGEST_EVERY = 60
LOG_EVERY = 2  # seconds between looks whether the database's log has grown
HOUSEKEEPING_EVERY = 24 * 3600
KEEP_QUIET = timedelta(days=400)  # what never mattered is forgotten after this
CLOCK_EVERY = 1.0  # seconds between looks whether somebody set the wall clock
CLOCK_STEP = 2.0  # seconds by which it then differs from the steady one at least

log = logging.getLogger(__name__)


async def run(app: App, *, beside: Callable[[asyncio.Event], Awaitable[None]] | None = None) -> int:
    """Sweep and deliver until SIGTERM or SIGINT; returns the exit status.

    ``beside`` runs along, the Discord bot say, and is given the event that asks it to stop;
    its end does not end the watching.
    """
    stop = stop_on_signals()
    jobs = Jobs(app, stop)
    scheduler = _scheduler(jobs)
    scheduler.start()
    preparing = asyncio.create_task(jobs.prepare())
    minding = asyncio.create_task(_mind_the_clock(scheduler, jobs, app.clock))
    companion = asyncio.create_task(_guarded(beside, stop)) if beside is not None else None
    log.info("watching; stop with SIGTERM or Ctrl+C")
    try:
        await stop.wait()
    finally:
        minding.cancel()
        await preparing
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
        self._sinks = app.new_sinks()  # their connections are kept from one alert to the next
        self._under_way: set[asyncio.Task[None]] = set()
        self._faults: dict[str, str] = {}  # job -> why it cannot use the store
        self._tidied = app.clock.monotonic()

    @property
    def broken(self) -> str | None:
        """Why the store cannot be used; None when it can."""
        return next(iter(self._faults.values()), None)

    def now(self) -> datetime:
        """The time by the clock that all plans go by."""
        return self._app.clock.now()

    async def prepare(self) -> None:
        """Load what the first alert would wait for."""
        await self._work("prepare", asyncio.to_thread(self._app.prepare))

    async def sweep(self) -> None:
        """Poll what is due, if anything is."""
        await self._work("sweep", self._sweep())

    async def deliver(self) -> None:
        """Deliver what waits, if anything does."""
        await self._work("deliver", self._deliver())

    async def digest(self) -> None:
        """Take digests that are due, and what mutes held back, to the outbox."""
        await self._work("digest", self._digest())

    async def heartbeat(self) -> None:
        """Leave a sign of life, as long as the other jobs do their work."""
        if not self._faults.keys() - {"heartbeat"}:
            await self._work("heartbeat", self._beat())

    async def log(self) -> None:
        """Keep the database's log short: 20 to 150 ms of the disk that news would wait for."""
        await self._work("log", asyncio.to_thread(self._app.store.move_log))

    async def housekeeping(self) -> None:
        """Forget what never mattered and is long past."""
        await self._work("housekeeping", self._housekeeping())

    async def clock_was_set(self) -> None:
        """Plan anew what was planned by a clock that was wrong; deliveries see to themselves."""
        await self._work("clock", self._rebase())

    async def finish(self) -> None:
        """Let the work in hand come to its end."""
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self._sinks.aclose()

    # --- the work itself ----------------------------------------------------------------

    async def _sweep(self) -> None:
        due = await asyncio.to_thread(self._app.store.feeds.next_due)
        if due is None or due > self.now():
            return
        report = await one_pass(self._app, stop=self._stop, command="run", sinks=self._sinks)
        if report.skipped is None:
            _tell(report)

    async def _deliver(self) -> None:
        if not await asyncio.to_thread(self._app.store.deliveries.due_count, self.now()):
            return
        report = PassReport()
        async with delivering(self._app, report, self._stop, sinks=self._sinks):
            pass
        _tell(report)

    async def _digest(self) -> None:
        if messages := await asyncio.to_thread(gather, self._app):
            log.info("%d digests made", messages)

    async def _beat(self) -> None:
        await beat(self._app)

    async def _housekeeping(self) -> None:
        # Not by the wall clock alone: one that leaps a year ahead must make nothing old.
        if self._app.clock.monotonic() - self._tidied < HOUSEKEEPING_EVERY / 2:
            return
        self._tidied = self._app.clock.monotonic()
        before = self.now() - KEEP_QUIET
        pruned = await asyncio.to_thread(self._app.store.prune, before)
        log.info("housekeeping: %s", pruned)

    async def _rebase(self) -> None:
        await asyncio.to_thread(self._app.store.feeds.rebase, self.now())

    async def _work(self, name: str, doing: Coroutine[object, object, None]) -> None:
        """Run a job; a store that cannot be used degrades the watching instead of ending it.

        That is logged once, and so is its end.
        """
        task = asyncio.create_task(doing)
        self._under_way.add(task)
        try:
            await task
            if self._faults.pop(name, None) is not None and not self._faults:
                log.warning("%s: can be used again", self._app.store.path)
        except (StoreError, OSError) as error:
            told = str(error)
            if told not in self._faults.values():
                log.error("%s", told)
            self._faults[name] = told
        except Exception as error:  # loud, and no heartbeat claims that all is well
            self._faults[name] = f"unexpected {type(error).__name__}"
            raise
        finally:
            self._under_way.discard(task)


def _scheduler(jobs: Jobs) -> "AsyncIOScheduler":
    from apscheduler.schedulers.asyncio import AsyncIOScheduler
    from apscheduler.triggers.base import BaseTrigger

    class Every(BaseTrigger):
        """So many seconds after now.

        The library's own interval walks over each tick that was missed: after a leap of the
        clock by a year the loop stood still for a minute.
        """

        def __init__(self, seconds: float) -> None:
            self._interval = timedelta(seconds=seconds)

        def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
            return max(previous or now, now) + self._interval

    scheduler = AsyncIOScheduler(
        timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a sweep longer than its tick is no news
    now = jobs.now()
    for job, seconds in (
        (jobs.sweep, SWEEP_EVERY),
        (jobs.deliver, DELIVER_EVERY),
        (jobs.heartbeat, HEARTBEAT_EVERY),
        (jobs.digest, DIGEST_EVERY),
        (jobs.log, LOG_EVERY),
        (jobs.housekeeping, HOUSEKEEPING_EVERY),
    ):
        first = {"next_run_time": now} if seconds < HOUSEKEEPING_EVERY else {}
        scheduler.add_job(job, Every(seconds), **first)
    return scheduler


async def _mind_the_clock(scheduler: "AsyncIOScheduler", jobs: Jobs, clock: "Clock") -> None:
    """Tick at once whenever somebody set the wall clock.

    The scheduler's times are the wall clock's: where that is set back by an hour, nothing
    would be polled or delivered for an hour.
    """
    apart = clock.now().timestamp() - clock.monotonic()
    while True:
        await asyncio.sleep(CLOCK_EVERY)
        before, apart = apart, clock.now().timestamp() - clock.monotonic()
        if abs(apart - before) >= CLOCK_STEP:
            log.info("the clock was set by %+.0f s, or the machine slept", apart - before)
            await jobs.clock_was_set()
            for job in scheduler.get_jobs():
                job.modify(next_run_time=clock.now())


def _tell(report: PassReport) -> None:
    for notice in report.sweep.notices:
        log.warning("%s", notice.text)
    for url, error in report.sweep.failed:
        log.info("%s: %s", url, error)
    if report.sweep.polled or report.delivered:
        log.info(
            "%s polled, %s new, %s, %d delivered, %d pending",
            count(report.sweep.polled, "feed"),
            count(report.sweep.entries, "entry", "entries"),
            count(report.sweep.alerts, "alert"),
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
