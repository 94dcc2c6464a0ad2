"""Numbers in headlines of eight languages: "$14.3 billion", "14,3 Milliarden", "143亿", "40k".

Pure.  What a number counts is not asked: two reports of one event share it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from watchers.stories.vocabulary import listed
from watchers.tables import either

_ENGLISH_POINT = frozenset({"en", "zh", "ja", "ko", None})
_YEARS = range(1900, 2100)
# Each begins with the sign that it looks for, and says then what stands before it.
_HUNDREDS = re.compile(r"(\d)(?<![\w.,]\d) (?:100|hundred)(?![\w.,])")
_DIGIT = re.compile(r"\d")
_LETTERS = re.compile(r"[^\W\d_]+")
SMALLEST = 10  # below this a number tells nothing apart


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """The words for numbers, and how each sort of them is found."""

    magnitudes: Mapping[str, float]
    han: Mapping[str, float]
    spelt: Mapping[str, int]
    spelt_begin: frozenset[str]  # their letters up to the first other sign
    latin_form: re.Pattern[str]  # groups: digits, magnitude
    han_form: re.Pattern[str]
    han_part: re.Pattern[str]  # groups: digits, magnitude
    spelt_form: re.Pattern[str]
    tens_and: re.Pattern[str]  # groups: tens, ones


@cache
def _words() -> _Words:
    by_lang = listed("magnitudes")
    han = by_lang["zh"]
    latin = {word: size for lang, sizes in by_lang.items() if lang != "zh" for word, size in sizes.items()}
    spelt = {word: value for values in listed("spelt").values() for word, value in values.items()}
    return _Words(
        magnitudes=latin,
        han=han,
        spelt=spelt,
        spelt_begin=frozenset(run for word in spelt for run in _LETTERS.findall(word)[:1]),
        latin_form=re.compile(
            rf"(\d(?<![A-Za-z\d.,]\d)(?:[\d.,]*\d)?)[\s-]?(?:({either(tuple(latin))})(?![^\W\d_]))?", re.I
        ),
        han_form=re.compile(rf"((?:\d[\d,.]*(?:{either(tuple(han))}))+)"),
        han_part=re.compile(rf"(\d[\d,.]*)({either(tuple(han))})"),
        spelt_form=re.compile(rf"(?<![\w-])({either(tuple(spelt))})(?![\w'-])"),
        tens_and=re.compile(
            rf"([3-9](?<![\w.,][3-9])0) (?:{either(tuple(listed('spelt_and').split()))}) ([1-9])(?![\w.,])"
        ),
    )


def numbers(folded: str, lang: str | None) -> Iterator[float]:
    """The numbers of a folded text, rounded to four digits, years and small ones left out."""
    words = _words()
    if not words.spelt_begin.isdisjoint(_LETTERS.findall(folded)):
        folded = words.spelt_form.sub(lambda m: str(words.spelt[m[1]]), folded)
    if _DIGIT.search(folded) is None:
        return
    if " 100" in folded or " hundred" in folded:
        folded = _HUNDREDS.sub(lambda m: str(int(m[1]) * 100), folded)
    if "0 " in folded:
        folded = words.tens_and.sub(lambda m: str(int(m[1]) + int(m[2])), folded)
    rest = folded
    for found in words.han_form.finditer(folded) if not folded.isascii() else ():
        value = sum(_plain(n, "zh") * words.han[m] for n, m in words.han_part.findall(found.group()))
        if value:
            yield _rounded(value)
        rest = rest.replace(found.group(), " ", 1)
    for found in words.latin_form.finditer(rest):
        value = _plain(found.group(1), lang)
        magnitude = words.magnitudes.get((found.group(2) or "").lower(), 1.0)
        if not value or (magnitude == 1.0 and (value in _YEARS or value < SMALLEST)):
            continue
        yield _rounded(value * magnitude)


def _plain(digits: str, lang: str | None) -> float:
    """A number as written, by the language's decimal sign; where in doubt by its shape."""
    point, thousands = (".", ",") if lang in _ENGLISH_POINT else (",", ".")
    text = digits.strip(".,")
    if text.count(thousands) and not re.fullmatch(
        rf"\d{{1,3}}(?:\{thousands}\d{{3}})+(?:\{point}\d+)?", text
    ):
        point, thousands = thousands, point
    text = text.replace(thousands, "").replace(point, ".")
    try:
        return float(text)
    except ValueError:  # 1.2.3: a version, not a number
        return 0.0


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
