"""Amounts of money and counts of people in a page, as the language writes them.

``find_amounts`` tells what was paid from what something is worth and from what is merely
earned or spent; ``find_counts`` finds counts of people, never percentages.  Which move
an amount belongs to is decided in ``watchers.moves.money`` and ``watchers.moves.people``.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from watchers.moves.grammar import Counting
from watchers.moves.lexicon import NO_BLANKS, Lexicon
from watchers.moves.page import Page
from watchers.tables import either, leading

PAID, WORTH, EARNED = "paid", "worth", "earned"
# A digit, or a sign of another script that could be one: found faster than by what Unicode says of each.
_MAY_BE_DIGIT = re.compile("[0-9\u0660-\U0010ffff]")
_LAST_DIGIT = re.compile("(?s:.*)[0-9]")
_MAY_BE_SPELT = ("mil", "bil", "mrd", "mld")  # million, miliardo, bilhões, Milliarden
_UNIT_ALONE = 1_000_000  # a number without a currency is money only from this size on
_WORTH_BEFORE = 30  # code points between "valued at" and the amount
_WORTH_AFTER = 16  # between the amount and "valuation"
_COUNT_REACH = 30  # between a number and whom it counts
_MOST_PEOPLE = 2_000_000
_WHOM = ("job", "talent", "position")  # classes of words for people who are counted


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of money; ``currency`` is None where the text leaves it out."""

    start: int
    end: int
    value: float
    currency: str | None
    sense: str  # PAID, WORTH or EARNED


@dataclass(frozen=True, slots=True)
class Count:
    """A number of people."""

    start: int
    end: int
    value: int


# --- numbers ------------------------------------------------------------------------------


def parse_number(text: str, decimal: str, scale: float) -> float | None:
    """``14,3`` or ``2.000`` as the language means it; None for what is no number.

    A text may use the other convention (machine translations do): a last group that
    cannot be thousands is taken for decimals, and "1,500 millones", as Mexico writes it,
    for thousands: as decimals nobody writes the noughts.
    """
    text = text.strip(".,' ").replace(" ", "").replace("'", "")
    thousands = "," if decimal == "." else "."
    marks = [c for c in text if c in ".,"]
    if not marks:
        return float(text) if text.isdigit() else None
    head, mark, tail = text.rpartition(marks[-1])
    if len(set(marks)) == 2:  # 1.234,5
        whole = head.replace(".", "").replace(",", "")
        return float(f"{whole}.{tail}") if whole.isdigit() and tail.isdigit() else None
    groups = text.split(mark)
    in_thousands = len(groups[0]) <= 3 and all(len(g) == 3 for g in groups[1:])
    if (
        in_thousands
        and (mark == thousands or len(groups) > 2 or (mark == "," and scale == 1e6 and tail[-1] == "0"))
        and not (scale != 1.0 and mark == "." and decimal == ".")
    ):
        return float("".join(groups)) if all(g.isdigit() for g in groups) else None
    whole = head.replace(mark, "")
    return float(f"{whole}.{tail}") if whole.isdigit() and tail.isdigit() else None


