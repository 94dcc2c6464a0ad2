"""Sums of money and counts of people, as eleven languages write them."""

import pytest

from watchers.moves.amounts import EARNED, PAID, WORTH, find_amounts, find_counts, parse_number
from watchers.moves.page import Page, read
from watchers.moves.terms import lexicon_for


def _page(text: str, lang: str) -> Page:
    page = read("title", text, lexicon_for(lang), [])
    page.open()
    return page


@pytest.mark.parametrize(
    ("lang", "text", "value", "currency"),
    [
        ("en", "raises $14.3 billion", 14.3e9, "USD"),
        ("en", "raises $14.3B", 14.3e9, "USD"),
        ("en", "raises US$350m", 350e6, "USD"),
        ("en", "raises €40m", 40e6, "EUR"),
        ("en", "raises £120 million", 120e6, "GBP"),
        ("en", "a 14.3 billion dollar deal", 14.3e9, "USD"),
        ("en", "raises $1,250,000", 1_250_000, "USD"),
        ("pt", "levanta US$ 14,3 bilhões", 14.3e9, "USD"),
        ("pt", "investe US $ 14,3 bilhões", 14.3e9, "USD"),
        ("pt", "recebe R$ 300 milhões", 300e6, "BRL"),
        ("pt", "investe 2 mil milhões de euros", 2e9, "EUR"),
        ("es", "recauda 2.000 millones de dólares", 2e9, "USD"),
        ("es", "invierte 14.300 millones de dólares", 14.3e9, "USD"),
        ("fr", "lève 3,5 milliards de dollars", 3.5e9, "USD"),
        ("fr", "lève 40 M€", 40e6, "EUR"),
        ("de", "sammelt 1,5 Mrd. Euro ein", 1.5e9, "EUR"),
        ("de", "zahlt 14 Milliarden Dollar", 14e9, "USD"),
        ("nl", "haalt 6,5 miljard dollar op", 6.5e9, "USD"),
        ("it", "raccoglie 350 milioni di dollari", 350e6, "USD"),
        ("ru", "привлекла $350 млн", 350e6, "USD"),
        ("ja", "150億ドルを調達", 15e9, "USD"),
        ("ja", "3億5000万ドルを調達", 350e6, "USD"),
        ("ja", "約2兆円を投資", 2e12, "JPY"),
        ("zh", "融资10 亿美元", 1e9, "USD"),
        ("zh", "获9900万美元合同", 99e6, "USD"),
        ("ko", "3억5000만 달러 투자", 350e6, "USD"),
    ],
)
def test_a_sum_is_read_in_whole_units(lang: str, text: str, value: float, currency: str) -> None:
    [amount] = find_amounts(_page(text, lang), 0, 99)
    assert (amount.value, amount.currency) == (pytest.approx(value), currency)


@pytest.mark.parametrize(
    ("text", "senses"),
    [
        ("raises $350M at a $10B valuation", [PAID, WORTH]),
        ("raises $350M, valuing it at $10B", [PAID, WORTH]),
        ("seeks $1bn at a valuation of more than $15bn", [PAID, WORTH]),
        ("hits $500 million in annualized revenue", [EARNED]),
        ("buys it for $6.5 billion", [PAID]),
    ],
)
def test_what_is_paid_is_told_from_what_it_is_worth_and_what_is_earned(text: str, senses: list[str]) -> None:
    assert [a.sense for a in find_amounts(_page(text, "en"), 0, 99)] == senses


@pytest.mark.parametrize(
    "text", ["a model with 70 billion parameters", "3 billion people", "GPT-5 in 2026", "5GW"]
)
def test_what_is_no_money_is_no_sum(text: str) -> None:
    assert find_amounts(_page(text, "en"), 0, 99) == []


@pytest.mark.parametrize(
    ("text", "decimal", "scale", "value"),
    [
        ("14,3", ",", 1e9, 14.3),
        ("14.3", ",", 1e9, 14.3),
        ("2.000", ",", 1e6, 2000),
        ("2,500", ",", 1e6, 2500),  # as Mexico writes it
        ("1,125", ",", 1e9, 1.125),
        ("1.234,5", ",", 1.0, 1234.5),
        ("1,234", ".", 1.0, 1234),
        ("1.500", ".", 1e6, 1.5),
        ("..", ".", 1.0, None),
    ],
)
def test_a_number_follows_its_language_or_its_digits(
    text: str, decimal: str, scale: float, value: float | None
) -> None:
    assert parse_number(text, decimal, scale) == value


@pytest.mark.parametrize(
    ("lang", "text", "counts"),
    [
        ("en", "lays off 200 employees", [200]),
        ("en", "cuts 1,200 positions", [1200]),
        ("en", "poaches four senior engineers", [4]),
        ("en", "cuts 14% of its staff", []),
        ("en", "pays $200 million to its staff", []),
        ("de", "streicht 200 Stellen", [200]),
        ("de", "entlässt 14 Prozent der Belegschaft", []),
        ("fr", "supprime 14 % de ses effectifs", []),
        ("ja", "従業員200人を解雇", [200]),
        ("zh", "裁员8000人", [8000]),
        ("zh", "两名科学家出走", [2]),
        ("en", "two people familiar with the matter said that 40 people leave", [40]),
        ("pt", "dizem duas pessoas a par do assunto", []),
        ("de", "sagen zwei mit der Sache vertraute Personen", []),
        ("zh", "两名知情人士称裁员200人", [200]),
    ],
)
def test_people_are_counted_and_shares_are_not(lang: str, text: str, counts: list[int]) -> None:
    page = _page(text, lang)
    assert [c.value for c in find_counts(page, 0, len(text))] == counts
