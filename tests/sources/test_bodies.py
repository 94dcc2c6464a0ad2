"""One layer of gzip within bounds, and the hash that says "nothing new"."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchers.sources.base import BadEncoding, BodyTooLarge
from watchers.sources.bodies import MOST_MEMBERS, Gunzip, body_hash


@given(st.binary(max_size=20_000), st.integers(1, 500))
def test_gzip_in_any_pieces_gives_back_the_body(body: bytes, step: int) -> None:
    packed = gzip.compress(body)
    gunzip = Gunzip()
    for start in range(0, len(packed), step):
        gunzip.feed(packed[start : start + step])
    assert gunzip.finish() == body


def test_a_bomb_is_stopped_at_the_bound() -> None:
    gunzip = Gunzip(limit=100_000)
    with pytest.raises(BodyTooLarge):
        gunzip.feed(gzip.compress(bytes(50_000_000)))
    assert gunzip.size <= 100_000 + 64 * 1024


def test_a_body_of_exactly_the_bound_is_taken() -> None:
    gunzip = Gunzip(limit=1000)
    gunzip.feed(gzip.compress(b"x" * 1000))
    assert gunzip.finish() == b"x" * 1000


def test_a_second_layer_is_left_packed() -> None:
    gunzip = Gunzip()
    gunzip.feed(gzip.compress(gzip.compress(b"feed")))
    assert gzip.decompress(gunzip.finish()) == b"feed"


@given(st.lists(st.binary(max_size=2_000), min_size=1, max_size=9), st.integers(1, 500))
def test_all_members_are_read_in_whatever_pieces(bodies: list[bytes], step: int) -> None:
    packed = b"".join(map(gzip.compress, bodies))
    gunzip = Gunzip()
    for start in range(0, len(packed), step):
        gunzip.feed(packed[start : start + step])
    assert gunzip.finish() == b"".join(bodies)


def test_the_bound_is_that_of_all_members_together() -> None:
    gunzip = Gunzip(limit=100_000)
    member = gzip.compress(bytes(10_000))
    gunzip.feed(member * 10)
    with pytest.raises(BodyTooLarge):
        gunzip.feed(member)
    assert gunzip.size <= 100_000 + 64 * 1024


def test_members_without_end_are_stopped() -> None:
    gunzip = Gunzip()
    gunzip.feed(gzip.compress(b"") * MOST_MEMBERS)
    with pytest.raises(BadEncoding, match="gzip members"):
        gunzip.feed(gzip.compress(b""))


def test_a_later_member_that_is_cut_off_or_broken_is_told() -> None:
    gunzip = Gunzip()
    gunzip.feed(gzip.compress(b"feed") + gzip.compress(b"tail")[:-1])
    with pytest.raises(BadEncoding, match="cut off"):
        gunzip.finish()
    with pytest.raises(BadEncoding, match="broken gzip"):
        Gunzip().feed(gzip.compress(b"feed") + b"\x1f\x8bxxxxxxxx")


@pytest.mark.parametrize(
    "behind", [b"rubbish", b"\0" * 300, b"\x1f", b"\x1fx", b"x" + gzip.compress(b"not this")]
)
@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_bytes_behind_the_stream_are_ignored(behind: bytes, step: int) -> None:
    gunzip = Gunzip()
    packed = gzip.compress(b"feed") + behind
    for start in range(0, len(packed), step):
        gunzip.feed(packed[start : start + step])
    assert gunzip.finish() == b"feed"


@pytest.mark.parametrize("packed", [b"no gzip at all", gzip.compress(b"x" * 999)[:10] + b"\xff\xff\xff\xff"])
def test_broken_gzip_has_a_name(packed: bytes) -> None:
    with pytest.raises(BadEncoding, match="broken gzip"):
        Gunzip().feed(packed)


def test_gzip_that_is_cut_off_has_a_name() -> None:
    gunzip = Gunzip()
    gunzip.feed(gzip.compress(b"x" * 100_000)[:-20])
    with pytest.raises(BadEncoding, match="cut off"):
        gunzip.finish()


@pytest.mark.parametrize(
    "opening", [b"<item>", b"<item rdf:about='x'>", b"<entry xmlns='u'>", b"<a:entry>", b'"items": [']
)
def test_what_stands_before_the_first_entry_does_not_count(opening: bytes) -> None:
    news = opening + b"news"
    assert body_hash(b"<lastBuildDate>1</lastBuildDate>" + news) == body_hash(b"<x>2</x>" + news)


def test_a_change_in_any_entry_counts() -> None:
    assert body_hash(b"<item>a</item><item>b</item>") != body_hash(b"<item>a</item><item>c</item>")


def test_items_of_rss_10_before_the_channel_are_no_entry() -> None:
    assert body_hash(b"<items>1</items><item>a") == body_hash(b"<items>2</items><item>a")


def test_a_body_without_entries_counts_as_a_whole() -> None:
    assert body_hash(b"<channel>1</channel>") != body_hash(b"<channel>2</channel>")
