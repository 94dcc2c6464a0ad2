"""Text of strangers made fit to show: cleaned, clipped, and unable to ping, link or format.

Pure.  ``clean`` is for every output; ``neutral`` besides for places where Discord reads
markdown.  Neither ever raises, whatever the text.
"""

import re
import unicodedata
from urllib.parse import quote, urlsplit

ELLIPSIS = "…"
BREAK = "\u200b"  # zero width space: parts what Discord would read as one token
UNTITLED = "(untitled)"
MAX_LINK = 512  # of a masked link: longer ones would eat the message they stand in

# Marks stacked beyond this on one letter only serve to draw over the neighbours.
MAX_MARKS = 4

# Bidirectional controls reorder what stands around them: Unicode 16, table 3-10 of UAX #9.
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
# Signs that show nothing and hide something: soft hyphen, zero width space and joiners of
# words, invisible operators, byte order mark, interlinear notes, tags, Hangul fillers, braille
# blank.  U+200C and U+200D stay: Persian, Indic scripts and emoji are written with them.
_UNSEEN = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u2060-\u2065\u206a-\u206f"
    "\u2800\u3164\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff"
)
_DROPPED = re.compile(f"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f{_BIDI}{_UNSEEN}]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"\s+")
_MARKDOWN = re.compile(r"([\\*_~`|\[\]])")
# What Discord takes for a heading, a quote, small print or a list, where a line begins.
_LINE_START = re.compile(r"^(#|>|-|\+|\d+(?=\.\s))")
_TOKEN = re.compile(r"<(?=[@#:!/a-zA-Z])|@(?=everyone|here)|(?<=:)//", re.IGNORECASE)
_PINGING = re.compile("@(?=everyone|here)", re.IGNORECASE)
_HOST = re.compile(r"[0-9a-f:.]*:[0-9a-f:.]+|[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")
_LETTERS = frozenset("LNPS")


def clean(text: str | None) -> str:
    """One line without control, bidi, unseen or broken signs; "" where nothing is left to see."""
    if not text:
        return ""
    text = _DROPPED.sub("", _SURROGATE.sub("\ufffd", text))
    text = _SPACE.sub(" ", text).strip()
    if not text.isascii():
        text = _without_stacks(text)
        if not any(unicodedata.category(sign)[0] in _LETTERS for sign in text):
            return ""
    return text


def _without_stacks(text: str) -> str:
    if not any(unicodedata.combining(sign) for sign in text):
        return text
    kept, marks = [], 0
    for sign in text:
        marks = marks + 1 if unicodedata.category(sign) in ("Mn", "Me") else 0
        if marks <= MAX_MARKS:
            kept.append(sign)
    return "".join(kept)


def clip(text: str, limit: int) -> str:
    """``text`` cut at a word's end to at most ``limit`` code points, an ellipsis included."""
    if len(text) <= limit:
        return text
    if limit <= 1:
        return ELLIPSIS[:limit]
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    if text[limit - 1] != " " and space > limit // 2:
        cut = cut[:space]
    cut = cut.rstrip(" ,;:–—-")
    while cut and (
        unicodedata.combining(text[len(cut)]) or text[len(cut)] == "\u200d" or cut[-1] == "\u200d"
    ):
        cut = cut[:-1]  # never between a letter and its mark, or inside a joined emoji
    return cut.rstrip() + ELLIPSIS


def neutral(text: str) -> str:
    """``text`` so that Discord shows it as it is: no mention, link, heading, list or style."""
    text = _TOKEN.sub(lambda found: _parted(found[0]), text)
    return _LINE_START.sub(_unlisted, _MARKDOWN.sub(r"\\\1", text))


def _unlisted(found: re.Match[str]) -> str:
    return found[0] + "\\" if found[0].isdigit() else "\\" + found[0]


def _parted(token: str) -> str:
    return f"/{BREAK}/" if token == "//" else token + BREAK


def fit(text: str | None, limit: int) -> str:
    """``clean`` and ``neutral`` in at most ``limit`` code points, clipped before it is escaped."""
    raw, room = clean(text), limit
    while True:
        shown = neutral(clip(raw, room))
        if len(shown) <= limit:
            return shown
        room -= max(1, (len(shown) - limit) // 2)


def link(url: str | None, limit: int = MAX_LINK) -> str | None:
    """``url`` in plain ASCII when it is an http(s) link that Discord takes, else None.

    Signs that end a masked link (brackets, spaces) come out percent-encoded.
    """
    if not url or _DROPPED.search(url) or _SURROGATE.search(url):
        return None
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    if not parts.netloc.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    if not re.fullmatch(
        r"\[[0-9a-f:.]+\]|[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?", f"[{host}]" if ":" in host else host
    ):
        return None
    netloc = (f"[{host}]" if ":" in host else host) + (f":{parts.port}" if parts.port is not None else "")
    tail = quote(parts.path, safe="/%:@!$&'*+,;=~-._")
    if parts.query:
        tail += "?" + quote(parts.query, safe="/%:@!$&'*+,;=~-._?")
    if parts.fragment:
        tail += "#" + quote(parts.fragment, safe="/%:@!$&'*+,;=~-._?")
    tail = _PINGING.sub("%40", tail)
    safe = f"{parts.scheme}://{netloc}{tail}"
    return safe if len(safe) <= limit else None


def masked(text: str, url: str | None) -> str:
    """A masked link around ``text``, which is neutral already; the bare text without a sound url."""
    safe = link(url)
    return f"[{text}]({safe})" if safe and text else text
