"""Join or open: from the candidates' fingerprints to an assignment, with reasons.

Pure.  The store finds the candidates by key; nothing here scans.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from storage.model import Assignment, Member
from watchers.stories.evidence import Evidence, gather, sequel
from watchers.stories.fingerprint import Fingerprint
from watchers.stories.parties import (
    another_partner,
    another_party,
    another_person,
    another_target,
    opposite,
    same_person,
)
from watchers.stories.rarity import Rarity
from watchers.stories.suits import another_plaintiff
from watchers.stories.sums import another_sum
from watchers.stories.surroundings import Presence, beside, novelty, presence
from watchers.stories.things import another_thing
from watchers.stories.weights import WEIGHTS, likelihood

SAME_EVENT_WINDOW = timedelta(days=30)  # older entries are no candidates
RUMOUR_WINDOW = timedelta(hours=72)  # within which a rumour and its confirmation are one story
JOIN = 0.2  # likelihood from which an entry joins a story
FOLLOW = 0.6  # likelihood, time aside, from which a story continues another
TALKS_OF = 0.3  # and from which a comment on two of its parties talks about it
# What keeps two reports apart whatever else they share, by the reason that tells it.
VETOES: tuple[tuple[str, Callable[[Fingerprint, Fingerprint], bool]], ...] = (
    ("opposite-move", opposite),
    ("another-party", another_party),
    ("another-target", another_target),
    ("another-partner", another_partner),
    ("another-sum", another_sum),
    ("another-plaintiff", another_plaintiff),
    ("another-thing", another_thing),
)
# All that can be said where the main moves are of two kinds.
_OF_TWO_KINDS = tuple(veto for veto in VETOES if veto[0] in ("opposite-move", "another-partner"))
ANOTHER_PERSON, CONFIRMS_LATE, NOBODY_SHARED = "another-person", "confirms-late", "nobody-in-common"
_SURENESS = {"rumour": 0, "reported": 1, "confirmed": 2}
# What time does to the figures, undone. Stories that go on are days apart.
_TIMED = "days soon burst status disagree stage court sequel comment novel rivals rivals_alike"
_TIMELESS: Evidence = {name: 0.5 if name == "soon" else 0.0 for name in _TIMED.split()}
_IN_COMMON = ("entities", "headliner", "names", "names_lead", "amounts", "amounts_lead", "copy")
_MOST_BARRED = 3  # stories of which is told what kept an entry out
_DAY = timedelta(days=1)
_NO_TIME = timedelta(0)
FOREIGN = 0.6  # likelihood from which a report in another language outweighs those in the entry's own
MERGE = 0.97  # likelihood from which an entry proves two stories to be one


class _Match(NamedTuple):
    """How well an entry fits a story, by its best member."""

    story: int
    score: float
    other: Fingerprint  # of the member that fits best
    opened: datetime  # when that was published
    evidence: Evidence | None  # None where the page or a veto settled it
    same_page: bool
    veto: str = ""  # what keeps the entry from that member, or all of them; empty for nothing
    barred: "_Match | None" = None  # the first member that it would resemble but for its veto


def assign(fp: Fingerprint, published: datetime, members: Sequence[Member], rarity: Rarity) -> Assignment:
    """The story among ``members`` that ``fp`` tells, or a new one; with reasons.

    ``rarity`` is that of ``fp``'s keys.  A story that it does not tell but goes on with is in
    ``follows``; others that it proves to be the same event are in ``merge``.
    """
    stories: dict[int, list[Member]] = defaultdict(list)
    for member in members:
        stories[member.story_id].append(member)
    fits = [_fit(fp, published, story, told, rarity) for story, told in stories.items()]
    matches = _compared(fits, fp, stories, rarity)
    matches.sort(key=lambda match: (-match.score, match.story))
    if not matches:
        return Assignment(story_id=None, reasons=("no-candidate",))
    best = matches[0]
    barred = _barred(matches, published)
    if best.score < JOIN:
        return Assignment(
            story_id=None,
            follows=_followed(matches, published, fp),
            score=best.score,
            reasons=("nothing-alike", *barred, *_reasons(best, fp, published, rarity)),
        )
    proven = sorted(match.story for match in matches if match.score >= MERGE)
    into, *others = proven or [best.story]
    return Assignment(
        story_id=into,
        follows=_followed([match for match in matches if match.score < JOIN], published, fp),
        merge=tuple(others),
        score=best.score,
        reasons=(*_reasons(best, fp, published, rarity), *barred),
    )


def _fit(
    fp: Fingerprint, published: datetime, story: int, told: Sequence[Member], rarity: Rarity
) -> tuple[_Match, Presence]:
    others, spans, persons, later = [], [], [], []
    for member in told:
        other = Fingerprint.decode(member.fingerprint)
        others.append(other)
        spans.append(span := apart(published, member.published))
        persons.append(same_person(fp, other))
        later.append(bool(fp.behind or other.behind) and sequel(fp, other, span))
    # One report that leaves the name out must not carry another person into the story.
    somebody_else = (
        -1.0 in persons
        and max(persons) < 0.5
        and any(
            played == -1.0 and another_person(fp, other)
            for played, other in zip(persons, others, strict=True)
        )
    )
    late = _confirms_late(fp, published, told, others)
    # a few who guess at the new party make no event of the two
    if any(later) and 2 * sum(later) >= len(later):
        later = [True] * len(later)
    matches = []
    for member, other, played, span, after in zip(told, others, persons, spans, later, strict=True):
        same_page, evidence, score = bool(fp.page) and fp.page == other.page, None, 0.0
        veto = ""
        if same_page:
            score = 1.0
        elif not (veto := ANOTHER_PERSON if somebody_else else _veto(fp, other)):
            evidence = gather(fp, other, span, rarity, person=played, after=after)
            veto = CONFIRMS_LATE if late else NOBODY_SHARED if _strangers(evidence) else ""
            score = 0.0 if veto else likelihood(evidence)
        matches.append(_Match(story, score, other, member.published, evidence, same_page, veto))
    best = _best(matches, fp.lang)
    near = presence(fp, zip(others, spans, [match.evidence for match in matches], strict=True))
    for match in matches:
        if match.veto and _resembles(match, near):
            return best._replace(barred=match), near
    return best, near


def _resembles(match: _Match, near: Presence) -> bool:
    """Whether a veto is worth telling: all else would have joined them, or they tell one sort of action."""
    return likelihood(match.evidence) >= JOIN if match.evidence else near.alike > 0.0


def _strangers(evidence: Evidence) -> bool:
    """Whether two reports have nobody and no sum in common: that both buy something is no event."""
    return not any(map(evidence.get, _IN_COMMON))


def _veto(fp: Fingerprint, other: Fingerprint) -> str:
    """Which of ``VETOES`` keeps two entries apart, all of which compare moves; empty for none."""
    if not fp.kinds or not other.kinds:
        return ""
    for name, keeps_apart in VETOES if fp.kinds[0] == other.kinds[0] else _OF_TWO_KINDS:
        if keeps_apart(fp, other):
            return name
    return ""


def _best(matches: Sequence[_Match], lang: str) -> _Match:
    """The member that fits best.

    Words of two languages cannot contradict each other, so a report in another language that
    only may fit says less than those in the entry's own.
    """
    if len(matches) == 1:
        return matches[0]
    own = [match for match in matches if match.other.lang == lang]
    best = max(matches, key=lambda match: match.score)
    return max(own, key=lambda match: match.score) if own and best.score < FOREIGN else best


def _compared(
    fits: Sequence[tuple[_Match, Presence]],
    fp: Fingerprint,
    stories: Mapping[int, Sequence[Member]],
    rarity: Rarity,
) -> list[_Match]:
    """The matches with what the whole story and the others say, which only ever speaks against one."""
    everybody = Presence(sum([near.about for _, near in fits]), sum([near.alike for _, near in fits]))
    compared = []
    for match, near in fits:
        if match.evidence is not None and match.score >= JOIN:
            told = [Fingerprint.decode(member.fingerprint) for member in stories[match.story]]
            evidence = beside(match.evidence, novelty(fp, told, rarity), near, everybody)
            match = match._replace(evidence=evidence, score=likelihood(evidence))
        compared.append(match)
    return compared


def _confirms_late(
    fp: Fingerprint, published: datetime, told: Sequence[Member], others: Sequence[Fingerprint]
) -> bool:
    """Whether the entry is surer of the move than all who told the story, and comes too late to be one with it.

    Such a confirmation is news of its own, which follows the rumour.
    """
    if not fp.moved or published - min(member.published for member in told) <= RUMOUR_WINDOW:
        return False
    known = [_SURENESS.get(other.status, 0) for other in others if fp.kinds[0] in other.kinds]
    return bool(known) and _SURENESS.get(fp.status, 0) > max(known)


def _followed(matches: Sequence[_Match], published: datetime, fp: Fingerprint) -> int | None:
    """The earlier story that the entry goes on with: it would be the same, were it not for time.

    The confirmation of an old rumour, the next stage of a matter, a look back.
    """
    best: tuple[float, int] | None = None
    for match in matches:
        if match.evidence is None or match.opened >= published:
            continue
        score = likelihood({**match.evidence, **_TIMELESS})
        if score >= (TALKS_OF if _talks_of_both(fp, match.other) else FOLLOW) and (
            best is None or (score, match.story) > best
        ):
            best = (score, match.story)
    return best[1] if best else None


def _talks_of_both(fp: Fingerprint, other: Fingerprint) -> bool:
    """Whether a comment is about two or more of the parties of what was told."""
    return fp.comment and len(set(fp.heads()).intersection(other.heads())) > 1


def apart(one: datetime, other: datetime) -> timedelta:
    """The time between two entries; a date without a time (midnight sharp) stands for its day."""
    first, second = (one, other) if one <= other else (other, one)
    timed = first.hour or first.minute or first.second or first.microsecond
    return max(_NO_TIME, second - (first if timed else first + _DAY))


def _barred(matches: Sequence[_Match], published: datetime) -> tuple[str, ...]:
    """The vetoes that kept the entry out of stories: "another-person:s7", the nearest in time first."""
    barred = [(match.story, match.barred) for match in matches if match.barred and match.score < JOIN]
    barred.sort(key=lambda pair: (apart(published, pair[1].opened), pair[0]))
    return tuple(f"{match.veto}:s{story}" for story, match in barred[:_MOST_BARRED])


def _reasons(match: _Match, fp: Fingerprint, published: datetime, rarity: Rarity) -> tuple[str, ...]:
    """The figures that mattered, strongest first: "names:+2.1"."""
    if match.same_page:
        return ("same-page",)
    evidence = match.evidence
    if evidence is None:  # it was vetoed, and there was nothing better
        evidence = gather(fp, match.other, apart(published, match.opened), rarity)
    weighed = [(name, WEIGHTS[name] * value) for name, value in evidence.items()]
    weighed.sort(key=lambda pair: -abs(pair[1]))
    return tuple(f"{name}:{value:+.1f}" for name, value in weighed[:6] if abs(value) >= 0.3)
