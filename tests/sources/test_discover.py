"""Which feeds a web page names."""

import pytest

from watchers.sources.discover import Discovered, discover

URL = "https://quay.example/news/"


def urls(page: str) -> list[str]:
    """Addresses in order."""
    return [found.url for found in discover(page.encode(), URL)]


def test_announced_feeds_come_with_their_titles() -> None:
    page = '<link rel="alternate" type="application/rss+xml" title="Quay &amp; Pier" href="/feed">'
    assert discover(page.encode(), URL) == (Discovered(url="https://quay.example/feed", title="Quay & Pier"),)


@pytest.mark.parametrize(
    "tag",
    [
        "<link rel=alternate type=application/rss+xml href=/feed>",
        "<LINK REL='alternate' TYPE='application/atom+xml' HREF='/feed'/>",
        '<link\n  href="/feed"\n  type="application/feed+json"\n  rel="alternate home">',
        '<link rel="feed" href="/feed">',
        '<link rel="alternate" type="application/rss+xml; charset=utf-8" href="https://quay.example/feed">',
    ],
)
def test_spellings(tag: str) -> None:
    assert urls(f"<html><head>{tag}</head>") == ["https://quay.example/feed"]


def test_news_comes_before_comments_and_announced_before_linked() -> None:
    page = """<a href="/rss/all.xml">RSS</a>
    <link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/">
    <link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/7">
    <link rel="alternate" type="application/rss+xml" href="/feed/">"""
    assert urls(page) == [
        "https://quay.example/feed/",
        "https://quay.example/rss/all.xml",
        "https://quay.example/comments/feed/",
        "https://quay.example/wp-json/wp/v2/posts/7",
    ]


def test_the_base_of_a_page_counts() -> None:
    page = (
        '<base href="https://cdn.example/site/"><link rel="alternate" type="application/rss+xml" href="feed">'
    )
    assert urls(page) == ["https://cdn.example/site/feed"]


@pytest.mark.parametrize(
    "tag",
    [
        '<link rel="alternate" hreflang="de" type="application/rss+xml" href="/de">',
        '<link rel="stylesheet" type="text/css" href="/feed">',
        '<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">',
        '<link rel="alternate" type="application/rss+xml">',
        '<a href="/news/feeding-the-gulls">Gulls</a>',
    ],
)
def test_what_is_no_feed_is_not_named(tag: str) -> None:
    assert urls(tag) == []


def test_a_page_of_links_names_few() -> None:
    page = "".join(f'<a href="/feeds/{number}">x</a>' for number in range(5000))
    assert len(urls(page)) == 20
