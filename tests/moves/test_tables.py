"""The languages' tables of terms can be used, and say what the code asks of them."""

import re
from pathlib import Path

import pytest

from storage.model import MoveKind
from watchers.moves.lexicon import (
    FALLBACK,
    OTHERWISE,
    available,
    expand,
    lexicon_for,
    problems,
    read_table,
)

PROMISED = {"en", "pt", "es", "fr", "de", "nl", "ja", "zh"}
KINDS = 13


def test_every_promised_language_has_a_table() -> None:
    assert available() >= PROMISED


@pytest.mark.parametrize("lang", sorted(available()))
def test_a_table_has_no_faults(lang: str) -> None:
    assert problems(read_table(lang), lang) == []


@pytest.mark.parametrize("lang", sorted(available()))
def test_a_table_tells_every_kind_of_move(lang: str) -> None:
    assert len({frame.kind for frame in lexicon_for(lang).frames}) == KINDS


def test_the_glossary_names_the_roles_of_each_kind() -> None:
    glossary = (Path(__file__).parents[2] / "docs" / "glossary.md").read_text("utf-8")
    told = {
        kind: set(roles.split(", "))
        for kind, roles in re.findall(r"^\| `(\w+)` \|[^|]+\| ([\w, ]+) \|$", glossary, re.MULTILINE)
    }
    given: dict[str, set[str]] = {kind.value: set() for kind in MoveKind}
    for lang in available():
        for frame in lexicon_for(lang).frames:
            sides = (frame.left, frame.right, frame.left_org, frame.right_org, frame.adjacent)
            roles = {*sides, *frame.via.values(), *frame.marks.values()} - {None, OTHERWISE}
            given[frame.kind.value].update(role for role in roles if role is not None)
    assert told == given


def test_braces_stand_for_each_of_their_forms() -> None:
    assert list(expand("hire{s|d|}")) == ["hires", "hired", "hire"]
    assert list(expand("{a|b} c{d|e}")) == ["a cd", "a ce", "b cd", "b ce"]


def test_faults_of_a_table_are_named() -> None:
    table = read_table("it")
    table["hire"] = [
        {"say": ["nested {a{b|c}|d}"], "left": "boss", "needs": ["nearby:job|wizard"], "colour": 1}
    ]
    table["classes"]["idle"] = ["word"]
    found = "\n".join(problems(table, "it"))
    for fault in (
        "do not match",
        "unknown role 'boss'",
        "unknown range 'nearby'",
        "class 'wizard'",
        "class 'idle' is asked for by no frame",
        "key 'colour'",
    ):
        assert fault in found


def test_a_language_without_a_table_borrows_the_fallback() -> None:
    assert lexicon_for("sv") is lexicon_for(FALLBACK)
    assert lexicon_for(None) is lexicon_for(FALLBACK)


@pytest.mark.parametrize("lang", ["../en", "en/../de", ""])
def test_a_language_code_never_leads_out_of_the_folder(lang: str) -> None:
    assert lexicon_for(lang) is lexicon_for(FALLBACK)
