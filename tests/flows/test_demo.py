"""``movewire demo`` as a newcomer sees it."""

import re

from tests.flows.conftest import Command


def test_the_demo_tells_at_least_five_stories_once_with_their_past(movewire: Command) -> None:
    done = movewire("demo")
    assert done.returncode == 0, done.stderr
    keys = re.findall(r"^  key ([0-9a-f]{24})$", done.stdout, re.MULTILINE)
    assert len(keys) == len(set(keys))
    alerts = [part for part in done.stdout.split("\n\n") if "\n  key " in part and " Update · " not in part]
    assert len(alerts) >= 5
    assert all("\n  why: " in part for part in alerts)
    assert sum("\n  earlier: 20" in part for part in alerts) >= 5
    assert "reported by 3 outlets" in done.stdout
    assert "surge in demand" not in done.stdout.lower()


def test_the_demo_keeps_its_database_where_it_is_told(movewire: Command, tmp_path) -> None:  # type: ignore[no-untyped-def]
    assert movewire("demo", "--keep", str(tmp_path / "kept.db")).returncode == 0
    found = movewire("search", "layoffs", "--json", MOVEWIRE_DB=str(tmp_path / "kept.db"))
    assert "Scale AI" in found.stdout
    assert movewire("demo", "--keep", str(tmp_path / "kept.db")).returncode == 2
