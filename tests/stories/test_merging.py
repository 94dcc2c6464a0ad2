"""Two stories that were alerted and prove to be one: one living message, and nothing told twice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from storage.model import DeliveryState, FinishedPoll, ParsedEntry, Route, UpdateKind
from storage.sqlite import SqliteStore, open_store
from tests.stories.newsroom import START, watchlist
from watchers.pipeline import Judged, Pipeline
from watchers.stories import unite

PLACE = "channel:1"
HOUR = timedelta(hours=1)
FIRST = ("https://a.example/1", "Surge AI sued by annotators over unpaid hours")
SECOND = ("https://b.example/1", "Surge AI opens an office in Dublin")
PROOF = (FIRST[0], SECOND[1])  # the page of the one, the headline of the other


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with open_store(tmp_path / "merging.db", durable=False) as opened:
        for entity in watchlist().entities:
            opened.watchlist.put(entity)
        yield opened


def tell(store: SqliteStore, hours: float, page: tuple[str, str]) -> Judged:
    at = START + hours * HOUR
    feed = store.feeds.add(f"https://feed{hours}.example/rss", now=START)
    entry = ParsedEntry(
        guid=f"{hours}", url=page[0], canonical_url=page[0], title=page[1], published=at, lang="en"
    )
    store.feeds.finish_polls([FinishedPoll(feed=replace(feed, last_success=at), seen=at, entries=(entry,))])
    [judged] = Pipeline(store, routes=lambda: (Route(id=1, destination=PLACE),)).process(at)
    return judged


def test_an_entry_without_a_link_is_told_by_the_outlet_of_its_name(store: SqliteStore) -> None:
    feed = store.feeds.add("https://a.example/rss", now=START)
    page = ParsedEntry(
        guid="1",
        url=FIRST[0],
        canonical_url=FIRST[0],
        title=FIRST[1],
        source="A Wire",
        published=START,
        lang="en",
    )
    bare = replace(page, guid="2", url="", canonical_url="", title=f"Update: {FIRST[1]}")
    stranger = replace(bare, guid="3", source="B Wire", title=f"{FIRST[1]}, court says")
    store.feeds.finish_polls(
        [FinishedPoll(feed=replace(feed, last_success=START), seen=START, entries=(page, bare, stranger))]
    )
    judged = list(Pipeline(store, routes=lambda: (Route(id=1, destination=PLACE),)).process(START))
    assert len({one.story for one in judged}) == 1
    story = store.stories.get(judged[0].story)
    assert story is not None
    assert [outlet.name for outlet in story.outlets] == ["A Wire", "B Wire"]


@pytest.mark.parametrize("named", [False, True])
def test_links_of_one_feed_to_many_hosts_are_one_voice_unless_it_names_who_wrote_them(
    store: SqliteStore, named: bool
) -> None:
    feed = store.feeds.add("https://a.example/rss", now=START)
    reports = tuple(
        ParsedEntry(
            guid=str(number),
            url=f"https://press{number}.example/{number}",
            title=f"{FIRST[1]}, press {number} says",
            source=f"Press {number}" if named else "",
            published=START,
            lang="en",
        )
        for number in range(4)
    )
    store.feeds.finish_polls(
        [FinishedPoll(feed=replace(feed, last_success=START), seen=START, entries=reports)]
    )
    judged = list(Pipeline(store, routes=lambda: (Route(id=1, destination=PLACE),)).process(START))
    [number] = {one.story for one in judged}
    story = store.stories.get(number)
    assert story is not None
    assert len(story.outlets) == (4 if named else 1)


def send(store: SqliteStore, hours: float) -> list[str]:
    """Deliver what waits; the headlines that went out as messages of their own."""
    sent = []
    now = START + hours * HOUR
    while claimed := store.claims.claim_due(now, lease=HOUR, destination=PLACE, worker="w"):
        for one in claimed:
            store.claims.mark_sent(one.id, f"m{one.id}", now)
            if one.alert.update is None:
                sent.append(one.alert.headline)
    return sent


def test_the_later_message_points_to_the_first(store: SqliteStore) -> None:
    first, second = tell(store, 0, FIRST), tell(store, 1, SECOND)
    assert first.story != second.story
    assert send(store, 2) == [FIRST[1], SECOND[1]]
    proof = tell(store, 3, PROOF)
    assert proof.story == first.story
    [closing] = [
        one for one in store.deliveries.for_story(second.story) if one.alert.update is UpdateKind.EDIT
    ]
    assert closing.alert.same_as is not None
    assert (closing.alert.same_as.story, closing.alert.same_as.url) == (first.story, FIRST[0])
    assert closing.alert.headline == SECOND[1]
    assert send(store, 4) == []
    assert store.deliveries.message(first.story, PLACE) == "m1"


def test_what_was_not_sent_yet_is_not_sent_at_all(store: SqliteStore) -> None:
    tell(store, 0, FIRST)
    second = tell(store, 1, SECOND)
    tell(store, 2, PROOF)
    assert send(store, 3) == [FIRST[1]]
    states = {one.state for one in store.deliveries.for_story(second.story)}
    assert states == {DeliveryState.SUPERSEDED}


def test_a_further_report_of_the_merged_story_edits_the_first_message(store: SqliteStore) -> None:
    first, _ = tell(store, 0, FIRST), tell(store, 1, SECOND)
    send(store, 2)
    tell(store, 3, PROOF)
    later = tell(store, 4, ("https://c.example/1", SECOND[1]))
    assert later.story == first.story
    assert send(store, 5) == []


def test_who_was_alerted_first_survives(store: SqliteStore) -> None:
    stories = [store.stories.get(tell(store, hours, page).story) for hours, page in ((0, FIRST), (1, SECOND))]
    known = [replace(one, alerted=None) if number == 0 else one for number, one in enumerate(stories) if one]
    kept = unite(known)
    assert kept.id == known[1].id
    assert {outlet.family for outlet in kept.outlets} == {"a.example", "b.example"}
    assert kept.opened == START
