"""What a batch of polls brought: new entries, known ones, really changed ones.

A feed's entry is known again by its guid; failing that by its canonical link, or its
folded title within ``SAME_TITLE_WINDOW``, unless the entry that these point to stands in
the same body too (then they are two).  Keys are short hashes that anybody can work out, so
an entry is known by them within its own feed only.  A known entry becomes a new revision when its
title, summary or link really changed; spacing and dates alone change nothing.  The keys
of a feed lie together in the file: its entries are looked up and written there in a page or two.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from storage.model import Decision, FinishedPoll, ParsedEntry
from storage.sqlite import identity
from storage.sqlite.codec import encode_verdict, encode_words, to_seconds
from storage.sqlite.connection import Connection
from storage.sqlite.index import Index, Text

SAME_TITLE_WINDOW = int(timedelta(days=3).total_seconds())
EARLIEST = 631_152_000  # 1990: a date before the web is no date …
AHEAD = 86_400  # … nor is one this many seconds ahead; less is a clock or a time zone

# The decisions on new entries; None: judge it later.
Decide = Callable[[Sequence[ParsedEntry]], Sequence[Decision | None]]


@dataclass(slots=True)
class _Candidate:
    """An entry of one body, on its way to being known or new."""

    feed_id: int
    parsed: ParsedEntry
    seen: int
    baseline: bool
    guid: str
    key: int  # of its guid
    entry_id: int = 0  # 0: new, or not yet known again
    stored_digest: int | None = None  # of what is stored; None: pruned, or new
    renamed: bool = False  # known, under another guid
    link_key: int = 0
    title_key: int = 0  # 0: it has none
    published: int = 0
    dated: bool = False

    @property
    def link(self) -> str:
        """Its canonical link."""
        return self.parsed.canonical_url or self.parsed.url

    def all_keys(self) -> tuple[int, int, int]:
        """All keys by which it shall be known and found; two may be the same."""
        return self.key, self.link_key, self.title_key or self.key

    def read(self) -> None:
        """Work out what only a stranger needs: the other keys and the time."""
        self.link_key = identity.link_key(self.link)
        title = identity.fold(self.parsed.title)
        self.title_key = identity.title_key(self.feed_id, title) if title else 0
        self.published, self.dated = _published(self.parsed, self.seen)


@dataclass(frozen=True, slots=True)
class _Known:
    """A stored entry that a stranger may be."""

    entry_id: int
    published: int
    digest: int


def store(db: Connection, polls: Sequence[FinishedPoll], decide: Decide | None = None) -> list[int]:
    """Store the entries of finished polls; ids of those new and changed ones that are pending, oldest first.

    Part of an open transaction.
    """
    touched: list[int] = []
    for batch in _batches(polls):
        candidates = _candidates(batch)
        if candidates:
            _know_again(db, candidates, {poll.feed.id: poll.known for poll in batch})
            touched += _write(db, candidates, decide)
    return touched


def _batches(polls: Sequence[FinishedPoll]) -> Iterator[list[FinishedPoll]]:
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
    found: dict[tuple[int, str], _Candidate] = {}
    for poll in polls:
        seen, feed_id = to_seconds(poll.seen), poll.feed.id
        for parsed in poll.entries:
            guid = identity.stored_guid(parsed.guid or parsed.canonical_url or parsed.url)
            if (feed_id, guid) not in found:
                key = identity.guid_key(feed_id, guid)
                found[feed_id, guid] = _Candidate(feed_id, parsed, seen, poll.baseline, guid, key)
    return list(found.values())


def _published(parsed: ParsedEntry, seen: int) -> tuple[int, bool]:
    """The time of an entry, made sane, and whether its feed gave it."""
    if parsed.published is None:
        return seen, False
    published = to_seconds(parsed.published)
    if not EARLIEST <= published <= seen + AHEAD:
        return seen, False
    return min(published, seen), True


def _tells_apart(link: str) -> bool:
    """Whether a link can be an entry's own: a bare host is every entry's."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return bool(link)
    return bool(parts.path.strip("/") or parts.query)


# --- knowing again ---------------------------------------------------------------------


