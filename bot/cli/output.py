"""What commands print: one JSON document, or tables that read well on a terminal and in a pipe.

On a terminal rich draws and colours (NO_COLOR is respected); in a pipe the same rows come
as plain aligned text, uncut and without rich being loaded.  Feed text is cleaned of control
signs on its way to people; JSON carries it as it is.
"""

import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from bot.text import clean

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text


class Cell(NamedTuple):
    """A text with a rich style, which a pipe does without."""

    text: str
    style: str = ""


LINKS = frozenset({"link"})  # columns of addresses that need not be read
LINK_WIDTH = 36
READABLE = 18  # signs that a line of a narrower column should hold
WORD = 24  # signs of a key or a time, which is not to be broken
GAP = 2  # blanks between columns
INDENT = 4  # blanks before the further lines of a row
ALIGNED = 200  # signs of a pipe's column: one endless headline must not move all others' rest away
STATE_STYLES = {
    "ok": "green",
    "new": "cyan",
    "quiet": "yellow",
    "failing": "red",
    "empty": "red",
    "gone": "red",
    "paused": "dim",
    "alert": "bold green",
    "update": "cyan",
    "note": "yellow",
    "fault": "bold red",
    "sent": "green",
    "dead": "bold red",
}


def state(word: str) -> Cell:
    """A state or verdict in its colour."""
    return Cell(word, STATE_STYLES.get(word, ""))


def write_json(document: Any) -> None:
    """One JSON document on stdout, indented for people on a terminal."""
    import msgspec

    encoded = msgspec.json.encode(document)
    if sys.stdout.isatty():
        encoded = msgspec.json.format(encoded, indent=2)
    write_bytes(encoded + b"\n")


def write_bytes(encoded: bytes) -> None:
    """UTF-8 on stdout, whatever the terminal's encoding is."""
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(encoded.decode())
    else:
        buffer.write(encoded)
        buffer.flush()


def say(text: str = "", style: str = "", *, indent: int = 0) -> None:
    """One line for people, ``indent`` blanks from the left; a terminal breaks it between words."""
    line = " " * indent + clean(text)
    if sys.stdout.isatty() and (style or len(line) > shutil.get_terminal_size().columns):
        from rich.text import Text

        from bot.render import wrapped

        out = console()
        out.print(wrapped(Text(line, style=style), out), soft_wrap=True)
    else:
        print(line)  # noqa: T201


def warn(text: str) -> None:
    """One line on stderr about something that failed while the command went on."""
    print(f"movewire: {clean(text)}", file=sys.stderr)  # noqa: T201


def console() -> "Console":
    """A rich console on stdout that neither guesses markup nor emoji in feed text.

    With NO_COLOR it sends no control sequence at all, bold and links included.
    """
    from rich.console import Console

    colours: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
    return Console(markup=False, emoji=False, highlight=False, color_system=colours)


def table(
    columns: Sequence[str], rows: Iterable[Sequence[str | Cell]], *, title: str = "", empty: str = ""
) -> None:
    """Rows under their headings; ``empty`` is said instead where there are none."""
    cells = [[_cell(value) for value in row] for row in rows]
    if not cells:
        if empty:
            say(empty)
        return
    if sys.stdout.isatty():
        _draw(columns, cells, title)
        return
    if title:
        print(clean(title))  # noqa: T201
    lines = [[name.upper() for name in columns], *([cell.text for cell in row] for row in cells)]
    widths = [min(ALIGNED, max(_width(line[index]) for line in lines)) for index in range(len(columns))]
    for line in lines:
        cut = (text + " " * (width - _width(text)) for text, width in zip(line, widths, strict=True))
        print("  ".join(cut).rstrip())  # noqa: T201


def _width(text: str) -> int:
    """Columns that a text takes: two for each wide sign, as Chinese and Japanese have them."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _cell(value: str | Cell) -> Cell:
    return Cell(clean(value.text), value.style) if isinstance(value, Cell) else Cell(clean(value))


def _draw(columns: Sequence[str], rows: Sequence[Sequence[Cell]], title: str) -> None:
    """As a table where every column is wide enough to be read, else row by row."""
    from rich.cells import cell_len

    out = console()
    readable = []
    for index, name in enumerate(columns):
        texts = [name, *(row[index].text for row in rows)]
        widest = max(map(cell_len, texts))
        whole = widest <= WORD and not any(" " in text for text in texts[1:])
        readable.append(widest if whole else min(widest, LINK_WIDTH if name in LINKS else READABLE))
    if sum(readable) + GAP * (len(columns) - 1) <= out.width:
        _draw_table(out, columns, rows, title, readable)
    else:
        _draw_rows(out, columns, rows, title)


def _draw_table(
    out: "Console",
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    title: str,
    readable: Sequence[int],
) -> None:
    from rich import box
    from rich.table import Table

    drawn = Table(
        box=box.SIMPLE_HEAD,
        title=title or None,
        title_justify="left",
        title_style="bold",
        show_edge=False,
        pad_edge=False,
        padding=(0, GAP - 1, 0, 0),
    )
    for name, width in zip(columns, readable, strict=True):
        if name in LINKS:  # cut short: a terminal opens it by a click, and a pipe gets it whole
            drawn.add_column(name, overflow="ellipsis", no_wrap=True, max_width=LINK_WIDTH)
        else:
            drawn.add_column(name, overflow="fold", min_width=width)
    for row in rows:
        drawn.add_row(*map(_text, row))
    out.print(drawn)


def _draw_rows(out: "Console", columns: Sequence[str], rows: Sequence[Sequence[Cell]], title: str) -> None:
    """Each row as a few lines: its first cell, then the others with their names, packed to the width."""
    from rich.text import Text

    from bot.render import wrapped

    def put(line: Text) -> None:
        out.print(wrapped(line, out), soft_wrap=True)

    if title:
        out.print(Text(title, style="bold"))
    for first, *others in rows:
        line = Text.assemble((first.text, first.style or "bold"))
        for name, cell in zip(columns[1:], others, strict=True):
            if not cell.text:
                continue
            told = Text.assemble((f"{name} ", "dim"), _text(cell, short=False))
            if line.cell_len + GAP + told.cell_len <= out.width:
                line.append(" " * GAP).append_text(told)
            else:
                put(line)
                line = Text(" " * INDENT).append_text(told)
        put(line)


def _text(cell: Cell, *, short: bool = True) -> "Text":
    """An address as a link, in a table without what all of them begin with."""
    from rich.text import Text

    scheme, mark, rest = cell.text.partition("://")
    if mark and scheme in ("http", "https") and " " not in rest:
        return Text(rest.removeprefix("www.") if short else cell.text, style=f"link {cell.text}")
    return Text(cell.text, style=cell.style)
