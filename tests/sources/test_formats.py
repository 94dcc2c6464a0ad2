"""Feeds of every format beside what is read from them: ``formats/x`` and ``formats/x.expected.json``.

``python tests/sources/test_formats.py`` writes the expectations anew, to be read before they
are committed.
"""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.model import Feed
from watchers import sources
from watchers.sources import entries
from watchers.sources.base import ParsedFeed
from watchers.text import plain

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


@given(st.text(max_size=60))
def test_the_short_way_to_plain_words_gives_the_same_words(markup: str) -> None:
    assert entries._words(markup) == plain(markup)


if __name__ == "__main__":
    for feed in FEEDS:
        text = json.dumps(read(feed), ensure_ascii=False, indent=1)
        Path(f"{feed}.expected.json").write_text(text + "\n", "utf-8")
