"""Alerts for the terminal: printed, one after the other, to stdout or another stream.

A terminal has no memory to look into: what was printed when the process died is printed
again.  An edit prints a short line, since what was printed cannot change.
"""

import sys
from typing import TextIO

from bot.render import console, plain
from bot.sinks.base import Outcome, Parcel, Sent


class ConsoleSink:
    """Prints to ``stream``; None is stdout as it is at the time."""

    destination = "console"
    fingerprint = "console"
    settle = 0.0

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    def delay(self) -> float:
        """A terminal never makes us wait."""
        return 0.0

    async def send(self, parcel: Parcel) -> Outcome:
        """Print each delivery of the parcel, then flush."""
        stream = self._stream or sys.stdout
        for delivery in parcel.deliveries:
            if stream.isatty():
                from rich.console import Console

                Console(file=stream, highlight=False).print(
                    console(delivery.alert, delivery.key), soft_wrap=True
                )
                stream.write("\n")
            else:
                text = plain(delivery.alert, delivery.key) + "\n\n"
                encoding = getattr(stream, "encoding", None) or "utf-8"
                stream.write(text.encode(encoding, "replace").decode(encoding))
        stream.flush()
        return Sent()
