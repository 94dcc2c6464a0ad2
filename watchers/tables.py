"""Tables of words, one file a language: how they are read, and how a fault in one is told.

    [section]
    words = "plain words, parted by blanks"
    phrases = ["of several words", "braces for {form|forms}"]

Which sections and keys a table has is said where it is used: a section is a dataclass
whose fields are its keys, each with an empty default of its type.  A fault names file,
line, section and key.
"""

import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, fields
from importlib.resources import files
from typing import Any, NamedTuple, TypeVar

from storage.errors import TableError
from watchers.text import fold

_S = TypeVar("_S")
_BRACES = re.compile(r"\{([^{}]*)\}")
_FORM = re.compile(r"\{(\w+)\}")
_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]", re.MULTILINE)


class Fault(NamedTuple):
    """What is wrong in a table, and where: a section, the key in it or the number of the frame."""

    section: str
    key: str | int | None
    problem: str

    def __str__(self) -> str:
        place = f" {self.key}" if self.key is not None else ""
        return f"[{self.section}]{place}: {self.problem}" if self.section else f"{self.key}: {self.problem}"


def read_table(package: str, name: str) -> dict[str, Any]:
    """The table ``name`` of a package as TOML gives it; TableError where it is no TOML."""
    text = _text(package, name)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        end = int(line[1]) if line else text.count("\n") + 1
        headers = list(_HEADER.finditer("\n".join(text.split("\n")[:end])))
        section = f", [{headers[-1][2]}]" if headers else ""
        raise TableError(f"{_path(package, name)}, line {end}{section}: {error}") from None


def read_part(package: str, name: str, sections: Collection[str], *, others: bool = False) -> dict[str, Any]:
    """Only ``sections`` of a table, or with ``others`` all but them; what is left out costs no time.

    No line within a string may begin with a bracket.
    """
    pieces = re.split(r"^(?=\[)", _text(package, name), flags=re.MULTILINE)
    headers = tuple(f"[{one}]" for one in sections)
    try:
        return tomllib.loads("".join(one for one in pieces if one.startswith(headers) is not others))
    except tomllib.TOMLDecodeError:
        read_table(package, name)  # tells the fault with its line
        raise


def build(
    package: str,
    name: str,
    make: Callable[[dict[str, Any]], _S],
    faults: Callable[[dict[str, Any]], Iterable[Fault]],
    read: Callable[[str, str], dict[str, Any]] = read_table,
) -> _S:
    """What ``make`` makes of what is read of a table; TableError with the first of its ``faults`` where it cannot."""
    try:
        return make(read(package, name))
    except (AttributeError, LookupError, TypeError, ValueError):
        found = next(iter(faults(read_table(package, name))), None)
        if found is None:
            raise  # a fault of the code, not of the table
        raise refuse(package, name, found) from None


def refuse(package: str, name: str, fault: Fault) -> TableError:
    """The error to raise for a fault: with the line that it stands in."""
    return TableError(f"{_path(package, name)}, line {line_of(_text(package, name), fault)}, {fault}")


def line_of(text: str, fault: Fault) -> int:
    """The line of a table in which a fault stands; 1 where it is about the whole of it."""
    lines, inside, seen = text.split("\n"), not fault.section, 0
    begin = 1
    for number, line in enumerate(lines, 1):
        if (header := _HEADER.match(line)) is not None:
            if inside and seen:
                break
            inside = header[2] == fault.section
            seen += inside
            if inside and (not isinstance(fault.key, int) or seen == fault.key):
                begin = number
                if fault.key is None or isinstance(fault.key, int):
                    return number
            inside = inside and not isinstance(fault.key, int)
        elif inside and re.match(rf"""\s*["']?{re.escape(str(fault.key))}["']?\s*=""", line):
            return number
    return begin


def _text(package: str, name: str) -> str:
    return files(package).joinpath(name).read_text(encoding="utf-8")


def _path(package: str, name: str) -> str:
    return f"{package.replace('.', '/')}/{name}"


# --- words --------------------------------------------------------------------------------


def expand(pattern: str) -> list[str]:
    """``hire{s|d|}`` -> hires, hired, hire.  Braces may not nest."""
    if "{" not in pattern:
        return [pattern]
    forms = [""]
    for i, piece in enumerate(_BRACES.split(pattern)):
        forms = [form + one for form in forms for one in (piece.split("|") if i % 2 else (piece,))]
    return forms


