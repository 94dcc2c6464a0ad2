"""What is wrong with a language's table of terms, and in which section.

Asked by the tests over all tables, and by ``watchers.moves.terms`` for one that it cannot use.
"""

from collections.abc import Iterator, Mapping, Set
from typing import Any

from storage.model import MoveStatus
from watchers.moves import resort
from watchers.moves.compiling import parse_conditions
from watchers.moves.grammar import SECTIONS
from watchers.moves.lexicon import OTHERWISE, Frame
from watchers.moves.schema import (
    CLASSES,
    COMPUTED,
    CUES,
    FLAGS,
    KEYS,
    KINDS,
    OPTIONAL,
    PHRASES,
    RANGES,
    ROLES,
)
from watchers.tables import Fault, expand, forms_asked_for, section_faults, word_fault

_FRAME_KEYS = {"say", *Frame.__dataclass_fields__} - {"kind", "asks", "last_resort"}
_NEEDED = ("classes", "cues", "status", "numbers", "grammar")


def problems(table: Mapping[str, Any], lang: str) -> list[Fault]:
    """What is wrong with a table, and where; empty when it can be used."""
    if table.get("lang") != lang:
        return [Fault("", "lang", f"is {table.get('lang')!r}, the file is that of {lang!r}")]
    found = [
        *_unknown(table),
        *(Fault("", name, "section is missing") for name in _NEEDED if name not in table),
    ]
    found += [
        Fault("", flag, "must be true or false")
        for flag in FLAGS
        if table.get(flag, True) not in (True, False)
    ]
    found += [
        f for name, kind in SECTIONS.items() if name in table for f in section_faults(kind, name, table[name])
    ]
    found += [f for name in ("reach", "numbers") for f in _value_faults(name, table.get(name, {}))]
    forms = table.get("forms", {})
    known = forms if isinstance(forms, dict) else {}
    found += [
        f for name in (*PHRASES, *KINDS) if name in table for f in _phrase_faults(name, table[name], known)
    ]
    found += _forms_faults(forms)
    found += _resort_faults(table.get("resort", {}))
    if word_fault(table.get("stop", [])):
        found.append(Fault("", "stop", word_fault(table["stop"])))
    return found or [*_name_faults(table), *_frames_faults(table)]


def _unknown(table: Mapping[str, Any]) -> Iterator[Fault]:
    for name in table.keys() - KEYS:
        at = name if isinstance(table[name], dict | list) else ""
        yield Fault(at, None if at else name, f"unknown {'section' if at else 'key'} {name!r}")


def _value_faults(name: str, section: Any) -> Iterator[Fault]:
    """Wrong types in the two sections of figures."""
    kinds: dict[str, type] = (
        {"decimal": str, "counters": list, "scale": dict, "currency": dict, "words": dict}
        if name == "numbers"
        else {"next": int, "side": int}
    )
    if not isinstance(section, dict):
        yield Fault(name, None, "is no section")
        return
    for key, value in section.items():
        if key not in kinds:
            yield Fault(name, key, f"unknown key; there are {', '.join(kinds)}")
        elif not isinstance(value, kinds[key]) or (isinstance(value, list | dict) and not all(value)):
            yield Fault(name, key, f"must be of type {kinds[key].__name__}, without empty words")


def _forms_faults(section: Any) -> Iterator[Fault]:
    if not isinstance(section, dict):
        yield Fault("forms", None, "is no section")
        return
    for key, value in section.items():
        if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
            yield Fault("forms", key, "must be a list of words or phrases")
        elif any(sign in one for one in value for sign in "{}|"):
            yield Fault("forms", key, "its words have no braces")


def _resort_faults(section: Any) -> Iterator[Fault]:
    """Keys of the last resort that are none, or whose words are none."""
    if not isinstance(section, dict):
        yield Fault("resort", None, "is no section")
        return
    for key in sorted(section.keys() - resort.KEYS - resort.SMALL):
        yield Fault("resort", key, f"unknown key; there are {', '.join(sorted(resort.KEYS | resort.SMALL))}")
    for key in sorted(section.keys() & resort.SMALL):
        if not isinstance(section[key], str):
            yield Fault("resort", key, 'must be words in one string, parted by "|"')
    words_of = {key: section[key] for key in section if key in resort.KEYS}
    yield from _phrase_faults("resort", words_of, {})


