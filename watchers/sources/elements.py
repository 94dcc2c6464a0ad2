"""Elements as feedparser sees them: names, words and links, and where it could see something else.

What ``fast`` and ``fastentry`` share.  Everything that leaves a doubt raises ``Doubt``, and
the body is feedparser's.
"""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

PLAIN = ""  # the formats' own elements
NAMESPACES = {
    **dict.fromkeys(
        (
            "",
            "http://blogs.law.harvard.edu/tech/rss",
            "http://purl.org/rss/1.0/",
            "http://my.netscape.com/rdf/simple/0.9/",
            "http://purl.org/atom/ns#",
            "http://www.w3.org/2005/atom",
        ),
        PLAIN,
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
KNOWN_PREFIXES = {*NAMESPACES.values(), "atom"}
_DECLARED_NAMESPACE = re.compile(rb"xmlns(?::([\w.-]+))?\s*=\s*[\"']([^\"']*)[\"']")
_ENTITY_LIKE = re.compile(r"&([A-Za-z0-9_]+);")
_LINK_KEYS = ("url", "uri", "href")
_TEXT_TYPES = {None, "", "text", "html", "plain", "text/plain", "text/html"}
_HTML_TYPES = {"html", "text/html", "xhtml", "application/xhtml+xml"}


HOLDERS = {"image", "textinput", "author", "managingeditor", "owner", "contributor", "items"}
_SENSITIVE = frozenset(
    """item entry title link description summary content encoded body fullitem abstract id guid author
    creator name email published issued pubdate updated modified lastbuilddate date created source
    language base channel svg math div textinput image""".split()
)


class Doubt(Exception):
    """This body is feedparser's."""


@dataclass(slots=True)
class Reading:
    """One body while it is read."""

    base: str
    body: bytes  # the whole of it
    careful: bool = True  # texts may be encoded twice
    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    doubtful: frozenset[str] | None = None  # namespaces that feedparser may take for others; None: not asked

    def name(self, tag: str) -> tuple[str, str]:
        """(prefix as feedparser calls it, lower-case local name); "?" for foreign ones."""
        known = self.names.get(tag)
        if known is None:
            uri, _, local = tag[1:].rpartition("}") if tag[0] == "{" else ("", "", tag)
            prefix = prefix_of(uri)
            if prefix == "?" and uri in self._doubtful_namespaces():
                raise Doubt
            known = self.names[tag] = (prefix, local.lower())
        return known

    def _doubtful_namespaces(self) -> frozenset[str]:
        """Unknown namespaces without a prefix, or with one that usually means a known one."""
        if self.doubtful is None:
            self.doubtful = frozenset(
                name
                for prefix, uri in _DECLARED_NAMESPACE.findall(self.body)
                if prefix_of(name := uri.decode()) == "?" and prefix.decode().lower() in KNOWN_PREFIXES
            )
        return self.doubtful


def prefix_of(uri: str) -> str:
    """What feedparser calls a namespace; "?" where it has no name for it."""
    uri = uri.lower()
    return PLAIN if "backend.userland.com/rss" in uri else NAMESPACES.get(uri, "?")


def text_of(element: ET.Element) -> str:
    """An element's words; raises Doubt where it holds markup or is encoded otherwise."""
    if len(element):
        raise Doubt
    if element.keys():
        refuse_typed(element)
    text = (element.text or "").strip()
    if not text.isascii() and encoded_twice(text):
        raise Doubt
    return text


def refuse_typed(element: ET.Element) -> None:
    """Raise Doubt where attributes say that its words are encoded otherwise."""
    if "mode" in element.attrib or attribute(element, "type") not in _TEXT_TYPES:
        raise Doubt


def encoded_twice(text: str) -> bool:
    """Whether it is UTF-8 that somebody took for Latin-1 and encoded once more."""
    if text.isascii():
        return False
    try:
        text.encode("iso-8859-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return False
    return True


def attribute(element: ET.Element, name: str, default: str | None = None) -> str | None:
    """An attribute, whatever the case of its name."""
    for key, value in element.attrib.items():
        if key.lower() == name:
            return value.lower() if name == "type" else value
    return default


def link_of(element: ET.Element) -> str | None:
    """The address that an element gives; None: it is a link of another sort."""
    href = None
    if element.keys():
        attributes = element.attrib
        href = next((attributes[key] for key in _LINK_KEYS if key in attributes), None)
    if href == "":
        raise Doubt
    if href is None:
        link = text_of(element)
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


def refuse_sensitive(element: ET.Element, reading: Reading, *, deep: bool = False) -> None:
    """Raise Doubt where an element that we skip holds one that feedparser would not skip."""
    if not len(element) and not deep:
        return
    for inner in element.iter():
        if (inner is not element or deep) and reading.name(inner.tag)[1] in _SENSITIVE:
            raise Doubt
