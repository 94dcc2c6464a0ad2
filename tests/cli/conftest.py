"""A clean environment for every test of the command line, and two ways to call it."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli import main
from tests.cli.stocked import stock


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one call gave back."""

    status: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No setting from outside: an empty home, and an empty folder to stand in."""
    for name in list(os.environ):
        if name.startswith(("MOVEWIRE_", "DISCORD_", "XDG_")) and name != "MOVEWIRE_SHARED":
            monkeypatch.delenv(name)
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(here)
    return here


@pytest.fixture
def call(capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[..., Answer]:
    """``call("search", "x")`` runs a command line in this process."""

    def run(*arguments: str) -> Answer:
        capfdbinary.readouterr()
        status = main(list(arguments))
        captured = capfdbinary.readouterr()
        return Answer(status=status, out=captured.out.decode(), err=captured.err.decode())

    return run


@pytest.fixture
def spawn() -> Callable[..., Answer]:
    """``spawn("search", "x", stdin="…")`` runs a command line in a process of its own."""

    def run(*arguments: str, stdin: str = "", env: Mapping[str, str] | None = None) -> Answer:
        done = subprocess.run(
            [sys.executable, "-c", "import sys; from bot.cli import main; sys.exit(main())", *arguments],
            input=stdin,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **(env or {})},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        return Answer(status=done.returncode, out=done.stdout, err=done.stderr)

    return run


@pytest.fixture
def stocked(clean_environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configured database, holding a small history."""
    path = clean_environment / "news.db"
    monkeypatch.setenv("MOVEWIRE_DB", str(path))
    monkeypatch.setenv("MOVEWIRE_SEED_FEEDS", "0")
    stock(path).close()
    return path
