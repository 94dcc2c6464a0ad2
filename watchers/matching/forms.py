"""The written forms of an entity's names: what is listed, and what follows from it.

From one alias come its joined form ("ScaleAI"), its split form ("Open AI"), its handle,
and for a name that ends in "AI" what machine translation makes of it ("Scale IA", "IA da
Scale").  Finding them in a text is left to ``scan``, judging them to ``judge``.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import IntEnum
from functools import lru_cache

from storage.model import Alias, Entity, EntityKind
from watchers.matching.cues import ordinary_words, surnames
from watchers.text import INVISIBLE, fold

# Between the words of a name any of these may stand; also around it ("**Acme**").
_JOINTS = '-_"*·\n\t\r'
_SOFT_ASCII = bytes(32 if chr(number) in _JOINTS else number for number in range(128)) + bytes(
    range(128, 256)
)
_SQUEEZE = re.compile(" {2,}|" + INVISIBLE + "+")
_BLANKS = re.compile("   *")  # begins with two signs that are looked for, where the other is tried everywhere
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_AI = {"ai", "ia", "ki"}
# What translators make of "Acme AI"; the flag says that the words stand as in the name.
_ORDERS = tuple(
    (template.replace("ai", ai), bare)
    for ai in ("ai", "ia")
    for template, bare in (
        ("{} ai", True),
        ("ai {}", False),
        *((f"{{}} {joint} ai", False) for joint in ("da", "de", "do", "em")),
        *((f"ai {joint} {{}}", False) for joint in ("da", "de", "do", "em")),
    )
)
_UNITS = frozenset({"lab", "labs", "system", "systems"})
MIN_JOINED = 5  # letters: shorter joined words are other words


class Strength(IntEnum):
    """How much an alias says by itself."""

    AMBIGUOUS = 0
    PLAIN = 1
    STRONG = 2

    @property
    def label(self) -> str:
        """The word for it in evidence and in the tables of weights."""
        return self.name.lower()


class Part(IntEnum):
    """Which part of a person's name an alias is; names of things are FULL."""

    FULL = 0
    SURNAME = 1
    GIVEN = 2


# Asked of each name that is found: a member of an enum is looked up at several times the cost of these.
AMBIGUOUS, PLAIN, STRONG = Strength.AMBIGUOUS, Strength.PLAIN, Strength.STRONG
FULL, SURNAME, GIVEN = Part.FULL, Part.SURNAME, Part.GIVEN


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Form:
    """One pattern to look for, and what it is worth when found."""

    owner: int  # index of the entity
    text: str  # the alias as listed
    strength: Strength
    part: Part = FULL
    lang: str | None = None
    capital: int = -1  # index of the first word that is written with a capital; -1: none is
    exact: bool = False  # only as written in ``text``
    handle: bool = False  # only after "@"
    generated: bool = False
    described: bool = False  # says what somebody makes or owns: "Acme maker"
    spaced: bool = True  # letters of an alphabet: needs word boundaries
    ordinary: frozenset[str] = frozenset()  # languages in which it, or its first word, is ordinary
    several: bool = False  # words, each with a capital, that could be an ordinary phrase
    head: bool = False  # only its first word is ordinary


def soften(folded: str) -> str:
    """``folded`` with everything that may join the words of a name turned into blanks."""
    if folded.isascii():  # four times as fast
        return folded.encode().translate(_SOFT_ASCII).decode()
    for joint in _JOINTS:  # a translation asks a table for each sign
        folded = folded.replace(joint, " ")
    return folded


_SOFTENED_ASCII = bytes(map(ord, soften(fold("".join(map(chr, range(128))))))) + bytes(range(128, 256))


def softened(text: str) -> str:
    """``text`` folded and softened."""
    if text.isascii():
        return text.encode().translate(_SOFTENED_ASCII).decode()
    return soften(fold(text))


@lru_cache(maxsize=4096)  # each name is asked about several times while a watchlist is read
def pattern(text: str) -> str:
    """The form of ``text`` that is compared: folded, joints softened, blanks single."""
    return _SQUEEZE.sub(_one_blank, soften(fold(text))).strip()


def squeeze(softened: str) -> tuple[str, list[tuple[int, int]]]:
    """Without doubled blanks and unseen signs; and where each kept piece began.

    The second value lists (position in the result, position in ``softened``), ascending.
    """
    pieces: list[str] = []
    starts: list[tuple[int, int]] = []
    at = length = 0
    for match in (_SQUEEZE if INVISIBLE in softened else _BLANKS).finditer(softened):
        keep = match.start() + (match[0][0] == " ")
        if keep > at:
            starts.append((length, at))
            pieces.append(softened[at:keep])
            length += keep - at
        at = match.end()
    starts.append((length, at))
    pieces.append(softened[at:])
    return "".join(pieces), starts


def _one_blank(match: re.Match[str]) -> str:
    return " " if match[0][0] == " " else ""


def forms_of(entity: Entity, owner: int) -> Iterator[tuple[str, Form]]:
    """Every (pattern, form) by which ``entity`` may be written; patterns may repeat."""
    aliases = entity.aliases
    name = pattern(entity.name)
    if all(pattern(alias.text) != name for alias in aliases):
        aliases = (Alias(text=entity.name), *aliases)
    for alias in aliases:
        yield from _forms_of_alias(entity, owner, alias)
    yield from _translated_forms(entity, owner, aliases)


