"""The built wheel, installed into an empty environment and used from another folder."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("bot", "watchers", "storage", "seeds")
SKIPPED = {"__pycache__"}


def run(*command: object, cwd: Path, home: Path) -> str:
    """Stdout of a command in a bare environment; a failure shows what it said."""
    bare = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=bare,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT, home=folder)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel, and beside it only the libraries that it asks for."""
    folder = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder, home=folder)
    python = folder / "venv" / "bin" / "python"
    run(
        *(sys.executable, "-m", "pip", "--python", python, "install", "-q"),
        *("--no-deps", "--no-index", "--disable-pip-version-check", wheel),
        cwd=folder,
        home=folder,
    )
    [site] = (folder / "venv" / "lib").glob("python*/site-packages")
    # The libraries are the ones of this environment.  Its path files are not read from here,
    # so an editable install of the checkout stays invisible.
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def test_the_wheel_holds_all_files_of_the_four_rooms_and_nothing_else(wheel):
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    checkout = {
        str(file.relative_to(ROOT))
        for room in ROOMS
        for file in (ROOT / room).rglob("*")
        if file.is_file() and not SKIPPED & set(file.parts)
    }
    assert held == checkout


def test_the_command_runs_from_an_empty_folder(installed, tmp_path):
    said = run(installed / "venv/bin/movewire", "--version", cwd=tmp_path, home=tmp_path)
    assert said.startswith("movewire ")
    assert list(tmp_path.iterdir()) == []


def test_what_runs_is_the_installed_code(installed, tmp_path):
    code = "import bot, seeds, storage, watchers; print(bot.__file__, seeds.__file__, watchers.__file__)"
    said = run(installed / "venv/bin/python", "-c", code, cwd=tmp_path, home=tmp_path)
    assert {str(installed) in path for path in said.split()} == {True}


def test_the_seeds_come_along(installed, tmp_path):
    code = """
from datetime import UTC, datetime
from seeds import demo
from seeds.loader import plant
from storage.sqlite import open_store
now = datetime(2025, 9, 1, tzinfo=UTC)
with open_store("new.db", now=now) as store:
    print(plant(store, now, feeds=True), len(demo.stages()))
"""
    said = run(installed / "venv/bin/python", "-c", code, cwd=tmp_path, home=tmp_path)
    assert said.startswith("Planted(entities=33, feeds=")


def test_a_text_is_explained_by_the_installed_command(installed, tmp_path):
    text = "Ruben Mayer leaves Meta after two months"
    said = run(installed / "venv/bin/movewire", "explain", "--json", text, cwd=tmp_path, home=tmp_path)
    assert '"ruben-mayer"' in said
