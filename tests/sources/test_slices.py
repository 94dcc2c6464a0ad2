"""What stood in the last body is left out, and what is left is read as if it were not."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.model import Feed
from storage.sqlite.identity import guid_key, stored_guid
from tests.sources.test_fast import ATOM_PART, RSS_PART, SPACES, TEXT, atom, corpus, element, rss
from watchers.sources import fast, parse_news, slices
from watchers.sources.base import NeedsChild, ParsedFeed, ParseError

URL = "https://base.example/feeds/news"
FEED = Feed(id=7, url=URL)
ABOUT = "<title>The Quay</title><link>https://quay.example/</link>"


def item(name: str, more: str = "") -> str:
    """An RSS entry."""
    return (
        f"<item><title>{name}</title><link>https://quay.example/{name}</link>"
        f"<guid>{name}</guid><description><![CDATA[<p>About {name}</p>]]></description>{more}</item>\n"
    )


def channel(*items: str, about: str = ABOUT) -> bytes:
    """An RSS body."""
    return f'<rss version="2.0" {SPACES}><channel>{about}{"".join(items)}</channel></rss>'.encode()


def after(*bodies: bytes) -> ParsedFeed:
    """What the last of some bodies brings to a feed that was read with the others before."""
    feed = FEED
    for body in bodies:
        parsed = parse_news(body, URL, None, feed)
        feed = replace(feed, held=parsed.held)
    return parsed


def key(guid: str) -> int:
    """The store's key of a guid."""
    return guid_key(FEED.id, stored_guid(guid))


def assert_equals_the_whole(body: bytes, found: ParsedFeed) -> None:
    """What is left out of ``found`` is just what it says, and nothing else is different."""
    whole = fast.parse(body, URL)
    assert whole is not None
    news = tuple(entry for entry in whole.entries if key(entry.guid) not in found.known)
    assert found.entries == news
    assert found.count == len(whole.entries)
    assert replace(found, entries=(), known=(), held=None) == replace(whole, entries=())


def titles(found: ParsedFeed) -> list[str]:
    """Of what was read."""
    return [entry.title for entry in found.entries]


def test_only_the_new_entry_of_a_changed_body_is_read() -> None:
    now = channel(item("c"), item("b"), item("a"))
    found = after(channel(item("b"), item("a")), now)
    assert titles(found) == ["c"]
    assert found.known == (key("b"), key("a"))
    assert_equals_the_whole(now, found)


def test_what_went_and_came_back_is_read_again() -> None:
    found = after(channel(item("b"), item("a")), channel(item("b")), channel(item("b"), item("a")))
    assert titles(found) == ["a"]


def test_an_edited_entry_is_read_again() -> None:
    found = after(channel(item("b"), item("a")), channel(item("b"), item("a", "<category>x</category>")))
    assert titles(found) == ["a"]


def test_what_the_body_says_of_the_feed_is_read_each_time() -> None:
    found = after(channel(item("a")), channel(item("a"), about="<title>New name</title><ttl>90</ttl>"))
    assert (found.title, found.entries, found.count) == ("New name", (), 1)
    assert found.ttl is not None


def test_sections_and_comments_in_sections_are_words() -> None:
    more = "<content:encoded><![CDATA[<!-- more --><?php x ?>]]></content:encoded>"
    assert titles(after(channel(item("a", more)), channel(item("b"), item("a", more)))) == ["b"]


OTHER = URL + "?moved"
READ_IN_FULL = {
    "another meaning of a prefix": (
        channel(item("a", "<foo:x/>")),
        channel(item("b"), item("a", "<foo:x/>")).replace(b"urn:foo", b"urn:bar"),
    ),
    "another meaning of a prefix, behind a sign that looks like the tag's end": (
        channel(item("a", "<foo:x/>")).replace(b"<rss", b'<rss sign=">"'),
        channel(item("b"), item("a", "<foo:x/>"))
        .replace(b"<rss", b'<rss sign=">"')
        .replace(b"urn:foo", b"urn:bar"),
    ),
    "an id that a known entry has": (
        channel(item("a")),
        channel(item("b").replace("<guid>b", "<guid>a"), item("a")),
    ),
    "entries that shared an id": (
        channel(item("a"), item("b").replace("<guid>b", "<guid>a")),
        channel(item("c"), item("a"), item("b").replace("<guid>b", "<guid>a")),
    ),
    "entries inside a comment": (channel(item("a")), channel("<!--", item("a"), "-->", item("b"))),
    "words between entries": (channel(item("a")), channel(item("b"), "and", item("a"))),
    "a comment between entries": (channel(item("a")), channel(item("b"), "<!-- x -->", item("a"))),
    "a channel with two descriptions": (
        channel(item("a")),
        channel(item("b"), item("a"), about="<itunes:summary>x</itunes:summary><description>y</description>"),
    ),
}


