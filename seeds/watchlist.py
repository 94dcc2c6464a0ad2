"""The watchlist as a file that people write: TOML in, entities out, and back.

The format is explained at the head of ``seeds/data/watchlist.toml``.  Matching, and what
a tier means, is left to ``watchers``; keeping entities is left to the store.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from seeds.tomlfile import Source
from storage.model import Alias, Entity, EntityKind, Relation, RelationKind, Tier

SLUG = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
LANG = re.compile(r"[a-z]{2,3}")
LONGEST_NAME = 200  # signs of a name or another written form; a headline holds no longer one


class _AliasRow(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    text: str
    strong: bool = False
    ambiguous: bool = False
    case_sensitive: bool = False
    lang: str | None = None


class _RelationRow(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    kind: RelationKind
    target: str
    role: str | None = None
    since: date | None = None
    until: date | None = None


class _EntityRow(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    name: str
    slug: str | None = None
    kind: EntityKind = EntityKind.ORGANISATION
    tier: Tier = Tier.PRIMARY
    aliases: list[str | _AliasRow] = []
    relations: list[_RelationRow] = []
    contexts_for: list[str] = []
    contexts_against: list[str] = []
    note: str | None = None
    muted_until: datetime | None = None


class _File(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    entity: list[_EntityRow] = []


def slug_of(name: str) -> str:
    """The id that a name gets when nobody chose one: "Björn Ünal" -> "bjorn-unal"."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", plain).lower())
    return "-".join(words) or "entity"


def load_watchlist(
    source: Source | Path | str | bytes,
    *,
    known: Collection[str] = (),
    origin: str = "user",
    name: str | None = None,
) -> list[Entity]:
    """The entities of a watchlist file in its order, given as a path, as its bytes or read already.

    Relations may point into the file or to the slugs in ``known``.  ``origin`` says who
    brought them; ``name`` is what errors call the file.  Raises WatchlistError, which
    names file, line and column and what is allowed there.
    """
    file = source if isinstance(source, Source) else Source(source, name)
    rows = file.rows(_File, _ALLOWED).entity
    slugs = _slugs(file, rows)
    targets = {*slugs, *known}
    for index, row in enumerate(rows):
        _check(file, index, row, targets)
    return [_entity(row, slug, origin) for row, slug in zip(rows, slugs, strict=True)]


_ALLOWED = {  # by where it stands, without the indices
    "entity.kind": ", ".join(EntityKind),
    "entity.tier": ", ".join(Tier),
    "entity.aliases": 'a list of "text" or { text = "…", strong = true, … }',
    "entity.muted_until": "a time such as 2025-09-01T00:00:00Z",
    "entity.relations.kind": ", ".join(RelationKind),
    "entity.relations.since": "a date such as 2025-06-13",
    "entity.relations.until": "a date such as 2025-06-13",
}


def _slugs(file: Source, rows: list[_EntityRow]) -> list[str]:
    slugs: dict[str, None] = {}
    for index, row in enumerate(rows):
        slug = row.slug if row.slug is not None else slug_of(row.name)
        if not SLUG.fullmatch(slug) or slug != slug.lower():
            raise file.fault(
                ("entity", index, "slug"),
                f'slug "{slug}": allowed are lower-case letters and digits joined by hyphens, as "scale-ai"',
            )
        if slug in slugs:
            raise file.fault(("entity", index, "slug" if row.slug else "name"), f'slug "{slug}" stands twice')
        slugs[slug] = None
    return list(slugs)


def _check(file: Source, index: int, row: _EntityRow, known: set[str]) -> None:
    """Raise on what a shape cannot say: empty texts, wrong languages, dangling relations."""
    here: tuple[str | int, ...] = ("entity", index)
    if not row.name.strip():
        raise file.fault((*here, "name"), "name is empty")
    if not any(c.isalnum() for c in row.name):
        raise file.fault((*here, "name"), f'name "{row.name}" has no letter or digit: it would match nothing')
    if len(row.name) > LONGEST_NAME:
        raise file.fault((*here, "name"), f"name of {len(row.name)} signs; allowed are {LONGEST_NAME}")
    for at, alias in enumerate(row.aliases):
        place = (*here, "aliases", at)
        flags = _AliasRow(text=alias) if isinstance(alias, str) else alias
        if not any(c.isalnum() for c in flags.text):
            raise file.fault(place, f'alias "{flags.text}" has no letter or digit: it would match nothing')
        if len(flags.text) > LONGEST_NAME:
            raise file.fault(place, f"alias of {len(flags.text)} signs; allowed are {LONGEST_NAME}")
        if flags.strong and flags.ambiguous:
            raise file.fault(place, f'alias "{flags.text}" cannot be both strong and ambiguous')
        if flags.lang is not None and not LANG.fullmatch(flags.lang):
            raise file.fault((*place, "lang"), f'lang "{flags.lang}": allowed is an ISO 639 code, as "pt"')
    for at, relation in enumerate(row.relations):
        place = (*here, "relations", at)
        if relation.target not in known:
            raise file.fault(
                (*place, "target"), f'target "{relation.target}" is no slug of this file or the watchlist'
            )
        if relation.since and relation.until and relation.until < relation.since:
            raise file.fault((*place, "until"), f"until {relation.until} is before since {relation.since}")
    for key in ("contexts_for", "contexts_against"):
        for at, phrase in enumerate(getattr(row, key)):
            if not phrase.strip():
                raise file.fault((*here, key, at), f"{key}: an empty phrase would match everything")
    try:
        if row.muted_until is not None:
            _utc(row.muted_until)
    except OverflowError:
        raise file.fault((*here, "muted_until"), f"muted_until {row.muted_until} is no time in UTC") from None


