"""Subscription lists of other readers come in, ours go out."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.model import Feed
from watchers.opml import DEEPEST, OpmlError, Outline, parse_opml, render_opml

FOLDERS = b"""<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0"><head><title>Subscriptions</title></head><body>
<outline text="Harbour" title="Harbour">
  <outline type="rss" text="Quay" title="Quay Times" xmlUrl="https://quay.example/feed?a=1&amp;b=2" htmlUrl="https://quay.example/"/>
  <outline text="Deeper"><outline type="atom" text="Pier" xmlUrl="http://pier.example/atom"/></outline>
</outline>
<outline type="rss" text="Quay again" xmlUrl="https://quay.example/feed?a=1&amp;b=2"/>
<outline type="link" text="A page" url="https://page.example/"/>
</body></opml>"""


def test_each_feed_comes_once_in_its_first_folder() -> None:
    assert parse_opml(FOLDERS) == (
        Outline(
            url="https://quay.example/feed?a=1&b=2",
            title="Quay Times",
            site="https://quay.example/",
            folder=("Harbour",),
        ),
        Outline(url="http://pier.example/atom", title="Pier", folder=("Harbour", "Deeper")),
    )


def in_folders(*outlines: Outline) -> list[Feed]:
    return [
        Feed(id=number, url=one.url, title=one.title, site=one.site, kind=one.kind, folder=one.folder)
        for number, one in enumerate(outlines, 1)
    ]


def test_folders_go_out_as_they_came_in_in_their_order() -> None:
    came = parse_opml(FOLDERS)
    written = render_opml(in_folders(*came))
    assert parse_opml(written.encode()) == came
    assert render_opml(in_folders(*parse_opml(written.encode()))) == written
    assert re.findall(r'^ +<(?:/outline|outline text="[^"]*")', written, re.M) == [
        '    <outline text="Harbour"',
        '      <outline text="Quay Times"',
        '      <outline text="Deeper"',
        '        <outline text="Pier"',
        "      </outline",
        "    </outline",
    ]


def test_a_folder_stands_once_where_its_first_feed_does() -> None:
    places = {"a": ("Sea",), "b": (), "c": ("Sea", "Deep"), "d": ("Land",), "e": ("Sea",)}
    came = [Outline(url=f"https://{name}.example/", folder=folder) for name, folder in places.items()]
    found = parse_opml(render_opml(in_folders(*came)).encode())
    assert [(one.url[8], one.folder) for one in found] == [(name, places[name]) for name in "acebd"]


@pytest.mark.parametrize("name", ["", "  "])
def test_a_folder_without_a_name_is_none(name: str) -> None:
    text = (
        f'<opml><body><outline text="{name}"><outline xmlUrl="https://q.example/"/></outline></body></opml>'
    )
    assert parse_opml(text.encode())[0].folder == ()


def test_folders_without_end_are_opened_into_the_tenth() -> None:
    text = "<opml>" + '<outline text="x">' * 50_000 + '<outline xmlUrl="https://q.example/"/>'
    text += "</outline>" * 50_000 + "</opml>"
    [found] = parse_opml(text.encode())
    assert found.folder == ("x",) * DEEPEST


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


FEEDLY = """<?xml version="1.0" encoding="UTF-8"?>

<opml version="1.0">
    <head>
        <title>Ann's subscriptions in feedly Cloud</title>
    </head>
    <body>
        <outline text="Ports" title="Ports">
            <outline type="rss" text="Quay &amp; Pier" title="Quay &amp; Pier" xmlUrl="https://quay.example/feed" htmlUrl="https://quay.example"/>
            <outline type="rss" text="Grúa" title="Grúa" xmlUrl="https://grua.example/rss.xml?a=1&amp;b=2" htmlUrl="https://grua.example"/>
        </outline>
        <outline text="Empty" title="Empty"/>
    </body>
</opml>"""
INOREADER = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0">
    <head>
        <title>Subscriptions from Inoreader [https://www.inoreader.com]</title>
    </head>
    <body>
    <outline text="Ports" title="Ports">
        <outline text="Quay &#38; Pier" title="Quay &#38; Pier" type="rss" xmlUrl="https://quay.example/feed" htmlUrl="https://quay.example"/>
    </outline>
        <outline text="Grúa" title="Grúa" type="rss" xmlUrl="https://grua.example/rss.xml?a=1&amp;b=2" htmlUrl="https://grua.example"/>
</body>
</opml>"""
NETNEWSWIRE = """<?xml version="1.0" encoding="UTF-8"?>
<!-- OPML generated by NetNewsWire -->
<opml version="1.1">
\t<head>
\t\t<title>Subscriptions-OnMyMac.opml</title>
\t</head>
<body>
<outline text="Quay &amp; Pier" title="Quay &amp; Pier" description="" type="rss" version="RSS" htmlUrl="https://quay.example" xmlUrl="https://quay.example/feed"/>
<outline text="Ports" title="Ports">
\t<outline text="Grúa" title="Grúa" description="" type="rss" version="RSS" htmlUrl="https://grua.example" xmlUrl="https://grua.example/rss.xml?a=1&amp;b=2"/>
\t</outline>
\t</body>
</opml>"""
FRESHRSS = """<?xml version="1.0" encoding="UTF-8"?>
<opml xmlns:frss="https://freshrss.org/opml" version="2.0">
  <head>
    <title>FreshRSS</title>
    <dateCreated>Mon, 02 Jun 2025 07:05:09 +0200</dateCreated>
  </head>
  <body>
    <outline text="Ports">
      <outline text="Quay &amp; Pier" type="rss" xmlUrl="https://quay.example/feed" htmlUrl="https://quay.example" description="Harbour news" frss:priority="important" category="/Ports,/All"/>
      <outline text="Grúa" type="rss" xmlUrl="https://grua.example/rss.xml?a=1&amp;b=2" htmlUrl="https://grua.example" description="" frss:cssFullContent="article"/>
    </outline>
  </body>
</opml>"""
MINIFLUX = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0">
    <head>
        <title>Miniflux</title>
        <dateCreated>Mon, 02 Jun 2025 07:05:09 UTC</dateCreated>
    </head>
    <body>
        <outline text="All">
            <outline title="Quay &amp; Pier" text="Quay &amp; Pier" xmlUrl="https://quay.example/feed" htmlUrl="https://quay.example" type="rss"></outline>
            <outline title="Grúa" text="Grúa" xmlUrl="https://grua.example/rss.xml?a=1&amp;b=2" htmlUrl="https://grua.example" type="rss"></outline>
        </outline>
    </body>
