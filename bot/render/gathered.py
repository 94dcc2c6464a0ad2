"""One message on many stories: a digest, or what a mute or a cooldown held back.  Pure.

Lines stand grouped by kind of move, each with its link; what does not fit is for the next
message (``pages``), so that nothing is folded away.
"""

from collections.abc import Sequence
from datetime import UTC
from itertools import groupby

from bot.render import embed, headline, limits
from bot.render.embed import Digest, Payload, stamp
from bot.text import UNTITLED, clean, clip, fit, link, masked
from storage.model import Alert, Delivery

HEADLINE = 200  # code points once escaped
SOURCE = 60
FACT = 60
MOVE = 120
LINE = 400  # of one line on a terminal
_ORDER = {kind: place for place, kind in enumerate(headline.LOOKS)}


def digest(deliveries: Sequence[Delivery], key: str, *, repeat: bool = False) -> Digest:
    """As many of ``deliveries`` as one embed holds, at least one; grouped where they have an occasion."""
    occasion = deliveries[0].occasion if deliveries else None
    if occasion is None:
        return embed.digest(deliveries, key, repeat=repeat)
    alerts = [one.alert for one in deliveries]
    description, told = _fill(alerts)
    payload: Payload = {
        "content": f"*{embed.REPEAT}*" if repeat else "",
        "embeds": [
            {
                "title": fit(occasion, limits.TITLE),
                "description": description,
                "color": headline.MENTIONED.colour,
                "footer": {"text": f"{embed.KEY_MARK}{key}"},
            }
        ],
        "allowed_mentions": {"parse": []},
        "flags": limits.SUPPRESS_NOTIFICATIONS,  # it waited: it need not push now
    }
    return Digest(payload=payload, told=told)


def plain_digest(alerts: Sequence[Alert], title: str, key: str) -> str:
    """The same as bare text, all of it; no newline at the end."""
    shown = [clip(clean(title), LINE)]
    for look, group in groupby(alerts, headline.look):
        shown.append(f"  {look.icon} {look.name}")
        for alert in group:
            when = alert.published.astimezone(UTC).strftime("%Y-%m-%d")
            source = clip(clean(alert.source), SOURCE)
            new = f"New: {clip(clean(alert.fact), FACT)} · " if clean(alert.fact) else ""
            shown.append(f"    {when} {new}{clip(clean(alert.headline), LINE) or UNTITLED} ({source})")
            if safe := link(alert.url, 2_048):
                shown.append(f"      {safe}")
    return "\n".join([*shown, f"  key {key}"])


def in_order(alert: Alert) -> tuple[int, float]:
    """Where a line stands: by kind of move, mere mentions last, then by time."""
    place = _ORDER.get(alert.move.kind, len(_ORDER)) if alert.move else len(_ORDER)
    return place, alert.published.timestamp()


def pages(alerts: Sequence[Alert]) -> list[int]:
    """How many of ``alerts``, in order, each message holds."""
    sizes: list[int] = []
    while sum(sizes) < len(alerts):
        sizes.append(_fill(alerts[sum(sizes) :])[1])
    return sizes


def _fill(alerts: Sequence[Alert]) -> tuple[str, int]:
    """The description of one embed, and how many it tells."""
    lines: list[str] = []
    room, look, told = limits.DESCRIPTION, None, 0
    for alert in alerts:
        mine = headline.look(alert)
        head = [] if mine is look else [f"**{mine.icon} {mine.name}**"]
        for form in _forms(alert):
            size = sum(len(line) + 1 for line in (*head, form))
            if size <= room:
                break
        else:
            break
        lines += [*head, form]
        room, look, told = room - size, mine, told + 1
    return "\n".join(lines), told


def _forms(alert: Alert) -> list[str]:
    """A line with its link and, where that leaves no room, without."""
    title = fit(alert.headline, HEADLINE) or UNTITLED
    new = f"New: {fit(alert.fact, FACT)} · " if clean(alert.fact) else ""
    what = fit(headline.line(alert), MOVE) if alert.move else ""
    rest = " · ".join(filter(None, [what, fit(alert.source, SOURCE), stamp(alert.published, "d")]))
    return [f"• {new}{form}\n-# {rest}" for form in (masked(title, alert.url), title)]
