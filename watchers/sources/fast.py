"""RSS and Atom in a twentieth of feedparser's time, for bodies that leave no doubt.

``parse`` gives None wherever feedparser could read a body differently or only it can read
it: declared entities, a DOCTYPE, ``xml:base``, another encoding than UTF-8, C1 characters,
markup that is not escaped, links that are not absolute, titles that are missing, elements
whose meaning depends on their place.  What is left is read by feedparser's own rules
(which of two descriptions is the summary, whose author counts), and the tests prove both
equal, entry by entry, over thousands of feeds.
"""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

from watchers.sources.base import ParsedFeed
from watchers.sources.dates import parse_any
from watchers.sources.entries import RawEntry, finished, language, one_line, web_url
from watchers.sources.markup import minutes, period, skips

MAX_SIZE = 4 * 1024 * 1024
_CHUNK = 64 * 1024  # given to expat at once: other threads run in between

_PLAIN = ""  # the formats' own elements
_NAMESPACES = {
    **dict.fromkeys(
        (
            "",
            "http://blogs.law.harvard.edu/tech/rss",
            "http://purl.org/rss/1.0/",
            "http://my.netscape.com/rdf/simple/0.9/",
            "http://purl.org/atom/ns#",
            "http://www.w3.org/2005/atom",
        ),
        _PLAIN,
    ),
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "http://search.yahoo.com/mrss/": "media",
    "http://search.yahoo.com/mrss": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://www.w3.org/1999/xhtml": "xhtml",
}
_KNOWN_PREFIXES = {*_NAMESPACES.values(), "atom"}
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_DECLARATION = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)[\"']")
_ASCII_ENCODINGS = {b"us-ascii", b"ascii", b"iso-8859-1", b"windows-1252", b"iso-8859-15"}
_DOUBTFUL = re.compile(
    rb"<!DOCTYPE|<!ENTITY|xml:base\s*="
    rb"|\xc2[\x80-\x9f]"  # C1 characters
    rb"|&#(?:1[2-5]\d|[xX]0*[89][0-9a-fA-F]);|\x1b"
)
_DECLARED_NAMESPACE = re.compile(rb"\sxmlns(?::([\w.-]+))?\s*=\s*[\"']([^\"']*)[\"']")
_ENTITY_LIKE = re.compile(r"&([A-Za-z0-9_]+);")
_RSS_VERSIONS = {"0.91": "rss091u", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
_ATOM_VERSIONS = {"0.1": "atom01", "0.2": "atom02", "0.3": "atom03"}
_TEXT_TYPES = {None, "", "text", "html", "plain", "text/plain", "text/html"}
_HTML_TYPES = {"html", "text/html", "xhtml", "application/xhtml+xml"}
_TEXT_ATTRIBUTES = {"type", _XML_LANG, "isPermaLink"}

# Elements of the plain namespaces that say nothing about what we keep.
_IGNORED = frozenset(
    """category comments enclosure rights copyright contributor generator rating keywords cloud
    expirationdate webmaster managingeditor docs lastmod subtitle tagline info image thumbnail""".split()
)
_OTHERS = frozenset(  # plain elements that feedparser knows, and names that it maps onto others
    """rss channel feed item entry textinput name width height url homepage uri email created abstract
    feedburner_browserfriendly fullitem body newlocation tags language lastbuilddate
    date date_parsed published_parsed updated_parsed modified_parsed issued_parsed items
    svg math""".split()
)
_HOLDERS = {"image", "textinput", "author", "managingeditor", "owner", "contributor", "items"}
_SENSITIVE = frozenset(
    """item entry title link description summary content encoded body fullitem abstract id guid author
    creator name email published issued pubdate updated modified lastbuilddate date created source
    language base channel svg math div textinput image""".split()
)


class Doubt(Exception):
    """This body is feedparser's."""


@dataclass(slots=True)
class _Reading:
    """One body while it is read."""

    base: str
    doubtful: frozenset[str]  # namespaces that feedparser may take for others
    names: dict[str, tuple[str, str]] = field(default_factory=dict)

    def name(self, tag: str) -> tuple[str, str]:
        """(prefix as feedparser calls it, lower-case local name); "?" for foreign ones."""
        known = self.names.get(tag)
        if known is None:
            uri, _, local = tag[1:].rpartition("}") if tag[0] == "{" else ("", "", tag)
            if uri in self.doubtful:
                raise Doubt
            known = self.names[tag] = (_prefix(uri), local.lower())
        return known


def parse(body: bytes, url: str) -> ParsedFeed | None:
    """The feed, or None: ask feedparser."""
    if len(body) > MAX_SIZE or not _is_plain_utf8(body) or _DOUBTFUL.search(body):
        return None
    try:
        root = _tree(body)
        reading = _Reading(base=url, doubtful=_doubtful_namespaces(body))
        return _feed(root, reading, body)
    except (Doubt, ET.ParseError):
        return None


def _prefix(uri: str) -> str:
    uri = uri.lower()
    return _PLAIN if "backend.userland.com/rss" in uri else _NAMESPACES.get(uri, "?")


def _doubtful_namespaces(body: bytes) -> frozenset[str]:
    """Unknown namespaces without a prefix, or with one that usually means a known one."""
    return frozenset(
        name
        for prefix, uri in _DECLARED_NAMESPACE.findall(body)
        if _prefix(name := uri.decode()) == "?" and prefix.decode().lower() in _KNOWN_PREFIXES
    )


def _is_plain_utf8(body: bytes) -> bool:
    declared = _DECLARATION.match(body[3:] if body.startswith(b"\xef\xbb\xbf") else body, 0, 400)
    encoding = declared[1].lower() if declared else b"utf-8"
    if body.isascii():
        return encoding in _ASCII_ENCODINGS or encoding == b"utf-8"
    if encoding != b"utf-8":
        return False
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _tree(body: bytes) -> ET.Element:
    parser = ET.XMLParser()
    for start in range(0, len(body), _CHUNK):
        parser.feed(body[start : start + _CHUNK])
    return parser.close()


def _feed(root: ET.Element, reading: _Reading, body: bytes) -> ParsedFeed:
    prefix, name = reading.name(root.tag)
    if (prefix, name) == ("", "rss"):
        version = root.get("version", "")
        kind = "rss20" if version.startswith("2.") else _RSS_VERSIONS.get(version, "rss")
        tops, holders = _children(root, reading, "channel")
    elif (prefix, name) == ("rdf", "rdf"):
        kind = "rss10" if b"http://purl.org/rss/1.0/" in body[:4096] else "rss090"
        tops, holders = _children(root, reading, "channel")
        holders = [root]
    elif (prefix, name) == ("", "feed"):
        is_10 = root.tag.lower().startswith("{http://www.w3.org/2005/atom}")
        kind = "atom10" if is_10 else _ATOM_VERSIONS.get(root.get("version", ""), "")
        tops, holders = [root], [root]
    else:
        raise Doubt
    if len(tops) != 1 or not kind:
        raise Doubt
    about = _About(reading)
    entries: list[RawEntry] = []
    for holder in holders:
        for child in holder:
            if reading.name(child.tag) in {("", "item"), ("", "entry")}:
                entries.append(_Entry(reading, has_content=about.has_content).read(child))
                about.has_content = False
            elif holder is tops[0]:
                about.take(child)
            elif child is tops[0]:
                for inner in child:
                    about.take(inner)
            elif reading.name(child.tag) not in {("", "image"), ("", "textinput")}:
                raise Doubt
    if prefix == "rdf" and not entries:
        raise Doubt
    hours, days = skips(body) if b"skip" in body else (frozenset(), frozenset())
    return ParsedFeed(
        format=kind,
        title=one_line(about.title, 300) or None,
        site=web_url(about.link or "", reading.base) or None,
        lang=language(about.lang or (root.get(_XML_LANG) if prefix == _PLAIN else None)),
        entries=finished(entries, reading.base),
        ttl=minutes(about.ttl),
        update_every=period(about.period, about.frequency),
        skip_hours=hours,
        skip_days=days,
    )


def _children(root: ET.Element, reading: _Reading, wanted: str) -> tuple[list[ET.Element], list[ET.Element]]:
    found = []
    for child in root:
        if reading.name(child.tag) == ("", wanted):
            found.append(child)
        elif reading.name(root.tag)[1] == "rss":
            raise Doubt  # items beside the channel and the like
    return found, found


class _About:
    """What the body says of the feed itself."""

    def __init__(self, reading: _Reading) -> None:
        self._reading = reading
        self.title = self.lang = ""
        self.link: str | None = None
        self.ttl: str | None = None
        self.period: str | None = None
        self.frequency: str | None = None
        self.has_content = False  # feedparser carries this into the first entry
        self._summed = False

    def take(self, child: ET.Element) -> None:
        """Take one element beside the entries."""
        prefix, name = self._reading.name(child.tag)
        if name == "title" and prefix in {"", "dc"}:
            if self.title and prefix == "dc":
                raise Doubt
            self.title = self.title or _text(child)
        elif (prefix, name) == ("", "link"):
            link = _link(child)
            self.link = link if link is not None else self.link
        elif (prefix, name) == ("", "id"):
            self.link = _text(child) if self.link is None else self.link
        elif name in {"description", "summary"}:
            if self._summed:
                self.has_content = True
            self._summed = self._summed or name == "summary"
        elif name == "language" and prefix in {"", "dc"}:
            self.lang = _text(child)
        elif (prefix, name) == ("", "ttl"):
            self.ttl = _text(child)
        elif (prefix, name) == ("sy", "updateperiod"):
            self.period = _text(child)
        elif (prefix, name) == ("sy", "updatefrequency"):
            self.frequency = _text(child)
        elif name not in _HOLDERS:
            _refuse_sensitive(child, self._reading)


class _Entry:
    """One entry, its elements taken in their order, as feedparser does."""

    def __init__(self, reading: _Reading, *, has_content: bool) -> None:
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
        for child in element:
            self._take(child, 0)
        raw.link = self._link if self._link is not None else self._guid_link or ""
        if self._media_title and self._sourced:
            raise Doubt
        raw.title = raw.title or self._media_title
        raw.summary = self._summary or ""
        raw.content = max(self._contents, key=len, default="")
        return raw

    def _take(self, child: ET.Element, depth: int) -> None:
        prefix, name = self._reading.name(child.tag)
        if prefix == "?":
            _refuse_sensitive(child, self._reading)
        elif prefix == "media":
            self._take_media(child, name, depth)
        elif name in _IGNORED or (
            prefix == "dc" and name in {"subject", "rights", "publisher", "format", "type"}
        ):
            _refuse_sensitive(child, self._reading)
        else:
            take = _TAKERS.get((prefix, name))
            if take is not None:
                take(self, child, depth)
            elif prefix == "xhtml" or (prefix == _PLAIN and name in _OTHERS):
                raise Doubt
            else:
                _refuse_sensitive(child, self._reading)

    def _take_media(self, child: ET.Element, name: str, depth: int) -> None:
        if name in {"group", "content"}:
            for inner in child:
                if self._reading.name(inner.tag)[0] != "media":
                    _refuse_sensitive(inner, self._reading, deep=True)
                else:
                    self._take(inner, depth + 1)
        elif name == "title":
            if self._media_title_depth is None or depth <= self._media_title_depth:
                self._media_title, self._media_title_depth = _text(child), depth
        elif name == "description":
            self._take_description(child, depth)
        else:
            _refuse_sensitive(child, self._reading)

    def _take_title(self, child: ET.Element, depth: int) -> None:
        title = _text(child)
        if not title or (self._raw.title and self._sourced):
            raise Doubt
        self._raw.title = self._raw.title or title

    def _take_link(self, child: ET.Element, depth: int) -> None:
        link = _link(child)
        if link is not None:
            self._link = link

    def _take_guid(self, child: ET.Element, depth: int) -> None:
        guid = _text(child)
        if self._guids or guid.startswith(("http:///", "https:///")):
            raise Doubt
        self._guids += 1
        if _attribute(child, "ispermalink", "true") == "true" and self._link is None:
            self._guid_link = guid if self._guid_link is None else self._guid_link
        self._raw.id = guid

    def _take_description(self, child: ET.Element, depth: int) -> None:
        if self._summary is not None and not self._has_content:
            self._take_content(child, depth)
            return
        text = _text(child)
        if self._summary_depth is None or depth <= self._summary_depth:
            self._summary, self._summary_depth = text, depth

    def _take_content(self, child: ET.Element, depth: int) -> None:
        if "src" in child.attrib:
            raise Doubt
        self._has_content = True
        text = _text(child)
        self._contents.append(text)
        if self._summary is None:
            self._summary = text

    def _take_author(self, child: ET.Element, depth: int) -> None:
        if not len(child):
            self._raw.author = _text(child)
            return
        parts = {"name": "", "email": ""}
        for inner in child:
            prefix, name = self._reading.name(inner.tag)
            if prefix == _PLAIN and name in parts:
                parts[name] = _text(inner)
            elif len(inner) or (prefix == _PLAIN and name not in {"uri", "url", "homepage"}):
                raise Doubt
        name, email = parts["name"], parts["email"]
        self._raw.author = f"{name} ({email})" if name and email else name or email

    def _take_source(self, child: ET.Element, depth: int) -> None:
        raw = self._raw
        self._sourced = True
        if not len(child):
            raw.source, raw.source_url = _text(child, {"url"}), child.get("url", "")
            return
        raw.source = raw.source_url = ""
        for inner in child:
            name = self._reading.name(inner.tag)
            if name == (_PLAIN, "title"):
                raw.source = raw.source or _text(inner)
            elif name == (_PLAIN, "link"):
                raw.source_url = _link(inner) or raw.source_url
            elif name == (_PLAIN, "id"):
                raw.source_url = raw.source_url or _text(inner)
            elif name[1] not in _HOLDERS:
                _refuse_sensitive(
                    inner, self._reading, deep=name not in {(_PLAIN, "updated"), (_PLAIN, "subtitle")}
                )

    def _take_published(self, child: ET.Element, depth: int) -> None:
        self._raw.published = parse_any(_text(child))

    def _take_updated(self, child: ET.Element, depth: int) -> None:
        self._raw.updated = parse_any(_text(child))

    def _take_language(self, child: ET.Element, depth: int) -> None:
        self._raw.lang = _text(child)

    def _skip(self, child: ET.Element, depth: int) -> None:
        if len(child):
            raise Doubt


_TAKERS = {
    ("", "title"): _Entry._take_title,
    ("dc", "title"): _Entry._take_title,
    ("", "link"): _Entry._take_link,
    ("", "guid"): _Entry._take_guid,
    ("", "id"): _Entry._take_guid,
    ("", "description"): _Entry._take_description,
    ("dc", "description"): _Entry._take_description,
    ("", "summary"): _Entry._take_description,
    ("itunes", "summary"): _Entry._take_description,
    ("content", "encoded"): _Entry._take_content,
    ("", "content"): _Entry._take_content,
    ("", "author"): _Entry._take_author,
    ("dc", "creator"): _Entry._take_author,
    ("dc", "author"): _Entry._take_author,
    ("itunes", "author"): _Entry._take_author,
    ("", "source"): _Entry._take_source,
    ("", "published"): _Entry._take_published,
    ("", "issued"): _Entry._take_published,
    ("", "pubdate"): _Entry._take_published,
    ("dcterms", "issued"): _Entry._take_published,
    ("", "updated"): _Entry._take_updated,
    ("", "modified"): _Entry._take_updated,
    ("dc", "date"): _Entry._take_updated,
    ("dcterms", "modified"): _Entry._take_updated,
    ("dc", "language"): _Entry._take_language,
}


def _text(element: ET.Element, also: frozenset[str] | set[str] = frozenset()) -> str:
    """An element's words; raises Doubt where it holds markup or is encoded otherwise."""
    if len(element):
        raise Doubt
    if element.attrib and _attribute(element, "type") not in _TEXT_TYPES:
        raise Doubt
    if "mode" in element.attrib:
        raise Doubt
    text = (element.text or "").strip()
    if not text.isascii():
        try:
            text.encode("iso-8859-1").decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            pass
        else:
            raise Doubt  # UTF-8 that somebody encoded twice
    return text


def _attribute(element: ET.Element, name: str, default: str | None = None) -> str | None:
    for key, value in element.attrib.items():
        if key.lower() == name:
            return value.lower() if name == "type" else value
    return default


def _link(element: ET.Element) -> str | None:
    """The address that an element gives; None: it is a link of another sort."""
    href = next((element.attrib[key] for key in ("url", "uri", "href") if key in element.attrib), None)
    if href == "":
        raise Doubt
    if href is None:
        link = _text(element)
        if "&" in link:
            link = _ENTITY_LIKE.sub(r"&\1", link.replace("&amp;", "&"))
    else:
        relation, kind = element.get("rel", "alternate"), element.get("type", "text/html")
        if relation.lower() != "alternate" or kind.lower() not in _HTML_TYPES:
            return None
        link = href
    if link.startswith(("http:///", "https:///")):
        raise Doubt
    return link


def _refuse_sensitive(element: ET.Element, reading: _Reading, *, deep: bool = False) -> None:
    """Raise Doubt where an element that we skip holds one that feedparser would not skip."""
    if not len(element) and not deep:
        return
    for inner in element.iter():
        if (inner is not element or deep) and reading.name(inner.tag)[1] in _SENSITIVE:
            raise Doubt
