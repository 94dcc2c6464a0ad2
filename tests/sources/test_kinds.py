"""Sources beside feeds: what is special to each."""

import gzip
import json
from datetime import UTC, datetime

import pytest

from storage.errors import UsageError
from storage.model import Feed, ParsedEntry
from watchers import sources
from watchers.sources.base import ParsedFeed
from watchers.sources.sitemap import newest_map

SEVEN = datetime(2025, 6, 2, 7, 5, 9, tzinfo=UTC)


def read(kind: str, body: str | bytes, url: str = "https://site.example/x") -> ParsedFeed:
    """What a kind of source reads."""
    raw = body if isinstance(body, bytes) else body.encode()
    return sources.parse(raw, url, None, Feed(id=1, url=url, kind=kind))


def essence(entry: ParsedEntry) -> tuple[str, str, str]:
    """Title, address, outlet."""
    return entry.title, entry.url, entry.source


def test_every_kind_is_named_as_it_is_called() -> None:
    assert {kind: sources.source(kind).kind for kind in sources.kinds()} == {
        kind: kind for kind in sources.kinds()
    }


def test_an_unknown_kind_reads_as_a_feed() -> None:
    assert sources.source("from-a-newer-version").kind == "feed"


# --- Google News ---------------------------------------------------------------------------


def google(token: str, title: str = "Crane maker sold - The Quay Times", description: str = "x") -> str:
    """A search feed with one entry."""
    return (
        '<rss version="2.0"><channel><title>"Crane" - Google News</title><link>https://news.google.com/</link>'
        f"<item><title>{title}</title><link>https://news.google.com/rss/articles/{token}?oc=5</link>"
        f'<guid isPermaLink="false">{token}</guid><pubDate>Mon, 02 Jun 2025 07:05:09 GMT</pubDate>'
        f'<description>{description}</description><source url="https://www.quaytimes.example">The Quay Times</source>'
        "</item></channel></rss>"
    )


def test_google_news_tells_of_the_outlet_and_keeps_its_link() -> None:
    [entry] = read("google-news", google("CBMi1")).entries
    assert essence(entry) == (
        "Crane maker sold",
        "https://news.google.com/rss/articles/CBMi1?oc=5",
        "The Quay Times",
    )
    assert (entry.source_url, entry.published) == ("https://www.quaytimes.example", SEVEN)


def test_google_news_entry_is_the_same_under_another_id() -> None:
    [one], [other] = (read("google-news", google(token)).entries for token in ("CBMi1", "CBMi2"))
    assert one.guid == other.guid
    assert one.url != other.url


def test_google_news_other_headline_or_outlet_is_another_entry() -> None:
    body = google("CBMi1")
    guids = {
        read("google-news", text).entries[0].guid
        for text in (
            body,
            body.replace("Crane maker sold", "Crane maker not sold"),
            body.replace("www.quaytimes.example", "www.dockpost.example"),
        )
    }
    assert len(guids) == 3


def test_google_news_description_of_other_headlines_is_left_out() -> None:
    listed = "&lt;ol&gt;&lt;li&gt;Something else by another outlet&lt;/li&gt;&lt;/ol&gt;"
    [entry] = read("google-news", google("CBMi1", description=listed)).entries
    assert (entry.summary, entry.text) == ("", "")


def test_google_news_headline_that_only_names_its_outlet_stays() -> None:
    [entry] = read("google-news", google("CBMi1", title="The Quay Times - The Quay Times")).entries
    assert entry.title == "The Quay Times"


@pytest.mark.parametrize(
    ("words", "query"),
    [
        ("Crane  Works", "%22Crane+Works%22+when%3A7d"),
        ('"Crane Works" OR Boom', "%22Crane+Works%22+OR+Boom+when%3A7d"),
        ("crane when:1h", "crane+when%3A1h"),
    ],
)
def test_google_news_address(words: str, query: str) -> None:
    made = sources.source("google-news").address
    assert made is not None
    assert made(words) == f"https://news.google.com/rss/search?q={query}&hl=en-US&gl=US&ceid=US:en"


