"""What would be made of a text if it came in now: the pipeline's reading and decision, nothing stored.

The reading and the policy are those of ``watchers``; here a text is judged by its merit
alone, as fresh news that nobody told before.
"""

from datetime import datetime
from pathlib import Path

from storage.model import Decision, Document, Watchlist
from watchers import triage
from watchers.pipeline import Reader, Reading


class Explainer:
    """Reads and judges texts against one watchlist; ``now`` decides which mutes are in force."""

    def __init__(self, watchlist: Watchlist, now: datetime) -> None:
        self._watchlist = watchlist
        self._reader = Reader(watchlist)
        self._now = now

    def explain(self, document: Document) -> tuple[Reading, Decision]:
        """What ``document`` says, and what would be decided on it were it told first and now."""
        reading = self._reader.read(document)
        judged = triage.merit(reading.mentions, reading.moves, self._watchlist, self._now)
        return reading, triage.unheard(judged, dated=document.published is not None)


def split_text(text: str) -> Document:
    """A text as a document: its first line that is not blank is the title, the rest the text."""
    lines = text.lstrip("\ufeff\r\n\t ").splitlines(keepends=True)
    title = lines[0].rstrip("\r\n") if lines else ""
    return Document(title=title, text="".join(lines[1:]))


def packaged_watchlist() -> Watchlist:
    """The watchlist that a new database would start with."""
    from seeds.loader import seed_watchlist

    return Watchlist(entities=tuple(seed_watchlist()))


def stored_watchlist(database: Path) -> Watchlist | None:
    """The watchlist of an existing database; None where there is no database yet."""
    if not database.exists():
        return None
    from storage.sqlite import open_store

    with open_store(database, create=False) as store:
        return store.watchlist.load()
