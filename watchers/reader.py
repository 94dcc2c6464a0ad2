"""A text against one watchlist: what ``explain`` shows, before history is asked.  Pure."""

from typing import NamedTuple

from storage.model import Document, Mention, Move, Watchlist
from watchers import matching, moves
from watchers.text import language_of


class Reading(NamedTuple):
    """What a text says."""

    lang: str | None
    mentions: tuple[Mention, ...]
    moves: tuple[Move, ...]

    @property
    def entities(self) -> tuple[str, ...]:
        """Slugs truly meant, best first."""
        return matching.accepted_entities(self.mentions)


class Reader:
    """Reads texts against one version of the watchlist; immutable, safe to share."""

    def __init__(self, watchlist: Watchlist) -> None:
        self.watchlist = watchlist
        self._matcher = matching.Matcher(watchlist)

    def names_anybody(self, *fields: str) -> bool:
        """Whether anybody watched may be meant in a text, at first sight."""
        return self._matcher.names_anybody(*fields)

    def read(self, document: Document, *, whole: bool = True) -> Reading:
        """Mentions and moves of ``document``.

        Not ``whole``: moves, which take most of the time, only where somebody watched is meant.
        """
        mentions = self._matcher.find_mentions(document)
        wanted = whole or any(mention.accepted for mention in mentions)
        told = moves.detect(document, mentions, self.watchlist) if wanted else ()
        return Reading(language_of(document.title, document.summary, document.lang), mentions, told)
