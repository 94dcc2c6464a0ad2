"""The table of words that tell little, and of numbers, can be used in every language it names."""

import re

import pytest

from tests.stories.newsroom import fingerprint
from watchers.stories.background import background
from watchers.stories.bystanders import stands_by
from watchers.stories.numbers import numbers
from watchers.stories.vocabulary import is_comment, listed
from watchers.text import fold

TOLD = {
    "en": "Quanta cuts 200 jobs after the takeover",
    "de": "Quanta streicht 200 Stellen nach der Übernahme",
    "nl": "Quanta schrapt 200 banen na de overname",
    "fr": "Quanta supprime 200 postes après le rachat",
    "es": "Quanta recorta 200 empleos tras la compra",
    "pt": "Quanta corta 200 vagas após a compra",
    "it": "Quanta taglia 200 posti dopo l'acquisto",
}


@pytest.mark.parametrize("lang", sorted(listed("background")))
def test_each_language_parts_the_background_of_a_headline(lang: str) -> None:
    start, end = background(TOLD[lang], lang) or (0, 0)
    assert (TOLD[lang].index("200") < start, end) == (True, len(TOLD[lang]))


@pytest.mark.parametrize("section", ["bystanders_behind", "bystanders_before"])
def test_what_stands_beside_a_bystander_are_regular_expressions(section: str) -> None:
    for form in listed(section).values():
        assert re.compile(form).fullmatch("") is None


def test_a_supplier_only_says_whose_it_is() -> None:
    assert stands_by("Corvid supplier Quanta sued", 0, 6, "en")
    assert stands_by("Fournisseur de Corvid en justice", 15, 21, "fr")
    assert not stands_by("Corvid sues Quanta", 0, 6, "en")
    assert not stands_by("Corvid supplier Quanta sued", 0, 6, "sv")


@pytest.mark.parametrize(
    ("text", "lang", "told"),
    [
        ("14,3 Milliarden", "de", [14.3e9]),
        ("mil millones", "es", []),
        ("3 mil millones", "es", [3e9]),
        ("treinta y cinco", "es", [35]),
        ("two hundred", "en", [200]),
        ("3亿5000万", "zh", [3.5e8]),
        ("12 milhões", "pt", [12e6]),
        ("40k", "en", [40e3]),
    ],
)
def test_numbers_are_read_with_their_magnitude(text: str, lang: str, told: list[float]) -> None:
    assert list(numbers(fold(text), lang)) == told


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Microsoft invests in OpenAI", "en"), ("微软投资 OpenAI", "zh")),
        (("Lawsuit in California against Meta", "en"), ("Klage in Kalifornien gegen Meta", "de")),
        (("OpenAI opens an office in Brussels", "en"), ("OpenAI abre escritório em Bruxelas", "pt")),
        (("Kenya sues Outlier AI", "en"), ("肯尼亚起诉 Outlier AI", "zh")),
    ],
)
def test_a_listed_name_meets_itself_in_any_language(one: tuple[str, str], other: tuple[str, str]) -> None:
    ours, theirs = (fingerprint(title, lang=lang) for title, lang in (one, other))
    assert {*ours.names, *ours.words} & set(theirs.names)


def test_a_compound_of_known_words_is_no_name() -> None:
    fp = fingerprint("Meta sichert sich Bildgenerator-Technik", lang="de")
    assert ("image" in fp.concepts, fp.names) == (True, ())


@pytest.mark.parametrize(
    "headline",
    [
        "I tried five label markets. Here is how Mercor did",
        "The 7 oddest clauses in Mercor's prospectus",
        "Mercor's numbers, explained",
        "Everyone who has left Scale AI since spring",
        "Scale AI: was wir wissen",
        "Rachat de Mercor : ce qu'il faut savoir",
    ],
)
def test_lists_and_explainers_tell_no_event(headline: str) -> None:
    assert is_comment(headline)


@pytest.mark.parametrize(
    "headline",
    [
        "Mercor lays off 40 people",
        "Scale AI hires the 300 people of Quanta",
        "The 300 people of Quanta join Meta",
    ],
)
def test_news_with_a_number_is_no_list(headline: str) -> None:
    assert not is_comment(headline)
