"""The move records, by kind, party and time."""

import pytest

from storage.model import Move, MoveKind, MoveStatus
from storage.sqlite import SqliteStore
from tests.storage.made import DAY, NOW, entity, hire, story, tell


@pytest.fixture
def moved(store: SqliteStore) -> SqliteStore:
    """A store with a hire, a funding and a story of the backstory."""
    store.watchlist.put_all([entity("acme", "Acme Corp"), entity("globex")])
    tell(
        store, "a", story("acme", opened=NOW - 2 * DAY, headline="hire", moves=(hire("Jo Ann Doe", "acme"),))
    )
    funding = Move(
        kind=MoveKind.FUNDING,
        status=MoveStatus.RUMOUR,
        roles={"investor": ("globex",), "recipient": ("acme",)},
        names={"investor": ("Globex", "Müller Capital"), "recipient": ("Acme",)},
        amount=5e8,
        currency="USD",
    )
    tell(store, "b", story("acme", "globex", opened=NOW - DAY, headline="funding", moves=(funding,)))
    past = Move(kind=MoveKind.DEPARTURE, roles={"person": ("jo-doe",), "from": ("globex",)})
    store.stories.add_backstory(
        story("globex", opened=NOW - 90 * DAY, headline="past", moves=(past, hire("Al Bo", "acme"))), "past"
    )
    return store


def headlines(store: SqliteStore, **asked: object) -> list[str]:
    """Headlines of the moves found."""
    return [record.headline for record in store.moves.query(**asked)]  # type: ignore[arg-type]


def test_all_moves_come_newest_first_one_for_each_of_a_story(moved: SqliteStore) -> None:
    assert headlines(moved) == ["funding", "hire", "past", "past"]
    [newest] = moved.moves.query(limit=1)
    assert (newest.move.amount, newest.published, newest.source) == (5e8, NOW - DAY, "News Example")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"kind": "hire"}, ["hire", "past"]),
        ({"kind": "breakup"}, []),
        ({"since": NOW - 3 * DAY}, ["funding", "hire"]),
        ({"person": "jo ann doe"}, ["hire"]),
        ({"person": "DOE"}, ["hire"]),
        ({"person": "jo-doe"}, ["hire", "past"]),
        ({"to": "acme corp"}, ["funding", "hire", "past"]),
        ({"to": "acme", "kind": "funding"}, ["funding"]),
        ({"frm": "globex"}, ["funding", "past"]),
        ({"frm": "muller capital"}, ["funding"]),
        ({"frm": "globex", "to": "acme"}, ["funding"]),
        ({"frm": "acme"}, []),
        ({"person": "acme"}, []),
        ({"person": ""}, []),
        ({"person": "\ud800"}, []),
    ],
    ids=str,
)
def test_moves_are_found_by_kind_time_and_parties(
    moved: SqliteStore, asked: dict[str, object], found: list[str]
) -> None:
    assert headlines(moved, **asked) == found


def test_an_entitys_moves_are_those_where_it_is_a_party(moved: SqliteStore) -> None:
    assert [record.headline for record in moved.moves.of("globex")] == ["funding", "past"]
    assert moved.moves.of("nobody") == []


def test_a_story_whose_moves_change_is_found_by_the_new_ones_only(store: SqliteStore) -> None:
    _, story_id = tell(store, "a", story("acme", moves=(hire("Jo Doe", "acme"),)))
    saved = store.stories.get(story_id)
    assert saved is not None
    from dataclasses import replace

    tell(store, "b", replace(saved, moves=(hire("Al Bo", "acme"),)))
    assert (len(store.moves.query(person="bo")), store.moves.query(person="doe")) == (1, [])
