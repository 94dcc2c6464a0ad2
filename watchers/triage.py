"""Alert, update or quiet: the default policy, with a reason for whatever was decided.

Pure.  ``merit`` reads the contract's table (tiers by prominent mention, party to a move,
passing mention), ``decide`` adds age, mutes, confidence, what the story has been told
already and how much was told just now.  To whom is for ``watchers.routing``.  Reasons are stable slugs,
listed in ``docs/reasons.md``.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from functools import cache
from typing import NamedTuple

from storage.model import (
    Decision,
    Entity,
    Entry,
    Mention,
    Move,
    Story,
    Tier,
    UpdateKind,
    Verdict,
    Watchlist,
)
from storage.model.noun import maker
from watchers.stories.facts import Facts
from watchers.stories.telling import StoryChange

OLD = timedelta(days=3)  # what is older than this when first seen does not alert
FLOOD = 20  # alerts within the pipeline's window from which on they come without a push
MIN_MOVE_SCORE = 0.5  # a move found with less certainty is nobody's move
MIN_MENTION_SCORE = 0.5
_DIGEST_KINDS = frozenset({"launch", "legal", "infrastructure"})  # of the context tier


class Merit(IntEnum):
    """What the policy's table gives to an entry by itself."""

    QUIET = 0
    DIGEST = 1
    ALERT = 2


# A member of an enum is looked up at several times the cost of these.
_QUIET, _DIGEST, _ALERT = Merit.QUIET, Merit.DIGEST, Merit.ALERT
_decision: Callable[[Verdict, UpdateKind | None, bool, tuple[str, ...]], Decision] = maker(Decision)
_PRIMARY, _CONTEXT = Tier.PRIMARY, Tier.CONTEXT


class Judgement(NamedTuple):
    """Merit with the reasons for it."""

    merit: Merit
    reasons: tuple[str, ...]


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
    comments: bool = False,
) -> Decision:
    """The decision on ``entry``, whose story was ``story_before`` and is ``change.story``.

    ``recent_alerts`` counts what was alerted just now.  ``comments``: it only talks about an
    event that was alerted, which is no event of its own.
    """
    judged = merit(mentions, moves, watchlist, now)
    stale = _stale(entry)
    if stale is not None:
        return _quiet(stale, *judged.reasons)
    if story_before is not None and story_before.alerted is not None:
        return _update(judged, change)
    if judged.merit is not _ALERT:
        return unheard(judged, dated=entry.dated)
    if comments:
        return Decision(verdict=Verdict.QUIET, digest=True, reasons=("comment-on-told", *judged.reasons))
    if story_before is not None and _was_missed(story_before, watchlist, now):
        return _quiet("event-older-than-3-days", *judged.reasons)
    if recent_alerts >= FLOOD:
        dated = () if entry.dated else ("undated",)
        return Decision(verdict=Verdict.ALERT, digest=True, reasons=(*judged.reasons, "flood-guard", *dated))
    return unheard(judged, dated=entry.dated)


def unheard(judged: Judgement, *, dated: bool) -> Decision:
    """The decision on fresh news that nobody told before, when nothing but its merit counts."""
    if judged.merit is not _ALERT:
        return _decision(Verdict.QUIET, None, judged.merit is _DIGEST, judged.reasons)
    reasons = judged.reasons if dated else (*judged.reasons, "undated")
    return _decision(Verdict.ALERT, None, False, reasons)


def merit(
    mentions: Sequence[Mention], moves: Sequence[Move], watchlist: Watchlist, now: datetime
) -> Judgement:
    """What the contract's table gives to a text, mutes and confidence counted."""
    entities = watchlist.by_slug()
    muted = watchlist.muted(now)
    passed_over = "nothing-watched"
    heard = False
    prominent: set[Tier] = set()
    for mention in mentions:
        if not mention.accepted or (entity := entities.get(mention.entity)) is None:
            continue
        if mention.score < MIN_MENTION_SCORE:
            passed_over = passed_over if passed_over == "muted" else "low-confidence"
        elif mention.entity in muted:
            passed_over = "muted"
        else:
            heard = True
            if mention.prominent:
                prominent.add(entity.tier)
    if not heard:
        return _judgement(_QUIET, passed_over)
    best = _of_mentions(prominent)
    for move in moves:
        judged = _of_move(move, entities, muted)
        if judged.merit > best.merit:
            best = judged
        elif judged.merit is best.merit:
            best = Judgement(best.merit, tuple(dict.fromkeys((*best.reasons, *judged.reasons))))
    return best


@cache  # there are few, and each text has some
def _judgement(merit: Merit, *reasons: str) -> Judgement:
    return Judgement(merit, reasons)


def _of_mentions(prominent: Collection[Tier]) -> Judgement:
    if _PRIMARY in prominent:
        return _judgement(_ALERT, "primary-entity")
    if prominent:
        tier = "context" if _CONTEXT in prominent else "related"
        return _judgement(_QUIET, f"{tier}-without-move")
    return _judgement(_QUIET, "passing-mention")


def _of_move(move: Move, entities: Mapping[str, Entity], muted: Collection[str]) -> Judgement:
    kind = move.kind
    tiers: set[Tier] = set()
    for slugs in move.roles.values():
        for slug in slugs:
            if slug in entities and slug not in muted:
                tiers.add(entities[slug].tier)
    if not tiers:
        return _judgement(_QUIET)
    if move.score < MIN_MOVE_SCORE:
        return _judgement(_QUIET, "unsure-move")
    if _PRIMARY in tiers:
        return _judgement(_ALERT, f"party-to-move:{kind}")
    if _CONTEXT in tiers:
        if kind in _DIGEST_KINDS:
            return _judgement(_DIGEST, f"digest-kind:{kind}")
        return _judgement(_ALERT, f"party-to-move:{kind}")
    return _judgement(_DIGEST, f"related-party:{kind}")


def _stale(entry: Entry) -> str | None:
    if entry.baseline:
        return "baseline"
    if entry.dated and entry.seen - entry.published > OLD:
        return "older-than-3-days"
    return None


def _update(judged: Judgement, change: StoryChange) -> Decision:
    """An entry of a story that was alerted: a reply on news, an edit on a further outlet."""
    if judged.reasons == ("muted",):
        return _quiet("muted")
    if change.fact is not None and judged.merit is not _QUIET:
        return Decision(
            verdict=Verdict.UPDATE, update=UpdateKind.REPLY, reasons=("new-fact", *judged.reasons)
        )
    if change.edited or change.fact is not None:
        slug = "new-outlet" if change.new_outlet else "better-told"
        return Decision(verdict=Verdict.UPDATE, update=UpdateKind.EDIT, reasons=(slug, *judged.reasons))
    return _quiet("nothing-new", *judged.reasons)


def _was_missed(story: Story, watchlist: Watchlist, now: datetime) -> bool:
    """Whether an unalerted story is old news: it would have been an alert, had it been fresh.

    A story that nobody's policy cared for until now (a passing mention) is not.
    """
    if now - story.opened <= OLD:
        return False
    entities = watchlist.by_slug()
    if any(entities[s].tier is _PRIMARY for s in Facts.decode(story.facts).prominent if s in entities):
        return True
    return any(_of_move(move, entities, ()).merit is _ALERT for move in story.moves)


def _quiet(*reasons: str) -> Decision:
    return Decision(verdict=Verdict.QUIET, reasons=tuple(dict.fromkeys(reasons)))
