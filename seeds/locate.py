"""Find where a value stands in a TOML text: ``("entity", 2, "aliases", 0)`` -> line 31, column 3.

``tomllib`` tells positions only of syntax errors; this small scanner tells them for errors
of meaning, in files that already parsed.  It leaves parsing to ``tomllib`` and judging to
``seeds.tomlfile``.  What it cannot find it answers with the nearest place it did find.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

_HEADER = re.compile(r"[ \t]*\[\[?[ \t]*([^\]\n]+?)[ \t]*\]\]?")
_SIGN = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?|"(?:[^"\\]|\\.)*+"?'  # strings, also one that never ends
    r"|'''(?:[^']|'(?!''))*+(?:''')?|'[^']*+'?"
    r"|#[^\n]*+|\n|[\[\]{},=]|[^\s\[\]{},=\"'#]++",
    re.DOTALL,
)


def position(text: str, path: Sequence[str | int]) -> tuple[int, int]:
    """Line and column, both from 1, of the value (or, for a table, its header) at ``path``."""
    return line_and_column(text, _offset(text, tuple(path)))


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Line and column, both from 1, of a code point."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def _offset(text: str, path: tuple[str | int, ...]) -> int:
    headers = _headers(text)
    ends = [*(at for at, _ in headers[1:]), len(text)]
    here, span = 0, (0, headers[0][0] if headers else len(text))
    title, rest, until = "", path, len(text)
    while len(rest) >= 2 and isinstance(rest[0], str) and isinstance(rest[1], int):
        title = f"{title}.{rest[0]}" if title else rest[0]
        named = [n for n, (at, name) in enumerate(headers) if name == title and here <= at < until]
        if rest[1] >= len(named):
            break  # no [[table]] of that name: the value stands inside the last one found
        n = named[rest[1]]
        here, span = headers[n][0], (headers[n][0], ends[n])
        until = headers[named[rest[1] + 1]][0] if rest[1] + 1 < len(named) else until
        rest = rest[2:]
    return _inside(text, *span, rest)


@lru_cache(maxsize=1)  # of a file with many faults
def _headers(text: str) -> list[tuple[int, str]]:
    """Offset and title of each table header."""
    headers, depth, covered = [], 0, 0
    for at, sign in _signs(text, 0):
        if at < covered:
            continue
        if sign == "[" and depth == 0 and not text[text.rfind("\n", 0, at) + 1 : at].strip():
            found = _HEADER.match(text, at)
            if found:
                headers.append((at, found.group(1).strip("\"' ")))
                covered = found.end()
                continue
        depth += (sign in "[{") - (sign in "]}")
    return headers


def _signs(text: str, start: int) -> Iterator[tuple[int, str]]:
    """What is in no string and no comment, told by its first character: signs, words, strings, line ends."""
    for found in _SIGN.finditer(text, start):
        sign = text[found.start()]
        if sign != "#":
            yield found.start(), sign


def _inside(text: str, start: int, end: int, path: tuple[str | int, ...]) -> int:
    """Follow ``path`` through keys and array elements between ``start`` and ``end``."""
    at = start
    for step in path:
        found = _key(text, at, end, step) if isinstance(step, str) else _element(text, at, end, step)
        if found is None:
            break
        at = found
    return at


def _key(text: str, start: int, end: int, key: str) -> int | None:
    """Offset of ``key`` at the level that ``start`` opens."""
    names = (key, f'"{key}"', f"'{key}'")
    inline = text.startswith("{", start)
    wanted = 1 if inline else 0
    # A header's own brackets would count as depth: begin behind them.
    header = None if inline else _HEADER.match(text, start)
    depth, line_start = 0, True
    for at, sign in _signs(text, header.end() if header else start):
        if at >= end:
            break
        if depth == wanted and line_start and not sign.isspace():
            for name in names:
                if text.startswith(name, at) and re.match(r"[ \t]*=", text[at + len(name) :]):
                    return at
        depth += (sign in "[{") - (sign in "]}")
        if inline and depth == 0:
            break
        line_start = sign in ",{\n" or (line_start and sign.isspace())
    return None


def _element(text: str, start: int, end: int, index: int) -> int | None:
    """Offset of the ``index``-th element of the array whose key stands at ``start``."""
    depth, seen, fresh = 0, -1, False
    for at, sign in _signs(text, start):
        if at >= end:
            break
        if depth == 1 and fresh and not sign.isspace() and sign not in ",]":
            seen, fresh = seen + 1, False
            if seen == index:
                return at
        depth += (sign in "[{") - (sign in "]}")
        if depth == 1 and sign in "[,":
            fresh = True
        if depth == 0 and sign == "]":
            break
    return None
