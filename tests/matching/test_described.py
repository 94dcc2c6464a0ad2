"""Companies meant by what they make or own, in eight languages; and what only looks like it."""

import pytest

from seeds.loader import seed_watchlist
from storage.model import Alias, Document, Entity, EntityKind, Relation, RelationKind, Tier, Watchlist
from watchers.matching import Matcher, accepted_entities

MATCHER = Matcher(Watchlist(entities=tuple(seed_watchlist())))


def meant(lang: str, title: str, matcher: Matcher = MATCHER) -> tuple[str, ...]:
    return accepted_entities(matcher.find_mentions(Document(title=title, lang=lang)))


@pytest.mark.parametrize(
    ("lang", "title", "who"),
    [
        ("en", "ChatGPT's developer rents offices in Dublin", "openai"),
        ("en", "The company behind Claude hires a chef", "anthropic"),
        ("de", "Instagram-Mutterkonzern kauft Chipfirma", "meta"),
        ("de", "ChatGPT-Hersteller mietet Büros in Dublin", "openai"),
        ("nl", "Drie onderzoekers gaan naar maker ChatGPT", "openai"),
        ("nl", "Moederbedrijf van Instagram koopt chipbedrijf", "meta"),
        ("fr", "La maison mère de ChatGPT loue des bureaux", "openai"),
        ("fr", "Le propriétaire d'Instagram rachète une jeune pousse", "meta"),
        ("es", "La empresa detrás de Claude alquila oficinas", "anthropic"),
        ("pt", "Desenvolvedora do ChatGPT aluga escritório", "openai"),
        ("zh", "ChatGPT开发商租下都柏林办公楼", "openai"),
        ("ja", "ChatGPT開発元がダブリンに拠点", "openai"),
        ("de", "Der Facebook-Gründer baut ein Labor", "mark-zuckerberg"),
    ],
)
def test_a_company_is_meant_by_what_it_makes_or_owns(lang: str, title: str, who: str) -> None:
    assert meant(lang, title) == (who,)


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        ("en", "A ChatGPT developer in Ohio wins a prize"),
        ("en", "Co-creator of ChatGPT joins a bank"),
        ("en", "Maker of ChatGPT plugins raises money"),
        ("en", "Former ChatGPT developer opens a bakery"),
        ("en", "Instagram creators protest against new rules"),
        ("en", "A maker of chatbots is sold"),
        ("en", "Rivals of ChatGPT are growing"),
        ("de", "Ehemaliger ChatGPT-Entwickler eröffnet eine Bäckerei"),
        ("es", "El cocreador de ChatGPT ficha por un banco"),
        ("pt", "Co-criador do ChatGPT muda de emprego"),
        ("zh", "ChatGPT之父离职"),
    ],
)
def test_somebody_or_something_else_is_not_the_company(lang: str, title: str) -> None:
    assert meant(lang, title) == ()


def test_a_product_of_the_watchlist_tells_its_maker() -> None:
    organisation = Entity(
        slug="quillon", name="Quillon", kind=EntityKind.ORGANISATION, tier=Tier.CONTEXT, aliases=()
    )
    product = Entity(
        slug="brightpen",
        name="Brightpen",
        kind=EntityKind.PRODUCT,
        tier=Tier.RELATED,
        aliases=(Alias(text="Brightpen", strong=True),),
        relations=(Relation(kind=RelationKind.PRODUCT_OF, target="quillon"),),
    )
    matcher = Matcher(Watchlist(entities=(organisation, product)))
    assert "quillon" in meant("de", "Brightpen-Entwickler streicht Stellen", matcher)
    assert "quillon" not in meant("de", "Brightpen streicht einen Text zusammen", matcher)


@pytest.mark.parametrize(
    ("lang", "title", "who"),
    [
        ("de", "Oracle gewinnt Muratis Labor als Großkunden", ("mira-murati",)),
        ("nl", "Muratis lab stapt over op andere chips", ("mira-murati",)),
        ("es", "La startup de Murati alquila servidores", ("mira-murati",)),
        ("zh", "芯片巨头投资Murati创业公司", ("mira-murati",)),
        ("en", "Agim Murati's company builds roads", ()),
        ("en", "Murati's bakery burns down", ()),
        ("en", "Wang's lab studies fruit flies", ()),
    ],
)
def test_a_founder_is_known_by_the_company_beside_the_name(
    lang: str, title: str, who: tuple[str, ...]
) -> None:
    assert meant(lang, title) == who
