"""Feeds: following, pausing, what is due, and what ends a poll."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storage.model import FeedState, FinishedPoll
from storage.sqlite import SqliteStore
from tests.storage.made import DAY, HOUR, NOW, URL, feed, parsed, poll

OTHER = "https://other.example/atom"


def test_an_added_feed_is_new_and_due_at_once(store: SqliteStore) -> None:
    added = store.feeds.add(URL, title="News", now=NOW)
    assert (added.url, added.title, added.state, added.next_due, added.added) == (
        URL,
        "News",
        FeedState.NEW,
        None,
        NOW,
    )
    assert store.feeds.due(NOW) == [added]


def test_adding_a_feed_again_changes_nothing(store: SqliteStore) -> None:
    first = store.feeds.add(URL, title="News", now=NOW)
    assert store.feeds.add(URL, title="Other", now=NOW + DAY) == first
    assert store.feeds.all() == [first]


def test_a_feeds_row_comes_back_as_it_was_written(store: SqliteStore) -> None:
    row = replace(
        feed(store),
        title="News",
        site="https://news.example",
        lang="pt",
        state=FeedState.FAILING,
        etag='W/"1"',
        last_modified="Tue, 04 Mar 2025 11:00:00 GMT",
        validates=OTHER,
        body_hash=b"\x00\xff",
        next_due=NOW + HOUR,
        last_polled=NOW,
        last_success=NOW - HOUR,
        last_change=NOW - DAY,
        failures=3,
        last_error="timed out",
        moved_to=OTHER,
        moved_count=2,
        rhythm='{"a":1}',
        reported=FeedState.QUIET,
    )
    store.feeds.finish_polls([FinishedPoll(feed=row, seen=NOW)])
    assert store.feeds.get(URL) == row


def test_due_feeds_come_longest_due_first_and_without_the_paused_and_gone(store: SqliteStore) -> None:
    plan = {"a": -HOUR, "b": -2 * HOUR, "c": timedelta(0), "d": HOUR, "paused": -DAY, "gone": -DAY}
    for name, offset in plan.items():
        row = feed(store, f"https://{name}.example/")
        state = FeedState.GONE if name == "gone" else FeedState.OK
        store.feeds.finish_polls(
            [FinishedPoll(feed=replace(row, next_due=NOW + offset, state=state), seen=NOW)]
        )
    assert store.feeds.pause("https://paused.example/")
    assert [one.url for one in store.feeds.due(NOW)] == [f"https://{name}.example/" for name in "bac"]
    assert [one.url for one in store.feeds.due(NOW, limit=1)] == ["https://b.example/"]
    asked = store.feeds.due(NOW, limit=1)
    assert [one.url for one in store.feeds.due(NOW, limit=1, besides=[asked[0].id])] == ["https://a.example/"]


def test_the_next_due_time_is_that_of_the_first_feed(store: SqliteStore) -> None:
    assert store.feeds.next_due() is None
    store.feeds.finish_polls([FinishedPoll(feed=replace(feed(store), next_due=NOW + HOUR), seen=NOW)])
    assert store.feeds.next_due() == NOW + HOUR


def test_a_pause_outlives_a_poll_that_was_under_way(store: SqliteStore) -> None:
    under_way = feed(store)
    store.feeds.pause(URL)
    store.feeds.set_interval(URL, 2 * HOUR)
    store.feeds.finish_polls([FinishedPoll(feed=replace(under_way, state=FeedState.OK), seen=NOW)])
    after = store.feeds.get(URL)
    assert after is not None
    assert (after.paused, after.state, after.interval) == (True, FeedState.PAUSED, 2 * HOUR)


def test_a_resumed_feed_is_due_at_once_and_has_no_failures(store: SqliteStore) -> None:
    row = replace(feed(store), state=FeedState.GONE, failures=9, next_due=NOW + DAY, last_success=NOW - DAY)
    store.feeds.finish_polls([FinishedPoll(feed=row, seen=NOW)])
    store.feeds.pause(URL)
    assert store.feeds.resume(URL, NOW)
    [after] = store.feeds.due(NOW)
    assert (after.state, after.failures, after.paused) == (FeedState.OK, 0, False)


def test_a_shorter_interval_brings_the_next_poll_nearer(store: SqliteStore) -> None:
    row = replace(feed(store), last_polled=NOW, next_due=NOW + HOUR)
    store.feeds.finish_polls([FinishedPoll(feed=row, seen=NOW)])
    store.feeds.set_interval(URL, timedelta(minutes=10))
    assert store.feeds.next_due() == NOW + timedelta(minutes=10)
    store.feeds.set_interval(URL, None)
    after = store.feeds.get(URL)
    assert after is not None
    assert after.interval is None


def test_verbs_on_an_unknown_feed_say_so(store: SqliteStore) -> None:
    answers = [
        store.feeds.remove(URL),
        store.feeds.pause(URL),
        store.feeds.resume(URL, NOW),
        store.feeds.set_interval(URL, HOUR),
    ]
    assert answers == [False] * 4
    assert store.feeds.get(URL) is None


def test_a_removed_feed_is_gone_and_its_entries_stay(store: SqliteStore) -> None:
    [entry_id] = poll(store, parsed("kept"))
    assert store.feeds.remove(URL)
    assert (store.feeds.all(), store.feeds.get(URL), store.feeds.due(NOW)) == ([], None, [])
    assert store.entries.get(entry_id) is not None


def test_a_removed_feed_that_returns_starts_anew_but_knows_its_entries(store: SqliteStore) -> None:
    first = feed(store)
    poll(store, parsed("kept"))
    store.feeds.remove(URL)
    again = store.feeds.add(URL, now=NOW + DAY)
    assert again == replace(first, added=NOW + DAY)
    assert poll(store, parsed("kept")) == []


def test_a_poll_of_a_feed_that_was_removed_meanwhile_stores_nothing(store: SqliteStore) -> None:
    row = feed(store)
    store.feeds.remove(URL)
    assert store.feeds.finish_polls([FinishedPoll(feed=row, seen=NOW, entries=(parsed("late"),))]) == []
    assert store.entries.count() == 0


def test_an_adopted_redirect_changes_the_address_unless_that_is_taken(store: SqliteStore) -> None:
    moved = replace(feed(store), url=OTHER)
    store.feeds.finish_polls([FinishedPoll(feed=moved, seen=NOW)])
    assert [one.url for one in store.feeds.all()] == [OTHER]
    second = replace(feed(store), url=OTHER)
    store.feeds.finish_polls([FinishedPoll(feed=second, seen=NOW)])
    assert [one.url for one in store.feeds.all()] == [OTHER, URL]


def test_what_people_were_told_of_a_feed_is_remembered(store: SqliteStore) -> None:
    row = feed(store)
    told = replace(row, reported=FeedState.FAILING)
    store.feeds.finish_polls([FinishedPoll(feed=told, seen=NOW)])
    assert store.feeds.get(row.url) == told


@pytest.mark.parametrize("ahead", [HOUR, DAY, 365 * DAY])
def test_what_was_planned_by_a_clock_that_ran_ahead_keeps_its_wait(
    store: SqliteStore, ahead: timedelta
) -> None:
    added = store.feeds.add(URL, now=NOW)
    then = NOW + ahead
    polled = replace(added, last_polled=then, last_success=then, next_due=then + HOUR)
    store.feeds.finish_polls([FinishedPoll(feed=polled, seen=then)])
    assert store.feeds.rebase(NOW) == 1
    found = store.feeds.get(URL)
    assert (found.last_polled, found.last_success, found.next_due) == (NOW, NOW, NOW + HOUR)
    assert store.feeds.rebase(NOW) == 0


def test_a_feed_put_off_beyond_all_that_is_planned_is_due_at_once(store: SqliteStore) -> None:
    added = store.feeds.add(URL, now=NOW)
    store.feeds.put_off({added.id: NOW + 365 * DAY})
    assert (store.feeds.rebase(NOW), store.feeds.due(NOW)) == (1, [replace(added, next_due=NOW)])


def test_a_clock_that_is_right_changes_no_plan(store: SqliteStore) -> None:
    added = store.feeds.add(URL, now=NOW)
    polled = replace(added, last_polled=NOW, last_success=NOW, next_due=NOW + 7 * DAY)
    store.feeds.finish_polls([FinishedPoll(feed=polled, seen=NOW)])
    assert store.feeds.rebase(NOW) == 0
