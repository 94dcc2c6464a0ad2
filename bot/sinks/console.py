"""Alerts for the terminal: printed, one after the other, to stdout or another stream.

A terminal has no memory to look into: what was printed when the process died is printed
again.  An edit prints a short line, since what was printed cannot change.
"""

import sys
from datetime import timedelta
from typing import TextIO

from bot.render import console, in_order, plain, plain_digest, wrapped
from bot.sinks.base import REAL, Clock, Outcome, Parcel, RetryAt, Sent
from storage.model import Delivery

CLOSED_WAIT = timedelta(minutes=1)  # when nobody reads: the next call may have a terminal


class ConsoleSink:
    """Prints to ``stream``; None is stdout as it is at the time."""

    destination = "console"
    fingerprint = "console"
    settle = 0.0

    def __init__(self, stream: TextIO | None = None, clock: Clock = REAL) -> None:
        self._stream = stream
        self._clock = clock

    def delay(self) -> float:
        """A terminal never makes us wait."""
        return 0.0

    async def send(self, parcel: Parcel) -> Outcome:
        """Print an alert, or several as a digest, then flush."""
        stream = self._stream or sys.stdout
        try:
            if parcel.first.occasion is not None or len(parcel.deliveries) > 1:
                _write(_digest(parcel), stream)
            else:
                _print(parcel.first, stream)
            stream.flush()
        except OSError as error:  # a pipe that nobody reads, a full disk behind a redirection
            why = f"cannot be written to: {error}"
            return RetryAt(when=self._clock.now() + CLOSED_WAIT, why=why, ambiguous=True)
        return Sent()


def _digest(parcel: Parcel) -> str:
    """What waited for its time, or the less important of a long backlog by kind of move."""
    alerts = [one.alert for one in parcel.deliveries]
    if parcel.first.occasion is not None:
        return plain_digest(alerts, parcel.first.occasion, parcel.key)
    title = f"{len(alerts)} more alerts, in short; more of each: movewire why LINK"
    return plain_digest(sorted(alerts, key=in_order), title, parcel.key)


def _print(delivery: Delivery, stream: TextIO) -> None:
    if stream.isatty():
        from rich.console import Console

        out = Console(file=stream, highlight=False)
        out.print(wrapped(console(delivery.alert, delivery.key), out), soft_wrap=True)
        stream.write("\n")
    else:
        _write(plain(delivery.alert, delivery.key), stream)


def _write(text: str, stream: TextIO) -> None:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write((text + "\n\n").encode(encoding, "replace").decode(encoding))
