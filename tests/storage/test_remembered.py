"""What is remembered from one transaction to the next is what the file holds."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from storage.model import Assignment, Member, Story
from storage.sqlite import SqliteStore, open_store
from tests.storage.made import DAY, HOUR, NOW, hire, parsed, poll, story, tell, told

Seen = tuple[dict[str, int], list[Member], list[Story]]


def seen(store: SqliteStore) -> Seen:
    """What judging asks of the store, as one that remembers answers it."""
    with store.transaction():
        return asked(store)


def asked(store: SqliteStore) -> Seen:
    return (
        store.stories.rarity(["x", "y", "new"]),
        store.stories.candidates({"x": 1.0, "y": 1.0}, NOW - DAY, NOW),
        store.stories.related(["acme", "birch"], before=NOW),
    )


def changed_by_another_entry(store: SqliteStore) -> None:
    tell(store, "two", story("acme", "birch"), "x", "new")


def changed_by_joining(store: SqliteStore) -> None:
    known = store.stories.get(1)
    assert known is not None
    tell(store, "two", replace(known, headline="Told again", entities=("acme", "corvane")), "y")


def changed_by_merging(store: SqliteStore) -> None:
    _, other = tell(store, "two", story("birch"), "y")
    seen(store)
    known = store.stories.get(1)
    assert known is not None
    [entry_id] = poll(store, parsed("three"))
    entry = store.entries.get(entry_id)
    assert entry is not None
    proof = Assignment(story_id=1, merge=(other,), reasons=("made",))
    store.entries.record([told(entry, known, "x", assignment=proof)])


def changed_by_an_edit(store: SqliteStore) -> None:
    poll(store, parsed("one", title="The story of one, another way"))
    [entry] = store.entries.pending()
    known = store.stories.get(1)
    assert known is not None
    store.entries.record([told(entry, known, "x", "new", decision=None)])


CHANGES = (changed_by_another_entry, changed_by_joining, changed_by_merging, changed_by_an_edit)


@pytest.mark.parametrize("change", CHANGES)
def test_own_changes_are_seen(sqlite: SqliteStore, change: Callable[[SqliteStore], None]) -> None:
    tell(sqlite, "one", story("acme"), "x", "y", published=NOW - 2 * HOUR)
    before = seen(sqlite)
    change(sqlite)
    assert seen(sqlite) == asked(sqlite) != before


@pytest.mark.parametrize("change", CHANGES)
def test_changes_of_another_process_are_seen(
    sqlite: SqliteStore, path: Path, change: Callable[[SqliteStore], None]
) -> None:
    tell(sqlite, "one", story("acme"), "x", "y", published=NOW - 2 * HOUR)
    before = seen(sqlite)
    with open_store(path) as other:
        change(other)
    assert seen(sqlite) == asked(sqlite) != before


class Broken(Exception):
    """What ends a transaction before its end."""


def undone(store: SqliteStore, change: Callable[[SqliteStore], None], before: Seen) -> None:
    """A change that was seen and then taken back."""
    with store.transaction():
        change(store)
        assert asked(store) != before
        raise Broken


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_undone_is_not_remembered(
    sqlite: SqliteStore, change: Callable[[SqliteStore], None]
) -> None:
    tell(sqlite, "one", story("acme"), "x", "y", published=NOW - 2 * HOUR)
    before = seen(sqlite)
    with pytest.raises(Broken):
        undone(sqlite, change, before)
    assert seen(sqlite) == asked(sqlite) == before


@pytest.mark.parametrize("change", CHANGES)
def test_nor_is_a_part_that_was_undone(sqlite: SqliteStore, change: Callable[[SqliteStore], None]) -> None:
    tell(sqlite, "one", story("acme"), "x", "y", published=NOW - 2 * HOUR)
    before = seen(sqlite)
    with sqlite.transaction():
        with pytest.raises(Broken):
            undone(sqlite, change, before)
        assert asked(sqlite) == before
    assert seen(sqlite) == asked(sqlite) == before


def test_a_saved_story_is_remembered_as_it_will_be_read(sqlite: SqliteStore) -> None:
    at = NOW.replace(microsecond=7)
    with sqlite.transaction():
        moves = (hire("Jo Doe", "birch"),)
        new = sqlite.stories.save(story("acme", moves=moves, opened=at, alerted=at, backstory=True))
        known = sqlite.stories.get(new)
        assert known is not None
        changed = replace(known, updated=at, backstory=True, facts="more")
        old = sqlite.stories.save(changed)
        remembered = sqlite.stories.get(old)
    assert new == old
    assert known.alerted == NOW
    assert remembered == sqlite.stories.get(old) != changed
