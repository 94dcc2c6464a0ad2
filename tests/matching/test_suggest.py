"""Aliases that ``watch add`` suggests, and what it warns of."""

import pytest

from storage.model import Alias, Document, Entity, EntityKind, Tier, Watchlist
from watchers.matching import Matcher, accepted_entities, ambiguity, suggest_aliases


def texts(name: str, kind: EntityKind) -> list[str]:
    return [alias.text for alias in suggest_aliases(name, kind)]


def flagged(name: str, kind: EntityKind) -> dict[str, Alias]:
    return {alias.text: alias for alias in suggest_aliases(name, kind)}


def test_the_name_itself_comes_first_with_its_blanks_tidied() -> None:
    assert texts("  Periodic   Labs ", EntityKind.ORGANISATION)[0] == "Periodic Labs"
    assert suggest_aliases("   ", EntityKind.ORGANISATION) == []
    assert suggest_aliases("", EntityKind.PERSON) == []


def test_a_company_is_also_called_without_its_legal_form_and_its_generic_word() -> None:
    assert texts("Corvid Robotics, Inc.", EntityKind.ORGANISATION) == [
        "Corvid Robotics, Inc.",
        "Corvid Robotics",
        "Corvid",
    ]
    assert flagged("Corvid Robotics", EntityKind.ORGANISATION)["Corvid"].ambiguous


def test_three_words_have_initials_that_count_only_in_capitals() -> None:
    initials = flagged("Lantern Machine Works", EntityKind.ORGANISATION)["LMW"]
    assert initials.ambiguous
    assert initials.case_sensitive


def test_a_person_is_called_by_the_family_name_which_is_weak_where_many_bear_it() -> None:
    assert texts("Ada Maria Quintavalle", EntityKind.PERSON) == [
        "Ada Maria Quintavalle",
        "Quintavalle",
        "Ada Quintavalle",
    ]
    assert not flagged("Ada Quintavalle", EntityKind.PERSON)["Quintavalle"].ambiguous
    assert flagged("Ada Chen", EntityKind.PERSON)["Chen"].ambiguous
    assert texts("Quintavalle", EntityKind.PERSON) == ["Quintavalle"]


@pytest.mark.parametrize(
    ("alias", "word"),
    [
        ("Scale", "an ordinary word in English"),
        ("Scale AI", "two ordinary words in English"),
        ("Surge", "ordinary word"),
        ("Chen", "a common family name"),
        ("Mark", "a common given name"),
        ("Mark Chen", "a common given name with a common family name"),
        ("SSI", "short enough to be many abbreviations"),
    ],
)
def test_what_may_mean_something_else_is_said_in_words(alias: str, word: str) -> None:
    assert word in "; ".join(ambiguity(alias))


def test_nothing_is_said_against_a_name_that_is_nothing_else() -> None:
    assert ambiguity("Quintavalle") == ()
    assert ambiguity("Lantern Machine Works") == ()


def test_an_ordinary_word_is_never_suggested_as_a_strong_name() -> None:
    for name in ("Scale", "Surge", "Outlier", "Meta"):
        [alias] = suggest_aliases(name, EntityKind.ORGANISATION)
        assert alias.ambiguous
        assert not alias.strong


@pytest.mark.parametrize(
    ("name", "kind", "title", "meant"),
    [
        ("Corvid Robotics Inc", EntityKind.ORGANISATION, "Corvid Robotics raises $40 million", True),
        ("Ada Quintavalle", EntityKind.PERSON, "Ada Quintavalle leaves Google to found an AI startup", True),
        ("Scale", EntityKind.ORGANISATION, "How to scale a small bakery", False),
    ],
)
def test_what_is_suggested_finds_what_is_meant(name: str, kind: EntityKind, title: str, meant: bool) -> None:
    aliases = tuple(suggest_aliases(name, kind))
    entity = Entity(slug="new", name=name, kind=kind, tier=Tier.PRIMARY, aliases=aliases)
    mentions = Matcher(Watchlist(entities=(entity,))).find_mentions(Document(title=title, lang="en"))
    assert bool(accepted_entities(mentions)) is meant
