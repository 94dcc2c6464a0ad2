"""The profile of an entity."""

from storage.sqlite import SqliteStore
from tests.storage.made import DAY, NOW, URL, entity, hire, story, tell


def test_a_profile_has_moves_stories_companions_and_feeds(store: SqliteStore) -> None:
    acme = entity("acme")
    store.watchlist.put(acme)
    store.stories.add_backstory(story("acme", "globex", opened=NOW - 90 * DAY, headline="past"), "past")
    tell(store, "a", story("acme", "globex", headline="hire", moves=(hire("Jo Doe", "acme"),)))
    tell(store, "b", story("acme", "initech", headline="other", opened=NOW - DAY))
    tell(store, "c", story("globex", headline="not hers"))
    profile = store.search.profile("acme")
    assert profile is not None
    assert profile.entity == acme
    assert [one.headline for one in profile.stories] == ["hire", "other", "past"]
    assert [record.headline for record in profile.moves] == ["hire"]
    assert profile.mentioned_with == {"globex": 2, "initech": 1}
    assert [feed.url for feed in profile.feeds] == [URL]


def test_an_entity_that_was_never_mentioned_has_an_empty_profile(store: SqliteStore) -> None:
    store.watchlist.put(entity("acme"))
    profile = store.search.profile("acme")
    assert profile is not None
    assert (profile.stories, profile.moves, profile.mentioned_with, profile.feeds) == ((), (), {}, ())


def test_who_is_not_watched_has_no_profile(store: SqliteStore) -> None:
    assert store.search.profile("nobody") is None
