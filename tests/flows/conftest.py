"""What the flows run with: a publisher and a movewire of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.flows.publisher import Publisher, publishing

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with publishing() as server:
        yield server


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment with nothing of ours but a database in a folder of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MOVEWIRE", "DISCORD"))}
    return {
        **kept,
        "HOME": str(tmp_path),
        "MOVEWIRE_DB": str(tmp_path / "flow.db"),
        "MOVEWIRE_SEED_FEEDS": "0",
        "MOVEWIRE_ALLOW_PRIVATE": "127.0.0.1/32",
    }


@pytest.fixture
def movewire(environment: dict[str, str], tmp_path: Path) -> Command:
    """Runs the real command in a process of its own."""

    def run(*arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "bot.cli", *arguments],
            env={**environment, **more},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=100,
        )

    return run


def document(done: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    """The JSON on stdout of a command that went well."""
    assert done.returncode == 0, done.stderr
    loaded: dict[str, Any] = json.loads(done.stdout)
    return loaded
