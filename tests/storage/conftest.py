"""A fresh database for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.sqlite import SqliteStore, open_store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the test's database lies or will lie."""
    return tmp_path / "movewire.db"


@pytest.fixture
def sqlite(path: Path) -> Iterator[SqliteStore]:
    """An open store on SQLite."""
    with open_store(path) as store:
        yield store
