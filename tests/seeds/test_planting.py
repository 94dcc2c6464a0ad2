"""Planting into real databases: once, and never against what people did."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from seeds import loader
from seeds.loader import Planted, load_backstory, load_feeds, plant, seed_watchlist
from storage.model import Entity, EntityKind, Tier
from storage.sqlite import open_store

NOW = datetime(2025, 9, 1, 12, tzinfo=UTC)
NOTHING = Planted(entities=0, feeds=0, stories=0)


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "movewire.db", now=NOW) as store:
        yield store


def test_a_new_database_gets_everything(store):
    planted = plant(store, NOW, feeds=True)
    assert planted == Planted(
        entities=len(seed_watchlist()), feeds=len(load_feeds()), stories=len(load_backstory())
    )
    assert set(store.watchlist.load().entities) == set(seed_watchlist())
    assert {feed.url for feed in store.feeds.all()} == {seed.url for seed in load_feeds()}
    related = store.stories.related(["ruben-mayer"], NOW)
    assert [story.headline for story in related] == [
        "Ruben Mayer, who followed Wang from Scale AI, leaves Meta after two months"
    ]


def test_planting_again_changes_nothing(store):
    plant(store, NOW, feeds=True)
    version = store.watchlist.version()
    assert plant(store, NOW, feeds=True) == NOTHING
    assert store.watchlist.version() == version


def test_feeds_are_left_out_where_they_are_not_wanted_and_come_when_they_are(store):
    assert plant(store, NOW, feeds=False).feeds == 0
    assert store.feeds.all() == []
    assert plant(store, NOW, feeds=True).feeds == len(load_feeds())


def test_what_was_removed_stays_removed(store):
    plant(store, NOW, feeds=True)
    store.watchlist.remove("midjourney")
    url = load_feeds()[0].url
    store.feeds.remove(url)
    plant(store, NOW, feeds=True)
    assert "midjourney" not in store.watchlist.load().by_slug()
    assert store.feeds.get(url) is None


def test_what_was_edited_stays_edited(store):
    plant(store, NOW, feeds=False)
    edited = replace(store.watchlist.load().by_slug()["llama"], tier=Tier.PRIMARY, aliases=())
    store.watchlist.put(edited)
    plant(store, NOW, feeds=False)
    assert store.watchlist.load().by_slug()["llama"] == edited


def test_somebodys_own_entity_of_the_same_id_is_kept(store):
    own = Entity(slug="mercor", name="Mercor Ltd", kind=EntityKind.ORGANISATION, tier=Tier.RELATED)
    store.watchlist.put(own)
    plant(store, NOW, feeds=False)
    assert store.watchlist.load().by_slug()["mercor"] == own


def test_a_later_versions_new_seeds_come_once(store, monkeypatch):
    plant(store, NOW, feeds=False)
    newcomer = Entity(
        slug="newcomer", name="Newcomer", kind=EntityKind.ORGANISATION, tier=Tier.CONTEXT, origin="seed"
    )
    monkeypatch.setattr(loader, "seed_watchlist", lambda: [*seed_watchlist(), newcomer])
    assert plant(store, NOW, feeds=False) == Planted(entities=1, feeds=0, stories=0)
    store.watchlist.remove("newcomer")
    assert plant(store, NOW, feeds=False) == NOTHING


def test_a_clock_in_the_past_does_not_know_its_future(store):
    midsummer = datetime(2025, 7, 1, tzinfo=UTC)
    plant(store, midsummer, feeds=False)
    known = [story.opened for story in store.stories.related(["meta", "scale-ai"], NOW)]
    assert known
    assert max(known) < midsummer
    later = plant(store, NOW, feeds=False).stories
    assert later == sum(seed.story.opened >= midsummer for seed in load_backstory())


def test_a_planting_that_fails_leaves_nothing_half_done(store, monkeypatch):
    monkeypatch.setattr(loader, "load_backstory", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        plant(store, NOW, feeds=True)
    assert (store.watchlist.load().entities, store.feeds.all()) == ((), [])
    assert store.seeds_loaded("watchlist") == set()


def test_the_backstorys_moves_can_be_asked_for(store):
    plant(store, NOW, feeds=False)
    [record] = store.moves.query(kind="layoffs")
    assert (record.move.people, record.source) == (200, "TechCrunch")
