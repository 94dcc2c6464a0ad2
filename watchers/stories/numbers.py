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
# Written-out numbers; only forms that mean nothing else in the languages read here.
_SPELT: dict[str, int] = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "dozen": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40,
    "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
    "zwei": 2, "drei": 3, "vier": 4, "funf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10,
    "zwolf": 12, "dutzend": 12, "zwanzig": 20, "dreissig": 30, "vierzig": 40, "funfzig": 50,
    "sechzig": 60, "hundert": 100, "zweihundert": 200, "dreihundert": 300, "vierhundert": 400,
    "funfhundert": 500, "sechshundert": 600,
    "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10, "douze": 12,
    "douzaine": 12, "quinze": 15, "vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50,
    "soixante": 60, "cent": 100,
    "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10, "doce": 12,
    "docena": 12, "quince": 15, "veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50,
    "sesenta": 60, "cien": 100, "doscientos": 200, "trescientos": 300, "quinientos": 500,
    "dois": 2, "quatro": 4, "sete": 7, "oito": 8, "nove": 9, "dez": 10, "doze": 12, "duzia": 12, "vinte": 20,
    "trinta": 30, "quarenta": 40, "cinquenta": 50, "cem": 100, "duzentos": 200, "quinhentos": 500,
    "twee": 2, "drie": 3, "vijf": 5, "zes": 6, "zeven": 7, "negen": 9, "tien": 10, "twaalf": 12, "dozijn": 12,
    "twintig": 20, "dertig": 30, "veertig": 40, "vijftig": 50, "zestig": 60, "honderd": 100,
    "tweehonderd": 200, "driehonderd": 300, "vierhonderd": 400, "vijfhonderd": 500, "zeshonderd": 600,
}  # fmt: skip
_SPELT_FORM = re.compile(rf"(?<![\w-])({'|'.join(sorted(_SPELT, key=len, reverse=True))})(?![\w'-])")
_TENS_AND = re.compile(r"(?<![\w.,])([3-9]0) (?:y|e|et) ([1-9])(?![\w.,])")
_HUNDREDS = re.compile(r"(?<![\w.,])(\d) (?:100|hundred)(?![\w.,])")
SMALLEST = 10  # below this a number tells nothing apart


def numbers(folded: str, lang: str | None) -> Iterator[float]:
    """The numbers of a folded text, rounded to four digits, years and small ones left out."""
    folded = _HUNDREDS.sub(
        lambda m: str(int(m[1]) * 100), _SPELT_FORM.sub(lambda m: str(_SPELT[m[1]]), folded)
    )
    folded = _TENS_AND.sub(lambda m: str(int(m[1]) + int(m[2])), folded)
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
