"""Entries in, messages out: the whole pipeline between a made feed and a Discord on loopback."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.app import App, all_routes
from bot.courier import drain
from bot.digests import gather
from bot.explaining import packaged_watchlist
from bot.settings import Settings
from bot.sinks.base import Clock
from bot.values import Secret
from storage.model import Guild, Route
from storage.sqlite import SqliteStore, open_store
from tests.delivery.conftest import Discord
from tests.delivery.conftest import discord as discord
from tests.delivery.loopback import TOKEN
from tests.storage.made import parsed, poll
from watchers.pipeline import Judged, Pipeline
from watchers.polling import Bounds

START = datetime(2025, 6, 13, 10, 0, tzinfo=UTC)  # a Friday
HOME, A, B = 1, 10, 20  # the settings' channel, and two servers


class SetClock(Clock):
    """Stands where the test sets it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@dataclass(slots=True)
class World:
    """A wired application, a feed that tells what a test says, and what arrived where."""

    path: Path
    discord: Discord
    settings: Settings
    clock: SetClock = field(default_factory=lambda: SetClock(START))
    told: int = 0
    store: SqliteStore = field(init=False)

    def __post_init__(self) -> None:
        self.store = open_store(self.path, durable=False)

    def restart(self) -> None:
        """The process ends and another begins."""
        self.store.close()
        self.store = open_store(self.path, durable=False)

    @property
    def app(self) -> App:
        return App(
            store=self.store,
            clock=self.clock,
            bounds=Bounds(),
            routes=partial(all_routes, self.settings, self.store),
            new_fetcher=_no_network,
            new_sinks=self.discord.sinks,
        )

    @property
    def now(self) -> datetime:
        return self.clock.at

    def wait(self, **time: float) -> None:
        """Time passes."""
        self.clock.at += timedelta(**time)

    def server(self, guild: int, *routes: dict[str, Any], zone: str = "UTC") -> Guild:
        """A server with routes; their channel is ``<guild>1`` unless said otherwise."""
        joined = self.store.guilds.joined(guild, f"server {guild}", self.now)
        self.store.guilds.set_timezone(guild, zone)
        for wish in routes:
            route = Route(id=0, guild=guild, **{"destination": f"channel:{guild}1", **wish})
            self.store.routes.put(route, self.now)
        return joined

    def tell(self, title: str, *, outlet: str = "https://news.example/feed.xml", **more: Any) -> Judged:
        """An outlet brings an entry, which is judged."""
        self.told += 1
        host = outlet.split("/")[2]
        entry = parsed(
            f"n{self.told}",
            title=title,
            url=f"https://{host}/{self.told}",
            published=self.now,
            summary=more.pop("summary", ""),
            source=host,
            **more,
        )
        poll(self.store, entry, url=outlet, seen=self.now)
        [judged] = Pipeline(self.store, self.app.routes).process(self.now)
        return judged

    async def deliver(self) -> None:
        """Digests and the outbox, as a pass does both."""
        gather(self.app)
        sinks = self.discord.sinks(clock=self.clock, webhook_secret=self.store.routes.webhook_secret)
        drained = await drain(self.store, sinks, self.clock)
        assert drained.errors == []

    def messages(self, channel: int) -> list[dict[str, Any]]:
        """What stands in a channel, first to last."""
        held = self.discord.world.messages.get(str(channel), [])
        return sorted(held, key=lambda message: int(message["id"]))

    def shown(self, channel: int) -> list[str]:
        """The words of each message there."""
        return [
            "\n".join([embed.get("title", ""), embed.get("description", "")])
            for message in self.messages(channel)
            for embed in message["embeds"]
        ]


def _no_network() -> Any:
    raise AssertionError("these tests fetch nothing")


@pytest.fixture
async def world(tmp_path: Path, discord: Discord) -> Any:
    """With the packaged watchlist and a settings' channel."""
    settings = Settings(db=tmp_path / "flow.db", discord_token=Secret(TOKEN), discord_channel_id=HOME)
    made = World(path=settings.db, discord=discord, settings=settings)
    made.store.watchlist.put_all(packaged_watchlist().entities)
    yield made
    made.store.close()
