"""Thousands of feed files from other parsers' suites, sound and broken, where they lie beside the checkout."""

import io
import tarfile
import time
from pathlib import Path

import feedparser
import pytest

from storage.model import Feed
from tests.sources.hostile import FEED
from tests.sources.memory import memory, reset_peak
from watchers import sources
from watchers.sources import sniff

URL = "https://base.example/feeds/news"


@pytest.mark.long
@pytest.mark.timeout(900)
def test_no_file_crashes_hangs_or_swells_and_where_feedparser_finds_entries_so_do_we(
    shared_data: Path, tmp_path: Path
) -> None:
    with tarfile.open(shared_data / "feeds-corpus.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    paths = [path for path in sorted(tmp_path.rglob("*")) if path.is_file() and path.suffix != ".opml"]
    sources.parse(FEED, URL, None, Feed(id=1, url=URL))  # what is loaded once is no growth
    reset_peak()
    before = memory("VmRSS")
    slowest, entries, fewer, failed, json_feeds = (0.0, ""), 0, [], {}, 0
    found: dict[Path, int] = {}
    for path in paths:
        began = time.monotonic()
        try:
            parsed = sources.parse(path.read_bytes(), URL, None, Feed(id=1, url=URL))
            found[path] = len(parsed.entries)
            json_feeds += parsed.format.startswith("json")
        except sources.SourceError as error:
            failed[error.name] = failed.get(error.name, 0) + 1
            found[path] = 0
        slowest = max(slowest, (time.monotonic() - began, path.name))
    grown = memory("VmHWM") - before
    for path in paths:
        entries += found[path]
        theirs = len(feedparser.parse(io.BytesIO(path.read_bytes())).entries)
        if found[path] < min(theirs, 1):
            fewer.append(f"{path.relative_to(tmp_path)}: {theirs}")
    print(
        f"\n{len(paths)} files: {entries} entries, {json_feeds} JSON feeds, none read: {failed}; slowest "
        f"{slowest[0]:.2f} s ({slowest[1]}), grown by {grown:.0f} MiB; feedparser found entries, we none: {len(fewer)}"
    )
    print("\n".join(fewer[:40]))
    assert slowest[0] < 5
    assert grown < 64
    assert fewer == []
    assert all(
        found[path] for path in paths if sniff.is_json(path.read_bytes(), None) and path.suffix == ".json"
    )
