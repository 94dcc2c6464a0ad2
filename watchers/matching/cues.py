"""Word tables of the matcher, read once: cues by language, given names, ordinary words.

The words of a language lie in ``cues/<language>.toml``; what all languages share in ``names``,
``sections`` and ``topics.toml``.  Nothing is read before the first use.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache, partial
from importlib.resources import files
from typing import Any

from watchers.tables import Fault, build, read_part, read_section, read_table, section_faults
from watchers.text import fold

_PACKAGE = "watchers.matching"
CJK = frozenset({"ja", "zh", "ko"})
# Traits of languages, also of such as have no table of their own.
GENITIVE_S = frozenset({"de", "nl", "sv", "da", "no", "nb", None})  # "Acmes Werk"
COMPOUNDING = frozenset({"de", "nl", "sv", "da", "no"})  # "Acme-werk"
ROMANCE = frozenset({"pt", "es", "gl", "ca", "fr", "it"})

Words = frozenset[str]
_NONE: Words = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cues:
    """What the words of one language say about a name beside them (all folded)."""

    verbs: Words = _NONE
    adverbs: Words = _NONE
    nouns: Words = _NONE
    before: Words = _NONE
    verbs_before: Words = _NONE
    indefinite: Words = _NONE
    own: Words = _NONE  # those of them that say whose a described unit is: "su laboratorio"
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
    by: Words = _NONE  # right after one of them
    within: Words = _NONE  # "Acme in talks", with ``talks``
    talks: Words = _NONE
    complements: Words = _NONE  # what follows an ordinary noun: "meta de vendas"
    prefixes: Words = _NONE  # before a hyphen: "post-Acme"
    heads: Words = _NONE  # of posts that a word before them tells: "finance chief"
    things: Words = _NONE  # nouns that an order may name as well: "Scale AI Models"
    ands: Words = _NONE  # between two names
    ands_before_names: Words = _NONE  # the same where headlines do not capitalise every word
    of: Words = _NONE  # "the startup of Doe"
    about: Words = _NONE  # before a number: "up to"
    plural_before: Words = _NONE  # before one of these a genitive is a plural: "Metas und …"
    jointly: Words = _NONE  # before a hyphen: one of several, who are people: "co-creator"
    one_of_many: Words = _NONE  # before a maker that is a person: "a Widget developer"
    other_things: Words = _NONE  # after a name, what is made for it by others: "Widget clones"
    companies: Words = _NONE  # what a founder is known by: "Doe's lab"
    longer_posts: Words = _NONE  # after a role: that it is another post, "chief financial officer"
    latin: bool = True  # written in the Latin alphabet
    participle_endings: tuple[str, ...] = ()
    verb_endings: tuple[str, ...] = ()  # as most verbs of headlines end
    right: tuple[str, ...] = ()  # CJK: beginnings of what follows a name
    left: tuple[str, ...] = ()
    against_right: tuple[str, ...] = ()
    honorifics_right: tuple[str, ...] = ()
    companies_right: tuple[str, ...] = ()
    naming_after: tuple[str, ...] = ()  # what says behind a role that somebody takes it up: に就任
    roles: Mapping[str, str] = field(default_factory=dict)  # written form -> role
    role_heads: Words = _NONE  # first words of roles
    longest_role: int = 1  # in words


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """``[described]``: wordings parted by ``|``, in which ``{}`` stands for the name."""

    maker: str = ""  # of what somebody makes
    owner: str = ""  # of what he owns
    listed_maker: tuple[str, ...] = ()  # how a listed alias ends that stands for the wordings: "Acme maker"
    listed_owner: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordinary:
    """``[ordinary]``: words of the language that are names too."""

    words: Words = _NONE


SECTIONS: Mapping[str, type] = {"described": Described, "ordinary": Ordinary}
MADE = ("roles", "role_heads", "longest_role")  # fields that are no plain words


@cache
def languages() -> tuple[str, ...]:
    """Those that have a table; English first."""
    found = (one.name.removesuffix(".toml") for one in files(_PACKAGE).joinpath("cues").iterdir())
    return tuple(sorted((one for one in found if len(one) == 2), key=lambda one: (one != "en", one)))


def cues(lang: str | None) -> Cues:
    """The cues of a language; those of all Latin ones together where it is not known.

    Raises TableError, which names file, line and section, where a table cannot be used.
    """
    return _load(lang) if lang in languages() else _latin()


@cache
def _latin() -> Cues:
    return _together([*(one for one in map(_load, languages()) if one.latin), _load("other")])


@cache
def _load(lang: str) -> Cues:
    read = partial(read_part, sections=SECTIONS, others=True)
    return build(_PACKAGE, f"cues/{lang}.toml", _compile, problems, read)


def _compile(table: dict[str, Any]) -> Cues:
    plain = {key: value for key, value in table.items() if key != "roles"}
    roles = {fold(form): role for role, forms in table.get("roles", {}).items() for form in forms}
    return replace(
        read_section(Cues, plain),
        roles=roles,
        role_heads=frozenset(form.split(" ")[0] for form in roles),
        longest_role=max((form.count(" ") + 1 for form in roles), default=1),
    )


def problems(table: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with a table of cues, and where."""
    plain = {key: value for key, value in table.items() if key != "roles" and key not in SECTIONS}
    for key in (key for key in plain if isinstance(plain[key], dict) or key in MADE):
        yield Fault(key, None, f"unknown section {key!r}")
    for key in (key for key in plain if not isinstance(plain[key], dict)):
        yield from section_faults(Cues, "", {key: plain[key]})
    roles = table.get("roles", {})
    if not isinstance(roles, dict):
        yield Fault("roles", None, "is no section")
        return
    for role, forms in roles.items():
        if not isinstance(forms, list) or not all(isinstance(form, str) and form.strip() for form in forms):
            yield Fault("roles", role, "must be a list of phrases")
    for name, kind in SECTIONS.items():
        if name in table:
            yield from section_faults(kind, name, table[name])


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What a language says of names themselves: needed of all languages to build the forms of a watchlist."""

    described: Described
    ordinary: Ordinary


@cache
def names_in(lang: str) -> Names:
    """The ``SECTIONS`` of a language's table; the rest of the table is not read."""

    def make(table: dict[str, Any]) -> Names:
        return Names(**{name: read_section(kind, table.get(name, {})) for name, kind in SECTIONS.items()})

    return build(_PACKAGE, f"cues/{lang}.toml", make, problems, partial(read_part, sections=SECTIONS))


