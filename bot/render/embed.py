"""An alert as a Discord message: pure data, ready for REST, within every limit.

``message`` is what a sink sends; the parts that belong to one way of sending (nonce,
reference, query) are added by the sink.  Budgets of the fields are chosen so that all of
them full still keep under the 6,000 characters of a message.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.render import headline, limits
from bot.text import UNTITLED, clean, clip, fit, link, masked
from storage.model import Alert, ContextLine, Delivery, UpdateKind

Payload = dict[str, Any]  # Discord's JSON, the one place where a dict leaves a module

HEADLINE = 300  # code points once escaped; titles of feeds rarely pass 150
SAID = 700
PARTIES = 512
AMOUNT = 128
OUTLETS = 512
WHY = 512
NOTICE = 3_000
EARLIER = limits.FIELD_VALUE
EARLIER_HEADLINE = 110
EARLIER_WHY = 80
SOURCE = 80
REPEAT = "Possibly a repeat: whether this arrived before could not be found out."
SHOWN_OUTLETS = 6
KEY_MARK = "key "  # before the key in the footer: history is searched for it
WHY_HERE = "/why tells how this came about"  # where the bot is there to answer
WHY_THERE = "movewire why KEY tells how this came about"

PRESS = "mw"  # begins the id of every button: PRESS:verb:what it is about
BUTTONS = (("timeline", "Timeline"), ("why", "Why"), ("mute", "Mute 7 days"), ("irrelevant", "Not relevant"))
SECONDARY = 2  # components/reference#button: grey


@dataclass(frozen=True, slots=True, kw_only=True)
class Dress:
    """What a message carries beside its alert.

    ``key`` goes into the footer and the buttons; ``first_link`` leads to the story's first
    message where a reply cannot refer to it.
    """

    key: str
    buttons: bool = False
    repeat: bool = False
    ping_role: int | None = None
    first_link: str | None = None


def message(alert: Alert, dress: Dress) -> Payload:
    """The whole message: embed, buttons, flags, and nobody pinged but ``dress.ping_role``."""
    shown = _notice(alert, dress) if alert.notice else embed(alert, dress)
    payload: Payload = {"embeds": [shown], "allowed_mentions": {"parse": []}}
    above = []
    if dress.ping_role is not None:
        above.append(f"<@&{dress.ping_role}>")
        payload["allowed_mentions"]["roles"] = [str(dress.ping_role)]
    if dress.repeat:
        above.append(f"*{REPEAT}*")
    payload["content"] = " ".join(above)
    if dress.buttons and not alert.notice:
        payload["components"] = [buttons(dress.key)]
    if alert.low_priority and dress.ping_role is None:
        payload["flags"] = limits.SUPPRESS_NOTIFICATIONS
    return payload


def change(alert: Alert, dress: Dress) -> Payload:
    """What an edit sends: what stands above the embed (a ping, the mark of a repeat) stays."""
    payload = message(alert, dress)
    return {name: payload[name] for name in ("embeds", "components", "allowed_mentions") if name in payload}


def bare(alert: Alert, dress: Dress) -> Payload:
    """The same news without an embed: the fall-back when Discord refuses the full form."""
    safe = link(alert.url)
    lines = [
        f"**{fit(headline.line(alert), 400)}**",
        fit(alert.headline, 500) or UNTITLED,
        f"<{safe}>" if safe else "",
        f"-# {KEY_MARK}{dress.key}",
    ]
    content = "\n".join(line for line in lines if line)
    return {"content": content[: limits.CONTENT], "embeds": [], "allowed_mentions": {"parse": []}}


def buttons(key: str) -> Payload:
    """The row under an alert; ``bot.commands.buttons`` answers the ids."""
    row = [
        {"type": limits.BUTTON, "style": SECONDARY, "label": label, "custom_id": f"{PRESS}:{verb}:{key}"}
        for verb, label in BUTTONS
    ]
    return {"type": limits.ACTION_ROW, "components": row}


def embed(alert: Alert, dress: Dress) -> Payload:
    """The coloured box."""
    look = headline.look(alert)
    shown: Payload = {
        "title": f"{look.icon} {fit(headline.line(alert), limits.TITLE - 8)}",
        "description": _description(alert, dress),
        "color": look.colour,
        "fields": _fields(alert),
        "footer": {"text": f"{KEY_MARK}{dress.key} · {WHY_HERE if dress.buttons else WHY_THERE}"},
    }
    if safe := link(alert.url, limits.EMBED_URL):
        shown["url"] = safe
    return shown


def _notice(alert: Alert, dress: Dress) -> Payload:
    """The box of a notice: its lines, as many as fit."""
    lines = _lines(alert.why, NOTICE)
    more = len(alert.why) - len(lines.splitlines())
    return {
        "title": f"{headline.NOTICE.icon} {headline.NOTICE.name}",
        "description": (lines or UNTITLED) + (f"\nand {more} more: movewire feeds list" if more > 0 else ""),
        "color": headline.NOTICE.colour,
        "footer": {"text": f"{KEY_MARK}{dress.key}"},
    }


def _description(alert: Alert, dress: Dress) -> str:
    title = fit(alert.headline, HEADLINE) or UNTITLED
    lines = []
    if alert.same_as is not None:
        told = fit(alert.same_as.headline, HEADLINE) or UNTITLED
        lines.append(f"**The same event as {masked(told, alert.same_as.url)}; told on there.**")
    if alert.update is UpdateKind.REPLY:
        new = f"**New: {fit(alert.fact, 200)}**" if clean(alert.fact) else "**New in this story**"
        lines.append(f"{new} · {masked('first message', dress.first_link)}" if dress.first_link else new)
    lines.append(f"**{masked(title, alert.url)}**")
    source = fit(alert.source, SOURCE)
    lines.append(" · ".join(filter(None, [source, stamp(alert.published)])))
    said = fit(alert.said, SAID)
    if said and clean(alert.said) != clean(alert.headline):
        lines.append(f"> {said}")
    return "\n".join(lines)


def stamp(moment: datetime, style: str = "f") -> str:
    """A time that Discord shows in the reader's own zone (reference#message-formatting)."""
    return f"<t:{int(moment.timestamp())}:{style}>"