# --- Hacker News ---------------------------------------------------------------------------


def test_hacker_news_story_is_its_pages_and_a_question_is_its_threads() -> None:
    hits = [
        {"objectID": "7", "title": "A crane in Rust", "url": "https://crane.example/rust", "author": "boom", "created_at_i": 1748847909},
        {"objectID": "8", "title": "Ask HN: cranes?", "url": None, "author": "boom", "story_text": "<p>Which &amp; why?", "created_at": "2025-06-02T07:05:09Z"},
        {"objectID": "9", "title": None},
        "rubbish",
    ]  # fmt: skip
    told = read("hacker-news", json.dumps({"hits": hits, "query": "crane"}))
    page, thread, *rest = told.entries
    assert told.title == "Hacker News: crane"
    assert essence(page) == ("A crane in Rust", "https://crane.example/rust", "")
    assert (page.author, page.published) == ("", SEVEN)
    assert essence(thread) == ("Ask HN: cranes?", "https://news.ycombinator.com/item?id=8", "Hacker News")
    assert (thread.summary, thread.author, thread.published) == ("Which & why?", "boom", SEVEN)
    assert [entry.url for entry in rest] == ["https://news.ycombinator.com/item?id=9"]


@pytest.mark.parametrize("body", ["{}", "[1]", '{"hits": 3}', "{", "<html></html>"])
def test_hacker_news_other_answers_have_a_name(body: str) -> None:
    with pytest.raises(sources.SourceError) as error:
        read("hacker-news", body)
    assert error.value.name in {"not-a-feed", "broken-feed"}


# --- EDGAR ---------------------------------------------------------------------------------

COMPANY = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <company-info><cik>0000000042</cik><conformed-name>CRANE WORKS, INC.</conformed-name></company-info>
  <title>CRANE WORKS, INC.  (0000000042)</title>
  <entry>
    <category label="form type" scheme="https://www.sec.gov/" term="8-K" />
    <content type="text/xml">
      <accession-nunber>0000000042-25-000007</accession-nunber>
      <filing-date>2025-06-02</filing-date>
      <filing-href>https://www.sec.gov/Archives/edgar/data/42/000000004225000007/index.htm</filing-href>
      <filing-type>8-K</filing-type>
      <form-name>Current report</form-name>
      <items-desc>items 5.02 and 9.01</items-desc>
    </content>
    <id>urn:tag:sec.gov,2008:accession-number=0000000042-25-000007</id>
    <link href="https://www.sec.gov/Archives/edgar/data/42/000000004225000007/index.htm" rel="alternate" type="text/html" />
    <summary type="html"> &lt;b&gt;Filed:&lt;/b&gt; 2025-06-02 &lt;b&gt;Item 5.02&lt;/b&gt;: Departure</summary>
    <title>8-K  - Current report</title>
    <updated>2025-06-02T03:05:09-04:00</updated>
  </entry>
