"""By what a thing is known again: folded forms and 64-bit hashes of them.

Pure.  The hashes are keys of ``entry_key`` and the digest of an entry; two different
texts share one with a chance of one in 10^12 at a million entries.
"""

import unicodedata
from hashlib import blake2b

from storage.model import ParsedEntry

LONGEST_GUID = 200  # characters; a longer one is stored as its hash
LONGEST_BODY = 4_000  # characters of a full text that are searched

ALIKE = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‐": "-", "‑": "-"})


def hash64(*parts: str) -> int:
    """A signed 64-bit hash of some texts."""
    digest = blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def fold(text: str) -> str:
    """A name or title for comparison: no case, accents, width, punctuation or extra space."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    text = text.casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in text).split())


def even(text: str) -> str:
    """A text without what edits itself: spacing, kinds of quotes and dashes, code point variants."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(ALIKE)
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


def link_key(feed_id: int, url: str) -> int:
    """Key of a canonical link within its feed."""
    return hash64("l", str(feed_id), url)


def title_key(feed_id: int, title: str) -> int:
    """Key of a title within its feed; ``title`` is folded."""
    return hash64("t", str(feed_id), title)


def url_key(url: str) -> int:
    """Key of a link, whatever the feed."""
    return hash64("u", url)
