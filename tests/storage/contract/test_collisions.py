"""A feed whose entries share keys with those of another: neither hides, takes or changes the other's.

Keys are 64-bit hashes that anybody can work out, so a hostile feed can be made to meet them.
Here the hash has so few values that it always does.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from storage.model import FinishedPoll
from storage.sqlite import SqliteStore, identity
from tests.storage.made import DAY, HOUR, NOW, feed, parsed, poll, quiet

MINE, THEIRS = "https://mine.example/feed", "https://theirs.example/feed"


def titles(store: SqliteStore) -> dict[int, str]:
    found = {number: store.entries.get(number) for number in range(1, 20)}
    return {number: entry.document.title for number, entry in found.items() if entry is not None}


def settle(store: SqliteStore) -> None:
    store.entries.record([quiet(entry) for entry in store.entries.pending(100)])


@pytest.fixture
def _one_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """All guids have one key, and so have all titles and all links; revisions are still told apart."""
    monkeypatch.setattr(identity, "guid_key", lambda *_: 7)
    monkeypatch.setattr(identity, "title_key", lambda *_: 8)
    monkeypatch.setattr(identity, "link_key", lambda *_: 9)


@pytest.mark.usefixtures("_one_key")
def test_an_entry_that_shares_its_key_with_another_feeds_is_new(store: SqliteStore) -> None:
    assert poll(store, parsed("mine"), url=MINE) == [1]
    assert poll(store, parsed("theirs"), url=THEIRS) == [2]
    assert titles(store) == {1: "The story of mine", 2: "The story of theirs"}
    assert store.entries.get(1).revision == store.entries.get(2).revision == 0  # type: ignore[union-attr]


@pytest.mark.usefixtures("_one_key")
def test_in_one_batch_neither_hides_the_other(store: SqliteStore) -> None:
    batch = [
        FinishedPoll(feed=feed(store, url), seen=NOW, entries=(parsed(name),))
        for url, name in ((MINE, "mine"), (THEIRS, "theirs"))
    ]
    assert store.feeds.finish_polls(batch) == [1, 2]
    assert store.feeds.finish_polls(batch) == []
    assert titles(store) == {1: "The story of mine", 2: "The story of theirs"}


@pytest.mark.usefixtures("_one_key")
def test_each_is_known_again_and_revised_by_its_own_feed_alone(store: SqliteStore) -> None:
    poll(store, parsed("mine"), url=MINE)
    poll(store, parsed("theirs"), url=THEIRS)
    assert poll(store, parsed("mine"), url=MINE) == poll(store, parsed("theirs"), url=THEIRS) == []
    assert poll(store, parsed("theirs", title="An edit"), url=THEIRS) == [2]
    assert poll(store, parsed("mine", title="A correction"), url=MINE) == [1]
    assert titles(store) == {1: "A correction", 2: "An edit"}


@pytest.mark.usefixtures("_one_key")
def test_an_entry_that_is_stored_no_more_hides_none_of_another_feed(store: SqliteStore) -> None:
    poll(store, parsed("theirs"), url=THEIRS, seen=NOW - 100 * DAY)
    settle(store)
    store.prune(NOW - 10 * DAY)
    assert poll(store, parsed("mine"), url=MINE) == [2]
    assert poll(store, parsed("theirs"), url=THEIRS) == []  # still known where it stood


FORGED: list[Callable[[pytest.MonkeyPatch], None]] = [
    lambda patch: patch.setattr(identity, "guid_key", lambda _, guid: identity.hash64(guid)),
    lambda patch: patch.setattr(identity, "title_key", lambda _, title: identity.hash64(title)),
    lambda patch: patch.setattr(  # the link that the other feed's entry has
        identity,
        "title_key",
        lambda _, title: identity.link_key("https://mine.example/a" if title == "bought" else title),
    ),
]


@pytest.mark.parametrize("forge", FORGED, ids=["guid", "title", "title for link"])
def test_what_a_feed_holds_is_stored_the_same_beside_a_hostile_one(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch, forge: Callable[[pytest.MonkeyPatch], None]
) -> None:
    forge(monkeypatch)
    mine = parsed("a", url="https://mine.example/a", title="Harbour opens")
    poll(store, mine, url=MINE)
    poll(store, parsed("a", url="https://theirs.example/a", title="Harbour opens"), url=THEIRS)
    poll(store, parsed("b", url="https://theirs.example/b", title="Bought"), url=THEIRS, seen=NOW + HOUR)
    assert poll(store, replace(mine, guid="tag:b"), url=MINE, seen=NOW + 2 * HOUR) == []  # renamed
    assert titles(store) == {1: "Harbour opens", 2: "Harbour opens", 3: "Bought"}
    stored = store.entries.get(1)
    assert stored is not None
    assert (stored.guid, stored.document.title, stored.document.url, stored.revision) == (
        "tag:b",
        "Harbour opens",
        "https://mine.example/a",
        0,
    )
    assert stored.feed_url == MINE
