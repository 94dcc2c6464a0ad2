"""Digests, and what mutes and cooldowns held back: when waiting lines are due, and as what.

``plan`` decides (pure), ``gather`` acts: in one transaction lines leave the waiting room and
stand in the outbox as one message, with a key made of the lines themselves.  So it may be
asked as often as anybody likes, by ``run`` each minute and by ``poll`` in each pass, and
every line is told once.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.render.gathered import in_order, pages
from bot.words import count
from storage.model import Occasion, Route, WaitingLine
from watchers.hours import PERIODS, last_digest, quiet_until

if TYPE_CHECKING:
    from bot.app import App

ORPHANED = timedelta(days=30)  # lines of a channel without a route are forgotten after this
IsMuted = Callable[[int | None, str], bool]  # whether an entity is muted in a server (None: anywhere)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """One message on several stories."""

    title: str
    lines: tuple[WaitingLine, ...]
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done with waiting lines; those that it does not name go on waiting."""

    messages: tuple[Gathered, ...] = ()
    dropped: tuple[WaitingLine, ...] = ()  # nobody wants them any more


def gather(app: "App") -> int:
    """Take what is due to the outbox; how many messages that makes."""
    store, now = app.store, app.clock.now()
    store.guilds.forget_left(now)
    if not store.outbox.lines.count():
        store.mutes.end_over(now)
        return 0
    with store.transaction():
        store.outbox.lines.rebase(now)
        held = {(one.guild.id, mute.entity): mute for one in store.audiences.all() for mute in one.mutes}
        everywhere = {one.slug: one.muted_until for one in store.watchlist.load().entities if one.muted_until}

        def is_muted(guild: int | None, slug: str) -> bool:
            mute = held.get((guild, slug)) if guild is not None else None
            until = everywhere.get(slug)
            return (mute is not None and (mute.until is None or mute.until > now)) or (
                until is not None and until > now
            )

        away = {one.id for one in store.guilds.all() if one.left is not None}
        lines = [one for one in store.outbox.lines.lines() if one.guild not in away]
        planned = plan(lines, app.routes(), is_muted, now)
        for message in planned.messages:
            store.outbox.lines.tell(message.lines, message.title, now, due=message.due)
        store.outbox.lines.drop(planned.dropped)
        store.mutes.end_over(now)
        return len(planned.messages)


def plan(lines: Sequence[WaitingLine], routes: Sequence[Route], is_muted: IsMuted, now: datetime) -> Plan:
    """Which lines are told now, as which messages; a destination's first route says its hours."""
    messages: list[Gathered] = []
    dropped: list[WaitingLine] = []
    for place in dict.fromkeys(line.destination for line in lines):
        here = [line for line in lines if line.destination == place]
        ways = [route for route in routes if route.destination == place]
        if not ways:
            dropped += [line for line in here if now - line.added > ORPHANED]
            continue
        due = quiet_until(ways[0], now) or now
        digest = next((route for route in ways if route.digest in PERIODS), None)
        groups: dict[str, list[WaitingLine]] = {}
        for line in here:
            if line.occasion is Occasion.DIGEST and digest is None:
                dropped.append(line)
            elif (title := _title(line, digest, is_muted, now)) is not None:
                groups.setdefault(title, []).append(line)
        for title, group in groups.items():
            messages += paged(title, group, due)
    return Plan(messages=tuple(messages), dropped=tuple(dropped))


def _title(line: WaitingLine, digest: Route | None, is_muted: IsMuted, now: datetime) -> str | None:
    """The message that a line belongs into, by its title; None while it waits."""
    name = line.alert.names.get(line.about or "", line.about or "")
    match line.occasion:
        case Occasion.DIGEST:
            slot = last_digest(digest, now) if digest else None
            if digest is None or slot is None or line.added >= slot:
                return None
            day = slot.astimezone(ZoneInfo(digest.timezone))
            return f"{digest.digest.capitalize()} digest · {day.day} {day:%B %Y}"
        case Occasion.MUTED:
            if is_muted(line.guild, line.about or ""):
                return None
            return f"{name} is heard again · held back meanwhile"
        case Occasion.COOLDOWN:
            return f"More on {name}" if line.due is None or line.due <= now else None


def paged(title: str, group: Iterable[WaitingLine], due: datetime) -> list[Gathered]:
    """As few messages as hold all lines of one destination's group, in order."""
    lines = sorted(group, key=lambda line: (in_order(line.alert), line.id))
    sizes = pages([line.alert for line in lines])
    made: list[Gathered] = []
    for number, size in enumerate(sizes, 1):
        begin = sum(sizes[: number - 1])
        of = f" · {number} of {len(sizes)}" if len(sizes) > 1 else ""
        stories = count(len(lines), "story", "stories")
        made.append(
            Gathered(title=f"{title} · {stories}{of}", lines=tuple(lines[begin : begin + size]), due=due)
        )
    return made


def waits_for(line: WaitingLine) -> str:
    """What a waiting line waits for, for people."""
    name = line.alert.names.get(line.about or "", line.about or "")
    match line.occasion:
        case Occasion.MUTED:
            return f"{name} is muted there; told when the mute is over"
        case Occasion.COOLDOWN:
            return f"too soon after another alert on {name}"
        case Occasion.DIGEST:
            return "the next digest"
