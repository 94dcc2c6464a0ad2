"""What would be made of a text if it came in now: the pipeline's reading and decision, nothing stored.

The reading and the policy are those of ``watchers``; here a text gets the entry and the
story that it would open, so that the policy can judge it as fresh news of its own.
"""

from datetime import datetime
from pathlib import Path

from storage.model import Decision, Document, Entry, Story, Watchlist
from watchers import triage
from watchers.pipeline import Reader, Reading
from watchers.stories import StoryChange


class Explainer:
    """Reads and judges texts against one watchlist; ``now`` decides which mutes are in force."""

    def __init__(self, watchlist: Watchlist, now: datetime) -> None:
        self._watchlist = watchlist
        self._reader = Reader(watchlist)
        self._now = now

    def explain(self, document: Document) -> tuple[Reading, Decision]:
        """What ``document`` says, and what would be decided on it were it told first and now."""
        reading = self._reader.read(document)
        told = document.published or self._now
        entry = Entry(
            id=0,
            feed_id=0,
            feed_url="",
            guid=document.url,
            document=document,
            canonical_url=document.url,
            published=told,
            dated=document.published is not None,
            seen=told,
        )
        story = Story(
            id=0,
            headline=document.title,
            url=document.url,
            source=document.source,
            opened=told,
            updated=told,
            entities=reading.entities,
            moves=reading.moves,
        )
        change = StoryChange(story=story, new_outlet=True, edited=True)
        decision = triage.decide(
            entry, reading.mentions, reading.moves, None, change, self._watchlist, self._now
        )
        return reading, decision


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
