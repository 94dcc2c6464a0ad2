"""A text against one watchlist: what ``explain`` shows, before history is asked.  Pure."""

from collections.abc import Sequence
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

    def naming(self, texts: Sequence[str]) -> set[int]:
        """Places of those texts in which anybody watched may be meant, at first sight."""
        return self._matcher.naming(texts)

    def read(self, document: Document, *, whole: bool = True) -> Reading:
        """Mentions and moves of ``document``.

        Not ``whole``: moves, which take most of the time, only where somebody watched is meant.
        """
        mentions = self._matcher.find_mentions(document)
        wanted = whole or any(mention.accepted for mention in mentions)
        told = moves.detect(document, mentions, self.watchlist) if wanted else ()
        return Reading(language_of(document.title, document.summary, document.lang), mentions, told)
