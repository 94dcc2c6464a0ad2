"""Stories: candidates by key, earlier ones by entity, merging, the backstory."""

from dataclasses import replace
from datetime import timedelta

from storage.model import Assignment
from storage.sqlite import SqliteStore
from tests.storage.made import DAY, HOUR, NOW, hire, parsed, poll, story, tell, told

LONG_AGO = NOW - 400 * DAY


def test_candidates_share_a_key_and_come_newest_first(store: SqliteStore) -> None:
    for name, keys, hours in (("a", ("x", "y"), 3), ("b", ("y",), 1), ("c", ("z",), 2), ("d", ("x",), 4)):
        tell(store, name, story(name), *keys, published=NOW - hours * HOUR)
    found = store.stories.candidates({"x": 1.0, "y": 1.0, "unknown": 1.0}, NOW - DAY, NOW)
    assert [member.fingerprint for member in found] == [f"print of The story of {name}" for name in "bad"]
    assert (found[0].published, found[0].feed_id) == (NOW - HOUR, 1)


def test_candidates_keep_to_their_window(store: SqliteStore) -> None:
    for days in range(6):
        tell(store, f"d{days}", story("acme"), "x", published=NOW - days * DAY)
    found = store.stories.candidates({"x": 1.0}, NOW - 4 * DAY, NOW - 2 * DAY)
    assert [member.published for member in found] == [NOW - days * DAY for days in (2, 3, 4)]


def test_of_too_many_candidates_those_that_share_what_tells_most_stay(store: SqliteStore) -> None:
    rare, _ = tell(store, "rare", story("acme"), "rare", "common", published=NOW - 20 * HOUR)
    for number in range(10):
        tell(store, f"n{number}", story("acme"), "common", published=NOW - number * HOUR)
    found = store.stories.candidates({"common": 1.0, "rare": 2.0}, NOW - DAY, NOW, limit=3)
    assert len(found) == 3
    assert rare in [member.entry_id for member in found]


def test_what_shares_little_beside_the_best_is_no_candidate(store: SqliteStore) -> None:
    best, _ = tell(store, "best", story("acme"), "rare", "common")
    tell(store, "faint", story("acme"), "common")
    found = store.stories.candidates({"common": 0.5, "rare": 2.0}, NOW - DAY, NOW)
    assert [member.entry_id for member in found] == [best]
    assert len(store.stories.candidates({"common": 0.5, "rare": 1.0}, NOW - DAY, NOW)) == 2


def test_an_entry_without_story_is_no_candidate(store: SqliteStore) -> None:
    poll(store, parsed("one"))
    [entry] = store.entries.pending()
    store.entries.record([replace(told(entry, story("acme"), "x"), story=None)])
    assert store.stories.candidates({"x": 1.0}, NOW - DAY, NOW) == []
    assert store.stories.total() == 1


def test_no_keys_have_no_candidates(store: SqliteStore) -> None:
    tell(store, "one", story("acme"), "x")
    assert store.stories.candidates({}, NOW - DAY, NOW) == []
    assert store.stories.rarity([]) == {}


def test_a_story_is_told_by_the_entries_that_joined_it(store: SqliteStore) -> None:
    first, story_id = tell(store, "one", story("acme"), published=NOW - 2 * HOUR)
    saved = store.stories.get(story_id)
    assert saved is not None
    second, same = tell(store, "two", replace(saved, updated=NOW))
    assert same == story_id
    assert [entry.id for entry in store.stories.members(story_id)] == [first, second]
    assert store.stories.get(story_id) == replace(saved, updated=NOW)


def test_related_stories_share_an_entity_and_come_newest_first(store: SqliteStore) -> None:
    for name, entities, days in (("a", ("acme",), 3), ("b", ("acme", "globex"), 1), ("c", ("initech",), 2)):
        tell(store, name, story(*entities, opened=NOW - days * DAY, headline=name))
    assert [one.headline for one in store.stories.related(["acme", "globex"], NOW)] == ["b", "a"]
    assert [one.headline for one in store.stories.related(["acme"], NOW - 2 * DAY)] == ["a"]
    assert [one.headline for one in store.stories.related(["acme"], NOW, limit=1)] == ["b"]
    assert store.stories.related(["nobody"], NOW) == []


def test_of_too_many_related_stories_the_shared_and_the_seldom_stay(store: SqliteStore) -> None:
    tell(store, "both", story("acme", "globex", opened=NOW - 90 * DAY, headline="both"))
    tell(store, "seldom", story("initech", opened=NOW - 80 * DAY, headline="seldom"))
    for number in range(12):
        tell(store, f"n{number}", story("acme", opened=NOW - number * HOUR, headline=f"n{number}"))
        tell(store, f"g{number}", story("globex", opened=NOW - number * HOUR, headline=f"g{number}"))
    found = [one.headline for one in store.stories.related(["acme", "globex", "initech"], NOW, limit=6)]
    assert found[-2:] == ["seldom", "both"]
    assert len(found) == 6


