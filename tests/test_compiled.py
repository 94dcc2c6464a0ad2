"""The compiled build (hatch_build.py): its modules can be compiled, and decide the same."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HOOK = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"][
    "hooks"
]
PATTERNS = HOOK["custom"]["modules"]


def run(*command: object, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_pattern_names_modules():
    assert [pattern for pattern in PATTERNS if not list(ROOT.glob(pattern))] == []


@pytest.mark.timeout(600)
def test_what_is_written_in_them_can_be_compiled(tmp_path):
    """Up to C: the compiler's part takes minutes."""
    modules = sorted(str(file.relative_to(ROOT)) for pattern in PATTERNS for file in ROOT.glob(pattern))
    code = (
        "import sys; from mypyc.build import mypycify; "
        "mypycify(['--ignore-missing-imports', *sys.argv[2:]], target_dir=sys.argv[1])"
    )
    done = run(sys.executable, "-c", code, tmp_path, *modules, cwd=ROOT)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_compiled_code_passes_the_tests_of_what_it_decides(tmp_path):
    built = run(
        *(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path),
        cwd=ROOT,
        HATCH_BUILD_HOOK_ENABLE_CUSTOM="1",
    )
    assert built.returncode == 0, built.stderr
    [wheel] = tmp_path.glob("*.whl")
    shutil.unpack_archive(wheel, tmp_path / "project", "zip")
    for name in ("tests", "docs", "pyproject.toml", "README.md"):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, tmp_path / "project" / name)
    code = "import watchers.matching.judge as judge; print(judge.__file__)"
    where = run(sys.executable, "-P", "-c", code, cwd=tmp_path / "project", PYTHONPATH=".")
    assert where.stdout.strip().endswith(".so"), where
    done = run(
        *(sys.executable, "-m", "pytest", "-q"),
        *(f"tests/{room}" for room in ("matching", "moves", "stories", "routing", "sources", "storage")),
        cwd=tmp_path / "project",
        PYTHONPATH=str(tmp_path / "project"),
    )
    assert done.returncode == 0, done.stdout[-4000:]