def _forms_of_alias(entity: Entity, owner: int, alias: Alias) -> Iterator[tuple[str, Form]]:
    text = alias.text.lstrip("@") if alias.text[:1] == "@" else alias.text
    key = pattern(text)
    if not key:
        return
    form = _form(entity, owner, alias, text, key)
    yield key, form
    if form.handle or form.exact:
        return
    if _CJK.search(key):
        if " " in key:
            yield key.replace(" ", ""), form
        return
    words = key.split(" ")
    joined = "".join(words)
    if len(words) > 1 and form.capital >= 0 and len(joined) >= MIN_JOINED and form.strength > AMBIGUOUS:
        yield joined, _variant(form, strength=STRONG, capital=0, ordinary=frozenset(), head=False)
    if words[-1] == "ai" and len(words) > 1:
        yield key[:-2] + "a.i.", form
    if len(words) > 2 and form.strength is STRONG and entity.kind is not EntityKind.PERSON:
        for key_of_slip in _plural_slips(words):
            yield key_of_slip, _variant(form, strength=PLAIN, generated=True)
    split = pattern(_CAMEL.sub(" ", text))
    if split != key and min(map(len, split.split(" "))) > 1:
        head = ordinary_words().get(split.split(" ")[0], frozenset())
        yield split, _variant(form, strength=PLAIN, generated=True, ordinary=head, head=True)


_LONG_WORD = 7  # letters: shorter words are too often other words with or without an s


def _plural_slips(words: list[str]) -> Iterator[str]:
    """ "Acme Machine Labs" for "Acme Machines Lab": one word or both with, or without, their s."""
    toggled = [
        {word, word[:-1] if word.endswith("s") else f"{word}s"}
        if len(word) >= _LONG_WORD or word in _UNITS
        else {word}
        for word in words
    ]
    for chosen in itertools.product(*toggled):
        if list(chosen) != words:
            yield " ".join(chosen)


def _form(entity: Entity, owner: int, alias: Alias, text: str, key: str) -> Form:
    strength = STRONG if alias.strong else AMBIGUOUS if alias.ambiguous else PLAIN
    words = key.split(" ")
    common = ordinary_words()
    ordinary, head = common.get(key, frozenset()), False
    if len(words) > 1 and strength < STRONG and words[-1] in _AI:
        ordinary, head = common.get(words[0], frozenset()), True
    if len(words) > 1 and strength is AMBIGUOUS and not _AI.isdisjoint(words) and not ordinary:
        ordinary = frozenset[str]().union(*(common.get(word, ()) for word in words))
    part = _part(entity, key, initials=alias.case_sensitive and text.isupper())
    if part is not FULL and strength is PLAIN and key in surnames():
        strength = AMBIGUOUS
    return Form(
        owner=owner,
        text=text,
        strength=strength,
        part=part,
        described=strength is PLAIN and _describes(entity, words),
        lang=alias.lang,
        capital=first_capital(text),
        exact=alias.case_sensitive,
        handle=alias.text[:1] == "@",
        spaced=not _CJK.match(key),
        ordinary=ordinary,
        several=strength < STRONG and len(words) > 1 and all(w[:1].isupper() for w in text.split()),
        head=head,
    )


def _describes(entity: Entity, words: list[str]) -> bool:
    """Whether an alias says what somebody is: "Facebook founder" has no word of the name."""
    if entity.kind is not EntityKind.PERSON or len(words) < 2 or _CJK.search(words[0]):
        return False
    return pattern(entity.name).isascii() and set(pattern(entity.name).split(" ")).isdisjoint(words)


def first_capital(text: str) -> int:
    """Index of the first word of ``text`` that is written with a capital; -1: none is."""
    words = text.replace("-", " ").split()
    for index, word in enumerate(words):
        if word[:1].isupper() and (word.lower() not in _AI or len(words) == 1):
            return index
    return -1


def _part(entity: Entity, key: str, *, initials: bool) -> Part:
    if entity.kind is not EntityKind.PERSON or initials or " " in key or _CJK.search(key):
        return FULL
    words = pattern(entity.name).split(" ")
    return GIVEN if len(words) > 1 and key in words[:-1] else SURNAME


_FIELDS = [one.name for one in fields(Form)]


def _variant(form: Form, **changes: object) -> Form:
    fields = {name: getattr(form, name) for name in _FIELDS}
    return Form(**{**fields, **changes})


def _translated_forms(entity: Entity, owner: int, aliases: tuple[Alias, ...]) -> Iterator[tuple[str, Form]]:
    """What machine translation makes of "Acme AI": {head} x {ai, ia}, in either order."""
    words = pattern(entity.name).split(" ")
    if entity.kind is EntityKind.PERSON or len(words) != 2 or words[1] != "ai":
        return
    listed = {pattern(alias.text) for alias in aliases}
    original = words[0]
    heads: dict[str, tuple[str, str | None]] = {original: (entity.name.split()[0], None)}
    for alias in aliases:
        key = pattern(alias.text)
        if alias.ambiguous and alias.lang in ("pt", "es", "fr", "it") and key.isalpha():
            heads.setdefault(key, (alias.text, alias.lang))
    for head, (text, lang) in heads.items():
        common = ordinary_words().get(head, frozenset())
        for template, bare in _ORDERS:
            key = template.format(head)
            if key not in listed:
                yield (
                    key,
                    Form(
                        owner=owner,
                        text=template.format(text),
                        strength=PLAIN if bare and head == original else AMBIGUOUS,
                        lang=lang,
                        capital=first_capital(template.format(text)),
                        generated=True,
                        ordinary=common,
                        head=bare,
                    ),
                )
