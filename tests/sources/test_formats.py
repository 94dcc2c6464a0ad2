"""Feeds of every format beside what is read from them: ``formats/x`` and ``formats/x.expected.json``.

``python tests/sources/test_formats.py`` writes the expectations anew, to be read before they
are committed.
"""

import json
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.model import Feed
from watchers import sources
from watchers.sources.base import ParsedFeed
from watchers.text import plain, plains

FOLDER = Path(__file__).parent / "formats"
FEEDS = sorted(path for path in FOLDER.iterdir() if not path.name.endswith(".expected.json"))
URL = "https://base.example/feeds/news"


def read(path: Path) -> dict[str, object]:
    """What is read from a feed file, as plain JSON."""
    parsed = sources.parse(path.read_bytes(), URL, None, Feed(id=1, url=URL))
    told: dict[str, object] = msgspec.json.decode(msgspec.json.encode(parsed))
    return {key: value for key, value in told.items() if value not in (None, [], False)}


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.name)
def test_a_feed_reads_as_expected(path: Path) -> None:
    expected = json.loads(Path(f"{path}.expected.json").read_text("utf-8"))
    assert read(path) == expected


def test_every_format_is_there() -> None:
    formats = {json.loads(Path(f"{path}.expected.json").read_text("utf-8"))["format"] for path in FEEDS}
    assert formats >= {"rss090", "rss091u", "rss092", "rss10", "rss20", "atom03", "atom10", "json1", "json11"}


def test_a_feed_crosses_the_pipe_to_the_child_unchanged() -> None:
    parsed = sources.parse((FOLDER / "rss20.xml").read_bytes(), URL, None, Feed(id=1, url=URL))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(parsed), type=ParsedFeed) == parsed


XML_FORBIDS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
MARKUP = st.lists(
    st.sampled_from(
        [
            "quay",
            " ",
            "  ",
            "\n",
            "\r",
            "\t",
            "\0",
            "\x7f",
            "\xa0",
            "é",
            "’",
            "\u200b",
            "<p>",
            "</p>",
            "<",
            "&amp;",
        ]
    )
    | st.characters(),
    max_size=8,
).map("".join)


@given(st.lists(MARKUP, max_size=6))
def test_texts_become_plain_together_as_they_do_alone(markups: list[str]) -> None:
    assert plains(markups) == list(map(plain, markups))


@given(st.lists(MARKUP.filter(lambda markup: not XML_FORBIDS.search(markup)), max_size=6))
def test_texts_that_xml_can_hold_become_plain_as_all_do(markups: list[str]) -> None:
    assert plains(markups, from_xml=True) == list(map(plain, markups))


if __name__ == "__main__":
    for feed in FEEDS:
        text = json.dumps(read(feed), ensure_ascii=False, indent=1)
        Path(f"{feed}.expected.json").write_text(text + "\n", "utf-8")
