"""From where a question is asked: the server, the asker, and what of the answer is theirs.

A server sees its own channels, private additions and lessons, and never those of another.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import discord

from bot.commands.permission import owns
from storage.errors import UsageError
from watchers.listening import is_private

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """A server and a member of it."""

    guild: int
    name: str
    user: int
    owner: bool = False  # of the installation
    channels: frozenset[int] = frozenset()

    def shows(self, slug: str) -> bool:
        """Whether an entity is the installation's or this server's own."""
        return not is_private(slug) or slug.endswith(f"@{self.guild}")

    def known(self, store: "SqliteStore", now: datetime) -> None:
        """Make sure that the store knows the server, before something is kept for it."""
        if (held := store.guilds.get(self.guild)) is None or held.left is not None:
            store.guilds.joined(self.guild, self.name, now)


def here(interaction: discord.Interaction[Any]) -> Here:
    """Where an interaction comes from; UsageError outside servers, where Discord offers no command."""
    guild = interaction.guild
    if guild is None:
        raise UsageError("This works in servers only.")
    return Here(
        guild=guild.id,
        name=guild.name,
        user=interaction.user.id,
        owner=owns(interaction),
        channels=frozenset(one.id for one in (*guild.channels, *guild.threads)),
    )