def _know_again(
    db: Connection, candidates: Sequence[_Candidate], beside: Mapping[int, Sequence[int]]
) -> None:
    """Find those that are stored; of the others work out all keys.

    ``beside``: by feed, keys of guids of other entries of its body.
    """
    by_feed: dict[int, list[_Candidate]] = {}
    for c in candidates:
        by_feed.setdefault(c.feed_id, []).append(c)
    for feed_id in _with_entries(db, list(by_feed)):
        its = by_feed[feed_id]
        known = _owned(db, feed_id, [c.key for c in its])
        for c in its:
            c.entry_id, c.stored_digest = known.get(c.key, (0, None))
        if strangers := [c for c in its if not c.entry_id]:
            _find_otherwise(db, strangers, its, beside[feed_id])
    for c in candidates:
        if not c.entry_id and not c.link_key:
            c.read()


def _find_otherwise(
    db: Connection, strangers: Sequence[_Candidate], its: Sequence[_Candidate], beside: Sequence[int]
) -> None:
    """Entries of a feed whose guid changed: the same link, or the same title at about the same time.

    ``its``: all of one body, but for those with the guids ``beside``.
    """
    for candidate in strangers:
        candidate.read()
    feed_id = its[0].feed_id
    by_key = _stored(db, feed_id, [key for c in strangers for key in (c.link_key, c.title_key)])
    if not by_key:
        return
    present = {c.entry_id for c in its}
    present.update(entry_id for entry_id, _ in _owned(db, feed_id, beside).values())
    for candidate in strangers:
        for same in (_same_link(candidate, by_key), _same_title(candidate, by_key)):
            if len(same) == 1 and same[0].entry_id not in present:
                candidate.entry_id, candidate.stored_digest = same[0].entry_id, same[0].digest
                candidate.renamed = True
                present.add(candidate.entry_id)
                break


def _same_link(candidate: _Candidate, by_key: Mapping[int, Sequence[_Known]]) -> Sequence[_Known]:
    return by_key.get(candidate.link_key, ()) if _tells_apart(candidate.link) else ()


def _same_title(candidate: _Candidate, by_key: Mapping[int, Sequence[_Known]]) -> list[_Known]:
    return [
        known
        for known in by_key.get(candidate.title_key, ())
        if abs(known.published - candidate.published) <= SAME_TITLE_WINDOW
    ]


def _with_entries(db: Connection, feeds: Sequence[int]) -> list[int]:
    """Those of the feeds that may know an entry again: of a new one nothing need be asked."""
    found = db.rows(
        "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM entry_key WHERE feed_id IN (0, value))",
        (json.dumps(feeds),),
    )
    return [feed_id for (feed_id,) in found]


def _owned(db: Connection, feed_id: int, keys: Sequence[int]) -> dict[int, tuple[int, int | None]]:
    """By key, a feed's entry and its digest; none where it was pruned.

    What was pruned before it was noted whose it was (feed 0) may be anybody's.
    """
    found = db.rows(
        "SELECT key, entry_id, digest FROM entry_key LEFT JOIN entry ON entry.id = entry_id "
        "WHERE entry_key.feed_id IN (0, ?) AND key IN (SELECT value FROM json_each(?)) "
        "ORDER BY entry_key.feed_id, key, entry_id",
        (feed_id, json.dumps(keys)),
    )
    return {key: (entry_id, digest) for key, entry_id, digest in found}


def _stored(db: Connection, feed_id: int, keys: Sequence[int]) -> dict[int, list[_Known]]:
    """By key, those entries of a feed that are still stored; the pruned are missing."""
    found = db.rows(
        "SELECT key, entry_id, published, digest FROM entry_key JOIN entry ON entry.id = entry_id "
        "WHERE entry_key.feed_id = ? AND key IN (SELECT value FROM json_each(?))",
        (feed_id, json.dumps(keys)),
    )
    by_key: dict[int, list[_Known]] = {}
    for key, *known in found:
        by_key.setdefault(key, []).append(_Known(*known))
    return by_key


# --- writing ---------------------------------------------------------------------------


def _write(db: Connection, candidates: Sequence[_Candidate], decide: Decide | None) -> list[int]:
    """Write what is new, renamed or changed; a batch of known entries writes nothing."""
    index = Index(db)
    new = sorted((c for c in candidates if not c.entry_id), key=lambda c: (c.seen, c.published))
    known = [c for c in candidates if c.entry_id]
    renamed = [c for c in known if c.renamed]
    changed = _revise(db, known, index) if known else []
    pending = [*changed, *(_insert(db, new, index, decide) if new else ())]
    if renamed:
        db.run_many("UPDATE entry SET guid = ? WHERE id = ?", [(c.guid, c.entry_id) for c in renamed])
    index.flush()
    keys = [(c.feed_id, key, c.entry_id) for c in (*new, *renamed, *changed) for key in c.all_keys()]
    db.insert_many("INSERT OR IGNORE INTO entry_key (feed_id, key, entry_id)", keys)
    return [c.entry_id for c in sorted(pending, key=lambda c: (c.seen, c.published, c.entry_id))]


