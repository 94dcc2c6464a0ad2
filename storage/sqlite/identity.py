"""By what a thing is known again: folded forms and 64-bit hashes of them.

Pure.  The hashes are keys of ``entry_key`` and the digest of an entry; two different
texts share one with a chance of one in 10^12 at a million entries.  Who wants to can find
such two: an entry is known by its keys within its own feed only (``polls``).
"""

import unicodedata
from hashlib import blake2b
from struct import Struct

from storage.model import ParsedEntry
from storage.signs import printable
from storage.sqlite.words import letters

_int64 = Struct(">q").unpack
_fresh = blake2b(digest_size=8).copy

LONGEST_GUID = 200  # characters; a longer one is stored as its hash
LONGEST_BODY = 4_000  # characters of a full text that are searched

SIGNS = (("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'), ("–", "-"), ("—", "-"), ("‐", "-"), ("‑", "-"))
ALIKE = str.maketrans(dict(SIGNS))  # once more, for what NFKC makes of others


def hash64(*parts: str) -> int:
    """A signed 64-bit hash of some texts."""
    hashed = _fresh()  # cheaper than a new one, whose options are read each time
    hashed.update("\0".join(parts).encode("utf-8", "surrogatepass"))
    number: int = _int64(hashed.digest())[0]
    return number


def fold(text: str) -> str:
    """A name or title for comparison: no case, accents, width, punctuation or extra space."""
    return " ".join(letters(text))


def even(text: str) -> str:
    """A text without what edits itself: spacing, kinds of quotes and dashes, code point variants."""
    if not text.isascii():
        for sign, plain in SIGNS:
            text = text.replace(sign, plain)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(ALIKE)
    if "  " not in text and printable(text):  # then its only blanks are spaces
        return text.strip(" ")
    return " ".join(text.split())


def digest(entry: ParsedEntry) -> int:
    """What makes a revision when it changes: title, summary and link, nothing else."""
    return hash64(even(entry.title), even(entry.summary), entry.canonical_url or entry.url)


def stored_guid(guid: str) -> str:
    """The guid as it is stored: itself, or its hash when it is long."""
    if len(guid) <= LONGEST_GUID:
        return guid
    return "hash:" + blake2b(guid.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()


def guid_key(feed_id: int, guid: str) -> int:
    """Key of a guid within its feed."""
    return hash64("g", str(feed_id), guid)


def title_key(feed_id: int, title: str) -> int:
    """Key of a title within its feed; ``title`` is folded."""
    return hash64("t", str(feed_id), title)


def link_key(url: str) -> int:
    """Key of a canonical link, whatever the feed."""
    return hash64("u", url)


def shortened(canonical: str, url: str) -> str | None:
    """A canonical link as it is stored beside the link that it was made from.

    None where they are equal; "8 12 40" where it is the first 8 characters and then the
    40 from place 12 on (no "www.", no tracking at the end); else "=" and the link.
    """
    if canonical == url:
        return None
    kept = url.find("//") + 2  # the scheme; 1 without one
    if not canonical.startswith(url[:kept]):
        return f"={canonical}"
    rest = canonical[kept:]
    place = url.find(rest, kept)
    return f"={canonical}" if place < 0 else f"{kept} {place} {len(rest)}"


def lengthened(stored: str | None, url: str) -> str:
    """The inverse of ``shortened``."""
    if stored is None:
        return url
    if stored.startswith("="):
        return stored[1:]
    kept, place, length = map(int, stored.split())
    return url[:kept] + url[place : place + length]
