"""CPU seconds of short commands in processes of their own, interpreter included."""

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

COMMANDS = {"movewire --version": ("--version",), "movewire poll, nothing due": ("poll", "--json")}


def measure(rounds: int = 7) -> dict[str, float]:
    """Median CPU seconds by command."""
    with TemporaryDirectory() as scratch:
        environment = {
            **{
                name: text
                for name, text in os.environ.items()
                if not name.startswith(("MOVEWIRE", "DISCORD"))
            },
            "MOVEWIRE_DB": str(Path(scratch) / "movewire.db"),
            "MOVEWIRE_SEED_FEEDS": "0",
            "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        }
        return {
            name: statistics.median([_once(command, environment, scratch) for _ in range(rounds + 1)][1:])
            for name, command in COMMANDS.items()
        }


def _once(command: tuple[str, ...], environment: dict[str, str], folder: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "bot.cli", *command],
        env=environment,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
