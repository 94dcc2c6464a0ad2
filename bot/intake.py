"""Reads the contract's JSON lines: one object a line in, one document a line out.

Pure but for the stream that it is given.  A line that cannot be read comes as a
``BadLine``, so that the lines around it are still answered; blank lines are skipped.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import msgspec

from bot.times import parse_moment
from storage.model import Document
from storage.model.noun import maker, noun

_LANG = re.compile(r"([A-Za-z]{2})(?:[-_].*)?")


class _Line(msgspec.Struct):
    """The keys that are read; others are ignored, only ``title`` is needed."""

    title: str
    id: str | int | None = None
    summary: str | None = None
    url: str | None = None
    published: str | None = None
    source: str | None = None
    lang: str | None = None


@noun
class GivenEntry:
    """One line as a document; without an ``id`` of its own its URL or line number serves."""

    number: int  # of the line, from 1
    id: str
    document: Document


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """A line that is no entry, and why."""

    number: int
    problem: str


def read_lines(lines: Iterable[bytes]) -> Iterator[GivenEntry | BadLine]:
    """Each line that is not blank, in order."""
    decode = msgspec.json.Decoder(_Line).decode
    for number, line in enumerate(lines, start=1):
        text = line.strip().removeprefix(b"\xef\xbb\xbf")
        if not text:
            continue
        try:
            given = decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            yield BadLine(number=number, problem=_problem(error))
        else:
            yield _entry(number, given)


def _entry(number: int, given: _Line) -> GivenEntry:
    known = "" if given.id is None else str(given.id)
    document = _document(
        given.title,
        given.summary or "",
        "",
        given.url or "",
        given.source or "",
        "",
        language(given.lang),
        parse_moment(given.published),
    )
    return _given(number, known or given.url or str(number), document)


_document: Callable[[str, str, str, str, str, str, str | None, datetime | None], Document] = maker(Document)
_given: Callable[[int, str, Document], GivenEntry] = maker(GivenEntry)


@lru_cache(maxsize=256)
def language(code: str | None) -> str | None:
    """``pt`` of ``pt-BR`` or ``PT``; None where the code says nothing."""
    match = _LANG.fullmatch(code.strip()) if code else None
    return match[1].lower() if match else None


def _problem(error: Exception) -> str:
    if isinstance(error, msgspec.ValidationError):
        return f"{error} (needed: a JSON object with a title; a text or null elsewhere)"
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return f"not JSON: {error}"
