"""What is weighed of a whole story: words new to it, other stories beside it, who is only named beside a party."""

from datetime import timedelta

import pytest

from tests.stories.newsroom import fingerprint, made, played, report, story_numbers
from watchers.stories.bystanders import stands_by
from watchers.stories.evidence import gather
from watchers.stories.rarity import Rarity
from watchers.stories.surroundings import novelty

FIRST = fingerprint("Scale AI opens a robotics laboratory in Lisbon")
AGAIN = fingerprint("Lisbon gets a robotics laboratory of Scale AI")
OTHER = fingerprint("Scale AI sponsors a chess tournament for juniors")
FOREIGN = fingerprint("Scale AI eröffnet ein Roboterlabor in Lissabon", lang="de")
RARITY = Rarity(df={}, total=100)


def test_a_headline_in_known_words_is_less_novel_than_one_in_others() -> None:
    assert novelty(AGAIN, [FIRST], RARITY) < novelty(OTHER, [FIRST], RARITY)


def test_words_of_another_language_prove_nothing() -> None:
    assert novelty(FOREIGN, [FIRST], RARITY) == 0.0


def test_known_names_are_new_in_every_language() -> None:
    apple = fingerprint("Apple lobt das Roboterlabor von Scale AI", lang="de")
    assert novelty(apple, [FIRST], RARITY) > 0.0
    assert (
        novelty(apple, [FIRST, fingerprint("アップル、スケールAIの研究所を評価", lang="ja")], RARITY) == 0.0
    )


def test_another_kind_of_move_retells_nothing() -> None:
    report = fingerprint("Scale AI hires Lena Hofstad")
    hired = fingerprint("Scale AI ficha a Lena Hofstad", lang="es")
    sued = fingerprint("Lena Hofstad demanda a Scale AI por despido", lang="es")
    day = timedelta(days=1)
    assert gather(hired, report, day, RARITY)["relayed"] == 1.0
    assert not gather(sued, report, day, RARITY).get("relayed")


def test_whoever_told_the_story_counts_for_what_is_new() -> None:
    assert novelty(AGAIN, [OTHER, FIRST], RARITY) == novelty(AGAIN, [FIRST], RARITY)


@pytest.mark.parametrize(
    ("title", "name", "lang"),
    [
        ("Meta's largest supplier buys a chess club", "Meta", "en"),
        ("Meta-backed label firm buys a chess club", "Meta", "en"),
        ("Competitor of Scale AI buys a chess club", "Scale AI", "en"),
        ("OpenAI-Rivale kauft einen Schachklub", "OpenAI", "de"),
        ("Konkurrent von Scale AI kauft einen Schachklub", "Scale AI", "de"),
        ("Le fournisseur de Meta rachète un club d'échecs", "Meta", "fr"),
        ("La rival de OpenAI compra un club de ajedrez", "OpenAI", "es"),
        ("Concorrente da OpenAI compra um clube de xadrez", "OpenAI", "pt"),
        ("Concurrent van OpenAI koopt een schaakclub", "OpenAI", "nl"),
        ("OpenAI最大对手收购国际象棋俱乐部", "OpenAI", "zh"),
        ("OpenAIのライバルがチェスクラブを買収", "OpenAI", "ja"),
    ],
)
def test_a_name_that_says_whose_rival_or_supplier_acts_is_no_party(title: str, name: str, lang: str) -> None:
    start = title.index(name)
    assert stands_by(title, start, start + len(name), lang)


@pytest.mark.parametrize(
    ("title", "name", "lang"),
    [
        ("Meta partners with a chess club", "Meta", "en"),
        ("Meta supplies a chess club", "Meta", "en"),
        ("OpenAI-Chef kauft einen Schachklub", "OpenAI", "de"),
        ("OpenAI收购国际象棋俱乐部", "OpenAI", "zh"),
    ],
)
def test_who_acts_is_a_party(title: str, name: str, lang: str) -> None:
    start = title.index(name)
    assert not stands_by(title, start, start + len(name), lang)


def test_a_rival_named_by_another_joins_what_its_lead_names() -> None:
    told = played(
        (0, "Surge AI is in talks to raise $900 million from a pension fund"),
        (5, "Scale-AI-Rivale sucht 900 Millionen Dollar", "Surge AI verhandelt mit einem Pensionsfonds."),
    )
    assert story_numbers(told) == [0, 0]
    assert [one.decision.verdict.value for one in told] == ["alert", "update"]


def test_a_person_whom_only_one_headline_names_joins_the_other() -> None:
    told = played(
        (0, "Thinking Machines Lab co-founder leaves for Meta", "Ines Albrecht told colleagues on Friday."),
        (20, "Ines Albrecht joins Meta", "She helped to found Thinking Machines Lab."),
    )
    assert story_numbers(told) == [0, 0]


def test_a_loose_likeness_to_a_foreign_report_does_not_outweigh_those_in_ones_own_language() -> None:
    found = made(
        [
            report(
                0,
                0,
                "Safe Superintelligence loses its president, Otto Brandvold",
                "The co-founder told Ilya Sutskever last week.",
            ),
            report(
                1,
                10,
                "サツキバー氏のSafe Superintelligence、共同創業者のブランドヴォルド氏が退社",
                lang="ja",
            ),
            report(2, 11, "Ilya Sutskever: an evening on stage in Haifa"),
        ]
    )
    assert story_numbers(found) == [0, 0, 1]


def test_only_what_shares_something_with_an_english_report_retells_it() -> None:
    english = fingerprint("Yann LeCun and a rival laureate argue over what intelligence is")
    apart, rarity = timedelta(hours=4), Rarity(df={}, total=100)
    other = fingerprint("Un avionneur confie ses jumeaux numériques à Yann LeCun", lang="fr")
    same = fingerprint("Yann LeCun en querelle avec un lauréat sur l'intelligence", lang="fr")
    assert not gather(other, english, apart, rarity).get("relayed")
    assert gather(same, english, apart, rarity)["relayed"] == 1.0
