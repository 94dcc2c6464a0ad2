"""Discord servers: whether the bot is in them, and what each watches for itself alone.

Their routes, mutes and lessons have modules of their own; ``audiences`` puts all together.
A server that the bot left keeps all of it for ``KEPT``, but is no audience meanwhile.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from storage.errors import UnknownThing, UsageError
from storage.model import Entity, Guild
from storage.sqlite.codec import to_seconds, to_time, to_time_or_none
from storage.sqlite.connection import Connection
from storage.sqlite.watchlist import Watched

KEPT = timedelta(days=30)  # for which the settings of a server outlive the bot's removal from it
_OWNED = ("route", "webhook", "guild_mute", "lesson", "waiting_line")  # tables with a column guild
HERE = "guild.left_at IS NULL"  # the bot is in it


class Guilds:
    """Verbs on servers; each is one transaction, and each change makes a new version."""

    def __init__(self, db: Connection, watchlist: Watched) -> None:
        self._db = db
        self._watchlist = watchlist

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
                self.changed()
            return self.known(guild)

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
                self.changed()
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
        return next(iter(self._select("WHERE id = ?", (guild,))), None)

    def all(self) -> list[Guild]:
        """All of them, in the order of their ids."""
        return self._select("ORDER BY id", ())

    def set_timezone(self, guild: int, timezone: str) -> None:
        """The zone of the server's quiet hours and digests; UsageError for one that does not exist."""
        try:
            ZoneInfo(timezone)
        except (KeyError, ValueError, OSError) as error:  # unknown, or no name at all
            raise UsageError(
                f"{timezone!r} is no time zone: give one like Europe/Berlin or America/New_York"
            ) from error
        with self._db.transaction():
            self.known(guild)
            self._db.run("UPDATE guild SET timezone = ? WHERE id = ?", (timezone, guild))
            self.changed()

    # --- private additions ------------------------------------------------------------------

    def watch(self, guild: int, entity: Entity) -> Entity:
        """Watch an entity for one server alone; the entity as stored.

        Its slug ends in ``@<guild>``, so that it never meets that of another server or of
        the installation.  UnknownThing for an unknown server.
        """
        with self._db.transaction():
            self.known(guild)
            slug = entity.slug.partition("@")[0]
            own = replace(entity, slug=f"{slug}@{guild}", origin=f"guild:{guild}")
            self._watchlist.put(own)
            self.changed()
            return own

    def unwatch(self, guild: int, slug: str) -> bool:
        """Watch it no longer there; False where the server has no such addition."""
        with self._db.transaction():
            if slug not in {one.slug for one in self._watchlist.additions().get(guild, ())}:
                return False
            self._watchlist.remove(slug)
            self.changed()
            return True

    # --- for their parts ----------------------------------------------------------------------

    def version(self) -> int:
        """The number of the present version."""
        version: int = self._db.value("SELECT n FROM tally WHERE name = 'servers'")
        return version

    def known(self, guild: int) -> Guild:
        """A server; UnknownThing for one that the bot was never in."""
        found = self.get(guild)
        if found is None:
            raise UnknownThing(f"server {guild} is not known: the bot was never in it")
        return found

    def changed(self) -> None:
        """Make a new version: part of the transaction that changed something."""
        self._db.run("UPDATE tally SET n = n + 1 WHERE name = 'servers'")

    # --- inside -------------------------------------------------------------------------------

    def _forget(self, guild: int) -> None:
        for entity in self._watchlist.additions().get(guild, ()):
            self._watchlist.remove(entity.slug)
        for table in _OWNED:
            self._db.run(f"DELETE FROM {table} WHERE guild = ?", (guild,))
        self._db.run("DELETE FROM guild WHERE id = ?", (guild,))
        self.changed()

    def _select(self, where: str, arguments: tuple[Any, ...]) -> list[Guild]:
        found = self._db.rows(f"SELECT id, name, joined, left_at, timezone FROM guild {where}", arguments)
        return [
            Guild(id=number, name=name, joined=to_time(came), left=to_time_or_none(left), timezone=zone)
            for number, name, came, left, zone in found
        ]
