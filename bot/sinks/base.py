"""The seam between the courier and the destinations: one message, and what became of it.

An outcome is a value, never an exception: whether a retry helps and when is for the sink
to say, what is then done with the delivery is for ``bot.courier``.
"""

import asyncio
import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from storage.model import Delivery, UpdateKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What goes out as one message: a delivery, or several folded into a digest."""

    key: str  # the nonce, and what is looked for in the history
    deliveries: tuple[Delivery, ...]  # one, or those of the digest in order

    @property
    def first(self) -> Delivery:
        """The delivery, or the first of the digest."""
        return self.deliveries[0]

    @property
    def folded(self) -> bool:
        """Whether it is a digest."""
        return self.first.batch is not None

    @property
    def edits(self) -> bool:
        """Whether it changes a message that is there."""
        return not self.folded and self.first.alert.update is UpdateKind.EDIT

    @property
    def ambiguous(self) -> bool:
        """Whether an earlier attempt may have arrived."""
        return any(one.ambiguous for one in self.deliveries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """It arrived; ``message_id`` is None where the destination gives none."""

    message_id: str | None = None
    found: bool = False  # an earlier attempt had arrived: nothing was sent now
    repeat: bool = False  # it was sent although an earlier attempt may have arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryAt:
    """It did not arrive, or (``ambiguous``) nobody knows; trying again from ``when`` on may help."""

    when: datetime
    why: str
    ambiguous: bool = False
    holds: bool = True  # the trouble is the destination's: the others wait as well


@dataclass(frozen=True, slots=True, kw_only=True)
class Dead:
    """It will never arrive; ``retires`` says that nothing else ever will either."""

    why: str
    retires: bool = False
    stale_before: datetime | None = None  # what was put in before waited as long, and dies with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """Its message was there and was deleted by somebody: not a fault, never sent again."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The digest was refused for something in it: its halves are to be tried, each by itself."""

    why: str


Outcome = Sent | RetryAt | Dead | Gone | Split


class Sink(Protocol):
    """One destination."""

    destination: str  # "console", "webhook", "channel:<id>"
    fingerprint: str  # changes with the address or the token behind ``destination``; no secret itself
    settle: float  # seconds that a lost attempt may need to be seen in the history

    def delay(self) -> float:
        """Seconds to wait before the next parcel, 0 for none; asked before a claim."""
        ...

    async def send(self, parcel: Parcel) -> Outcome:
        """Deliver one parcel; never raises for what the network or the server does."""
        ...


class Clock:
    """The time, real; tests bring their own."""

    def now(self) -> datetime:
        """The wall clock, aware UTC; it may step."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that only grow, within this process."""
        return time.monotonic()

    async def sleep(self, seconds: float, stop: asyncio.Event | None = None) -> None:
        """Wait, at most until ``stop`` is set."""
        if stop is None:
            await asyncio.sleep(seconds)
            return
        try:
            await asyncio.wait_for(stop.wait(), seconds)
        except TimeoutError:
            pass


REAL = Clock()


def fingerprint(*parts: str) -> str:
    """A short mark that tells one address and token from another without giving them away."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
