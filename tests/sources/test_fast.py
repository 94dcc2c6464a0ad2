"""The fast reader reads as feedparser does, entry by entry, or leaves the body to it."""

import random
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchers.sources import fast, slow
from watchers.sources.base import ParseError

URL = "https://base.example/feeds/news"
FOLDER = Path(__file__).parent / "formats"

WORDS = st.sampled_from(
    [
        "Crane",
        "pier & quay",
        "<b>bold</b>",
        "AT&T",
        "größer",
        "日本語",
        "“quoted”",
        "a < b",
        "&amp;",
        "&#8217;",
        "ï¿½",
        "",
        "  ",
    ]
)
TEXT = st.lists(WORDS, min_size=0, max_size=4).map(" ".join)
LINKS = st.sampled_from(
    [
        "https://quay.example/1",
        "http://quay.example/a?b=1&c=2",
        "/relative",
        "mailto:a@b",
        "",
        " https://quay.example/2 ",
    ]
)
TIMES = st.sampled_from(
    [
        "Mon, 02 Jun 2025 07:05:09 GMT",
        "2025-06-02T07:05:09+02:00",
        "2 June 2025",
        "never",
        "",
        "Sat, 31 May 2025 23:59:60 EST",
        "2025-06-02 07:05",
    ]
)


def element(name: str, values: st.SearchStrategy[str], attributes: str = "") -> st.SearchStrategy[str]:
    """An element with escaped text, or with CDATA."""
    escaped = values.map(lambda text: f"<{name}{attributes}>{escape(text, quote=False)}</{name}>")
    cdata = values.map(lambda text: f"<{name}{attributes}><![CDATA[{text}]]></{name}>")
    return escaped | cdata


RSS_PART = st.one_of(
    element("title", TEXT),
    element("link", LINKS),
    LINKS.map(lambda link: f'<atom:link href="{escape(link)}"/>'),
    LINKS.map(lambda link: f'<atom:link rel="self" href="{escape(link)}"/>'),
    element("guid", LINKS | TEXT),
    element("guid", LINKS | TEXT, ' isPermaLink="false"'),
    element("description", TEXT),
    element("content:encoded", TEXT),
    element("itunes:summary", TEXT),
    element("itunes:title", TEXT),
    element("pubDate", TIMES),
    element("dc:date", TIMES),
    element("dc:creator", TEXT),
    element("author", TEXT),
    element("dc:title", TEXT),
    element("category", TEXT),
    element("dc:language", st.sampled_from(["de", "pt-BR", ""])),
    TEXT.map(lambda text: f'<source url="https://other.example/">{escape(text)}</source>'),
    TEXT.map(lambda text: f"<media:group><media:title>{escape(text)}</media:title></media:group>"),
    TEXT.map(
        lambda text: f"<media:content><media:description>{escape(text)}</media:description></media:content>"
    ),
    element("foo:title", TEXT),
    element("comments", LINKS),
    st.just("<x/>"),
    st.just("<description><p>inline</p></description>"),
)
ATOM_PART = st.one_of(
    element("title", TEXT),
    element("title", TEXT, ' type="html"'),
    LINKS.map(lambda link: f'<link href="{escape(link)}"/>'),
    LINKS.map(lambda link: f'<link rel="alternate" type="text/html" href="{escape(link)}"/>'),
    LINKS.map(lambda link: f'<link rel="enclosure" href="{escape(link)}"/>'),
    element("id", LINKS | TEXT),
    element("summary", TEXT),
    element("content", TEXT, ' type="html"'),
    element("content", TEXT, ' type="text"'),
    element("published", TIMES),
    element("updated", TIMES),
    TEXT.map(lambda text: f"<author><name>{escape(text)}</name><email>a@b.example</email></author>"),
    TEXT.map(lambda text: f"<author><name>{escape(text)}</name></author>"),
    TEXT.map(
        lambda text: f"<source><title>{escape(text)}</title><link href='https://other.example/'/></source>"
    ),
    TEXT.map(
        lambda text: f"<media:group><media:description>{escape(text)}</media:description></media:group>"
    ),
    st.just('<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">x</div></content>'),
    st.just("<category term='a'/>"),
)
SPACES = (
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:foo="urn:foo"'
)


def rss(items: list[list[str]], about: list[str]) -> bytes:
    """An RSS 2.0 body."""
    inside = "".join(f"<item>{''.join(parts)}</item>" for parts in items)
    return f'<rss version="2.0" {SPACES}><channel>{"".join(about)}{inside}</channel></rss>'.encode()


def atom(items: list[list[str]], about: list[str]) -> bytes:
    """An Atom 1.0 body."""
    inside = "".join(f"<entry>{''.join(parts)}</entry>" for parts in items)
    spaces = 'xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"'
    return f"<feed {spaces}>{''.join(about)}{inside}</feed>".encode()


def assert_same(body: bytes) -> bool:
    """Whether the fast reader was sure; then both must agree."""
    quick = fast.parse(body, URL)
    if quick is None:
        return False
    assert quick == slow.parse(body, URL, None)
    return True


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(RSS_PART, max_size=7), min_size=1, max_size=3),
    st.lists(
        st.one_of(
            element("title", TEXT),
            element("link", LINKS),
            element("itunes:summary", TEXT),
            element("description", TEXT),
        ),
        max_size=3,
    ),
)
def test_any_rss_is_read_alike(items: list[list[str]], about: list[str]) -> None:
    assert_same(rss(items, about))


