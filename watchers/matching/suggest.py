"""Aliases for a new name, and what is ambiguous about a name: for ``watch add`` and ``watch import``."""

from collections.abc import Iterable

from storage.model import Alias, EntityKind
from watchers.matching.cues import (
    given_names,
    headline_words,
    ordinary_words,
    small_words,
    surnames,
    topics,
)
from watchers.matching.forms import pattern

_LEGAL_FORMS = frozenset(
    {
        "inc",
        "llc",
        "ltd",
        "plc",
        "gmbh",
        "ag",
        "sa",
        "bv",
        "pbc",
        "corp",
        "corporation",
        "company",
        "co",
        "limited",
    }
)
_GENERIC = frozenset(
    {
        "labs",
        "lab",
        "ai",
        "technologies",
        "technology",
        "systems",
        "group",
        "research",
        "robotics",
        "networks",
    }
)
_LANGUAGES = {
    "en": "English",
    "pt": "Portuguese",
    "es": "Spanish",
    "fr": "French",
    "de": "German",
    "it": "Italian",
    "nl": "Dutch",
}
SHORT = 3  # letters: an abbreviation this short has many meanings


def ambiguity(alias: str) -> tuple[str, ...]:
    """Why a written form may mean something else; empty where nothing is known against it."""
    key = pattern(alias)
    words = key.split(" ")
    reasons = [why] if (why := ordinary(alias)) else []
    if key in surnames():
        reasons.append("a common family name")
    if key in given_names():
        reasons.append("a common given name")
    if len(words) == 2 and words[0] in given_names() and words[1] in surnames():
        reasons.append("a common given name with a common family name")
    if key.isascii() and key.isalnum() and len(key) <= SHORT:
        reasons.append("short enough to be many abbreviations")
    return tuple(reasons)


def ordinary(alias: str) -> str:
    """That a written form is an ordinary word, and in which languages; '' where none is known."""
    key = pattern(alias)
    if langs := _ordinary_in(key):
        return f"an ordinary word in {_list_of(langs)}"
    words = key.split(" ")
    langs = ordinary_words().get(words[0], frozenset())
    if langs and len(words) == 2 and words[1] in ("ai", "ia", "labs"):
        return f"two ordinary words in {_list_of(langs)}"
    return ""


def _ordinary_in(key: str) -> frozenset[str]:
    told_of_companies = {lang for lang, words in headline_words().items() if key in words}
    return ordinary_words().get(key, frozenset()) | told_of_companies


def _commonest_in(words: Iterable[str]) -> frozenset[str]:
    return frozenset(lang for lang, small in small_words().items() if small.issuperset(words))


def everywhere(alias: str) -> str:
    """Why texts about anybody hold a written form, so that no evidence makes it a name; '' where they do not."""
    key = pattern(alias)
    if len(key) == 1:
        return "a single sign"
    if not any(sign.isalpha() for sign in key):
        return "a number alone"
    if key in topics().initials:
        return "what the whole field is called"
    words = key.split(" ")
    if langs := _commonest_in(words):
        those = "one" if len(words) == 1 else "nothing but some"
        return f"{those} of the commonest words in {_list_of(langs)}"
    return ""


def _list_of(langs: frozenset[str]) -> str:
    return ", ".join(sorted(_LANGUAGES.get(lang, lang) for lang in langs))


def suggest_aliases(name: str, kind: EntityKind) -> list[Alias]:
    """Written forms that a watcher of ``name`` would list, flagged; the name itself first.

    Joined forms, genitives, translated variants and spellings with other blanks, hyphens
    or accents need no alias: the matcher derives them.
    """
    name = " ".join(name.split())
    suggested = [_flagged(name)] if name else []
    words = name.split()
    if kind is EntityKind.PERSON:
        if len(words) > 1 and pattern(words[-1]):
            family = words[-1]
            shared = bool(ambiguity(family))
            suggested.append(Alias(text=family, ambiguous=True) if shared else Alias(text=family))
            if len(words) > 2:
                suggested.append(_flagged(f"{words[0]} {words[-1]}"))
    else:
        suggested += _company_forms(words)
    return list({alias.text: alias for alias in reversed(suggested)}.values())[::-1]


def _company_forms(words: list[str]) -> list[Alias]:
    forms: list[Alias] = []
    bare = list(words)
    while len(bare) > 1 and bare[-1].strip(".,").lower() in _LEGAL_FORMS:
        bare.pop()
        bare[-1] = bare[-1].rstrip(",")
        forms.append(_flagged(" ".join(bare)))
    if len(bare) == 2 and bare[1].lower() in _GENERIC and len(bare[0]) > 1:
        forms.append(Alias(text=bare[0], ambiguous=True))
    if len(bare) > 2:
        initials = "".join(word[0] for word in bare if word[0].isalpha()).upper()
        if len(initials) == len(bare):
            forms.append(Alias(text=initials, ambiguous=True, case_sensitive=True))
    return forms


def _flagged(text: str) -> Alias:
    reasons = ambiguity(text)
    if reasons:
        two_words = " " in text and not text.islower()
        return Alias(text=text) if two_words else Alias(text=text, ambiguous=True)
    return Alias(text=text, strong=" " in text or len(pattern(text)) > 5)
