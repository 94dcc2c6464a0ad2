"""Tokens and webhook addresses reach nobody: no log, error, answer, export or backup."""

import io
import logging
import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.courier import drain
from bot.logs import Scrubber, configure
from bot.settings import load
from bot.sinks import Sinks
from bot.sinks.base import REAL
from storage.errors import SettingsError
from storage.sqlite import SqliteStore, open_store
from tests.delivery.conftest import DESTINATION, Discord
from tests.delivery.made import alert, put

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "canary.bot-token.MTk4NjIyNDgzNDcxOTI1MjQ4"
HOOK = "canary-webhook-secret-9f8e7d6c5b4a"
CANARIES = (TOKEN, HOOK, "canary")
TROUBLE = ["drop-before", "drop-after", "500", "502", "403", "400", "400", "429", "429-cloudflare"]


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything that is logged, at DEBUG, by us and by every library."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    configure(logging.DEBUG, [TOKEN, HOOK], requests=True)
    for name in ("httpx", "httpcore", "asyncio", "movewire", "bot"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield stream
    for name in ("httpx", "httpcore", "asyncio", "movewire", "bot"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    root.setLevel(level)
    root.handlers[:] = handlers


def told_nothing(text: str) -> bool:
    return not any(canary in text for canary in CANARIES)


async def test_no_trouble_brings_a_secret_into_a_log_an_error_or_the_database(
    store: SqliteStore, discord: Discord, logged: io.StringIO, tmp_path: Path
):
    discord.world.token = TOKEN
    discord.hook_secret = HOOK
    for place in (DESTINATION, "webhook"):
        for number in range(1, 6):
            put(store, place, alert(number), REAL.now())
    errors: list[str] = []
    for fault in [*TROUBLE, ""]:
        discord.world.faults = deque([fault] * 2 if fault else [])
        sinks = Sinks(
            api=discord.api,
            token=TOKEN,
            webhook_url=discord.webhook_url,
            scrub=Scrubber([TOKEN, HOOK]),
        )
        drained = await drain(store, sinks, fault_patience=0.0, rate_patience=0.0)
        errors += [fault.error for fault in drained.errors]
        await sinks.aclose()
        with store.transaction():  # what waits is due at once: each trouble has its turn
            store.claims.doubt_open(REAL.now())
    backup = tmp_path / "backup.db"
    store.backup(backup)
    assert "api/v10/webhooks/77/" in logged.getvalue()  # requests are logged, that is the danger
    assert errors
    assert told_nothing(logged.getvalue())
    assert told_nothing("\n".join(errors))
    assert told_nothing(backup.read_bytes().decode("latin-1"))


@pytest.mark.parametrize("listening", [True, False], ids=["refused", "nobody there"])
async def test_no_command_shows_a_secret(discord: Discord, tmp_path: Path, listening: bool):
    database, backup = tmp_path / "movewire.db", tmp_path / "copy.db"
    with open_store(database) as store:
        keys = [put(store, place, alert(1), datetime.now(UTC)) for place in (DESTINATION, "webhook")]
    base = discord.api if listening else "http://127.0.0.1:9/api/v10"
    environment = {
        **os.environ,
        "MOVEWIRE_DB": str(database),
        "MOVEWIRE_SEED_FEEDS": "0",
        "MOVEWIRE_DISCORD_API": base,
        "DISCORD_TOKEN": TOKEN,
        "DISCORD_CHANNEL_ID": "4242",
        "DISCORD_WEBHOOK_URL": f"{base}/webhooks/77/{HOOK}",
        "MOVEWIRE_OPS_WEBHOOK_URL": f"{base}/webhooks/78/{HOOK}",
        "MOVEWIRE_HEARTBEAT_URL": f"{base}/{HOOK}",
    }
    commands = [
        ["-v", "poll", "--json"],
        ["-v", "doctor", "--json"],
        ["-v", "why", keys[0], "--json"],
        ["-v", "why", keys[1]],
        ["watch", "export"],
        ["feeds", "export"],
        ["db", "backup", str(backup)],
        ["resend", keys[1]],
    ]
    if not listening:
        commands = commands[:1]  # the rest would say the same
        backup.write_bytes(b"")
    for command in commands:
        ended = await run(command, environment, tmp_path)
        assert "Traceback" not in ended, ended
        assert told_nothing(ended), command
    assert told_nothing(backup.read_bytes().decode("latin-1"))
    assert told_nothing("\n".join(discord.world.agents))


# Durations, hours and destinations are repeated: nobody keeps a secret there.
SETTINGS = {
    "MOVEWIRE_DB": "postgresql://somebody:{}@db.example/movewire",
    "MOVEWIRE_SEED_FEEDS": "{}",
    "MOVEWIRE_DISCORD_API": "https://somebody:{}@discord.example/api",
    "MOVEWIRE_DISCORD_GATEWAY": "wss://somebody:{}@discord.example",
    "MOVEWIRE_HEARTBEAT_URL": "ftp://beat.example/{}",
    "MOVEWIRE_OPS_CHANNEL_ID": "{}",
    "MOVEWIRE_OPS_WEBHOOK_URL": "https://elsewhere.example/api/webhooks/1/{}",
    "DISCORD_TOKEN": "Bot {}",
    "DISCORD_CHANNEL_ID": "{}",
    "DISCORD_WEBHOOK_URL": "https://somebody:{}@discord.com/api/webhooks/1/2",
    "DISCORD_DIGEST": "{}",
    "DISCORD_TIMEZONE": "{}",
}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_wrong_setting_is_refused_without_being_repeated(name: str, tmp_path: Path):
    with pytest.raises(SettingsError) as refusal:
        load(environ={name: SETTINGS[name].format(HOOK)}, folder=tmp_path)
    assert told_nothing(str(refusal.value))
    assert name in str(refusal.value)


async def run(command: list[str], environment: dict[str, str], folder: Path) -> str:
    """What a command prints, on both streams; the server of the test goes on answering."""
    import asyncio

    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import sys; from bot.cli import main; sys.exit(main())",
        *command,
        env=environment | {"PYTHONPATH": str(ROOT)},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    printed, _ = await process.communicate()
    return printed.decode()
