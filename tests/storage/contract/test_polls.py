"""By what an entry is known again, and what makes a new revision of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storage.model import Decision, FinishedPoll, ParsedEntry, Verdict
from storage.sqlite import SqliteStore, identity
from tests.storage.made import DAY, HOUR, NOW, feed, parsed, poll, quiet


def test_a_new_entry_comes_back_as_it_was_parsed(store: SqliteStore) -> None:
    entry = parsed(
        "one",
        text="The whole text.",
        author="A. Writer",
        source="The Outlet",
        source_url="https://outlet.example",
        lang="pt",
        canonical_url="https://news.example/canonical",
    )
    [entry_id] = poll(store, entry, baseline=True)
    stored = store.entries.get(entry_id)
    assert stored is not None
    document = stored.document
    assert (document.title, document.summary, document.text, document.url) == (
        entry.title,
        entry.summary,
        entry.text,
        entry.url,
    )
    assert (document.author, document.source, document.lang, document.published) == (
        "A. Writer",
        "The Outlet",
        "pt",
        NOW - HOUR,
    )
    assert (stored.guid, stored.canonical_url, stored.source_url) == (
        entry.guid,
        entry.canonical_url,
        "https://outlet.example",
    )
    assert (stored.published, stored.seen, stored.dated, stored.revision, stored.baseline) == (
        NOW - HOUR,
        NOW,
        True,
        0,
        True,
    )


def test_an_entry_without_an_outlet_has_its_feeds_title_or_its_host(store: SqliteStore) -> None:
    [entry_id] = poll(store, parsed("one", url="https://www.news.example/one"))
    assert store.entries.get(entry_id).document.source == "news.example"  # type: ignore[union-attr]
    store.feeds.finish_polls([FinishedPoll(feed=replace(feed(store), title="The News"), seen=NOW)])
    assert store.entries.get(entry_id).document.source == "The News"  # type: ignore[union-attr]


def test_the_same_entry_again_is_not_news(store: SqliteStore) -> None:
    poll(store, parsed("one"), parsed("two"))
    assert poll(store, parsed("two"), parsed("one"), seen=NOW + HOUR) == []
    assert store.entries.count() == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"published": NOW},
        {"updated": NOW},
        {"published": None},
        {"title": "  The story\n of\u00a0one "},
        {"summary": "What happened  to one on that day. "},
        {"text": "now with a text"},
        {"author": "somebody"},
    ],
    ids=["date", "updated", "no date", "title spacing", "summary spacing", "text", "author"],
)
def test_spacing_dates_and_the_like_make_no_revision(store: SqliteStore, changes: dict[str, object]) -> None:
    poll(store, parsed("one"))
    assert poll(store, parsed("one", **changes), seen=NOW + HOUR) == []


def test_curled_quotes_and_long_dashes_make_no_revision(store: SqliteStore) -> None:
    poll(store, parsed("one", title='It\'s "here" - now'))
    assert poll(store, parsed("one", title="It’s “here” – now")) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "The story of one, corrected"},
        {"summary": "Something else happened."},
        {"url": "https://news.example/renamed"},
    ],
    ids=["title", "summary", "link"],
)
def test_a_changed_title_summary_or_link_is_a_new_revision_that_waits_again(
    store: SqliteStore, changes: dict[str, str]
) -> None:
    [entry_id] = poll(store, parsed("one"))
    store.entries.record([quiet(entry) for entry in store.entries.pending()])
    assert poll(store, parsed("one", **changes), seen=NOW + HOUR) == [entry_id]
    [waiting] = store.entries.pending()
    assert (waiting.id, waiting.revision, waiting.seen) == (entry_id, 1, NOW)
    shown = {
        "title": waiting.document.title,
        "summary": waiting.document.summary,
        "url": waiting.document.url,
    }
    assert changes.items() <= shown.items()


def test_a_link_whose_canonical_form_stays_makes_no_revision(store: SqliteStore) -> None:
    canonical = "https://news.example/one"
    poll(store, parsed("one", url=f"{canonical}?utm_source=a", canonical_url=canonical))
    assert poll(store, parsed("one", url=f"{canonical}?utm_source=b", canonical_url=canonical)) == []


def test_another_guid_with_the_same_link_is_the_same_entry(store: SqliteStore) -> None:
    [entry_id] = poll(store, parsed("one"))
    renamed = parsed("one", guid="tag:new-scheme", published=NOW - 300 * DAY)
    assert poll(store, renamed, seen=NOW + HOUR) == []
    assert store.entries.count() == 1
    stored = store.entries.get(entry_id)
    assert stored is not None
    assert stored.guid == "tag:new-scheme"


def test_both_guids_of_an_entry_are_remembered(store: SqliteStore) -> None:
    poll(store, parsed("one"))
    poll(store, parsed("one", guid="tag:second"))
    for guid in ("tag:one", "tag:second"):
        assert poll(store, parsed("one", guid=guid, url="https://news.example/x", title="X")) != [2]
    assert store.entries.count() == 1


def test_another_guid_and_link_with_the_same_title_is_the_same_entry_for_three_days(
    store: SqliteStore,
) -> None:
    [entry_id] = poll(store, parsed("one"))
    again = parsed("one", guid="tag:b", url="https://news.example/b", title="THE STORY, of Oné")
    assert poll(store, again) == [entry_id]  # a new link: another revision
    late = parsed("one", guid="tag:c", url="https://news.example/c", published=NOW + 4 * DAY)
    [second] = poll(store, late, seen=NOW + 4 * DAY)
    assert second != entry_id


def test_the_same_title_or_link_twice_in_one_body_is_two_entries(store: SqliteStore) -> None:
    first = parsed("a", title="Morning briefing")
    second = parsed("b", title="Morning briefing")
    third = parsed("c", url=first.url)
    assert len(poll(store, first, second, third)) == 3
    assert poll(store, first, second, third) == []


def test_an_entry_that_stands_beside_its_namesake_is_new(store: SqliteStore) -> None:
    poll(store, parsed("a", title="Morning briefing"))
    both = (parsed("a", title="Morning briefing"), parsed("b", title="Morning briefing"))
    assert len(poll(store, *both, seen=NOW + DAY)) == 1


def test_a_link_to_the_bare_host_tells_no_entries_apart(store: SqliteStore) -> None:
    [first] = poll(store, parsed("a", url="https://status.example/", title="Outage of the login"))
    [second] = poll(store, parsed("b", url="https://status.example/", title="Outage of the search"))
    assert first != second


def test_a_link_that_two_entries_share_identifies_neither(store: SqliteStore) -> None:
    page = "https://news.example/live"
    poll(store, parsed("a", url=page), parsed("b", url=page))
    assert len(poll(store, parsed("c", url=page, title="Something new"))) == 1


def test_the_same_guid_in_another_feed_is_another_entry(store: SqliteStore) -> None:
    [first] = poll(store, parsed("one"))
    [second] = poll(store, parsed("one"), url="https://mirror.example/feed")
    assert first != second


def test_an_entry_that_left_and_came_back_is_known(store: SqliteStore) -> None:
    poll(store, parsed("one"), parsed("two"))
    assert poll(store, parsed("two"), seen=NOW + DAY) == []
    assert poll(store, parsed("one"), parsed("two"), seen=NOW + 30 * DAY) == []


def test_a_title_that_goes_back_and_forth_stays_one_entry(store: SqliteStore) -> None:
    [entry_id] = poll(store, parsed("one"))
    for turn in range(4):
        title = "The other title" if turn % 2 == 0 else "The story of one"
        assert poll(store, parsed("one", title=title)) == [entry_id]
    stored = store.entries.get(entry_id)
    assert stored is not None
    assert stored.revision == 4


def test_the_same_guid_twice_in_one_body_counts_once(store: SqliteStore) -> None:
    [entry_id] = poll(store, parsed("one", title="First"), parsed("one", title="Second"))
    stored = store.entries.get(entry_id)
    assert stored is not None
    assert (stored.document.title, stored.revision) == ("First", 0)


def test_two_polls_of_a_feed_in_one_batch_are_seen_in_order(store: SqliteStore) -> None:
    row = feed(store)
    polls = [
        FinishedPoll(feed=row, seen=NOW, entries=(parsed("one", title="First"),)),
        FinishedPoll(feed=row, seen=NOW + HOUR, entries=(parsed("one", title="Second"),)),
    ]
    assert store.feeds.finish_polls(polls) == [1, 1]
    [waiting] = store.entries.pending()
    assert (waiting.document.title, waiting.revision) == ("Second", 1)


def test_new_entries_get_their_ids_in_order_of_time(store: SqliteStore) -> None:
    entries = [parsed(name, published=NOW - hours * HOUR) for name, hours in (("b", 2), ("c", 1), ("a", 3))]
    ids = poll(store, *entries)
    assert ids == sorted(ids)
    assert [entry.guid for entry in store.entries.pending()] == ["tag:a", "tag:b", "tag:c"]


def test_times_are_made_sane(store: SqliteStore) -> None:
    entries = (
        parsed("future", published=NOW + 30 * DAY),
        parsed("ahead", published=NOW + 2 * HOUR),
        parsed("undated", published=None),
        parsed("ancient", published=NOW.replace(year=1970)),
    )
    poll(store, *entries)
    times = {entry.guid: (entry.published, entry.dated) for entry in store.entries.pending()}
    assert times == {
        "tag:future": (NOW, False),
        "tag:ahead": (NOW, True),
        "tag:undated": (NOW, False),
        "tag:ancient": (NOW, False),
    }


def test_a_long_guid_is_kept_short_and_known(store: SqliteStore) -> None:
    entry = parsed("one", guid="g" * 5_000, url="https://news.example/1")
    [entry_id] = poll(store, entry)
    stored = store.entries.get(entry_id)
    assert stored is not None
    assert len(stored.guid) < 100
    assert poll(store, replace(entry, url="https://news.example/2")) == [entry_id]


def test_an_entry_without_guid_goes_by_its_link(store: SqliteStore) -> None:
    [entry_id] = poll(store, parsed("one", guid=""))
    assert poll(store, parsed("one", guid="", title="Changed")) == [entry_id]


@pytest.mark.parametrize("text", ["half a pair \ud800 here", "nul \0 here", "𝕏 \U0010ffff", ""])
def test_any_text_can_be_stored(store: SqliteStore, text: str) -> None:
    entry = ParsedEntry(guid=f"g{text}", url=f"https://news.example/{text}", title=text, summary=text)
    [entry_id] = poll(store, entry)
    stored = store.entries.get(entry_id)
    assert stored is not None
    assert len(stored.document.title) == len(text)
    assert poll(store, entry, seen=NOW + timedelta(hours=1)) == []


def test_what_is_decided_at_first_sight_is_stored_with_its_decision_and_never_pending(
    store: SqliteStore,
) -> None:
    nobody = Decision(verdict=Verdict.QUIET, reasons=("nothing-watched",))
    done = FinishedPoll(feed=feed(store), seen=NOW, entries=(parsed("crane"), parsed("mercor")))
    pending = store.feeds.finish_polls(
        [done], lambda entries: [nobody if "crane" in entry.title else None for entry in entries]
    )
    assert [entry.document.title for entry in store.entries.pending()] == ["The story of mercor"]
    assert pending == [entry.id for entry in store.entries.pending()]
    decided = store.entries.by_url("https://news.example/crane")
    assert decided is not None
    recorded = store.entries.recorded(decided.id)
    assert recorded is not None
    assert recorded.decisions == ((NOW, nobody),)
    assert [hit.title for hit in store.search.query("crane")] == ["The story of crane"]


def test_an_edited_entry_is_judged_whatever_was_decided_at_first_sight(store: SqliteStore) -> None:
    nobody = Decision(verdict=Verdict.QUIET, reasons=("nothing-watched",))
    row = feed(store)
    for title, waits in (("A crane", 0), ("A tall crane", 1)):
        done = FinishedPoll(feed=row, seen=NOW, entries=(parsed("crane", title=title),))
        assert len(store.feeds.finish_polls([done], lambda entries: [nobody] * len(entries))) == waits
    assert [entry.revision for entry in store.entries.pending()] == [1]


def test_a_new_entry_is_no_known_one_that_stands_beside_it_unread(store: SqliteStore) -> None:
    poll(store, parsed("one"))
    row = feed(store)
    twin = parsed("two", title="The story of one")
    done = FinishedPoll(feed=row, seen=NOW, entries=(twin,), known=(identity.guid_key(row.id, "tag:one"),))
    assert store.feeds.finish_polls([done]) == [2]
    again = FinishedPoll(feed=row, seen=NOW, entries=(replace(twin, guid="tag:three"),))
    assert len(store.feeds.finish_polls([again])) == 0  # nobody beside it: the same under another guid
    assert store.entries.count() == 2