@lru_cache(maxsize=64)
def _pattern(lexicon: Lexicon) -> re.Pattern[str]:
    numbers, words = lexicon.numbers, lexicon.counting
    signs = [w for w in numbers.currency if not w.isalnum() or w.isascii()]
    before = either(frozenset(signs))
    after = either(frozenset(numbers.currency))
    scale = either(frozenset(w for w in numbers.scale if w[0] < NO_BLANKS))
    units = either(frozenset(w for w in numbers.scale if w[0] >= NO_BLANKS))
    number = r"\d{1,12}(?:[.,']\d{1,12}){0,4}"
    spelt = either((*numbers.words, *words.one))
    large = either(frozenset(w for w, size in numbers.scale.items() if size >= _UNIT_ALONE and len(w) > 3))
    thousand = either(words.thousand)
    grouped = (
        rf"(?P<number>{number}(?:\ (?:{thousand}\ )?\d{{3}}(?!\d)){{0,3}})"
        if numbers.decimal == ","
        else rf"(?P<number>{number})"
    )
    if large != either(()):  # "five billion"
        grouped = rf"(?:{grouped}|(?<!\w)(?P<spelt>{spelt})(?=[\ -](?:{large})(?!\w)))"

    west = rf"""(?:(?<![^\W\d_])(?P<before>{before})\s{{0,2}})?(?<![\d.,]){grouped}\+?
        (?:[\s-]{{0,2}}(?P<scale>{scale})(?![^\W_]))?\+?
        (?:[\s-]{{0,2}}(?:{leading(words.of)})?(?P<after>{after})(?![^\W\d_]))?"""
    if units == either(()):
        return re.compile(west, re.VERBOSE)
    part = rf"(?:{number}\s?(?:{units})余?多?\s?)"
    east = rf"""(?:(?P<sign>{before})\s?)?(?P<parts>{part}{{1,4}}(?:{number})?|{number})(?:\s?(?P<unit>{after}))
        |(?:(?P<sign2>{before})\s?)(?P<parts2>{part}{{1,4}}|{number}(?:\s?(?:{scale})(?![a-z]))?)
        |(?P<bare>{part}{{1,4}})"""
    return re.compile(east, re.VERBOSE)


@lru_cache(maxsize=64)
def _currencies(lexicon: Lexicon) -> tuple[tuple[str, ...], int]:
    """What may stand before a sum's first digit, and in how many code points, the blanks between included."""
    return tuple(lexicon.numbers.currency), max(map(len, lexicon.numbers.currency), default=0) + 2


def find_amounts(page: Page, left: int, right: int) -> list[Amount]:
    """All sums of money in a stretch of sentences, in order, each with its sense."""
    numbers = _numbers(page.folded, left, right, _MAY_BE_SPELT)
    if numbers is None:
        return []
    found: list[tuple[int, int, float, str | None]] = []
    first, last = numbers
    currencies, longest = _currencies(page.lexicon)
    before = page.folded[max(left, first - longest) : first]
    if before.rstrip().endswith(currencies):
        first -= len(before)
    for match in _find_all(_pattern(page.lexicon), page.folded, first, last, right):
        if match[0].isdigit():
            continue  # a bare number
        value, currency = _read_amount(match, page.lexicon)
        if value is None or value <= 0:
            continue
        if currency is None and not _plainly_money(page, match, value):
            continue
        found.append((match.start(), match.end(), value, currency))
    return [
        Amount(start, end, value, currency, _sense(page, found, i))
        for i, (start, end, value, currency) in enumerate(found)
    ]


def _read_amount(match: re.Match[str], lexicon: Lexicon) -> tuple[float | None, str | None]:
    numbers, groups = lexicon.numbers, match.groupdict()
    if "number" in groups:
        scale = numbers.scale.get(groups["scale"] or "", 1.0)
        if groups.get("spelt"):
            value: float | None = numbers.words.get(groups["spelt"], 1)
        else:
            value = parse_number(_THOUSAND.sub(" ", groups["number"]), numbers.decimal, scale)
        currency = numbers.currency.get(groups["before"] or "") or numbers.currency.get(groups["after"] or "")
        if groups["before"] and groups["after"] and numbers.currency[groups["before"]] != currency:
            currency = numbers.currency[groups["after"]]
        return (None if value is None else _whole(value * scale)), currency
    parts = groups["parts"] or groups["parts2"] or groups["bare"] or ""
    sign = groups["unit"] or groups["sign"] or groups["sign2"] or ""
    return _sum_of_parts(parts, lexicon), numbers.currency.get(sign)


