"""What all pictures share: paper, ink, fonts, and one drawing at a time.

A light sheet with dark ink is as readable in Discord's dark theme as in its light one, and
the colours of kinds are those of the embeds, chosen for light ground.  matplotlib keeps
state that threads may not share, hence the lock.
"""

import io
import logging
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from bot.text import clean, clip

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 160
WIDTH = 7.6  # inches: 1,216 pixels, which Discord shows at about a third of that
SIZE = 8.5  # points
PAPER, INK, FAINT, RULE, BAR = "#f7f7f8", "#1f2328", "#656d76", "#d8dce1", "#9aa7b8"
# Families that matplotlib looks through in turn for a letter, where they are installed.
FAMILIES = (
    "DejaVu Sans",
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Noto Sans JP",
    "Source Han Sans",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Hiragino Sans",
    "PingFang SC",
    "Microsoft YaHei",
    "Yu Gothic",
    "Malgun Gothic",
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
    "Noto Sans Devanagari",
    "Arial Unicode MS",
)

_one_at_a_time = threading.RLock()


@contextmanager
def _studio() -> Iterator[None]:
    """One thread at a time, with our fonts."""
    with _one_at_a_time:
        logging.getLogger("matplotlib").setLevel(logging.ERROR)
        from matplotlib import rc_context

        families, _ = _letters()
        with rc_context({"font.family": list(families), "font.size": SIZE}), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a letter that no font has: ``legible`` left few of them
            yield


def drawn(height: float, paint: Callable[["Figure"], None]) -> bytes:
    """A sheet of so many inches, painted, as PNG."""
    with _studio():
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        sheet = Figure(figsize=(WIDTH, height), dpi=DPI, facecolor=PAPER)
        FigureCanvasAgg(sheet)
        paint(sheet)
        held = io.BytesIO()
        sheet.savefig(held, format="png", facecolor=PAPER, metadata={"Software": None})
        return held.getvalue()


def widths(texts: Iterable[str], size: float = SIZE) -> list[float]:
    """How wide texts are, in inches."""
    with _studio():
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        sheet = Figure(dpi=DPI)
        renderer = FigureCanvasAgg(sheet).get_renderer()
        written = [sheet.text(0, 0, text, size=size) for text in texts]
        return [one.get_window_extent(renderer).width / DPI for one in written]


@cache
def _letters() -> tuple[tuple[str, ...], frozenset[int]]:
    """The families that are installed, and the code points that one of them has."""
    from matplotlib import font_manager
    from matplotlib.ft2font import FT2Font

    found: list[str] = []
    points: set[int] = set()
    for family in FAMILIES:
        try:
            path = font_manager.findfont(family, fallback_to_default=False)
        except ValueError:
            continue
        found.append(family)
        points.update(FT2Font(path).get_charmap())
    return tuple(found) or ("sans-serif",), frozenset(points)


def legible(text: str, instead: str = "") -> str:
    """``text`` as it can be drawn; ``instead``, where letters of it are in no font that is installed."""
    text = clean(text)
    _, points = _letters()
    kept = "".join(sign for sign in text if ord(sign) in points).strip()
    lost = sum(sign.isalpha() for sign in text) - sum(sign.isalpha() for sign in kept)
    # A dollar sign would begin a formula.
    return (instead if lost and instead else kept or instead).replace("$", r"\$")


def fitted(text: str, room: float, size: float = SIZE, instead: str = "") -> str:
    """``legible`` text, cut so that it is at most ``room`` inches wide."""
    shown = legible(text, instead)
    while len(text) > 1 and (wide := widths([shown], size)[0]) > room:
        text = clip(text, min(len(text) - 1, int(len(text) * room / wide)))
        shown = legible(text, instead)
    return shown


def heading(sheet: "Figure", title: str, below: str) -> None:
    """The title of a sheet, and a line that says what is shown."""
    height = sheet.get_figheight()
    sheet.text(0.03, 1 - 0.20 / height, title, size=12.5, weight="bold", color=INK, va="top")
    sheet.text(0.03, 1 - 0.46 / height, below, size=8.5, color=FAINT, va="top")


def bare(axes: "Axes") -> None:
    """Axes without a frame."""
    axes.set_facecolor("none")
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0, colors=FAINT, labelsize=8)


def colour(value: int) -> str:
    """``0xRRGGBB`` as matplotlib takes it."""
    return f"#{value:06x}"
