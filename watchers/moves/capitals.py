"""Names in scripts with capitals: runs of capitalised words that the language's table does not know.

Whether a name is a person's is guessed from its shape and its neighbours.
"""

import re
from bisect import bisect_right
from functools import lru_cache

from watchers.moves.grammar import Naming
from watchers.moves.lexicon import IN_NAMES, IN_NO_NAME, NO_NAME, ORDINARY
from watchers.moves.names import (
    GIVEN,
    Party,
    make_party,
    next_to,
    take,
    without_possessive,
)
from watchers.moves.page import END, Hit, Page
from watchers.tables import either
from watchers.text import fold, is_title_case

_PARTICLES = frozenset("de da do dos van von der den la le of & del di al bin ibn".split())
# A word that may be in a name, behind small ones that cannot.
_TOKEN = re.compile(
    rf"(?:(?!(?:{'|'.join(_PARTICLES)})\ )[a-z]++\ )*+([^\W_][\w&+@]*+(?:[.'’-](?=\w)[\w&+@]*+)*+)"
)
_DUTCH_COMPOUND = re.compile(r"-[a-zà-ÿ]{4,}$")  # "AI-bedrijf", "Meta-topman": what somebody is, not a name
LONGEST_NAME = 5  # words; what is longer is a headline in capitals
_ORDINARY = bytes((ORDINARY,))
_MAYBE_IN_NAMES = IN_NAMES | {"nolaunch"}  # "Study" is ordinary but in "Study Mode"
_BEFORE = 30  # code points before a name in which what makes it no party stands
_DOUBLE = re.compile(
    r"[^\W\d_][^\W\dA-Z_]*['’-][A-ZÀ-Þ][^\W\dA-Z_]+$"
)  # "Jean-Luc", "Smith-Jones", "O’Neill"


