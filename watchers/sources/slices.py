"""Only what is new in a body: entries whose bytes stood in the feed's last body are not read again.

A body of thirty entries in which one is new is cut at ``<item>`` or ``<entry>`` (no XML is
read for that), and the slices that the last body held too are left out of what ``fast`` reads.
Cut is only where nothing but blanks stands between entries and no slice opens a comment or
CDATA section that it does not close; so each slice is a whole element, whatever it says, and
what is left is read as it would be in its place.  Namespaces, the address and the feed itself
are part of the comparison.  Everything unusual is read in full: entries that share an id, or
whose meaning depends on their place.

What a body held is 16 bytes an entry: a hash of its slice, and the key by which the store
knows its guid.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from hashlib import sha256
from struct import Struct

from storage.model import Feed
from storage.sqlite.identity import guid_key, stored_guid
from watchers.sources import fast
from watchers.sources.base import ParsedFeed
from watchers.sources.entries import is_told_apart

_SIZE = 8  # bytes of a hash or key
_PAIR = Struct(f">{_SIZE}sq")
_FIRST = re.compile(rb"<(item|entry)[\s>]")
_CLOSING = {  # and the next opening, where only blanks are between
    name: re.compile(rb"(</" + name + rb">)(?:\s*(<" + name + rb"[\s>]))?") for name in (b"item", b"entry")
}
_HEAD = 64 * 1024  # in which the first entry begins
_TAG = re.compile(rb"<[?A-Za-z](?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+>")  # possessive: in linear time
_DECLARING = (b"xmlns", b"encoding", b"version")
_CDATA = re.compile(rb"<!\[CDATA\[.*?\]\]>", re.DOTALL)
_OPENINGS = ((b"<![CDATA[", b"]]>"), (b"<!--", b"-->"), (b"<?", b"?>"))


def parse(body: bytes, url: str, feed: Feed) -> ParsedFeed | None:
    """What ``fast.parse`` reads, without the entries that the last body held; None: ask for all of it."""
    spans = _spans(body)
    if not spans:
        return None
    view = memoryview(body)
    hashes = [sha256(view[start:end]).digest()[:_SIZE] for start, end in spans]
    salt = _salt(body[: spans[0][0]], url, feed)
    before = _unpacked(feed.held, salt)
    fresh = [place for place, one in enumerate(hashes) if one not in before]
    if not all(_is_whole(body[start:end]) for start, end in map(spans.__getitem__, fresh)):
        return None
    read = fast.parse(_without(body, spans, frozenset(fresh)), url, part_of=body)
    if read is None:
        return None
    guids = [entry.guid for entry in read.entries]
    keys = [guid_key(feed.id, stored_guid(guid)) for guid in guids]
    known = tuple(before[one] for one in hashes if one in before)
    shared = any(map(is_told_apart, guids)) or len({*keys, *known}) < len(keys) + len({*known})
    if shared or len(guids) != len(fresh):
        return None if known else read
    held = before | {hashes[place]: key for place, key in zip(fresh, keys, strict=True)}
    packed = b"".join([_PAIR.pack(one, held[one]) for one in hashes])
    return replace(read, known=known, held=salt + packed)


def _spans(body: bytes) -> list[tuple[int, int]]:
    """Where each entry begins and ends; nothing where that cannot be told without reading all."""
    first = _FIRST.search(body, 0, _HEAD)
    if first is None or not _closes(body[: first.start()]):
        return []
    spans, start = [], first.start()
    for closing in _CLOSING[first[1]].finditer(body, start):
        spans.append((start, closing.end(1)))
        start = closing.start(2)
        if start < 0:
            break
    rest = body[spans[-1][1] :] if spans else b""
    return [] if any(sign in rest for pair in _OPENINGS for sign in pair) else spans


def _is_whole(piece: bytes) -> bool:
    """Whether all that an element's bytes open is closed in them; comments outside of CDATA are unusual."""
    at = 0
    while (sign := piece.find(b"!", at)) > 0:
        at = sign + 1
        if piece[sign - 1 : sign] == b"<":
            if not piece.startswith(b"[CDATA[", at):
                return False
            end = piece.rfind(b"]]>", at)  # mostly near, where the longest text comes last
            if piece.find(b"!", at, end) >= 0:  # perhaps another one's
                end = piece.find(b"]]>", at)
            if end < 0:
                return False
            at = end + 3
    return b"?" not in piece or b"<?" not in piece or b"<?" not in _CDATA.sub(b"", piece)


def _closes(head: bytes) -> bool:
    return all(head.count(opening) == head.count(closing) for opening, closing in _OPENINGS)


def _without(body: bytes, spans: Sequence[tuple[int, int]], kept: Collection[int]) -> bytes:
    """The body without the slices that are not kept."""
    pieces, at = [], 0
    for place, (start, end) in enumerate(spans):
        if place not in kept:
            pieces.append(body[at:start])
            at = end
    return b"".join([*pieces, body[at:]]) if pieces else body


def _salt(head: bytes, url: str, feed: Feed) -> bytes:
    """Changes with all that gives the same bytes another meaning."""
    declaring = [tag for tag in _TAG.findall(head) if any(word in tag for word in _DECLARING)]
    meaning = b"\0".join((b"%d" % feed.id, url.encode("utf-8", "replace"), *declaring))
    return sha256(meaning).digest()[:_SIZE]


def _unpacked(held: bytes | None, salt: bytes) -> dict[bytes, int]:
    """Keys of guids by hash of the slice."""
    if held is None or held[:_SIZE] != salt or len(held) % _PAIR.size != _SIZE:
        return {}
    return dict(_PAIR.iter_unpack(memoryview(held)[_SIZE:]))
