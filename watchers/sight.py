"""Entries that name nobody: decided by one look, before they are stored.

Most entries are about nobody watched.  What no name stands in cannot mean anybody, so its
decision is known without judging it, and is stored with the entry itself.
"""

from collections.abc import Callable, Sequence

from storage.model import Decision, ParsedEntry, Verdict

TOGETHER = 32  # entries that are looked through at once

NOBODY = Decision(verdict=Verdict.QUIET, reasons=("nothing-watched",))


class Sight:
    """Decides new entries at first sight, where that is possible; counts those in ``decided``."""

    def __init__(self, naming: Sequence[Callable[[Sequence[str]], set[int]]]) -> None:
        """``naming`` tell the places of texts with a name in them: the installation's, and each server's own."""
        self._naming = naming
        self.decided = 0

    def __call__(self, entries: Sequence[ParsedEntry]) -> list[Decision | None]:
        """For each entry its decision, or None where it must be judged."""
        decisions: list[Decision | None] = [NOBODY] * len(entries)
        for at in range(0, len(entries), TOGETHER):
            texts = [f"{e.title}\n{e.summary}\n{e.text}" for e in entries[at : at + TOGETHER]]
            for naming in self._naming:
                for place in naming(texts):
                    decisions[at + place] = None
        self.decided += len(entries) - decisions.count(None)
        return decisions
