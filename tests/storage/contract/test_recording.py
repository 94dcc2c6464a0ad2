"""Commit 2: what is recorded about an entry, and what `why` gets back."""

from dataclasses import replace

import pytest

from storage.errors import StoreError
from storage.model import (
    Assignment,
    ContextLine,
    Decision,
    DeliveryState,
    Entry,
    Outcome,
    Outlet,
    UpdateKind,
    Verdict,
)
from storage.sqlite import SqliteStore
from tests.storage.made import (
    DAY,
    HOUR,
    NOW,
    delivery,
    hire,
    mention,
    parsed,
    poll,
    quiet,
    story,
    tell,
    told,
)


def stored(store: SqliteStore, name: str = "one") -> Entry:
    """A new entry."""
    poll(store, parsed(name))
    [entry] = [entry for entry in store.entries.pending() if entry.guid == f"tag:{name}"]
    return entry


def test_pending_entries_come_oldest_seen_first(store: SqliteStore) -> None:
    for name, seen in (("b", NOW + HOUR), ("a", NOW), ("c", NOW + 2 * HOUR)):
        poll(store, parsed(name), seen=seen)
    assert [entry.guid for entry in store.entries.pending()] == ["tag:a", "tag:b", "tag:c"]
    assert [entry.guid for entry in store.entries.pending(limit=2)] == ["tag:a", "tag:b"]
    assert store.entries.pending_count() == 3


def test_a_decided_entry_waits_no_more(store: SqliteStore) -> None:
    entry = stored(store)
    assert store.entries.record([quiet(entry)]) == [0]
    assert store.entries.pending() == []
    recorded = store.entries.recorded(entry.id)
    assert recorded is not None
    assert recorded.decisions == ((NOW, Decision(verdict=Verdict.QUIET, reasons=("nothing-watched",))),)
    assert (recorded.entry, recorded.lang, recorded.story, recorded.mentions) == (entry, "en", None, ())


def test_everything_found_comes_back_as_it_was_recorded(store: SqliteStore) -> None:
    entry = stored(store)
    move = hire("Jo Doe", "acme", amount=1.5e9, valuation=2e10, currency="USD", people=7, title="CEO", end=5)
    opened = story(
        "acme",
        "initech",
        moves=(move,),
        outlets=(
            Outlet(
                family="news.example", name="News", url="https://news.example/1", published=NOW, primary=True
            ),
        ),
        follows=None,
        alerted=NOW,
        revision=2,
        facts='{"said":true}',
    )
    outcome = told(
        entry,
        opened,
        "e:acme",
        mentions=(mention("acme", score=0.123456789), mention("initech", accepted=False)),
        assignment=Assignment(story_id=None, follows=3, score=0.25, reasons=("two names",)),
        context=(
            ContextLine(story=9, headline="Before", url="https://b.example", published=NOW - DAY, why="same"),
        ),
        deliveries=(delivery("console"), delivery("channel:1")),
    )
    [story_id] = store.entries.record([outcome])
    recorded = store.entries.recorded(entry.id)
    assert recorded is not None
    assert recorded.mentions == outcome.mentions
    assert recorded.moves == (move,)
    assert recorded.story == replace(opened, id=story_id)
    assert recorded.assignment == outcome.assignment
    assert recorded.context == outcome.context
    assert [(d.destination, d.state, d.alert.story) for d in recorded.deliveries] == [
        ("console", DeliveryState.PENDING, story_id),
        ("channel:1", DeliveryState.PENDING, story_id),
    ]


@pytest.mark.parametrize(
    "decision",
    [
        Decision(verdict=Verdict.QUIET),
        Decision(verdict=Verdict.QUIET, digest=True, reasons=("related",)),
        Decision(verdict=Verdict.ALERT, reasons=("a", "b")),
        Decision(verdict=Verdict.UPDATE, update=UpdateKind.EDIT),
        Decision(verdict=Verdict.UPDATE, update=UpdateKind.REPLY),
        Decision(verdict=Verdict.UPDATE),
    ],
    ids=["quiet", "digest", "alert", "edit", "reply", "update"],
)
def test_every_kind_of_decision_can_be_recorded(store: SqliteStore, decision: Decision) -> None:
    entry = stored(store)
    store.entries.record([replace(quiet(entry), decision=decision)])
    recorded = store.entries.recorded(entry.id)
    assert recorded is not None
    assert recorded.decisions == ((NOW, decision),)


def test_recording_an_outcome_again_changes_nothing(store: SqliteStore) -> None:
    entry = stored(store)
    outcome = told(entry, story("acme"), "e:acme", deliveries=(delivery(),))
    [first] = store.entries.record([outcome])
    [second] = store.entries.record([outcome])
    assert (first, store.stories.count(), store.deliveries.pending_count()) == (second, 1, 1)
    assert store.stories.rarity(["e:acme"]) == {"e:acme": 1}


