"""Plain words out of raw text: folding, sentences, stripped HTML, Title Case.

Everything here is pure, linear in its input and knows no entity; which language a text
is in is decided by ``watchers.language`` (re-exported here), what the words mean by
``watchers.matching`` and ``watchers.moves``.
"""

import html
import re
import string
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from storage.signs import printable
from watchers.language import detect_lang, language_of

__all__ = ["INVISIBLE", "detect_lang", "fold", "is_title_case", "language_of", "plain", "plains", "sentences"]

INVISIBLE = "\u200b"  # what fold() puts in place of signs that are not seen

# --- folding ----------------------------------------------------------------------------

_ONE_TO_ONE = {
    **dict.fromkeys("‐‑⁃﹣－", "-"),
    **dict.fromkeys("‒–—―−﹘⸺", "–"),
    **dict.fromkeys("’‘‛ʼʻ′´＇`", "'"),
    **dict.fromkeys("“”„‟″«»＂", '"'),
    **dict.fromkeys("・･•‧·∙⋅・", "·"),
    **dict.fromkeys("ıİ", "i"),
    **dict(zip("łŁøØđĐħĦŧŦŀĿς", "llooddhhttllσ", strict=True)),
}
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef\u0300-\u036f\u0483-\u0487\u20d0-\u20ff]"
)
# Kana, Han and Hangul stand as they are: leaving them out keeps CJK text fast.
_FOLDABLE = re.compile("[^\x00-\x7f\u3040-\u30fa\u30fc-\u9fff\uac00-\ud7a3]")


class _FoldTable(dict[str, str]):
    """One folded code point for each code point, computed when first met."""

    def __missing__(self, char: str) -> str:
        self[char] = folded = _fold_char(char)
        return folded


def _fold_char(char: str) -> str:
    if char in _ONE_TO_ONE:
        return _ONE_TO_ONE[char]
    if _INVISIBLE.match(char):
        return INVISIBLE
    if char.isspace():
        return " "
    wide = unicodedata.normalize("NFKC", char)
    if len(wide) == 1 and wide != char:
        return wide.lower() if wide.isascii() else _TABLE[wide]
    lower = char.lower()
    base = unicodedata.normalize("NFD", lower if len(lower) == 1 else char)
    if len(base) > 1 and base[0].isalpha() and all(unicodedata.combining(c) for c in base[1:]):
        return _TABLE[base[0]]
    return lower if len(lower) == 1 else char


_TABLE = _FoldTable()


def fold(s: str) -> str:
    """Case, accents, width and typographic variants folded away, length preserved.

    The result has exactly as many code points as ``s``, so that a span found in it is a
    span of ``s``.  Hyphens become ``-``, dashes ``–``, apostrophes ``'``, quotes ``"``,
    every blank a space, middle dots ``·``; signs that are not seen (zero width, soft
    hyphen, combining accents) become ``INVISIBLE``.  Folding twice changes nothing.
    """
    if not s.isascii():  # mostly because of these alone
        s = s.replace("’", "'").replace("“", '"').replace("”", '"').replace("‘", "'").replace("\u00a0", " ")
    if s.isascii():
        return s.lower().replace("`", "'")
    folded = _FOLDABLE.sub(lambda m: _TABLE[m[0]], s).lower().replace("`", "'")
    return folded if len(folded) == len(s) else "".join(_TABLE[c] for c in s)


# --- sentences --------------------------------------------------------------------------

# One set of signs first, so that the text between them is skipped at once; the lookbehinds
# keep a long run of full stops linear: it is tried once, at its start.
_CLOSED = r"""(?<![.!?…].)[.!?…]*+["'”’»)\]]*+(?=\s|$)"""
_SENTENCE_END = re.compile(
    rf"""[.!?…。！？｡\n](?:
      (?<=[.!?…]){_CLOSED}
    | (?<=[。！？｡])(?<![。！？｡].)[。！？｡]*+[」』”’）)]*+
    | (?<=\n)\n*
    )""",
    re.VERBOSE | re.DOTALL,
)
# All that most texts have: three times as fast.
_FULL_STOP = re.compile(r"""\.(?<!\..)\.*+["')\]]*+(?!\S)""")
_SHORT = frozenset(
    "mr mrs ms dr prof st sr sra jr no nr vs inc corp co ltd gen gov sen rep lt col jan feb mar apr jun jul aug"
    " sep sept oct nov dec approx est ca bzw usw evtl mio mrd mld mln bn bros ex art av pag fig ed".split()
)
_ABBREVIATION = re.compile(
    rf"""(?:^|[\s("'“‘«])(?:
      [^\W\d_]                                     # an initial: "J. Smith", "z. B."
    | (?:[^\W\d_]\.)+[^\W\d_]                      # "U.S", "z.B", "e.g"
    | (?i:{"|".join(sorted(_SHORT))})
    )$""",
    re.VERBOSE,
)


