"""An alert for the terminal: ``console`` with colours and links, ``plain`` as bare text.

Pure; ``wrapped`` breaks rich's lines between words, as wide as a terminal is.  ``rich`` is
imported only when it is used.
"""

from datetime import UTC
from typing import TYPE_CHECKING

from bot.render import headline
from bot.text import UNTITLED, clean, clip, link
from storage.model import Alert, UpdateKind

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

LINE = 400  # code points of one line of a stranger's text
INDENT = "  "


def _source(alert: Alert) -> str:
    when = alert.published.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return " · ".join(filter(None, [clip(clean(alert.source), 80), when]))


def _told(alert: Alert) -> str:
    names = [clip(clean(outlet.name or outlet.family), 60) for outlet in alert.outlets]
    return f"reported by {len(names)} outlets: {', '.join(names)}" if len(names) > 1 else ""


def _opening(alert: Alert) -> str:
    line = clip(clean(headline.line(alert)), LINE)
    if alert.update is UpdateKind.REPLY:
        fact = clip(clean(alert.fact), 200)
        return f"New: {fact} · {line}" if fact else f"New · {line}"
    return f"Update · {line}" if alert.update is UpdateKind.EDIT else line


def lines(alert: Alert, key: str | None = None) -> list[tuple[str, str, str | None]]:
    """``(role, text, url)`` of each line: the one layout that both outputs share."""
    shown: list[tuple[str, str, str | None]] = [
        ("move", f"{headline.look(alert).icon} {_opening(alert)}", None),
        ("headline", INDENT + (clip(clean(alert.headline), LINE) or UNTITLED), link(alert.url, 2_048)),
        ("faint", INDENT + _source(alert), None),
    ]
    if alert.same_as is not None:
        same = clip(clean(alert.same_as.headline), LINE) or UNTITLED
        shown.append(("earlier", f"{INDENT}the same event as: {same}", link(alert.same_as.url, 2_048)))
    said = clip(clean(alert.said), LINE)
    if said and said != clean(alert.headline) and alert.update is not UpdateKind.EDIT:
        shown.append(("said", f"{INDENT}“{said}”", None))
    if told := _told(alert):
        shown.append(("faint", INDENT + told, None))
    if alert.update is not UpdateKind.EDIT:
        if alert.why:
            shown.append(("faint", f"{INDENT}why: {'; '.join(clip(clean(w), 160) for w in alert.why)}", None))
        for line in alert.context:
            day = line.published.astimezone(UTC).strftime("%Y-%m-%d")
            why = f" ({clip(clean(line.why), 160)})" if clean(line.why) else ""
            text = f"{INDENT}earlier: {day} {clip(clean(line.headline), 200) or UNTITLED}{why}"
            shown.append(("earlier", text, link(line.url, 2_048)))
    if key:
        shown.append(("faint", f"{INDENT}key {key}", None))
    return shown


def plain(alert: Alert, key: str | None = None) -> str:
    """Bare text, a link on a line of its own under what it belongs to; no newline at the end."""
    shown = []
    for _, text, url in lines(alert, key):
        shown.append(text)
        if url:
            shown.append(f"{INDENT}{INDENT}{url}")
    return "\n".join(shown)


_STYLES = {"headline": "bold", "faint": "dim", "said": "italic", "earlier": ""}


def console(alert: Alert, key: str | None = None) -> "Text":
    """The same for rich: coloured by kind, links clickable where the terminal can."""
    from rich.style import Style
    from rich.text import Text

    shown = Text()
    for number, (role, text, url) in enumerate(lines(alert, key)):
        style = f"bold #{headline.look(alert).colour:06x}" if role == "move" else _STYLES[role]
        made = Style.parse(style) + Style(link=url) if url else Style.parse(style)
        shown.append("\n" if number else "")
        shown.append(text, made)
        if url:
            shown.append(f"\n{INDENT}{INDENT}{url}", Style(dim=True, link=url))
    return shown


def wrapped(shown: "Text", out: "Console") -> "Text":
    """``shown`` with its lines broken between words, the parts as far from the left as the line began.

    A line with a word that no line holds is left to the terminal: an address can be copied then.
    """
    from rich.cells import cell_len
    from rich.text import Text

    parts = []
    for line in shown.split("\n", allow_blank=True):
        indent = len(line.plain) - len(line.plain.lstrip(" "))
        room = out.width - indent
        whole = any(cell_len(word) > room for word in line.plain.split())
        for part in [line[indent:]] if whole else line[indent:].wrap(out, room):
            part.rstrip()
            parts.append(Text(" " * indent).append_text(part))
    return Text("\n").join(parts)
