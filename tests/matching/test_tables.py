"""The languages' tables of cues can be used; a fault in one is told with its line and section."""

import tomllib
from importlib.resources import files

import pytest

from watchers.matching.cues import CJK, cues, languages, names_in, ordinary_words, problems
from watchers.tables import line_of, read_table
from watchers.text import fold

PROMISED = {"en", "pt", "es", "fr", "de", "nl", "ja", "zh"}


def test_every_promised_language_has_a_table() -> None:
    assert set(languages()) >= PROMISED
    assert languages()[0] == "en"


@pytest.mark.parametrize("lang", [*languages(), "other"])
def test_a_table_has_no_faults(lang: str) -> None:
    assert list(problems(read_table("watchers.matching", f"cues/{lang}.toml"))) == []


@pytest.mark.parametrize("lang", languages())
def test_a_table_says_what_stands_beside_names_and_names_roles(lang: str) -> None:
    told = cues(lang)
    assert told.right if lang in CJK else told.verbs
    assert "chief executive" in told.roles.values()


@pytest.mark.parametrize("lang", sorted(PROMISED))
def test_a_promised_language_describes_makers_and_owners(lang: str) -> None:
    told = names_in(lang).described
    assert all("{}" in wording for wording in f"{told.maker}|{told.owner}".split("|"))


def test_a_section_read_alone_is_that_of_the_whole_table() -> None:
    for lang in languages():
        whole = tomllib.loads(files("watchers.matching").joinpath(f"cues/{lang}.toml").read_text("utf-8"))
        words = whole.get("ordinary", {}).get("words", "").split()
        assert {word for word, langs in ordinary_words().items() if lang in langs} == set(map(fold, words))


def test_a_language_without_a_table_has_the_words_of_all_latin_ones() -> None:
    assert cues("sv") is cues(None)
    assert cues("sv") is cues("xx")
    assert cues("sv").verbs >= cues("de").verbs | cues("fr").verbs
    assert not cues("sv").verbs & cues("ru").verbs


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("verbs = 3", "line 1, verbs: must be words in one string, or a list of strings"),
        ('verbs = "sagt"\ncolour = "red"', "line 2, colour: unknown key; there are about, "),
        ('of = ["von", ""]', "line 1, of: '' may be an empty word"),
        ('latin = "no"', "line 1, latin: must be of type bool"),
        ('[wizardry]\nof = "von"', "line 1, [wizardry]: unknown section 'wizardry'"),
        ('[roles]\n"founder" = "Gründer"', "line 2, [roles] founder: must be a list of phrases"),
        (
            "[ordinary]\nwords = [1]",
            "line 2, [ordinary] words: must be words in one string, or a list of strings",
        ),
        ('[described]\nmakers = "{}"', "line 2, [described] makers: unknown key; there are listed_maker, "),
    ],
)
def test_a_fault_is_told_with_its_line_and_section(wrong: str, told: str) -> None:
    faults = [f"line {line_of(wrong, fault)}, {fault}" for fault in problems(tomllib.loads(wrong))]
    assert any(fault.startswith(told) for fault in faults), faults
