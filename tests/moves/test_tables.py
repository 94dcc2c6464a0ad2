"""The languages' tables of terms can be used, and say what the code asks of them."""

import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from storage.errors import TableError
from storage.model import MoveKind
from watchers.moves.compiling import compile_table
from watchers.moves.faults import problems
from watchers.moves.lexicon import OTHERWISE
from watchers.moves.terms import FALLBACK, available, lexicon_for, read_terms
from watchers.tables import build, expand, line_of, read_part, read_table, with_forms

PROMISED = {"en", "pt", "es", "fr", "de", "nl", "ja", "zh"}
KINDS = 13


def test_every_promised_language_has_a_table() -> None:
    assert available() >= PROMISED


@pytest.mark.parametrize("lang", sorted(available()))
def test_a_table_has_no_faults(lang: str) -> None:
    assert problems(read_terms(lang), lang) == []


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
    assert expand("hire{s|d|}") == ["hires", "hired", "hire"]
    assert expand("{a|b} c{d|e}") == ["a cd", "a ce", "b cd", "b ce"]


def test_forms_that_many_phrases_share_are_named_once() -> None:
    forms = {"perfect": ["a", "ont"], "intends": ["va", "compte"]}
    written = with_forms({"say": ["{perfect} recrut{é|ée}", "{intends} recruter"]}, forms)
    assert [one for pattern in written["say"] for one in expand(pattern)] == [
        "a recruté",
        "a recrutée",
        "ont recruté",
        "ont recrutée",
        "va recruter",
        "compte recruter",
    ]


def test_a_form_that_nobody_named_is_a_fault() -> None:
    table = read_terms("it")
    table["classes"]["job"] = ["{perfetto} assunto"]
    table["cues"]["past"] = ["{perfetto}"]
    table["forms"] = {"passato": ["ha"]}
    assert [str(fault) for fault in problems(table, "it")] == [
        "[classes] job: there is no form 'perfetto' in [forms]",
        "[cues] past: there is no form 'perfetto' in [forms]",
    ]
    table["forms"] = {"perfetto": ["ha", "hanno"]}
    assert problems(table, "it") == []
    table["forms"] = {"perfetto": ["{ha|hanno}"]}
    assert "[forms] perfetto: its words have no braces" in [str(fault) for fault in problems(table, "it")]


def test_faults_of_a_table_are_named() -> None:
    table = read_terms("it")
    table["hire"] = [{"say": ["assume"], "left": "boss", "needs": ["nearby:job|wizard"], "colour": 1}]
    table["classes"]["idle"] = ["word"]
    found = "\n".join(map(str, problems(table, "it")))
    for fault in (
        "unknown role 'boss'",
        "unknown range 'nearby'",
        "class 'wizard'",
        "[classes] idle: is asked for by no frame",
        "key 'colour'",
    ):
        assert fault in found


def test_a_language_without_a_table_borrows_the_fallback() -> None:
    assert lexicon_for("sv") is lexicon_for(FALLBACK)
    assert lexicon_for(None) is lexicon_for(FALLBACK)


@pytest.mark.parametrize("lang", ["../en", "en/../de", ""])
def test_a_language_code_never_leads_out_of_the_folder(lang: str) -> None:
    assert lexicon_for(lang) is lexicon_for(FALLBACK)


SPACED = sorted(available() - {"zh", "ja", "ko"})


@pytest.mark.parametrize("lang", SPACED)
def test_a_table_of_a_language_with_blanks_says_how_it_joins_words(lang: str) -> None:
    grammar = lexicon_for(lang).grammar
    assert grammar.ands
    assert grammar.prepositions


@pytest.mark.parametrize("lang", sorted(available()))
def test_a_table_counts_and_weighs(lang: str) -> None:
    numbers = lexicon_for(lang).numbers
    assert numbers.scale
    assert numbers.words
    assert {"USD", "EUR"} <= set(numbers.currency.values())


