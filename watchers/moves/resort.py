"""The last resort: what a headline is about where no phrase of a table tells it.

Headlines find new ways to say things faster than tables learn them; the plain words stay:
"resignation", "stake", "lawsuit" beside a watched company.  A language lists them by key
(``[resort]``), what has to stand around them and who plays which role is the same in all.
Such a frame counts only where nothing else in headline or lead tells a move.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from storage.model import MoveKind

_WEIGHT = 0.66
_SOMEBODY = "near:human|talent|person"
_ELSEWHERE = "near:court|product|datacentre|money"  # beside it words of coming mean something else

# Key of a language's words -> kind, role of the company on either side, role after "of",
# what is needed beside the company, and what speaks against it.
_FRAMES: Mapping[str, tuple[MoveKind, str, str | None, tuple[str, ...], tuple[str, ...]]] = {
    "quits": (MoveKind.DEPARTURE, "from", "from", ("near:firm",), ("near:court|datacentre|money",)),
    "leaves": (
        MoveKind.DEPARTURE,
        "from",
        "from",
        ("near:firm", _SOMEBODY),
        ("near:court|datacentre|money|count",),
    ),
    "hires": (MoveKind.HIRE, "to", None, ("near:firm", _SOMEBODY), (_ELSEWHERE, "near:contractword")),
    "joins": (MoveKind.HIRE, "to", None, ("near:firm",), (_ELSEWHERE, "near:contractword|job")),
    "cuts": (
        MoveKind.LAYOFFS,
        "employer",
        "employer",
        ("near:firm", "near:job|count|cut_"),
        ("near:court|position",),
    ),
    "axes": (MoveKind.LAYOFFS, "employer", "employer", ("near:firm",), ("near:court|position",)),
    "listing": (MoveKind.FUNDING, "recipient", "recipient", ("near:firm",), ("near:court",)),
    "money": (
        MoveKind.FUNDING,
        "recipient",
        None,
        ("near:firm", "near:money|stake|valuation"),
        ("near:court|datacentre|acqword|job|earnings|contractword|gov",),
    ),
    "takes": (MoveKind.ACQUISITION, "acquirer", "target", ("near:firm",), ("near:court|stake|job",)),
    "buys": (
        MoveKind.ACQUISITION,
        "acquirer",
        "target",
        ("near:firm", "near:company|money or right:name"),
        ("near:court|product|stuff|datacentre|job|stake",),
    ),
    "law": (MoveKind.LEGAL, "defendant", None, ("near:firm",), ("near:poaching_",)),
    "sites": (MoveKind.INFRASTRUCTURE, "owner", "owner", ("near:firm",), ("near:court|contractword",)),
    "allies": (
        MoveKind.PARTNERSHIP,
        "partner",
        None,
        ("near:firm", "right:name or left:together"),
        ("near:court|gov|talent|money",),
    ),
    "orders": (
        MoveKind.CONTRACT,
        "supplier",
        None,
        ("near:firm", "near:gov|money|cloudword|chips_|chipword"),
        ("near:court|talent",),
    ),
    "parts": (MoveKind.BREAKUP, "partner", None, ("left:firm", "right:firm"), ("near:court|money|job",)),
    "shows": (
        MoveKind.LAUNCH,
        "owner",
        None,
        ("left:firm", "near:product|brand|novel or right:name"),
        ("near:court|talent|position|money|job|gov|nolaunch",),
    ),
}
KEYS = frozenset(_FRAMES)  # of words
# Before an owner, before an employer, behind a party: each as "a|b".
SMALL = frozenset({"of", "at", "particles"})


def rows(table: Mapping[str, Any]) -> Iterator[tuple[MoveKind, dict[str, Any]]]:
    """The frames of a table's ``[resort]``, in the form of those that it writes out."""
    section = table.get("resort", {})
    of, at, particles = section.get("of"), section.get("at"), section.get("particles")
    for key, (kind, role, owned, needs, unless) in _FRAMES.items():
        if key not in section:
            continue
        via = {of: owned} if of and owned else {}
        if at and kind is MoveKind.HIRE:
            via[at] = role
        yield (
            kind,
            {
                "say": section[key],
                "left": role,
                "right": role,
                "via": via,
                "marks": {particles: role} if particles else {},
                "needs": needs,
                "unless": unless,
                "weight": _WEIGHT,
                "last_resort": True,
            },
        )
