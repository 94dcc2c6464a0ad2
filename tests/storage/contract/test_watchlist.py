"""The watchlist: versions, names, mutes, and what the seeds brought once."""

from dataclasses import replace
from datetime import UTC, date, datetime

from storage.model import Alias, EntityKind, Relation, RelationKind, Tier
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
