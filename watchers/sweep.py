"""One sweep over feeds: fetch, parse, plan the next poll, and store what came (commit 1).

Hosts run side by side, the feeds of one host one after the other.  Finished polls flow to
one writer, which takes all that wait as one transaction and then lets the pipeline judge
them: where a body changed at once and alone (in ``poll``, which nobody waits for, soon and with
the others), so that an entry is told while slower hosts are still answering, and together where
nothing is new.  The network is async, parsing and the
database have one thread beside it (``sources.desk``): the loop never stands still.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from storage.model import Feed, FinishedPoll, Verdict
from storage.sqlite import SqliteStore
from watchers import crowds, polling, sources
from watchers.finished import Answered, Finished
from watchers.sources.base import Failed, Fetched, NotModified, OurFault, Outcome, ParsedFeed, SourceError

if TYPE_CHECKING:  # a pass with nothing due does without the pipeline's many rules
    from watchers.pipeline import Judged, Pipeline

HOSTS_AT_ONCE = 512  # tasks only: how many really ask at once is the fetcher's rule
BEGIN_APART = 0.0002  # seconds between the first steps of two of them: the loop has others to serve
LOOK_EVERY = 0.25  # seconds between looks for what else is due
NEWS_WAIT = 0.5  # seconds that one with news waits for others, where the sweep is one of all feeds at once
_GOLDEN = 0.618034  # multiples of which fill a second most evenly

log = logging.getLogger(__name__)


@dataclass(slots=True)
class SweepReport:
    """What one sweep did; ``failed`` holds (feed URL, error) of each failure."""

    polled: int = 0
    changed: int = 0
    not_modified: int = 0
    entries: int = 0
    alerts: int = 0
    updates: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    notices: list[polling.Notice] = field(default_factory=list)


class Sweep:
    """Polls feeds and hands what they bring to the pipeline."""

    def __init__(
        self,
        store: SqliteStore,
        pipeline: "Pipeline",
        *,
        clock: Callable[[], datetime],
        bounds: polling.Bounds,
        ops: str | None = None,
        judged: "Callable[[Judged], None] | None" = None,
        telling: Callable[[], None] | None = None,
    ) -> None:
        """``ops`` is the destination that is told of trouble with feeds, None for the report alone.

        Both called in a thread: ``judged`` for each entry after its commit, ``telling`` just before
        the commit of one that is to be delivered.
        """
        self._store = store
        self._pipeline = pipeline
        self._clock = clock
        self._bounds = bounds
        self._ops = ops
        self._judged = judged
        self._telling = telling

    async def run(
        self,
        fetcher: "sources.Fetcher",
        feeds: Sequence[Feed],
        *,
        more: Callable[[frozenset[int]], Sequence[Feed]] | None = None,
        stop: asyncio.Event | None = None,
    ) -> SweepReport:
        """Poll ``feeds`` once.

        ``more`` is given the ids of those under way and asked again and again what else has become
        due, as long as a poll is under way: a server that hangs holds up nobody.  ``stop`` ends
        the sweep early: polls under way are dropped, finished ones are stored.
        """
        report = SweepReport()
        finished = Finished(NEWS_WAIT if more is None else 0.0)
        if more is None:
            finished.expect(len(feeds))
        workers: set[asyncio.Task[None]] = set()
        under_way: set[int] = set()
        over = asyncio.Event()

        def ended(worker: "asyncio.Task[None]") -> None:
            well = not worker.cancelled() and worker.exception() is None
            if well:
                workers.discard(worker)
            if not well or not workers:
                over.set()

        def employ(work: Coroutine[Any, Any, None]) -> None:
            worker = asyncio.create_task(work)
            workers.add(worker)
            worker.add_done_callback(ended)

        async def begin(groups: Sequence[list[Feed]]) -> None:
            hosts, at = iter(groups), asyncio.get_running_loop().time()
            for place in range(min(HOSTS_AT_ONCE, len(groups))):
                if (wait := at + place * BEGIN_APART - asyncio.get_running_loop().time()) > 0:
                    await asyncio.sleep(wait)
                employ(self._poll_hosts(fetcher, hosts, finished, paced=more is not None))

        def start(feeds: Sequence[Feed]) -> None:
            under_way.update(feed.id for feed in feeds)
            if feeds:
                employ(begin(_by_host(feeds)))

        async def start_more() -> None:
            if more is not None:
                start(await asyncio.to_thread(more, frozenset(under_way)))

        fetcher.ask_when(finished.calm)
        start(feeds)
        writer = asyncio.create_task(self._write(finished, report, under_way))
        writer.add_done_callback(lambda _: over.set())  # a store that fails ends the sweep
        try:
            if workers:
                await _over_or_stop(over, stop, start_more if more is not None else None)
        finally:
            for worker in workers:
                worker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(*workers, return_exceptions=True)
            finished.end()
            await writer
        for worker in workers:
            if not worker.cancelled() and (error := worker.exception()) is not None:
                raise error
        return report

    async def _poll_hosts(
        self,
        fetcher: "sources.Fetcher",
        hosts: Iterable[list[Feed]],
        finished: "Finished",
        *,
        paced: bool,
    ) -> None:
        for feeds in hosts:  # one iterator, shared by all workers
            if paced and (wait := ahead(feeds[0], self._clock())) > 0:
                await asyncio.sleep(wait)
            for feed in feeds:
                await self._poll(fetcher, feed, finished)

    async def _poll(self, fetcher: "sources.Fetcher", feed: Feed, finished: "Finished") -> None:
        try:
            outcome = await sources.fetch(fetcher, feed, self._clock())
        except Exception as error:  # whatever one server answers, the others are heard
            outcome = _our_fault(feed, error)
        with finished.holding(outcome):
            await finished.put(await self._read(feed, outcome))

    async def _read(self, feed: Feed, outcome: Outcome) -> Answered:
        parsed: ParsedFeed | None = None
        size = 0
        if isinstance(outcome, Fetched) and outcome.body_hash != feed.body_hash:
            size = len(outcome.body)
            try:
                parsed = await sources.parse_off_loop(outcome, feed)
            except SourceError as error:
                outcome = Failed.of(error, status=outcome.status)
            except Exception as error:
                outcome = _our_fault(feed, error)
        if isinstance(outcome, Fetched):
            outcome = replace(outcome, body=b"")  # read: hundreds of them may wait for the writer
        return Answered(before=feed, outcome=outcome, parsed=parsed, at=self._clock(), size=size)

    async def _write(
        self,
        finished: "Finished",
        report: SweepReport,
        under_way: set[int],
    ) -> None:
        while batch := await finished.take():
            for poll in batch:
                _count(report, poll)
            await sources.the_desk().run(self._commit, batch, report)
            under_way.difference_update(poll.before.id for poll in batch)

    def _commit(self, batch: list[Answered], report: SweepReport) -> None:
        finished = [finish(poll.before, poll.outcome, poll.parsed, poll.at, self._bounds) for poll in batch]
        notices = [
            one
            for poll, done in zip(batch, finished, strict=True)
            for one in polling.notices(poll.before, done.feed)
        ]
        report.notices.extend(notices)
        sight = self._pipeline.sight() if any(poll.entries for poll in finished) else None
        # One transaction, so that each is told, and told once.  It need not wait for the disk: what
        # a power cut takes back is asked for again.
        with self._store.transaction(synced=False):
            news = self._store.feeds.finish_polls(finished, sight)
            self._revive([poll.before for poll in batch if not isinstance(poll.outcome, Failed)])
            if notices and self._ops is not None:
                self._store.outbox.tell(self._ops, [one.text for one in notices], self._clock())
        report.entries += sight.decided if sight is not None else 0
        if news:
            self.judge(report)

    def _revive(self, well: list[Feed]) -> None:
        back = [feed for feed in well if feed.failures]
        if back and (plan := crowds.revive(back, self._store.feeds.all(), self._clock(), self._bounds.floor)):
            self._store.feeds.put_off(plan)

    def judge(self, report: SweepReport) -> None:
        """Judge all pending entries into ``report``; also what an earlier process left behind."""
        for one in self._pipeline.process(self._clock(), self._telling):
            decision = one.outcome.decision
            report.entries += not one.edited
            report.alerts += decision is not None and decision.verdict is Verdict.ALERT
            report.updates += bool(one.outcome.deliveries) and not (
                decision is not None and decision.verdict is Verdict.ALERT
            )
            if self._judged is not None:
                self._judged(one)


def due_now(
    store: SqliteStore, now: datetime, floor: timedelta, under_way: frozenset[int] = frozenset()
) -> list[Feed]:
    """What a process that goes on polling asks now; a crowd of late feeds is given new times."""
    due = store.feeds.due(now, besides=under_way)
    plan = crowds.spread(due, now, floor)
    if plan:
        store.feeds.put_off(plan)
    return [feed for feed in due if plan.get(feed.id, now) <= now]


def ahead(feed: Feed, now: datetime) -> float:
    """Seconds until the moment of a feed within the second for which it is planned; 0 when that is over.

    Plans are whole seconds: what falls due in one of them shall not be asked all at once,
    since the news of each would wait for the others.
    """
    if feed.next_due is None:
        return 0.0
    moment = feed.next_due + timedelta(seconds=feed.id * _GOLDEN % 1.0)
    return min(max((moment - now).total_seconds(), 0.0), 1.0)


def finish(
    feed: Feed,
    outcome: Outcome,
    parsed: ParsedFeed | None,
    now: datetime,
    bounds: polling.Bounds,
) -> FinishedPoll:
    """What a poll means for its feed: the row as it shall be, and the entries it brought.

    Pure; shared with ``replay``, which has no network.
    """
    return FinishedPoll(
        feed=polling.schedule(feed, outcome, parsed, now, bounds),
        seen=now,
        entries=parsed.entries if parsed else (),
        known=parsed.known if parsed else (),
        baseline=feed.last_success is None,
    )


def _our_fault(feed: Feed, error: Exception) -> Failed:
    log.error("%s: a fault of ours", feed.url, exc_info=error)
    return Failed.of(OurFault(f"{type(error).__name__}, a fault of ours; please report it with the log"))


def _by_host(feeds: Iterable[Feed]) -> list[list[Feed]]:
    """Feeds grouped by host, hosts with many feeds first: they take longest."""
    hosts: dict[str, list[Feed]] = {}
    for feed in feeds:
        hosts.setdefault(urlsplit(feed.url).netloc.lower(), []).append(feed)
    return sorted(hosts.values(), key=len, reverse=True)


async def _over_or_stop(
    over: asyncio.Event, stop: asyncio.Event | None, start_more: Callable[[], Awaitable[None]] | None
) -> None:
    """Wait for the end of all workers, the failure of one, or ``stop``; look for more meanwhile."""
    loop = asyncio.get_running_loop()
    look_at = loop.time() + LOOK_EVERY
    waiting = {asyncio.create_task(event.wait()) for event in (over, stop) if event is not None}
    try:
        while not over.is_set() and not (stop is not None and stop.is_set()):
            timeout = max(look_at - loop.time(), 0) if start_more else None
            await asyncio.wait(waiting, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            if start_more is not None and loop.time() >= look_at and not over.is_set():
                await start_more()
                look_at = loop.time() + LOOK_EVERY
    finally:
        for task in waiting:
            task.cancel()


def _count(report: SweepReport, poll: Answered) -> None:
    report.polled += 1
    match poll.outcome:
        case Failed():
            report.failed.append((poll.before.url, f"{poll.outcome.error}: {poll.outcome.detail}"))
        case NotModified():
            report.not_modified += 1
        case Fetched() if poll.outcome.body_hash == poll.before.body_hash:
            report.not_modified += 1
        case Fetched():
            report.changed += 1