def with_forms(part: Any, forms: Mapping[str, list[str]]) -> Any:
    """A part of a table in whose phrases each ``{name}`` of ``forms`` is written out.

    Raises KeyError where there is no form of that name.
    """
    if isinstance(part, str):
        return _FORM.sub(lambda name: "{" + "|".join(forms[name[1]]) + "}", part)
    if isinstance(part, list):
        return [with_forms(one, forms) for one in part]
    if isinstance(part, dict):
        return {key: with_forms(one, forms) for key, one in part.items()}
    return part


def forms_asked_for(pattern: str) -> list[str]:
    """The names of the forms in a phrase."""
    return _FORM.findall(pattern)


def braces_match(pattern: str) -> bool:
    """Whether each brace is closed, and none stands inside another."""
    return re.search(r"[{}]", _BRACES.sub("", pattern)) is None


def words(listed: str | list[str]) -> tuple[str, ...]:
    """The words or phrases of a key, folded, in order."""
    given = listed.split() if isinstance(listed, str) else listed
    return tuple(word for pattern in given for word in expand(fold(pattern)))


def either(phrases: tuple[str, ...] | frozenset[str]) -> str:
    """A regular expression for one of ``phrases``, in which ``*`` lets letters follow; none: never found."""
    longest = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return "|".join(re.escape(one).replace(r"\*", r"\w*") for one in longest) or "(?!)"


def leading(phrases: tuple[str, ...]) -> str:
    """The same with the blank behind each, which an apostrophe makes needless: "de ", "d'"."""
    return "|".join(re.escape(one) + ("" if one.endswith("'") else r"\s") for one in phrases) or "(?!)"


# --- sections -----------------------------------------------------------------------------


def read_section(kind: type[_S], table: Mapping[str, Any]) -> _S:
    """A section as the dataclass that it is for; what is not listed is empty.

    Raises KeyError, TypeError or AttributeError where ``section_faults`` finds something.
    """
    given = dict(table)
    for one in fields(kind):  # type: ignore[arg-type]
        if one.name in table:
            value, empty = table[one.name], _empty(one)
            if isinstance(empty, frozenset):
                value = frozenset(words(value))
            elif isinstance(empty, tuple):
                value = words(value)
            elif isinstance(empty, dict):
                value = {word: told for listed, told in value.items() for word in words([listed])}
            given[one.name] = value
    return kind(**given)


def section_faults(kind: type, name: str, table: Any) -> Iterator[Fault]:
    """What is wrong with a section: a key that nobody asks for, a value of another type, an empty word."""
    if not isinstance(table, dict):
        yield Fault(name, None, "is no section")
        return
    known = {one.name: _empty(one) for one in fields(kind)}
    for key in table.keys() - known.keys():
        yield Fault(name, key, f"unknown key; there are {', '.join(sorted(known))}")
    for key in known.keys() & table.keys():
        problem = _value_fault(table[key], known[key])
        if problem:
            yield Fault(name, key, problem)


def _value_fault(value: Any, empty: Any) -> str:
    if isinstance(empty, frozenset | tuple):
        return word_fault(value)
    if isinstance(empty, dict):
        good = isinstance(value, dict) and all(value) and all(isinstance(one, str) for one in value.values())
        return "" if good else 'must be { "a phrase" = "a word" }'
    if type(value) is not type(empty):
        return f"must be of type {type(empty).__name__}"
    if isinstance(value, str):
        try:
            re.compile(value)
        except re.error as error:
            return f"is no regular expression: {error}"
    return ""


def word_fault(value: Any, *, blanks: bool = False) -> str:
    """What is wrong with words or phrases; empty where nothing is.  ``blanks``: they may have some at their ends."""
    if isinstance(value, str):
        value = value.split() or [""]
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return "must be words in one string, or a list of strings"
    for pattern in value:
        if not braces_match(pattern):
            return f"braces in {pattern!r} do not match"
        for phrase in expand(pattern):
            if not fold(phrase.strip("*")).strip():
                return f"{pattern!r} may be an empty word"
            if not blanks and (phrase.strip() != phrase or "  " in phrase):
                return f"{pattern!r} has stray blanks"
    return ""


def _empty(one: "Field[Any]") -> Any:
    return one.default_factory() if one.default_factory is not MISSING else one.default
