"""The pure parts of the store on SQLite: words, keys, values in columns."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import NotOurDatabase
from storage.sqlite import codec, identity
from storage.sqlite.keys import pack, unpack
from storage.sqlite.words import asked, indexed, words


@given(ids=st.sets(st.integers(min_value=1, max_value=2**40)))
def test_packed_ids_come_back_sorted(ids: set[int]) -> None:
    assert unpack(pack(ids)) == sorted(ids)


def test_few_ids_take_few_bytes() -> None:
    packed = pack(range(100_000, 100_015))
    assert packed is not None
    assert len(packed) == 17
    assert pack([]) is None


@given(moment=st.datetimes(timezones=st.just(UTC)))
def test_times_come_back_to_the_second(moment: datetime) -> None:
    assert codec.to_time(codec.to_seconds(moment)) == moment.replace(microsecond=0)


def test_times_of_other_zones_are_the_same_moment() -> None:
    there = datetime(2025, 3, 4, 14, tzinfo=timezone(timedelta(hours=2)))
    assert codec.to_time(codec.to_seconds(there)) == datetime(2025, 3, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize("text", ["[", '[{"kind":"robbery"}]', "{}", "null"])
def test_json_that_nobody_of_ours_wrote_is_damage(text: str) -> None:
    with pytest.raises(NotOurDatabase, match="damaged"):
        codec.decode_moves(text)


@given(text=st.text(max_size=200))
def test_indexing_indexed_text_again_changes_no_word(text: str) -> None:
    assert words(indexed(text)) == words(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("AT&T; don't stop_me", ["at", "t", "don", "t", "stop", "me"]),
        ("Ação São", ["acao", "sao"]),
        ("東京で", ["東京", "京で"]),
        ("漢 a漢字b", ["漢", "a", "漢字", "b"]),
        ("연구소", ["연구", "구소"]),
        ("", []),
        ("—?!", []),
    ],
)
def test_texts_are_cut_into_words(text: str, found: list[str]) -> None:
    assert words(text) == found


def test_a_query_has_each_word_once_and_not_too_many() -> None:
    assert asked("b a B a") == ("b", "a")
    assert len(asked(" ".join(f"w{number}" for number in range(500)))) == 32
    assert asked("x" * 65) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café-Noir, S.A.", "cafe noir s a"),
        ("ＯｐｅｎＡＩ", "openai"),
        ("Straße", "STRASSE"),
        ("  two\u00a0 words\n", "Two Words"),
    ],
)
def test_names_that_differ_in_dress_only_fold_alike(one: str, other: str) -> None:
    assert identity.fold(one) == identity.fold(other)


def test_keys_of_different_things_differ() -> None:
    keys = {
        identity.guid_key(1, "x"),
        identity.guid_key(2, "x"),
        identity.title_key(1, "x"),
        identity.link_key("x"),
        identity.guid_key(1, "1\0x"),
    }
    assert len(keys) == 5
    assert all(-(2**63) <= key < 2**63 for key in keys)


@pytest.mark.parametrize(
    ("canonical", "url", "stored"),
    [
        ("https://a.example/1", "https://a.example/1", None),
        ("https://a.example/1", "https://www.a.example/1?utm_source=rss", "8 12 11"),
        ("https://a.example/1", "https://a.example/1/amp", "8 8 11"),
        ("https://b.example/2", "https://a.example/1", "=https://b.example/2"),
        ("https://a.example/1", "http://a.example/1", "=https://a.example/1"),
        ("", "https://a.example/1", "="),
        ("8 12 11", "https://a.example/1", "=8 12 11"),
    ],
)
def test_a_canonical_link_takes_little_room_beside_its_link(
    canonical: str, url: str, stored: str | None
) -> None:
    assert identity.shortened(canonical, url) == stored
    assert identity.lengthened(stored, url) == canonical


@given(canonical=st.text("ab=1 /", max_size=20), url=st.text("ab=1 /", max_size=20))
def test_any_canonical_link_comes_back(canonical: str, url: str) -> None:
    assert identity.lengthened(identity.shortened(canonical, url), url) == canonical
