"""The watchlist: versions, names, mutes, and what the seeds brought once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count

import pytest

from storage.model import Alias, Entity, EntityKind, Relation, RelationKind, Tier
from storage.sqlite import SqliteStore
from tests.storage.made import DAY, NOW, entity


def test_an_entity_comes_back_with_all_it_holds(store: SqliteStore) -> None:
    jo = entity(
        "jo-doe",
        kind=EntityKind.PERSON,
        tier=Tier.RELATED,
        aliases=(
            Alias(text="Jo Doe", strong=True),
            Alias(text="J. Doe", lang="pt", ambiguous=True, case_sensitive=True),
        ),
        relations=(
            Relation(
                kind=RelationKind.WORKS_AT, target="acme", role="CTO", since=date(2020, 1, 2), until=None
            ),
        ),
        contexts_for=("Acme",),
        contexts_against=("Joe Doe",),
        note="An example.",
        origin="seed",
        muted_until=NOW,
    )
    store.watchlist.put(jo)
    assert store.watchlist.load().entities == (jo,)
    assert store.watchlist.get("jo-doe") == jo


def test_each_change_makes_a_new_version(store: SqliteStore) -> None:
    versions = [store.watchlist.version()]
    for change in (
        lambda: store.watchlist.put(entity("acme")),
        lambda: store.watchlist.put_all([entity("globex"), entity("initech")]),
        lambda: store.watchlist.mute("acme", NOW),
        lambda: store.watchlist.unmute("acme"),
        lambda: store.watchlist.remove("acme"),
    ):
        change()
        versions.append(store.watchlist.version())
    assert versions == list(range(versions[0], versions[0] + 6))
    assert store.watchlist.load().version == versions[-1]


def test_putting_an_entity_again_replaces_it_in_its_place(store: SqliteStore) -> None:
    store.watchlist.put_all([entity("acme", "Acme Inc"), entity("globex")])
    store.watchlist.put(entity("acme", "Acme Corp"))
    assert [one.slug for one in store.watchlist.load().entities] == ["acme", "globex"]
    assert (store.watchlist.find("acme inc"), len(store.watchlist.find("ACME corp"))) == ([], 1)


def test_many_are_put_in_batches_as_one_version_in_their_order(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.sqlite.watchlist.BATCH", 3)
    store.watchlist.put_all([entity("e1", "Old name"), entity("e5", "Older name")])
    version = store.watchlist.version()
    many = [entity(f"e{number}", f"Name {number}") for number in range(8)]
    store.watchlist.put_all(many)
    assert store.watchlist.version() == version + 1
    assert [one.slug for one in store.watchlist.load().entities] == [
        "e1",
        "e5",
        "e0",
        "e2",
        "e3",
        "e4",
        "e6",
        "e7",
    ]
    assert [store.watchlist.find(f"name {number}") for number in range(8)] == [[one] for one in many]
    assert (store.watchlist.find("old name"), store.watchlist.find("older name")) == ([], [])


def test_of_a_slug_that_is_put_twice_at_once_the_last_one_holds(store: SqliteStore) -> None:
    store.watchlist.put_all([entity("acme", "Acme Inc"), entity("acme", "Acme Corp")])
    assert store.watchlist.load().entities == (entity("acme", "Acme Corp"),)
    assert store.watchlist.find("acme inc") == []


def test_many_that_fail_half_way_leave_nothing(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.sqlite.watchlist.BATCH", 2)
    store.watchlist.put(entity("acme", "Acme Inc"))
    before = store.watchlist.load()

    def coming() -> Iterator[Entity]:
        yield from (entity("acme", "Acme Corp"), entity("globex"), entity("initech"))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.watchlist.put_all(coming())
    assert store.watchlist.load() == before
    assert len(store.watchlist.find("acme inc")) == 1


def test_ten_times_as_many_entities_cost_the_database_about_ten_times_the_work(store: SqliteStore) -> None:
    def work(many: int) -> int:
        """SQLite's own steps, in hundreds, which no other process changes."""
        ticks = count()
        watched = [entity(f"of-{many}-{number}", f"Name {number}") for number in range(many)]
        store._db.alone(lambda raw: raw.set_progress_handler(lambda: next(ticks) < 0, 100))
        store.watchlist.put_all(watched)
        store._db.alone(lambda raw: raw.set_progress_handler(None, 100))
        return next(ticks)

    few = work(300)
    assert 0 < work(3_000) < 20 * few


def test_entities_are_found_by_slug_name_and_alias_whatever_case_and_accents(store: SqliteStore) -> None:
    coffee = entity("cafe-noir", "Café-Noir S.A.", "黒いカフェ", name="Café Noir")
    store.watchlist.put(coffee)
    for name in ("cafe-noir", "CAFE-NOIR", "café  noir", "cafe noir", "CAFÉ NOIR S A", "黒いカフェ"):
        assert store.watchlist.find(name) == [coffee]
    assert store.watchlist.find("cafe") == []
    assert store.watchlist.find("\ud800\0") == []


def test_one_name_may_mean_several(store: SqliteStore) -> None:
    store.watchlist.put_all([entity("surge-ai", "Surge"), entity("surge-labs", "Surge")])
    assert [one.slug for one in store.watchlist.find("surge")] == ["surge-ai", "surge-labs"]


def test_a_removed_entity_is_neither_loaded_nor_found(store: SqliteStore) -> None:
    store.watchlist.put(entity("acme"))
    assert store.watchlist.remove("acme")
    assert not store.watchlist.remove("acme")
    assert (store.watchlist.load().entities, store.watchlist.find("acme"), store.watchlist.get("acme")) == (
        (),
        [],
        None,
    )


def test_a_mute_lasts_until_its_end_or_for_good(store: SqliteStore) -> None:
    store.watchlist.put(entity("acme"))
    assert store.watchlist.mute("acme", NOW + DAY)
    assert store.watchlist.get("acme") == entity("acme", muted_until=NOW + DAY)
    store.watchlist.mute("acme", None)
    assert store.watchlist.get("acme") == entity("acme", muted_until=datetime(9999, 12, 31, tzinfo=UTC))
    store.watchlist.unmute("acme")
    assert store.watchlist.get("acme") == entity("acme")
    assert not store.watchlist.mute("nobody", None)


def test_two_loads_of_one_version_are_the_same_object(store: SqliteStore) -> None:
    store.watchlist.put(entity("acme"))
    first = store.watchlist.load()
    assert store.watchlist.load() is first
    store.watchlist.put(replace(entity("acme"), note="changed"))
    assert store.watchlist.load() is not first


def test_seeds_once_loaded_stay_marked(store: SqliteStore) -> None:
    store.mark_seeded("watchlist", ["acme", "globex"])
    store.mark_seeded("watchlist", ["acme"])
    store.mark_seeded("feeds", ["https://a.example"])
    assert store.seeds_loaded("watchlist") == {"acme", "globex"}
    assert store.seeds_loaded("feeds") == {"https://a.example"}
    assert store.seeds_loaded("backstory") == set()
