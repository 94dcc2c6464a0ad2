"""An entity's history: how often it was mentioned, and its moves with their dates.

Where things stand is worked out first, purely, in inches from the left of the panels; then
it is painted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING

from bot.charts.canvas import (
    BAR,
    FAINT,
    INK,
    PAPER,
    RULE,
    WIDTH,
    bare,
    colour,
    drawn,
    fitted,
    heading,
    legible,
    widths,
)
from bot.render.headline import LOOKS, moved
from bot.words import count
from storage.model import MoveRecord

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOVES_SHOWN = 14  # the newest; more would not be readable
BARS = 60  # at most so many
TICKS = 8
SHORTEST = 14  # days; a shorter span is drawn as so long
LEFT, PANEL = 0.40, WIDTH - 0.70  # inches: where the panels begin, how wide they are
TOP, MENTIONS, GAP, LANE, FOOT = 0.86, 1.0, 0.14, 0.25, 0.34  # inches, from above
DOT = 0.075  # inches from the middle of a dot to its label
AIR = 0.12  # inches between what stands in one row


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What is drawn of one entity, or of several together."""

    title: str
    mentions: Sequence[tuple[date, int]]  # by day (UTC), days without any left out
    moves: Sequence[MoveRecord]
    names: Mapping[str, str]  # slug -> display name

    def worth_drawing(self) -> bool:
        """A single day says less than the line of text that it stands for."""
        return len({_day(one) for one in self.moves} | {day for day, _ in self.mentions}) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A move on the sheet: inches from the left, and the row."""

    record: MoveRecord
    label: str
    dot: float
    ahead: bool  # the label stands after its dot
    row: int


def draw(history: History) -> bytes:
    """The picture, as PNG."""
    different = {(_day(one), moved(one.move, history.names)): one for one in history.moves}
    moves = sorted(different.values(), key=_day)[-MOVES_SHOWN:]
    days = span([*map(_day, moves), *(day for day, _ in history.mentions)])
    placed = place(moves, history.names, days)
    rows = max((one.row for one in placed), default=-1) + 1
    upper = MENTIONS + GAP if history.mentions else 0.0

    def paint(sheet: "Figure") -> None:
        heading(sheet, legible(history.title), _below(history, len(moves), len(different)))
        if history.mentions:
            _bars(_panel(sheet, TOP, MENTIONS), history.mentions, days)
        lower = _panel(sheet, TOP + upper, max(rows * LANE, 0.01))
        _dots(lower, placed, rows)
        _dates(lower, days)

    return drawn(TOP + upper + rows * LANE + FOOT, paint)


# --- where things stand: pure -----------------------------------------------------------


def span(days: Sequence[date]) -> tuple[date, date]:
    """First and last day, at least ``SHORTEST`` apart."""
    first, last = min(days), max(days)
    missing = timedelta(days=max(0, SHORTEST - (last - first).days))
    return first - missing // 2, last + missing - missing // 2


def binned(days: Sequence[tuple[date, int]], first: date, last: date) -> tuple[int, list[tuple[date, int]]]:
    """Days taken together so that few bars are drawn: their width in days, and the bars that are not 0."""
    long = (last - first).days + 1
    width = next((days for days in (1, 7, 14, 28, 91) if long / days <= BARS), 365)
    bars: dict[date, int] = {}
    for day, number in days:
        if first <= day <= last:
            start = first + timedelta(days=(day - first).days // width * width)
            bars[start] = bars.get(start, 0) + number
    return width, sorted(bars.items())


def lanes(spans: Sequence[tuple[float, float]]) -> list[int]:
    """For each span, in order, the first row in which it meets no span before it."""
    rows: list[list[tuple[float, float]]] = []
    chosen = []
    for start, end in spans:
        free = (n for n, row in enumerate(rows) if all(end <= one[0] or start >= one[1] for one in row))
        row = next(free, len(rows))
        if row == len(rows):
            rows.append([])
        rows[row].append((start, end))
        chosen.append(row)
    return chosen


def place(moves: Sequence[MoveRecord], names: Mapping[str, str], days: tuple[date, date]) -> list[Placed]:
    """Dots at their dates, labels where there is room, in as few rows as they need."""
    dots = [at(_day(one), days) for one in moves]
    labels = [
        fitted(moved(one.move, names), max(dot, PANEL - dot) - DOT)
        for one, dot in zip(moves, dots, strict=True)
    ]
    found = []
    for dot, width in zip(dots, widths(labels), strict=True):
        ahead = dot + DOT + width <= PANEL
        found.append(
            (
                dot,
                ahead,
                (dot - AIR, dot + DOT + width + AIR) if ahead else (dot - DOT - width - AIR, dot + AIR),
            )
        )
    rows = lanes([taken for _, _, taken in found])
    return [
        Placed(record=one, label=label, dot=dot, ahead=ahead, row=row)
        for one, label, (dot, ahead, _), row in zip(moves, labels, found, rows, strict=True)
    ]


def at(day: date, days: tuple[date, date]) -> float:
    """Inches from the left to the middle of a day."""
    return ((day - days[0]).days + 0.5) / ((days[1] - days[0]).days + 1) * PANEL


def ticks(days: tuple[date, date]) -> list[tuple[date, str]]:
    """Days to name below the panels: at most ``TICKS``, at the begin of weeks, months or years."""
    first, last = days
    long = (last - first).days
    if long <= 7 * TICKS:
        monday = first + timedelta(days=-first.weekday() % 7)
        mondays = [monday + timedelta(days=7 * n) for n in range(TICKS + 1)]
        return [(day, f"{day.day} {day:%b %Y}") for day in mondays if day <= last]
    months = next((n for n in (1, 2, 3, 6) if long / (30.4 * n) <= TICKS), 12 * (long // (365 * TICKS) + 1))
    number = first.year * 12 + first.month - 1
    number += -number % months
    found: list[tuple[date, str]] = []
    while (day := date(number // 12, number % 12 + 1, 1)) <= last:
        if day >= first:
            found.append((day, f"{day:%Y}" if months >= 12 else f"{day:%b %Y}"))
        number += months
    return found


def _day(record: MoveRecord) -> date:
    return record.published.astimezone(UTC).date()


def _below(history: History, shown: int, moves: int) -> str:
    mentions = sum(number for _, number in history.mentions)
    told = f"in {count(mentions, 'entry', 'entries')}" if mentions else "in no entry yet"
    newest = f"the newest {shown} of {moves} moves" if shown < moves else count(shown, "move")
    return f"{told} · {newest}"


# --- painting ---------------------------------------------------------------------------


def _panel(sheet: "Figure", top: float, height: float) -> "Axes":
    """Axes so many inches below the sheet's upper edge; one unit across is one inch."""
    whole = sheet.get_figheight()
    axes = sheet.add_axes((LEFT / WIDTH, (whole - top - height) / whole, PANEL / WIDTH, height / whole))
    bare(axes)
    axes.set_xlim(0, PANEL)
    axes.set_xticks([])
    axes.set_yticks([])
    return axes