def test_an_outcome_for_an_unknown_entry_is_refused_whole(store: SqliteStore) -> None:
    entry = stored(store)
    with pytest.raises(StoreError, match="e99"):
        store.entries.record([told(entry, story("acme")), replace(quiet(entry), entry_id=99)])
    assert (store.stories.count(), store.entries.pending_count()) == (0, 1)


def test_a_second_decision_on_a_later_revision_keeps_the_first_in_sight(store: SqliteStore) -> None:
    entry = stored(store)
    store.entries.record([quiet(entry)])
    poll(store, parsed("one", title="Acme hires"))
    [again] = store.entries.pending()
    store.entries.record([replace(told(again, story("acme")), decided=NOW + HOUR)])
    recorded = store.entries.recorded(entry.id)
    assert recorded is not None
    assert [(at, one.verdict) for at, one in recorded.decisions] == [
        (NOW, Verdict.QUIET),
        (NOW + HOUR, Verdict.ALERT),
    ]


def test_an_outcome_for_an_older_revision_leaves_the_newer_one_waiting(store: SqliteStore) -> None:
    entry = stored(store)
    poll(store, parsed("one", title="Changed while it was judged"))
    store.entries.record([quiet(entry)])
    [waiting] = store.entries.pending()
    assert waiting.revision == 1


def test_an_edit_without_a_decision_keeps_decision_story_keys_and_context(store: SqliteStore) -> None:
    entry = stored(store)
    line = ContextLine(story=9, headline="Before", url="https://b.example", published=NOW - DAY, why="same")
    [story_id] = store.entries.record([told(entry, story("acme"), "e:acme", "w:x", context=(line,))])
    poll(store, parsed("one", title="A corrected title"))
    [again] = store.entries.pending()
    saved = store.stories.get(story_id)
    assert saved is not None
    edit = Outcome(
        entry_id=again.id,
        revision=again.revision,
        decided=NOW + HOUR,
        lang="en",
        mentions=(mention("initech"),),
        moves=(),
        decision=None,
        story=replace(saved, headline="A corrected title"),
    )
    assert store.entries.record([edit]) == [story_id]
    recorded = store.entries.recorded(entry.id)
    assert recorded is not None
    assert recorded.story is not None
    assert (len(recorded.decisions), recorded.story.headline, recorded.context) == (
        1,
        "A corrected title",
        (line,),
    )
    assert recorded.mentions == edit.mentions
    assert store.entries.pending() == []
    [member] = store.stories.candidates({"e:acme": 1.0}, NOW - DAY, NOW)
    assert (member.entry_id, member.fingerprint) == (entry.id, "print of The story of one")


def test_an_edit_of_an_entry_without_story_stays_without(store: SqliteStore) -> None:
    entry = stored(store)
    store.entries.record([quiet(entry)])
    poll(store, parsed("one", title="Changed"))
    [again] = store.entries.pending()
    assert store.entries.record([replace(quiet(again), decision=None)]) == [0]
    assert store.entries.pending() == []


def test_a_second_decision_moves_the_entry_to_other_keys(store: SqliteStore) -> None:
    entry = stored(store)
    store.entries.record([told(entry, story("acme"), "a", "b")])
    poll(store, parsed("one", title="Changed"))
    [again] = store.entries.pending()
    store.entries.record([told(again, story("initech"), "b", "c")])
    assert store.stories.rarity(["a", "b", "c", "d"]) == {"a": 0, "b": 1, "c": 1, "d": 0}
    assert store.stories.total() == 1


def test_one_batch_is_one_transaction_with_its_deliveries(store: SqliteStore) -> None:
    poll(store, parsed("one"), parsed("two"))
    first, second = store.entries.pending()
    broken = replace(told(second, story("b")), mentions=(mention("b"), None))  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        store.entries.record([told(first, story("a"), deliveries=(delivery(),)), broken])
    assert (store.entries.pending_count(), store.deliveries.pending_count(), store.stories.count()) == (
        2,
        0,
        0,
    )


def test_an_entry_is_found_by_its_canonical_links(store: SqliteStore) -> None:
    canonical = "https://news.example/one"
    [entry_id] = poll(store, parsed("one", url=f"{canonical}?from=rss", canonical_url=canonical))
    poll(store, parsed("one", url="https://news.example/renamed"))
    for url in (canonical, "https://news.example/renamed"):
        found = store.entries.by_url(url)
        assert found is not None
        assert found.id == entry_id
    assert store.entries.by_url("https://news.example/other") is None


def test_what_is_not_there_is_none(store: SqliteStore) -> None:
    assert (store.entries.get(7), store.entries.recorded(7), store.stories.get(7)) == (None, None, None)
    assert store.entries.record([]) == []


def test_a_count_counts(store: SqliteStore) -> None:
    assert store.entries.count() == 0
    tell(store, "one", story("acme"))
    assert store.entries.count() == 1
