"""Words for the full-text index: what is indexed, what a query asks for.

Pure.  SQLite's unicode61 tokenizer splits at everything that is no letter or digit;
Chinese, Japanese and Korean are written without spaces, so their runs are cut into
overlapping pairs of characters here, in texts and queries alike.
"""

import re
import unicodedata

LONGEST_QUERY = 32  # words of a query that count
LONGEST_WORD = 64  # characters

CJK = "぀-ヿ㐀-䶿一-鿿가-힯豈-﫿ｦ-ﾝ\U00020000-\U0002fa1f"
_RUN = re.compile(f"[{CJK}]+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")


def indexed(*texts: str) -> str:
    """The text that the index gets for some texts of an entry."""
    text = "\n".join(part for part in texts if part).replace("\0", " ")
    return text if text.isascii() else _RUN.sub(_pairs, text)


def words(text: str) -> list[str]:
    """The words of an indexed text or a query, as the index knows them, in order."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    return "".join(map(_letter, unicodedata.normalize("NFD", text.casefold()))).split()


def asked(query: str) -> tuple[str, ...]:
    """The different words of any query, at most ``LONGEST_QUERY``; none when it has none."""
    found = dict.fromkeys(word[:LONGEST_WORD] for word in words(indexed(query)))
    return tuple(found)[:LONGEST_QUERY]


def quoted(word: str) -> str:
    """A word as a string of FTS5's query language."""
    return '"' + word.replace('"', '""') + '"'


def _pairs(match: re.Match[str]) -> str:
    run = match.group()
    if len(run) == 1:
        return f" {run} "
    return " " + " ".join(run[i : i + 2] for i in range(len(run) - 1)) + " "


def _letter(character: str) -> str:
    if character.isalnum():
        return character
    return "" if unicodedata.combining(character) else " "
