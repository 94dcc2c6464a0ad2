"""The packaged words of ``watchers.stories``: concepts, names across scripts, words that say little.

Loads ``lexicon.toml``, ``names.toml`` and ``words.toml`` on first use and answers lookups;
which words a text has is for ``tokens``, what they weigh for ``evidence``.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from watchers.tables import read_table
from watchers.text import fold

MAX_PHRASE = 3  # words in the longest form
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_PARTS = re.compile(r"[^\s\"“”‘:,.!?()\[\]|–—]+")
_ELIDED = re.compile(r"(?<= )(?:[ldsjncmt]|qu)'(?=[^\W\d_]{2})")  # as the tokens of a text lose them
_NUMBER = re.compile(r"(?<!\S)\d{1,2}(?!\S)")  # of a list
_STEM = 8  # letters after which Latin words count as equal


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """Written forms of some vocabulary, by how they are looked up; all folded."""

    exact: Mapping[str, str] = field(default_factory=dict)  # word or phrase -> what it stands for
    starts: Mapping[str, str] = field(default_factory=dict)  # beginning of a word
    inside: tuple[tuple[str, str], ...] = ()  # anywhere in a long word
    cjk: Mapping[str, str] = field(default_factory=dict)  # anywhere in Han or kana
    longest: int = 0  # of ``cjk``

    def word(self, folded: str) -> str | None:
        """What a Latin word or phrase stands for; the beginning of a phrase reaches its last word."""
        found = self.exact.get(folded)
        if found is not None:
            return found
        for end in range(len(folded), folded.rfind(" ") + 3, -1):
            found = self.starts.get(folded[:end])
            if found is not None:
                return found
        if len(folded) > 8 and " " not in folded:
            for part, concept in self.inside:
                if part in folded:
                    return concept
        return None

    def runs(self, folded: str) -> Iterator[tuple[int, int, str]]:
        """Spans of known forms in a run of Han or kana, longest first, not overlapping."""
        at = 0
        while at < len(folded):
            for length in range(min(self.longest, len(folded) - at), 0, -1):
                found = self.cjk.get(folded[at : at + length])
                if found is not None:
                    yield at, at + length, found
                    at += length
                    break
            else:
                at += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """All of it."""

    concepts: Forms
    names: Forms
    famous: frozenset[str]  # what those names stand for
    common: frozenset[str]  # concepts that say little
    begin: frozenset[str]  # first words of all forms of several words
    silent: frozenset[str]
    plain: frozenset[str]  # stems
    comment: tuple[str, ...]  # beginnings of headlines about an event, with blanks around; "#": a number
    comment_inside: tuple[str, ...]  # what marks them anywhere
    comment_cjk: tuple[str, ...]
    looks_back: tuple[str, ...]  # beginnings of headlines about what came of an event
    portrait: tuple[str, ...]  # beginnings of headlines that say who somebody is, with a blank before


@cache
def vocabulary() -> Vocabulary:
    """The packaged vocabulary, loaded once."""
    lexicon, names = (read_table("watchers.stories", f"{name}.toml") for name in ("lexicon", "names"))
    words = _all_words()
    concepts = _forms((c, form) for c, forms in lexicon["concepts"].items() for form in forms.split())
    named = _forms(
        (stem(name), form.replace(" ", "_")) for name, forms in names["names"].items() for form in forms
    )
    several = (form for form in (*concepts.exact, *concepts.starts, *named.exact) if " " in form)
    return Vocabulary(
        concepts=concepts,
        names=named,
        famous=frozenset((*named.exact.values(), *named.cjk.values())),
        begin=frozenset(form.partition(" ")[0] for form in several),
        common=frozenset(lexicon["common"]),
        silent=frozenset(fold(words["silent"]).split()),
        plain=frozenset(stem(word) for word in fold(words["plain"]).split()),
        comment=tuple(f" {form} " for form in _phrases(words["comment"])),
        comment_inside=tuple(f" {form} " for form in _phrases(words["comment_inside"])),
        comment_cjk=tuple(fold(words["comment_cjk"]).split()),
        looks_back=tuple(f" {form} " for form in _phrases(words["looks_back"])),
        portrait=tuple(f" {form}" for form in _phrases(words["portrait"])),
    )


@cache
def _all_words() -> dict[str, Any]:
    return read_table("watchers.stories", "words.toml")


def listed(name: str) -> Any:
    """A section or key of ``words.toml``, as it is written there."""
    return _all_words()[name]


def is_comment(headline: str) -> bool:
    """Whether a headline talks about an event rather than tells it: "How …", "Interview: …"."""
    folded, words = fold(headline), vocabulary()
    spaced = _spaced(folded)
    return (
        spaced.startswith(words.comment)
        or any(form in spaced for form in words.comment_inside)
        or any(form in folded for form in words.comment_cjk)
    )


def looks_back(headline: str) -> bool:
    """Whether a headline begins with what it comes after: "Three weeks after the deal, …"."""
    return _spaced(fold(headline)).startswith(vocabulary().looks_back)


def is_portrait(headline: str) -> bool:
    """Whether a headline asks or says who somebody is: "Who is …?", "Meet …"."""
    return _spaced(fold(headline)).startswith(vocabulary().portrait)


def _spaced(folded: str) -> str:
    return " " + _NUMBER.sub("#", " ".join(_PARTS.findall(folded))) + " "


def _phrases(listed: str) -> tuple[str, ...]:
    return tuple(form.replace("_", " ") for form in fold(listed).split())


def stem(folded: str) -> str:
    """A Latin word without the endings that make one word look like two."""
    word = folded.removesuffix("'s").replace("-", "").replace("'", "").replace(".", "")
    if len(word) > 4 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    return word[:_STEM]


def _forms(pairs: Iterable[tuple[str, str]]) -> Forms:
    exact: dict[str, str] = {}
    starts: dict[str, str] = {}
    inside: list[tuple[str, str]] = []
    cjk: dict[str, str] = {}
    for meaning, written in pairs:
        form = _ELIDED.sub("", fold(written).replace("_", " "))
        if _CJK.search(form):
            cjk[form] = meaning
        elif form.startswith("*"):
            inside.append((form.strip("*"), meaning))
        elif form.endswith("*"):
            starts[form.rstrip("*")] = meaning
        else:
            exact[form] = meaning
    longest = max(map(len, cjk), default=0)
    return Forms(exact=exact, starts=starts, inside=tuple(inside), cjk=cjk, longest=longest)
