"""One entry of RSS or Atom, its elements taken in their order by feedparser's rules.

Raises ``Doubt`` where those rules are not plain; ``fast`` reads what stands around entries.
"""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable

from watchers.sources.dates import parse_any
from watchers.sources.elements import (
    PLAIN,
    Doubt,
    Reading,
    attribute,
    link_of,
    refuse_sensitive,
    text_of,
)
from watchers.sources.entries import RawEntry

_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"

# Elements of the plain namespaces that say nothing about what we keep.
_IGNORED = frozenset(
    """category comments enclosure rights copyright contributor generator rating keywords cloud
    expirationdate webmaster managingeditor docs lastmod subtitle tagline info image thumbnail""".split()
)
_IGNORED_DC = frozenset(("subject", "rights", "publisher", "format", "type"))
_OTHERS = frozenset(  # plain elements that feedparser knows, and names that it maps onto others
    """rss channel feed item entry textinput name width height url homepage uri email created abstract
    feedburner_browserfriendly fullitem body newlocation tags language lastbuilddate
    date date_parsed published_parsed updated_parsed modified_parsed issued_parsed items
    svg math""".split()
)
_ABOUT_SOURCE = {
    "title",
    "link",
    "id",
    "updated",
    "subtitle",
    "rights",
    "icon",
    "logo",
    "category",
    "generator",
}


class Entry:
    """One entry, its elements taken in their order, as feedparser does."""

    def __init__(self, reading: Reading, *, has_content: bool) -> None:
        self._reading = reading
        self._raw = RawEntry()
        self._link: str | None = None
        self._guid_link: str | None = None
        self._guids = 0
        self._sourced = False  # feedparser forgets then which title came first
        self._media_title = ""
        self._media_title_depth: int | None = None
        self._summary: str | None = None
        self._summary_depth: int | None = None
        self._contents: list[str] = []
        self._has_content = has_content

    def read(self, element: ET.Element) -> RawEntry:
        """The entry's fields; raises Doubt."""
        raw = self._raw
        raw.id = element.get(_RDF_ABOUT, "")
        if "lastmod" in element.attrib or "href" in element.attrib:
            raise Doubt  # CDF
        self._take_all(element, 0)
        raw.link = self._link if self._link is not None else self._guid_link or ""
        if self._media_title and self._sourced:
            raise Doubt
        raw.title = raw.title or self._media_title
        raw.summary = self._summary or ""
        raw.content = max(self._contents, key=len, default="")
        return raw

    def _take_all(self, elements: Iterable[ET.Element], depth: int) -> None:
        takers = self._reading.takers
        for child in elements:
            taker = takers.get(child.tag)
            if taker is None:
                taker = takers[child.tag] = _taker(*self._reading.name(child.tag))
            taker(self, child, depth)

    def _pass_over(self, child: ET.Element, depth: int) -> None:
        if len(child):
            refuse_sensitive(child, self._reading)

    def _refuse(self, child: ET.Element, depth: int) -> None:
        raise Doubt

    def _take_media_group(self, child: ET.Element, depth: int) -> None:
        for inner in child:
            if self._reading.name(inner.tag)[0] != "media":
                refuse_sensitive(inner, self._reading, deep=True)
            else:
                self._take_all((inner,), depth + 1)

    def _take_media_title(self, child: ET.Element, depth: int) -> None:
        if self._media_title_depth is None or depth <= self._media_title_depth:
            self._media_title, self._media_title_depth = text_of(child), depth

    def _take_title(self, child: ET.Element, depth: int) -> None:
        title = text_of(child)
        if not title or (self._raw.title and self._sourced):
            raise Doubt
        self._raw.title = self._raw.title or title

    def _take_link(self, child: ET.Element, depth: int) -> None:
        link = link_of(child)
        if link is not None:
            self._link = link

    def _take_guid(self, child: ET.Element, depth: int) -> None:
        guid = text_of(child)
        if self._guids or guid.startswith(("http:///", "https:///")):
            raise Doubt
        self._guids += 1
        if attribute(child, "ispermalink", "true") == "true" and self._link is None:
            self._guid_link = guid if self._guid_link is None else self._guid_link
        self._raw.id = guid

    def _take_description(self, child: ET.Element, depth: int) -> None:
        if self._summary is not None and not self._has_content:
            self._take_content(child, depth)
            return
        text = text_of(child)
        if self._summary_depth is None or depth <= self._summary_depth:
            self._summary, self._summary_depth = text, depth

    def _take_content(self, child: ET.Element, depth: int) -> None:
        if "src" in child.attrib:
            raise Doubt
        self._has_content = True
        text = text_of(child)
        self._contents.append(text)
        if self._summary is None:
            self._summary = text

    def _take_author(self, child: ET.Element, depth: int) -> None:
        if not len(child):
            self._raw.author = text_of(child)
            return
        parts = {"name": "", "email": ""}
        for inner in child:
            prefix, name = self._reading.name(inner.tag)
            if prefix == PLAIN and name in parts:
                parts[name] = text_of(inner)
            elif len(inner) or (prefix == PLAIN and name not in {"uri", "url", "homepage"}):
                raise Doubt
        name, email = parts["name"], parts["email"]
        self._raw.author = f"{name} ({email})" if name and email else name or email

    def _take_source(self, child: ET.Element, depth: int) -> None:
        raw = self._raw
        self._sourced = True
        if not len(child):
            raw.source, raw.source_url = text_of(child), child.get("url", "")
            return
        raw.source = raw.source_url = ""
        if (child.text or "").strip() or any((inner.tail or "").strip() for inner in child):
            raise Doubt
        for inner in child:
            prefix, name = self._reading.name(inner.tag)
            if prefix != PLAIN or name not in _ABOUT_SOURCE:
                raise Doubt
            if name == "title":
                raw.source = raw.source or text_of(inner)
            elif name == "link":
                raw.source_url = link_of(inner) or raw.source_url
            elif name == "id":
                raw.source_url = raw.source_url or text_of(inner)

    def _take_published(self, child: ET.Element, depth: int) -> None:
        self._raw.published = parse_any(text_of(child))

    def _take_updated(self, child: ET.Element, depth: int) -> None:
        self._raw.updated = parse_any(text_of(child))

    def _take_language(self, child: ET.Element, depth: int) -> None:
        self._raw.lang = text_of(child)


