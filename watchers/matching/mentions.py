"""What the matcher tells: judged candidates as mentions, and people meant by their role beside them.

Says of each whether it is prominent, and puts the reasons that ``judge`` left into words.
"""

from collections.abc import Callable
from functools import lru_cache

from storage.model import Mention
from storage.model.noun import maker
from watchers.matching import weights as w
from watchers.matching.roles import by_role
from watchers.matching.scene import Candidate, Scene
from watchers.text import sentences

_PROMINENT_REACH = 1000  # code points in which the two sentences are looked for
PROMINENT_SENTENCES = 2  # of the body: what stands there is as good as a headline


def mentions_of(scene: Scene) -> tuple[Mention, ...]:
    """All candidates of a judged ``scene``, accepted or not, and who is meant by a role, by field and position."""
    prominent = _prominence(scene)
    found: list[Mention] = []
    meant: set[str] = set()
    with_posts: list[Candidate] = []
    for candidate in scene.candidates:
        mention = _mention(candidate, prominent(candidate.field_number, candidate.start))
        found.append(mention)
        if mention.accepted:
            meant.add(mention.entity)
            if candidate.profile.posts:
                with_posts.append(candidate)
    for candidate in with_posts:
        role = by_role(candidate, scene)
        if role is None or scene.profiles[role.person].slug in meant:
            continue
        found.append(
            Mention(
                entity=scene.profiles[role.person].slug,
                text=candidate.field.raw[role.start : role.end],
                field=candidate.field.name,
                start=role.start,
                end=role.end,
                score=min(w.score(w.BY_ROLE), w.score(candidate.total)),
                accepted=True,
                prominent=prominent(candidate.field_number, role.start),
                evidence=(f"by-role:{role.role} of {candidate.profile.slug}",),
            )
        )
    if len(found) > len(scene.candidates):  # else they are in order, as the candidates are
        order = {one.name: number for number, one in enumerate(scene.fields)}
        found.sort(key=lambda m: (order[m.field], m.start, -m.end, m.entity))
    return tuple(found)


def _mention(candidate: Candidate, prominent: bool) -> Mention:
    score = w.score(candidate.total)
    return _made(
        candidate.profile.slug,
        candidate.text,
        candidate.field.name,
        candidate.start,
        candidate.end,
        score,
        not candidate.rejected and score >= w.ACCEPT,
        prominent,
        tuple(map(_told, (*candidate.evidence, *candidate.context))),
    )


_made: Callable[[str, str, str, int, int, float, bool, bool, tuple[str, ...]], Mention] = maker(Mention)


@lru_cache(maxsize=8192)
def _told(evidence: tuple[str, float]) -> str:
    label, weight = evidence
    return f"{label} {weight:+.1f}"


def _prominence(scene: Scene) -> Callable[[int, int], bool]:
    """A function that tells whether a place is in the title or at the beginning of the body."""
    fields = scene.fields
    body = int(fields[0].name == "title")  # number of the first field behind the title
    inside, outside = 0, _PROMINENT_REACH  # what is known by now of where the second sentence ends

    def prominent(number: int, start: int) -> bool:
        nonlocal inside, outside
        if number != body:
            return fields[number].name == "title"
        if inside < start < outside:
            if (
                len(sentences(fields[number].raw[: start + 1], PROMINENT_SENTENCES + 1))
                <= PROMINENT_SENTENCES
            ):
                inside = start
            else:
                outside = start
        return start <= inside

    return prominent
