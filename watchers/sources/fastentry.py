"""One entry of RSS or Atom, its elements taken in their order by feedparser's rules.

Which of them counts as title, link or summary follows from what they are and their order,
whatever they say.  A feed's entries look alike, so that is decided once for each look
(``_choose``), and an entry is its choice of words.  Raises ``Doubt`` where the rules are not
plain; ``fast`` reads what stands around entries.
"""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import NamedTuple

from watchers.sources.dates import parse_any
from watchers.sources.elements import (
    PLAIN,
    Doubt,
    Reading,
    attribute,
    encoded_twice,
    link_of,
    refuse_sensitive,
    refuse_typed,
    text_of,
)
from watchers.sources.entries import RawEntry, raw_entry

_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"

# What an element is to its entry.
_NOTHING, _REFUSED = "", "refused"
_TITLE, _LINK, _SUMMARY, _CONTENT, _AUTHOR, _LANGUAGE = (
    "title",
    "link",
    "summary",
    "content",
    "author",
    "lang",
)
_GUID, _ID = "guid", "id"  # one that passes for a link, one that does not
_SOURCE, _SOURCE_URL = "source", "source url"
_PUBLISHED, _UPDATED = "published", "updated"
_GROUP, _MEDIA_TITLE = "group", "media title"
_INNER = "+"  # is added for each media element around it
_WORDS = frozenset(  # as a rule they hold nothing else
    (_TITLE, _SUMMARY, _CONTENT, _AUTHOR, _LANGUAGE, _GUID, _PUBLISHED, _UPDATED, _MEDIA_TITLE)
)

_KINDS = {
    ("", "title"): _TITLE,
    ("dc", "title"): _TITLE,
    ("", "link"): _LINK,
    ("", "guid"): _GUID,
    ("", "id"): _GUID,
    ("", "description"): _SUMMARY,
    ("dc", "description"): _SUMMARY,
    ("", "summary"): _SUMMARY,
    ("itunes", "summary"): _SUMMARY,
    ("content", "encoded"): _CONTENT,
    ("", "content"): _CONTENT,
    ("", "author"): _AUTHOR,
    ("dc", "creator"): _AUTHOR,
    ("dc", "author"): _AUTHOR,
    ("itunes", "author"): _AUTHOR,
    ("", "source"): _SOURCE,
    ("", "published"): _PUBLISHED,
    ("", "issued"): _PUBLISHED,
    ("", "pubdate"): _PUBLISHED,
    ("dcterms", "issued"): _PUBLISHED,
    ("", "updated"): _UPDATED,
    ("", "modified"): _UPDATED,
    ("dc", "date"): _UPDATED,
    ("dcterms", "modified"): _UPDATED,
    ("dc", "language"): _LANGUAGE,
    ("media", "group"): _GROUP,
    ("media", "content"): _GROUP,
    ("media", "title"): _MEDIA_TITLE,
    ("media", "description"): _SUMMARY,
}
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
_ABOUT_SOURCE = frozenset("title link id updated subtitle rights icon logo category generator".split())
_NOWHERE, _ABOUT, _FIRST = range(3)  # places: of no words, of rdf:about, of the first element
_DEEPEST = 1000
_NO_HOST = ("http:///", "https:///")