def test_a_party_of_a_move_relates_a_story_too(store: SqliteStore) -> None:
    tell(store, "a", story("acme", moves=(hire("Jo Doe", "globex"),)))
    assert len(store.stories.related(["globex"], NOW)) == 1


def test_a_story_that_is_opened_earlier_than_thought_moves_in_time(store: SqliteStore) -> None:
    _, story_id = tell(store, "a", story("acme", opened=NOW - HOUR))
    saved = store.stories.get(story_id)
    assert saved is not None
    tell(store, "b", replace(saved, opened=NOW - 5 * DAY, entities=("acme", "globex")))
    assert [one.id for one in store.stories.related(["globex"], NOW - 4 * DAY)] == [story_id]
    assert [one.id for one in store.stories.related(["acme"], NOW)] == [story_id]


def test_merged_stories_are_one_from_then_on(store: SqliteStore) -> None:
    first, into = tell(store, "a", story("acme", headline="first"), "x")
    second, other = tell(store, "b", story("acme", headline="second", moves=(hire("Jo Doe", "acme"),)), "x")
    third, _ = tell(store, "c", story("acme", headline="third"), "x")
    poll(store, parsed("proof"))
    [entry] = store.entries.pending()
    kept = store.stories.get(into)
    assert kept is not None
    proof = told(entry, kept, "x", assignment=Assignment(story_id=into, merge=(other,), reasons=("proof",)))
    assert store.entries.record([proof]) == [into]
    assert store.stories.get(other) == kept
    assert {one.id for one in store.stories.members(other)} == {first, second, entry.id}
    assert [one.headline for one in store.stories.related(["acme"], NOW)] == ["third", "first"]
    assert store.moves.query() == []
    by_entry = {m.entry_id: m.story_id for m in store.stories.candidates({"x": 1.0}, NOW - DAY, NOW)}
    assert (by_entry[second], by_entry[first], by_entry[third]) == (into, into, 3)


def test_stories_merged_one_after_another_end_in_the_last(store: SqliteStore) -> None:
    ids = [tell(store, name, story("acme", headline=name))[1] for name in "abc"]
    for into, other in ((ids[1], ids[0]), (ids[2], ids[1])):
        poll(store, parsed(f"proof{other}"))
        [entry] = store.entries.pending()
        kept = store.stories.get(into)
        assert kept is not None
        assignment = Assignment(story_id=into, merge=(other,))
        store.entries.record([told(entry, kept, assignment=assignment)])
    last = store.stories.get(ids[0])
    assert last is not None
    assert (last.id, len(store.stories.members(ids[0]))) == (ids[2], 5)


def test_the_backstory_is_added_once_and_told_by_no_entry(store: SqliteStore) -> None:
    past = story("acme", opened=LONG_AGO, headline="Acme is founded", moves=(hire("Jo Doe", "acme"),))
    first = store.stories.add_backstory(past, "founding")
    assert store.stories.add_backstory(replace(past, headline="Edited"), "founding") == first
    saved = store.stories.get(first)
    assert saved == replace(past, id=first, backstory=True)
    assert [one.id for one in store.stories.related(["acme"], NOW)] == [first]
    assert store.stories.candidates({"e:acme": 1.0}, LONG_AGO - DAY, NOW) == []
    assert (store.stories.members(first), store.stories.recent()) == ([], [])


def test_recent_stories_come_newest_first(store: SqliteStore) -> None:
    ids = [tell(store, name, story("acme"))[1] for name in "abc"]
    assert [one.id for one in store.stories.recent(limit=2)] == [ids[2], ids[1]]


def test_alerts_since_a_time_are_counted(store: SqliteStore) -> None:
    tell(store, "a", story("acme", alerted=NOW - HOUR))
    tell(store, "b", story("acme", alerted=NOW))
    tell(store, "c", story("acme"))
    assert store.stories.alerted_since(NOW - timedelta(minutes=10)) == 1
    assert store.stories.alerted_since(NOW - DAY) == 2


def test_a_story_that_follows_another_says_so(store: SqliteStore) -> None:
    _, first = tell(store, "a", story("acme"))
    _, second = tell(store, "b", story("acme", follows=first))
    saved = store.stories.get(second)
    assert saved is not None
    assert saved.follows == first
