"""The pictures that belong to answers: for the command line and for Discord alike.

Gathering the data is quick and reads the store; drawing is what the returned function does,
and may wait for a thread or, as it can be pickled, for another process.  None: there is too little to draw.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from bot.charts import flow, history
from storage.model import MoveRecord, Profile

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore

Draw = Callable[[], bytes]


def of_entities(store: "SqliteStore", profiles: Sequence[Profile]) -> Draw | None:
    """Mentions and moves over time, of one entity or of several together."""
    mentions: Counter[date] = Counter()
    for known in profiles:
        mentions.update(dict(store.search.activity(known.entity.slug)))
    moves = {(one.story, one.move.kind, one.move.evidence): one for known in profiles for one in known.moves}
    shown = history.History(
        title=", ".join(known.entity.name for known in profiles),
        mentions=sorted(mentions.items()),
        moves=list(moves.values()),
        names=_names(store),
    )
    return partial(history.draw, shown) if shown.worth_drawing() else None


def of_moves(store: "SqliteStore", title: str, records: Sequence[MoveRecord]) -> Draw | None:
    """Who went from where to where."""
    found = flow.flows(records, _names(store))
    return partial(flow.draw, title, found) if flow.worth_drawing(found) else None


def _names(store: "SqliteStore") -> dict[str, str]:
    return {one.slug: one.name for one in store.watchlist.load().entities}