@pytest.mark.parametrize("section", ["classes", "cues", "status", "numbers", "grammar", "funding"])
def test_a_missing_section_is_named(section: str) -> None:
    table = read_terms("it")
    del table[section]
    assert section in str(problems(table, "it")[0])


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ('[sides]\nsuppliers = ["", "fornitore"]', "line 2, [sides] suppliers: '' may be an empty word"),
        ("[grammar]\nof = 3", "line 2, [grammar] of: must be words in one string, or a list of strings"),
        ("[naming]\nelided = 1", "line 2, [naming] elided: must be of type str"),
        ("[naming]\nbeside = '(ein'", "line 2, [naming] beside: is no regular expression"),
        ('[grammar]\nagents = "por"', "line 2, [grammar] agents: must be"),
        ('[wizardry]\nof = "x"', "line 1, [wizardry]: unknown section 'wizardry'"),
        ('colour = "red"', "line 1, colour: unknown key 'colour'"),
        ('[cues]\nnegation = "non"', "line 2, [cues] negation: must be a list of phrases"),
        (
            '[[hire]]\nsay = ["assume"]\n\n[[hire]]\nsay = ["{|x}"]',
            "line 4, [hire] 2: '{|x}' may be an empty word",
        ),
        (
            '[[hire]]\nsay = ["nested {a{b|c}|d}"]',
            "line 1, [hire] 1: braces in 'nested {a{b|c}|d}' do not match",
        ),
        (
            '[[hire]]\nsay = ["zu {A|B}* gewechselt"]',
            "line 1, [hire] 1: 'zu A* gewechselt' has a * within: it may stand at an end only",
        ),
        ("forms = 3", "line 1, [forms]: is no section"),
        ("[numbers]\nscale = 3", "line 2, [numbers] scale: must be of type dict"),
    ],
)
def test_a_fault_is_told_with_its_line_and_section(wrong: str, told: str) -> None:
    table = read_terms("it") | tomllib.loads(wrong)
    faults = [f"line {line_of(wrong, fault)}, {fault}" for fault in problems(table, "it")]
    assert any(fault.startswith(told) for fault in faults), faults


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package for a table of the test's own."""
    (tmp_path / "wordless").mkdir()
    (tmp_path / "wordless" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path / "wordless"
    sys.modules.pop("wordless", None)


def test_a_table_that_is_no_toml_is_told_with_its_line_and_section(package: Path) -> None:
    (package / "xx.toml").write_text('lang = "xx"\n[grammar]\nof = "de\n', "utf-8")
    with pytest.raises(TableError, match=r"^wordless/xx\.toml, line 3, \[grammar\]: "):
        read_table("wordless", "xx.toml")


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("[grammar]", "[grammar]\nwands = 'e'", "[grammar] wands: unknown key; there are "),
        ("[grammar]", "[wizardry]\n[grammar]", "[wizardry]: unknown section 'wizardry'"),
        ('ands = "e"', "ands = 3", "[grammar] ands: must be words in one string, or a list of strings"),
        ('denied = ["nega", ', 'denied = ["*", ', "[status] denied: '*' may be an empty word"),
        ('denied = ["nega", ', 'denied = ["{|s}", ', "[status] denied: '{|s}' may be an empty word"),
        ("[cues]", "[hints]", "[hints]: unknown section 'hints'"),
    ],
)
def test_loading_a_table_with_a_fault_tells_it(package: Path, right: str, wrong: str, told: str) -> None:
    text = files("watchers").joinpath("terms/it.toml").read_text("utf-8")
    assert right in text
    (package / "it.toml").write_text(text.replace(right, wrong), "utf-8")
    line = text.partition(right)[0].count("\n") + 1 + wrong.count("\n") * ("wands" in wrong)
    with pytest.raises(TableError, match="^" + re.escape(f"wordless/it.toml, line {line}, {told}")):
        build("wordless", "it.toml", compile_table, lambda table: problems(table, "it"))


def test_a_part_of_a_table_is_read_alone_and_its_faults_keep_their_line(package: Path) -> None:
    (package / "xx.toml").write_text(
        'lang = "xx"\n[roles]\nhead = ["x"]\n[ordinary]\nwords = "a b"\n', "utf-8"
    )
    assert read_part("wordless", "xx.toml", ["ordinary"]) == {"ordinary": {"words": "a b"}}
    assert read_part("wordless", "xx.toml", ["ordinary"], others=True) == {
        "lang": "xx",
        "roles": {"head": ["x"]},
    }
    (package / "xx.toml").write_text(
        'lang = "xx"\n[roles]\nhead = ["x"]\n[ordinary]\nwords = "a b\n', "utf-8"
    )
    with pytest.raises(TableError, match=r"^wordless/xx\.toml, line 5, \[ordinary\]: "):
        read_part("wordless", "xx.toml", ["ordinary"])
