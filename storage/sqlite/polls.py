"""What a batch of polls brought: new entries, known ones, really changed ones.

A feed's entry is known again by its guid; failing that by its canonical link, or its
folded title within ``SAME_TITLE_WINDOW``, unless the entry that these point to stands in
the same body too (then they are two).  A known entry becomes a new revision when its
title, summary or link really changed; spacing and dates alone change nothing.  Every
look-up is one indexed query for the whole batch.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from storage.model import FinishedPoll, ParsedEntry
from storage.sqlite import identity
from storage.sqlite.codec import to_seconds
from storage.sqlite.connection import Connection
from storage.sqlite.index import Index, Text

SAME_TITLE_WINDOW = int(timedelta(days=3).total_seconds())
EARLIEST = 631_152_000  # 1990: a date before the web is no date


@dataclass(slots=True)
class _Candidate:
    """An entry of one body, on its way to being new or known."""

    feed_id: int
    parsed: ParsedEntry
    seen: int
    baseline: bool
    guid: str
    key: int
    entry_id: int | None = None
    published: int = 0
    dated: bool = False
    renamed: bool = False  # known, under another guid


def store(db: Connection, polls: Sequence[FinishedPoll]) -> list[int]:
    """Store the entries of finished polls; ids of the new and changed ones, oldest first."""
    touched: list[int] = []
    for batch in _batches(polls):
        candidates = _candidates(batch)
        if candidates:
            _find_by_guid(db, candidates)
            _find_otherwise(db, candidates)
            touched += _write(db, candidates)
    return touched


def _batches(polls: Sequence[FinishedPoll]) -> Iterable[list[FinishedPoll]]:
    """Runs of polls in which no feed stands twice: a later poll must see the earlier one."""
    batch: list[FinishedPoll] = []
    feeds: set[int] = set()
    for poll in polls:
        if poll.feed.id in feeds:
            yield batch
            batch, feeds = [], set()
        batch.append(poll)
        feeds.add(poll.feed.id)
    yield batch


def _candidates(polls: Sequence[FinishedPoll]) -> list[_Candidate]:
    """The entries of all bodies, each guid once (the first stands)."""
    found: dict[int, _Candidate] = {}
    for poll in polls:
        seen = to_seconds(poll.seen)
        for parsed in poll.entries:
            guid = identity.stored_guid(parsed.guid or parsed.canonical_url or parsed.url)
            key = identity.guid_key(poll.feed.id, guid)
            if key not in found:
                candidate = _Candidate(poll.feed.id, parsed, seen, poll.baseline, guid, key)
                candidate.published, candidate.dated = _published(parsed, seen)
                found[key] = candidate
    return list(found.values())


def _published(parsed: ParsedEntry, seen: int) -> tuple[int, bool]:
    """The time of an entry, made sane, and whether its feed gave it."""
    if parsed.published is None:
        return seen, False
    published = to_seconds(parsed.published)
    return (min(published, seen), True) if published >= EARLIEST else (seen, False)


def _find_by_guid(db: Connection, candidates: Sequence[_Candidate]) -> None:
    known = dict(_entries_of(db, [c.key for c in candidates]))
    for candidate in candidates:
        candidate.entry_id = known.get(candidate.key)


def _find_otherwise(db: Connection, candidates: Sequence[_Candidate]) -> None:
    """Entries whose guid changed: the same link, or the same title at about the same time."""
    present = {c.entry_id for c in candidates if c.entry_id is not None}
    strangers = [c for c in candidates if c.entry_id is None]
    keys: dict[int, list[_Candidate]] = {}
    for candidate in strangers:
        for key in _other_keys(candidate):
            keys.setdefault(key, []).append(candidate)
    if not keys:
        return
    found: dict[int, list[int]] = {}
    for key, entry_id in _entries_of(db, list(keys)):
        found.setdefault(key, []).append(entry_id)
    if not found:
        return
    times = _times(db, {entry_id for ids in found.values() for entry_id in ids})
    for candidate in strangers:
        for place, key in enumerate(_other_keys(candidate)):
            same = [
                entry_id
                for entry_id in found.get(key, ())
                if place == 0 or abs(times[entry_id] - candidate.published) <= SAME_TITLE_WINDOW
            ]
            if len(same) == 1 and same[0] not in present:
                candidate.entry_id = same[0]
                candidate.renamed = True
                present.add(same[0])
                break


def _other_keys(candidate: _Candidate) -> tuple[int, int]:
    """Keys of the link and the title."""
    parsed, feed_id = candidate.parsed, candidate.feed_id
    link = parsed.canonical_url or parsed.url
    return (
        identity.link_key(feed_id, link) if _tells_apart(link) else candidate.key,
        identity.title_key(feed_id, parsed.title) if parsed.title.strip() else candidate.key,
    )


def _tells_apart(link: str) -> bool:
    """Whether a link can be an entry's own: a bare host is every entry's."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return bool(link)
    return bool(parts.path.strip("/") or parts.query)


