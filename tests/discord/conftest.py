"""The real bot in a simulated Discord, over a real database with a small history."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import discord
import pytest
import simcord

from bot.app import App, open_app
from bot.commands.desk import desk_of
from bot.gateway import Gateway
from bot.settings import load
from storage.sqlite import SqliteStore
from tests.cli.stocked import stock
from tests.discord.checking import faults


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """The wired application over one alerted story that two outlets tell, and its past."""
    stock(tmp_path / "news.db").close()
    environ = {"MOVEWIRE_SEED_FEEDS": "0", "MOVEWIRE_ALLOW_PRIVATE": "127.0.0.1/32"}
    with open_app(load(db=str(tmp_path / "news.db"), environ=environ, folder=tmp_path)) as opened:
        yield opened


@pytest.fixture
def store(app: App) -> SqliteStore:
    """Its store."""
    return app.store


def connected(app: App) -> Gateway:
    """The bot as ``movewire run`` makes it, before it connects."""
    return Gateway(desk_of(app), shard_count=1)


@dataclass(slots=True, kw_only=True)
class Server:
    """A server with the bot in it, a reader, somebody who may manage it, and the bot's owner."""

    env: simcord.Env
    guild: simcord.GuildHandle
    channel: simcord.ChannelHandle
    reader: simcord.MemberActor
    keeper: simcord.MemberActor


def own(server: Server, actor: simcord.MemberActor) -> None:
    """Make somebody the owner of the application, and so of the installation."""
    server.env.bot.application.owner = discord.Object(actor.id)


@pytest.fixture
async def server(app: App) -> AsyncIterator[Server]:
    """The bot, connected, in one server; ends with the check of all that it sent."""
    env = simcord.Env(connected(app), settle_timeout=90.0)  # a busy machine draws slowly
    await env.start()
    try:
        guild = env.create_guild()
        role = guild.create_role(
            "keepers", permissions=discord.Permissions(manage_guild=True, mention_everyone=True)
        )
        yield Server(
            env=env,
            guild=guild,
            channel=guild.create_text_channel("news"),
            reader=guild.add_member(env.create_user("reader")),
            keeper=guild.add_member(env.create_user("keeper"), roles=[role]),
        )
        assert [fault for one in env.http_requests for fault in faults(one)] == []
    finally:
        await env.shutdown()
