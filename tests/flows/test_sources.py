"""Each kind of source from its server to the database: first look, the same again, something new."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from storage.sqlite import open_store
from tests.flows.conftest import Command, document
from tests.flows.publisher import Publisher
from watchers import sources

NOW = datetime.now(UTC)
THEN = NOW - timedelta(hours=3)


def iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def google_news(*entries: tuple[str, str, str]) -> bytes:
    """A search feed of (token, headline, outlet), as the site writes it."""
    rows = "".join(
        f"<item><title>{headline} - {outlet}</title><link>https://news.google.com/rss/articles/{token}?oc=5</link>"
        f'<guid isPermaLink="false">{token}</guid><pubDate>{format_datetime(THEN, usegmt=False)}</pubDate>'
        f'<description>&lt;a href="https://news.google.com/rss/articles/{token}?oc=5" target="_blank"&gt;{headline}'
        f'&lt;/a&gt;&amp;nbsp;&amp;nbsp;&lt;font color="#6f6f6f"&gt;{outlet}&lt;/font&gt;</description>'
        f'<source url="https://www.{outlet.lower().replace(" ", "")}.example">{outlet}</source></item>'
        for token, headline, outlet in entries
    )
    about = (
        "<generator>NFE/5.0</generator><title>&quot;Quay&quot; when:7d - Google News</title>"
        "<link>https://news.google.com/search?q=%22Quay%22+when:7d&amp;hl=en-US&amp;gl=US&amp;ceid=US:en</link>"
        "<language>en-US</language><webMaster>news-webmaster@google.com</webMaster>"
        f"<lastBuildDate>{format_datetime(NOW)}</lastBuildDate><description>Google News</description>"
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    media = 'xmlns:media="http://search.yahoo.com/mrss/"'
    return f'{head}<rss version="2.0" {media}><channel>{about}{rows}</channel></rss>'.encode()


def hacker_news(*stories: tuple[int, str, int]) -> bytes:
    """An answer of the search with (number, title, points); points change all the time."""
    hits = [
        {
            "objectID": str(number),
            "story_id": number,
            "title": title,
            "url": f"https://quay.example/{number}",
            "author": "boom",
            "points": points,
            "num_comments": points // 2,
            "created_at": iso(THEN),
            "created_at_i": int(THEN.timestamp()),
            "_tags": ["story", "author_boom", f"story_{number}"],
            "_highlightResult": {"title": {"value": f"<em>{title}</em>", "matchLevel": "full"}},
        }
        for number, title, points in stories
    ]
    about = {"hitsPerPage": 50, "nbHits": len(hits), "page": 0, "processingTimeMS": 3, "query": "quay"}
    return json.dumps({"exhaustive": {"nbHits": False}, "hits": hits, **about}).encode()


def edgar_search(*documents: tuple[str, str, list[str]]) -> bytes:
    """An answer of the full-text search with (accession number, document, items)."""
    hits = [
        {
            "_index": "edgar_file",
            "_id": f"{number}:{name}",
            "_score": 11.2,
            "_source": {
                "ciks": ["0000000042"],
                "display_names": ["Quay Works Corp  (QUAY)  (CIK 0000000042)"],
                "root_forms": ["8-K"],
                "form": "8-K",
                "file_type": "8-K" if name.endswith("8k.htm") else "EX-99.1",
                "file_date": f"{NOW:%Y-%m-%d}",
                "adsh": number,
                "items": items,
                "sics": ["3530"],
                "inc_states": ["DE"],
            },
        }
        for number, name, items in documents
    ]
    found = {"total": {"value": len(hits), "relation": "eq"}, "max_score": 11.2, "hits": hits}
    return json.dumps({"took": 41, "timed_out": False, "hits": found, "query": {"size": 100}}).encode()


def releases(*tags: str) -> bytes:
    """A repository's releases."""
    rows = "".join(
        f"<entry><id>tag:github.com,2008:Repository/7/{tag}</id><updated>{iso(THEN)}</updated>"
        f'<link rel="alternate" type="text/html" href="https://github.com/quay/crane/releases/tag/{tag}"/>'
        f'<title>{tag}</title><content type="html">&lt;p&gt;Lifts more.&lt;/p&gt;</content>'
        "<author><name>boom</name></author></entry>"
        for tag in tags
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
        'xmlns:media="http://search.yahoo.com/mrss/" xml:lang="en-US"><id>tag:github.com,2008:x</id>'
        f"<title>Release notes from crane</title><updated>{iso(THEN)}</updated>{rows}</feed>"
    ).encode()


def news_map(*pages: tuple[str, str]) -> bytes:
    """A news sitemap of (path, title)."""
    rows = "".join(
        f"<url><loc>https://quay.example/{path}</loc><news:news><news:publication><news:name>The Quay</news:name>"
        f"<news:language>en</news:language></news:publication><news:publication_date>{iso(THEN)}"
        f"</news:publication_date><news:title>{title}</news:title></news:news></url>"
        for path, title in pages
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{rows}</urlset>'
    ).encode()


def newsroom(*headlines: str) -> bytes:
    """A page of headlines, with navigation and a counter that changes."""
    rows = "".join(
        f'<article><a href="/news/{place}-{len(text)}"><h3>{text}</h3></a><time datetime="{iso(THEN)}">now</time></article>'
        for place, text in enumerate(reversed(headlines))
    )
    return (
        f'<!doctype html><html lang="en"><head><title>Quay newsroom</title></head><body><nav><a href="/a">All about '
        f"our harbour and its cranes</a></nav>{rows}<footer>{len(rows)} visitors</footer></body></html>"
    ).encode()


