"""What a command says, as data: pages of whole lines, and the buttons below.  Pure.

Strangers' words are made neutral here or by ``bot.text``; nothing here knows an
interaction, so the same card answers a command, a button or a test.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.render import limits
from bot.render.embed import Payload, stamp
from bot.render.headline import LOOKS, MENTIONED
from bot.text import UNTITLED, clip, fit, masked
from storage.model import MoveKind, SearchHit

PLAIN = MENTIONED.colour
TITLE_SHOWN = 160  # of a headline in a list
SOURCE_SHOWN = 60
FOOTER_SHOWN = 200
PAGE = 2_400  # code points of a page: about a screen; less than Discord's 4,096
MOST_PAGES = 40
MORE = "… and {} more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button that ``bot.commands.press`` answers: its verb, what it is about, what stands on it."""

    verb: str
    about: str
    label: str
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One answer: an embed a page, and the same buttons below each.

    ``draw`` gives a PNG, called in a thread once the words are out; None where there is
    nothing to draw or nothing to draw with.
    """

    pages: tuple[Payload, ...]
    buttons: tuple[Button, ...] = ()
    draw: Callable[[], bytes] | None = None


def card(
    title: str,
    lines: Iterable[str],
    *,
    colour: int = PLAIN,
    footer: str = "",
    buttons: Sequence[Button] = (),
    draw: Callable[[], bytes] | None = None,
) -> Card:
    """Whole lines over as many pages as they need; ``title`` is cleaned here, ``lines`` are neutral."""
    bodies = paged(list(lines))
    pages = []
    for number, body in enumerate(bodies, 1):
        shown: Payload = {"title": fit(title, limits.TITLE) or UNTITLED, "description": body, "color": colour}
        below = [f"page {number} of {len(bodies)}"] if len(bodies) > 1 else []
        if text := " · ".join([*below, *filter(None, [fit(footer, FOOTER_SHOWN)])]):
            shown["footer"] = {"text": text}
        pages.append(shown)
    return Card(pages=tuple(pages), buttons=tuple(buttons), draw=draw)


def paged(lines: Sequence[str]) -> list[str]:
    """Whole lines in bodies of at most ``PAGE`` code points; the last says how many did not fit at all."""
    bodies: list[list[str]] = [[]]
    room = PAGE
    for number, line in enumerate(lines):
        line = clip(line, PAGE)
        if len(line) + 1 > room and bodies[-1]:
            if len(bodies) == MOST_PAGES:
                bodies[-1].append(MORE.format(len(lines) - number))
                break
            bodies.append([])
            room = PAGE
        if line or bodies[-1]:  # no page begins with an empty line
            bodies[-1].append(line)
            room -= len(line) + 1
    return ["\n".join(body).rstrip() or UNTITLED for body in bodies]


def headline(title: str, url: str, when: datetime, *marks: str) -> str:
    """One line of a list: its day, its linked headline, and what else is to say of it."""
    linked = masked(fit(title, TITLE_SHOWN) or UNTITLED, url)
    rest = [fit(mark, SOURCE_SHOWN) for mark in marks]
    return " · ".join([f"{stamp(when, 'd')} {linked}", *filter(None, rest)])


def hit_line(hit: SearchHit) -> str:
    """A search hit, with the id that ``/why`` takes."""
    icon = LOOKS[MoveKind(hit.move)].icon if hit.move in set(MoveKind) else MENTIONED.icon
    return f"{icon} {headline(hit.title, hit.url, hit.published, hit.source, hit.id)}"
