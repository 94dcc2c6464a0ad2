"""From the raw fields of any format to entries: ids, links, plain text, one rule for all.

The parsers of the formats (``slow``, ``fast``, ``jsonfeed``) hand over what the body holds;
what becomes of it is decided here, so that they cannot differ.  Text becomes plain through
``watchers.text``.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from urllib.parse import urljoin, urlsplit

from storage.model import ParsedEntry
from storage.model.noun import maker
from watchers.links import canonical_url
from watchers.text import plains

MAX_TITLE = 1000  # characters kept of each field: what is longer is not what it says it is
MAX_SUMMARY = 20_000
MAX_TEXT = 200_000
MAX_NAME = 200
MAX_URL = 4096
MAX_ENTRIES = 2000  # in one body; feeds are newest first
_SOUND_URL = re.compile(r"https?://[A-Za-z\d.-]+(?::\d+)?(?:[/?#][!-~]*)?", re.ASCII)  # nothing to mend
_APART = re.compile(r"#[0-9a-f]{16}$")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,200}")

_entry = maker(ParsedEntry)


@dataclass(slots=True, kw_only=True)
class RawEntry:
    """An entry's fields as its format names them, markup and blanks included."""

    id: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    author: str = ""
    source: str = ""
    source_url: str = ""
    lang: str = ""
    published: datetime | None = None
    updated: datetime | None = None


raw_entry = maker(RawEntry)  # from its fields in their order


def finished(raws: Iterable[RawEntry], base: str, *, from_xml: bool = False) -> tuple[ParsedEntry, ...]:
    """Entries in the body's order.

    Where different entries share an id (some feeds give all of them the same), link or
    title is added to tell them apart.  ``from_xml``: fields hold no signs that XML forbids.
    """
    entries = _finish(list(islice(raws, MAX_ENTRIES)), base, from_xml)
    if len({entry.guid for entry in entries}) == len(entries):
        return tuple(entries)
    sharing: dict[str, set[tuple[str, str]]] = {}
    for entry in entries:
        sharing.setdefault(entry.guid, set()).add((entry.url, "" if entry.url else entry.title))
    return tuple(
        entry if len(sharing[entry.guid]) == 1 else replace(entry, guid=_told_apart(entry))
        for entry in entries
    )


def _told_apart(entry: ParsedEntry) -> str:
    own = hashlib.sha256((entry.url or entry.title).encode("utf-8", "replace")).hexdigest()[:16]
    return f"{entry.guid}#{own}"


def is_told_apart(guid: str) -> bool:
    """Whether a guid may be one that ``finished`` made of a shared one."""
    return _APART.search(guid) is not None


def _finish(raws: Sequence[RawEntry], base: str, from_xml: bool) -> list[ParsedEntry]:
    """Field by field: what is asked of a field's signs is asked of all entries at once."""
    titles = _lines([raw.title for raw in raws], MAX_TITLE, from_xml)
    summaries = _words([raw.summary for raw in raws], MAX_SUMMARY, from_xml)
    texts = _words([raw.content for raw in raws], MAX_TEXT, from_xml)
    authors = _lines([raw.author for raw in raws], MAX_NAME, from_xml)
    sources = _lines([raw.source for raw in raws], MAX_NAME, from_xml)
    entries = []
    for raw, title, summary, text, author, source in zip(
        raws, titles, summaries, texts, authors, sources, strict=True
    ):
        # A guid that passes for a link is one only where it is an address in itself.
        url = web_url(raw.link, base if raw.link != raw.id else "") or web_url(raw.id, "")
        if not summary:
            summary = text[:MAX_SUMMARY]
        guid = " ".join(raw.id.split())[:MAX_URL] or url or made_guid(title, summary, raw.published)
        entries.append(
            _entry(
                guid,
                url,
                title or _first_words(summary),
                summary,
                "" if text == summary else text,
                _name(author) if "@" in author else author,
                source,
                web_url(raw.source_url, base) if raw.source_url else "",
                language(raw.lang) if raw.lang else None,
                raw.published or raw.updated,
                raw.updated,
                canonical_url(url) if url else "",
            )
        )
    return entries


def _name(author: str) -> str:
    """The name in "mail@host (Name)", "Name (mail@host)" or "Name <mail@host>"; no mail address."""
    return " ".join(_MAIL.sub(" ", author).split()).strip(" ()<>,;")


def web_url(link: str, base: str) -> str:
    """``link`` as an absolute http(s) URL, or an empty string."""
    if _SOUND_URL.fullmatch(link) and len(link) <= MAX_URL:
        return link
    link = "".join(link.split("\n")).strip() if "\n" in link else link.strip()
    if not link:
        return ""
    if not link.lower().startswith(("http://", "https://")):
        if not base:
            return ""
        try:
            link = urljoin(base, link)
        except ValueError:
            return ""
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.netloc or len(link) > MAX_URL:
        return ""
    return link.replace(" ", "%20")


def one_line(markup: str, limit: int) -> str:
    """Plain text on one line."""
    return _lines([markup], limit, False)[0]


def _lines(markups: Sequence[str], limit: int, from_xml: bool) -> Sequence[str]:
    """``one_line`` of each."""
    return [words.replace("\n", " ") for words in _words(markups, limit, from_xml)]


def _words(markups: Sequence[str], limit: int, from_xml: bool) -> Sequence[str]:
    """Plain text of each."""
    if not any(markups):
        return markups
    return _clipped(plains(_clipped(markups, 4 * limit), from_xml=from_xml), limit)


def _clipped(texts: Sequence[str], limit: int) -> Sequence[str]:
    return [text[:limit] for text in texts] if max(map(len, texts)) > limit else texts


def language(code: str | None) -> str | None:
    """ISO 639-1 of a language tag (``pt-BR`` -> ``pt``); None when it is none."""
    if not code:
        return None
    main = code.strip().replace("_", "-").split("-")[0].lower()
    return main if len(main) == 2 and main.isascii() and main.isalpha() else None


def made_guid(title: str, summary: str, published: datetime | None) -> str:
    """A guid for an entry that has neither id nor link."""
    stamp = published.isoformat() if published else ""
    words = "\x1f".join((title, stamp, "" if title else summary))
    return "made:" + hashlib.blake2b(words.encode("utf-8", "replace"), digest_size=12).hexdigest()


def _first_words(summary: str) -> str:
    """A title for an entry without one (microblogs): its first line, clipped at a word."""
    line = " ".join(summary.split("\n", 1)[0].split())
    if len(line) <= 120:
        return line
    return line[:119].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
