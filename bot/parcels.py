"""What a courier takes out of the outbox next, and what the outbox remembers of how it went.

A verb is one transaction or a few, so the courier calls it in a thread beside the loop.  When
a parcel goes is for ``bot.courier``, what it looks like for ``bot.render``.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from bot.render import digest
from bot.sinks.base import Clock, Dead, Gone, Outcome, Parcel, RetryAt, Sent, Sink, Split

if TYPE_CHECKING:
    from storage.model import Delivery
    from storage.sqlite import SqliteStore

# Folding: a backlog that would take half an hour at the pace of about 30 messages a minute
# that others observed for a channel (no page gives it) is told in digests, but for the top.
FOLD_ABOVE = 900
FOLD_ABOVE_PRINTED = 100  # on a terminal: a dozen lines each, and the most important scroll away first
ALONE = 30  # of such a backlog, the most important that still go alone: a minute's worth
FOLD_LOOK = 100  # more than one digest of Discord's can hold; all that one on a terminal holds
PRINTED = "console"


class SinkFinder(Protocol):
    """What ``bot.sinks.Sinks`` is to the courier."""

    def get(self, destination: str) -> Sink | None:
        """The sink of a destination, None where there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A destination with something open."""

    name: str
    sink: Sink | None  # None where nothing is set up to reach it
    parcel: Parcel | None = None  # claimed already, to be sent whatever comes


class Parcels:
    """The parcels of one drain, under the courier's lock; ``lease`` is for how long a claim holds.

    A backlog at a place of more than ``fold_above`` is folded into digests.
    """

    def __init__(
        self,
        store: "SqliteStore",
        sinks: SinkFinder,
        clock: Clock,
        *,
        worker: str,
        lease: timedelta,
        fold_above: int = FOLD_ABOVE,
    ) -> None:
        self._store = store
        self._sinks = sinks
        self._clock = clock
        self._worker = worker
        self._lease = lease
        self._fold_above = fold_above
        self._alone: dict[str, int] = {}  # destination -> sent alone since its backlog was seen

    def open(self, begun: Collection[str]) -> list[Place]:
        """The destinations with something open, their times as the clock goes now.

        Where there is but one, as for most alerts, its first parcel comes with it: a look and a
        commit less are in its way.
        """
        with self._store.transaction():
            self._store.claims.rebase(self._clock.now())
            places = [self.place(one) for one in self._store.claims.destinations() if one not in begun]
            if len(places) == 1 and (sink := places[0].sink) is not None and sink.delay() <= 0:
                places = [replace(places[0], parcel=self.first(sink))]
            return places

    def place(self, destination: str) -> Place:
        """A destination with its sink, nothing claimed yet."""
        return Place(name=destination, sink=self._sinks.get(destination))

    def first(self, sink: Sink) -> Parcel | None:
        """The first parcel; what a crash left is due again; all that waited, where address or token changed."""
        name, now = f"sink:{sink.destination}", self._clock.now()
        if self._store.setting(name) != sink.fingerprint:
            with self._store.transaction():
                self._store.set_setting(name, sink.fingerprint)
                self._store.claims.hurry(sink.destination, now)
        settle = timedelta(seconds=sink.settle)
        self._store.claims.recover(sink.destination, now, settle=settle, all_claims=True)
        return self.next(sink)

    def next(self, sink: Sink) -> Parcel | None:
        """The most important that is due at a place, claimed; None where nothing is."""
        now, place = self._clock.now(), sink.destination
        with self._store.transaction():
            while True:
                claimed = self._folded(place) or self._store.claims.claim_due(
                    now, lease=self._lease, destination=place, worker=self._worker
                )
                if not claimed:
                    return None
                if self._store.setting(_retired(sink)):
                    for one in claimed:
                        self._store.claims.mark_dead(one.id, "the destination was retired", now)
                    continue
                first = claimed[0]
                parcel = Parcel(key=first.batch or first.key, deliveries=tuple(claimed))
                if parcel.edits and first.reply_to is None and place != PRINTED:
                    self._store.claims.supersede(first.id, "the story has no message here", now)
                    continue
                return parcel

    def _folded(self, place: str) -> "list[Delivery]":
        """A digest's worth of a long backlog, once the most important have gone alone."""
        if place not in self._alone:
            most = FOLD_ABOVE_PRINTED if place == PRINTED else self._fold_above
            if self._store.claims.waiting_count(place) <= most:
                return []
            self._alone[place] = 0
        self._alone[place] += 1
        if self._alone[place] <= ALONE:
            return []
        now = self._clock.now()
        waiting = self._store.claims.waiting(place, now, FOLD_LOOK)
        if len(waiting) < 2:
            if not waiting:
                del self._alone[place]
            return []
        told = len(waiting) if place == PRINTED else digest(waiting, "0" * 24).told
        return self._store.claims.claim_batch(waiting[:told], now, lease=self._lease, worker=self._worker)

    def record(self, sink: Sink, parcel: Parcel, outcome: Outcome) -> None:
        """Remember what became of a parcel: all that it holds shares its fate."""
        now = self._clock.now()
        with self._store.transaction():
            if isinstance(outcome, Split):
                self._store.claims.halve(parcel.deliveries, outcome.why, now)
                return
            for one in parcel.deliveries:
                match outcome:
                    case Sent(message_id=message_id):
                        self._store.claims.mark_sent(one.id, message_id, now)
                    case Gone(why=why):
                        self._store.claims.mark_gone(one.id, why, now)
                    case Dead(why=why):
                        self._store.claims.mark_dead(one.id, why, now)
                    case RetryAt(when=when, why=why, ambiguous=ambiguous, holds=holds):
                        self._store.claims.retry_at(
                            one.id, when, why, now=now, ambiguous=ambiguous, holds=holds
                        )
            if isinstance(outcome, Dead) and outcome.retires:
                self._store.set_setting(_retired(sink), now.isoformat())
            if isinstance(outcome, Dead) and outcome.stale_before is not None:
                self._store.claims.mark_stale(sink.destination, outcome.stale_before, outcome.why, now)


def _retired(sink: Sink) -> str:
    return f"retired:{sink.fingerprint}"
