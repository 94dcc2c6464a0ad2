"""Subscription lists of other readers come in, ours go out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.model import Feed
from watchers.opml import OpmlError, Outline, parse_opml, render_opml

FOLDERS = b"""<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0"><head><title>Subscriptions</title></head><body>
<outline text="Harbour" title="Harbour">
  <outline type="rss" text="Quay" title="Quay Times" xmlUrl="https://quay.example/feed?a=1&amp;b=2" htmlUrl="https://quay.example/"/>
  <outline text="Deeper"><outline type="atom" text="Pier" xmlUrl="http://pier.example/atom"/></outline>
</outline>
<outline type="rss" text="Quay again" xmlUrl="https://quay.example/feed?a=1&amp;b=2"/>
<outline type="link" text="A page" url="https://page.example/"/>
</body></opml>"""


def test_folders_are_opened_and_each_feed_comes_once() -> None:
    assert parse_opml(FOLDERS) == (
        Outline(url="https://quay.example/feed?a=1&b=2", title="Quay Times", site="https://quay.example/"),
        Outline(url="http://pier.example/atom", title="Pier"),
    )


@pytest.mark.parametrize(
    "outline",
    [
        b'<outline text="Q" xmlurl="https://q.example/f"/>',
        b'<outline text="Q" XMLURL="https://q.example/f"/>',
        b'<outline text="Q" xmlUrl=" https://q.example/f "/>',
        b'<outline text="Q" xmlUrl="feed:https://q.example/f"/>',
        b"<outline text='Q' type='rss' xmlUrl='https://q.example/f' custom:x='1' xmlns:custom='urn:x'/>",
    ],
)
def test_spellings_of_other_readers_are_read(outline: bytes) -> None:
    assert parse_opml(b"\n<opml><body>" + outline + b"</body></opml>") == (
        Outline(url="https://q.example/f", title="Q"),
    )


def test_feed_protocol_is_http() -> None:
    [found] = parse_opml(b'<opml><body><outline text="Q" xmlUrl="feed://q.example/f"/></body></opml>')
    assert found.url == "http://q.example/f"


def test_bare_ampersands_are_forgiven() -> None:
    [found] = parse_opml(
        b'<opml><body><outline text="A & B" xmlUrl="https://q.example/?a=1&b=2"/></body></opml>'
    )
    assert (found.title, found.url) == ("A & B", "https://q.example/?a=1&b=2")


def test_what_is_no_web_address_is_left_out() -> None:
    body = b'<opml><body><outline xmlUrl="file:///etc/passwd"/><outline xmlUrl="javascript:x"/><outline xmlUrl=""/></body></opml>'
    assert parse_opml(body) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"<opml><body>", "malformed at line 1"),
        (b"<rss/>", "outermost element is <rss>"),
        (b"words", "malformed"),
        (b"", "malformed"),
        (b'<!DOCTYPE opml [<!ENTITY a "b">]><opml/>', "declares entities"),
        ('<!DOCTYPE opml [<!ENTITY a "b">]><opml/>'.encode("utf-16"), "declares entities"),
    ],
)
def test_what_is_no_list_is_refused_in_words(text: bytes, said: str) -> None:
    with pytest.raises(OpmlError, match=said):
        parse_opml(text)


FEEDS = st.lists(
    st.builds(
        Feed,
        id=st.integers(1, 99),
        url=st.uuids().map(lambda number: f"https://q.example/{number}?a=1&b=<2>"),
        title=st.none()
        | st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(str.strip),
        site=st.none() | st.just("https://q.example/"),
        kind=st.sampled_from(["feed", "google-news"]),
    ),
    max_size=5,
)


@given(FEEDS)
def test_what_goes_out_comes_back(feeds: list[Feed]) -> None:
    back = parse_opml(render_opml(feeds).encode())
    assert [(one.url, one.kind, one.site) for one in back] == [
        (feed.url, feed.kind, feed.site) for feed in feeds
    ]
    assert [" ".join((one.title or "").split()) for one in back] == [
        " ".join((feed.title or feed.url).split()) for feed in feeds
    ]


def test_signs_that_xml_cannot_hold_are_left_out() -> None:
    text = render_opml([Feed(id=1, url="https://q.example/", title="a\x00b\x1bc\ud800d\ufffe")])
    assert parse_opml(text.encode())[0].title == "abcd"