def _together(several: list[Cues]) -> Cues:
    words: dict[str, Words] = {
        name: frozenset(word for one in several for word in getattr(one, name))
        for name in [one.name for one in fields(Cues)]
        if isinstance(getattr(several[0], name), frozenset)
    }
    roles = {form: role for one in reversed(several) for form, role in one.roles.items()}
    longest = max(one.longest_role for one in several)
    return Cues(**words, roles=roles, longest_role=longest)  # type: ignore[arg-type]


@cache
def small_words() -> Mapping[str, Words]:
    """The words of each language that stand in texts about anybody: articles, prepositions and the like."""
    read = {lang: cues(lang) for lang in languages()}
    return {lang: one.functions | one.indefinite | one.definite for lang, one in read.items()}


@cache
def headline_words() -> Mapping[str, Words]:
    """What each language's headlines say of companies: the verbs and nouns that stand beside a name."""
    read = {lang: cues(lang) for lang in languages()}
    return {lang: one.verbs | one.nouns | one.companies for lang, one in read.items()}


@cache
def given_names() -> Words:
    """Common given names."""
    return frozenset(str(read_table(_PACKAGE, "names.toml")["given"]).split())


@cache
def surnames() -> Words:
    """Family names that many people bear."""
    names = read_table(_PACKAGE, "names.toml")
    return frozenset(f"{names['surnames']} {names['family_first']}".split())


@cache
def family_first() -> Words:
    """Family names that stand before the given name in their own order."""
    return frozenset(str(read_table(_PACKAGE, "names.toml")["family_first"]).split())


@cache
def sections() -> tuple[Words, Words]:
    """Sections of outlets, as they stand in addresses: about other things, and fitting ones."""
    table = read_table(_PACKAGE, "sections.toml")
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
    initials: Words  # of artificial intelligence
    places: Words  # right after a name, with a capital: "Street"
    callings: Words  # right before a person's name: "judge", "coach"
    trades: Words  # right after it, with a capital: "Hotels", "Mining"
    legal: Words  # right after it: "GmbH"
    words: Words  # those of the first three


@cache
def topics() -> Topics:
    """The words of ``topics.toml``."""
    table = read_table(_PACKAGE, "topics.toml")

    def words(of: str) -> tuple[str, ...]:
        return tuple(fold(word) for word in of.split())

    field, elsewhere, bearers = table["field"], table["elsewhere"], table["bearers"]
    elsewhere_cjk = words(elsewhere.pop("cjk"))
    of_field, shared = frozenset(words(field["plain"])), frozenset(words(field["shared"]))
    of_others = frozenset(words(" ".join(elsewhere.values())))
    return Topics(
        field=of_field,
        shared=shared,
        elsewhere=of_others,
        field_cjk=words(field["cjk"]),
        shared_cjk=words(field["shared_cjk"]),
        elsewhere_cjk=elsewhere_cjk,
        bearers=frozenset(words(bearers["before"])),
        houses=frozenset(words(bearers["houses"])),
        initials=frozenset(words(field["initials"])),
        places=frozenset(words(bearers["places"])),
        callings=frozenset(words(bearers["callings"])),
        trades=frozenset(words(bearers["after"])),
        legal=frozenset(words(bearers["legal"])),
        words=of_field | shared | of_others,
    )


@cache
def ordinary_words() -> Mapping[str, frozenset[str]]:
    """Ordinary words that are names too, with the languages in which they are ordinary."""
    langs: dict[str, set[str]] = {}
    for lang in languages():
        for word in names_in(lang).ordinary.words:
            langs.setdefault(word, set()).add(lang)
    return {word: frozenset(of) for word, of in langs.items()}
