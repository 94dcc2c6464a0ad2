"""Links, families and fingerprints: what must hold whatever the words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchers.links import canonical_url
from watchers.outlets import family, is_primary
from watchers.stories import Fingerprint


@pytest.mark.parametrize(
    ("given_url", "expected"),
    [
        ("http://www.Example.com:80/a/b/?utm_source=x&b=2&a=1#frag", "https://example.com/a/b?a=1&b=2"),
        ("https://m.example.com/story/amp/", "https://example.com/story"),
        ("https://www.google.com/url?q=https%3A%2F%2Fex.org%2Fx%3Futm_medium%3D1&sa=t", "https://ex.org/x"),
        ("https://www-ex-org.cdn.ampproject.org/c/s/www.ex.org/s.amp.html", "https://ex.org/s.html"),
        ("mailto:desk@example.com", "mailto:desk@example.com"),
    ],
)
def test_two_roads_to_one_page_give_one_address(given_url: str, expected: str) -> None:
    assert canonical_url(given_url) == expected


@given(
    st.from_regex(
        r"https?://[a-z]{1,8}\.(com|org)(/[a-z0-9]{0,6}){0,3}(\?[a-z]{1,4}=[a-z0-9]{0,4})?", fullmatch=True
    )
)
def test_a_canonical_address_stays_as_it_is(url: str) -> None:
    assert canonical_url(canonical_url(url)) == canonical_url(url)


def test_a_relay_counts_as_the_outlet_that_it_passes_on() -> None:
    assert family("https://news.google.com/rss/articles/xyz", "TechCrunch") == "techcrunch.com"


def test_a_party_s_own_page_is_a_primary_source() -> None:
    assert is_primary("https://openai.com/index/x", ["openai"])


def test_a_fingerprint_survives_its_encoding() -> None:
    fp = Fingerprint(lang="en", entities=("meta", "mark-chen"), prominent=2, persons=frozenset({"mark-chen"}),
                     kinds=("hire",), status="reported", roles=(("to", "meta"),), amounts=(2e9,),
                     names=("moltbook",), headline=(2, 1, 0, 0, 0), moved=True, page="ab", title="cd")  # fmt: skip
    assert Fingerprint.decode(fp.encode()) == fp
