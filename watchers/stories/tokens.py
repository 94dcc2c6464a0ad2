"""The words of an entry by which it is compared: names, words, concepts, numbers.

Pure.  Proper nouns are found in any script: capitalised words where capitals mean
something, Latin runs inside Chinese and Japanese, katakana (as a consonant skeleton, so
that アガルワル meets Agarwal) and known names in Han.  Spans that an accepted mention
covers are left out: they count as entities.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from storage.model import Document, Mention
from watchers.stories.background import background
from watchers.stories.numbers import numbers
from watchers.stories.vocabulary import MAX_PHRASE, stem, vocabulary
from watchers.text import fold, is_title_case

LEAD = 320  # code points of the summary that count: a lead, not an article
KEPT = 4_096  # words of which is kept what they are: half of a text are the same few hundred
_LATIN = r"[A-Za-z0-9\u00c0-\u024f][A-Za-z0-9\u00c0-\u024f$]*(?:[-'’.&][A-Za-z0-9\u00c0-\u024f$]+)*"
_TOKEN = re.compile(
    rf"(?P<latin>{_LATIN})|(?P<kana>[\u30a1-\u30fa\u30fc]{{2,}})|(?P<han>[\u3400-\u9fff々]+)|(?P<other>[^\W\d_A-Za-z\u00c0-\u024f\u3040-\u30ff\u3400-\u9fff々]{{3,}})"
)
# What aggregators add to a text: credits, links, scores.  Blanked, so that positions stay.
_ADDED = re.compile(
    r"\s\([^()/]{3,60}/[^()]{2,60}\)\s*$|\s[-–—|]\s[\w .]{2,30}$|https?://\S+|\b(?:Score|Comments|Points|By):\s*\S+"
    r"|submitted by\s+/?u/\S+|\[(?:link|comments|pdf|video)\]|\b[ur]/\w+",
    re.I,
)
_WORD_LENGTH = 30  # code points of a run without blanks up to which it may come again
_AT_END = 40  # code points in which the last of them stands
_HAN_OR_KANA = re.compile(r"[\u30a1-\u30fa\u30fc\u3400-\u9fff々]")
_ELIDED = re.compile(r"(?:[ldsjncmt]|qu|jusqu|lorsqu|puisqu)['’](?=[^\W\d_]{2})")
_HYPHENED = re.compile(r"[^\W\d_]{2,}(?:-[^\W\d_]{2,})+")
_ENDS = frozenset(".!?:")  # what may end a sentence
_VERSION = re.compile(r"\d(?:\.\d+)?")
_CURRENCY = re.compile(r"(?:us|r|a|c|hk|nt)?\$.*")
_DIGITS_ONLY = re.compile(r"[\d.,'’-]+[a-z]{0,2}$", re.I)
_QUANTITY = re.compile(r"\d[\d.,]*(?:[tgp]b|[gm]w|nm|hz)$", re.I)
_INNER_CAPITAL = re.compile(r"[a-z0-9].*[A-Z]|^[A-Z]{2,}[a-z0-9]*$|^[A-Za-z]+\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What a text says outside its mentions; each tuple in order of appearance, headline first."""

    names: tuple[str, ...]
    words: tuple[str, ...]
    concepts: tuple[str, ...]
    numbers: tuple[float, ...]
    headline: tuple[int, int, int, int]  # how many of each stand in the headline
    behind: tuple[str, ...]  # names and words that it has as background only


def spoken(document: Document, mentions: Sequence[Mention], lang: str | None) -> Spoken:
    """Names, words, concepts and numbers of headline and lead."""
    sink = _Sink()
    lead = document.summary or document.text
    capitals = _CAPITALS.get(lang or "", _Capitals.PLAIN)
    foreign = capitals is _Capitals.FOREIGN
    in_title = _Capitals.EVERYWHERE if is_title_case(document.title) and not foreign else capitals
    taken = _taken(mentions, "title")
    told, behind = _parted(document.title, lang)
    _read(told, taken, sink, in_title)
    counted = _numbers(told, lang)
    headline = (len(sink.names), len(sink.words), len(sink.concepts), len(counted))
    start = "summary" if document.summary else "text"
    if behind:
        _read(behind, taken, sink, in_title)
    beyond = (*tuple(sink.names)[headline[0] :], *tuple(sink.words)[headline[1] :])
    _read(lead[:LEAD], _taken(mentions, start), sink, capitals)
    return Spoken(
        names=tuple(sink.names),
        words=tuple(sink.words),
        concepts=tuple(sink.concepts),
        numbers=tuple(dict.fromkeys((*counted, *_numbers(behind, lang), *_numbers(lead[:LEAD], lang)))),
        headline=headline,
        behind=beyond,
    )


