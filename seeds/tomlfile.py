"""Read a TOML file into typed rows, and say of a faulty one where and what is allowed.

``tomllib`` parses, ``msgspec`` judges the shape, ``seeds.locate`` finds the place; this
module joins them into one line for people.  What the rows mean is left to its callers.
"""

import re
import tomllib
from pathlib import Path
from typing import TypeVar

import msgspec

from seeds.locate import position
from storage.errors import UsageError, WatchlistError

T = TypeVar("T")

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")
_AT = re.compile(r" - at `\$?(.*)`$")


class Source:
    """A TOML text with the name that error messages call it by."""

    def __init__(self, source: Path | str | bytes, name: str | None = None) -> None:
        """Read ``source``: a path, or the bytes of a file.  Raises WatchlistError."""
        self.name = name or ("<bytes>" if isinstance(source, bytes) else str(source))
        raw = source if isinstance(source, bytes) else self._read(Path(source))
        try:
            self.text = raw.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
            bad = f"byte {raw[error.start]:#04x} is not UTF-8: save the file as UTF-8"
            raise WatchlistError(f"{self.name}:{line}:{column}: {bad}") from None

    def _read(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise WatchlistError(f"{self.name}: cannot be read: {error.strerror or error}") from None

    def rows(self, kind: type[T], allowed: dict[str, str] | None = None) -> T:
        """The file as ``kind``, a msgspec struct.  Raises WatchlistError with line and column.

        ``allowed`` says for a place, written as "entity.relations.kind", what may stand there.
        """
        try:
            data = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            raise WatchlistError(self._syntax(error)) from None
        except RecursionError:
            raise WatchlistError(f"{self.name}: lists or tables nested too deeply to be read") from None
        except ValueError:  # Python's bound on the digits of a number
            raise WatchlistError(f"{self.name}: a number with too many digits to be read") from None
        try:
            return msgspec.convert(data, kind)
        except msgspec.ValidationError as error:
            raise self.fault(*_judgement(str(error), kind, allowed or {})) from None

    def fault(self, path: tuple[str | int, ...], message: str) -> UsageError:
        """The error that says ``message`` of what stands at ``path``."""
        return WatchlistError(f"{self.place(path)}: {message}")

    def place(self, path: tuple[str | int, ...]) -> str:
        """File, line and column of what stands at ``path``."""
        line, column = position(self.text, path)
        return f"{self.name}:{line}:{column}"

    def _syntax(self, error: tomllib.TOMLDecodeError) -> str:
        text = str(error)
        found = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", text)
        if found is None:
            return f"{self.name}: not TOML: {text}"
        line, column = found.groups()
        if line is None:
            lines = self.text.split("\n")
            line, column = str(len(lines)), str(len(lines[-1]) + 1)
        return f"{self.name}:{line}:{column}: not TOML: {text[: found.start()]}"


def _judgement(text: str, kind: type, allowed: dict[str, str]) -> tuple[tuple[str | int, ...], str]:
    """Path and message from what msgspec says, with what is allowed there."""
    found = _AT.search(text)
    path = _steps(found.group(1)) if found else ()
    said = text[: found.start()] if found else text
    unknown = re.search(r"contains unknown field `(.+)`", said)
    if unknown:
        fields = ", ".join(_fields(kind, path))
        return (*path, unknown.group(1)), f'unknown key "{unknown.group(1)}"; allowed are {fields}'
    missing = re.search(r"missing required field `(.+)`", said)
    if missing:
        return path, f'the key "{missing.group(1)}" is missing here'
    name = next((step for step in reversed(path) if isinstance(step, str)), "")
    place = ".".join(step for step in path if isinstance(step, str))
    hint = f"; allowed: {allowed[place]}" if place in allowed else ""
    said = said.replace("`", "")
    return path, f"{name}: {said[:1].lower()}{said[1:]}{hint}" if name else said


def _steps(path: str) -> tuple[str | int, ...]:
    steps: list[str | int] = []
    for key, index in _STEP.findall(path):
        if key:
            steps.append(key)
        elif index != "...":
            steps.append(int(index))
    return tuple(steps)


def _fields(kind: type, path: tuple[str | int, ...]) -> list[str]:
    """The keys that the struct at ``path`` may have."""
    node = msgspec.inspect.type_info(kind)
    for step in path:
        node = _below(node, step)
    struct = _struct(node)
    return [field.encode_name for field in struct.fields] if struct else []


def _struct(node: msgspec.inspect.Type) -> msgspec.inspect.StructType | None:
    if isinstance(node, msgspec.inspect.StructType):
        return node
    if isinstance(node, msgspec.inspect.UnionType):
        return next((t for t in node.types if isinstance(t, msgspec.inspect.StructType)), None)
    return None


def _below(node: msgspec.inspect.Type, step: str | int) -> msgspec.inspect.Type:
    if isinstance(step, str):
        struct = _struct(node)
        fields = struct.fields if struct else ()
        return next((field.type for field in fields if field.encode_name == step), node)
    if isinstance(node, msgspec.inspect.ListType | msgspec.inspect.VarTupleType):
        return node.item_type
    return node
