"""The real bot in a simulated Discord, over a real database with a small history."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import discord
import pytest
import simcord

from bot.commands.reply import Desk
from bot.gateway import Gateway
from bot.sinks.base import REAL
from storage.sqlite import SqliteStore
from tests.cli.stocked import stock


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """One alerted story that two outlets tell, and its past."""
    with stock(tmp_path / "news.db") as held:
        yield held


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server with the bot in it, a reader and somebody who may manage it."""

    env: simcord.Env
    channel: simcord.ChannelHandle
    reader: simcord.MemberActor
    keeper: simcord.MemberActor


@pytest.fixture
async def server(store: SqliteStore) -> AsyncIterator[Server]:
    """The bot, connected, in one server."""
    bot = Gateway(Desk(store=store, clock=REAL), shard_count=1)
    env = simcord.Env(bot)
    await env.start()
    try:
        guild = env.create_guild()
        role = guild.create_role("keepers", permissions=discord.Permissions(manage_guild=True))
        yield Server(
            env=env,
            channel=guild.create_text_channel("news"),
            reader=guild.add_member(env.create_user("reader")),
            keeper=guild.add_member(env.create_user("keeper"), roles=[role]),
        )
    finally:
        await env.shutdown()