def _parted(title: str, lang: str | None) -> tuple[str, str]:
    """What a headline tells and what stands behind it, each with blanks for the other."""
    span = background(title, lang)
    if span is None:
        return title, ""
    start, end = span
    return (
        title[:start] + " " * (end - start) + title[end:],
        " " * start + title[start:end],
    )


def _numbers(text: str, lang: str | None) -> tuple[float, ...]:
    if not text:
        return ()
    return tuple(dict.fromkeys(numbers(fold(_ADDED.sub(" ", text) if _may_add(text) else text), lang)))


def _may_add(text: str) -> bool:
    """Whether a text may hold what aggregators add: each of that has one of these signs."""
    if "/" in text or ":" in text or "[" in text:
        return True
    end = text[-_AT_END:]
    return "-" in end or "–" in end or "—" in end or "|" in end


class _Capitals(Enum):
    """What a capital letter means in a text."""

    PLAIN = "a name, but at the beginning of a sentence"
    NOUNS = "a noun: German"
    FOREIGN = "a name: Latin letters inside another script"
    EVERYWHERE = "nothing: Title Case"


_CAPITALS = {"de": _Capitals.NOUNS, **dict.fromkeys(("zh", "ja", "ko"), _Capitals.FOREIGN)}


class _Sink:
    def __init__(self) -> None:
        self.names: dict[str, None] = {}
        self.words: dict[str, None] = {}
        self.concepts: dict[str, None] = {}


def _taken(mentions: Sequence[Mention], field: str) -> list[Mention]:
    return [m for m in mentions if m.accepted and m.field == field]


def _beyond(folded: str, mention: Mention) -> dict[str, None]:
    """What a mention says beyond its entity's name: the version of a model, say."""
    folded = folded.removesuffix("'s").removesuffix("’s")
    if folded in mention.entity or not (mention.text[:1].isalpha() and mention.text.isascii()):
        return {}
    head = mention.entity.split("-")[0]
    if not fold(mention.text).startswith(head):
        return {}  # written quite otherwise: a translation, a nickname
    return {f"no{folded}" if _VERSION.fullmatch(folded) else stem(folded): None}


def _read(text: str, taken: Sequence[Mention], sink: _Sink, capitals: _Capitals) -> None:
    if _may_add(text):
        text = _ADDED.sub(lambda found: " " * len(found.group()), text)
    for named in taken:  # what follows it without a blank is no part of it
        said = _HAN_OR_KANA.sub(" ", text[named.start : named.end])
        text = text[: named.start] + said + text[named.end :]
    latin: list[tuple[str, str, bool]] = []  # raw, folded, begins a sentence
    begins, after = True, len(text)
    if not taken:  # each run between blanks is what it is wherever it stands
        for run in text.split():
            known = _known_tokens if len(run) <= _WORD_LENGTH else _tokens
            for sort, raw, piece, ends in known(run):
                if sort == "latin":
                    latin.append((raw, piece, begins))
                    begins = ends
                else:
                    _other(sort, piece, sink)
        _latin(latin, sink, capitals)
        return
    folded = fold(text)
    for found in _TOKEN.finditer(text):
        start, end = found.span()
        mention, sort = None, found.lastgroup
        for one in taken:
            if one.start < end and start < one.end:
                mention = one
                break
        if mention is not None:
            if sort == "latin":
                sink.names.update(_beyond(folded[start:end], mention))
            latin.append(("", "", False))
            begins, after = False, mention.end
            continue
        if start == after + 1 and _VERSION.fullmatch(folded[start:end]):
            sink.names.setdefault(f"no{folded[start:end]}")  # Llama 4 and Llama 5 are two things
            continue
        if sort == "latin":
            for raw, piece in _pieces(text[start:end], folded[start:end]):
                latin.append((raw, piece, begins))
                begins = False
            begins = text[end : end + 1] in _ENDS
        else:
            _other(sort, folded[start:end], sink)
    _latin(latin, sink, capitals)


