"""What an entry is compared by: its parties, action, amounts, names and rare words, in one line.

Pure; reads what ``watchers.matching`` and ``watchers.moves`` found and adds what ``tokens``
finds beyond the watchlist.  Compact when encoded: the store keeps one for each entry.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import field
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from storage.model import Document, EntityKind, Mention, Move, Tier, Watchlist
from storage.model.noun import noun
from watchers.links import canonical_url
from watchers.stories.background import background
from watchers.stories.bystanders import stands_by
from watchers.stories.kin import kin_of, owners_of, standing_for
from watchers.stories.tokens import spoken
from watchers.stories.vocabulary import is_comment, is_portrait, looks_back, stem, vocabulary
from watchers.text import fold, language_of

MAX_NAMES = 9
MAX_WORDS = 10
MAX_CONCEPTS = 8
MAX_NUMBERS = 5
KEPT = 1_024  # fingerprints that are kept decoded: the newest are compared again and again
MAX_KIN = 3
_VERSION = "6"
_LACKED = {"6": 0, "5": 1, "4": 2}  # fields at the end that what an earlier release stored has not
_PERSONAL = frozenset({"hire", "departure"})
_PARTS = re.compile(r"[^\W_]+")


@noun
class Fingerprint:
    """One entry, reduced to what tells events apart.

    In each tuple what stands in the headline comes first; ``headline`` says how many those
    are of ``entities``, ``names``, ``words``, ``concepts`` and ``numbers``.
    """

    lang: str = ""
    entities: tuple[str, ...] = ()  # accepted slugs; after those of the headline those of the lead
    prominent: int = 0  # how many of ``entities`` stand in headline or lead
    kin: tuple[str, ...] = ()  # organisations that those of the headline stand for, not named themselves
    persons: frozenset[str] = frozenset()  # those of ``entities`` that are people
    kinds: tuple[str, ...] = ()  # move kinds, main first
    status: str = ""  # of the main move
    roles: tuple[tuple[str, str], ...] = ()  # (role, slug or stems of a name) of the main move
    amounts: tuple[float, ...] = ()  # of the moves
    valuations: tuple[float, ...] = ()
    people: tuple[int, ...] = ()
    numbers: tuple[float, ...] = ()  # any that the text holds
    names: tuple[str, ...] = ()  # proper nouns that nobody watches
    concepts: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    headline: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    comment: bool = False  # talks about an event rather than tells it
    moved: bool = False  # the main move stands in the headline
    behind: tuple[str, ...] = ()  # slugs, names and words that the headline has as background only
    page: str = ""  # of the canonical address
    title: str = ""  # of the folded headline
    known: dict[str, Any] = field(init=False, default_factory=dict, repr=False, compare=False)

    def keys(self) -> tuple[str, ...]:
        """The keys under which the store finds this entry again; they begin with their sort."""
        keyed = [f"u:{self.page}"] * bool(self.page) + [f"t:{self.title}"] * bool(self.title)
        keyed += [f"e:{slug}" for slug in (*self.entities, *self.kin)]
        keyed += [f"n:{name}" for name in (*self.names, *self.words)]
        keyed += [f"a:{number:g}" for number in (*self.amounts, *self.valuations, *self.numbers)]
        keyed += [f"c:{concept}" for concept in self.concepts]
        return tuple(dict.fromkeys(keyed))

    def heads(self) -> tuple[str, ...]:
        """The entities that the entry is about: those of the headline, else those of the lead."""
        return self.entities[: self.headline[0] or self.prominent]

    def headline_names(self) -> tuple[str, ...]:
        """Those of ``names`` that stand in the headline."""
        return self.names[: self.headline[1]]

    def headline_words(self) -> tuple[str, ...]:
        """Those of ``words`` that stand in the headline."""
        return self.words[: self.headline[2]]

    def headline_concepts(self) -> tuple[str, ...]:
        """Those of ``concepts`` that stand in the headline."""
        return self.concepts[: self.headline[3]]

    def encode(self) -> str:
        """One line; ``decode`` gives an equal fingerprint back."""
        counts = ".".join(map(str, (self.prominent, *self.headline)))
        flags = "c" * self.comment + "m" * self.moved
        groups: tuple[Iterable[str], ...] = (
            (self.lang, counts, flags, self.status, self.page, self.title),
            (slug + "*" * (slug in self.persons) for slug in self.entities),
            self.kinds,
            (f"{role}={who}" for role, who in self.roles),
            map("{:g}".format, self.amounts),
            map("{:g}".format, self.valuations),
            map(str, self.people),
            map("{:g}".format, self.numbers),
            self.names,
            self.concepts,
            self.words,
            self.kin,
            self.behind,
        )
        return _VERSION + "|" + "|".join(",".join(group) for group in groups)

    @staticmethod
    @lru_cache(maxsize=KEPT)
    def decode(text: str) -> "Fingerprint":
        """The fingerprint that ``encode`` wrote; an empty one for what is not of this version."""
        version, *groups = text.split("|")
        groups += [""] * _LACKED.get(version, 0)
        if version not in _LACKED or len(groups) != 13:
            return Fingerprint()
        lang, counts, flags, status, page, title = groups[0].split(",")
        prominent, of_entities, of_names, of_words, of_concepts, of_numbers = map(int, counts.split("."))
        entities, kinds, roles, amounts, valuations, people, numbers, names, concepts, words, kin, behind = (
            tuple(group.split(",")) if group else () for group in groups[1:]
        )
        return Fingerprint(
            lang=lang,
            entities=tuple(slug.rstrip("*") for slug in entities),
            prominent=prominent,
            kin=kin,
            persons=frozenset(slug[:-1] for slug in entities if slug.endswith("*")),
            kinds=kinds,
            status=status,
            roles=tuple((role, who) for role, _, who in (pair.partition("=") for pair in roles)),
            amounts=tuple(map(float, amounts)),
            valuations=tuple(map(float, valuations)),
            people=tuple(map(int, people)),
            numbers=tuple(map(float, numbers)),
            names=names,
            concepts=concepts,
            words=words,
            behind=behind,
            headline=(of_entities, of_names, of_words, of_concepts, of_numbers),
            comment="c" in flags,
            moved="m" in flags,
            page=page,
            title=title,
        )


_T = TypeVar("_T")


def once(work: Callable[[Fingerprint], _T]) -> Callable[[Fingerprint], _T]:
    """What ``work`` makes of a fingerprint, made once: each meets many others, and many of them again."""
    name = f"{work.__module__}.{work.__name__}"

    def known(fp: Fingerprint) -> _T:
        found: _T | None = fp.known.get(name)
        if found is None:
            found = fp.known[name] = work(fp)
        return found

    return known


def fingerprint(
    document: Document, mentions: Sequence[Mention], moves: Sequence[Move], watchlist: Watchlist
) -> Fingerprint:
    """The fingerprint of ``document``, given what was found in it."""
    best = sorted((m for m in mentions if m.accepted), key=lambda m: (-m.score, m.entity))
    lang = language_of(document.title, document.summary, document.lang) or ""
    aside = _aside(best, document.title, lang)
    titled, passed = _titled(best, background(document.title, lang), aside)
    prominent = titled | dict.fromkeys(m.entity for m in best if m.prominent)
    entities = tuple(prominent | dict.fromkeys(m.entity for m in best))
    main = moves[0] if moves else None
    day = document.published.date() if document.published else None
    said = spoken(document, mentions, lang or None)
    names, words, concepts, numbers = said.headline
    return Fingerprint(
        lang=lang,
        entities=entities,
        prominent=len(prominent),
        kin=kin_of(titled or prominent, watchlist, day)[:MAX_KIN],
        persons=_persons(entities, watchlist),
        kinds=tuple(dict.fromkeys(move.kind.value for move in moves))[:3],
        status=main.status.value if main else "",
        roles=_roles(main, watchlist, day, aside if main.field == "title" else ()) if main else (),
        amounts=_distinct(move.amount for move in moves),
        valuations=_distinct(move.valuation for move in moves),
        people=tuple(dict.fromkeys(move.people for move in moves if move.people))[:3],
        numbers=said.numbers[:MAX_NUMBERS],
        names=said.names[:MAX_NAMES],
        concepts=said.concepts[:MAX_CONCEPTS],
        words=said.words[:MAX_WORDS],
        behind=(*passed, *said.behind)[:MAX_NAMES],
        headline=(
            len(titled),
            min(names, MAX_NAMES),
            min(words, MAX_WORDS),
            min(concepts, MAX_CONCEPTS),
            min(numbers, MAX_NUMBERS),
        ),
        comment=_is_comment(document.title, main),
        moved=main is not None and main.field == "title",
        page=_hash(canonical_url(document.url)) if document.url else "",
        title=_hash(" ".join(_PARTS.findall(fold(document.title)))) if document.title.strip() else "",
    )


def _is_comment(title: str, main: Move | None) -> bool:
    """Whether a headline only talks about an event.

    One that says who it is that comes or goes tells that ("Who is …, whom Acme hired?"), and one
    that looks back may tell another move.
    """
    moved = main is not None and main.field == "title"
    if is_comment(title):
        return not (moved and main is not None and main.kind.value in _PERSONAL and is_portrait(title))
    return not moved and looks_back(title)


def _aside(accepted: Sequence[Mention], title: str, lang: str) -> frozenset[str]:
    """Those whom the headline names only to say who somebody else is."""
    named = [(m.entity, stands_by(title, m.start, m.end, lang)) for m in accepted if m.field == "title"]
    return frozenset(slug for slug, by in named if by) - {slug for slug, by in named if not by}


def _titled(
    accepted: Sequence[Mention], behind: tuple[int, int] | None, aside: frozenset[str]
) -> tuple[dict[str, None], dict[str, None]]:
    """Those whom the headline is about, all of it where only its background names somebody; and the others."""
    named = [m for m in accepted if m.field == "title" and m.entity not in aside]
    start, end = behind or (0, 0)
    told = [m for m in named if not (start <= m.start and m.end <= end)]
    about = dict.fromkeys(m.entity for m in told)
    passed = dict.fromkeys(m.entity for m in named if m.entity not in about)
    return about or passed, passed


def _persons(entities: Sequence[str], watchlist: Watchlist) -> frozenset[str]:
    """Those who are people; whoever leads a giant is in all its stories, and counts as it does."""
    known = watchlist.by_slug()
    return frozenset(
        slug
        for slug in entities
        if (entity := known.get(slug)) is not None
        and entity.kind is EntityKind.PERSON
        and entity.tier is not Tier.CONTEXT
    )


def _distinct(values: Iterable[float | None]) -> tuple[float, ...]:
    return tuple(dict.fromkeys(float(f"{value:.4g}") for value in values if value))[:3]


def _roles(
    move: Move, watchlist: Watchlist, day: date | None, aside: Collection[str]
) -> tuple[tuple[str, str], ...]:
    """Who plays what: slugs where they are watched, the stems of the written name where not.

    Who buys, sues or hires is the company, though its chief or a unit of it is named; and who
    "left Zuckerberg" is not Zuckerberg.
    """
    played = [(role, slug) for role, slugs in sorted(move.roles.items()) for slug in slugs]
    pairs = [
        (role, slug if role == "person" else standing_for(slug, watchlist, day))
        for role, slug in played
        if slug not in aside and (role != "person" or not _leads_giant(slug, watchlist, day))
    ]
    pairs += [(role, owner) for role, slug in pairs for owner in owners_of(slug, watchlist, day)]
    watched = {stem(part) for _, slug in (*played, *pairs) for part in slug.split("-")}
    for role, written in sorted(move.names.items()):
        for name in written:
            known = vocabulary().names.cjk.get(fold(name))
            stems = [known] if known else [stem(part) for part in _PARTS.findall(fold(name))]
            if stems and not watched.intersection(stems) and not vocabulary().plain.issuperset(stems):
                pairs.append((role, "+".join(stems)))
    return tuple(dict.fromkeys(pairs))[:8]


def _leads_giant(slug: str, watchlist: Watchlist, day: date | None) -> bool:
    entity = watchlist.by_slug().get(slug)
    context = entity is not None and entity.tier is Tier.CONTEXT
    return context and standing_for(slug, watchlist, day) != slug


def _hash(text: str) -> str:
    return hashlib.blake2s(text.encode(), digest_size=4).hexdigest()
