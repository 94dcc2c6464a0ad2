"""Word tables of the matcher, read once: cues by language, given names, ordinary words.

The words lie in ``cues/<language>.toml``, ``names``, ``ordinary``, ``sections`` and ``topics.toml``; nothing
is read before the first use.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from watchers.text import fold

LANGUAGES = ("en", "pt", "es", "fr", "de", "nl", "it", "ja", "zh", "ko", "ru")
CJK = frozenset({"ja", "zh", "ko"})

Words = frozenset[str]
_NONE: Words = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """What the words of one language say about a name beside them (all folded)."""

    verbs: Words = _NONE
    adverbs: Words = _NONE
    nouns: Words = _NONE
    before: Words = _NONE
    verbs_before: Words = _NONE
    indefinite: Words = _NONE
    functions: Words = _NONE
    honorifics: Words = _NONE
    links: Words = _NONE
    new: Words = _NONE
    former: Words = _NONE
    naming: Words = _NONE  # before a role that somebody takes up: "named Acme's chief executive"
    posts: Words = _NONE  # likewise, where the role is a post: "left the post of Acme's chief"
    taking: Words = _NONE  # what an employer does to somebody else's people: "hired Acme's chief"
    participles: Words = _NONE  # after a hyphen: "Acme-owned"
    prepositions: Words = _NONE  # that no verb can follow
    copulas: Words = _NONE
    everyday: Words = _NONE  # verbs of things as well as of companies: "is", "hits"
    causatives: Words = _NONE  # "helps somebody do"
    definite: Words = _NONE  # articles that no company bears
    future: Words = _NONE  # before a verb in headlines: "Acme to hire"
    undertakings: Words = _NONE  # verbs after it that only somebody does
    changes: Words = _NONE  # … that anything may bring about, unless a number follows: "to cut 200"
    appositions: Words = _NONE  # behind a comma: "Acme, founded by"
    within: Words = _NONE  # "Acme in talks", with ``talks``
    talks: Words = _NONE
    complements: Words = _NONE  # what follows an ordinary noun: "meta de vendas"
    prefixes: Words = _NONE  # before a hyphen: "post-Acme"
    heads: Words = _NONE  # of posts that a word before them tells: "finance chief"
    things: Words = _NONE  # nouns that an order may name as well: "Scale AI Models"
    participle_endings: tuple[str, ...] = ()
    verb_endings: tuple[str, ...] = ()  # as most verbs of headlines end
    right: tuple[str, ...] = ()  # CJK: beginnings of what follows a name
    left: tuple[str, ...] = ()
    against_right: tuple[str, ...] = ()
    honorifics_right: tuple[str, ...] = ()
    naming_after: tuple[str, ...] = ()  # what says behind a role that somebody takes it up: に就任
    roles: Mapping[str, str] = field(default_factory=dict)  # written form -> role
    role_heads: Words = _NONE  # first words of roles
    longest_role: int = 1  # in words


_SEQUENCES = (
    "participle_endings",
    "verb_endings",
    "right",
    "left",
    "against_right",
    "honorifics_right",
    "naming_after",
)


def _table(name: str) -> dict[str, object]:
    return tomllib.loads(files("watchers.matching").joinpath(name).read_text(encoding="utf-8"))


@cache
def cues(lang: str | None) -> Cues:
    """The cues of a language; those of all Latin ones together where it is not known."""
    if lang not in LANGUAGES:
        return _together([cues(one) for one in LANGUAGES if one not in CJK and one != "ru"])
    table = _table(f"cues/{lang}.toml")
    roles: dict[str, str] = {}
    for role, forms in dict(table.pop("roles", {})).items():  # type: ignore[call-overload]
        roles.update({fold(form): role for form in forms})
    words: dict[str, Words] = {}
    sequences: dict[str, tuple[str, ...]] = {}
    for key, value in table.items():
        folded = [fold(word) for word in str(value).split()]
        if key in _SEQUENCES:
            sequences[key] = tuple(folded)
        else:
            words[key] = frozenset(folded)
    longest = max((form.count(" ") + 1 for form in roles), default=1)
    words["role_heads"] = frozenset(form.split(" ")[0] for form in roles)
    return Cues(**words, **sequences, roles=roles, longest_role=longest)  # type: ignore[arg-type]


def _together(several: list[Cues]) -> Cues:
    words: dict[str, Words] = {
        name: frozenset(word for one in several for word in getattr(one, name))
        for name in Cues.__slots__
        if isinstance(getattr(several[0], name), frozenset)
    }
    roles = {form: role for one in reversed(several) for form, role in one.roles.items()}
    longest = max(one.longest_role for one in several)
    return Cues(**words, roles=roles, longest_role=longest)  # type: ignore[arg-type]


@cache
def given_names() -> Words:
    """Common given names."""
    return frozenset(str(_table("names.toml")["given"]).split())


@cache
def surnames() -> Words:
    """Family names that many people bear."""
    names = _table("names.toml")
    return frozenset(f"{names['surnames']} {names['family_first']}".split())


@cache
def family_first() -> Words:
    """Family names that stand before the given name in their own order."""
    return frozenset(str(_table("names.toml")["family_first"]).split())


@cache
def sections() -> tuple[Words, Words]:
    """Sections of outlets, as they stand in addresses: about other things, and fitting ones."""
    table = _table("sections.toml")
    return frozenset(str(table["alien"]).split()), frozenset(str(table["fitting"]).split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """Words that tell what a text is about, and what sort of thing bears a name (all folded)."""

    field: Words  # of the field that is watched
    shared: Words  # of it and of others
    elsewhere: Words  # of another field: sport, stage, food
    field_cjk: tuple[str, ...]  # the same for Chinese, Japanese and Korean, looked for anywhere
    shared_cjk: tuple[str, ...]
    elsewhere_cjk: tuple[str, ...]
    bearers: Words  # right before a name: "hotel", "ship"
    houses: Words  # the same, with a capital: "Grupo"
    callings: Words  # right before a person's name: "judge", "coach"
    trades: Words  # right after it, with a capital: "Hotels", "Mining"
    legal: Words  # right after it: "GmbH"


@cache
def topics() -> Topics:
    """The words of ``topics.toml``."""
    table: dict[str, dict[str, str]] = _table("topics.toml")  # type: ignore[assignment]

    def words(of: str) -> tuple[str, ...]:
        return tuple(fold(word) for word in of.split())

    field, elsewhere, bearers = table["field"], table["elsewhere"], table["bearers"]
    elsewhere_cjk = words(elsewhere.pop("cjk"))
    return Topics(
        field=frozenset(words(field["plain"])),
        shared=frozenset(words(field["shared"])),
        elsewhere=frozenset(words(" ".join(elsewhere.values()))),
        field_cjk=words(field["cjk"]),
        shared_cjk=words(field["shared_cjk"]),
        elsewhere_cjk=elsewhere_cjk,
        bearers=frozenset(words(bearers["before"])),
        houses=frozenset(words(bearers["houses"])),
        callings=frozenset(words(bearers["callings"])),
        trades=frozenset(words(bearers["after"])),
        legal=frozenset(words(bearers["legal"])),
    )


@cache
def ordinary_words() -> Mapping[str, frozenset[str]]:
    """Ordinary words that are names too, with the languages in which they are ordinary."""
    langs: dict[str, set[str]] = {}
    for lang, words in _table("ordinary.toml").items():
        for word in str(words).split():
            langs.setdefault(fold(word), set()).add(lang)
    return {word: frozenset(of) for word, of in langs.items()}