def _entries_of(db: Connection, keys: Sequence[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = db.rows(
        "SELECT key, entry_id FROM entry_key WHERE key IN (SELECT value FROM json_each(?))",
        (json.dumps(keys),),
    )
    return found


def _times(db: Connection, ids: Iterable[int]) -> dict[int, int]:
    return dict(
        db.rows(
            "SELECT id, published FROM entry WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        )
    )


# --- writing ---------------------------------------------------------------------------


def _write(db: Connection, candidates: Sequence[_Candidate]) -> list[int]:
    index = Index(db)
    new = sorted((c for c in candidates if c.entry_id is None), key=lambda c: (c.seen, c.published))
    known = [c for c in candidates if c.entry_id is not None]
    db.run_many("UPDATE entry SET guid = ? WHERE id = ?", [(c.guid, c.entry_id) for c in known if c.renamed])
    changed = _revise(db, known, index) if known else []
    added = _insert(db, new, index) if new else []
    index.flush()
    keys = [(key, c.entry_id) for c in new for key in _all_keys(c)]
    keys += [(c.key, c.entry_id) for c in known]  # a changed guid: both are remembered
    keys += [(key, c.entry_id) for c in changed for key in _all_keys(c)]
    db.run_many("INSERT OR IGNORE INTO entry_key (key, entry_id) VALUES (?, ?)", keys)
    touched = sorted([*changed, *added], key=lambda c: (c.seen, c.published))
    return [c.entry_id for c in touched if c.entry_id is not None]


def _all_keys(candidate: _Candidate) -> set[int]:
    parsed = candidate.parsed
    keys = {candidate.key, *_other_keys(candidate), identity.url_key(parsed.url)}
    if parsed.canonical_url:
        keys.add(identity.url_key(parsed.canonical_url))
    return keys


def _insert(db: Connection, new: Sequence[_Candidate], index: Index) -> Sequence[_Candidate]:
    last = db.value("SELECT seq FROM sqlite_sequence WHERE name = 'entry'") or 0
    sources = _sources(db, new)
    for entry_id, candidate in enumerate(new, start=last + 1):
        candidate.entry_id = entry_id
        index.add(entry_id, _text(candidate.parsed))
    db.run_many(
        "INSERT INTO entry (id, feed_id, source_id, guid, url, canonical, title, summary, text, author, "
        "lang, published, seen, dated, baseline, digest) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        [_columns(c, sources) for c in new],
    )
    db.run_many("INSERT INTO pending (seen, entry_id) VALUES (?, ?)", [(c.seen, c.entry_id) for c in new])
    return new


def _columns(candidate: _Candidate, sources: dict[tuple[str, str], int]) -> tuple[Any, ...]:
    parsed = candidate.parsed
    canonical = parsed.canonical_url or parsed.url
    return (
        candidate.entry_id,
        candidate.feed_id,
        sources.get((parsed.source, parsed.source_url)),
        None if candidate.guid == parsed.url else candidate.guid,
        parsed.url,
        None if canonical == parsed.url else canonical,
        parsed.title,
        parsed.summary or None,
        parsed.text or None,
        parsed.author or None,
        parsed.lang,
        candidate.published,
        candidate.seen,
        candidate.dated,
        candidate.baseline,
        identity.digest(parsed),
    )


def _sources(db: Connection, new: Sequence[_Candidate]) -> dict[tuple[str, str], int]:
    """Ids of the outlets that the new entries name."""
    named = {(c.parsed.source, c.parsed.source_url) for c in new if c.parsed.source}
    if not named:
        return {}
    db.run_many("INSERT OR IGNORE INTO source (name, url) VALUES (?, ?)", sorted(named))
    return {pair: db.value("SELECT id FROM source WHERE name = ? AND url = ?", pair) for pair in named}


def _revise(db: Connection, known: Sequence[_Candidate], index: Index) -> list[_Candidate]:
    """New revisions of those known entries that really changed."""
    digests: dict[int | None, int] = dict(
        db.rows(
            "SELECT id, digest FROM entry WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps([c.entry_id for c in known]),),
        )
    )
    changed = [c for c in known if digests.get(c.entry_id) not in (None, identity.digest(c.parsed))]
    if not changed:
        return []
    sources = _sources(db, changed)
    for candidate in changed:
        old = db.row("SELECT title, summary, text, seen FROM entry WHERE id = ?", (candidate.entry_id,))
        assert old is not None
        assert candidate.entry_id is not None
        index.replace(candidate.entry_id, Text(*old[:3]), _text(candidate.parsed))
        candidate.seen = old[3]
    db.run_many(
        "UPDATE entry SET source_id = ?, guid = ?, url = ?, canonical = ?, title = ?, summary = ?, text = ?, "
        "author = ?, lang = ?, digest = ?, revision = revision + 1 WHERE id = ?",
        [(*_columns(c, sources)[2:11], _columns(c, sources)[15], c.entry_id) for c in changed],
    )
    db.run_many(
        "INSERT OR IGNORE INTO pending (seen, entry_id) VALUES (?, ?)",
        [(c.seen, c.entry_id) for c in changed],
    )
    return changed


def _text(parsed: ParsedEntry) -> Text:
    return Text(parsed.title, parsed.summary or None, parsed.text or None)