def _utc(moment: datetime) -> datetime:
    """OverflowError where that is before the year 1 or after 9999."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _entity(row: _EntityRow, slug: str, origin: str) -> Entity:
    return Entity(
        slug=slug,
        name=row.name,
        kind=row.kind,
        tier=row.tier,
        aliases=tuple(_alias(alias) for alias in row.aliases),
        relations=tuple(
            Relation(kind=r.kind, target=r.target, role=r.role, since=r.since, until=r.until)
            for r in row.relations
        ),
        contexts_for=tuple(row.contexts_for),
        contexts_against=tuple(row.contexts_against),
        note=row.note,
        origin=origin,
        muted_until=_utc(row.muted_until) if row.muted_until is not None else None,
    )


def _alias(row: str | _AliasRow) -> Alias:
    if isinstance(row, str):
        return Alias(text=row)
    return Alias(
        text=row.text,
        lang=row.lang,
        strong=row.strong,
        ambiguous=row.ambiguous,
        case_sensitive=row.case_sensitive,
    )


# --- writing ----------------------------------------------------------------------------

HEADER = """\
# A Movewire watchlist.  Each [[entity]] has a slug (its id), a name, a kind (organisation,
# unit, person, product), a tier (primary, context, related), and, where wanted: aliases
# (strong, ambiguous, case_sensitive, lang), relations (kind, target, role, since, until),
# contexts_for and contexts_against (words near an ambiguous alias, phrases around it),
# a note, and muted_until.  Take it in with: movewire watch import FILE
"""


def dump_watchlist(entities: Iterable[Entity]) -> str:
    """The entities as a watchlist file; ``load_watchlist`` reads the same ones back."""
    return "\n".join([HEADER, *(_block(entity) for entity in entities)])


def _block(entity: Entity) -> str:
    return "\n".join(["[[entity]]", *_lines(entity)]) + "\n"


def _lines(entity: Entity) -> Iterator[str]:
    yield f"slug = {toml_text(entity.slug)}"
    yield f"name = {toml_text(entity.name)}"
    yield f"kind = {toml_text(entity.kind)}"
    yield f"tier = {toml_text(entity.tier)}"
    if entity.note is not None:
        yield f"note = {toml_text(entity.note)}"
    if entity.muted_until is not None:
        yield f"muted_until = {entity.muted_until.astimezone(UTC).isoformat().replace('+00:00', 'Z')}"
    yield from _array("aliases", [_alias_text(alias) for alias in entity.aliases])
    yield from _array("contexts_for", [toml_text(phrase) for phrase in entity.contexts_for])
    yield from _array("contexts_against", [toml_text(phrase) for phrase in entity.contexts_against])
    yield from _array("relations", [_relation_text(relation) for relation in entity.relations])


def _array(key: str, elements: list[str]) -> Iterator[str]:
    if elements:
        yield f"{key} = ["
        yield from (f"  {element}," for element in elements)
        yield "]"


def _alias_text(alias: Alias) -> str:
    flags = [f"{flag} = true" for flag in ("strong", "ambiguous", "case_sensitive") if getattr(alias, flag)]
    if alias.lang is not None:
        flags.insert(0, f"lang = {toml_text(alias.lang)}")
    return (
        f"{{ {', '.join([f'text = {toml_text(alias.text)}', *flags])} }}" if flags else toml_text(alias.text)
    )


def _relation_text(relation: Relation) -> str:
    parts = [f"kind = {toml_text(relation.kind)}", f"target = {toml_text(relation.target)}"]
    if relation.role is not None:
        parts.append(f"role = {toml_text(relation.role)}")
    if relation.since is not None:
        parts.append(f"since = {relation.since.isoformat()}")
    if relation.until is not None:
        parts.append(f"until = {relation.until.isoformat()}")
    return f"{{ {', '.join(parts)} }}"


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def toml_text(value: str) -> str:
    """A TOML basic string; control characters as escapes (toml.io/en/v1.0.0#string)."""
    signs = (_ESCAPES.get(c) or (f"\\u{ord(c):04x}" if ord(c) < 0x20 or ord(c) == 0x7F else c) for c in value)
    return f'"{"".join(signs)}"'
