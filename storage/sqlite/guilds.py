"""Discord servers: whether the bot is in them, and what each holds for its own channels.

Routes, mutes, private additions to the watchlist, and what "Not relevant" taught.  A server
that the bot left keeps all of it for ``KEPT``, but is no audience meanwhile.  What the
values do to an alert is for ``watchers.listening`` and ``watchers.triage``.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from storage.errors import UnknownThing, UsageError
from storage.model import (
    Audience,
    Entity,
    Guild,
    GuildMute,
    Lesson,
    NewDelivery,
    Occasion,
    Route,
)
from storage.sqlite import slugs
from storage.sqlite.codec import (
    FOR_GOOD,
    decode_words,
    encode_words,
    to_seconds,
    to_seconds_or_none,
    to_time,
    to_time_or_none,
)
from storage.sqlite.connection import Connection
from storage.sqlite.deliveries import decode_alert, to_ms
from storage.sqlite.waiting import Waiting
from storage.sqlite.watchlist import Watched

KEPT = timedelta(days=30)  # for which the settings of a server outlive the bot's removal from it
_OWNED = ("route", "webhook", "guild_mute", "lesson", "waiting_line")  # tables with a column guild
_ROUTE = (
    "route.id, route.guild, destination, kinds, entities, tiers, langs, min_score, ping_role, ping_kinds, "
    "quiet_hours, digest, cooldown, created, guild.timezone"
)
_HERE = "guild.left_at IS NULL"


class Guilds:
    """Verbs on servers; each is one transaction, and each change makes a new version."""

    def __init__(self, db: Connection, watchlist: Watched, lines: Waiting) -> None:
        self._db = db
        self._watchlist = watchlist
        self._lines = lines
        self._audiences: tuple[tuple[int, int], tuple[Audience, ...]] | None = None

    # --- coming and going -----------------------------------------------------------------

    def joined(self, guild: int, name: str, now: datetime) -> Guild:
        """The bot is in a server: at each start, too.  What it held ``KEPT`` ago or less is back."""
        with self._db.transaction():
            known = self.get(guild)
            if known is not None and known.left is not None and now - known.left > KEPT:
                self._forget(guild)
                known = None
            if known is None or known.left is not None or known.name != name:
                self._db.run(
                    "INSERT INTO guild (id, name, joined) VALUES (?, ?, ?) "
                    "ON CONFLICT (id) DO UPDATE SET name = excluded.name, left_at = NULL",
                    (guild, name, to_seconds(now)),
                )
                self._changed()
            return self._known(guild)

    def left(self, guild: int, now: datetime) -> bool:
        """The bot was removed: what is open for its channels is over.  False: it was not in there."""
        with self._db.transaction():
            gone = self._db.run(
                "UPDATE guild SET left_at = ? WHERE id = ? AND left_at IS NULL", (to_seconds(now), guild)
            )
            if gone:
                self._db.run(
                    "UPDATE delivery SET state = 'superseded', touched = ?, "
                    "last_error = 'the bot was removed from the server' "
                    "WHERE destination IN (SELECT destination FROM route WHERE guild = ?) "
                    "AND state IN ('pending', 'retry')",
                    (to_seconds(now) * 1000, guild),
                )
                self._changed()
            return gone > 0

    def present(self, guilds: Sequence[int], now: datetime) -> list[int]:
        """The bot is in exactly these (by its gateway): the others it left; ids of those."""
        with self._db.transaction():
            gone = [one.id for one in self.all() if one.left is None and one.id not in set(guilds)]
            return [one for one in gone if self.left(one, now)]

    def forget_left(self, now: datetime) -> list[int]:
        """Forget what servers held that the bot left more than ``KEPT`` ago; their ids."""
        old = "SELECT id FROM guild WHERE left_at < ?"
        if not self._db.rows(old, (to_seconds(now - KEPT),)):
            return []  # the usual case needs no transaction
        with self._db.transaction():
            gone = [row[0] for row in self._db.rows(old, (to_seconds(now - KEPT),))]
            for guild in gone:
                self._forget(guild)
            return gone

    def get(self, guild: int) -> Guild | None:
        """A server that the bot is in, or was in not long ago."""
        return next(iter(self._guilds("WHERE id = ?", (guild,))), None)

    def all(self) -> list[Guild]:
        """All of them, in the order of their ids."""
        return self._guilds("ORDER BY id", ())

    def set_timezone(self, guild: int, timezone: str) -> None:
        """The zone of the server's quiet hours and digests; UsageError for one that does not exist."""
        try:
            ZoneInfo(timezone)
        except (KeyError, ValueError, OSError) as error:  # unknown, or no name at all
            raise UsageError(
                f"{timezone!r} is no time zone: give one like Europe/Berlin or America/New_York"
            ) from error
        with self._db.transaction():
            self._known(guild)
            self._db.run("UPDATE guild SET timezone = ? WHERE id = ?", (timezone, guild))
            self._changed()

    # --- routes ---------------------------------------------------------------------------

    def put_route(self, route: Route, now: datetime) -> Route:
        """Store a route of its server: a new one (id 0), or in the place of the one with its id.

        Its time zone is the server's.  UsageError where a webhook is not the server's own
        (``keep_webhook``); UnknownThing for a server or an id that is not there.
        """
        with self._db.transaction():
            guild = self._known(route.guild or 0)
            self._check_destination(route.destination, guild.id)
            values = (
                route.destination,
                encode_words(route.kinds),
                encode_words(route.entities),
                encode_words(route.tiers),
                encode_words(route.langs),
                route.min_score,
                route.ping_role,
                encode_words(route.ping_kinds),
                route.quiet_hours,
                route.digest,
                int(route.cooldown.total_seconds()),
            )
            if route.id:
                met = self._db.run(
                    "UPDATE route SET destination = ?, kinds = ?, entities = ?, tiers = ?, langs = ?, "
                    "min_score = ?, ping_role = ?, ping_kinds = ?, quiet_hours = ?, digest = ?, "
                    "cooldown = ? WHERE id = ? AND guild = ?",
                    (*values, route.id, guild.id),
                )
                if not met:
                    raise UnknownThing(f"route {route.id}: the server has no such route")
                route_id = route.id
            else:
                route_id = self._db.insert(
                    "INSERT INTO route (destination, kinds, entities, tiers, langs, min_score, ping_role, "
                    "ping_kinds, quiet_hours, digest, cooldown, guild, created) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (*values, guild.id, to_seconds(now)),
                )
            self._changed()
            return next(one for one in self._routes("WHERE route.id = ?", (route_id,)))

    def remove_route(self, guild: int, route_id: int) -> bool:
        """Send nothing new along it; what it told is still updated.  False: no such route there."""
        with self._db.transaction():
            gone = self._db.run("DELETE FROM route WHERE id = ? AND guild = ?", (route_id, guild))
            if gone:
                self._changed()
            return gone > 0

    def routes(self, guild: int | None = None) -> list[Route]:
        """Routes of one server, or of all that the bot is in, in the order in which they came."""
        if guild is not None:
            return self._routes("WHERE route.guild = ? ORDER BY route.id", (guild,))
        return self._routes(f"WHERE {_HERE} ORDER BY route.id", ())

    def deaf(self, destinations: Collection[str]) -> set[str]:
        """Of ``destinations`` those that only servers have which the bot was removed from."""
        found = self._db.rows(
            "SELECT destination FROM route JOIN guild ON guild.id = route.guild "
            "WHERE destination IN (SELECT value FROM json_each(?)) "
            f"GROUP BY destination HAVING max({_HERE}) = 0",
            (json.dumps(list(destinations)),),
        )
        return {row[0] for row in found}

    def keep_webhook(self, guild: int, webhook: int, secret: str) -> str:
        """Remember how a webhook of a server is written to; its destination, ``webhook:<id>``.

        A webhook belongs to the server that named it first: another one gets a UsageError.
        """
        with self._db.transaction():
            self._known(guild)
            owner = self._db.value("SELECT guild FROM webhook WHERE id = ?", (webhook,))
            if owner not in (None, guild):
                raise UsageError(f"webhook {webhook} belongs to another server: make one in this server")
            self._db.run(
                "INSERT OR REPLACE INTO webhook (id, guild, secret) VALUES (?, ?, ?)",
                (webhook, guild, secret),
            )
            return f"webhook:{webhook}"

    def webhook_secret(self, webhook: int) -> str | None:
        """The token of a webhook that a server named; never to be shown."""
        secret: str | None = self._db.value("SELECT secret FROM webhook WHERE id = ?", (webhook,))
        return secret

    # --- mutes ----------------------------------------------------------------------------

    def mute(
        self, guild: int, slug: str, until: datetime | None, now: datetime, *, by: int | None = None
    ) -> None:
        """Tell the server nothing of an entity until a time (None: until ``unmute``).

        What that holds back is told when the mute is over, messages included that wait for
        the end of quiet hours.  UnknownThing for an entity that is not watched there.
        """
        with self._db.transaction():
            self._known(guild)
            if slug not in self._watchlist.load(guild).by_slug():
                raise UnknownThing(f"{slug} is not watched here")
            entity_id = slugs.find(self._db, [slug])[slug]
            self._db.run(
                "INSERT OR REPLACE INTO guild_mute (guild, entity_id, until, by, since) "
                "VALUES (?, ?, ?, ?, ?)",
                (guild, entity_id, to_seconds_or_none(until), by, to_seconds(now)),
            )
            self._hold_back(guild, slug, now)
            self._changed()

    def unmute(self, guild: int, slug: str) -> bool:
        """Let it be heard of again; what was held back is told with the next pass.  False: not muted."""
        with self._db.transaction():
            gone = self._db.run(
                "DELETE FROM guild_mute WHERE guild = ? "
                "AND entity_id = (SELECT id FROM entity WHERE slug = ?)",
                (guild, slug),
            )
            if gone:
                self._changed()
            return gone > 0

    def mutes(self, guild: int, now: datetime) -> list[GuildMute]:
        """The mutes of a server that are not over, the one that ends first in front."""
        live = [one for one in self._mutes("WHERE guild = ?", (guild,)) if _lasts(one, now)]
        return sorted(live, key=lambda one: (one.until or FOR_GOOD, one.entity))

    def end_mutes(self, now: datetime) -> list[GuildMute]:
        """Take out those that are over and return them: part of the telling of what they held back."""
        over = self._mutes("WHERE until <= ?", (to_seconds(now),))
        if over:
            with self._db.transaction():
                self._db.run("DELETE FROM guild_mute WHERE until <= ?", (to_seconds(now),))
                self._changed()
        return over

    # --- private additions ------------------------------------------------------------------

    def watch(self, guild: int, entity: Entity) -> Entity:
        """Watch an entity for one server alone; the entity as stored.

        Its slug ends in ``@<guild>``, so that it never meets that of another server or of
        the installation.  UnknownThing for an unknown server.
        """
        with self._db.transaction():
            self._known(guild)
            slug = entity.slug.partition("@")[0]
            own = replace(entity, slug=f"{slug}@{guild}", origin=f"guild:{guild}")
            self._watchlist.put(own)
            self._changed()
            return own

    def unwatch(self, guild: int, slug: str) -> bool:
        """Watch it no longer there; False where the server has no such addition."""
        with self._db.transaction():
            if slug not in {one.slug for one in self._watchlist.additions().get(guild, ())}:
                return False
            self._watchlist.remove(slug)
            self._changed()
            return True

    # --- what "Not relevant" taught -----------------------------------------------------------

    def learn(self, lessons: Sequence[Lesson]) -> list[Lesson]:
        """Keep lessons of one press; with their ids."""
        kept: list[Lesson] = []
        with self._db.transaction():
            ids = slugs.intern(self._db, [one.entity for one in lessons])
            for one in lessons:
                self._known(one.guild)
                values = (one.guild, ids[one.entity], one.alias, encode_words(one.words), one.weight)
                new = self._db.insert(
                    "INSERT INTO lesson (guild, entity_id, alias, words, weight, story_id, headline, by, at) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (*values, one.story, one.headline, one.by, to_seconds(one.at)),
                )
                kept.append(replace(one, id=new))
            if kept:
                self._changed()
        return kept

    def unlearn(self, guild: int, *, lesson: int | None = None, story: int | None = None) -> list[Lesson]:
        """Undo one lesson, or all of one story; those that were there."""
        with self._db.transaction():
            found = [one for one in self.lessons(guild) if one.id == lesson or one.story == story]
            for one in found:
                self._db.run("DELETE FROM lesson WHERE id = ?", (one.id,))
            if found:
                self._changed()
            return found

    def lessons(self, guild: int) -> list[Lesson]:
        """What a server taught, first to last."""
        return self._lessons("WHERE guild = ?", (guild,))

    # --- as the pipeline sees them ------------------------------------------------------------

    def audiences(self) -> tuple[Audience, ...]:
        """Every server that the bot is in, with all that it holds; cheap where nothing changed."""
        with self._db.snapshot():
            version = (self.version(), self._watchlist.version())
            if self._audiences is None or self._audiences[0] != version:
                self._audiences = (version, self._load())
            return self._audiences[1]

    def version(self) -> int:
        """The number of the present version."""
        version: int = self._db.value("SELECT n FROM tally WHERE name = 'servers'")
        return version

    def _load(self) -> tuple[Audience, ...]:
        routes, mutes, lessons = self.routes(), self._mutes("", ()), self._lessons("", ())
        additions = self._watchlist.additions()
        return tuple(
            Audience(
                guild=guild,
                routes=tuple(one for one in routes if one.guild == guild.id),
                mutes=tuple(one for one in mutes if one.guild == guild.id),
                lessons=tuple(one for one in lessons if one.guild == guild.id),
                additions=additions.get(guild.id, ()),
            )
            for guild in self._guilds(f"WHERE {_HERE} ORDER BY id", ())
        )

    # --- inside -------------------------------------------------------------------------------

    def _known(self, guild: int) -> Guild:
        found = self.get(guild)
        if found is None:
            raise UnknownThing(f"server {guild} is not known: the bot was never in it")
        return found

    def _check_destination(self, destination: str, guild: int) -> None:
        kind, _, name = destination.partition(":")
        number = name.partition("/")[0]
        if kind not in ("channel", "webhook") or not number.isdecimal():
            raise UsageError(f"{destination} is no destination: name a channel or a webhook of the server")
        if kind == "webhook":
            owner = self._db.value("SELECT guild FROM webhook WHERE id = ?", (int(number),))
            if owner != guild:
                raise UsageError(f"webhook {number} is not known in this server: give its URL")

    def _hold_back(self, guild: int, slug: str, now: datetime) -> None:
        """Messages that are not due yet and speak of muted entities alone become the mute's lines."""
        muted = {one.entity for one in self.mutes(guild, now)}
        for delivery_id, destination, story, revision, text in self._db.rows(
            "SELECT id, destination, story_id, revision, alert FROM delivery "
            "WHERE destination IN (SELECT destination FROM route WHERE guild = ?) "
            "AND state = 'pending' AND attempts = 0 AND due > ? AND batch IS NULL",
            (guild, to_ms(now)),
        ):
            alert = decode_alert(text)
            if slug in alert.entities and muted.issuperset(alert.entities):
                self._db.run(
                    "UPDATE delivery SET state = 'superseded', touched = ?, last_error = ? WHERE id = ?",
                    (to_ms(now), f"{slug} was muted before it was due", delivery_id),
                )
                line = NewDelivery(
                    destination=destination, alert=alert, occasion=Occasion.MUTED, about=slug, guild=guild
                )
                self._lines.put(story, revision, line, now)

    def _forget(self, guild: int) -> None:
        for entity in self._watchlist.additions().get(guild, ()):
            self._watchlist.remove(entity.slug)
        for table in _OWNED:
            self._db.run(f"DELETE FROM {table} WHERE guild = ?", (guild,))
        self._db.run("DELETE FROM guild WHERE id = ?", (guild,))
        self._changed()

    def _guilds(self, where: str, arguments: tuple[Any, ...]) -> list[Guild]:
        found = self._db.rows(f"SELECT id, name, joined, left_at, timezone FROM guild {where}", arguments)
        return [
            Guild(id=number, name=name, joined=to_time(came), left=to_time_or_none(left), timezone=zone)
            for number, name, came, left, zone in found
        ]

    def _routes(self, where: str, arguments: tuple[Any, ...]) -> list[Route]:
        found = self._db.rows(
            f"SELECT {_ROUTE} FROM route JOIN guild ON guild.id = route.guild {where}", arguments
        )
        return [_route(row) for row in found]

    def _mutes(self, where: str, arguments: tuple[Any, ...]) -> list[GuildMute]:
        found = self._db.rows(
            "SELECT guild, slug, until, by, since FROM guild_mute "
            f"JOIN entity ON entity.id = guild_mute.entity_id {where} ORDER BY guild, slug",
            arguments,
        )
        return [
            GuildMute(guild=guild, entity=slug, until=to_time_or_none(until), by=by, since=to_time(since))
            for guild, slug, until, by, since in found
        ]

    def _lessons(self, where: str, arguments: tuple[Any, ...]) -> list[Lesson]:
        found = self._db.rows(
            "SELECT lesson.id, guild, slug, alias, words, weight, story_id, headline, by, at FROM lesson "
            f"JOIN entity ON entity.id = lesson.entity_id {where} ORDER BY lesson.id",
            arguments,
        )
        return [
            Lesson(
                id=row[0],
                guild=row[1],
                entity=row[2],
                alias=row[3],
                words=decode_words(row[4]),
                weight=row[5],
                story=row[6],
                headline=row[7],
                by=row[8],
                at=to_time(row[9]),
            )
            for row in found
        ]

    def _changed(self) -> None:
        self._db.run("UPDATE tally SET n = n + 1 WHERE name = 'servers'")


def _route(row: tuple[Any, ...]) -> Route:
    return Route(
        id=row[0],
        guild=row[1],
        destination=row[2],
        kinds=decode_words(row[3]),
        entities=decode_words(row[4]),
        tiers=decode_words(row[5]),
        langs=decode_words(row[6]),
        min_score=row[7],
        ping_role=row[8],
        ping_kinds=decode_words(row[9]),
        quiet_hours=row[10],
        digest=row[11],
        cooldown=timedelta(seconds=row[12]),
        created=to_time(row[13]),
        timezone=row[14],
    )


def _lasts(mute: GuildMute, now: datetime) -> bool:
    return mute.until is None or mute.until > now
