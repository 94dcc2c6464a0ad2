"""Transactions, the lock of a pass, small settings."""

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NoReturn

import pytest

from storage.errors import StoreError
from storage.model import FinishedPoll, ParsedEntry
from storage.sqlite import SqliteStore
from tests.storage.made import HOUR, NOW, URL, entity, feed, parsed, poll

Opener = Callable[[Path], AbstractContextManager[SqliteStore]]


def fail_after(store: SqliteStore, work: Callable[[], None]) -> None:
    """Do some work in a transaction that fails in the end."""

    def attempt() -> None:
        with store.transaction():
            work()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        attempt()


def test_a_transaction_that_fails_leaves_nothing(store: SqliteStore) -> None:
    def work() -> None:
        poll(store, parsed("one"))
        store.watchlist.put(entity("acme"))
        store.set_setting("a", "1")

    fail_after(store, work)
    assert (store.entries.count(), store.feeds.all(), store.watchlist.load().entities) == (0, [], ())
    assert store.setting("a") is None


def test_transactions_nest_and_end_together(store: SqliteStore) -> None:
    def work() -> None:
        with store.transaction():
            store.set_setting("inner", "1")

    fail_after(store, work)
    assert store.setting("inner") is None


def test_an_inner_part_that_fails_takes_only_itself_back(store: SqliteStore) -> None:
    with store.transaction():
        store.set_setting("before", "1")
        fail_after(store, lambda: store.set_setting("inner", "1"))
        store.set_setting("after", "1")
    assert [store.setting(key) for key in ("before", "inner", "after")] == ["1", None, "1"]


def test_a_poll_that_fails_takes_the_whole_transaction_with_it(store: SqliteStore) -> None:
    followed = feed(store)

    def decide(entries: Sequence[ParsedEntry]) -> NoReturn:
        raise RuntimeError

    done = FinishedPoll(feed=followed, seen=NOW, entries=(parsed("one"),))

    def go_on() -> None:
        with store.transaction():
            store.set_setting("before", "1")
            with pytest.raises(RuntimeError):
                store.feeds.finish_polls([done], decide)
            store.set_setting("after", "1")

    with pytest.raises(StoreError, match="nothing of this transaction is stored"):
        go_on()
    assert (store.entries.count(), store.setting("before"), store.setting("after")) == (0, None, None)


def test_a_transaction_sees_its_own_writes_and_others_do_not(
    store: SqliteStore, opener: Opener, tmp_path: Path
) -> None:
    with opener(tmp_path) as other, store.transaction():
        store.set_setting("a", "1")
        assert (store.setting("a"), other.setting("a")) == ("1", None)
    assert store.setting("a") == "1"


def test_threads_share_a_store(store: SqliteStore) -> None:
    feed(store)

    def work(number: int) -> None:
        for turn in range(10):
            poll(store, parsed(f"{number}-{turn}"))
            store.search.query("story")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (store.entries.count(), store.check()) == (40, [])


def test_what_was_stored_is_there_after_opening_again(opener: Opener, tmp_path: Path) -> None:
    with opener(tmp_path) as store:
        poll(store, parsed("one"))
        first = store.instance
    with opener(tmp_path) as store:
        assert (store.entries.count(), store.instance) == (1, first)
        assert store.feeds.get(URL) is not None


def test_two_databases_are_different_instances(opener: Opener, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with opener(tmp_path) as one, opener(tmp_path / "other") as two:
        assert one.instance != two.instance
        assert len(one.instance) >= 16


def test_settings_are_kept_replaced_and_forgotten(store: SqliteStore) -> None:
    assert store.setting("digest") is None
    for value in ("one", "two", ""):
        store.set_setting("digest", value)
        assert store.setting("digest") == value
    store.set_setting("digest", None)
    assert store.setting("digest") is None


def test_one_pass_at_a_time_and_the_second_learns_who(
    store: SqliteStore, opener: Opener, tmp_path: Path
) -> None:
    with opener(tmp_path) as other:
        with (
            store.pass_lock("poll, pid 1", NOW) as mine,
            other.pass_lock("poll, pid 2", NOW + HOUR) as theirs,
        ):
            assert mine.acquired
            assert (theirs.acquired, theirs.holder, theirs.since) == (False, "poll, pid 1", NOW)
        with other.pass_lock("poll, pid 2", NOW) as theirs:
            assert theirs.acquired


def test_a_pass_does_not_keep_others_from_writing(store: SqliteStore, opener: Opener, tmp_path: Path) -> None:
    with opener(tmp_path) as other, store.pass_lock("run", NOW):
        other.watchlist.put(entity("acme"))
        assert store.watchlist.get("acme") == entity("acme")
