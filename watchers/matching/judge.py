"""Who is meant: adds up the evidence for every candidate of a document.

The life of a candidate: its own words first (``evidence``, ``sides``, ``people``), then twice what
the plainly named entities of the same text say for it, then overlaps are resolved.  Every
step leaves its reasons with the candidate; making mentions of them is left to ``mentions``.
"""

from watchers.matching import weights as w
from watchers.matching.cues import topics
from watchers.matching.evidence import (
    against_evidence,
    alias_evidence,
    context_evidence,
    described_evidence,
    place_evidence,
    section_evidence,
)
from watchers.matching.forms import AMBIGUOUS, FULL, STRONG
from watchers.matching.people import Bearers, person_evidence
from watchers.matching.scene import Candidate, Evidence, Scene
from watchers.matching.sides import side_evidence

_ROUNDS = 2  # an anchor found in the first may make another in the second
_BACKING = (
    "verb-",
    "noun-",
    "possessive",
    "before:",
    "context:",
    "handle",
    "employer",
    "own-site",
    "compound",
    "former:",
)
_BACKING_A_PRODUCT = ("noun-", "context:", "own-site")
_UNLIKELY, _LIKELY = -2.0, 3.0  # log-odds between which the subject of the text is asked for
_PAIR_REACH = 40  # code points between two short names that speak for each other


def judge(scene: Scene) -> None:
    """Weigh all candidates of ``scene``; the sum and the reasons for it stand in them afterwards."""
    for candidate in scene.candidates:
        _weigh_alone(candidate, scene)
    containers = _containers(scene.candidates) if scene.crossing else {}
    weak = [one for one in scene.candidates if one.form.strength is not STRONG]
    before: dict[int, list[int]] | None = None
    for _ in range(_ROUNDS if weak else 0):
        anchors = _anchors(scene.candidates)
        if anchors == before:
            break
        before = anchors
        _weigh_together(scene, weak, anchors, containers)
    if scene.crossing:
        _resolve(scene.candidates, containers)


def accepted_score(candidate: Candidate) -> bool:
    """Whether the entity of a candidate is taken as meant."""
    return not candidate.rejected and w.score(candidate.total) >= w.ACCEPT


def _weigh_alone(candidate: Candidate, scene: Scene) -> None:
    form, person = candidate.form, candidate.profile.person
    strong = form.strength is STRONG
    found = [*alias_evidence(candidate, scene)]
    if candidate.place is not None:
        found = [*place_evidence(candidate, candidate.place), *found]
    if not strong:
        found += side_evidence(candidate, scene)
        found += section_evidence(candidate, scene)
    elif candidate.suffix == "s":
        found.append(("genitive", 0.0))
    if person:
        found += person_evidence(candidate, scene)
    if form.described:
        found += described_evidence(candidate, scene)
    found += against_evidence(candidate, scene)
    if not strong:
        found += context_evidence(candidate, scene)
    candidate.evidence = found
    total = 0.0
    for _, weight in found:
        total += weight
    thing = not (strong or person or form.described)
    if thing and _UNLIKELY < total < _LIKELY and scene.topic.elsewhere:
        found.append(("another-subject", w.ELSEWHERE))
        total += w.ELSEWHERE
    candidate.local = candidate.total = total


def _containers(candidates: list[Candidate]) -> dict[int, Candidate]:
    """For each candidate that stands inside a longer one, the longest such."""
    inside: dict[int, Candidate] = {}
    outer: Candidate | None = None
    for candidate in candidates:  # by field, start, longest first
        if outer and outer.field_number == candidate.field_number and candidate.end <= outer.end:
            if (outer.start, outer.end) != (candidate.start, candidate.end):
                inside[candidate.number] = outer
            continue
        outer = candidate
    return inside


# --- what the rest of the text says -----------------------------------------------------


def _anchors(candidates: list[Candidate]) -> dict[int, list[int]]:
    """The plainly named: numbers of their candidates by entity."""
    anchors: dict[int, list[int]] = {}
    for one in candidates:
        if one.total >= w.ANCHOR:
            anchors.setdefault(one.profile.index, []).append(one.number)
    return anchors


def _weigh_together(
    scene: Scene, weak: list[Candidate], anchors: dict[int, list[int]], containers: dict[int, Candidate]
) -> None:
    bearers = Bearers.of(scene.candidates, anchors)
    for candidate in weak:
        candidate.context = _context(candidate, scene, anchors, bearers, containers.get(candidate.number))
        told = 0.0
        for _, weight in candidate.context:
            told += weight
        candidate.total = candidate.local + told


