"""From the outbox to the destinations: claim, send, record, until nothing is due.

    for each destination, side by side:
      sink.delay             wait for its rate limit, before anything is claimed
      claims.claim_due       one delivery, most important first; in a long backlog many, as a digest
                             (the first comes with the look for what is open, if that is one place)
      sink.send              its outcome is a value
      claims.mark_sent, ...  only now is it done; a crash before this is repaired by the next start

One process delivers at a time (``claims.sole_courier``); it therefore knows the claims that
it finds for leftovers of a crash.  What an outcome is, the sinks say; nothing is decided here
but what the outbox remembers of it.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from bot.render import digest
from bot.sinks.base import REAL, Clock, Dead, Gone, Outcome, Parcel, RetryAt, Sent, Sink, Split
from bot.sinks.outcomes import HELD
from storage.errors import MovewireError

if TYPE_CHECKING:
    from storage.model import Delivery
    from storage.sqlite import SqliteStore

LEASE = timedelta(seconds=90)  # longer than SEND_DEADLINE: a claim outlives every honest send
SEND_DEADLINE = 60.0  # seconds for one parcel in all, reading the history included
LAST_GRACE = 8.0  # seconds that the send in hand gets after a stop
RATE_PATIENCE = 90.0  # longest wait for a rate limit within one drain
FAULT_PATIENCE = 2.0  # longest wait for a retry after a fault within one drain
LOCK_PATIENCE = 5.0  # longest wait for another process that delivers
# Folding: a backlog that would take half an hour at the pace of about 30 messages a minute
# that others observed for a channel (no page gives it) is told in digests, but for the top.
FOLD_ABOVE = 900
ALONE = 30  # of such a backlog, the most important that still go alone: a minute's worth
FOLD_LOOK = 100  # more than one digest can hold
FRUITLESS_TURNS = 20  # looks in a row that find nothing to claim
UNEXPECTED_WAIT = timedelta(minutes=5)

log = logging.getLogger(__name__)


class SinkFinder(Protocol):
    """What ``bot.sinks.Sinks`` is to the courier."""

    def get(self, destination: str) -> Sink | None:
        """The sink of a destination, None where there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFault:
    """One line about a destination, for people."""

    destination: str
    error: str


@dataclass(slots=True)
class Drained:
    """What one drain did."""

    delivered: int = 0  # deliveries that arrived, those in digests counted one by one
    repeats: int = 0  # messages sent though an earlier attempt may have arrived
    pending: int = 0  # deliveries left for later
    errors: list[DeliveryFault] = field(default_factory=list)
    elsewhere: str | None = None  # who delivers, when that was another process