def _tokens(run: str) -> tuple[tuple[str | None, str, str, bool], ...]:
    """What stands in a run without blanks: sort, raw, folded, whether a sentence may end behind it."""
    folded, tokens = fold(run), []
    for found in _TOKEN.finditer(run):
        start, end = found.span()
        if found.lastgroup != "latin":
            tokens.append((found.lastgroup, run[start:end], folded[start:end], False))
            continue
        pieces = _pieces(run[start:end], folded[start:end])
        tokens += [("latin", raw, piece, False) for raw, piece in pieces[:-1]]
        tokens.append(("latin", *pieces[-1], run[end : end + 1] in _ENDS))
    return tuple(tokens)


_known_tokens = lru_cache(maxsize=KEPT)(_tokens)


def _other(sort: str | None, folded: str, sink: _Sink) -> None:
    """A token that is not Latin."""
    if sort == "kana":
        _kana(folded, sink)
    elif sort == "han":
        _han(folded, sink)
    else:
        sink.words.setdefault(stem(folded))


@lru_cache(maxsize=KEPT)
def _pieces(raw: str, folded: str) -> tuple[tuple[str, str], ...]:
    """A written word as the words it is made of: "l'armée", "KI-Start-up"; known ones stay whole."""
    found = _ELIDED.match(folded)
    if found and vocabulary().concepts.word(folded) is None:
        raw, folded = raw[found.end() :], folded[found.end() :]
    if "-" not in folded or vocabulary().concepts.word(folded) or not _HYPHENED.fullmatch(folded):
        return ((raw, folded),)
    head, _, rest = folded.partition("-")
    return ((raw[: len(head)], head), *_pieces(raw[len(head) + 1 :], rest))


class _Word(NamedTuple):
    """What a word is by itself; all None and False for one that says nothing."""

    name: str | None = None  # certainly
    concept: str | None = None
    capital: str | None = None  # a name where capitals mean one
    word: str | None = None  # else


def _latin(tokens: Sequence[tuple[str, str, bool]], sink: _Sink, capitals: _Capitals) -> None:
    begin, at = vocabulary().begin, 0
    while at < len(tokens):
        raw, folded, _ = tokens[at]
        at += 1
        if not raw:
            continue
        phrase = _phrase(tokens, at - 1) if folded in begin else None
        if phrase is not None:
            length, word = phrase
            at += length - 1
        else:
            word = _word(raw, folded)
        if word.name is not None:
            sink.names.setdefault(word.name)
        elif word.concept is not None:
            sink.concepts.setdefault(word.concept)
        elif word.capital is not None and _is_name(tokens, at - 1, capitals):
            sink.names.setdefault(word.capital)
        elif word.word is not None:
            sink.words.setdefault(word.word)


@lru_cache(maxsize=KEPT)
def _word(raw: str, folded: str) -> _Word:
    """What one Latin word is, whatever stands beside it."""
    words = vocabulary()
    form = _form(raw, folded, several=False)
    if form is not None:
        return form
    plain = folded.removesuffix("'s").removesuffix("'")
    if _QUANTITY.match(plain):
        return _Word(name=plain.replace(",", "."))
    stemmed = stem(plain)
    known = stemmed in words.plain
    if (
        len(plain) < 2
        or plain in words.silent
        or _CURRENCY.fullmatch(plain)
        or _DIGITS_ONLY.match(plain)
        or (known and len(plain) < 3)
    ):
        return _Word()
    if _made_up(raw) and not known:
        return _Word(name=stemmed)
    if len(plain) < 3:
        return _Word()
    return _Word(capital=stemmed if raw[0].isupper() and not known else None, word=stemmed)


def _is_name(tokens: Sequence[tuple[str, str, bool]], at: int, capitals: _Capitals) -> bool:
    """Whether an unknown capitalised word is a name; in German two in a row have to be."""
    if capitals is _Capitals.PLAIN:
        _, folded, begins = tokens[at]
        return not begins or _capital(tokens, at + 1) or stem(folded) in vocabulary().famous
    if capitals is _Capitals.FOREIGN:
        return True
    return capitals is _Capitals.NOUNS and (_capital(tokens, at - 1) or _capital(tokens, at + 1))


