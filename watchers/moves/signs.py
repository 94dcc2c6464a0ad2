"""Names in scripts without capitals: in Latin letters or katakana, by a dot, quotation marks or a title.

Chinese people and companies without any of these are found by their surname, or beside
somebody who is named plainly.
"""

import re
from functools import lru_cache

from watchers.moves.grammar import Naming
from watchers.moves.names import GIVEN, Party, make_party, next_to, take
from watchers.moves.page import COMMA, Hit, Page
from watchers.tables import either


def add_names(page: Page, parties: list[Party], taken: bytearray) -> None:
    """Add the names of the page in which nothing is ``taken``, and take them."""
    common = [
        (hit.start, hit.end) for name in ("position", "talent", "round", "ignore") for hit in page.hits(name)
    ]
    for start, end in common:
        if page.folded[start:end].isascii():
            take(taken, start, end)
    for match in _cjk_name(page.lexicon.naming).finditer(page.raw):
        start, end = match.span(match.lastgroup or 0)
        if taken[start] or taken[end - 1] or (match.lastgroup == "dotted" and page.lexicon.lang == "ja"):
            continue
        if match.lastgroup == "latin":
            text = page.raw[start:end]
            if (
                page.folded[start:end] in page.lexicon.stop
                or len(text) < 2
                or not any(map(str.isupper, text))
            ):
                continue
            words = text.split()
            kind = "person" if 2 <= len(words) <= 3 and all(GIVEN.match(w) for w in words) else "name"
            if any(start <= h.start and h.end <= end for h in page.hits("orgword")):
                kind = "org"
            elif any(map(str.isdigit, words[-1])):
                kind = "product"
        elif match.lastgroup == "quoted":
            kind = "product" if next_to(page, "product", Hit(start - 1, end)) else "name"
        else:
            start = max([start, *(b for a, b in common if start < b <= end)])
            kind = "person"
        if end - start >= 2:
            parties.append(make_party(page, start, end, kind))
            take(taken, start, end)
    if page.lexicon.naming.surnames:
        parties.extend(_chinese_people(page, taken))
    if page.lexicon.naming.beside:
        parties.extend(_counterparts(page, parties, taken))


_OF_NAMES = frozenset({"known", "gov", "against"})  # classes whose words may be in a name


def _counterparts(page: Page, parties: list[Party], taken: bytearray) -> list[Party]:
    """Who has no name in Latin letters, but stands beside somebody who has: "X与埃森哲达成合作"."""
    naming = page.lexicon.naming
    common = [h for name in page.present - _OF_NAMES for h in page.hits(name)]
    beside = {p.end for p in parties}
    verbs = {start for start, _, _ in page.triggers}
    found = []
    for match in _beside(naming).finditer(page.raw):
        start, end = match.span("name")
        if naming.beside_ends_at_verb:
            end = min((v for v in verbs if start + 2 <= v <= end), default=start)
        if match.start() not in beside or end - start < 2 or any(taken[start:end]):
            continue
        if not any(h.start < end and start < h.end for h in common) and not any(
            sign in naming.common for sign in page.raw[start:end]
        ):
            found.append(make_party(page, start, end, "org"))
            take(taken, start, end)
    return found


def _chinese_people(page: Page, taken: bytearray) -> list[Party]:
    """Names without a dot between their parts: a surname and one or two signs before what its bearer
    does, where a clause begins or a post has just been named ("负责人庞若鸣跳槽")."""
    naming = page.lexicon.naming
    begins = {0, *(finish for _, finish in page.stops), *(m.end() for m in COMMA.finditer(page.folded))}
    begins |= {hit.end for name in ("position", "talent") for hit in page.hits(name)}
    common = [h for name in page.present - _OF_NAMES for h in page.hits(name)]
    found = []
    for end in sorted({start for start, _, _ in page.triggers}):
        for start in (end - 3, end - 2):
            if (
                start in begins
                and page.raw[start] in naming.surnames
                and not any(taken[start:end])
                and not page.folded.startswith(naming.not_people, start)
                and not any(h.start < end and start < h.end for h in common)
            ):
                found.append(make_party(page, start, end, "person"))
                take(taken, start, end)
                break
    return found


@lru_cache(maxsize=64)
def _cjk_name(naming: Naming) -> re.Pattern[str]:
    """Names in scripts without capitals: by their signs, a dot, quotation marks or a title behind them."""
    return re.compile(
        r"(?P<latin>[A-Za-z][A-Za-z0-9&.'’+-]*(?:[ \u00a0][A-Z0-9][A-Za-z0-9&.'’+-]*)*)"
        r"|(?P<dotted>[\u4e00-\u9fff]{2,4}(?:[·・‧•][\u4e00-\u9fff]{1,5})+)"
        r"|(?P<kana>[\u30a1-\u30fa\u30fc]{2,}(?:[・=＝][\u30a1-\u30fa\u30fc]{2,})+)"
        r"|[「『“《](?P<quoted>[^「『“《」』”》]{2,16})[」』”》]"
        rf"|(?P<sir>[\u4e00-\u9fff\u30a1-\u30fa\u30fc]{{2,8}})(?={either(naming.titles)})"
        rf"|(?P<hangul>[\uac00-\ud7a3]{{2,6}}(?= (?:{either(naming.titles_apart)})))"
    )


@lru_cache(maxsize=64)
def _beside(naming: Naming) -> re.Pattern[str]:
    return re.compile(naming.beside)
