"""Bodies as bytes: one bounded layer of gzip, and the hash that says "nothing new".

Leaves the network to ``http`` and the meaning to the parsers.
"""

import hashlib
import re
import zlib
from collections.abc import Iterator

from watchers.sources.base import BadEncoding, BodyTooLarge

MAX_BODY = 10 * 1024 * 1024  # decoded, and as sent
MOST_MEMBERS = 1_000  # of one gzip stream (RFC 1952, 2.2): an empty one is 20 bytes, and costs a turn
_STEP = 64 * 1024
_SLICE = 16 * 1024  # packed bytes that are given to zlib at once
_MAGIC = b"\x1f\x8b"  # begins a member
_FIRST_ENTRY = re.compile(rb"<(?:[A-Za-z][\w.-]*:)?(?:item|entry)[\s>]|\"items\"\s*:")
_ROOT = re.compile(rb"<((?:[\w.-]{1,20}:)?(?:rss|feed|rdf|urlset|sitemapindex|html))[\s>]", re.IGNORECASE)
_TAIL = 4 * 1024  # within which comments may stand behind a document
_HEAD = 256 * 1024  # an entry that starts later than this is hashed with all that precedes it


def body_hash(body: bytes) -> bytes:
    """16 bytes that change when anything from the first entry on does.

    What stands before it (``lastBuildDate``, counters, comments) differs each time in many
    feeds though nothing is new.
    """
    first = _FIRST_ENTRY.search(body, 0, _HEAD)
    return hashlib.sha256(memoryview(body)[first.start() if first else 0 :]).digest()[:16]


def looks_whole(body: bytes) -> bool:
    """Whether only comments follow the end of the outermost element; JSON tells its parser by itself."""
    if body.lstrip()[:1] in {b"{", b"["}:
        return True
    root = _ROOT.search(body, 0, _HEAD)
    end = body[-_TAIL:].rstrip()
    while end.endswith(b"-->"):  # a cache's signature
        end = end.rpartition(b"<!--")[0].rstrip()
    return root is not None and end.lower().endswith(b"</%b>" % root[1].lower())


class Gunzip:
    """Takes raw bytes piece by piece; raises BodyTooLarge before it holds more than the bound."""

    def __init__(self, limit: int = MAX_BODY) -> None:
        self._limit = limit
        self._inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        self._members = 1
        self._behind = b""  # what stands behind a member, as far as it may begin another
        self._pieces: list[bytes] = []
        self.size = 0  # decoded so far

    def feed(self, data: bytes) -> None:
        """Decode ``data``; what stands behind the last member is ignored, as browsers do."""
        for _ in self.steps(data):
            pass

    def steps(self, data: bytes) -> Iterator[None]:
        """``feed`` in steps of a part of a millisecond, between which others may have their turn."""
        for start in range(0, len(data), _SLICE):  # zlib copies what it leaves, each time
            if start:
                yield
            left = data[start : start + _SLICE]
            while left := self._step(left):
                yield

    def _step(self, data: bytes) -> bytes:
        """What is left of it after a step."""
        if self._inflate.eof:
            self._behind += data
            if not self._behind.startswith(_MAGIC):
                self._behind = self._behind[: len(_MAGIC)]
                return b""
            data, self._behind = self._behind, b""
            self._begin()
        try:
            piece = self._inflate.decompress(data, _STEP)
        except zlib.error as error:
            raise BadEncoding("broken gzip") from error
        self.size += len(piece)
        if self.size > self._limit:
            raise BodyTooLarge(f"more than {self._limit} bytes when decoded")
        if piece:
            self._pieces.append(piece)
        return self._inflate.unconsumed_tail or self._inflate.unused_data

    def _begin(self) -> None:
        """Begin a further member."""
        self._members += 1
        if self._members > MOST_MEMBERS:
            raise BadEncoding(f"more than {MOST_MEMBERS} gzip members")
        self._inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)

    def finish(self) -> bytes:
        """The whole body; raises BadEncoding where it is cut off."""
        if not self._inflate.eof:
            raise BadEncoding("the gzip stream is cut off")
        return b"".join(self._pieces)