class Entries:
    """Reads the entries of one body, one after the other."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._known: dict[str, str] = {}  # tag -> kind
        self._with: dict[tuple[object, ...], str] = {}  # kind and attributes -> kind
        self._choices: dict[tuple[str, ...], _Choice] = {}
        self._kinds: list[str] = []  # of the entry that is being read, and what its elements say
        self._words: list[str | None] = []

    def read(self, element: ET.Element, *, has_content: bool) -> RawEntry:
        """The entry's fields; raises Doubt."""
        about = ""
        if element.keys():
            about = element.get(_RDF_ABOUT, "")
            if "lastmod" in element.attrib or "href" in element.attrib:
                raise Doubt  # CDF
        kinds = self._kinds = []
        words = self._words = ["", about]  # _NOWHERE, _ABOUT
        known = self._known
        for child in element:
            kind = known.get(child.tag)
            if kind is None:
                kind = self._kind(child.tag)
            if kind in _WORDS and not len(child):
                if attributes := child.items():
                    kind = self._attributed(child, kind, attributes)
                kinds.append(kind)
                words.append(child.text)
            elif kind or len(child):
                self._take(child, kind)
        look = tuple(kinds)
        choice = None if has_content else self._choices.get(look)
        if choice is None:
            choice = _choose(look, has_content)
            if not has_content:
                self._choices[look] = choice
        return self._chosen(choice, [text.strip() if text else "" for text in words])

    def _chosen(self, choice: "_Choice", words: Sequence[str]) -> RawEntry:
        if self._reading.careful and any(map(encoded_twice, words)):
            raise Doubt
        for place in choice.filled:
            if not words[place]:
                raise Doubt
        if words[choice.empty]:
            raise Doubt
        guid, link, title, summary, content, author, source, source_url, lang, published, updated = (
            choice.pick(words)
        )
        if guid.startswith(_NO_HOST):
            raise Doubt
        if choice.contents:
            content = max([words[place] for place in choice.contents], key=len)
        return raw_entry(
            guid,
            link,
            title,
            summary,
            content,
            author,
            source,
            source_url,
            lang,
            parse_any(published),
            parse_any(updated),
        )

    def _kind(self, tag: str) -> str:
        kind = self._known.get(tag)
        if kind is None:
            kind = self._known[tag] = _kind(*self._reading.name(tag))
        return kind

    def _attributed(self, child: ET.Element, kind: str, attributes: Iterable[tuple[str, str]]) -> str:
        """What an element of words is with its attributes; those of guids are the same in all entries."""
        key = (kind, *attributes)
        found = self._with.get(key)
        if found is None:
            refuse_typed(child)
            if "src" in child.attrib and kind in {_SUMMARY, _CONTENT}:
                raise Doubt
            no_link = kind == _GUID and attribute(child, "ispermalink", "true") != "true"
            found = self._with[key] = _ID if no_link else kind
        return found

    def _say(self, kind: str, words: str) -> None:
        self._kinds.append(kind)
        self._words.append(words)

    def _take(self, child: ET.Element, kind: str, around: str = "") -> None:
        """Take an element that may be more than words."""
        if kind == _REFUSED:
            raise Doubt
        if kind == _NOTHING:
            refuse_sensitive(child, self._reading)
        elif kind == _GROUP:
            self._take_group(child, around + _INNER)
        elif kind == _LINK:
            if (link := link_of(child)) is not None:
                self._say(kind, link)
        elif kind == _SOURCE:
            self._take_source(child)
        elif kind == _AUTHOR and len(child):
            self._say(kind, self._author(child))
        elif len(child):
            raise Doubt
        else:
            self._say(self._attributed(child, kind, child.items()) + around, child.text or "")

    def _take_group(self, group: ET.Element, around: str) -> None:
        for inner in group:
            if self._reading.name(inner.tag)[0] != "media":
                refuse_sensitive(inner, self._reading, deep=True)
            else:
                self._take(inner, self._kind(inner.tag), around)

    def _author(self, author: ET.Element) -> str:
        parts = {"name": "", "email": ""}
        for inner in author:
            prefix, name = self._reading.name(inner.tag)
            if prefix == PLAIN and name in parts:
                parts[name] = text_of(inner)
            elif len(inner) or (prefix == PLAIN and name not in {"uri", "url", "homepage"}):
                raise Doubt
        name, email = parts["name"], parts["email"]
        return f"{name} ({email})" if name and email else name or email

    def _take_source(self, source: ET.Element) -> None:
        title = url = ""
        if not len(source):
            title, url = text_of(source), source.get("url", "")
        elif (source.text or "").strip() or any((inner.tail or "").strip() for inner in source):
            raise Doubt
        for inner in source:
            prefix, name = self._reading.name(inner.tag)
            if prefix != PLAIN or name not in _ABOUT_SOURCE:
                raise Doubt
            if name == "title":
                title = title or text_of(inner)
            elif name == "link":
                url = link_of(inner) or url
            elif name == "id":
                url = url or text_of(inner)
        self._say(_SOURCE, title)
        self._say(_SOURCE_URL, url)


def _kind(prefix: str, name: str) -> str:
    if prefix not in {"?", "media"} and (name in _IGNORED or (prefix == "dc" and name in _IGNORED_DC)):
        return _NOTHING
    if (kind := _KINDS.get((prefix, name))) is not None:
        return kind
    return _REFUSED if prefix == "xhtml" or (prefix == PLAIN and name in _OTHERS) else _NOTHING


class _Choice(NamedTuple):
    """Which of an entry's words are its fields, by their places."""

    pick: Callable[[Sequence[str]], tuple[str, ...]]  # in the order of RawEntry
    contents: Sequence[int]  # where there are several: the longest counts
    filled: Sequence[int]  # that must not be empty
    empty: int  # that must be


def _choose(look: Sequence[str], has_content: bool) -> _Choice:
    """What feedparser takes of elements in this order; raises Doubt."""
    last: dict[str, int] = {}  # where the last of a kind counts
    titles: list[int] = []
    contents: list[int] = []
    summary, summary_depth = _NOWHERE, _DEEPEST
    media_title, media_depth = _NOWHERE, _DEEPEST
    for place, told in enumerate(look, start=_FIRST):
        kind = told.rstrip(_INNER)
        depth = len(told) - len(kind)
        if kind == _TITLE:
            if titles and _SOURCE in last:
                raise Doubt  # feedparser forgets then which title came first
            titles.append(place)
        elif kind == _MEDIA_TITLE:
            if depth <= media_depth:
                media_title, media_depth = place, depth
        elif kind in {_GUID, _ID}:
            if _ID in last:
                raise Doubt
            last[kind] = last[_ID] = place
        elif kind == _SUMMARY and (summary == _NOWHERE or has_content):
            if depth <= summary_depth:
                summary, summary_depth = place, depth
        elif kind in {_SUMMARY, _CONTENT}:
            has_content = True
            contents.append(place)
            summary = summary or place
        else:
            last[kind] = place
    pick = itemgetter(
        last.get(_ID, _ABOUT),
        last.get(_LINK) or last.get(_GUID, _NOWHERE),
        titles[0] if titles else media_title,
        summary,
        contents[0] if contents else _NOWHERE,
        *(
            last.get(kind, _NOWHERE)
            for kind in (_AUTHOR, _SOURCE, _SOURCE_URL, _LANGUAGE, _PUBLISHED, _UPDATED)
        ),
    )
    return _Choice(
        pick, contents if len(contents) > 1 else (), titles, media_title if _SOURCE in last else _NOWHERE
    )
