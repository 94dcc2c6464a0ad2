"""Entries that name nobody: decided by one look, before they are stored.

Most entries are about nobody watched.  What no name stands in cannot mean anybody, so its
decision is known without judging it, and is stored with the entry itself.
"""

from collections.abc import Callable, Sequence

from storage.model import Decision, ParsedEntry, Verdict

NOBODY = Decision(verdict=Verdict.QUIET, reasons=("nothing-watched",))


class Sight:
    """Decides new entries at first sight, where that is possible; counts those in ``decided``."""

    def __init__(self, named: Sequence[Callable[..., bool]]) -> None:
        """``named`` tell whether a text has a name in it: the installation's, and each server's own."""
        self._named = named
        self.decided = 0

    def __call__(self, entry: ParsedEntry) -> Decision | None:
        """The decision, or None for an entry that must be judged."""
        for named in self._named:
            if named(entry.title, entry.summary, entry.text):
                return None
        self.decided += 1
        return NOBODY
