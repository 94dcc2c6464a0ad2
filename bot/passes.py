"""One pass: poll what is due, judge what came, deliver what is decided, side by side.

``poll`` makes one, ``run`` one after the other, the demo one for each of its stages.  Only
one pass at a time works on a database, whichever process begins it; delivery runs beside
the polling, so an alert leaves while slower hosts are still answering.
"""

import asyncio
import contextlib
import functools
import gc
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.app import App, holder
from bot.courier import DeliveryFault, drain
from bot.digests import gather
from bot.sinks import Sinks
from storage.errors import UnknownThing
from storage.model import Feed
from watchers.sweep import SweepReport, due_now

if TYPE_CHECKING:
    from watchers.pipeline import Judged

# Seconds for which a thread that parses or judges keeps the interpreter from the event loop: with
# Python's own 5 ms each step of a message or an answer waits so long beside a busy sweep.
THREAD_TURN = 0.0005
# Seconds for which judging pauses after an alert: the courier takes it from the database meanwhile.
COURIERS_TURN = 0.003
YOUNG = 5_000  # most objects of a batch live until it is stored; a look at more holds all threads up
MANY = 50_000  # … and of two batches fewer: a ``poll``, whom nobody asks anything, has next to no looks
LOOKS = (20, 10)  # at the young ones, and at the middle ones, before the older are looked at with them


@dataclass(slots=True)
class PassReport:
    """What one pass did; ``skipped`` says who else is at it, and then nothing was done."""

    sweep: SweepReport = field(default_factory=SweepReport)
    delivered: int = 0
    pending: int = 0
    faults: list[DeliveryFault] = field(default_factory=list)
    skipped: str | None = None

    @property
    def failed(self) -> bool:
        """Whether something went wrong that the owner should look at."""
        return bool(self.sweep.failed or self.faults)

    def document(self) -> dict[str, Any]:
        """The contract's JSON."""
        if self.skipped is not None:
            return {"skipped": self.skipped}
        sweep = self.sweep
        return {
            "feeds": {
                "polled": sweep.polled,
                "changed": sweep.changed,
                "not_modified": sweep.not_modified,
                "failed": len(sweep.failed),
            },
            "entries": sweep.entries,
            "alerts": sweep.alerts,
            "updates": sweep.updates,
            "delivered": self.delivered,
            "pending": self.pending,
            "errors": [{"feed": url, "error": error} for url, error in sweep.failed]
            + [{"destination": fault.destination, "error": fault.error} for fault in self.faults],
        }


