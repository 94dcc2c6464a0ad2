"""To whom: from a decision and the routes of one audience to its deliveries.  Pure.

    told there already   an update goes there, whatever the routes say by now
    muted                a line that the mute's end tells
    quiet, for digests   a line of the digest, where the route wants one
    too soon             a line, told when the route's cooldown is over or in its digest
    in quiet hours       a message, due when they end
    else                 a message

A destination gets one delivery, from the first of its routes that takes the story.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime

from storage.model import (
    Alert,
    Decision,
    NewDelivery,
    Occasion,
    Route,
    Tier,
    UpdateKind,
    Verdict,
    Watchlist,
)
from storage.model.noun import noun
from watchers.hours import PERIODS, quiet_until

FLOOD_PRIORITY = -1  # such deliveries wait for the others, and are folded in a long backlog
EDIT, SPEAKS, PRIMARY = 0, 1, 2  # priorities: an edit, a message, one on a primary entity


@noun
class Standing:
    """What the destinations have of a story."""

    told: Collection[str] = ()  # its first message
    listed: Collection[str] = ()  # a line in a digest or in what a mute held back, told or waiting
    alerted: datetime | None = None  # when it was first an alert
    # destination -> slug -> when an alert there was last about it; for routes with a cooldown
    last: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)


@noun
class Told:
    """What an audience is to be told."""

    decision: Decision
    alert: Alert  # as the decision asks for it
    first: Alert  # the same as a first message, for a destination that has none of the story
    held: str | None = None  # the muted entity that holds it back


def deliveries(
    told: Told, routes: Sequence[Route], watchlist: Watchlist, now: datetime, standing: Standing
) -> tuple[NewDelivery, ...]:
    """One for each destination that is to hear of it now or later; see above."""
    chosen: dict[str, NewDelivery] = {}
    for route in routes:
        if route.destination not in chosen:
            new = _update(told, route, watchlist, now) if route.destination in standing.told else None
            if route.destination not in standing.told:
                new = _first(told, route, watchlist, now, standing)
            if new is not None:
                chosen[route.destination] = new
    return tuple(chosen.values())


def _update(told: Told, route: Route, watchlist: Watchlist, now: datetime) -> NewDelivery | None:
    if told.decision.verdict is not Verdict.UPDATE:
        return None
    if told.held is not None:
        speaks = told.decision.update is UpdateKind.REPLY
        return _line(route, told.alert, Occasion.MUTED, about=told.held) if speaks else None
    return _message(route, told.decision, told.alert, watchlist, now)


def _first(
    told: Told, route: Route, watchlist: Watchlist, now: datetime, standing: Standing
) -> NewDelivery | None:
    decision, alert = told.decision, told.first
    if not takes(route, alert, watchlist):
        return None
    if decision.verdict is Verdict.QUIET:
        wanted = decision.digest and route.digest in PERIODS and told.held is None
        return _line(route, alert, Occasion.DIGEST) if wanted else None
    if decision.verdict is Verdict.UPDATE and not _is_news(told, route, standing):
        return None
    if told.held is not None:
        return _line(route, alert, Occasion.MUTED, about=told.held)
    if (cooling := _cooling(route, alert, now, standing)) is not None:
        slug, ends = cooling
        if route.digest in PERIODS:
            return _line(route, alert, Occasion.DIGEST)
        return _line(route, alert, Occasion.COOLDOWN, about=slug, due=ends)
    return _message(route, replace(decision, update=None), alert, watchlist, now)


def _is_news(told: Told, route: Route, standing: Standing) -> bool:
    """Whether an update is a first message for a destination that has not heard of the story.

    A new fact is.  A further outlet is where the route is choosy and takes the story only
    now: told in its language, say, or by the party that it is about.
    """
    if told.decision.update is UpdateKind.REPLY:
        return True
    choosy = route.kinds or route.entities or route.tiers or route.langs or route.min_score
    newer = route.created is not None and standing.alerted is not None and route.created > standing.alerted
    return bool(choosy) and not newer and route.destination not in standing.listed


def takes(route: Route, alert: Alert, watchlist: Watchlist) -> bool:
    """Whether the route wants a story like this."""
    kind = alert.move.kind.value if alert.move else "none"
    named = {*alert.entities, *(alert.move.parties() if alert.move else ())}
    return (
        (not route.kinds or kind in route.kinds)
        and (not route.entities or not named.isdisjoint(route.entities))
        and (not route.tiers or not _tiers(named, watchlist).isdisjoint(route.tiers))
        and (not route.langs or alert.lang is None or alert.lang in route.langs)
        and alert.score >= route.min_score
    )


def _tiers(named: Collection[str], watchlist: Watchlist) -> set[str]:
    entities = watchlist.by_slug()
    return {entities[slug].tier.value for slug in named if slug in entities}


def _cooling(route: Route, alert: Alert, now: datetime, standing: Standing) -> tuple[str, datetime] | None:
    """Where each entity of the alert was told of just now: the last one, and when its time is over."""
    last = standing.last.get(route.destination, {})
    if not route.cooldown or not alert.entities or any(slug not in last for slug in alert.entities):
        return None
    until, slug = max((last[slug] + route.cooldown, slug) for slug in alert.entities)
    soonest = min(last[slug] + route.cooldown for slug in alert.entities)
    return (slug, until) if soonest > now else None


def _line(
    route: Route, alert: Alert, occasion: Occasion, *, about: str | None = None, due: datetime | None = None
) -> NewDelivery:
    return NewDelivery(
        destination=route.destination,
        alert=alert,
        occasion=occasion,
        about=about,
        due=due,
        guild=route.guild,
    )


def _message(
    route: Route, decision: Decision, alert: Alert, watchlist: Watchlist, now: datetime
) -> NewDelivery:
    kind = alert.move.kind.value if alert.move else "none"
    speaks = decision.update is not UpdateKind.EDIT
    pings = speaks and not decision.digest and kind in route.ping_kinds
    named = {*alert.entities, *(alert.move.parties() if alert.move else ())}
    priority = EDIT
    if decision.digest:
        priority = FLOOD_PRIORITY
    elif speaks:
        priority = PRIMARY if Tier.PRIMARY.value in _tiers(named, watchlist) else SPEAKS
    return NewDelivery(
        destination=route.destination,
        alert=replace(alert, low_priority=True) if decision.digest else alert,
        priority=priority,
        ping_role=route.ping_role if pings else None,
        due=quiet_until(route, now) if speaks else None,  # an edit makes no noise
        guild=route.guild,
    )
