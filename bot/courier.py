"""From the outbox to the destinations: claim, send, record, until nothing is due.

    for each destination, side by side:
      sink.delay      wait for its rate limit, before anything is claimed
      parcels.next    one delivery, most important first; in a long backlog many, as a digest
                      (the first comes with the look for what is open, if that is one place)
      sink.send       its outcome is a value
      parcels.record  only now is it done; a crash before this is repaired by the next start

One process delivers at a time (``claims.sole_courier``); it therefore knows the claims that
it finds for leftovers of a crash.  What an outcome is, the sinks say; what the outbox remembers
of it, ``bot.parcels``; here are the turns, the waiting, and the word of what went wrong.
"""

import asyncio
import logging
import os
import socket
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.parcels import FOLD_ABOVE, Parcels, Place, SinkFinder
from bot.sinks.base import REAL, Clock, Outcome, Parcel, RetryAt, Sent, Sink
from bot.sinks.outcomes import HELD
from storage.errors import MovewireError

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore

LEASE = timedelta(seconds=90)  # longer than SEND_DEADLINE: a claim outlives every honest send
SEND_DEADLINE = 60.0  # seconds for one parcel in all, reading the history included
LAST_GRACE = 8.0  # seconds that the send in hand gets after a stop
RATE_PATIENCE = 90.0  # longest wait for a rate limit within one drain
FAULT_PATIENCE = 2.0  # longest wait for a retry after a fault within one drain
LOCK_PATIENCE = 5.0  # longest wait for another process that delivers
FRUITLESS_TURNS = 20  # looks in a row that find nothing to claim
UNEXPECTED_WAIT = timedelta(minutes=5)

log = logging.getLogger(__name__)


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
    worker = f"{socket.gethostname()}:{os.getpid()}"
    run = _Run(
        store=store,
        parcels=Parcels(store, sinks, clock, worker=worker, lease=lease, fold_above=fold_above),
        clock=clock,
        stop=stop or asyncio.Event(),
        ops=ops,
        rate_patience=rate_patience,
        fault_patience=fault_patience,
    )
    deadline = clock.monotonic() + LOCK_PATIENCE
    while True:
        with store.claims.sole_courier(worker, clock.now()) as lock:
            if lock.acquired:
                await run.all()
                break
        if clock.monotonic() >= deadline or run.stop.is_set():
            run.drained.elsewhere = lock.holder or "another process"
            break
        await clock.sleep(0.1, stop)
    run.drained.pending = await asyncio.to_thread(store.deliveries.pending_count)
    return run.drained


@dataclass(slots=True, kw_only=True)
class _Run:
    """One drain under the courier's lock; its times are those of ``drain``."""

    store: "SqliteStore"
    parcels: Parcels
    clock: Clock
    stop: asyncio.Event
    ops: str | None
    rate_patience: float
    fault_patience: float
    drained: Drained = field(default_factory=Drained)

    async def all(self) -> None:
        """Every destination with something open, until none makes progress."""
        begun: set[str] = set()
        while not self.stop.is_set():
            places = await asyncio.to_thread(self.parcels.open, begun)
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
            await self._destination(await asyncio.to_thread(self.parcels.place, self.ops))

    async def _destination(self, place: Place) -> None:
        sink, parcel = place.sink, place.parcel
        if sink is None:
            await asyncio.to_thread(self._fault, place.name, "nothing is set up to deliver there")
            return
        take = self.parcels.first if parcel is None else self.parcels.next
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
                take = self.parcels.next
                if parcel is None:
                    turns += 1  # a bound: whatever the clock does, nothing due must not keep us turning
                    if turns > FRUITLESS_TURNS or not await self._pause(place.name):
                        break
                    continue
            turns = 0
            outcome = await self._send(sink, parcel)
            await asyncio.to_thread(self.parcels.record, sink, parcel, outcome)
            if isinstance(outcome, Sent):
                went = True
                self.drained.delivered += len(parcel.deliveries)
                self.drained.repeats += outcome.repeat
            last_fault = outcome.why if isinstance(outcome, RetryAt) else None
            parcel = None
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


def _standing(place: str) -> str:
    return f"fault:{place}"