def stop_on_signals() -> asyncio.Event:
    """What SIGTERM and SIGINT set from now on in the running loop; a second one ends the process."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    names = (signal.SIGTERM, signal.SIGINT)

    def asked() -> None:
        stop.set()
        for name in names:
            loop.remove_signal_handler(name)

    for name in names:
        loop.add_signal_handler(name, asked)
    return stop


def chosen_feeds(app: App, urls: Sequence[str] = (), *, all_feeds: bool = False) -> list[Feed]:
    """The feeds of a pass: those named, all that are not paused, or those that are due.

    Raises UnknownThing for a URL that is no feed of ours.
    """
    if urls:
        found = [(url, app.store.feeds.get(url)) for url in dict.fromkeys(urls)]
        for url, feed in found:
            if feed is None:
                raise UnknownThing(f"{url} is not among the feeds: add it with `movewire feeds add {url}`")
        return [feed for _, feed in found if feed is not None]
    if all_feeds:
        return [feed for feed in app.store.feeds.all() if not feed.paused]
    return app.store.feeds.due(app.clock.now())


async def one_pass(
    app: App,
    urls: Sequence[str] = (),
    *,
    all_feeds: bool = False,
    deliver: bool = True,
    stop: asyncio.Event | None = None,
    command: str = "poll",
    sinks: Sinks | None = None,
) -> PassReport:
    """Make one pass, or say who else is making one; ``sinks`` where they are kept, with their connections."""
    sys.setswitchinterval(THREAD_TURN)
    report = PassReport()
    spare_the_collector(YOUNG if command == "run" else MANY)
    with app.store.pass_lock(holder(command)) as lock:
        if not lock.acquired:
            since = f" since {lock.since:%Y-%m-%dT%H:%M:%SZ}" if lock.since else ""
            report.skipped = f"{lock.holder or 'another process'}{since}"
            return report
        await asyncio.to_thread(app.store.feeds.rebase, app.clock.now())
        await asyncio.to_thread(gather, app)
        more = functools.partial(_due_now, app) if command == "run" else None
        choose = more or functools.partial(chosen_feeds, app, urls, all_feeds=all_feeds)
        feeds = list(await asyncio.to_thread(choose))
        async with delivering(app, report, stop, deliver=deliver, sinks=sinks) as wake:
            await _sweep(app, feeds, report, wake, stop, more)
    return report


@functools.cache  # once a process: whether anything is frozen takes 10 ms to count
def spare_the_collector(young: int = YOUNG) -> None:
    """What is loaded by now stays: it is not looked through for garbage again and again."""
    gc.freeze()
    gc.set_threshold(young, *LOOKS)


def tidy() -> None:
    """Look for garbage while nobody waits: else that falls due where much is made, in judging the news."""
    young, middle, old = gc.get_count()
    if young > YOUNG // 2:
        gc.collect(2 if old > LOOKS[1] else 1 if middle > LOOKS[0] else 0)


def _due_now(app: App, under_way: frozenset[int] = frozenset()) -> Sequence[Feed]:
    tidy()
    return due_now(app.store, app.clock.now(), app.bounds.floor, under_way)


async def _sweep(
    app: App,
    feeds: list[Feed],
    report: PassReport,
    wake: asyncio.Event,
    stop: asyncio.Event | None,
    more: Callable[[frozenset[int]], Sequence[Feed]] | None,
) -> None:
    loop = asyncio.get_running_loop()

    def telling() -> None:  # not stored yet: the courier waits at the store until it is
        loop.call_soon_threadsafe(wake.set)

    def judged(one: "Judged") -> None:
        if one.outcome.deliveries:
            time.sleep(COURIERS_TURN)

    left = await asyncio.to_thread(app.store.entries.pending_count)  # by a pass that died
    if not (left or feeds):
        return  # before the rules are loaded
    sweep = app.sweep(judged=judged, telling=telling)
    if left:
        await asyncio.to_thread(sweep.judge, report.sweep)
    if feeds:
        async with app.new_fetcher() as fetcher:
            swept = await sweep.run(fetcher, feeds, more=more, stop=stop)
        swept.entries += report.sweep.entries
        swept.alerts += report.sweep.alerts
        swept.updates += report.sweep.updates
        report.sweep = swept


@contextlib.asynccontextmanager
async def delivering(
    app: App,
    report: PassReport,
    stop: asyncio.Event | None,
    *,
    deliver: bool = True,
    sinks: Sinks | None = None,
) -> AsyncIterator[asyncio.Event]:
    """Deliver whenever the yielded event is set, and what waits at the beginning and the end.

    ``sinks`` that are given stay open.
    """
    wake = asyncio.Event()
    if not deliver:
        yield wake
        report.pending = await asyncio.to_thread(app.store.deliveries.pending_count)
        return
    over = False
    own: Sinks | None = None

    async def look() -> None:  # costs less than a drain, or than to make sinks
        report.pending = await asyncio.to_thread(app.store.deliveries.pending_count)
        if report.pending:
            await deliver_all()

    async def deliver_all() -> None:
        nonlocal own
        own = own or sinks or app.new_sinks()
        drained = await drain(app.store, own, app.clock, stop=stop, ops=app.ops)
        report.delivered += drained.delivered
        report.pending = drained.pending
        report.faults.extend(fault for fault in drained.errors if fault not in report.faults)

    async def work() -> None:
        await look()  # what an earlier pass left behind goes first
        while not over:
            await wake.wait()
            wake.clear()
            await (look() if over else deliver_all())

    worker = asyncio.create_task(work())
    try:
        yield wake
    finally:
        over = True
        wake.set()
        await worker
        if own is not None and own is not sinks:
            await own.aclose()