def _numbers(text: str, start: int, end: int, spelt: Iterable[str]) -> tuple[int, int] | None:
    """Where the first and the last digit or any of the words may be in a stretch."""
    if any(map(text[start:end].__contains__, spelt)):
        return start, end
    digit = _MAY_BE_DIGIT.search(text, start, end)
    if digit is None:
        return None
    last = _LAST_DIGIT.match(text, digit.start(), end) if text.isascii() else None
    return digit.start(), end if last is None else last.end()


def _find_all(
    pattern: re.Pattern[str], text: str, start: int, last: int, end: int
) -> Iterator[re.Match[str]]:
    """All matches up to ``end`` that begin before ``last``: behind it the slow patterns find nothing."""
    while start < last and (match := pattern.search(text, start, end)) is not None:
        start = match.end()
        yield match


def _whole(value: float) -> float:
    return float(round(value)) if value >= 1_000 else value


_THOUSAND = re.compile(r" [^\W\d]+ ")  # the word in "97 mil 400"
_PART = re.compile(r"(\d[\d.,']*)\s?([^\d\s.,']*)")


def _sum_of_parts(parts: str, lexicon: Lexicon) -> float | None:
    """``3億5000万`` as the sum that it is."""
    total = 0.0
    for number, unit in _PART.findall(parts):
        value = parse_number(number, lexicon.numbers.decimal, 1.0)
        scale = 1.0
        for word in (unit, unit.rstrip("余多")):
            scale = lexicon.numbers.scale.get(word, scale)
        if value is None:
            return None
        total += value * scale
    return _whole(total) if total else None


def _plainly_money(page: Page, match: re.Match[str], value: float) -> bool:
    """Whether a number without a currency is a sum: large, and not of anything counted."""
    if value < _UNIT_ALONE or match[0].strip().isdigit():
        return False
    near = page.first("round", match.end(), match.end() + 24) or page.first(
        "valuation", match.end(), match.end() + 24
    )
    if near is not None or page.last("valuation", max(0, match.start() - 24), match.start()) is not None:
        return True
    if page.lexicon.numbers.counters:
        return False
    return (
        _goes_on(page.lexicon.counting).match(page.folded, match.end()) is not None and match[0][0] not in "0"
    )


def _sense(page: Page, found: list[tuple[int, int, float, str | None]], i: int) -> str:
    start, end, _, _ = found[i]
    floor = found[i - 1][1] if i else 0
    ceiling = found[i + 1][0] if i + 1 < len(found) else len(page.folded)
    right = min(ceiling, end + _WORTH_AFTER)
    left = max(floor, start - _WORTH_BEFORE)
    for sense, name in ((WORTH, "valuation"), (EARNED, "earnings")):
        after = page.first(name, end, right)
        if (
            after is not None
            and not page.comma_between(end, after.start)
            and not _pause(page, end, after.start)
            and not (
                i + 1 < len(found)
                and _of_the_next(page.lexicon.counting).fullmatch(page.folded, after.end, ceiling)
            )
        ):
            return sense
    best = PAID
    nearest = -1
    for sense, name in ((WORTH, "valuation"), (EARNED, "earnings")):
        before = page.last(name, left, start)
        if before is not None and i and before.start <= floor and before.end < start:
            continue  # "以100亿美元估值融资3.5亿": it is said of the sum before
        if before is not None and before.end > nearest and not _pause(page, before.end, start):
            best, nearest = sense, before.end
    return best


def _pause(page: Page, start: int, end: int) -> bool:
    return any(start <= a < end for a, _ in page.stops) or "," in page.folded[start:end]