def add_capitalised(page: Page, parties: list[Party], taken: bytearray, left: int, right: int) -> None:
    """Add the runs of capitalised words between two places in which nothing is ``taken``."""
    raw = page.raw
    shouting = page.name == "title" and is_title_case(raw)
    german = page.lexicon.nouns_capital
    elided, formerly = _elided(page.lexicon.naming), _formerly(page.lexicon.naming)
    run: list[tuple[int, int]] = []
    last_end = left
    for match in _TOKEN.finditer(raw, left, right):
        start, end = match.span(1)
        word = match[1]
        if not run and word.islower():
            last_end = end  # most words: nothing of a name, and no name is open
            continue
        begins = last_end == 0 and start == match.start()
        if elided and elided.match(raw, start):
            start += 2
        if "-" in word and (former := formerly.match(raw, start)):
            start = former.end()
        word = raw[start:end]
        gap = raw[last_end:start]
        inside = bool(run) and gap == " "
        plain = taken[start] == 0 or (
            taken[start] == ORDINARY
            and not shouting
            and not german
            and (inside or not begins)
            and raw[start].isupper()
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


def take_common_words(page: Page, taken: bytearray, left: int, right: int) -> None:
    """Words that the table knows as ordinary are in no name."""
    never = []
    for start, end, classes in page.found[bisect_right(page.found, left, key=END) :]:
        if start < right and not classes <= _MAYBE_IN_NAMES:
            taken[start:end] = _ORDINARY * (end - start)
            if not classes.isdisjoint(IN_NO_NAME):
                never.append((start, end))
    for hit in page.hits("nolaunch"):
        taken[hit.start : hit.end] = _ORDINARY * (hit.end - hit.start)
    for start, end in never:
        take(taken, start, end)
    for start, end, _ in page.triggers:
        if start < right and end > left:
            take(taken, start, end)


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
        return inside and len(word) < 4 and _is_version(word) and (not shouting or "." in word)
    if page.lexicon.nouns_capital:
        return _german_name(word, page.lexicon.naming)
    return not (page.lexicon.verb_may_end and _DUTCH_COMPOUND.search(word))


def _is_version(word: str) -> bool:
    """ "Claude 3", "Gemini 2.5"."""
    return (word.isdigit() and len(word) < 3) or (word[1:2] == "." and word.replace(".", "").isdigit())


def _german_name(word: str, naming: Naming) -> bool:
    if any(c.isupper() for c in word[1:]) and "-" not in word:
        return True
    tail = word.rsplit("-", 1)[-1]
    if tail[:1].isdigit():  # "GPT-5.2"
        return True
    return not (len(tail) > 3 and fold(tail).endswith(naming.noun_endings)) and not (
        "-" in word and not tail[:1].isupper()
    )


def _ends_name(page: Page, run: list[tuple[int, int]]) -> bool:
    return page.raw.endswith(("'s", "’s"), run[-1][0], run[-1][1])


def _close(page: Page, run: list[tuple[int, int]], parties: list[Party]) -> None:
    while run and page.folded[run[-1][0] : run[-1][1]] in _PARTICLES:
        run.pop()
    if not run or len(run) > LONGEST_NAME:
        return
    start, end = run[0][0], run[-1][1]
    for party in parties:
        if party.start == end + 1 and party.kind == "person" and party.slug and " " not in party.name:
            return  # the given name of a watched person, however it is spelt
    if (start, end) in page.hits("place"):
        return
    words = [page.raw[a:b] for a, b in run]
    words[-1] = without_possessive(words[-1])
    if _is_no_party(page, start, words):
        return
    orgword = page.first("orgword", start, end) is not None
    if len(run) == 1 and (
        (orgword and "." not in words[0]) or words[0].isdigit() or _is_ordinary(page, start, end)
    ):
        return  # "Corvid.ai" is a name, "Labs" is none
    parties.append(make_party(page, start, end, _shape(page, start, end, words, orgword)))


def _is_no_party(page: Page, start: int, words: list[str]) -> bool:
    """ "The" alone, who only tells it ("laut Corvid"), a common noun ("einer kleinen Konditorei")."""
    before = _no_party_behind(page.lexicon.naming, len(words) == 1 and words[0].istitle())
    return words == ["The"] or bool(before and before.search(page.folded, max(0, start - _BEFORE), start))


def _is_ordinary(page: Page, start: int, end: int) -> bool:
    """ "Browser", "Startup": a word for what is told, though it begins the headline."""
    return (start, end) in page.hits("product") or (start, end) in page.hits("company")


def _shape(page: Page, start: int, end: int, words: list[str], orgword: bool) -> str:
    if orgword or "&" in words:
        return "org"
    proper = [w for w in words if w.lower() not in _PARTICLES]
    if len(proper) > 1 and page.first("brand", start, end) is not None:
        return "product"
    if any(map(str.isdigit, words[-1])):
        return "product"
    if 2 <= len(proper) <= 4 and _names_a_person(proper, double=not _says_what(page, start, end)):
        near = Hit(start, end)
        if next_to(page, "position", near) or next_to(page, "talent", near):
            return "person"
        if next_to(page, "company", near) or next_to(page, "product", near):
            return "org"
        return "person"
    if len(proper) == 1 and next_to(page, "position", Hit(start, end)) and GIVEN.match(proper[0]):
        return "name"
    return "name" if len(proper) == 1 else "org"


def _names_a_person(words: list[str], *, double: bool) -> bool:
    """Whether each word may be a part of a person's name; a ``double`` one too, if it may be."""
    for word in words:
        if not word[:1].isupper() or not (GIVEN.match(word) or (double and _DOUBLE.match(word))):
            return False
    return True


def _says_what(page: Page, start: int, end: int) -> bool:
    """In German what somebody is looks like a double name: "Acme-Forscher", "Cloud-Firma"."""
    return page.lexicon.nouns_capital and any(
        start <= hit.start and hit.end <= end
        for name in ("position", "talent", "company", "product")
        for hit in page.hits(name)
    )


@lru_cache(maxsize=64)
def _elided(naming: Naming) -> re.Pattern[str] | None:
    """ "d'" before "Acme"."""
    return re.compile(rf"[{naming.elided}]['’](?=[^\W\d_])", re.IGNORECASE) if naming.elided else None


@lru_cache(maxsize=64)
def _formerly(naming: Naming) -> re.Pattern[str]:
    """ "ex-" before "Acme"."""
    return re.compile(rf"(?:{either(naming.former)})-(?=[^\W\d_])", re.IGNORECASE)


@lru_cache(maxsize=64)
def _no_party_behind(naming: Naming, maybe_noun: bool) -> re.Pattern[str] | None:
    """What ends where somebody without a part in it is named, or where a common noun stands."""
    patterns = [rf"(?:{either(naming.tellers)})\ (?:[a-z]{{2,3}}\ )?"] if naming.tellers else []
    if naming.determiners and maybe_noun:
        patterns.append(rf"(?:{either(naming.determiners)})\ (?:[^\W\d_]+e[mnrs]?\ ){{0,2}}")
    return re.compile(rf"\b(?:{'|'.join(patterns)})[\"']?$") if patterns else None