@pytest.mark.parametrize("bodies", READ_IN_FULL.values(), ids=READ_IN_FULL.keys())
def test_where_it_could_make_a_difference_all_is_read(bodies: tuple[bytes, bytes]) -> None:
    found = after(*bodies)
    assert found.known == ()
    assert found == replace(parse_news(bodies[1], URL, None, FEED), held=found.held)


def test_the_same_bytes_from_another_address_or_for_another_feed_are_read_again() -> None:
    body = channel(item("a"))
    held = parse_news(body, URL, None, FEED).held
    assert parse_news(body, URL, None, replace(FEED, held=held)).entries == ()
    assert len(parse_news(body, f"{URL}?moved", None, replace(FEED, held=held)).entries) == 1
    assert len(parse_news(body, URL, None, replace(FEED, id=8, held=held)).entries) == 1


@pytest.mark.parametrize("head", [b"<a" + b"xmlns" * 12_000, b'<a x="' * 10_000, b"<a " + b'x="y" ' * 10_000])
def test_what_stands_before_the_first_entry_is_looked_through_in_linear_time(head: bytes) -> None:
    """Where it is quadratic, this takes minutes."""
    with pytest.raises((ParseError, NeedsChild)):
        parse_news(head + item("a").encode(), URL, None, FEED)


@pytest.mark.parametrize("held", [b"", b"1234567", b"x" * 8, b"x" * 31, b"x" * 400])
def test_what_is_no_memory_of_a_body_is_ignored(held: bytes) -> None:
    assert titles(parse_news(channel(item("a")), URL, None, replace(FEED, held=held))) == ["a"]


ITEMS = st.lists(st.lists(RSS_PART, max_size=6), min_size=1, max_size=5, unique_by=tuple)
ENTRIES = st.lists(st.lists(ATOM_PART, max_size=6), min_size=1, max_size=5, unique_by=tuple)
ABOUTS = st.lists(
    element("title", TEXT) | element("description", TEXT) | element("itunes:summary", TEXT), max_size=2
)


@settings(max_examples=300, deadline=None)
@given(items=ITEMS, about=ABOUTS, older=st.integers(0, 5), gone=st.integers(0, 5), atoms=ENTRIES)
def test_any_two_bodies_after_each_other_bring_what_the_second_brings(
    items: list[list[str]], about: list[str], older: int, gone: int, atoms: list[list[str]]
) -> None:
    for first, second in (
        (rss(items[older:], about), rss(items[: len(items) - gone], about)),
        (atom(atoms[older:], []), atom(atoms[: len(atoms) - gone], [])),
    ):
        before = slices.parse(first, URL, FEED)
        held = before.held if before is not None else None
        found = slices.parse(second, URL, replace(FEED, held=held))
        if found is not None:
            assert_equals_the_whole(second, found)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_feeds_of_the_corpora_are_read_alike_with_and_without_memory(
    shared_data: Path, tmp_path: Path
) -> None:
    read = remembered = 0
    for path in corpus(shared_data, tmp_path):
        body = path.read_bytes().lstrip(b" \t\r\n")
        spans = slices._spans(body)
        if len(spans) < 2 or fast.parse(body, URL) is None:
            continue
        read += 1
        for left_out in (0, len(spans) // 2):
            earlier = slices._without(body, spans, set(range(len(spans))) - {left_out})
            before = slices.parse(earlier, URL, FEED)
            held = before.held if before is not None else None
            found = slices.parse(body, URL, replace(FEED, held=held))
            if found is not None:
                assert_equals_the_whole(body, found)
                remembered += len(found.known) == len(spans) - 1
    print(f"{read} bodies of several entries, {remembered / 2:.0f} read with what was known left out")
    assert remembered / 2 > 0.6 * read
