"""Changing the watchlist by hand: new entities, new aliases, and a warning of ambiguous ones.

Used by the command line and by Discord alike.  A written form is doubted when it is known
to be ambiguous, or when people mostly wrote it as an ordinary word in the stored history;
it is then kept as ambiguous, so that it needs evidence around it, and the warning says what
it would have matched.  What the words mean is left to ``watchers.matching``.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.text import clean, clip
from bot.words import count
from seeds.watchlist import LONGEST_NAME, slug_of, toml_text
from storage.errors import UsageError
from storage.model import Alias, Document, Entity, EntityKind, Tier, Watchlist
from watchers.text import fold

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore
    from watchers.matching import Matcher

HISTORY_LOOKED_AT = 200  # newest entries that hold the words of a form
ORDINARY_SHARE = 0.2  # of the places where a form stands in small letters: then it is a word, too
# What one server may add: enough for a beat, too little to slow down the watching for all.
OWN_ENTITIES = 100
OWN_FORMS = 50  # written forms of each
COMMON_LOOKED_AT, COMMON_SHARE = 200, 0.15  # newest headlines; the busiest company is in fewer of them
COMMON_KNOWN = 50  # headlines, below which their shares say nothing
EVERYWHERE = "texts about anybody will match it, so rather watch a longer form"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A written form that means other things, too, and what it would have matched."""

    form: str
    reasons: tuple[str, ...]
    everywhere: bool = False  # no evidence helps: very many texts hold it
    found: int = 0  # stored entries that hold it
    meant: int = 0  # of them, those that would be taken as meant
    example: str = ""  # the title of one that would not, else of one that would

    @property
    def text(self) -> str:
        """The warning, for people."""
        why = ", ".join(self.reasons)
        if not self.found:
            history = "nothing in the stored history holds it"
        else:
            history = (
                f"{count(self.found, 'stored entry holds', 'stored entries hold')} it, "
                f"{self.meant} would be taken as meant"
            )
        example = f" (“{clip(self.example, 100)}”)" if self.example else ""
        need = EVERYWHERE if self.everywhere else "it needs evidence around it"
        return f"{self.form!r} is {why}: {need}; {history}{example}"


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
    guild: int | None = None,
) -> Change:
    """Watch ``name``, or give what is watched under it more aliases, another kind or tier.

    With ``guild`` it is that server's private addition; what the whole installation watches
    is refused with UsageError, because it is not the server's to change, and so is more than
    a server may add.
    """
    from watchers.matching import suggest_aliases

    name = _checked(name)
    with store.transaction():
        found = store.watchlist.find(name, guild)
        same = [one for one in found if fold(name) in (one.slug, fold(one.name))]
        before = same[0] if same else None
        if guild is not None and before is not None and before.origin != f"guild:{guild}":
            raise UsageError(
                f"{before.name} is watched already, for everybody: /watch mute keeps it quiet here"
            )
        entity = before or Entity(
            slug=_free_slug(store, name),
            name=name,
            kind=kind or EntityKind.ORGANISATION,
            tier=tier or Tier.PRIMARY,
            origin=origin,
        )
        entity = replace(entity, kind=kind or entity.kind, tier=tier or entity.tier)
        likely = suggest_aliases(entity.name, entity.kind)
        fresh = _fresh(entity, aliases)
        if guild is not None:
            _bounded(store, guild, entity, fresh, added=before is None)
        reasons = {form: _reasons(store, form) for form in (fresh if before else (name, *fresh))}
        entity = replace(entity, aliases=(*entity.aliases, *_aliases(entity.name, fresh, likely, reasons)))
        if entity != before:
            if guild is None:
                store.watchlist.put(entity)
            else:
                entity = store.guilds.watch(guild, entity)
    known = _known(entity)
    return Change(
        entity=entity,
        added=before is None,
        fresh=fresh,
        suggested=tuple(alias.text for alias in likely if fold(alias.text) not in known),
        doubts=_doubts(store, entity, {form: why for form, why in reasons.items() if why}),
        shared=tuple(one.slug for one in found if one not in same),
    )


