"""Answers of several pages, kept so that their pages can be turned; the oldest make room.

In memory only: after a restart a button says that the question is to be asked again.
"""

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from bot.commands.cards import Card

KEPT = 200  # answers; at a few pages of 2 kB each


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A card and who asked for it."""

    card: Card
    asker: int


@dataclass(slots=True)
class Shelf:
    """Cards by a token that stands in the ids of their buttons."""

    _kept: "OrderedDict[str, Kept]" = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, card: Card, asker: int) -> str:
        """Keep a card; its token."""
        token = secrets.token_hex(6)
        with self._lock:
            self._kept[token] = Kept(card=card, asker=asker)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return token

    def get(self, token: str) -> Kept | None:
        """What was kept under a token, if it still is."""
        with self._lock:
            if token in self._kept:
                self._kept.move_to_end(token)
            return self._kept.get(token)
