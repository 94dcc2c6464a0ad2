"""Who stands in a text: watched entities where they are meant, and other proper names.

``listed_parties`` are those that somebody listed: accepted mentions, and the names that a
language's table knows (``gov``, ``known``).  ``find_parties`` adds to them, for a stretch of
sentences, runs of capitalised words, and names in Latin letters or katakana inside Chinese
and Japanese.  Whether a name is a person's is guessed from its shape and its neighbours;
which role a party has is decided in ``watchers.moves.roles``.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from storage.model import Entity, EntityKind
from watchers.moves.grammar import Naming
from watchers.moves.lexicon import CJK, NO_BLANKS
from watchers.moves.page import COMMA, Hit, Page
from watchers.tables import either
from watchers.text import fold, is_title_case

ORDINARY, NO_NAME = 1, 2  # a word of the table, a name only by its capital; never part of a name
LONGEST_NAME = 5  # words; what is longer is a headline in capitals
_TOKEN = re.compile(r"[^\W_](?:[\w&+@]|[.'’-](?=\w))*")
_PARTICLES = frozenset("de da do dos van von der den la le of & del di al bin ibn".split())


class Party(NamedTuple):
    """Somebody or something named: where, what it is, and who it is if watched."""

    start: int
    end: int  # a possessive 's stays outside
    name: str  # as written
    kind: str  # "person", "org", "product" or "name" when its shape does not tell
    slug: str | None = None
    possessive: bool = False
    known: bool = False  # a government or one of the names that the language's table lists


def listed_parties(page: Page, entities: Mapping[str, Entity]) -> list[Party]:
    """The parties of a page that somebody listed: watched entities first, then names of the table."""
    parties = [_watched(page, m.start, m.end, entities.get(m.entity), m.entity) for m in page.mentions]
    taken = bytearray(len(page.raw))
    for party in parties:
        _take(taken, party.start, party.end)
    for name in ("known", "gov"):
        for hit in sorted(page.hits.get(name, ()), key=lambda h: (h.start, -h.end)):
            first = page.raw[hit.start]
            named = (
                first.isupper() or first >= NO_BLANKS or any(map(str.isdigit, page.raw[hit.start : hit.end]))
            )
            if not any(taken[hit.start : hit.end]) and named:
                parties.append(_party(page, hit.start, hit.end, "org", known=True))
                _take(taken, hit.start, hit.end)
    return parties


def find_parties(page: Page, listed: Sequence[Party], left: int, right: int) -> list[Party]:
    """All parties between two places that no name spans, in order, none overlapping another."""
    parties = [p for p in listed if left <= p.start < right]
    taken = bytearray(len(page.raw))  # marked where a name or an ordinary word stands
    if page.lexicon.lang not in CJK:
        _take_common_words(page, taken, left, right)
    for party in listed:
        _take(taken, party.start, party.end)
    if page.lexicon.lang in CJK:
        _add_cjk_names(page, parties, taken)
    else:
        _add_capitalised(page, parties, taken, left, right)
    parties.sort(key=lambda p: p.start)
    return parties


def _watched(page: Page, start: int, end: int, entity: Entity | None, slug: str) -> Party:
    kind = "org"
    if entity is not None and entity.kind is EntityKind.PERSON:
        kind = "person"
    elif entity is not None and entity.kind is EntityKind.PRODUCT:
        kind = "product"
    return _party(page, start, end, kind, slug)


def _party(
    page: Page, start: int, end: int, kind: str, slug: str | None = None, known: bool = False
) -> Party:
    text = page.raw[start:end]
    name = _without_possessive(text)
    owner = len(name) < len(text)
    if owner and len(text) > 3:
        text, end = name, start + len(name)
    possessive = page.folded.startswith(("'s", "' "), end) or (owner and text.endswith("s"))
    if slug is not None and page.lexicon.nouns_capital and page.folded.startswith("s ", end):
        possessive = True  # "Sutskevers Labor"
    return Party(start, end, text, kind, slug, possessive, known)


def _without_possessive(name: str) -> str:
    if name.endswith(("'s", "’s")):
        return name[:-2]
    return name[:-1] if name.endswith(("'", "’")) else name


def _take(taken: bytearray, start: int, end: int) -> None:
    taken[start:end] = b"\x02" * (end - start)  # NO_NAME


# --- scripts with capitals ----------------------------------------------------------------


def _add_capitalised(page: Page, parties: list[Party], taken: bytearray, left: int, right: int) -> None:
    shouting = page.name == "title" and is_title_case(page.raw)
    german = page.lexicon.nouns_capital
    elided, formerly = _elided(page.lexicon.naming), _formerly(page.lexicon.naming)
    run: list[tuple[int, int]] = []
    last_end = left
    for match in _TOKEN.finditer(page.raw, left, right):
        if not run and match[0].islower():
            last_end = match.end()  # most words: nothing of a name, and no name is open
            continue
        start, end = match.span()
        if elided and elided.match(page.raw, start):
            start += 2
        if former := formerly.match(page.raw, start):
            start = former.end()
        word = page.raw[start:end]
        gap = page.raw[last_end:start]
        inside = bool(run) and gap == " "
        plain = taken[start] == 0 or (
            taken[start] == ORDINARY
            and not shouting
            and not german
            and (inside or last_end > 0)
            and page.raw[start].isupper()
        )
        if page.lexicon.verb_may_end and taken[end - 1] == NO_NAME:
            plain = False  # "Finanzchef", "Veiligheidschef"
            head = start + max(0, word.rfind("-"))
            if (
                not run
                and head - start > 3
                and not any(taken[start:head])
                and _looks_like_name(page.raw[start:head], page, False, shouting)
            ):
                _close(page, [(start, head)], parties)  # "Quanta-Übernahme"
        namey = plain and _looks_like_name(word, page, inside, shouting)
        if run and (not namey or gap not in (" ", "\u00a0") or _ends_name(page, run)):
            _close(page, run, parties)
            run = []
        if namey:
            run.append((start, end))
        last_end = end
    if run:
        _close(page, run, parties)


_NAMING = frozenset({"orgword", "gov", "known", "company", "product", "court", "background", "relative"})


def _take_common_words(page: Page, taken: bytearray, left: int, right: int) -> None:
    """Words that the table knows as ordinary are in no name."""
    for name, found in page.hits.items():
        if name not in _NAMING:
            mark = bytes((NO_NAME if name in ("position", "round", "ignore") else ORDINARY,))
            for start, end in found:
                if left < end and start < right:
                    taken[start:end] = mark * (end - start)
    for start, end, _ in page.triggers:
        _take(taken, start, end)


def _looks_like_name(word: str, page: Page, inside: bool, shouting: bool) -> bool:
    folded = word.lower() if word.isascii() else fold(word)
    if inside and folded in _PARTICLES:
        return True
    if inside and folded in page.lexicon.orgwords and word[0].isupper():
        return True
    if folded in page.lexicon.stop or (len(word) == 1 and not inside):
        return False
    if not inside and folded in page.lexicon.numbers.words:
        return False
    if not (word[0].isupper() or (not shouting and word[0].isalpha() and any(c.isupper() for c in word))):
        return inside and not shouting and word.isdigit() and len(word) < 3
    if page.lexicon.nouns_capital:
        return _german_name(word, page.lexicon.naming)
    return not (page.lexicon.verb_may_end and _DUTCH_COMPOUND.search(word))


_DUTCH_COMPOUND = re.compile(r"-[a-zà-ÿ]{4,}$")  # "AI-bedrijf", "Meta-topman": what somebody is, not a name


def _german_name(word: str, naming: Naming) -> bool:
    if any(c.isupper() for c in word[1:]) and "-" not in word:
        return True
    tail = word.rsplit("-", 1)[-1]
    if tail.isdigit():
        return True
    return not (len(tail) > 3 and fold(tail).endswith(naming.noun_endings)) and not (
        "-" in word and not tail[:1].isupper()
    )


def _ends_name(page: Page, run: list[tuple[int, int]]) -> bool:
    return page.raw.endswith(("'s", "’s"), run[-1][0], run[-1][1])


def _close(page: Page, run: list[tuple[int, int]], parties: list[Party]) -> None:
    while run and page.folded[slice(*run[-1])] in _PARTICLES:
        run.pop()
    if not run or len(run) > LONGEST_NAME:
        return
    start, end = run[0][0], run[-1][1]
    if any(p.kind == "person" and p.slug and p.start == end + 1 and " " not in p.name for p in parties):
        return  # the given name of a watched person, however it is spelt
    if any(hit.start == start and hit.end == end for hit in page.hits.get("place", ())):
        return
    words = [page.raw[a:b] for a, b in run]
    words[-1] = _without_possessive(words[-1])
    orgword = any(start <= hit.start and hit.end <= end for hit in page.hits.get("orgword", ()))
    if len(run) == 1 and (orgword or words[0].isdigit() or _is_ordinary(page, start, end)):
        return
    parties.append(_party(page, start, end, _shape(page, start, end, words, orgword)))


def _is_ordinary(page: Page, start: int, end: int) -> bool:
    """ "Browser", "Startup": a word for what is told, though it begins the headline."""
    return any(Hit(start, end) in page.hits.get(name, ()) for name in ("product", "company"))


_GIVEN = re.compile(
    r"[^\W\d_][^\W\dA-Z_]*(?:['’-][^\W\dA-Z_]*)*$"  # "Anna", "Jean-luc", "D’angelo"
    r"|[A-Z]\.?$|[A-Z][a-z]+[A-Z][a-z]+$"  # "J.", "McKay"
)
_DOUBLE = re.compile(
    r"[^\W\d_][^\W\dA-Z_]*['’-][A-ZÀ-Þ][^\W\dA-Z_]+$"
)  # "Jean-Luc", "Smith-Jones", "O’Neill"


def _shape(page: Page, start: int, end: int, words: list[str], orgword: bool) -> str:
    if orgword or "&" in words:
        return "org"
    proper = [w for w in words if w.lower() not in _PARTICLES]
    if any(c.isdigit() for c in words[-1]):
        return "product"
    double = not _says_what(page, start, end)
    if 2 <= len(proper) <= 4 and all(
        w[:1].isupper() and (_GIVEN.match(w) or (double and _DOUBLE.match(w))) for w in proper
    ):
        near = Hit(start, end)
        if _next_to(page, "position", near) or _next_to(page, "talent", near):
            return "person"
        if _next_to(page, "company", near) or _next_to(page, "product", near):
            return "org"
        return "person"
    if len(proper) == 1 and _next_to(page, "position", Hit(start, end)) and _GIVEN.match(proper[0]):
        return "name"
    return "name" if len(proper) == 1 else "org"


def _says_what(page: Page, start: int, end: int) -> bool:
    """In German what somebody is looks like a double name: "Acme-Forscher", "Cloud-Firma"."""
    return page.lexicon.nouns_capital and any(
        start <= hit.start and hit.end <= end
        for name in ("position", "talent", "company", "product")
        for hit in page.hits.get(name, ())
    )


def _next_to(page: Page, name: str, span: Hit) -> bool:
    """Whether a word of class ``name`` stands right before the span ("startup Quanta")."""
    hit = page.last(name, max(0, span.start - 24), span.start)
    return hit is not None and hit.end + 1 >= span.start


# --- scripts without ----------------------------------------------------------------------


def _add_cjk_names(page: Page, parties: list[Party], taken: bytearray) -> None:
    common = [
        (hit.start, hit.end)
        for name in ("position", "talent", "round", "ignore")
        for hit in page.hits.get(name, ())
    ]
    for start, end in common:
        if page.folded[start:end].isascii():
            _take(taken, start, end)
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
            kind = "person" if 2 <= len(words) <= 3 and all(_GIVEN.match(w) for w in words) else "name"
            if any(start <= h.start and h.end <= end for h in page.hits.get("orgword", ())):
                kind = "org"
            elif any(map(str.isdigit, words[-1])):
                kind = "product"
        elif match.lastgroup == "quoted":
            kind = "product" if _next_to(page, "product", Hit(start - 1, end)) else "name"
        else:
            start = max([start, *(b for a, b in common if start < b <= end)])
            kind = "person"
        if end - start >= 2:
            parties.append(_party(page, start, end, kind))
            _take(taken, start, end)
    if page.lexicon.naming.surnames:
        parties.extend(_chinese_people(page, taken))
    if page.lexicon.naming.beside:
        parties.extend(_counterparts(page, parties, taken))


def _counterparts(page: Page, parties: list[Party], taken: bytearray) -> list[Party]:
    """Who has no name in Latin letters, but stands beside somebody who has: "X与埃森哲达成合作"."""
    naming = page.lexicon.naming
    common = [h for n, found in page.hits.items() if n not in ("known", "gov", "against") for h in found]
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
            found.append(_party(page, start, end, "org"))
            _take(taken, start, end)
    return found


def _chinese_people(page: Page, taken: bytearray) -> list[Party]:
    """Names without a dot between their parts: a surname and one or two signs before what its bearer
    does, where a clause begins or a post has just been named ("负责人庞若鸣跳槽")."""
    naming = page.lexicon.naming
    begins = {0, *(finish for _, finish, _ in page.stops), *(m.end() for m in COMMA.finditer(page.folded))}
    begins |= {hit.end for name in ("position", "talent") for hit in page.hits.get(name, ())}
    common = [h for n, found in page.hits.items() if n not in ("known", "gov", "against") for h in found]
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
                found.append(_party(page, start, end, "person"))
                _take(taken, start, end)
                break
    return found


# --- patterns out of the words of a language -------------------------------------------------


@lru_cache(maxsize=64)
def _elided(naming: Naming) -> re.Pattern[str] | None:
    """ "d'" before "Acme"."""
    return re.compile(rf"[{naming.elided}]['’](?=[^\W\d_])", re.IGNORECASE) if naming.elided else None


@lru_cache(maxsize=64)
def _formerly(naming: Naming) -> re.Pattern[str]:
    """ "ex-" before "Acme"."""
    return re.compile(rf"(?:{either(naming.former)})-(?=[^\W\d_])", re.IGNORECASE)


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
