"""Routes of Discord servers: which alerts go to which of their channels and webhooks.

Choosing by a route is for ``watchers.routing``.
"""

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from storage.errors import UnknownThing, UsageError
from storage.model import Route
from storage.sqlite.codec import decode_words, encode_words, to_seconds, to_time
from storage.sqlite.connection import Connection
from storage.sqlite.guilds import HERE, Guilds

_ROUTE = (
    "route.id, route.guild, destination, kinds, entities, tiers, langs, min_score, ping_role, ping_kinds, "
    "quiet_hours, digest, cooldown, created, guild.timezone"
)


class Routes:
    """Verbs on routes; each is one transaction."""

    def __init__(self, db: Connection, guilds: Guilds) -> None:
        self._db = db
        self._guilds = guilds

    def put(self, route: Route, now: datetime) -> Route:
        """Store a route of its server: a new one (id 0), or in the place of the one with its id.

        Its time zone is the server's.  UsageError where a webhook is not the server's own
        (``keep_webhook``); UnknownThing for a server or an id that is not there.
        """
        with self._db.transaction():
            guild = self._guilds.known(route.guild or 0)
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
            self._guilds.changed()
            return next(one for one in self._select("WHERE route.id = ?", (route_id,)))

    def remove(self, guild: int, route_id: int) -> bool:
        """Send nothing new along it; what it told is still updated.  False: no such route there."""
        with self._db.transaction():
            gone = self._db.run("DELETE FROM route WHERE id = ? AND guild = ?", (route_id, guild))
            if gone:
                self._guilds.changed()
            return gone > 0

    def of(self, guild: int) -> list[Route]:
        """Routes of one server, in the order in which they came."""
        return self._select("WHERE route.guild = ? ORDER BY route.id", (guild,))

    def all(self) -> list[Route]:
        """Routes of all servers that the bot is in, in the order in which they came."""
        return self._select(f"WHERE {HERE} ORDER BY route.id", ())

    def deaf(self, destinations: Collection[str]) -> set[str]:
        """Of ``destinations`` those that only servers have which the bot was removed from."""
        found = self._db.rows(
            "SELECT destination FROM route JOIN guild ON guild.id = route.guild "
            "WHERE destination IN (SELECT value FROM json_each(?)) "
            f"GROUP BY destination HAVING max({HERE}) = 0",
            (json.dumps(list(destinations)),),
        )
        return {row[0] for row in found}

    def keep_webhook(self, guild: int, webhook: int, secret: str) -> str:
        """Remember how a webhook of a server is written to; its destination, ``webhook:<id>``.

        A webhook belongs to the server that named it first: another one gets a UsageError.
        """
        with self._db.transaction():
            self._guilds.known(guild)
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

    def _check_destination(self, destination: str, guild: int) -> None:
        kind, _, name = destination.partition(":")
        number = name.partition("/")[0]
        if kind not in ("channel", "webhook") or not number.isdecimal():
            raise UsageError(f"{destination} is no destination: name a channel or a webhook of the server")
        if kind == "webhook":
            owner = self._db.value("SELECT guild FROM webhook WHERE id = ?", (int(number),))
            if owner != guild:
                raise UsageError(f"webhook {number} is not known in this server: give its URL")

    def _select(self, where: str, arguments: tuple[Any, ...]) -> list[Route]:
        found = self._db.rows(
            f"SELECT {_ROUTE} FROM route JOIN guild ON guild.id = route.guild {where}", arguments
        )
        return [_route(row) for row in found]


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