</feed>"""


def test_edgar_company_filing_says_who_filed_what_about_what() -> None:
    told = read("edgar", COMPANY)
    [entry] = told.entries
    assert told.title == "SEC filings of Crane Works, Inc."
    assert entry.title == "Crane Works, Inc. files 8-K: departure or appointment of directors or officers"
    assert entry.url == "https://www.sec.gov/Archives/edgar/data/42/000000004225000007/index.htm"
    assert (entry.source, entry.published) == ("SEC EDGAR", SEVEN)


def test_edgar_search_hit_leads_to_its_document() -> None:
    hit = {
        "_id": "0000000042-25-000007:crane_8k.htm",
        "_source": {
            "ciks": ["0000000042"],
            "display_names": ["Crane Works, Inc.  (CRNW)  (CIK 0000000042)"],
            "file_date": "2025-06-02",
            "form": "8-K",
            "adsh": "0000000042-25-000007",
            "items": ["1.01", "9.01"],
        },
    }
    [entry] = read("edgar", json.dumps({"hits": {"hits": [hit, {"_source": None}, 3]}})).entries
    assert entry.title == "Crane Works, Inc. files 8-K: entry into a material agreement"
    assert entry.url == "https://www.sec.gov/Archives/edgar/data/42/000000004225000007/crane_8k.htm"
    assert entry.guid == "edgar:0000000042-25-000007"


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("42", "CIK=0000000042&type=8-K"),
        ("CIK 0000000042", "CIK=0000000042&"),
        ("Crane Works", "q=%22Crane+Works%22&"),
    ],
)
def test_edgar_address(words: str, part: str) -> None:
    made = sources.source("edgar").address
    assert made is not None
    assert part in made(words)


# --- GitHub --------------------------------------------------------------------------------


def test_github_release_is_called_by_its_repository() -> None:
    body = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Release notes from crane</title>
    <entry><id>tag:github.com,2008:Repository/1/v2</id><updated>2025-06-02T07:05:09Z</updated>
    <link rel="alternate" type="text/html" href="https://github.com/quay/crane/releases/tag/v2"/>
    <title>v2: lifts more</title><content type="html">&lt;p&gt;Notes&lt;/p&gt;</content><author><name>boom</name></author></entry></feed>"""
    told = read("github", body, "https://github.com/quay/crane/releases.atom")
    assert (told.title, told.entries[0].title) == ("quay/crane releases", "quay/crane v2: lifts more")


def test_github_address_is_made_of_owner_and_repository() -> None:
    made = sources.source("github").address
    assert made is not None
    assert made("quay/crane") == "https://github.com/quay/crane/releases.atom"
    with pytest.raises(UsageError, match="owner/repository"):
        made("crane")


# --- sitemaps ------------------------------------------------------------------------------

SITEMAP = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://quay.example/2025/06/01/old-pier-reopens-8f3a2b1c.html</loc><lastmod>2025-06-01</lastmod></url>
<url><loc>https://quay.example/news/7</loc><news:news><news:publication><news:name>Quay Times</news:name>
<news:language>de</news:language></news:publication><news:publication_date>2025-06-02T07:05:09Z</news:publication_date>
<news:title>Kran &amp; Kai</news:title></news:news><image:image><image:title>A picture</image:title></image:image></url>
<url><loc>https://quay.example/about</loc></url></urlset>"""


def test_sitemap_takes_headlines_or_the_words_of_the_address_newest_first() -> None:
    told = read("sitemap", SITEMAP)
    assert [(entry.title, entry.published) for entry in told.entries] == [
        ("Kran & Kai", SEVEN),
        ("Old pier reopens", datetime(2025, 6, 1, tzinfo=UTC)),
    ]
    assert (told.title, told.lang, told.entries[0].source) == ("Quay Times", "de", "Quay Times")


def test_a_map_of_maps_of_maps_is_refused() -> None:
    body = "<sitemapindex><sitemap><loc>https://quay.example/news.xml</loc></sitemap></sitemapindex>"
    with pytest.raises(sources.SourceError, match="leads to no map of pages"):
        read("sitemap", body)


@pytest.mark.parametrize(
    ("maps", "chosen"),
    [
        ([("may.xml", "2025-05-31"), ("june.xml", "2025-06-02"), ("about.xml", "2024-01-01")], "june.xml"),
        ([("may.xml", "2025-05-31"), ("news.xml", ""), ("june.xml", "2025-06-02")], "news.xml"),
        ([("1.xml", ""), ("2.xml", "")], "2.xml"),
        ([("a.xml?b=1&amp;c=2", "2025-06-02")], "a.xml?b=1&c=2"),
        ([], None),
    ],
)
def test_of_a_map_of_maps_news_or_the_last_changed_is_read(
    maps: list[tuple[str, str]], chosen: str | None
) -> None:
    rows = "".join(
        f"<sitemap><loc>https://quay.example/{name}</loc><lastmod>{when}</lastmod></sitemap>"
        for name, when in maps
    )
    body = f"<sitemapindex>{rows}</sitemapindex>".encode()
    target = newest_map(body, "https://quay.example/sitemap.xml")
    assert target == (f"https://quay.example/{chosen}" if chosen else None)
    assert newest_map(gzip.compress(body), "https://quay.example/sitemap.xml") == target


