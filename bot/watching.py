"""Changing the watchlist by hand: new entities, new aliases, and a warning of ambiguous ones.

Used by the command line and by Discord alike.  An alias is doubted by what it would have
matched in the stored history: one that people mostly write as an ordinary word is kept as
ambiguous, so that it needs evidence around it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.words import clip, count
from seeds.watchlist import slug_of
from storage.errors import UsageError
from storage.model import Alias, Entity, EntityKind, Tier
from watchers.text import fold

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore

HISTORY_LOOKED_AT = 200  # newest entries that hold the words of an alias
ORDINARY_SHARE = 0.2  # of the places where it stands in small letters: then it is a word, too
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """An alias that means other things, too."""

    alias: str
    places: int  # in the stored history
    ordinary: int  # of them in small letters, as an ordinary word
    example: str = ""

    @property
    def text(self) -> str:
        """The warning, for people."""
        return (
            f"{self.alias!r} stands in {count(self.places, 'stored entry', 'stored entries')}, "
            f"{self.ordinary} times as an ordinary word (“{clip(self.example, 100)}”): kept as ambiguous, "
            "it needs evidence around it"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What became of the wish to watch a name."""

    entity: Entity
    added: bool  # False: it was watched already
    fresh: tuple[str, ...] = ()  # written forms that are new
    suggested: tuple[str, ...] = ()  # written forms that are likely too
    doubts: tuple[Doubt, ...] = ()
    shared: tuple[str, ...] = ()  # other entities that are written the same way


def add(
    store: "SqliteStore",
    name: str,
    *,
    kind: EntityKind | None = None,
    tier: Tier | None = None,
    aliases: Iterable[str] = (),
    origin: str = "user",
) -> Change:
    """Watch ``name``, or give what is watched under it more aliases, another kind or tier."""
    name = _checked(name)
    with store.transaction():
        found = store.watchlist.find(name)
        same = [one for one in found if fold(name) in (one.slug, fold(one.name))]
        others = tuple(one.slug for one in found if one not in same)
        before = same[0] if same else None
        entity = before or Entity(
            slug=_free_slug(store, name),
            name=name,
            kind=kind or EntityKind.ORGANISATION,
            tier=tier or Tier.PRIMARY,
            origin=origin,
        )
        known = {fold(entity.name), *(fold(alias.text) for alias in entity.aliases)}
        wanted = {fold(text): text for text in map(_checked, aliases)}
        fresh = tuple(text for form, text in wanted.items() if form not in known)
        doubted = tuple(doubts(store, fresh if before else (name, *fresh)))
        entity = replace(
            entity,
            kind=kind or entity.kind,
            tier=tier or entity.tier,
            aliases=(*entity.aliases, *_aliases(entity.name, fresh, {doubt.alias for doubt in doubted})),
        )
        if entity != before:
            store.watchlist.put(entity)
    return Change(entity=entity, added=before is None, fresh=fresh, doubts=doubted, shared=others)


def doubts(store: "SqliteStore", forms: Iterable[str]) -> list[Doubt]:
    """The forms that stand in the stored history as ordinary words, with an example each."""
    found = []
    for form in forms:
        written = re.compile(rf"(?<!\w){re.escape(form)}(?!\w)", re.IGNORECASE)
        places = ordinary = 0
        example = ""
        for hit in store.search.query(form, limit=HISTORY_LOOKED_AT):
            for match in written.finditer(hit.title):
                places += 1
                if match[0] == match[0].lower() != match[0].upper() and form != form.lower():
                    ordinary += 1
                    example = example or hit.title
        if places and ordinary >= ORDINARY_SHARE * places:
            found.append(Doubt(alias=form, places=places, ordinary=ordinary, example=example))
    return found


def _aliases(name: str, fresh: Iterable[str], doubted: set[str]) -> list[Alias]:
    own = [Alias(text=name, ambiguous=True)] if name in doubted else []
    return own + [Alias(text=text, ambiguous=text in doubted) for text in fresh]


def _checked(name: str) -> str:
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > LONGEST_NAME or not any(sign.isalnum() for sign in tidy):
        raise UsageError(
            f"{clip(name, 40)!r} is no name: give 1 to {LONGEST_NAME} characters, letters among them"
        )
    return tidy


def _free_slug(store: "SqliteStore", name: str) -> str:
    """The id of a new entity, counted up where another has it."""
    slug, number = slug_of(name), 2
    free = slug
    while any(one.slug == free for one in store.watchlist.find(free)):
        free, number = f"{slug}-{number}", number + 1
    return free