def _made_up(raw: str) -> bool:
    """Whether a word is written as only names are: "OpenAI", "GPT4"; "Bild-Technik" is two words."""
    return any(map(_INNER_CAPITAL.search, raw.split("-")))


def _capital(tokens: Sequence[tuple[str, str, bool]], at: int) -> bool:
    return 0 <= at < len(tokens) and tokens[at][0][:1].isupper()


def _phrase(tokens: Sequence[tuple[str, str, bool]], at: int) -> tuple[int, _Word] | None:
    """How many tokens from ``at``, two at least, make a known form, and what that is."""
    for length in range(min(MAX_PHRASE, len(tokens) - at), 1, -1):
        pieces = [piece for _, piece, _ in tokens[at : at + length]]
        if all(pieces):
            form = _form(tokens[at][0], " ".join(pieces), several=True)
            if form is not None:
                return length, form
    return None


def _form(raw: str, folded: str, *, several: bool) -> _Word | None:
    """The name or concept that is written so, ``raw`` its first word; a made-up word is no concept."""
    words, form = vocabulary(), folded.removesuffix("'s")
    if raw[0].isupper() and (name := words.names.exact.get(form)) is not None:
        return _Word(name=name)
    concept = words.concepts.word(form)
    return _Word(concept=concept) if concept is not None and (several or not _made_up(raw)) else None


def _kana(folded: str, sink: _Sink) -> None:
    words, rest = vocabulary(), folded
    for start, end, name in words.names.runs(folded):
        sink.names.setdefault(name)
        rest = rest.replace(folded[start:end], " ")
    for start, end, concept in words.concepts.runs(rest):
        sink.concepts.setdefault(concept)
        rest = rest[:start] + " " * (end - start) + rest[end:]
    for piece in rest.split():
        shape = skeleton(romaji(piece))
        if len(shape) >= 2:
            sink.names.setdefault("~" + shape)


def _han(folded: str, sink: _Sink) -> None:
    words, rest = vocabulary(), folded
    for start, end, name in words.names.runs(folded):
        sink.names.setdefault(name)
        rest = rest[:start] + " " * (end - start) + rest[end:]
    for start, end, concept in words.concepts.runs(rest):
        sink.concepts.setdefault(concept)
        rest = rest[:start] + " " * (end - start) + rest[end:]
    for piece in rest.split():
        for at in range(len(piece) - 1):
            sink.words.setdefault(piece[at : at + 2])


_VOWELS = dict(zip("アイウエオ", "aiueo", strict=True))
_ROWS = {
    "カキクケコ": "k", "ガギグゲゴ": "g", "サシスセソ": "s", "ザジズゼゾ": "z", "タチツテト": "t",
    "ダヂヅデド": "d", "ナニヌネノ": "n", "ハヒフヘホ": "h", "バビブベボ": "b", "パピプペポ": "p",
    "マミムメモ": "m", "ラリルレロ": "r",
}  # fmt: skip
_KANA = {
    **_VOWELS,
    **{kana: c + v for row, c in _ROWS.items() for kana, v in zip(row, "aiueo", strict=True)},
    "ヤ": "ya", "ユ": "yu", "ヨ": "yo", "ワ": "wa", "ヲ": "o", "ン": "n", "ヴ": "vu", "ー": "", "ッ": "",
    "ァ": "a", "ィ": "i", "ゥ": "u", "ェ": "e", "ォ": "o", "ャ": "ya", "ュ": "yu", "ョ": "yo",
}  # fmt: skip


def romaji(kana: str) -> str:
    """A katakana word in Latin letters, roughly: enough for its consonants."""
    return "".join(_KANA.get(char, "") for char in kana)


_LIKE = str.maketrans({"l": "r", "v": "b", "c": "k", "q": "k", "x": "k", "z": "s", "f": "h", "j": "s"})
_DIGRAPHS = (("ch", "t"), ("sh", "s"), ("th", "s"), ("ph", "h"), ("ck", "k"), ("ts", "t"), ("ti", "t"))


def skeleton(latin: str) -> str:
    """The consonants of a name, those that katakana cannot tell apart made equal."""
    word = latin
    for pair, one in _DIGRAPHS:
        word = word.replace(pair, one)
    shape = word.translate(_LIKE)
    kept = [
        char
        for at, char in enumerate(shape)
        if char.isalpha() and char not in "aeiouwyh" and char != shape[at - 1 : at]
    ]
    return "".join(kept)
