"""``movewire run`` and ``movewire poll`` as processes: asked to stop, or killed, in the middle of a send."""

import asyncio
import os
import signal
import sys
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from storage.model import DeliveryState
from storage.sqlite import open_store
from tests.delivery.conftest import DESTINATION, Discord
from tests.delivery.loopback import TOKEN
from tests.delivery.made import alert, put
from tests.flows.publisher import publishing, rss

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds for a process on a busy machine; a stop itself takes at most ten


Start = Callable[..., Awaitable[asyncio.subprocess.Process]]


@pytest.fixture
async def started() -> AsyncIterator[Start]:
    """Starts a command as a process; none outlives the test."""
    processes: list[asyncio.subprocess.Process] = []

    async def start(*given: Any, **more: str) -> asyncio.subprocess.Process:
        processes.append(await _started(*given, **more))
        return processes[-1]

    yield start
    for process in processes:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def _started(
    command: list[str], discord: Discord, database: Path, **more: str
) -> asyncio.subprocess.Process:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "MOVEWIRE_DB": str(database),
        "MOVEWIRE_SEED_FEEDS": "0",
        "MOVEWIRE_DISCORD_API": discord.api,
        **more,
    }
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import sys; from bot.cli import main; sys.exit(main())",
        *command,
        env=environment,
        cwd=database.parent,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


def filled(database: Path, place: str, many: int) -> list[str]:
    with open_store(database) as store:
        return [put(store, place, alert(number), datetime.now(UTC)) for number in range(1, many + 1)]


def states(database: Path, keys: list[str]) -> list[DeliveryState]:
    with open_store(database) as store:
        return [delivery.state for key in keys if (delivery := store.deliveries.by_key(key)) is not None]


async def asked(discord: Discord, method: str = "POST") -> None:
    async with asyncio.timeout(PATIENCE):
        while method not in [one for one, _ in discord.world.asked]:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("command", ["run", "poll"])
async def test_sigterm_finishes_the_send_in_hand_and_leaves_the_rest_for_the_next_start(
    discord: Discord, started: Start, tmp_path: Path, command: str
):
    database = tmp_path / "movewire.db"
    keys = filled(database, "webhook", 4)
    discord.world.faults = deque(["slow"])
    process = await started([command], discord, database, DISCORD_WEBHOOK_URL=discord.webhook_url)
    await asked(discord)
    process.send_signal(signal.SIGTERM)
    _, errors = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert (process.returncode, b"Traceback" in errors) == (0, False), errors.decode()
    assert discord.world.keys() == {keys[0]: 1}
    assert states(database, keys) == [DeliveryState.SENT] + [DeliveryState.PENDING] * 3


@pytest.mark.parametrize("fault", ["slow", "drop-after"])
async def test_a_poll_killed_in_the_middle_of_a_send_is_repaired_by_the_next_one(
    discord: Discord, started: Start, tmp_path: Path, fault: str
):
    database = tmp_path / "movewire.db"
    keys = filled(database, DESTINATION, 4)
    discord.world.faults = deque(["ok", fault])
    settings = {"DISCORD_TOKEN": TOKEN, "DISCORD_CHANNEL_ID": DESTINATION.partition(":")[2]}
    first = await started(["poll"], discord, database, **settings)
    async with asyncio.timeout(PATIENCE):
        while len(discord.world.asked) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    first.kill()
    await first.communicate()
    second = await started(["poll", "--json"], discord, database, **settings)
    await asyncio.wait_for(second.communicate(), PATIENCE)
    assert second.returncode == 0
    assert discord.world.keys() == dict.fromkeys(keys, 1)
    assert states(database, keys) == [DeliveryState.SENT] * 4


LINES = (
    "Scale AI lays off 300 employees",
    "Surge AI raises $1 billion in funding",
    "Mercor hires Jane Roe as chief executive",
    "Mira Murati leaves Thinking Machines Lab",
)
AT_ONCE = (
    ["run"],
    ["poll", "--all", "--json"],
    ["poll", "--all", "--json"],
    ["poll", "--json"],
    ["watch", "add", "Example Labs", "--kind", "organisation"],
    ["search", "layoffs", "--json"],
    ["watch", "mute", "llama", "--for", "7d"],
)


async def test_eight_commands_at_once_on_one_file_tell_each_event_once(
    discord: Discord, started: Start, tmp_path: Path
):
    database = tmp_path / "movewire.db"
    settings = {
        "DISCORD_WEBHOOK_URL": discord.webhook_url,
        "MOVEWIRE_ALLOW_PRIVATE": "127.0.0.1/32",
        "MOVEWIRE_POLL_MIN": "1s",
        "MOVEWIRE_POLL_MAX": "2s",
    }
    with publishing() as publisher:
        old = ("old", "An old piece about bread")
        for number, line in enumerate(LINES):
            publisher.feeds[f"/{number}"] = rss(old)
            publisher.feeds[f"/other/{number}"] = rss(old)
            added = await started(
                ["feeds", "add", publisher.url(f"/{number}")], discord, database, **settings
            )
            await added.communicate()
            publisher.feeds[f"/{number}"] = rss((f"n{number}", line), old)
        commands = [*AT_ONCE, ["feeds", "add", publisher.url("/other/0")]]
        watching, *others = [await started(one, discord, database, **settings) for one in commands]
        ended = await asyncio.gather(*(asyncio.wait_for(one.communicate(), PATIENCE) for one in others))
        async with asyncio.timeout(PATIENCE):
            while len(discord.world.keys()) < len(LINES):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        watching.send_signal(signal.SIGTERM)
        ended.append(await asyncio.wait_for(watching.communicate(), PATIENCE))
    said = b"\n".join(stream for streams in ended for stream in streams).decode()
    assert [one.returncode for one in (*others, watching)] == [0] * len(commands), said
    assert not any(words in said for words in ("locked", "Traceback", "another program")), said
    assert list(discord.world.keys().values()) == [1] * len(LINES)
    with open_store(database) as store:
        assert store.check() == []
        assert "example-labs" in [one.slug for one in store.watchlist.load().entities]
        assert len(store.feeds.all()) == len(LINES) + 1