def _fields(alert: Alert) -> list[Payload]:
    move = alert.move
    found = []
    if move is not None:
        found.append(("Parties", _parties(alert), False))
        found.append(("Amount", fit(headline.amount(move), AMOUNT), True))
        found.append(("People", fit(headline.people(move), AMOUNT), True))
    if len(alert.outlets) > 1:
        found.append((f"Reported by {len(alert.outlets)} outlets", _outlets(alert), False))
    found.append(("Why it matched", _lines(alert.why, WHY), False))
    found.append(("Earlier", earlier(alert.context), False))
    return [{"name": name, "value": value, "inline": inline} for name, value, inline in found if value]


def _parties(alert: Alert) -> str:
    assert alert.move is not None
    shown = []
    for role, called in headline.ROLE_NAMES.items():
        if listed := headline.names(alert.move, role, alert.names):
            shown.append(f"{called}: {', '.join(listed)}")
    if alert.move.title:
        shown.append(f"As: {alert.move.title}")
    return _lines(shown, PARTIES)


def _lines(texts: Sequence[str], limit: int) -> str:
    """As many whole lines as fit, each made neutral; the first is clipped rather than left out."""
    shown: list[str] = []
    room = limit
    for text in texts:
        safe = fit(text, min(room, limit // 2))
        if not safe:
            continue
        if len(safe) > room or (shown and clip(safe, room) != safe):
            break
        shown.append(safe)
        room -= len(safe) + 1
        if room < 24:
            break
    return "\n".join(shown)


def _outlets(alert: Alert) -> str:
    shown: list[str] = []
    room = OUTLETS - len(" and 999 more")
    for outlet in alert.outlets[:SHOWN_OUTLETS]:
        name = fit(outlet.name or outlet.family, 60) or UNTITLED
        for form in (masked(name, outlet.url), name):
            if len(form) + 2 <= room:
                shown.append(form)
                room -= len(form) + 2
                break
    more = len(alert.outlets) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def earlier(context: Sequence[ContextLine]) -> str:
    """Dated links to what led up to it, a line each; where room is short the last go without links."""
    forms = []
    for line in context:
        title = fit(line.headline, EARLIER_HEADLINE) or UNTITLED
        why = f" · {fit(line.why, EARLIER_WHY)}" if clean(line.why) else ""
        when = stamp(line.published, "d")
        forms.append((f"{when} {title}{why}", f"{when} {masked(title, line.url)}{why}"))
    while forms and sum(len(bare_form) + 1 for bare_form, _ in forms) > EARLIER:
        forms.pop()
    room = EARLIER - sum(len(bare_form) + 1 for bare_form, _ in forms)
    shown: list[str] = []
    for bare_form, linked in forms:
        more = len(linked) - len(bare_form)
        shown.append(linked if more <= room else bare_form)
        room -= more if more <= room else 0
    return "\n".join(shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A message that stands for several deliveries; ``told`` of them are in it, in order."""

    payload: Payload
    told: int


def digest(deliveries: Sequence[Delivery], key: str, *, repeat: bool = False) -> Digest:
    """As many of ``deliveries`` as one embed holds, one line each; at least one."""
    lines: list[str] = []
    room = limits.DESCRIPTION
    for delivery in deliveries:
        alert = delivery.alert
        title = fit(alert.headline, 160) or UNTITLED
        what = fit(headline.line(alert), 120)
        new = f"New: {fit(alert.fact, 60)} · " if alert.fact else ""
        for form in (masked(title, alert.url), title):
            line = f"{headline.look(alert).icon} {new}{what}\n{form} {stamp(alert.published, 'd')}"
            if len(line) + 1 <= room:
                break
        else:
            break
        lines.append(line)
        room -= len(line) + 1
    payload: Payload = {
        "content": f"*{REPEAT}*" if repeat else "",
        "embeds": [
            {
                "title": f"{len(lines)} alerts that had to wait",
                "description": "\n".join(lines),
                "color": headline.MENTIONED.colour,
                "footer": {"text": f"{KEY_MARK}{key}"},
            }
        ],
        "allowed_mentions": {"parse": []},
    }
    return Digest(payload=payload, told=len(lines))
