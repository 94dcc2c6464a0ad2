"""``/watch``: who is watched here, who is not to be heard of for a while, and what was taught.

What the whole installation watches is its owner's to change; a server adds what it alone
watches, and mutes whom it likes.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot import answers, watching
from bot.commands.cards import Button, Card, card
from bot.commands.completion import entities
from bot.commands.desk import Desk
from bot.commands.here import Here, here
from bot.commands.kinds import Name, When
from bot.commands.reply import answer
from bot.render.embed import stamp
from bot.text import clean, clip, fit
from bot.times import parse_duration
from bot.words import count
from storage.errors import UsageError
from storage.model import FOR_GOOD, Entity, EntityKind, Lesson, Tier

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore

NAME_SHOWN = 60
LESSONS_UNDONE = 5  # buttons to undo what was taught last
LESSON_SHOWN = 50


# --- questions --------------------------------------------------------------------------


def listed(store: "SqliteStore", here: Here, now: datetime) -> Card:
    """All entities by tier, muted ones and the server's own marked; then what was taught here."""
    watched = store.watchlist.load(here.guild).entities
    muted = {one.entity: one.until for one in store.mutes.of(here.guild, now)}
    lines: list[str] = []
    for tier in Tier:
        of_tier = sorted((one for one in watched if one.tier is tier), key=lambda one: one.name.casefold())
        if of_tier:
            lines += ["", f"**{tier.value}** ({len(of_tier)})"]
            lines += [_line(one, muted, now) for one in of_tier]
    lessons = store.lessons.of(here.guild)
    if lessons:
        lines += ["", f"**not relevant here** ({len(lessons)})", *map(lesson_line, lessons)]
    title = f"{count(len(watched), 'entity', 'entities')} watched"
    undo = [
        Button(
            verb="unlearn", about=str(one.id), label=clip(f"Undo {one.id}: {clean(one.alias)}", LESSON_SHOWN)
        )
        for one in lessons[-LESSONS_UNDONE:]
    ]
    return card(title, lines or ["Nobody is watched."], buttons=undo)


def _line(one: Entity, muted: dict[str, datetime | None], now: datetime) -> str:
    marks = [fit(one.name, NAME_SHOWN), fit(one.slug, NAME_SHOWN)]
    if one.origin.startswith("guild:"):
        marks.append("this server alone")
    if one.muted_until is not None and one.muted_until > now:
        marks.append(f"muted everywhere {_end(one.muted_until)}")
    elif one.slug in muted:
        marks.append(f"muted {_end(muted[one.slug])}")
    return " · ".join(marks)


def _end(until: datetime | None) -> str:
    return "until it is unmuted" if until is None or until >= FOR_GOOD else f"until {stamp(until)}"


def lesson_line(one: Lesson) -> str:
    """A lesson with its number, which its button carries."""
    words = fit(", ".join(one.words), 160)
    among = f" among {words}" if words else ""
    return f"{one.id} · “{fit(one.alias, NAME_SHOWN)}” as {fit(one.entity, NAME_SHOWN)}{among}"


def add(
    store: "SqliteStore",
    here: Here,
    name: str,
    now: datetime,
    *,
    kind: str | None = None,
    tier: str | None = None,
    alias: str | None = None,
    everywhere: bool = False,
) -> Card:
    """Watch a name for this server, or ``everywhere``, which is for the owner."""
    if everywhere and not here.owner:
        raise UsageError(
            "Only the owner of this bot adds for everybody: leave “everywhere” out to watch it here."
        )
    here.known(store, now)
    change = watching.add(
        store,
        name,
        kind=EntityKind(kind) if kind else None,
        tier=Tier(tier) if tier else None,
        aliases=[one for one in (alias or "").split(",") if one.strip()],
        guild=None if everywhere else here.guild,
    )
    entity = change.entity
    where = "everywhere" if everywhere else "for this server alone"
    lines = [f"{entity.kind.value}, tier {entity.tier.value}, {where}, id {fit(entity.slug, NAME_SHOWN)}"]
    if change.fresh:
        lines.append("also written " + fit(", ".join(change.fresh), 400))
    if change.suggested:
        lines.append("likely written, too (not taken): " + fit(", ".join(change.suggested), 400))
    lines += [fit(f"Warning: {doubt.text}", 400) for doubt in change.doubts]
    return card(f"{entity.name} is watched" + ("" if change.added else ", as before"), lines)


def remove(store: "SqliteStore", here: Here, name: str) -> Card:
    """Watch it no longer: the server's own addition, or for the owner anything."""
    entity = answers.find_entity(store, name, here.guild)
    if entity.origin == f"guild:{here.guild}":
        store.guilds.unwatch(here.guild, entity.slug)
    elif here.owner:
        store.watchlist.remove(entity.slug)
    else:
        raise UsageError(
            f"{entity.name} is watched for everybody, so only the owner of this bot removes it: "
            "/watch mute keeps it quiet here."
        )
    return card(f"{entity.name} is watched no longer", ["What was found of it stays."])


