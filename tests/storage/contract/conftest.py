"""The contract that every store keeps: its tests run once for each entry of ``STORES``.

A second store adds a function that opens it, empty, and a line here.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from storage.sqlite import SqliteStore, open_store

Opener = Callable[[Path], AbstractContextManager[SqliteStore]]


def open_sqlite(folder: Path) -> AbstractContextManager[SqliteStore]:
    """The store on SQLite; the same folder opens the same database."""
    return open_store(folder / "movewire.db", durable=False)


STORES: dict[str, Opener] = {"sqlite": open_sqlite}


@pytest.fixture(params=list(STORES))
def opener(request: pytest.FixtureRequest) -> Opener:
    """Opens the database of a folder, as often as a test likes."""
    return STORES[request.param]


@pytest.fixture
def store(opener: Opener, tmp_path: Path) -> Iterator[SqliteStore]:
    """A fresh store."""
    with opener(tmp_path) as opened:
        yield opened
