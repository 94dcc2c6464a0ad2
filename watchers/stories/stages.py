"""The stages that a matter goes through: a suit, a ruling, a settlement; a delay, a launch.

Pure.
"""

from collections.abc import Iterable, Sequence

# What matters go through, in order; stages in one set are told as each other.
_STAGES: tuple[tuple[frozenset[str], ...], ...] = (
    (
        frozenset({"probe"}),
        frozenset({"lawsuit"}),
        frozenset({"trial"}),
        frozenset({"ruling", "dismissal", "fine", "judge", "ban"}),
        frozenset({"settlement"}),
        frozenset({"appeal"}),
    ),
    (frozenset({"delay"}), frozenset({"launch"}), frozenset({"outage"}), frozenset({"shutdown"})),
)
_STAGE_OF = {  # concept -> its matter, and its place there
    concept: (matter, at)
    for matter, course in enumerate(_STAGES)
    for at, stage in enumerate(course)
    for concept in stage
}


def other_stage(ours: Iterable[str], theirs: Iterable[str]) -> bool:
    """Whether both headlines name stages of one sort of matter, and not the same latest one."""
    return apart(reached(ours), reached(theirs))


def reached(concepts: Iterable[str]) -> tuple[int, ...]:
    """The latest stage that is named of each sort of matter; -1 for none."""
    latest = [-1] * len(_STAGES)
    for concept in concepts:
        if concept in _STAGE_OF:
            matter, at = _STAGE_OF[concept]
            latest[matter] = max(latest[matter], at)
    return tuple(latest)


def apart(ours: Sequence[int], theirs: Sequence[int]) -> bool:
    """Whether one matter has come to different stages, as ``reached`` gives them."""
    return ours != theirs and any(x != y and x >= 0 and y >= 0 for x, y in zip(ours, theirs, strict=True))
