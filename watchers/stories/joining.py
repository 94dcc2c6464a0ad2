"""Join or open: how likely two fingerprints tell the same event, and what that decides.

Pure.  The store finds the candidates by key; nothing here scans.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from storage.model import Assignment, Member
from watchers.stories.fingerprint import Fingerprint

SAME_EVENT_WINDOW = timedelta(days=21)  # older entries are no candidates
RUMOUR_WINDOW = timedelta(hours=72)  # within which a rumour and its confirmation are one story
JOIN = 0.5
_OPPOSITE = ({"hire", "departure"}, {"partnership", "breakup"}, {"contract", "breakup"})


def assign(
    fp: Fingerprint,
    published: datetime,
    members: Sequence[Member],
    rarity: Mapping[str, int],
    total: int,
) -> Assignment:
    """The story among ``members`` that ``fp`` tells, or a new one; with reasons."""
    best: dict[int, tuple[float, tuple[str, ...]]] = {}
    for member in members:
        score, reasons = _likelihood(fp, Fingerprint.decode(member.fingerprint), published - member.published,
                                     rarity, total)  # fmt: skip
        if score > best.get(member.story_id, (0.0, ()))[0]:
            best[member.story_id] = (score, reasons)
    if not best:
        return Assignment(story_id=None, reasons=("no-candidate",))
    story, (score, reasons) = max(best.items(), key=lambda pair: (pair[1][0], -pair[0]))
    if score < JOIN:
        return Assignment(story_id=None, score=score, reasons=("nothing-alike",))
    return Assignment(story_id=story, score=score, reasons=reasons)


def _likelihood(
    a: Fingerprint, b: Fingerprint, apart: timedelta, rarity: Mapping[str, int], total: int
) -> tuple[float, tuple[str, ...]]:
    if a.page and a.page == b.page:
        return 1.0, ("same-page",)
    kinds = {*a.kinds[:1], *b.kinds[:1]}
    if kinds in _OPPOSITE:
        return 0.0, ("opposite-direction",)
    shared = set(a.keys()) & set(b.keys())
    weight = sum(math.log(1 + (total + 500) / (rarity.get(key, 0) + 3)) for key in shared)
    same_kind = bool(a.kinds and b.kinds and a.kinds[0] == b.kinds[0])
    days = abs(apart.total_seconds()) / 86400
    logit = 0.35 * weight + 1.5 * same_kind - 0.4 * days - 5.5
    return 1 / (1 + math.exp(-logit)), tuple(sorted(shared)[:6]) + (("same-kind",) if same_kind else ())