def sentences(s: str, limit: int | None = None) -> list[tuple[int, int]]:
    """Spans (half open, blanks trimmed) of the sentences of ``s``, in order, the first ``limit`` if given.

    Full stops of initials, abbreviations and before a small letter do not end one; line
    breaks and the CJK stops always do.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    ends: Iterable[re.Match[str]] = ()
    if "?" in s or "!" in s or "\n" in s or not s.isascii():
        ends = _SENTENCE_END.finditer(s)
    elif "." in s:  # else there is one sentence, as in most headlines
        ends = _FULL_STOP.finditer(s)
    for match in ends:
        dot, end = match.span()
        if s[dot] == "." and _goes_on(s, dot, end):
            continue
        if piece := s[start:end].lstrip():
            begin = end - len(piece)
            spans.append((begin, begin + len(piece.rstrip())))
            if len(spans) == limit:
                return spans
        start = end
    if piece := s[start:].lstrip():
        begin = len(s) - len(piece)
        spans.append((begin, begin + len(piece.rstrip())))
    return spans


_MONTHS = frozenset("jan feb mär apr mai jun jul aug sep okt nov dez".split())  # German ordinals have a dot


def _goes_on(s: str, dot: int, end: int) -> bool:
    if end == len(s):
        return False
    following = s[end : end + 8].lstrip()
    if not following:
        return False
    if following[0].islower():
        return True
    before = s[max(0, dot - 12) : dot]
    word = before.rpartition(" ")[2]
    if word.isascii() and word.isalpha():
        return len(word) == 1 or word.lower() in _SHORT
    if word.isdigit() and len(word) <= 2 and following[:3].lower() in _MONTHS:
        return True  # "am 30. Mai"
    last = before[-1:]
    return last.isalnum() and not last.isdecimal() and _ABBREVIATION.search(before) is not None


# --- HTML -------------------------------------------------------------------------------

_TAG = re.compile(r"<(?:/?[a-zA-Z]|[!?])[^<>]*+>")
_BLOCK = re.compile(
    r"</?(?:p|div|br|hr|li|ul|ol|dl|dt|dd|h[1-6]|tr|td|th|table|thead|tbody|section|article|header|footer|aside"
    r"|nav|main|blockquote|pre|figure|figcaption|img|iframe|video|audio|form|option|select|button)\b",
    re.IGNORECASE,
)
_LEFTOVER = re.compile(
    r"</?(?:p|div|br|a|b|i|em|strong|span|img|ul|ol|li|h[1-6]|blockquote|figure|table|tr|td|code|pre|font)"
    r"(?:\s[^<>]*+)?/?>|&(?:amp|nbsp|quot|lt|gt|#\d{1,7}|#x[0-9a-f]{1,6}|[rl][sd]quo|[mn]dash|hellip);",
    re.IGNORECASE,
)
_UNSEEN = ("<script", "<style", "<noscript", "<template", "<svg", "<math", "<head")
_UNSEEN_ELEMENT = re.compile(r"<(script|style|noscript|template|svg|math|head)\b", re.IGNORECASE)
_BETWEEN = "</p>\0</p>"  # a line of its own, and a sign that no feed's XML can hold
_CONTROLS = bytes({*range(32), 127} - {10})
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class _ShownTable(dict[str, str]):
    """What stands for a tag: a line break for a block's, nothing for others; short ones are remembered."""

    def __missing__(self, tag: str) -> str:
        shown = "\n" if _BLOCK.match(tag) else ""
        if len(tag) < _SHORT_TAG and len(self) < _TAGS_KEPT:
            self[tag] = shown
        return shown


_SHORT_TAG = 16
_TAGS_KEPT = 500
_SHOWN = _ShownTable()


def plain(markup: str) -> str:
    """The words of an HTML fragment, entities decoded, one line a block.

    Takes anything: text without markup comes back with its blanks tidied, broken or
    doubly escaped markup is read as well as it can be.  Never raises; linear.
    """
    text = markup
    if "</p>" in markup:  # often all the markup that there is, and most begin where another ends
        text = "\n".join([piece.strip().removeprefix("<p>") for piece in markup.split("</p>")])
    if "<" in text or "&" in text:
        text = _strip_once(markup)
    if ("<" in text or "&" in text) and _LEFTOVER.search(text):
        text = _strip_once(text)
    if text.isascii() and "  " not in text and len(text.encode().translate(None, _CONTROLS)) == len(text):
        lines = map(str.strip, text.split("\n"))
    else:
        lines = map(_tidy, text.replace("\r", "\n").split("\n"))
    return "\n".join(filter(None, lines))