_TAKERS = {
    ("", "title"): Entry._take_title,
    ("dc", "title"): Entry._take_title,
    ("", "link"): Entry._take_link,
    ("", "guid"): Entry._take_guid,
    ("", "id"): Entry._take_guid,
    ("", "description"): Entry._take_description,
    ("dc", "description"): Entry._take_description,
    ("", "summary"): Entry._take_description,
    ("itunes", "summary"): Entry._take_description,
    ("content", "encoded"): Entry._take_content,
    ("", "content"): Entry._take_content,
    ("", "author"): Entry._take_author,
    ("dc", "creator"): Entry._take_author,
    ("dc", "author"): Entry._take_author,
    ("itunes", "author"): Entry._take_author,
    ("", "source"): Entry._take_source,
    ("", "published"): Entry._take_published,
    ("", "issued"): Entry._take_published,
    ("", "pubdate"): Entry._take_published,
    ("dcterms", "issued"): Entry._take_published,
    ("", "updated"): Entry._take_updated,
    ("", "modified"): Entry._take_updated,
    ("dc", "date"): Entry._take_updated,
    ("dcterms", "modified"): Entry._take_updated,
    ("dc", "language"): Entry._take_language,
    ("media", "group"): Entry._take_media_group,
    ("media", "content"): Entry._take_media_group,
    ("media", "title"): Entry._take_media_title,
    ("media", "description"): Entry._take_description,
}


def _taker(prefix: str, name: str) -> Callable[[Entry, ET.Element, int], None]:
    """What is done with an element of this name."""
    if prefix not in {"?", "media"} and (name in _IGNORED or (prefix == "dc" and name in _IGNORED_DC)):
        return Entry._pass_over
    if (taker := _TAKERS.get((prefix, name))) is not None:
        return taker
    if prefix == "xhtml" or (prefix == PLAIN and name in _OTHERS):
        return Entry._refuse
    return Entry._pass_over
