"""The table of words that tell little, and of numbers, can be used in every language it names."""

import re

import pytest

from watchers.stories.background import background
from watchers.stories.bystanders import stands_by
from watchers.stories.numbers import numbers
from watchers.stories.vocabulary import listed
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
