"""The set-ups in deploy/: sound in form, and speaking of commands and files that exist."""

import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service")) + sorted(DEPLOY.glob("*.timer"))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_systemd_takes_the_units(tmp_path):
    for unit in UNITS:
        text = unit.read_text().replace("/opt/movewire/.venv/bin/movewire", "/bin/true")
        (tmp_path / unit.name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", *(tmp_path / unit.name for unit in UNITS)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_both_services_are_hardened_alike():
    def walls(unit: str) -> list[str]:
        text = (DEPLOY / unit).read_text().partition("NoNewPrivileges")[2]
        return [line for line in text.partition("[Install]")[0].splitlines() if "=" in line]

    assert walls("movewire.service") == walls("movewire-poll.service")
    assert len(walls("movewire.service")) > 20


def test_the_crontab_has_one_line_of_five_fields_and_a_command():
    lines = [line for line in (DEPLOY / "crontab").read_text().splitlines() if not line.startswith("#")]
    environment, entry = (line for line in lines if line)
    assert environment == 'MAILTO=""'
    assert re.fullmatch(r"(?:[\d*/,-]+ ){5}/opt/movewire/\.venv/bin/movewire poll .*", entry)
    assert "%" not in entry  # which cron takes for the end of the line


def test_the_image_is_made_of_files_that_are_there_and_let_in():
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    let_in = {
        line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    copied = set()
    for words in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE):
        copied.update(words.split()[:-1])
    assert copied == let_in
    assert [path for path in copied if not (ROOT / path).exists()] == []
    assert {"bot", "watchers", "storage", "seeds", "constraints.txt"} <= copied


def test_the_container_is_not_root_and_is_asked_for_its_health():
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    final = dockerfile.rpartition("\nFROM ")[2]
    assert re.search(r"^USER movewire$", final, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK ", final, re.MULTILINE)


@pytest.mark.parametrize(("age", "status"), [(60, 0), (600, 1), (None, 1)])
def test_the_health_check_asks_whether_the_heart_still_beats(tmp_path, age, status):
    database = tmp_path / "movewire.db"
    if age is not None:
        beat = database.with_name("movewire.db.heartbeat")
        beat.touch()
        os.utime(beat, (time.time() - age,) * 2)
    found = re.search(
        r"^HEALTHCHECK .*?CMD (\[.*?\])$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE | re.DOTALL
    )
    assert found
    done = subprocess.run(
        json.loads(found[1]),
        env={**os.environ, "MOVEWIRE_DB": str(database)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == status


def test_every_file_of_the_folder_is_spoken_of_on_its_page():
    page = (DEPLOY / "README.md").read_text()
    files = {file.name for file in DEPLOY.iterdir()} - {"README.md", "Dockerfile", "Dockerfile.dockerignore"}
    assert [name for name in sorted(files) if name not in page] == []
