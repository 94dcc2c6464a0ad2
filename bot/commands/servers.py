"""Servers that the bot is in: remembered as it joins them, kept for a while after it left."""

from collections.abc import Iterable
from dataclasses import replace
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


def adopt(store: "SqliteStore", guild: int, home: Route, now: datetime) -> None:
    """Give the settings' route to its channel's server, so that its mutes and lessons reach it.

    Where the channel has one already, that is the server's: ``/route`` and ``/digest`` change it.
    """
    with store.transaction():
        known = store.guilds.get(guild)
        if all(one.destination != home.destination for one in store.routes.of(guild)):
            store.routes.put(replace(home, guild=guild), now)
            if known is not None and known.timezone == "UTC" != home.timezone:
                store.guilds.set_timezone(guild, home.timezone)
