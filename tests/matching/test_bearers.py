"""Others who bear a watched name, by what gives them away, and the watched ones beside them."""

import pytest

from seeds.loader import seed_watchlist
from storage.model import Document, Watchlist
from watchers.matching import Matcher, accepted_entities


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(Watchlist(entities=tuple(seed_watchlist())))


@pytest.mark.parametrize(
    ("lang", "others", "meant", "who"),
    [
        # the subject of the text
        ("en", "Mark Chen plays Haydn at the festival", "Mark Chen shows a smaller LLM", "mark-chen"),
        ("de", "Daniel Gross dirigiert in der Oper", "Daniel Gross kauft GPUs für KI", "daniel-gross"),
        ("ja", "ロハン・ヴァルマ、映画で初主演", "ロハン・ヴァルマ氏、AI新興企業へ", "rohan-varma"),
        # two namesakes do not vouch for each other, colleagues do
        ("en", "Rohan Varma and Rishabh Agarwal open the innings", "Rohan Varma leaves Meta", "rohan-varma"),
        ("en", "Chen and Wang meet in the final", "Zuckerberg and Wang fell out", "alexandr-wang"),
        # a calling before the name
        ("en", "Judge Chen hears a suit against OpenAI", "OpenAI's Chen hears no evil", "mark-chen"),
        # what sort of thing bears the name
        ("fr", "L'hôtel Hyperion rouvre", "Le centre de données Hyperion rouvre", "hyperion"),
        ("en", "Mercor Shipping buys two tugs", "Mercor buys two rivals", "mercor"),
        ("de", "Mercor GmbH baut Treppen", "Mercor baut Büros", "mercor"),
        # verbs that anything can do, and products and initials that need backing
        ("en", "Surge Hits Hospitals", "Surge Hires Annotators", "surge-ai"),
        ("en", "Hyperion wins by a nose", "Hyperion wins approval in Louisiana", "hyperion"),
        ("en", "MSL names a chairman", "MSL names a scientist, Meta says", "meta-superintelligence-labs"),
        # what somebody is helped to do
        ("en", "Nvidia Helps Banks Scale AI", "Nvidia Quietly Courts Scale AI", "scale-ai"),
        ("pt", "Startup leva IA em escala ao campo", "Startup deixa a Scale AI", "scale-ai"),
        # one letter more is another word
        ("zh", "小扎辫怎么编", "小扎又开出天价", "mark-zuckerberg"),
    ],
)
def test_other_bearers_are_told_from_the_one_who_is_meant(
    matcher: Matcher, lang: str, others: str, meant: str, who: str
) -> None:
    def found(title: str) -> tuple[str, ...]:
        return accepted_entities(matcher.find_mentions(Document(title=title, lang=lang)))

    assert who not in found(others)
    assert who in found(meant)


def test_a_role_between_a_house_and_a_name_is_the_named_ones(matcher: Matcher) -> None:
    title = "Meta A.I. Chief Alexandr Wang Lays Out a Plan"
    found = accepted_entities(matcher.find_mentions(Document(title=title, lang="en")))
    assert set(found) == {"alexandr-wang", "meta"}
    assert "alexandr-wang" in accepted_entities(
        matcher.find_mentions(Document(title="Meta AI chief skips the meeting", lang="en"))
    )