def _phrase_faults(name: str, section: Any, forms: Mapping[str, Any]) -> Iterator[Fault]:
    """Lists of phrases that are none, in which a phrase is empty, or asks for a form that is none."""
    if name in KINDS:
        if not isinstance(section, list):
            yield Fault(name, None, f"a frame begins with [[{name}]]")
            return
        listed: list[tuple[str | int, Any]] = [
            (number, row.get("say")) for number, row in enumerate(section, 1)
        ]
    elif isinstance(section, dict):
        listed = list(section.items())
    else:
        yield Fault(name, None, "is no section")
        return
    for key, value in listed:
        if name in KINDS and not value:
            yield Fault(name, key, "it says nothing")
        elif not isinstance(value, list):
            yield Fault(name, key, "must be a list of phrases")
        elif (
            problem := _form_fault(value, forms)
            or word_fault(value, blanks=name == "cues")
            or _gap_fault(value)
        ):
            yield Fault(name, key, problem)


def _gap_fault(patterns: list[str]) -> str:
    """Phrases are looked for as they stand: a gap would never be found."""
    gaps = (one for pattern in patterns for one in expand(pattern) if "*" in one.strip("*"))
    return next((f"{one!r} has a * within: it may stand at an end only" for one in gaps), "")


def _form_fault(value: list[Any], forms: Mapping[str, Any]) -> str:
    asked = {form for pattern in value if isinstance(pattern, str) for form in forms_asked_for(pattern)}
    unknown = sorted(asked - forms.keys())
    return f"there is no form {unknown[0]!r} in [forms]" if unknown else ""


def _name_faults(table: Mapping[str, Any]) -> Iterator[Fault]:
    """Classes, cues and statuses that are missing, or that nobody reads."""
    asked = CLASSES | OPTIONAL | _asked_for(table)
    for name in sorted(CLASSES - table["classes"].keys()):
        yield Fault("classes", None, f"class {name!r} is missing")
    for section, known in (
        ("classes", asked),
        ("cues", CUES),
        ("status", {status.value for status in MoveStatus}),
    ):
        for name in sorted(table[section].keys() - known):
            yield Fault(
                section,
                name,
                "is asked for by no frame" if section == "classes" else "is not one that is read",
            )


def _asked_for(table: Mapping[str, Any]) -> set[str]:
    """The classes that a table's frames ask for."""
    rows = (row for kind in KINDS for row in table.get(kind, ()))
    texts = (text for row in rows for text in (*row.get("needs", ()), *row.get("unless", ())))
    return {name for text in texts for condition in parse_conditions(text) for name in condition.wanted}


def _frames_faults(table: Mapping[str, Any]) -> Iterator[Fault]:
    for kind in sorted(KINDS):
        if not table.get(kind):
            yield Fault("", kind, "no frame tells this kind of move")
        for number, row in enumerate(table.get(kind, ()), 1):
            for problem in _frame_problems(row, table["classes"].keys() | COMPUTED):
                yield Fault(kind, number, problem)


def _frame_problems(row: Mapping[str, Any], classes: Set[str]) -> Iterator[str]:
    yield from (f"unknown key {key!r}" for key in row.keys() - _FRAME_KEYS)
    roles = [row.get(key) for key in ("left", "right", "left_org", "right_org", "adjacent")]
    for role in [*roles, *row.get("via", {}).values(), *row.get("marks", {}).values()]:
        if role is not None and role not in ROLES | {OTHERWISE}:
            yield f"unknown role {role!r}"
    for text in (*row.get("needs", ()), *row.get("unless", ())):
        for condition in parse_conditions(text):
            if condition.reach not in RANGES:
                yield f"unknown range {condition.reach!r} in {text!r}"
            yield from (
                f"unknown class {name!r} in {text!r}" for name in condition.wanted if name not in classes
            )
