"""Subscription lists as other readers keep them: OPML 2.0 (http://opml.org/spec2.opml).

Pure: text in, outlines out and back.  Feedly, Inoreader, NetNewsWire, FreshRSS, Miniflux,
Thunderbird and Tiny Tiny RSS write it with small differences (folders, the case of
attributes, ampersands left bare in addresses); all are read.  What we write, they read.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html.entities import html5
from xml.sax.saxutils import quoteattr

from storage.errors import UsageError
from storage.model import Feed

NAMESPACE = "https://github.com/movewire/movewire/opml"  # of our own attribute, ignored by others
DEEPEST = 10  # folders inside each other; what lies deeper is in the innermost of these
MAX_SIZE = 20 * 1024 * 1024
_BARE_AMPERSAND = re.compile(r"&(?!(?:#\d{1,7}|#x[0-9A-Fa-f]{1,6}|amp|lt|gt|quot|apos);)([A-Za-z]{2,31};)?")
_ENCODING = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w.:-]{2,30})[\"']")
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]{0,200}\?>")
_UNTRUE = {"utf-8", "utf8", "us-ascii", "ascii"}  # declared for what turned out not to be UTF-8
_SCRAPED = "html+xpath"  # FreshRSS: its address is a page, not a feed
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class OpmlError(UsageError):
    """The file is no OPML that can be taken; the message says where it breaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One subscription of a list."""

    url: str
    title: str | None = None
    site: str | None = None
    kind: str = "feed"  # the module of watchers.sources; only our own lists say so
    folder: tuple[str, ...] = ()  # names, the outermost first

    @property
    def fetchable(self) -> bool:
        """Whether its address is one that we ask."""
        return self.url.lower().startswith(("http://", "https://"))


def parse_opml(text: bytes) -> tuple[Outline, ...]:
    """All subscriptions with their folders, each address once, where it stands first; raises OpmlError."""
    found: dict[str, Outline] = {}
    for folder, attributes in _outlines(_root(text)):
        url = attributes.get("xmlurl", "")
        if url.lower().startswith("feed://"):
            url = "http://" + url[len("feed://") :]
        elif url.lower().startswith("feed:"):
            url = url[len("feed:") :]
        if not url or url in found:
            continue
        found[url] = Outline(
            url=url,
            title=_name(attributes),
            site=attributes.get("htmlurl") or None,
            kind="page"
            if attributes.get("type", "").lower() == _SCRAPED
            else attributes.get("kind") or "feed",
            folder=folder,
        )
    return tuple(found.values())


def _outlines(root: ET.Element) -> Iterator[tuple[tuple[str, ...], dict[str, str]]]:
    """All outlines in their order, each with the folders around it and its attributes."""
    waiting: list[tuple[tuple[str, ...], ET.Element]] = [((), root)]
    while waiting:  # no recursion: a hostile list may nest without end
        folder, element = waiting.pop()
        if _local(element.tag) == "outline":
            attributes = {_local(name).lower(): value.strip() for name, value in element.attrib.items()}
            yield folder, attributes
            name = _name(attributes)
            if name and "xmlurl" not in attributes and len(folder) < DEEPEST:
                folder = (*folder, name)
        waiting += [(folder, child) for child in reversed(element)]


def _name(attributes: Mapping[str, str]) -> str | None:
    return attributes.get("title") or attributes.get("text") or None


def render_opml(feeds: Iterable[Feed], title: str = "Movewire feeds") -> str:
    """The list as OPML 2.0, in the order given, each folder where its first feed stands."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<opml version="2.0" xmlns:movewire="{NAMESPACE}">',
        f"  <head><title>{_text(title)}</title></head>",
        "  <body>",
        *_lines(feeds, 0),
        "  </body>",
        "</opml>",
    ]
    return "\n".join(lines) + "\n"


def _lines(feeds: Iterable[Feed], depth: int) -> Iterator[str]:
    """What stands inside a folder that ``depth`` others are around."""
    parts: dict[object, list[Feed]] = {}  # by the folder that is next, or by the address
    for feed in feeds:
        parts.setdefault(feed.folder[depth : depth + 1] or feed.url, []).append(feed)
    indent = "  " * (depth + 2)
    for part, inside in parts.items():
        if isinstance(part, tuple):
            name = _attribute(part[0])
            yield f"{indent}<outline text={name} title={name}>"
            yield from _lines(inside, depth + 1)
            yield f"{indent}</outline>"
        else:
            yield from (indent + _outline(feed) for feed in inside)


def _outline(feed: Feed) -> str:
    name = feed.title or feed.url
    attributes = {
        "text": name,
        "title": name,
        "type": "rss",
        "xmlUrl": feed.url,
        "htmlUrl": feed.site,
        "movewire:kind": None if feed.kind == "feed" else feed.kind,
    }
    written = " ".join(f"{key}={_attribute(value)}" for key, value in attributes.items() if value)
    return f"<outline {written}/>"


def _root(text: bytes) -> ET.Element:
    if len(text) > MAX_SIZE:
        raise OpmlError(f"the list is larger than {MAX_SIZE // 2**20} MiB")
    if b"<!ENTITY" in text or b"<\x00!\x00E\x00N\x00T" in text or b"\x00<\x00!\x00E\x00N\x00T" in text:
        raise OpmlError("the list declares entities: not taken")
    text = text.lstrip()
    try:
        root = ET.fromstring(text)
    except ET.ParseError as error:
        try:
            root = ET.fromstring(_mended(text))
        except (ET.ParseError, ValueError, LookupError):
            line, column = error.position
            raise OpmlError(f"no OPML: malformed at line {line}, column {column + 1}") from error
    except (ValueError, LookupError):  # an encoding that expat does not know
        try:
            root = ET.fromstring(_mended(text))
        except (ET.ParseError, ValueError, LookupError) as error:
            raise OpmlError("no OPML: its encoding is not known") from error
    if _local(root.tag).lower() not in {"opml", "outlinedocument"}:
        raise OpmlError(f"no OPML: the outermost element is <{_local(root.tag)[:40]}>")
    return root


def _mended(text: bytes) -> str:
    """Decoded here, with what lists often hold though XML forbids it put right.

    Bare ampersands, the entities of HTML, control characters, and an encoding declaration
    that is not true: what is UTF-8 is read as UTF-8, whatever is declared.
    """
    declared = _ENCODING.match(text)
    try:
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError:
        name = declared[1].decode().lower() if declared else "utf-8"
        decoded = text.decode("cp1252" if name in _UNTRUE else name, "replace")
    decoded = _DECLARATION.sub("", decoded, count=1)
    return _BARE_AMPERSAND.sub(_ampersand, _clean(decoded))


def _ampersand(found: re.Match[str]) -> str:
    """An entity of HTML as its character, any other ampersand as itself.

    In an address "&copy=1" is none: there the semicolon lacks.
    """
    character = html5.get(found[1]) if found[1] else None
    return character if character is not None else f"&amp;{found[1] or ''}"


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _text(text: str) -> str:
    return _clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _attribute(text: str) -> str:
    return quoteattr(_clean(text))


def _clean(text: str) -> str:
    """Without the characters that XML 1.0 cannot hold."""
    return _NOT_XML.sub("", text)