def _bars(axes: "Axes", mentions: Sequence[tuple[date, int]], days: tuple[date, date]) -> None:
    width, bars = binned(mentions, *days)
    inch = PANEL / ((days[1] - days[0]).days + 1)
    highest = max((number for _, number in bars), default=0)
    axes.bar(
        [(day - days[0]).days * inch for day, _ in bars],
        [number for _, number in bars],
        width=width * inch * 0.88,
        align="edge",
        color=BAR,
    )
    axes.set_ylim(0, max(highest, 1) * 1.1)
    axes.set_yticks([0, highest] if highest else [])
    axes.axhline(0, color=RULE, linewidth=0.8)
    per = {1: "day", 7: "week", 14: "two weeks", 28: "four weeks", 91: "quarter"}.get(width, "year")
    axes.text(0, 1.02, f"mentions per {per}", transform=axes.transAxes, size=8, color=FAINT, va="bottom")


def _dots(axes: "Axes", placed: Sequence[Placed], rows: int) -> None:
    axes.set_ylim(max(rows, 1) - 0.5, -0.5)
    for one in placed:
        ink = colour(LOOKS[one.record.move.kind].colour)
        axes.plot([one.dot, one.dot], [-0.5, one.row], color=ink, linewidth=0.7, alpha=0.35, zorder=1)
        axes.plot(one.dot, one.row, "o", color=ink, markersize=5.5, zorder=3, clip_on=False)
        side = (one.dot + DOT, "left") if one.ahead else (one.dot - DOT, "right")
        paper = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.6}
        axes.text(side[0], one.row, one.label, ha=side[1], va="center", color=INK, bbox=paper, zorder=2)


def _dates(axes: "Axes", days: tuple[date, date]) -> None:
    named = ticks(days)
    axes.set_xticks([at(day, days) for day, _ in named], [text for _, text in named])
    axes.axhline(axes.get_ylim()[0], color=RULE, linewidth=0.8)