def _insert(
    db: Connection, new: Sequence[_Candidate], index: Index, decide: Decide | None
) -> list[_Candidate]:
    """Insert new entries; those that are pending."""
    last = db.value("SELECT seq FROM sqlite_sequence WHERE name = 'entry'") or 0
    sources = _sources(db, new)
    for entry_id, candidate in enumerate(new, start=last + 1):
        candidate.entry_id = entry_id
        index.add(entry_id, _text(candidate.parsed))
    db.insert_many(
        "INSERT INTO entry (source_id, guid, url, canonical, title, summary, text, author, lang, digest, "
        "id, feed_id, published, seen, dated, baseline)",
        [(*_words(c, sources), c.entry_id, c.feed_id, c.published, c.seen, c.dated, c.baseline) for c in new],
    )
    pending, decided = list(new), []
    if decide is not None:
        decisions = decide([c.parsed for c in new])
        pending = [c for c, one in zip(new, decisions, strict=True) if one is None]
        columns = {id(one): _decided(one) for one in {id(one): one for one in decisions}.values() if one}
        decided = [
            (c.entry_id, 0, c.seen, *columns[id(one)]) for c, one in zip(new, decisions, strict=True) if one
        ]
    db.insert_many("INSERT INTO decision (entry_id, revision, decided, verdict, reasons)", decided)
    db.insert_many("INSERT INTO pending (seen, entry_id)", [(c.seen, c.entry_id) for c in pending])
    return pending


def _decided(decision: Decision) -> tuple[int, str | None]:
    return encode_verdict(decision), encode_words(decision.reasons)


def _revise(db: Connection, known: Sequence[_Candidate], index: Index) -> list[_Candidate]:
    """New revisions of those known entries that really changed."""
    # a pruned one stays known, and is not looked at again
    changed = [c for c in known if c.stored_digest not in (None, identity.digest(c.parsed))]
    if not changed:
        return []
    sources = _sources(db, changed)
    for candidate in changed:
        old = db.row("SELECT title, summary, text, seen FROM entry WHERE id = ?", (candidate.entry_id,))
        assert old is not None
        index.replace(candidate.entry_id, Text(*old[:3]), _text(candidate.parsed))
        candidate.read()
        candidate.seen = old[3]
    db.run_many(
        "UPDATE entry SET source_id = ?, guid = ?, url = ?, canonical = ?, title = ?, summary = ?, text = ?, "
        "author = ?, lang = ?, digest = ?, revision = revision + 1 WHERE id = ?",
        [(*_words(c, sources), c.entry_id) for c in changed],
    )
    db.run_many(
        "INSERT OR IGNORE INTO pending (seen, entry_id) VALUES (?, ?)",
        [(c.seen, c.entry_id) for c in changed],
    )
    return changed


def _words(candidate: _Candidate, sources: dict[tuple[str, str], int]) -> tuple[Any, ...]:
    """The columns that a revision replaces."""
    parsed = candidate.parsed
    return (
        sources.get((parsed.source, parsed.source_url)),
        None if candidate.guid == parsed.url else candidate.guid,
        parsed.url,
        identity.shortened(candidate.link, parsed.url),
        parsed.title,
        parsed.summary or None,
        parsed.text or None,
        parsed.author or None,
        parsed.lang,
        identity.digest(parsed),
    )


def _sources(db: Connection, candidates: Sequence[_Candidate]) -> dict[tuple[str, str], int]:
    """Ids of the outlets that entries name."""
    named = {(c.parsed.source, c.parsed.source_url) for c in candidates if c.parsed.source}
    if not named:
        return {}
    pairs = sorted(named)
    db.run_many("INSERT OR IGNORE INTO source (name, url) VALUES (?, ?)", pairs)
    ask = "SELECT id FROM source WHERE name = ? AND url = ?"
    return {pair: db.value(ask, pair) for pair in pairs}


def _text(parsed: ParsedEntry) -> Text:
    return Text(parsed.title, parsed.summary or None, parsed.text or None)