def _context(
    candidate: Candidate,
    scene: Scene,
    anchors: dict[int, list[int]],
    bearers: Bearers,
    container: Candidate | None,
) -> Evidence:
    if candidate.capital == "small" or candidate.local < w.IN_BYLINE / 2 - w.OWN_ANCHOR:
        return []
    mine = candidate.profile
    found: Evidence = []
    if container is not None and mine.index in container.profile.owners and container.total > 0:
        found.append((f"within:{container.profile.slug}", w.WITHIN))
    own = anchors.get(mine.index)
    if mine.person and candidate.form.part is not FULL:
        found += bearers.evidence(candidate)
        found += _colleague(candidate, scene, anchors)
    elif own and own != [candidate.number]:
        found.append(("named-plainly-elsewhere", w.OWN_ANCHOR))
    if mine.unit:
        found += _unit_evidence(candidate, scene)
    found += _company(candidate, scene, anchors)
    if not found and candidate.form.strength is AMBIGUOUS:
        found += _paired(candidate, scene)
    if candidate.full_name and _unbacked(candidate, scene, found, anchors):
        found.append(("unbacked-full-name", w.UNBACKED))
    elif candidate.form.strength is AMBIGUOUS and _only_strangers(found):
        found += _without_context(candidate, scene, found)
    elif candidate.form.several and _only_strangers(found) and _phrase_alone(candidate, scene):
        found.append(("no-context", w.PHRASE_WITHOUT_CONTEXT))
    return found


def _only_strangers(found: Evidence) -> bool:
    """Whether what stands beside a name has nothing to do with it."""
    for label, _ in found:  # noqa: SIM110 - faster than a generator
        if not label.startswith("among-"):
            return False
    return True


def _backed(candidate: Candidate, backing: tuple[str, ...]) -> bool:
    return any(weight > 0 and label.startswith(backing) for label, weight in candidate.evidence)


def _phrase_alone(candidate: Candidate, scene: Scene) -> bool:
    """ "Thinking machines: an exhibition": ordinary words, nobody acts, and nothing speaks of the field."""
    return not (candidate.profile.person or _backed(candidate, _BACKING) or scene.topic.watched)


def _without_context(candidate: Candidate, scene: Scene, found: Evidence) -> Evidence:
    """What an ambiguous name loses for want of anything that the watchlist relates to it."""
    mine = candidate.profile
    if mine.person and candidate.form.part is not FULL:
        told = found and any(label.startswith("context:") for label, _ in candidate.evidence)
        return [] if told else [("alone", w.ALONE)]
    thing = mine.product and not scene.topic.watched
    if found and not thing:
        return []
    if mine.product and not thing and candidate.capital == "told":
        return []  # "a year of work on Widget", in a text about the field
    backing = _BACKING_A_PRODUCT if thing else _BACKING
    if _backed(candidate, backing):
        return []
    return [("no-context", w.PRODUCT_WITHOUT_CONTEXT if thing else w.WITHOUT_CONTEXT)]


def _unbacked(candidate: Candidate, scene: Scene, found: Evidence, anchors: dict[int, list[int]]) -> bool:
    """Whether neither the field nor anything that the watchlist knows of a person stands in the text.

    Other watched names that have nothing to do with him do not count: two namesakes may bat together.
    """
    if not _only_strangers(found):
        return False
    colleagues = (scene.profiles[index] for index in anchors if index != candidate.profile.index)
    if any(not one.places.isdisjoint(candidate.profile.places) for one in colleagues):
        return scene.topic.elsewhere
    if scene.topic.watched:
        return False
    return scene.topic.elsewhere or not any(label.startswith("context:") for label, _ in candidate.evidence)


def _colleague(candidate: Candidate, scene: Scene, anchors: dict[int, list[int]]) -> Evidence:
    """ "Wang and Zuckerberg": a family name beside that of somebody from the same house."""
    for other in (scene.ending_at(candidate, 5), scene.starting_at(candidate, 5)):
        if other is None or other.profile.index not in anchors:
            continue
        gap = candidate.field.folded[min(other.end, candidate.end) : max(other.start, candidate.start)]
        if gap.strip() in {"&", *scene.cues.ands} and not other.profile.places.isdisjoint(
            candidate.profile.places
        ):
            return [(f"beside-colleague:{other.profile.slug}", w.COLLEAGUE)]
    return []


