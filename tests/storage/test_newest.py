"""The newest rows of an owner: as remembered, they are what the table holds."""

import random
from collections.abc import Iterator

import pytest

from storage.sqlite import SqliteStore, newest
from storage.sqlite.connection import Connection
from storage.sqlite.newest import EARLIEST, LATEST, Newest, Row

DAY = 86_400
OWNERS = range(1, 6)


@pytest.fixture
def db(sqlite: SqliteStore) -> Iterator[Connection]:
    """The connection of a store, within a transaction."""
    with sqlite._db.transaction():
        yield sqlite._db


def entries(db: Connection, depth: int = 4) -> Newest:
    return Newest(db, "story_key_entry", "key_id", "published", "entry_id", depth)


def stored(db: Connection, owner: int, since: int, until: int, most: int) -> list[Row]:
    found = db.rows(
        "SELECT published, entry_id FROM story_key_entry WHERE key_id = ? AND published BETWEEN ? AND ? "
        "ORDER BY published, entry_id",
        (owner, since, until),
    )
    return found[-most:]


@pytest.mark.parametrize("seed", range(20))
def test_it_answers_as_the_table_would(db: Connection, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newest, "LONGEST", 5)
    monkeypatch.setattr(newest, "KEPT", 4)
    dice = random.Random(seed)
    table = entries(db)
    for _ in range(300):
        owners = dice.sample(OWNERS, dice.randint(1, 4))
        time, row = dice.randrange(90) * DAY, dice.randrange(1, 5)
        match dice.randrange(5):
            case 0:
                table.remove(owners, time, row)
            case 1 | 2:
                table.add(owners, time, row)
            case 3:
                db.memo("story_key_entry", newest.KEPT).clear()
            case _:
                since, most = dice.choice((EARLIEST, time)), dice.randint(1, 6)
                until = dice.choice((LATEST - 1, time + 20 * DAY))
                asked = table.of(owners, since, until, most)
                assert asked == [stored(db, owner, since, until, most) for owner in owners]


def test_who_is_new_is_not_looked_up(db: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    table = entries(db)
    table.begin([7])
    table.add([7], DAY, 1)
    monkeypatch.setattr(db, "rows", None)
    assert table.of([7], 0, 2 * DAY, 4) == [[(DAY, 1)]]


def test_what_was_met_is_not_read_again(db: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    table = entries(db)
    table.add([7, 8], 40 * DAY, 1)
    assert table.of([7, 8], 39 * DAY, 41 * DAY, 4) == [[(40 * DAY, 1)]] * 2
    monkeypatch.setattr(db, "rows", None)
    table.add([7], 40 * DAY, 2)
    assert table.of([7, 8], 38 * DAY, 41 * DAY, 4) == [[(40 * DAY, 1), (40 * DAY, 2)], [(40 * DAY, 1)]]
