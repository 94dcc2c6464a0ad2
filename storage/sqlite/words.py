"""Words for the full-text index: what is indexed, what a query asks for.

Pure, and the same for texts and queries.  SQLite's unicode61 tokenizer splits at what is
no letter or digit; everything beyond ASCII is folded here first, more thoroughly than
there (width, ligatures, "ß").  Chinese, Japanese and Korean are written without spaces
or inflect by suffix: their runs are cut into overlapping pairs of characters.
"""

import re
import unicodedata

LONGEST_QUERY = 32  # words of a query that count
LONGEST_WORD = 64  # characters

CJK = "぀-ヿ㐀-䶿一-鿿가-힯豈-﫿\U00020000-\U0002fa1f"
_RUN = re.compile(f"[{CJK}]+")
_ONE = re.compile(f"[{CJK}]")
_IN_WORDS = "abcdefghijklmnopqrstuvwxyz0123456789"
_ASCII_WORDS = bytes(ord(c) if (c := chr(n).lower()) in _IN_WORDS and n < 128 else 32 for n in range(256))
_SIGNS = "’‘“”–—…•·«»€\u00a0"  # between words, and often all that a text has beyond ASCII
_WORD = re.compile(r"[^\W_]+")
_ACCENTS = re.compile("[\u0300-\u036f]+")  # not the marks of kana: they make other letters


def indexed(*texts: str) -> str:
    """What the index gets for some texts of an entry."""
    text = "\n".join(part for part in texts if part)
    for sign in _SIGNS:  # mostly the first is all
        if text.isascii():
            break
        text = text.replace(sign, " ")
    if not text.isascii() and not (text := _flat(text)).isascii():
        return " ".join(_split(text))
    return text.replace("\0", " ")


def words(text: str) -> list[str]:
    """The words of a text or query, as the index knows them, in order."""
    return _split_ascii(text) if text.isascii() else _split(_flat(text))


def letters(text: str) -> list[str]:
    """The words of a text, folded alike, with CJK runs whole."""
    return _split_ascii(text) if text.isascii() else _WORD.findall(_flat(text))


def asked(query: str) -> tuple[str, ...]:
    """The different words of any query, at most ``LONGEST_QUERY``; none when it has none."""
    found = dict.fromkeys(word for word in words(query) if len(word) <= LONGEST_WORD)
    return tuple(found)[:LONGEST_QUERY]


def quoted(word: str) -> str:
    """A word in FTS5's query language; a single CJK character stands for the pairs it begins."""
    return f'"{word}"*' if _ONE.fullmatch(word) else f'"{word}"'


def stands_in(word: str, among: set[str]) -> bool:
    """Whether a text with these words has this one, in the sense of ``quoted``."""
    if word in among:
        return True
    return _ONE.fullmatch(word) is not None and any(other.startswith(word) for other in among)


def _flat(text: str) -> str:
    """A text without case, accents, width and ligatures."""
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFKC", bare.casefold())


def _split_ascii(text: str) -> list[str]:
    return text.encode().translate(_ASCII_WORDS).decode().split()


def _split(flat: str) -> list[str]:
    return _WORD.findall(_RUN.sub(_pairs, flat))


def _pairs(match: re.Match[str]) -> str:
    run = match.group()
    if len(run) == 1:
        return f" {run} "
    return " " + " ".join(run[i : i + 2] for i in range(len(run) - 1)) + " "
