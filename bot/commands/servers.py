"""Servers that the bot is in: remembered as it joins them, kept for a while after it left."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from storage.model import Route

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore


def present(store: "SqliteStore", servers: Iterable[tuple[int, str]], now: datetime) -> None:
    """The bot is in exactly these, by id and name: what happened while it was away is made up for."""
    with store.transaction():
        found = dict(servers)
        for guild, name in found.items():
            store.guilds.joined(guild, name, now)
        store.guilds.present(list(found), now)


def adopt(store: "SqliteStore", guild: int, channel: int, now: datetime) -> None:
    """Give the settings' channel to its server as a route, so that its mutes and lessons reach it."""
    destination = f"channel:{channel}"
    with store.transaction():
        if all(one.destination != destination for one in store.guilds.routes(guild)):
            store.guilds.put_route(Route(id=0, destination=destination, guild=guild), now)
