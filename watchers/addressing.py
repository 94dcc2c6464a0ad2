"""Where what was ruled is told: along the routes of each audience, and where a story was told before.

It asks the store what every destination has heard; ``routing`` makes the deliveries.  Called by
``watchers.pipeline``, inside its transaction.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from storage.model import Alert, ContextLine, Decision, NewDelivery, Route, UpdateKind, Verdict, Watchlist
from watchers import alerting, routing, stories
from watchers.listening import Hearing
from watchers.routing import Standing, Told
from watchers.ruling import Case, Ruling

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore


class Addressing:
    """Finds the destinations of alerts, updates and edits; ``routes`` are those of the present."""

    def __init__(self, store: "SqliteStore", routes: Callable[[], Sequence[Route]]) -> None:
        self._store = store
        self._routes = routes

    def standing(self, before: stories.Story | None, merged: Sequence[stories.Story] = ()) -> Standing:
        """Where a story, with those that are merged into it, was told or listed by now."""
        if before is None:
            return Standing()
        deliveries, ids = self._store.deliveries, [before.id, *(other.id for other in merged)]
        return Standing(
            told=frozenset().union(*map(deliveries.told, ids)),
            listed=frozenset().union(*map(deliveries.listed, ids)),
            alerted=before.alerted,
        )

    def deliveries(
        self, case: Case, ruling: Ruling, hearing: Hearing, story: stories.Story
    ) -> tuple[NewDelivery, ...]:
        """What one audience is to be told, along its routes; nothing where it stays quiet."""
        decision = ruling.decision
        if not hearing.routes or (decision.verdict is Verdict.QUIET and not decision.digest):
            return ()
        alert = case.alert(story, hearing, decision)
        new = decision.verdict is Verdict.UPDATE and any(
            route.destination not in case.standing.told for route in hearing.routes
        )
        told = Told(
            decision=decision,
            alert=alert,
            first=case.first(story, hearing, decision) if new else alert,
            held=ruling.held,
        )
        since = {one.destination: case.now - one.cooldown for one in hearing.routes if one.cooldown}
        last = {place: self._store.deliveries.last_told(place, at, case.now) for place, at in since.items()}
        standing = replace(case.standing, last=last)
        return routing.deliveries(told, hearing.routes, hearing.watchlist, case.now, standing)

    def elsewhere(
        self, case: Case, own: Ruling, hearings: Sequence[Hearing], story: stories.Story
    ) -> tuple[NewDelivery, ...]:
        """An update goes where the story was told, though no route leads there any more."""
        if own.quiet or own.decision.verdict is not Verdict.UPDATE:
            return ()
        known = {route.destination for one in hearings for route in one.routes}
        routes = self._pathless(case.standing.told, known)
        if not routes:
            return ()
        alert = case.alert(story, hearings[0], own.decision)
        told = Told(decision=own.decision, alert=alert, first=alert)
        return routing.deliveries(told, routes, hearings[0].watchlist, case.now, case.standing)

    def closing(
        self, other: stories.Story, story: stories.Story, case: Case, watchlist: Watchlist
    ) -> Sequence[NewDelivery]:
        """The message of a merged story, changed to point to the story that stays.

        Where only the merged one was told, its message lives on as that of the other.
        """
        assert case.before is not None
        told = self._store.deliveries.told(other.id) & self._store.deliveries.told(case.before.id)
        if not told:
            return ()
        decision = Decision(verdict=Verdict.UPDATE, update=UpdateKind.EDIT, reasons=("same-event",))
        alert = alerting.alert_for(
            replace(other, revision=other.revision + 1), case.entry, (), decision, (), watchlist
        )
        pointer = ContextLine(
            story=story.id, headline=story.headline, url=story.url, published=story.opened, why="same event"
        )
        return self.edit(replace(alert, same_as=pointer), decision, watchlist, case.now, told)

    def edit(
        self, alert: Alert, decision: Decision, watchlist: Watchlist, now: datetime, told: Collection[str]
    ) -> tuple[NewDelivery, ...]:
        """``alert``, an edit, for every destination that has the message."""
        present = list(self._routes())
        routes = [*present, *self._pathless(told, {one.destination for one in present})]
        edit = Told(decision=decision, alert=alert, first=alert)
        return routing.deliveries(edit, routes, watchlist, now, Standing(told=told))

    def _pathless(self, told: Collection[str], known: Collection[str]) -> list[Route]:
        """Routes of our own to where a story was told and no other route leads: what is still reachable."""
        bot = any(place.startswith("channel:") for place in known)  # then channels can be written to
        kinds = ("channel:", "webhook:") if bot else ("webhook:",)
        places = {place for place in set(told) - set(known) if place.startswith(kinds)}
        if places:
            places -= self._store.routes.deaf(places)
        return [Route(id=0, destination=place) for place in sorted(places)]
