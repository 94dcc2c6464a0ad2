"""Mutes of Discord servers: whom a server hears nothing of, and until when.

Those of the whole installation are for ``storage.sqlite.watchlist``; what a mute held back
is told by ``bot.digests``.
"""

from datetime import datetime
from typing import Any

from storage.errors import UnknownThing
from storage.model import FOR_GOOD, GuildMute, NewDelivery, Occasion
from storage.sqlite import slugs
from storage.sqlite.codec import to_seconds, to_seconds_or_none, to_time, to_time_or_none
from storage.sqlite.connection import Connection
from storage.sqlite.deliveries import decode_alert, to_ms
from storage.sqlite.guilds import Guilds
from storage.sqlite.waiting import Waiting
from storage.sqlite.watchlist import Watched


class Mutes:
    """Verbs on mutes; each is one transaction."""

    def __init__(self, db: Connection, guilds: Guilds, watchlist: Watched, lines: Waiting) -> None:
        self._db = db
        self._guilds = guilds
        self._watchlist = watchlist
        self._lines = lines

    def mute(
        self, guild: int, slug: str, until: datetime | None, now: datetime, *, by: int | None = None
    ) -> None:
        """Tell the server nothing of an entity until a time (None: until ``unmute``).

        What that holds back is told when the mute is over, messages included that wait for
        the end of quiet hours.  UnknownThing for an entity that is not watched there.
        """
        with self._db.transaction():
            self._guilds.known(guild)
            if slug not in self._watchlist.load(guild).by_slug():
                raise UnknownThing(f"{slug} is not watched here")
            entity_id = slugs.find(self._db, [slug])[slug]
            self._db.run(
                "INSERT OR REPLACE INTO guild_mute (guild, entity_id, until, by, since) "
                "VALUES (?, ?, ?, ?, ?)",
                (guild, entity_id, to_seconds_or_none(until), by, to_seconds(now)),
            )
            self._hold_back(guild, slug, now)
            self._guilds.changed()

    def unmute(self, guild: int, slug: str) -> bool:
        """Let it be heard of again; what was held back is told with the next pass.  False: not muted."""
        with self._db.transaction():
            gone = self._db.run(
                "DELETE FROM guild_mute WHERE guild = ? "
                "AND entity_id = (SELECT id FROM entity WHERE slug = ?)",
                (guild, slug),
            )
            if gone:
                self._guilds.changed()
            return gone > 0

    def of(self, guild: int, now: datetime) -> list[GuildMute]:
        """The mutes of a server that are not over, the one that ends first in front."""
        live = [one for one in self._select("WHERE guild = ?", (guild,)) if _lasts(one, now)]
        return sorted(live, key=lambda one: (one.until or FOR_GOOD, one.entity))

    def all(self) -> list[GuildMute]:
        """Those of all servers, over or not."""
        return self._select("", ())

    def end_over(self, now: datetime) -> list[GuildMute]:
        """Take out those that are over and return them: part of the telling of what they held back."""
        over = self._select("WHERE until <= ?", (to_seconds(now),))
        if over:
            with self._db.transaction():
                self._db.run("DELETE FROM guild_mute WHERE until <= ?", (to_seconds(now),))
                self._guilds.changed()
        return over

    def _hold_back(self, guild: int, slug: str, now: datetime) -> None:
        """Messages that are not due yet and speak of muted entities alone become the mute's lines."""
        muted = {one.entity for one in self.of(guild, now)}
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

    def _select(self, where: str, arguments: tuple[Any, ...]) -> list[GuildMute]:
        found = self._db.rows(
            "SELECT guild, slug, until, by, since FROM guild_mute "
            f"JOIN entity ON entity.id = guild_mute.entity_id {where} ORDER BY guild, slug",
            arguments,
        )
        return [
            GuildMute(guild=guild, entity=slug, until=to_time_or_none(until), by=by, since=to_time(since))
            for guild, slug, until, by, since in found
        ]


def _lasts(mute: GuildMute, now: datetime) -> bool:
    return mute.until is None or mute.until > now