def _company(candidate: Candidate, scene: Scene, anchors: dict[int, list[int]]) -> Evidence:
    """The other entities plainly named in the text: those it has to do with, and the rest."""
    mine, phrase = candidate.profile, candidate.phrase
    names: list[str] = []
    related, strangers = 0.0, 0
    for index in anchors:
        if index in mine.related:
            other = scene.profiles[index]
            close = not phrase or (other.person and mine.index in other.places)
            related += w.RELATED if close else w.RELATED * w.PHRASE_SHARE
            names.append(other.slug)
        elif index != mine.index:
            strangers += 1
    found: Evidence = []
    if names:
        names.sort()
        found.append((f"with:{','.join(names[:3])}", min(w.RELATED_MAX, related)))
    if strangers and not phrase:
        found.append(("among-watched-names", min(w.COMPANY_MAX, strangers * w.COMPANY_OF_NAMES)))
    return found


def _paired(candidate: Candidate, scene: Scene) -> Evidence:
    """ "Acme passes Corvid": two short names of companies that have to do with each other.

    Capitals must tell of one of them: in Title Case both may be ordinary words.
    """
    if candidate.profile.person or candidate.phrase:
        return []
    for other in scene.candidates:
        if (
            other.field_number != candidate.field_number
            or other.profile.index not in candidate.profile.related
        ):
            continue
        gap = max(other.start - candidate.end, candidate.start - other.end)
        if not 0 < gap <= _PAIR_REACH or other.profile.person or other.phrase:
            continue
        capitals = {candidate.capital, other.capital}
        if "told" in capitals and "small" not in capitals:
            return [(f"beside:{other.profile.slug}", w.PAIRED)]
    return []


def _unit_evidence(candidate: Candidate, scene: Scene) -> Evidence:
    """Whose laboratory is described: "Acme's superintelligence team" against another's."""
    if candidate.form.strength is not AMBIGUOUS or candidate.form.exact or scene.cjk:
        return []
    mine, around = candidate.profile, candidate.around
    before = scene.ending_at(candidate, 8)
    after = scene.starting_at(candidate, 8)
    for other in (before, after):
        if other is None or other.total < 0:
            continue
        gap = candidate.field.folded[min(other.end, candidate.end) : max(other.start, candidate.start)]
        if any(sign in gap for sign in ".,;:"):
            continue
        if other.profile.index in mine.owners or other.profile.places & (mine.owners | {mine.index}):
            return [(f"unit-of:{other.profile.slug}", w.OWNERS_UNIT)]
        if not other.profile.person:
            return [(f"unit-of-another:{other.profile.slug}", w.OTHERS_UNIT)]
    left = around.left or ""
    if (
        around.left_capital
        and left not in topics().initials
        and not candidate.field.title_case
        and (left.endswith("'s") or not around.left_starts)
    ):
        return [(f"unit-of-another:{left}", w.OTHERS_UNIT)]
    of = around.right[:1] and around.right[0] in scene.cues.links
    if of and after is None and len(around.right_raw) > 1 and around.right_raw[1][0].isupper():
        return [(f"unit-of-another:{around.right_raw[1]}", w.OTHERS_UNIT)]
    return []


# --- overlaps ---------------------------------------------------------------------------


def _resolve(candidates: list[Candidate], containers: dict[int, Candidate]) -> None:
    """One stretch of text means one thing: the longer accepted name, or the likelier."""
    for number, outer in containers.items():
        inner = candidates[number]
        part = inner.profile.index in outer.profile.owners
        if not part and accepted_score(outer) and inner.profile.index != outer.profile.index:
            _reject(inner, outer)
    last: Candidate | None = None
    for candidate in candidates:
        if not accepted_score(candidate) or candidate.number in containers:
            continue
        if last and last.field_number == candidate.field_number and candidate.start < last.end:
            if candidate.start > last.start:
                weaker, stronger = sorted((last, candidate), key=lambda c: (c.total, c.number))
                _reject(weaker, stronger)
                last = stronger
            continue
        last = candidate


def _reject(candidate: Candidate, winner: Candidate) -> None:
    candidate.rejected = True
    candidate.context = [*candidate.context, (f"inside:{winner.profile.slug}", w.INSIDE_OTHER_NAME)]
    candidate.total += w.INSIDE_OTHER_NAME