@pytest.mark.parametrize(
    "body",
    [
        b"<urlset/>",
        b"",
        b"\x1f\x8bbroken",
        b"<sitemapindex>" + b"<sitemap>" * 200_000,
        b"<sitemapindex><sitemap><loc>file:///etc/passwd</loc></sitemap></sitemapindex>",
        b"<sitemapindex><sitemap><loc>javascript:alert(1)</loc></sitemap></sitemapindex>",
    ],
)
def test_what_is_no_map_of_maps_leads_nowhere(body: bytes) -> None:
    assert newest_map(body, "https://quay.example/sitemap.xml") is None


@pytest.mark.parametrize(
    "body", ["<urlset><url>", "<html><body>x", "<!DOCTYPE x [<!ENTITY a 'b'>]><urlset/>", "words"]
)
def test_sitemap_other_answers_have_a_name(body: str) -> None:
    with pytest.raises(sources.SourceError) as error:
        read("sitemap", body)
    assert error.value.name in {"broken-feed", "web-page", "not-a-feed"}


# --- pages ---------------------------------------------------------------------------------

PAGE = """<!DOCTYPE html><html lang="en-GB"><head><title>Newsroom | Crane Works</title></head><body>
<nav><a href="/products/the-very-long-name-of-a-product">The very long name of a product</a></nav>
<main><article><a href="/news/hires"><h2>Crane Works hires a new head of steel</h2><p>More words here</p></a>
<time datetime="2025-06-02T07:05:09Z">2 June</time></article>
<article><a href='https://press.crane.example/news/opens?x=1&amp;y=2'>Crane Works opens a second yard</a></article>
<a href="https://elsewhere.example/story">A story that stands on another site</a>
<a href="/news/hires">Read more</a><a href="/news">News</a>
<a href="/cn/1">起重机公司任命新的钢铁业务负责人并宣布扩建第二船坞的计划</a></main>
<footer><a href="/terms/conditions-of-use-and-sale">Conditions of use and of sale</a></footer></body></html>"""


def test_page_headlines_are_entries() -> None:
    told = read("page", PAGE, "https://crane.example/news")
    assert [(entry.title, entry.url, entry.published) for entry in told.entries] == [
        ("Crane Works hires a new head of steel", "https://crane.example/news/hires", SEVEN),
        ("Crane Works opens a second yard", "https://press.crane.example/news/opens?x=1&y=2", None),
        ("起重机公司任命新的钢铁业务负责人并宣布扩建第二船坞的计划", "https://crane.example/cn/1", None),
    ]
    assert (told.title, told.lang) == ("Newsroom | Crane Works", "en")


def test_page_is_read_without_navigation_also_where_a_letter_grows_when_lowered() -> None:
    told = read("page", PAGE.replace("second yard", "second yard in İzmir"), "https://crane.example/news")
    assert [entry.title[:11] for entry in told.entries] == [
        "Crane Works",
        "Crane Works",
        "起重机公司任命新的钢铁",
    ]


def test_page_without_headlines_is_an_entry_for_each_change_of_its_words() -> None:
    def guid(words: str) -> str:
        body = f"<html><title>Leadership</title><body><p>{words}</p></body></html>"
        [entry] = read("page", body, "https://crane.example/team").entries
        return entry.guid

    assert guid("Our chief is Ada.") == guid("Our chief  is Ada.")
    assert guid("Seen 12 times.") == guid("Seen 13 times.")
    assert guid("Our chief is Ada.") != guid("Our chief is Bo.")


def test_page_that_is_none_or_a_wall_has_a_name() -> None:
    for body, name in (
        ("words", "not-a-feed"),
        ("<html><title>Attention Required</title></html>", "firewall-page"),
    ):
        with pytest.raises(sources.SourceError) as error:
            read("page", body)
        assert error.value.name == name