# --- people -------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _count_pattern(lexicon: Lexicon) -> re.Pattern[str]:
    words = either(frozenset(lexicon.numbers.words))
    small = {k: v for k, v in lexicon.numbers.scale.items() if v <= 10_000}
    scale = either(frozenset(small) or ("k",))
    edge = r"(?![^\W_])" if not lexicon.numbers.counters else ""
    percent = rf"\s?(?:[%％]|{either(lexicon.counting.percent)})"
    number = r"\d{1,3}(?:[.,' ]\d{3}){1,2}(?!\d)|\d{1,7}(?:[.,]\d)?"
    return re.compile(
        rf"(?<![\w.,$€£%])(?:(?P<number>{number})[\s-]?(?P<scale>{scale})?{edge}(?!{percent})|(?P<word>{words}){edge})"
        if not lexicon.numbers.counters
        else rf"(?<![\d.,$€£])(?:(?P<number>{number})\s?(?P<scale>{scale})?(?!{percent})|(?P<word>{words}))"
    )


def find_counts(page: Page, start: int, end: int) -> list[Count]:
    """Counts of people between two positions, in order."""
    counts: list[Count] = []
    if not page.lexicon.numbers.counters and page.present.isdisjoint(_WHOM):
        return counts
    numbers = _numbers(page.folded, start, end, page.lexicon.numbers.words)
    if numbers is None:
        return counts
    for match in _find_all(_count_pattern(page.lexicon), page.folded, *numbers, end):
        value = _read_count(match, page.lexicon)
        if (
            value is not None
            and _counts_people(page, match, value)
            and _sources(page.lexicon).match(page.folded, match.end()) is None
        ):
            counts.append(Count(match.start(), match.end(), value))
    return counts


def _read_count(match: re.Match[str], lexicon: Lexicon) -> int | None:
    if match["word"]:
        return lexicon.numbers.words[match["word"]]
    scale = lexicon.numbers.scale.get(match["scale"] or "", 1.0)
    value = parse_number(match["number"], lexicon.numbers.decimal, 1.0)
    return None if value is None else int(value * scale)


def _counts_people(page: Page, match: re.Match[str], value: int) -> bool:
    if not 0 < value <= _MOST_PEOPLE:
        return False
    if match["number"] and not match["scale"] and 1990 <= value <= 2035 and match["number"].isdigit():
        return False  # a year
    counters = page.lexicon.numbers.counters
    if counters:
        return page.folded.startswith(counters, match.end()) or page.folded.startswith(
            tuple(f" {c}" for c in counters), match.end()
        )
    limit = min(len(page.folded), match.end() + _COUNT_REACH)
    for name in _WHOM:
        whom = page.first(name, match.end(), limit)
        if whom is not None and _same_phrase(page, match.end(), whom.start):
            return True
    return False


def _same_phrase(page: Page, start: int, end: int) -> bool:
    gap = page.folded[start:end]
    return _apart(page.lexicon.counting).search(gap) is None and gap.count(" ") <= 4


# --- patterns out of the words of a language -------------------------------------------------


@lru_cache(maxsize=64)
def _goes_on(words: Counting) -> re.Pattern[str]:
    """What may follow a sum that is told without its currency."""
    return re.compile(rf"\s*(?:$|[.,;:)\]!?]|(?:{either(words.goes_on)})\b|-(?:{either(words.compounds)}))")


@lru_cache(maxsize=64)
def _of_the_next(words: Counting) -> re.Pattern[str]:
    """What stands between a word and the sum behind it where it belongs to that: "valuation of more than"."""
    return re.compile(rf"\s?(?:(?:{either(words.to)})\s?)?(?:(?:{either(words.about)})\s)?")


@lru_cache(maxsize=64)
def _sources(lexicon: Lexicon) -> re.Pattern[str]:
    """Who tells it, not whom it concerns: "two people familiar with the matter"."""
    told = either(lexicon.counting.sources)
    return re.compile(
        rf"\W?.?(?:{told})" if lexicon.numbers.counters else rf"[^,;.!?]{{0,30}}?\b(?:{told})\b"
    )


@lru_cache(maxsize=64)
def _apart(words: Counting) -> re.Pattern[str]:
    """What a number and the people whom it counts do not have between them."""
    return re.compile(rf"[,;:.!?%$€£–]|\b(?:{either(words.apart)})\b")
