"""Which table of terms a text is read with (``watchers/terms/<lang>.toml``), loaded on first use.

A table holds word classes (``job``, ``round``, ``product`` …), cues (status words, negators,
signs of background) and frames: the phrases that tell a move, what has to stand around
them, and which party stands where.  The format is explained in ``docs/languages.md``.
"""

from functools import lru_cache
from importlib import resources
from typing import Any

from watchers.moves.compiling import compile_table
from watchers.moves.lexicon import Lexicon
from watchers.tables import Fault, build, read_table

FALLBACK = "en"  # for languages without a table: international headlines borrow its words


def available() -> frozenset[str]:
    """Languages that have a table."""
    return frozenset(p.name[:-5] for p in _folder().iterdir() if p.name.endswith(".toml"))


@lru_cache(maxsize=64)
def lexicon_for(lang: str | None) -> Lexicon:
    """The compiled table of ``lang``, or English where there is none; built on first use.

    Raises TableError, which names file, line and section, where a table cannot be used.
    """
    if lang is None or not (lang.isalpha() and _folder().joinpath(f"{lang}.toml").is_file()):
        return lexicon_for(FALLBACK) if lang != FALLBACK else _load(FALLBACK)
    return _load(lang)


def read_terms(lang: str) -> dict[str, Any]:
    """The table as TOML gives it."""
    return read_table("watchers", f"terms/{lang}.toml")


def _load(lang: str) -> Lexicon:
    return build("watchers", f"terms/{lang}.toml", compile_table, lambda table: _problems(table, lang))


def _problems(table: dict[str, Any], lang: str) -> list[Fault]:
    from watchers.moves.faults import problems  # needed by none but a table with a fault

    return problems(table, lang)


def _folder() -> Any:
    return resources.files("watchers").joinpath("terms")
