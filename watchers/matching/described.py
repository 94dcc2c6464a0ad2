"""Companies meant by what they make or own: "the maker of Widget", "Widget-Mutter", "Widget開発元".

One listed alias of this sort ("Widget maker", "Widget owner") stands for its wordings in eight
languages, and so does the watchlist's relation between a product or unit and whose it is.
What speaks against such a description ("co-creator of Widget") is weighed in ``evidence``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from storage.model import Entity, EntityKind, RelationKind
from watchers.matching.cues import Described, languages, names_in
from watchers.matching.forms import PLAIN, Form, first_capital, pattern
from watchers.text import fold

_MAKER, _OWNER = "maker", "owner"
_OF_RELATION = {RelationKind.PRODUCT_OF: (_MAKER, _OWNER), RelationKind.UNIT_OF: (_OWNER,)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wordings:
    """The wordings of one language; ``{}`` stands for the name."""

    lang: str
    by_class: Mapping[str, tuple[str, ...]]
    listed: Mapping[str, str]  # the end of a listed alias -> its class

    @property
    def cjk(self) -> bool:
        return self.lang in ("zh", "ja")


@cache
def _wordings() -> tuple[_Wordings, ...]:
    made = []
    for lang in languages():
        told = names_in(lang).described
        if told != Described():
            by_class = {_MAKER: tuple(told.maker.split("|")), _OWNER: tuple(told.owner.split("|"))}
            listed = dict.fromkeys(told.listed_maker, _MAKER) | dict.fromkeys(told.listed_owner, _OWNER)
            made.append(_Wordings(lang=lang, by_class=by_class, listed=listed))
    return tuple(made)


def described_forms(entities: Sequence[Entity]) -> Iterator[tuple[str, Form]]:
    """Every (pattern, form) by which a maker or owner among ``entities`` may be described."""
    number = {entity.slug: index for index, entity in enumerate(entities)}
    for index, entity in enumerate(entities):
        if entity.kind is EntityKind.PERSON:
            continue
        for name, classes, langs in _listed(entity):
            yield from _forms(index, name, classes, langs)
        for relation in entity.relations:
            classes = _OF_RELATION.get(relation.kind, ())
            if classes and relation.target in number and not _shared(entity):
                yield from _forms(number[relation.target], entity.name, classes, None)


def _listed(entity: Entity) -> Iterator[tuple[str, tuple[str, ...], str | None]]:
    """What the aliases tell that an entity makes or owns; with the one language of a name in Han or kana."""
    for alias in entity.aliases:
        for told in _wordings():
            words = alias.text.split(" ")
            if not told.cjk and len(words) > 1 and (sort := told.listed.get(fold(words[-1]))):
                name = " ".join(words[:-1])
                if name[0].isupper() and not name.endswith("'s"):
                    yield name, (_MAKER, _OWNER) if sort == _MAKER else (_OWNER,), None
            elif told.cjk and (end := next(filter(alias.text.endswith, told.listed), "")):
                name = alias.text.removesuffix(end)
                if name and not name.isascii():
                    yield name, (told.listed[end],), told.lang


def _shared(entity: Entity) -> bool:
    """Whether others bear a product's name too: its maker is not known by it."""
    name = pattern(entity.name)
    return any(alias.ambiguous and pattern(alias.text) == name for alias in entity.aliases)


def _forms(owner: int, name: str, classes: tuple[str, ...], only: str | None) -> Iterator[tuple[str, Form]]:
    for told in _wordings():
        if only and told.lang != only:
            continue
        for one in classes:
            for wording in told.by_class[one]:
                text = wording.replace("{}", name)
                yield (
                    pattern(text),
                    Form(
                        owner=owner,
                        text=text,
                        strength=PLAIN,
                        capital=first_capital(text),
                        described=True,
                    ),
                )
