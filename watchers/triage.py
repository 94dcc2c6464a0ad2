"""Alert, update or quiet: the default policy, with a reason for whatever was decided.

Pure.  Reasons are stable slugs (``docs/reasons.md``); where an alert goes is in ``routes``.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from storage.model import (
    Alert,
    Decision,
    Entry,
    Mention,
    Move,
    NewDelivery,
    Route,
    Story,
    Tier,
    UpdateKind,
    Verdict,
    Watchlist,
)
from watchers.stories.telling import StoryChange

OLD = timedelta(days=3)  # what is older than this when first seen does not alert
FLOOD = 15  # alerts within the pipeline's window after which the rest goes to a digest
MIN_MOVE_SCORE = 0.5
_DIGEST_KINDS = frozenset({"launch", "legal", "infrastructure"})


def decide(
    entry: Entry,
    mentions: Sequence[Mention],
    moves: Sequence[Move],
    story_before: Story | None,
    change: StoryChange,
    watchlist: Watchlist,
    now: datetime,
    *,
    recent_alerts: int = 0,
) -> Decision:
    """The decision on ``entry``, as the contract's default policy says."""
    merit, reasons = _merit(mentions, moves, watchlist, now)
    if entry.baseline:
        return Decision(verdict=Verdict.QUIET, reasons=("baseline", *reasons))
    if entry.dated and entry.seen - entry.published > OLD:
        return Decision(verdict=Verdict.QUIET, reasons=("older-than-3-days", *reasons))
    if story_before is not None and story_before.alerted is not None:
        if change.fact:
            return Decision(verdict=Verdict.UPDATE, update=UpdateKind.REPLY, reasons=("new-fact", *reasons))
        if change.edited:
            return Decision(verdict=Verdict.UPDATE, update=UpdateKind.EDIT, reasons=("new-outlet", *reasons))
        return Decision(verdict=Verdict.QUIET, reasons=("nothing-new", *reasons))
    if merit == "alert" and recent_alerts >= FLOOD:
        return Decision(verdict=Verdict.QUIET, digest=True, reasons=("flood-guard", *reasons))
    if merit == "alert":
        return Decision(verdict=Verdict.ALERT, reasons=reasons)
    return Decision(verdict=Verdict.QUIET, digest=merit == "digest", reasons=reasons)


def _merit(
    mentions: Sequence[Mention], moves: Sequence[Move], watchlist: Watchlist, now: datetime
) -> tuple[str, tuple[str, ...]]:
    """What the policy's table gives: "alert", "digest" or "quiet", with reasons."""
    entities = watchlist.by_slug()
    accepted = [m for m in mentions if m.accepted and m.entity in entities]
    if not accepted:
        return "quiet", ("nothing-watched",)
    muted = {s for s, e in entities.items() if e.muted_until is not None and e.muted_until > now}
    heard = [m for m in accepted if m.entity not in muted]
    if not heard:
        return "quiet", ("muted",)
    best, reasons = "quiet", []
    if any(m.prominent and entities[m.entity].tier is Tier.PRIMARY for m in heard):
        best, reasons = "alert", ["primary-entity"]
    for move in moves:
        if move.score < MIN_MOVE_SCORE:
            continue
        tiers = {entities[slug].tier for slug in move.parties() - muted if slug in entities}
        kind = move.kind.value
        if Tier.PRIMARY in tiers or (Tier.CONTEXT in tiers and kind not in _DIGEST_KINDS):
            best = "alert"
            reasons.append(f"party-to-move:{kind}")
        elif tiers and best != "alert":
            best = "digest"
            reasons.append(f"digest:{kind}")
    if not reasons:
        reasons.append("prominent-without-move" if any(m.prominent for m in heard) else "passing-mention")
    return best, tuple(dict.fromkeys(reasons))


def routes(
    decision: Decision, alert: Alert, routes: Sequence[Route], watchlist: Watchlist
) -> tuple[NewDelivery, ...]:
    """One delivery for each destination whose route takes ``alert``."""
    if decision.verdict is Verdict.QUIET:
        return ()
    tiers = {entity.tier.value for entity in watchlist.entities if entity.slug in alert.entities}
    kind = alert.move.kind.value if alert.move else "none"
    taken = {}
    for route in routes:
        if (
            (not route.kinds or kind in route.kinds)
            and (not route.entities or set(route.entities) & set(alert.entities))
            and (not route.tiers or set(route.tiers) & tiers)
            and (not route.langs or alert.lang is None or alert.lang in route.langs)
            and (alert.move is None or alert.move.score >= route.min_score)
        ):
            taken.setdefault(route.destination, NewDelivery(destination=route.destination, alert=alert))
    return tuple(taken.values())