@settings(max_examples=250, deadline=None)
@given(
    st.lists(st.lists(ATOM_PART, max_size=7), min_size=1, max_size=3),
    st.lists(st.one_of(element("title", TEXT), element("id", LINKS), element("subtitle", TEXT)), max_size=3),
)
def test_any_atom_is_read_alike(items: list[list[str]], about: list[str]) -> None:
    assert_same(atom(items, about))


@pytest.mark.parametrize(
    "name",
    ["rss090.rdf", "rss10.rdf", "rss20.xml", "rss092.xml", "podcast.xml", "atom-media.xml", "undated.xml"],
)
def test_a_sound_feed_needs_no_feedparser(name: str) -> None:
    assert assert_same((FOLDER / name).read_bytes()) is True


def channel(inside: str, attributes: str = "") -> bytes:
    """An RSS 2.0 body around ``inside``."""
    return f'<rss version="2.0"{attributes}><channel>{inside}</channel></rss>'.encode()


LATIN = '<?xml version="1.0" encoding="iso-8859-1"?><rss><channel><title>é</title></channel></rss>'
ELSEWHERE = '<entry><content src="http://x.example/"/></entry>'
DOUBTFUL = {
    "a declared entity": b'<!DOCTYPE rss [<!ENTITY a "x">]>' + channel(""),
    "a document type": b'<!DOCTYPE rss SYSTEM "rss.dtd">' + channel(""),
    "xml:base": channel("", ' xml:base="http://x.example/"'),
    "another encoding": LATIN.encode("latin-1"),
    "UTF-16": channel("").decode().encode("utf-16"),
    "C1 characters": channel("<title>\x93x\x94</title>"),
    "C1 characters as numbers": channel("<title>&#147;x&#148;</title>"),
    "UTF-8 encoded twice": channel("<item><title>Ã©</title></item>"),
    "malformed XML": channel("<title>x"),
    "markup that is not escaped": channel("<item><title>a <b>b</b></title></item>"),
    "content elsewhere": f'<feed xmlns="http://www.w3.org/2005/Atom">{ELSEWHERE}</feed>'.encode(),
    "a known prefix for another namespace": channel(
        "<item><dc:title>x</dc:title></item>", ' xmlns:dc="urn:x"'
    ),
    "an unknown default namespace": channel("<item><title>x</title></item>", ' xmlns="urn:x"'),
    "items beside the channel": b"<rss><channel/><item><title>x</title></item></rss>",
    "an item within an item": channel("<item><item><title>x</title></item></item>"),
    "another root": b"<urlset><url/></urlset>",
}


@pytest.mark.parametrize("body", DOUBTFUL.values(), ids=DOUBTFUL.keys())
def test_where_there_is_doubt_feedparser_decides(body: bytes) -> None:
    assert fast.parse(body, URL) is None


ILL_FORMED = (
    b"\xe9",
    b"\xc0\xaf",
    b"\xe0\x80\x80",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xf8\x88\x80\x80\x80",
)
PLACES = {
    "words": channel("<item><title>a %s</title></item>"),
    "an attribute": channel('<item other="%s"><title>a</title></item>'),
    "CDATA": channel("<item><title>a</title><description><![CDATA[b %s]]></description></item>"),
    "a comment": channel("<!-- %s --><item><title>a</title></item>"),
    "an instruction": channel("<?x %s?><item><title>a</title></item>"),
    "an element that is passed over": channel("<item><title>a</title><x>%s</x></item>"),
}


@pytest.mark.parametrize("body", PLACES.values(), ids=PLACES.keys())
def test_what_is_no_utf_8_is_feedparsers_wherever_it_stands(body: bytes) -> None:
    assert fast.parse(body % "é".encode(), URL) is not None
    assert [fast.parse(body % bad, URL) for bad in ILL_FORMED] == [None] * len(ILL_FORMED)


def corpus(shared_data: Path, folder: Path) -> Iterator[Path]:
    """All XML files of the corpora beside the checkout."""
    import tarfile

    for name in ("feeds-corpus.tar.xz", "replay-techcrunch-2025-06_2025-08.tar.xz"):
        with tarfile.open(shared_data / name) as archive:
            archive.extractall(folder / name, filter="data")
    return (path for path in sorted(folder.rglob("*")) if path.suffix in {".xml", ".rss", ".atom", ".rdf"})


@pytest.mark.long
@pytest.mark.timeout(600)
def test_both_readers_agree_over_the_corpora(shared_data: Path, tmp_path: Path) -> None:
    sure = differing = 0
    paths = list(corpus(shared_data, tmp_path))
    for path in paths:
        body = path.read_bytes().lstrip(b" \t\r\n")
        quick = fast.parse(body, URL)
        if quick is None:
            continue
        sure += 1
        try:
            differing += quick != slow.parse(body, URL, None)
        except ParseError:
            differing += 1
    print(f"{len(paths)} files, {sure} read by the fast reader, {differing} differ from feedparser")
    assert differing == 0
    assert sure > 0.6 * len(paths)


def test_cut_anywhere_it_never_raises() -> None:
    body = (FOLDER / "rss20.xml").read_bytes()
    chance = random.Random(7)
    for _ in range(300):
        start, end = sorted(chance.sample(range(len(body)), 2))
        fast.parse(body[start:end], URL)
        fast.parse(body[:start] + body[end:], URL)
