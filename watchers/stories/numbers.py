"""Numbers in headlines of eight languages: "$14.3 billion", "14,3 Milliarden", "143亿", "40k".

Pure.  What a number counts is not asked: two reports of one event share it.
"""

import re
from collections.abc import Iterator

_MAGNITUDES: dict[str, float] = {
    "k": 1e3, "thousand": 1e3, "mil": 1e3, "mille": 1e3, "tausend": 1e3, "duizend": 1e3, "tsd": 1e3,
    "m": 1e6, "mm": 1e6, "mn": 1e6, "mio": 1e6, "million": 1e6, "millionen": 1e6, "millions": 1e6,
    "miljoen": 1e6,
    "millones": 1e6, "millon": 1e6, "milhoes": 1e6, "milhao": 1e6, "milioni": 1e6, "mdd": 1e6,
    "b": 1e9, "bn": 1e9, "billion": 1e9, "mrd": 1e9, "mld": 1e9, "milliarde": 1e9, "milliarden": 1e9,
    "milliard": 1e9, "milliards": 1e9, "md": 1e9, "mds": 1e9, "miljard": 1e9, "bilhao": 1e9, "bilhoes": 1e9,
    "bi": 1e9, "miliardi": 1e9, "mil millones": 1e9, "mil milhoes": 1e9,
    "trillion": 1e12, "tn": 1e12, "billionen": 1e12, "billones": 1e12, "trilhao": 1e12, "trilhoes": 1e12,
    "biljoen": 1e12,
}  # fmt: skip
_CJK = {
    "千": 1e3,
    "万": 1e4,
    "萬": 1e4,
    "百万": 1e6,
    "千万": 1e7,
    "亿": 1e8,
    "億": 1e8,
    "十亿": 1e9,
    "兆": 1e12,
}
_WORDS = "|".join(sorted(map(re.escape, _MAGNITUDES), key=len, reverse=True))
_LATIN = re.compile(rf"(?<![A-Za-z\d.,])(\d[\d.,]*\d|\d)[\s-]?(?:({_WORDS})(?![^\W\d_]))?", re.I)
_HAN = re.compile(r"((?:\d[\d,.]*(?:百万|千万|十亿|[千万萬亿億兆]))+)")
_HAN_PART = re.compile(r"(\d[\d,.]*)(百万|千万|十亿|[千万萬亿億兆])")
_ENGLISH_POINT = frozenset({"en", "zh", "ja", "ko", None})
_YEARS = range(1900, 2100)
SMALLEST = 10  # below this a number tells nothing apart


def numbers(folded: str, lang: str | None) -> Iterator[float]:
    """The numbers of a folded text, rounded to four digits, years and small ones left out."""
    rest = folded
    for found in _HAN.finditer(folded):
        yield _rounded(sum(_plain(n, "zh") * _CJK[m] for n, m in _HAN_PART.findall(found.group())))
        rest = rest.replace(found.group(), " ", 1)
    for found in _LATIN.finditer(rest):
        value = _plain(found.group(1), lang)
        magnitude = _MAGNITUDES.get((found.group(2) or "").lower(), 1.0)
        if magnitude == 1.0 and (value in _YEARS or value < SMALLEST):
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