def mute(store: "SqliteStore", here: Here, name: str, length: timedelta | None, now: datetime) -> Card:
    """No alert of ``name`` here for so long, or until it is unmuted; with a button to undo it."""
    until = now + length if length else None
    entity = answers.find_entity(store, name, here.guild)
    here.known(store, now)
    store.mutes.mute(here.guild, entity.slug, until, now, by=here.user)
    undo = Button(verb="speak", about=entity.slug, label="Undo")
    lines = [_end(until), "What concerns it is stored all the same, and told when the mute is over."]
    return card(f"{entity.name} is muted here", lines, buttons=[undo])


def unmute(store: "SqliteStore", here: Here, name: str, now: datetime) -> Card:
    """Alerts of ``name`` again."""
    entity = answers.find_entity(store, name, here.guild)
    here.known(store, now)
    was = store.mutes.unmute(here.guild, entity.slug)
    if entity.muted_until is not None and entity.muted_until > now:
        lines = [f"It stays muted {_end(entity.muted_until)}, for everybody: its owner muted it."]
        return card(f"{entity.name} is muted everywhere", lines)
    return card(
        f"{entity.name} is heard here" + (" again" if was else ": it was not muted"),
        [f"id {fit(entity.slug, NAME_SHOWN)}"],
    )


def unlearn(store: "SqliteStore", here: Here, about: str) -> Card:
    """Forget a lesson (its number), or all that one story taught (``s`` and its number)."""
    number = int(about.removeprefix("s"))
    gone = store.lessons.unlearn(here.guild, **{"story" if about.startswith("s") else "lesson": number})
    lines = list(map(lesson_line, gone)) or ["It was undone before."]
    return card("Relevant again", lines)


def _length(text: str | None) -> timedelta | None:
    if not text:
        return None
    try:
        return parse_duration(text)
    except ValueError as error:
        raise UsageError(f"length: {error}") from None


# --- commands ---------------------------------------------------------------------------


def register(tree: app_commands.CommandTree, desk: Desk) -> None:
    """Put ``/watch add``, ``remove``, ``list``, ``mute`` and ``unmute`` into the tree."""
    group = app_commands.Group(
        name="watch",
        description="Who is watched",
        default_permissions=discord.Permissions(manage_guild=True),
    )

    @group.command(name="add", description="Watch a company, person or product, for this server alone")
    @app_commands.describe(
        name="Its name",
        kind="What it is: an organisation by default",
        tier="How closely: primary by default",
        alias="Other written forms, with commas between them",
        everywhere="For the whole installation: only its owner may",
    )
    @app_commands.choices(
        kind=[app_commands.Choice(name=one.value, value=one.value) for one in EntityKind],
        tier=[app_commands.Choice(name=one.value, value=one.value) for one in Tier],
    )
    async def add_(
        interaction: discord.Interaction,
        name: Name,
        kind: str | None = None,
        tier: str | None = None,
        alias: app_commands.Range[str, 1, 1000] | None = None,
        everywhere: bool = False,
    ) -> None:
        now, place = desk.clock.now(), here(interaction)
        wish = {"kind": kind, "tier": tier, "alias": alias}
        await answer(
            desk,
            interaction,
            lambda: add(desk.store, place, name, now, everywhere=everywhere, **wish),
            private=True,
        )

    @group.command(name="remove", description="Watch it no longer")
    @app_commands.describe(name="Name, alias or id")
    @app_commands.autocomplete(name=entities(desk))
    async def remove_(interaction: discord.Interaction, name: Name) -> None:
        place = here(interaction)
        await answer(desk, interaction, lambda: remove(desk.store, place, name), private=True)

    @group.command(name="list", description="All that are watched, who is muted, and what is not relevant")
    async def list_(interaction: discord.Interaction) -> None:
        now, place = desk.clock.now(), here(interaction)
        await answer(desk, interaction, lambda: listed(desk.store, place, now), private=True)

    @group.command(name="mute", description="Alert nobody here of an entity for a while")
    @app_commands.describe(name="Name, alias or id", length="How long: 7d, 12h; without it, until unmuted")
    @app_commands.autocomplete(name=entities(desk))
    async def mute_(interaction: discord.Interaction, name: Name, length: When | None = None) -> None:
        now, place = desk.clock.now(), here(interaction)
        await answer(
            desk, interaction, lambda: mute(desk.store, place, name, _length(length), now), private=True
        )

    @group.command(name="unmute", description="Alert of an entity again")
    @app_commands.describe(name="Name, alias or id")
    @app_commands.autocomplete(name=entities(desk))
    async def unmute_(interaction: discord.Interaction, name: Name) -> None:
        now, place = desk.clock.now(), here(interaction)
        await answer(desk, interaction, lambda: unmute(desk.store, place, name, now), private=True)

    tree.add_command(group)