def doubts_of_rows(
    rows: Sequence[Entity], known: Mapping[str, Entity]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Of a watchlist file's rows: where a form stands that is new and will match too much, and a warning.

    What the file says is taken as it is: unlike ``add`` nobody marks it as ambiguous.
    """
    for at, entity in enumerate(rows):
        before = _known(known[entity.slug]) if entity.slug in known else frozenset[str]()
        own = {fold(alias.text) for alias in entity.aliases}
        named = [] if fold(entity.name) in own else [(("name",), Alias(text=entity.name))]
        listed = [(("aliases", number), alias) for number, alias in enumerate(entity.aliases)]
        for place, alias in (*named, *listed):
            if fold(alias.text) not in before and (warning := _warning(alias)):
                yield ("entity", at, *place), warning


def _warning(alias: Alias) -> str:
    """What is to be said of a form that a file lists; '' where nothing is."""
    from watchers.matching import everywhere, ordinary

    flagged = f"{{ text = {toml_text(alias.text)}, ambiguous = true"
    if why := everywhere(alias.text):
        if alias.ambiguous and alias.case_sensitive:
            return ""  # somebody knows what it is
        capital = alias.text.isascii() and alias.text.isupper()
        exactly = f"; if it must be this one: {flagged}, case_sensitive = true }}" if capital else ""
        return f"{alias.text!r} is {why}: {EVERYWHERE}{exactly}"
    if alias.ambiguous or alias.strong or " " in alias.text or not (why := ordinary(alias.text)):
        return ""
    return f"{alias.text!r} is {why}: among the aliases as {flagged} }} it needs evidence around it"


def _bounded(store: "SqliteStore", guild: int, entity: Entity, fresh: Sequence[str], *, added: bool) -> None:
    """UsageError for more than a server may add."""
    from watchers.matching import everywhere

    if len(entity.aliases) + len(fresh) > OWN_FORMS:
        raise UsageError(f"a server adds at most {OWN_FORMS} written forms of a name: leave some out")
    for form in (entity.name, *fresh) if added else fresh:
        if why := everywhere(form):
            raise UsageError(f"{clip(form, 40)!r} is {why}: {EVERYWHERE}")
        held, looked = _headlines_with(store, form)
        if looked >= COMMON_KNOWN and held > COMMON_SHARE * looked:
            raise UsageError(
                f"{clip(form, 40)!r} stands in {held} of the newest {looked} headlines: that is too common "
                "for one server; the owner of this bot may have it looked for"
            )
    if added and len(store.watchlist.additions().get(guild, ())) >= OWN_ENTITIES:
        raise UsageError(f"a server adds at most {OWN_ENTITIES} names: /watch remove makes room")


def _headlines_with(store: "SqliteStore", form: str) -> tuple[int, int]:
    """In how many of the newest headlines a form stands, and how many were looked at."""
    wanted = fold(form)
    written = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)" if wanted.isascii() else re.escape(wanted))
    titles = [hit.title for hit in store.search.query("", limit=COMMON_LOOKED_AT)]
    return sum(bool(written.search(fold(title))) for title in titles), len(titles)


def _known(entity: Entity) -> set[str]:
    return {fold(entity.name), *(fold(alias.text) for alias in entity.aliases)}


def _fresh(entity: Entity, aliases: Iterable[str]) -> tuple[str, ...]:
    wanted = {fold(text): text for text in map(_checked, aliases)}
    return tuple(text for form, text in wanted.items() if form not in _known(entity))


def _aliases(
    name: str, fresh: Sequence[str], likely: Sequence[Alias], reasons: dict[str, tuple[str, ...]]
) -> list[Alias]:
    """The new forms with their flags; the name itself only where it is ambiguous."""
    suggested = {alias.text: alias for alias in likely}
    own = [name] if reasons.get(name) else []
    return [
        replace(suggested.get(form, Alias(text=form)), ambiguous=True, strong=False)
        if reasons.get(form)
        else suggested.get(form, Alias(text=form))
        for form in (*own, *fresh)
    ]


def _reasons(store: "SqliteStore", form: str) -> tuple[str, ...]:
    """Why a form is ambiguous: what is known of its words, and how the stored history writes it."""
    from watchers.matching import ambiguity, everywhere

    known = (*filter(None, [everywhere(form)]), *ambiguity(form))
    written = re.compile(rf"(?<!\w){re.escape(form)}(?!\w)", re.IGNORECASE)
    places = ordinary = 0
    for hit in store.search.query(form, limit=HISTORY_LOOKED_AT):
        for match in written.finditer(hit.title):
            places += 1
            ordinary += match[0].islower() and not form.islower()
    if places and ordinary >= ORDINARY_SHARE * places:
        return (*known, f"written in small letters in {ordinary} of {count(places, 'place')}")
    return known


def _doubts(store: "SqliteStore", entity: Entity, reasons: dict[str, tuple[str, ...]]) -> tuple[Doubt, ...]:
    """What the doubted forms of ``entity`` would have matched, read beside all others that are watched."""
    from watchers.matching import Matcher

    if not reasons:
        return ()
    others = [one for one in store.watchlist.load().entities if one.slug != entity.slug]
    matcher = Matcher(Watchlist(entities=(*others, entity)))  # costs more than what it is asked here
    return tuple(_doubt(store, matcher, entity.slug, form, why) for form, why in reasons.items())


def _doubt(store: "SqliteStore", matcher: "Matcher", slug: str, form: str, reasons: tuple[str, ...]) -> Doubt:
    from watchers.matching import everywhere

    found = meant = 0
    example = ""
    for document in _history(store, form):
        mentions = [one for one in matcher.find_mentions(document) if one.entity == slug]
        found += bool(mentions)
        taken = any(one.accepted for one in mentions)
        meant += taken
        if mentions and (not example or not taken):
            example = document.title
    return Doubt(
        form=form,
        reasons=reasons,
        everywhere=bool(everywhere(form)),
        found=found,
        meant=meant,
        example=example,
    )


def _history(store: "SqliteStore", form: str) -> Iterable[Document]:
    for hit in store.search.query(form, limit=HISTORY_LOOKED_AT):
        if hit.id.startswith("e") and (entry := store.entries.get(int(hit.id[1:]))) is not None:
            yield entry.document


def _checked(name: str) -> str:
    tidy = clean(name)
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