</opml>"""
READERS = {
    "feedly": FEEDLY,
    "inoreader": INOREADER,
    "netnewswire": NETNEWSWIRE,
    "freshrss": FRESHRSS,
    "miniflux": MINIFLUX,
}
BOTH = (
    Outline(url="https://quay.example/feed", title="Quay & Pier", site="https://quay.example"),
    Outline(url="https://grua.example/rss.xml?a=1&b=2", title="Grúa", site="https://grua.example"),
)

IN_FOLDERS: dict[str, list[tuple[str, ...]]] = {
    "feedly": [("Ports",), ("Ports",)],
    "inoreader": [("Ports",), ()],
    "netnewswire": [(), ("Ports",)],
    "freshrss": [("Ports",), ("Ports",)],
    "miniflux": [("All",), ("All",)],
}


def unsorted(outlines: tuple[Outline, ...]) -> tuple[Outline, ...]:
    return tuple(replace(one, folder=()) for one in outlines)


@pytest.mark.parametrize("reader", READERS)
def test_lists_of_the_big_readers_come_in_and_go_out(reader: str) -> None:
    found = parse_opml(READERS[reader].encode())
    assert unsorted(found) == BOTH
    assert [one.folder for one in found] == IN_FOLDERS[reader]
    assert parse_opml(render_opml(in_folders(*found)).encode()) == found


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("utf-8", "utf-8"),
        ("UTF-8", "utf-8-sig"),
        ("iso-8859-1", "latin-1"),
        ("windows-1252", "cp1252"),
        ("utf-16", "utf-16"),
        ("gb2312", "utf-8"),  # not true
        ("us-ascii", "utf-8"),  # not true
        ("utf-8", "cp1252"),  # not true
    ],
)
def test_encodings_are_read_also_where_the_declaration_is_not_true(declared: str, codec: str) -> None:
    text = FEEDLY.replace('encoding="UTF-8"', f'encoding="{declared}"')
    assert unsorted(parse_opml(text.encode(codec))) == BOTH


def test_an_encoding_of_several_bytes_is_read() -> None:
    text = '<?xml version="1.0" encoding="gb2312"?><opml><body><outline text="码头" xmlUrl="https://q.example/f"/></body></opml>'
    assert parse_opml(text.encode("gb2312"))[0].title == "码头"


def test_entities_of_html_and_control_characters_are_forgiven() -> None:
    body = b'<opml><body><outline text="Caf&eacute;&nbsp;&copy; \x0b A&B" xmlUrl="https://q.example/?a=1&copy=2&lt=3"/></body></opml>'
    [found] = parse_opml(body)
    assert (found.title, found.url) == ("Café\xa0©  A&B", "https://q.example/?a=1&copy=2&lt=3")


def test_a_page_that_another_reader_scrapes_is_watched_as_a_page() -> None:
    [found] = parse_opml(
        b'<opml><body><outline type="HTML+XPath" xmlUrl="https://q.example/"/></body></opml>'
    )
    assert found.kind == "page"


def test_what_is_no_web_address_is_told_apart() -> None:
    body = b'<opml><body><outline xmlUrl="file:///etc/passwd"/><outline xmlUrl="javascript:x"/><outline xmlUrl=""/></body></opml>'
    assert [(one.url, one.fetchable) for one in parse_opml(body)] == [
        ("file:///etc/passwd", False),
        ("javascript:x", False),
    ]


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
        folder=st.lists(st.sampled_from(["Ports", "Sea & <Land>", 'a / "b"']), max_size=3).map(tuple),
    ),
    max_size=5,
)


@given(FEEDS)
def test_what_goes_out_comes_back(feeds: list[Feed]) -> None:
    text = render_opml(feeds)
    back = parse_opml(text.encode())
    assert {
        one.url: (one.kind, one.site, one.folder, " ".join((one.title or "").split())) for one in back
    } == {
        feed.url: (feed.kind, feed.site, feed.folder, " ".join((feed.title or feed.url).split()))
        for feed in feeds
    }
    assert parse_opml(render_opml(in_folders(*back)).encode()) == back


def test_signs_that_xml_cannot_hold_are_left_out() -> None:
    text = render_opml([Feed(id=1, url="https://q.example/", title="a\x00b\x1bc\ud800d\ufffe")])
    assert parse_opml(text.encode())[0].title == "abcd"