def plains(markups: Sequence[str], *, from_xml: bool = False) -> list[str]:
    """``plain`` of each: at once where they hold nothing but words and paragraphs, else one by one.

    ``from_xml``: they hold no signs that XML 1.0 forbids.
    """
    together = _BETWEEN.join(markups)
    lines = [line for part in together.split("</p>") if (line := part.strip().removeprefix("<p>").lstrip())]
    if "\n" in together:
        lines = [line for part in "\n".join(lines).split("\n") if (line := part.strip())]
    if lines.count("\0") != len(markups) - 1:
        return list(map(plain, markups))
    if len(lines) == 2 * len(markups) - 1 and lines[1::2].count("\0") == len(markups) - 1:
        words = lines[::2]
    else:
        words, at = [], 0
        for _ in range(len(markups) - 1):
            end = lines.index("\0", at)
            words.append("\n".join(lines[at:end]))
            at = end + 1
        words.append("\n".join(lines[at:]))
    if _is_words("\n".join(words), from_xml):
        return words
    return [
        own if _is_words(own, from_xml) else plain(markup) for own, markup in zip(words, markups, strict=True)
    ]


def _is_words(text: str, from_xml: bool) -> bool:
    """Whether ``plain`` would change nothing but blanks around lines."""
    if "<" in text or "&" in text or "  " in text:
        return False
    if from_xml and text.isascii():
        return "\t" not in text and "\r" not in text and "\x7f" not in text
    return printable(text.replace("\n", " "))


def _tidy(line: str) -> str:
    if printable(line):  # then its only blanks are spaces
        return " ".join(line.split()) if "  " in line else line.strip()
    return " ".join(_CONTROL.sub(" ", line).split())


def _strip_once(markup: str) -> str:
    markup = _without_comments(_without_unseen(markup))
    return html.unescape(_TAG.sub(lambda m: _SHOWN[m[0]], markup) if "<" in markup else markup)


def _without_unseen(markup: str) -> str:
    """Without the elements whose content is not shown."""
    lower = markup.lower()
    return without(markup, _UNSEEN_ELEMENT) if any(start in lower for start in _UNSEEN) else markup


def without(markup: str, opened: re.Pattern[str]) -> str:
    """Without the elements whose names ``opened`` finds as its group; one that is never closed stays."""
    lower = markup.lower()
    if len(lower) != len(markup):  # a rare letter that grows when lowered
        lower = markup
    pieces, at, unclosed = [], 0, set[str]()
    for match in opened.finditer(markup):
        name = match[1].lower()
        if match.start() < at or name in unclosed:
            continue
        end = lower.find(f"</{name}", match.end())
        if end < 0:
            unclosed.add(name)
            continue
        pieces.append(markup[at : match.start()])
        close = markup.find(">", end)
        at = close + 1 if close >= 0 else len(markup)
    return "".join([*pieces, markup[at:]]) if pieces else markup


def _without_comments(markup: str) -> str:
    for opening, closing in (("<!--", "-->"), ("<![CDATA[", "]]>")):
        pieces, at = [], 0
        while (start := markup.find(opening, at)) >= 0:
            end = markup.find(closing, start)
            if end < 0:
                break
            pieces.append(markup[at:start])
            if opening == "<![CDATA[":
                pieces.append(markup[start + len(opening) : end])
            at = end + len(closing)
        if pieces:
            markup = "".join([*pieces, markup[at:]])
    return markup


# --- Title Case -------------------------------------------------------------------------

_CASED_WORD = re.compile(r"[^\W\d_][^\W_]*(?:['’][^\W\d_]+)?")
_BLANKED = bytes(sign if chr(sign).isalnum() else 32 for sign in range(256))  # all but letters and digits
_LONG = 4  # letters: shorter words stay small in many styles
_ENOUGH = 3  # long words that tell by themselves
_TITLE_SHARE = 0.75
_SMALL_WORDS = frozenset(
    {
        "a",
        "an",
        "and",
        "as",
        "at",
        "but",
        "by",
        "for",
        "from",
        "if",
        "in",
        "into",
        "is",
        "its",
        "nor",
        "of",
        "off",
        "on",
    }
    | {"or", "over", "per", "so", "the", "to", "up", "via", "vs", "with", "yet"}
)


@lru_cache(maxsize=256)  # a headline is asked about by several steps in a row
def is_title_case(title: str) -> bool:
    """Whether capitals mean nothing in this headline: Title Case or ALL CAPITALS.

    Judged by its words of four letters and more after the first.  With fewer than three of
    them, all but the function words must have capitals, and at least two be no acronyms.
    """
    words = _cased_words(title)[1:]
    if not title.isascii():  # some scripts have no capitals
        words = [w for w in words if w.lower() != w.upper()]
    long = [w for w in words if len(w) >= _LONG]
    if len(long) >= _ENOUGH:
        return sum([not w[0].islower() for w in long]) >= _TITLE_SHARE * len(long)
    telling = [w for w in words if w not in _SMALL_WORDS and not w.isupper()]
    return len(telling) > 1 and all(w[0].isupper() for w in telling)


def _cased_words(title: str) -> list[str]:
    if title.isascii() and "'" not in title:  # at a quarter of the cost
        pieces = title.encode().translate(_BLANKED).decode().split()
        return [word for piece in pieces if (word := piece.lstrip(string.digits))]
    return _CASED_WORD.findall(title)
