"""Who went where: from the left to the right, as wide as they are many, in the colour of the kind.

``flows`` is pure; ``draw`` paints what it says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.charts.canvas import FAINT, INK, WIDTH, bare, colour, drawn, fitted, heading, legible, widths
from bot.render.headline import LOOKS, amount, names
from bot.words import count
from storage.model import Move, MoveKind, MoveRecord

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# who gives, who receives; kinds without both have no direction and are not drawn
ENDS: Mapping[MoveKind, tuple[str, str]] = {
    MoveKind.DEPARTURE: ("from", "to"),
    MoveKind.HIRE: ("from", "to"),
    MoveKind.FUNDING: ("investor", "recipient"),
    MoveKind.ACQUISITION: ("acquirer", "target"),
    MoveKind.CONTRACT: ("customer", "supplier"),
    MoveKind.BREAKUP: ("customer", "supplier"),
}
PERSONAL = (MoveKind.DEPARTURE, MoveKind.HIRE)  # as many moves as persons
UNTOLD = "where to is not told"
SHOWN = 14  # flows; the largest
TOP, FOOT, UNIT, GAP = 0.80, 0.20, 0.24, 0.16  # inches: one move is UNIT wide
THINNEST, HIGHEST = 0.19, 6.0  # inches: of a ribbon, so that words fit into it; of all together
LEFT, RIGHT = 1.75, WIDTH - 1.75  # inches: where the ribbons begin and end
PLATE = 0.09  # inches: the bars at their ends
NAME_SIZES = (9.0, 8.0, 7.0)  # points: the first in which a name has room
AIR = 0.08  # inches between a bar and its name


@dataclass(slots=True, kw_only=True)
class Flow:
    """All moves of one kind between the same two."""

    kind: MoveKind
    frm: str
    to: str
    moves: int = 0
    who: list[str] = field(default_factory=list)  # persons, or the sums


def flows(records: Sequence[MoveRecord], known: Mapping[str, str]) -> list[Flow]:
    """The flows in ``records``, the largest first; a person who leaves one for another does so once."""
    found: dict[tuple[MoveKind, str, str], Flow] = {}
    went: set[tuple[str, str, str]] = set()
    for record in records:
        move = record.move
        if move.kind not in ENDS:
            continue
        giving, receiving = ENDS[move.kind]
        from_, to = names(move, giving, known), names(move, receiving, known)
        if move.kind is MoveKind.DEPARTURE and from_:
            to = to or [UNTOLD]
        who = names(move, "person", known) or list(filter(None, [_paid(move)]))
        for one in from_:
            for other in to:
                fresh = [name for name in who if (one, other, name) not in went]
                if not fresh and who:
                    continue  # told before, as a departure or by another story
                went.update((one, other, name) for name in fresh)
                flow = found.setdefault((move.kind, one, other), Flow(kind=move.kind, frm=one, to=other))
                flow.moves += len(fresh) if move.kind in PERSONAL and fresh else 1
                flow.who += fresh
    return sorted(found.values(), key=lambda flow: (-flow.moves, flow.frm, flow.to))[:SHOWN]


def _paid(move: Move) -> str:
    """The sum that went along a flow; what a party is worth only where no sum is told."""
    return amount(replace(move, valuation=None)) or amount(move)


def worth_drawing(found: Sequence[Flow]) -> bool:
    """One ribbon alone says less than its line of text."""
    return len(found) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ribbon:
    """A flow on the sheet: inches from the top of the drawing to its middle, at both ends."""

    flow: Flow
    left: float
    right: float
    thick: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """One who gives (left) or receives: inches from the top, and how high."""

    name: str
    left: bool
    top: float
    high: float


def arrange(found: Sequence[Flow]) -> tuple[list[Ribbon], list[Plate], float]:
    """Ribbons, plates and the height that they need; each side is centred on the other."""
    unit = min(UNIT, HIGHEST / sum(flow.moves for flow in found))
    thick = {id(flow): max(THINNEST, flow.moves * unit) for flow in found}
    sides = []
    for end in (lambda flow: flow.frm, lambda flow: flow.to):
        sizes: dict[str, float] = {}
        for flow in found:
            sizes[end(flow)] = sizes.get(end(flow), 0.0) + thick[id(flow)]
        sides.append(dict(sorted(sizes.items(), key=lambda one: (one[0] == UNTOLD, -one[1], one[0]))))
    whole = max(sum(sizes.values()) + GAP * (len(sizes) - 1) for sizes in sides)
    plates: list[Plate] = []
    tops: list[dict[str, float]] = []
    for side, sizes in enumerate(sides):
        top = (whole - sum(sizes.values()) - GAP * (len(sizes) - 1)) / 2
        tops.append({})
        for name, high in sizes.items():
            plates.append(Plate(name=name, left=side == 0, top=top, high=high))
            tops[side][name] = top
            top += high + GAP
    middles: dict[int, list[float]] = {id(flow): [0.0, 0.0] for flow in found}
    # At each plate the ribbons leave in the order of where they go: few cross.
    for side in (0, 1):
        own, other = (lambda f: f.frm, lambda f: f.to) if side == 0 else (lambda f: f.to, lambda f: f.frm)
        filled = dict(tops[side])
        for flow in sorted(found, key=lambda one: tops[1 - side][other(one)]):
            middles[id(flow)][side] = filled[own(flow)] + thick[id(flow)] / 2
            filled[own(flow)] += thick[id(flow)]
    ribbons = [
        Ribbon(flow=flow, left=middles[id(flow)][0], right=middles[id(flow)][1], thick=thick[id(flow)])
        for flow in found
    ]
    return ribbons, plates, whole


def draw(title: str, found: Sequence[Flow]) -> bytes:
    """The picture, as PNG."""
    ribbons, plates, whole = arrange(found)

    def paint(sheet: "Figure") -> None:
        heading(sheet, legible(title), count(sum(flow.moves for flow in found), "move"))
        _legend(sheet, found)
        height = sheet.get_figheight()
        axes = sheet.add_axes((0, FOOT / height, 1, whole / height))
        bare(axes)
        axes.set_axis_off()
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(whole, 0)
        for ribbon in ribbons:
            _ribbon(axes, ribbon)
        for plate in plates:
            _plate(axes, plate)

    return drawn(TOP + whole + FOOT, paint)


def _ribbon(axes: "Axes", ribbon: Ribbon) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    half, bend = ribbon.thick / 2 * 0.92, (LEFT + RIGHT) / 2
    upper = [
        (LEFT, ribbon.left - half),
        (bend, ribbon.left - half),
        (bend, ribbon.right - half),
        (RIGHT, ribbon.right - half),
    ]
    lower = [
        (RIGHT, ribbon.right + half),
        (bend, ribbon.right + half),
        (bend, ribbon.left + half),
        (LEFT, ribbon.left + half),
    ]
    codes = [
        Path.MOVETO,
        Path.CURVE4,
        Path.CURVE4,
        Path.CURVE4,
        Path.LINETO,
        Path.CURVE4,
        Path.CURVE4,
        Path.CURVE4,
    ]
    ink = colour(LOOKS[ribbon.flow.kind].colour)
    axes.add_patch(PathPatch(Path([*upper, *lower], codes), facecolor=ink, edgecolor="none", alpha=0.30))
    # Up to the bend ribbons keep to their height, so no words meet.
    who = fitted(", ".join(filter(legible, ribbon.flow.who)), bend - LEFT, 7.5)
    axes.text(LEFT + 0.10, ribbon.left, who, size=7.5, color=INK, va="center", ha="left")


def _plate(axes: "Axes", plate: Plate) -> None:
    from matplotlib.patches import Rectangle

    at = LEFT - PLATE if plate.left else RIGHT
    shade = FAINT if plate.name == UNTOLD else INK
    axes.add_patch(Rectangle((at, plate.top), PLATE, plate.high, facecolor=shade, edgecolor="none"))
    beside, align = (LEFT - PLATE - AIR, "right") if plate.left else (RIGHT + PLATE + AIR, "left")
    room, instead = LEFT - PLATE - 2 * AIR, "(no font for it)"
    whole = legible(plate.name, instead)
    size = next((size for size in NAME_SIZES if widths([whole], size)[0] <= room), NAME_SIZES[-1])
    name = fitted(plate.name, room, size, instead)
    axes.text(beside, plate.top + plate.high / 2, name, size=size, color=shade, va="center", ha=align)


def _legend(sheet: "Figure", found: Sequence[Flow]) -> None:
    """The kinds in their colours, at the upper right."""
    at = WIDTH - 0.23
    for kind in reversed(list(dict.fromkeys(flow.kind for flow in found))):
        name = LOOKS[kind].name
        [wide] = widths([name], 8)
        y = 1 - 0.28 / sheet.get_figheight()
        sheet.text(
            at / WIDTH,
            y,
            name,
            size=8,
            color=colour(LOOKS[kind].colour),
            ha="right",
            va="center",
            weight="bold",
        )
        at -= wide + 0.28
