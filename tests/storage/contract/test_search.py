"""Full-text search: any text is a query, the best comes first."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.model import MoveKind
from storage.sqlite import SqliteStore
from storage.sqlite.words import asked
from tests.storage.made import DAY, HOUR, NOW, entity, hire, parsed, poll, story, tell

LETTERS = st.one_of(  # of the scripts that SQLite's tokenizer has known since its first day
    st.characters(max_codepoint=0x523),
    st.characters(min_codepoint=0x3041, max_codepoint=0x30FF),
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FCB),
    st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3),
    st.characters(min_codepoint=0xFF01, max_codepoint=0xFF9D),
)


def ids(store: SqliteStore, text: str, **asked: object) -> list[str]:
    """Ids of the hits."""
    return [hit.id for hit in store.search.query(text, **asked)]  # type: ignore[arg-type]


def test_entries_are_found_by_the_words_of_title_summary_and_text(store: SqliteStore) -> None:
    poll(store, parsed("a", title="Quartz prices", summary="of the mountain", text="A geologist explains."))
    for word in ("quartz", "MOUNTAIN", "geologist", "quartz geologist"):
        assert ids(store, word) == ["e1"]
    assert ids(store, "basalt") == []


def test_a_hit_says_what_it_is(store: SqliteStore) -> None:
    store.watchlist.put(entity("acme"))
    tell(store, "one", story("acme", moves=(hire("Jo Doe", "acme"),)))
    [hit] = store.search.query("story")
    assert (hit.id, hit.title, hit.url, hit.source) == (
        "e1",
        "The story of one",
        "https://news.example/one",
        "news.example",
    )
    assert (hit.published, hit.entities, hit.move, hit.story) == (NOW - HOUR, ("acme",), "hire", "s1")


def test_accents_and_case_do_not_matter(store: SqliteStore) -> None:
    poll(store, parsed("a", title="Müller eröffnet CAFÉ in São Paulo"))
    for text in ("muller", "cafe", "sao paulo", "MÜLLER", "São"):
        assert ids(store, text) == ["e1"]


def test_text_without_spaces_is_found_by_its_parts(store: SqliteStore) -> None:
    poll(store, parsed("a", title="新しい研究所を東京に開設", summary="한국어 인공지능 연구소"))
    for text in ("研究所", "東京", "新しい研究所", "인공지능", "開設"):
        assert ids(store, text) == ["e1"]
    assert ids(store, "大阪") == []


def test_a_single_character_of_such_a_text_is_a_query_too(store: SqliteStore) -> None:
    poll(store, parsed("a", title="東京に開設"), parsed("b", title="大阪に開設"))
    assert ids(store, "東") == ["e1"]


def test_wide_letters_ligatures_and_sharp_s_are_ordinary_letters(store: SqliteStore) -> None:
    poll(store, parsed("a", title="ＯｐｅｎＡＩ ﬁnds a Straße in ｶﾞﾝﾀﾞﾑ"))
    for text in ("openai", "finds", "strasse", "STRASSE", "ガンダム"):
        assert ids(store, text) == ["e1"]
    assert ids(store, "カンタム") == []


def test_all_words_beat_some_and_the_title_beats_the_summary(store: SqliteStore) -> None:
    poll(
        store,
        parsed("summary", title="Other things", summary="granite quarry"),
        parsed("title", title="Granite quarry", summary="things"),
        parsed("half", title="Granite kitchen", summary="things"),
    )
    titles = [hit.title for hit in store.search.query("granite quarry")]
    assert titles == ["Granite quarry", "Other things", "Granite kitchen"]


def test_of_equals_the_newer_comes_first(store: SqliteStore) -> None:
    poll(store, parsed("old", title="Slate", published=NOW - 300 * DAY), parsed("new", title="Slate!"))
    assert [hit.title for hit in store.search.query("slate")] == ["Slate!", "Slate"]


def test_an_edited_entry_is_found_by_its_new_words_only(store: SqliteStore) -> None:
    poll(store, parsed("a", title="Basalt", text="columns"))
    poll(store, parsed("a", title="Obsidian", text="shards"))
    assert (ids(store, "obsidian"), ids(store, "shards"), ids(store, "basalt"), ids(store, "columns")) == (
        ["e1"],
        ["e1"],
        [],
        [],
    )


def test_the_backstory_is_found_too(store: SqliteStore) -> None:
    past = story("acme", opened=NOW - 900 * DAY, headline="Acme is founded", moves=(hire("Jo Doe", "acme"),))
    story_id = store.stories.add_backstory(past, "founding")
    [hit] = store.search.query("founded")
    assert (hit.id, hit.story, hit.move, hit.entities) == (f"s{story_id}", f"s{story_id}", "hire", ("acme",))
    assert ids(store, "jo doe") == [f"s{story_id}"]


@pytest.fixture
def varied(store: SqliteStore) -> SqliteStore:
    """Entries with and without entities and moves, and a story of the backstory."""
    store.watchlist.put_all([entity("acme", "Acme Corp"), entity("globex")])
    tell(store, "a", story("acme", moves=(hire("Jo Doe", "acme"),)), published=NOW - 5 * DAY)
    tell(store, "b", story("globex"), published=NOW - DAY)
    poll(store, parsed("c", published=NOW - HOUR))
    past = story("acme", opened=NOW - 900 * DAY, headline="The story of the past")
    store.stories.add_backstory(past, "past")
    return store


@pytest.mark.parametrize(
    ("text", "asked", "found"),
    [
        ("story", {}, ["e3", "e2", "e1", "s3"]),
        ("story", {"entity": "acme"}, ["e1", "s3"]),
        ("story", {"entity": "ACME corp"}, ["e1", "s3"]),
        ("story", {"entity": "nobody"}, []),
        ("story", {"move": "hire"}, ["e1"]),
        ("story", {"move": "none"}, ["e3", "e2", "s3"]),
        ("story", {"move": MoveKind.FUNDING}, []),
        ("story", {"since": NOW - 2 * DAY}, ["e3", "e2"]),
        ("story", {"limit": 1}, ["e3"]),
        ("story", {"limit": 0}, []),
        ("story", {"entity": "globex", "move": "none", "since": NOW - 2 * DAY}, ["e2"]),
        ("", {}, ["e3", "e2", "e1", "s3"]),
        ("", {"entity": "acme"}, ["e1", "s3"]),
        ("", {"move": "hire"}, ["e1"]),
        ("", {"move": "none", "limit": 2}, ["e3", "e2"]),
        ("?!", {}, []),
    ],
    ids=str,
)
def test_filters_narrow_what_is_found(
    varied: SqliteStore, text: str, asked: dict[str, object], found: list[str]
) -> None:
    assert ids(varied, text, **asked) == found


def test_a_query_that_names_an_entity_prefers_those_who_mean_it(store: SqliteStore) -> None:
    store.watchlist.put(entity("surge"))
    meant, _ = tell(store, "meant", story("surge"), published=NOW - 2 * HOUR)
    poll(store, parsed("not", title="A surge in demand", summary="surge"))
    poll(store, parsed("meant", title="The company Surge hires", published=NOW - 2 * HOUR))
    assert ids(store, "surge")[0] == f"e{meant}"


def test_an_old_entry_with_both_words_is_found_among_many_newer_with_one(store: SqliteStore) -> None:
    poll(store, parsed("both", title="Feldspar mica", published=NOW - 30 * DAY))
    for name in ("feldspar", "mica"):
        poll(
            store, *(parsed(f"{name}{n}", title=f"{name} report number {n}", summary="") for n in range(250))
        )
    assert ids(store, "mica feldspar", limit=1) == ["e1"]


@pytest.mark.parametrize(
    "text",
    [
        '"',
        '""" OR 1',
        "NEAR(a b)",
        "a AND",
        "* ^ : - +",
        "title:x",
        "NOT",
        "%_\\",
        "\0",
        "a\0b",
        "\ud800",
        "x" * 10_000,
        "word " * 5_000,
        "漢" * 3_000,
        "');DROP TABLE entry;--",
    ],
)
def test_hostile_queries_are_ordinary_ones(store: SqliteStore, text: str) -> None:
    poll(store, parsed("a"))
    assert isinstance(store.search.query(text), list)
    assert store.entries.count() == 1


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=80))
def test_any_text_is_a_legal_query(store: SqliteStore, text: str) -> None:
    store.search.query(text, entity=text[:5] or None)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(LETTERS, min_size=1, max_size=60))
def test_an_entry_is_found_by_each_word_of_its_title(store: SqliteStore, title: str) -> None:
    for entry_id in poll(store, parsed(f"h{title}", title=title, summary="")):
        for word in title.split():
            if asked(word):
                assert f"e{entry_id}" in ids(store, word, limit=1_000)
