"""Fixtures of the delivery tests: a store, a Discord on loopback, and sinks between them."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.sinks import Sinks
from bot.sinks.base import REAL, Clock
from storage.sqlite import SqliteStore, open_store
from tests.delivery.loopback import TOKEN, Webhook, World, make_app, serve
from tests.delivery.schema import schema_check

NOW = datetime(2025, 6, 13, 9, 0, tzinfo=UTC)
CHANNEL = 4242
DESTINATION = f"channel:{CHANNEL}"


@dataclass(slots=True)
class Discord:
    """A running loopback Discord and how to reach it."""

    world: World
    base: str
    opened: list[Sinks] = field(default_factory=list)
    webhook: str = "77"
    thread: str | None = None
    hook_secret: str = "hook-secret"

    @property
    def api(self) -> str:
        return f"{self.base}/api/v10"

    @property
    def webhook_url(self) -> str:
        known = Webhook(number=self.webhook, secret=self.hook_secret, channel=str(CHANNEL))
        self.world.webhooks.setdefault(self.webhook, known)
        thread = f"?thread_id={self.thread}" if self.thread else ""
        return f"{self.api}/webhooks/{self.webhook}/{self.hook_secret}{thread}"

    def renew_webhook(self) -> None:
        """The owner makes another one."""
        self.webhook = "78"

    def sinks(
        self, *, token: bool = True, webhook: bool = False, clock: Clock = REAL, **more: object
    ) -> Sinks:
        made = Sinks(
            api=self.api,
            token=TOKEN if token else None,
            webhook_url=self.webhook_url if webhook else None,
            clock=clock,
            **more,  # type: ignore[arg-type]
        )
        self.opened.append(made)
        return made


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with open_store(tmp_path / "movewire.db", durable=False) as opened:
        yield opened


@pytest.fixture
async def discord() -> AsyncIterator[Discord]:
    """Every test ends with the check that nothing was sent that Discord would refuse."""
    world = World(schema_check=schema_check())
    runner, base = await serve(make_app(world))
    running = Discord(world, base)
    yield running
    for sinks in running.opened:
        await sinks.aclose()
    await runner.cleanup()
    assert world.refused == []