async def drain(
    store: "SqliteStore",
    sinks: SinkFinder,
    clock: Clock = REAL,
    *,
    stop: asyncio.Event | None = None,
    ops: str | None = None,
    lease: timedelta = LEASE,
    rate_patience: float = RATE_PATIENCE,
    fault_patience: float = FAULT_PATIENCE,
    fold_above: int = FOLD_ABOVE,
) -> Drained:
    """Deliver what is due; returns when nothing more can be done within the patience given.

    A set ``stop`` ends it after the send in hand.  ``ops`` is told of what was given up.  Faults
    of destinations are in the answer; errors of the store are raised.
    """
    run = _Run(
        store=store,
        sinks=sinks,
        clock=clock,
        stop=stop or asyncio.Event(),
        worker=f"{socket.gethostname()}:{os.getpid()}",
        ops=ops,
        lease=lease,
        rate_patience=rate_patience,
        fault_patience=fault_patience,
        fold_above=fold_above,
    )
    deadline = clock.monotonic() + LOCK_PATIENCE
    while True:
        with store.claims.sole_courier(run.worker, clock.now()) as lock:
            if lock.acquired:
                await run.all()
                break
        if clock.monotonic() >= deadline or run.stop.is_set():
            run.drained.elsewhere = lock.holder or "another process"
            break
        await clock.sleep(0.1, stop)
    run.drained.pending = await asyncio.to_thread(store.deliveries.pending_count)
    return run.drained


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A destination with something open."""

    name: str
    sink: Sink | None  # None where nothing is set up to reach it
    parcel: Parcel | None = None  # claimed already, to be sent whatever comes


@dataclass(slots=True, kw_only=True)
class _Run:
    """One drain under the courier's lock; its times are those of ``drain``."""

    store: "SqliteStore"
    sinks: SinkFinder
    clock: Clock
    stop: asyncio.Event
    worker: str
    ops: str | None
    lease: timedelta
    rate_patience: float
    fault_patience: float
    fold_above: int
    drained: Drained = field(default_factory=Drained)
    _alone: dict[str, int] = field(
        default_factory=dict
    )  # destination -> sent alone since its backlog was seen

    async def all(self) -> None:
        """Every destination with something open, until none makes progress."""
        begun: set[str] = set()
        while not self.stop.is_set():
            places = await asyncio.to_thread(self._open, begun)
            if not places:
                break
            begun.update(one.name for one in places)
            try:
                async with asyncio.TaskGroup() as group:
                    for place in places:
                        group.create_task(self._destination(place))
            except* MovewireError as faults:  # of the store: one is enough to say
                raise faults.exceptions[0] from None
        if await self._announce() and self.ops is not None and not self.stop.is_set():
            await self._destination(await asyncio.to_thread(self._place, self.ops))

    async def _destination(self, place: _Place) -> None:
        sink, parcel = place.sink, place.parcel
        if sink is None:
            await asyncio.to_thread(self._fault, place.name, "nothing is set up to deliver there")
            return
        take = self._greet if parcel is None else self._claim
        last_fault: str | None = None
        went, turns = False, 0
        while parcel is not None or not self.stop.is_set():  # what is claimed is sent, for its last grace
            if parcel is None:
                if (wait := sink.delay()) > 0:
                    if wait > self.rate_patience:
                        last_fault = last_fault or HELD
                        break
                    await self.clock.sleep(wait, self.stop)
                    continue
                parcel = await asyncio.to_thread(take, sink)
                take = self._claim
                if parcel is None:
                    turns += 1  # a bound: whatever the clock does, nothing due must not keep us turning
                    if turns > FRUITLESS_TURNS or not await self._pause(place.name):
                        break
                    continue
            turns = 0
            outcome = await self._send(sink, parcel)
            await asyncio.to_thread(self._record, sink, parcel, outcome)
            parcel = None
            last_fault = outcome.why if isinstance(outcome, RetryAt) else None
            went = went or isinstance(outcome, Sent)
        if last_fault is not None:
            await asyncio.to_thread(self._fault, place.name, last_fault)
        elif went:
            await asyncio.to_thread(self._well, place.name)

    async def _pause(self, place: str) -> bool:
        """Wait for what is due soon; False when nothing is."""
        due = await asyncio.to_thread(self.store.claims.next_due, place)
        if due is None:
            return False
        wait = (due - self.clock.now()).total_seconds()
        if wait > self.fault_patience:
            return False
        await self.clock.sleep(max(wait, 0.001), self.stop)
        return True

    # --- one look, one parcel: in the database's thread ----------------------------------

    def _open(self, begun: Collection[str]) -> list[_Place]:
        """The destinations with something open, their times as the clock goes now.

        Where there is but one, as for most alerts, its first parcel comes with it: a look and a
        commit less are in its way.
        """
        with self.store.transaction():
            self.store.claims.rebase(self.clock.now())
            places = [self._place(one) for one in self.store.claims.destinations() if one not in begun]
            if len(places) == 1 and (sink := places[0].sink) is not None and sink.delay() <= 0:
                places = [replace(places[0], parcel=self._greet(sink))]
            return places

    def _place(self, destination: str) -> _Place:
        return _Place(name=destination, sink=self.sinks.get(destination))

    def _greet(self, sink: Sink) -> Parcel | None:
        """The first parcel; what a crash left is due again; all that waited, where address or token changed."""
        name, now = f"sink:{sink.destination}", self.clock.now()
        if self.store.setting(name) != sink.fingerprint:
            with self.store.transaction():
                self.store.set_setting(name, sink.fingerprint)
                self.store.claims.hurry(sink.destination, now)
        settle = timedelta(seconds=sink.settle)
        self.store.claims.recover(sink.destination, now, settle=settle, all_claims=True)
        return self._claim(sink)

    def _claim(self, sink: Sink) -> Parcel | None:
        now, place = self.clock.now(), sink.destination
        with self.store.transaction():
            while True:
                claimed = self._claim_folded(place) or self.store.claims.claim_due(
                    now, lease=self.lease, destination=place, worker=self.worker
                )
                if not claimed:
                    return None
                if self.store.setting(_retired(sink)):
                    for one in claimed:
                        self.store.claims.mark_dead(one.id, "the destination was retired", now)
                    continue
                first = claimed[0]
                parcel = Parcel(key=first.batch or first.key, deliveries=tuple(claimed))
                if parcel.edits and first.reply_to is None and place != "console":
                    self.store.claims.supersede(first.id, "the story has no message here", now)
                    continue
                return parcel

    def _claim_folded(self, place: str) -> "list[Delivery]":
        """A digest's worth of a long backlog, once the most important have gone alone."""
        if place == "console":
            return []
        if place not in self._alone:
            if self.store.claims.waiting_count(place) <= self.fold_above:
                return []
            self._alone[place] = 0
        self._alone[place] += 1
        if self._alone[place] <= ALONE:
            return []
        now = self.clock.now()
        waiting = self.store.claims.waiting(place, now, FOLD_LOOK)
        if len(waiting) < 2:
            if not waiting:
                del self._alone[place]
            return []
        told = digest(waiting, "0" * 24).told
        return self.store.claims.claim_batch(waiting[:told], now, lease=self.lease, worker=self.worker)

    def _record(self, sink: Sink, parcel: Parcel, outcome: Outcome) -> None:
        now = self.clock.now()
        with self.store.transaction():
            if isinstance(outcome, Split):
                self.store.claims.halve(parcel.deliveries, outcome.why, now)
                return
            for one in parcel.deliveries:
                match outcome:
                    case Sent(message_id=message_id):
                        self.store.claims.mark_sent(one.id, message_id, now)
                    case Gone(why=why):
                        self.store.claims.mark_gone(one.id, why, now)
                    case Dead(why=why):
                        self.store.claims.mark_dead(one.id, why, now)
                    case RetryAt(when=when, why=why, ambiguous=ambiguous, holds=holds):
                        self.store.claims.retry_at(
                            one.id, when, why, now=now, ambiguous=ambiguous, holds=holds
                        )
            if isinstance(outcome, Dead) and outcome.retires:
                self.store.set_setting(_retired(sink), now.isoformat())
            if isinstance(outcome, Dead) and outcome.stale_before is not None:
                self.store.claims.mark_stale(sink.destination, outcome.stale_before, outcome.why, now)
        if isinstance(outcome, Sent):
            self.drained.delivered += len(parcel.deliveries)
            self.drained.repeats += outcome.repeat

    # --- one parcel, on the loop --------------------------------------------------------

    async def _send(self, sink: Sink, parcel: Parcel) -> Outcome:
        """The send in hand: after a stop it gets a last grace, then nobody knows."""
        sending = asyncio.ensure_future(sink.send(parcel))
        stopping = asyncio.ensure_future(self.stop.wait())
        try:
            await asyncio.wait({sending, stopping}, timeout=SEND_DEADLINE, return_when="FIRST_COMPLETED")
            if not sending.done() and self.stop.is_set():
                await asyncio.wait({sending}, timeout=LAST_GRACE)
            if not sending.done():
                sending.cancel()
                await asyncio.wait({sending})
        finally:
            stopping.cancel()
            sending.cancel()
        return self._outcome(sink, sending)

    def _outcome(self, sink: Sink, sending: "asyncio.Future[Outcome]") -> Outcome:
        now = self.clock.now()
        if sending.cancelled():
            return RetryAt(when=now, why="the send was cut short", ambiguous=True)
        if (error := sending.exception()) is not None:
            log.error("delivery to %s failed unexpectedly", sink.destination, exc_info=error)
            why = f"unexpected {type(error).__name__}: see the log"
            return RetryAt(when=now + UNEXPECTED_WAIT, why=why, ambiguous=True, holds=False)
        return sending.result()

    # --- telling ------------------------------------------------------------------------

    async def _announce(self) -> bool:
        """Tell of the dead once: one line for each destination and reason; True: ``ops`` is told too."""
        dead = await asyncio.to_thread(self.store.deliveries.dead_unannounced)
        groups: dict[tuple[str, str], list[str]] = {}
        told: list[str] = []
        for one in dead:
            groups.setdefault((one.destination, one.last_error or ""), []).append(one.key)
        for (place, why), keys in groups.items():
            shown = ", ".join(keys[:3]) + (f" and {len(keys) - 3} more" if len(keys) > 3 else "")
            many = "1 delivery" if len(keys) == 1 else f"{len(keys)} deliveries"
            error = f"{many} given up ({shown}): {why}; `movewire resend KEY` tries again"
            log.warning("%s: %s", place, error)
            self.drained.errors.append(DeliveryFault(destination=place, error=error))
            if place != self.ops:  # what cannot be told there cannot be told there
                told.append(f"{place}: {error}")
        if dead:
            await asyncio.to_thread(self._announced, [one.id for one in dead], told)
        return bool(told)

    def _announced(self, dead: list[int], told: list[str]) -> None:
        now = self.clock.now()
        with self.store.transaction():
            self.store.outbox.announce(dead, now)
            if told and self.ops is not None:
                self.store.outbox.tell(self.ops, told, now)

    def _fault(self, place: str, error: str) -> None:
        """A line for the caller each time; for the log only when it changes."""
        self.drained.errors.append(DeliveryFault(destination=place, error=error))
        if self.store.setting(_standing(place)) != error:
            log.warning("%s: %s", place, error)
            self.store.set_setting(_standing(place), error)

    def _well(self, place: str) -> None:
        if self.store.setting(_standing(place)) is not None:
            log.warning("%s: delivers again", place)
            self.store.set_setting(_standing(place), None)


def _retired(sink: Sink) -> str:
    return f"retired:{sink.fingerprint}"


def _standing(place: str) -> str:
    return f"fault:{place}"
