"""The packaged list of feeds: which sources, why, and where each address was confirmed.

Polling them is left to ``watchers``; keeping them to the store.
"""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import msgspec

from seeds.tomlfile import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSeed:
    """A source that the package proposes."""

    url: str
    kind: str  # the kind of source that reads it
    title: str
    reason: str  # why somebody on this beat follows it
    confirmed: str  # where the address was seen in public


class _Row(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    url: str
    title: str
    reason: str
    confirmed: str
    kind: str = "feed"


class _File(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    feed: list[_Row] = []


def load_feeds(source: Path | str | bytes | None = None) -> list[FeedSeed]:
    """The seeds of a feeds file, the packaged one by default.  Raises WatchlistError."""
    raw = files("seeds").joinpath("data/feeds.toml").read_bytes() if source is None else source
    file = Source(raw, "feeds.toml" if source is None else None)
    seen: set[str] = set()
    for index, row in enumerate(rows := file.rows(_File).feed):
        if row.url in seen:
            raise file.fault(("feed", index, "url"), f"url {row.url} stands twice")
        if not row.url.startswith(("http://", "https://")):
            raise file.fault(("feed", index, "url"), f'url "{row.url}": allowed is http or https')
        seen.add(row.url)
    return [
        FeedSeed(url=row.url, kind=row.kind, title=row.title, reason=row.reason, confirmed=row.confirmed)
        for row in rows
    ]