Q1, Q2, Q3 = (
    "Quay Works hires a new harbour master",
    "Quay Works opens its second pier",
    "Quay Works buys ten more cranes",
)
# kind -> what is served first, what says the same in other words, what has one entry more
SERVED: dict[str, tuple[bytes, bytes, bytes]] = {
    "google-news": (
        google_news(("CBMiAAA1", Q1, "Dock Post"), ("CBMiAAA2", Q2, "Pier Daily")),
        google_news(("CBMiZZZ8", Q2, "Pier Daily"), ("CBMiZZZ9", Q1, "Dock Post")),
        google_news(("CBMiYYY3", Q1, "Dock Post"), ("CBMiYYY4", Q1, "Quay Herald")),
    ),
    "hacker-news": (
        hacker_news((1, Q1, 5), (2, Q2, 7)),
        hacker_news((1, Q1, 95), (2, Q2, 77)),
        hacker_news((3, Q3, 1), (1, Q1, 96), (2, Q2, 78)),
    ),
    "edgar": (
        edgar_search(("0000000042-25-000001", "quay8k.htm", ["5.02", "9.01"])),
        edgar_search(
            ("0000000042-25-000001", "quay8k.htm", ["5.02", "9.01"]),
            ("0000000042-25-000001", "ex991.htm", ["5.02", "9.01"]),
        ),
        edgar_search(
            ("0000000042-25-000002", "quay8k.htm", ["1.01"]),
            ("0000000042-25-000001", "ex991.htm", ["5.02", "9.01"]),
        ),
    ),
    "github": (
        releases("v1.1", "v1.0"),
        releases("v1.1", "v1.0").replace(b"crane</title>", b"crane </title>"),
        releases("v2.0", "v1.1"),
    ),
    "sitemap": (
        news_map(("1", Q1), ("2", Q2)),
        gzip.compress(news_map(("2", Q2), ("1", Q1))),
        gzip.compress(news_map(("3", Q3), ("1", Q1), ("2", Q2))),
    ),
    "page": (newsroom(Q1, Q2), newsroom(Q1, Q2).replace(b"visitors", b"guests"), newsroom(Q1, Q2, Q3)),
}


@pytest.mark.parametrize("kind", SERVED)
def test_a_source_is_added_and_tells_only_what_is_new(
    kind: str, publisher: Publisher, movewire: Command, tmp_path: Path
) -> None:
    first, same, more = SERVED[kind]
    publisher.feeds["/source"] = first
    [added] = document(movewire("feeds", "add", "--json", "--kind", kind, publisher.url("/source")))
    assert (added["added"], added["kind"], added["error"]) == (True, kind, None)
    counts = []
    for body in (first, same, more):
        publisher.feeds["/source"] = body
        told: dict[str, Any] = document(movewire("poll", "--all", "--json"))
        counts.append((told["feeds"]["failed"], told["entries"], told["alerts"]))
    assert counts == [(0, 0, 0), (0, 0, 0), (0, 1, 0)]
    with open_store(tmp_path / "flow.db") as store:
        newest = max(store.entries.seen_since(NOW - timedelta(days=1)), key=lambda entry: entry.id)
    assert newest.document.title
    assert newest.document.url.startswith("http")
    if kind == "google-news":
        assert (newest.document.source, newest.source_url) == (
            "Quay Herald",
            "https://www.quayherald.example",
        )
        assert newest.document.url == "https://news.google.com/rss/articles/CBMiYYY4?oc=5"


def test_every_kind_of_source_is_tried() -> None:
    assert set(SERVED) | {"feed"} == set(sources.kinds())


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://news.google.com/rss/search?q=quay&hl=en-US&gl=US&ceid=US:en", "google-news"),
        ("https://hn.algolia.com/api/v1/search_by_date?query=quay", "hacker-news"),
        ("https://www.sec.gov/cgi-bin/browse-edgar?action=getcompany&CIK=42", "edgar"),
        ("https://efts.sec.gov/LATEST/search-index?q=quay", "edgar"),
        ("https://github.com/quay/crane/releases.atom", "github"),
        ("https://quay.example/news-sitemap.xml", "sitemap"),
        ("https://quay.example/sitemaps/sitemap_3.xml.gz?x=1", "sitemap"),
        ("https://quay.example/feed", "feed"),
        ("https://quay.example/about-our-sitemap", "feed"),
        ("https://evil.example/?https://news.google.com/rss", "feed"),
    ],
)
def test_known_addresses_tell_their_kind(url: str, kind: str) -> None:
    assert sources.likely_kind(url) == kind


def test_a_map_of_maps_leads_to_its_newest_which_changes_its_name(
    publisher: Publisher, movewire: Command
) -> None:
    def index(*maps: tuple[str, str]) -> bytes:
        rows = "".join(
            f"<sitemap><loc>{publisher.url(path)}</loc><lastmod>{changed}</lastmod></sitemap>"
            for path, changed in maps
        )
        return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</sitemapindex>'.encode()

    publisher.feeds["/may.xml"] = news_map(("1", Q1))
    publisher.feeds["/sitemap.xml"] = index(("/april.xml", "2025-04-30"), ("/may.xml", "2025-05-31"))
    [added] = document(movewire("feeds", "add", "--json", publisher.url("/sitemap.xml")))
    assert (added["kind"], added["entries"], added["error"]) == ("sitemap", 1, None)
    publisher.log.clear()
    assert document(movewire("poll", "--all", "--json"))["entries"] == 0
    assert publisher.log == [("/sitemap.xml", 304)]
    publisher.feeds["/june.xml"] = news_map(("2", Q2), ("1", Q1))
    publisher.feeds["/sitemap.xml"] = index(("/may.xml", "2025-05-31"), ("/june.xml", "2025-06-01"))
    assert document(movewire("poll", "--all", "--json"))["entries"] == 1
