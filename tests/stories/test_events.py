"""One event, one alert: what joins, what is kept apart, what speaks again, what stays quiet."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.stories.newsroom import Made, fingerprint, played, story_numbers
from watchers.stories.evidence import gather
from watchers.stories.parties import another_partner, another_target, kind, same_party, same_person
from watchers.stories.rarity import Rarity
from watchers.stories.sums import disagree


def told(found: list[Made]) -> list[str]:
    return [one.told for one in found]


# --- what joins -------------------------------------------------------------------------


def test_ten_outlets_tell_an_event_and_it_is_alerted_once() -> None:
    wordings = [
        "Mercor raises $425 million led by Brightwater Capital",
        "Brightwater leads $425M round in Mercor",
        "Mercor lands $425 million in fresh funding",
        "AI hiring startup Mercor secures $425M",
        "Mercor, the expert marketplace, raises $425 million",
        "Mercor closes $425M financing from Brightwater",
        "Investors put $425 million into Mercor",
        "Mercor bags $425 million",
        "Funding: Mercor gets $425 million",
        "Mercor announces $425 million round",
    ]
    found = played(*((number * 0.5, title) for number, title in enumerate(wordings)))
    assert story_numbers(found) == [0] * 10
    assert told(found).count("alert") == 1
    assert "update reply" not in told(found)
    assert len(found[-1].after.outlets) == 10


@pytest.mark.parametrize(
    ("lang", "title", "lead"),
    [
        ("pt", "Meta compra PlayAI, startup de vozes sintéticas", "O valor não foi divulgado."),
        ("de", "Meta übernimmt Stimmen-Start-up PlayAI", "Der Preis blieb geheim."),
        ("fr", "Meta rachète PlayAI, spécialiste de la voix", "Le montant n'a pas été révélé."),
        ("es", "Meta adquiere PlayAI, la startup de voces", "No se conoce el precio."),
        ("nl", "Meta neemt stemmenmaker PlayAI over", "De prijs is niet bekend."),
        ("ja", "メタ、音声AIのPlayAIを買収", "買収額は非公表。"),
        ("zh", "Meta收购语音AI公司PlayAI", "交易金额未公布。"),
    ],
)
def test_an_event_is_the_same_in_every_language(lang: str, title: str, lead: str) -> None:
    found = played(
        (0, "Meta acquires voice AI startup PlayAI", "The price was not disclosed.", "a.example"),
        (3, title, lead, f"{lang}.example"),
    )
    assert story_numbers(found) == [0, 0]
    assert told(found)[1].startswith("update")


def test_a_syndicated_copy_counts_once() -> None:
    headline = "Surge AI sued by annotators over unpaid hours"
    found = played(
        (0, headline, "", "reuters.com"),
        (1, headline, "", "uk.reuters.com"),
        (2, headline, "", "m.reuters.com"),
    )
    assert story_numbers(found) == [0, 0, 0]
    assert len(found[-1].after.outlets) == 1
    assert told(found) == ["alert", "quiet", "quiet"]


# --- what is kept apart -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Meta hires researcher Tarik Lindqvist from OpenAI", "Researcher Tarik Lindqvist leaves Meta for OpenAI"),
        ("Dana Whitlock leaves Scale AI", "Omar Haddad leaves Scale AI"),
        ("Meta hires Lena Hofstad from Google for its superintelligence lab", "Meta hires Victor Osei from Apple for its superintelligence lab"),
        ("Mercor hires Elena Castell-Reyes", "Mercor hires Elena Marsh"),
        ("Anthropic hires Elena Castell-Reyes from Google", "OpenAI hires Elena Marsh from Google"),
        ("Scale AI hires Jonas Quill as head of sales", "Surge AI hires Olga Ferrante as head of sales"),
        ("Mercor raises $100 million in Series B", "Mercor raises $350 million in Series C"),
        ("Google plans to cut ties with Scale AI", "OpenAI cuts ties with Scale AI"),
        ("OpenAI acquires database startup Quarrystone", "OpenAI acquires design studio Lumenfold"),
        ("OpenAI and Foxglove announce partnership", "OpenAI and Corvane Motors announce partnership"),
        ("Surge AI sued by annotators over unpaid hours", "Surge AI opens an office in Dublin"),
    ],
)  # fmt: skip
def test_a_near_miss_of_the_same_day_is_its_own_event(first: str, second: str) -> None:
    found = played((0, first), (2, second))
    assert story_numbers(found) == [0, 1]


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ("Meta hires Lena Hofstad from Google", "Meta hires Victor Osei from Apple", "another-person"),
        ("OpenAI cuts ties with Scale AI", "Google cuts ties with Scale AI", "another-party"),
        ("Google cuts ties with Scale AI", "Google cuts ties with Surge AI", "another-partner"),
        ("OpenAI acquires startup Quarrystone", "OpenAI takes stake in studio Lumenfold", "another-partner"),
        ("Mercor launches Orbit 2, a coding agent", "Mercor unveils Lumen Mini", "another-thing"),
        ("Meta to build data center in Norway", "Meta plans data center in Texas", "another-thing"),
        (
            "US Army awards contract to Scale AI",
            "Japan's defense ministry signs contract with Scale AI",
            "another-thing",
        ),
        ("Mercor sued by Hallberg Press", "Corvane Music sues Mercor over song lyrics", "another-plaintiff"),
        (
            "Outage takes Mercor offline for hours",
            "Hackers breach Mercor and steal source code",
            "another-thing",
        ),
        ("OpenAI acquires startup Quarrystone", "OpenAI acquires studio Lumenfold", "another-target"),
        ("OpenAI partners with Foxglove", "OpenAI partners with Corvane Motors", "another-partner"),
        ("Mercor raises $100 million", "Mercor raises $350 million", "another-sum"),
        ("Google hires Lena Hofstad", "Lena Hofstad leaves Google", "opposite-move"),
    ],
)
def test_the_veto_that_kept_a_report_out_of_a_story_is_among_its_reasons(
    first: str, second: str, reason: str
) -> None:
    found = played((0, first), (2, second))
    assert story_numbers(found) == [0, 1]
    assert f"{reason}:s{found[0].story}" in found[1].weighed


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        ("de", "OpenAI kooperiert mit Corvane Motors"),
        ("fr", "OpenAI s’associe à Corvane Motors"),
        ("zh", "OpenAI宣布与Corvane合作"),
        ("ja", "OpenAI、Corvaneと提携を発表"),
    ],
)
def test_names_in_latin_letters_tell_deals_apart_in_every_language(lang: str, title: str) -> None:
    found = played((0, "OpenAI partners with Norrsken Media", "", "", "en"), (1, title, "", "", lang))
    assert story_numbers(found) == [0, 1]


def test_who_refuses_terms_and_who_signs_instead_are_two_events_though_a_lead_names_both() -> None:
    found = played(
        (0, "Anthropic refuses the Pentagon's contract terms", "It keeps its limits on weapons.", "", "en"),
        (9, "美国国防部与OpenAI签署合同", "此前Anthropic拒绝了国防部的条件。", "", "zh"),
    )
    assert story_numbers(found) == [0, 1]


def test_a_thing_that_only_one_headline_names_is_no_other_thing() -> None:
    found = played(
        (0, "Mercor launches Orbit 2, a coding agent", "It works in any editor."),
        (1, "Mercor unveils coding agent that works on its own", "It is called Orbit 2."),
        (2, "Mercor’s Orbit is here: a coding agent that never sleeps"),
    )
    assert story_numbers(found) == [0, 0, 0]


def test_a_report_that_comes_after_the_rumour_is_cold_says_so() -> None:
    found = played(
        (0, "Mercor in talks to buy rival Pallford for $300 million"),
        (80, "Mercor buys rival Pallford for $300 million"),
    )
    assert f"confirms-late:s{found[0].story}" in found[1].weighed


def test_a_further_report_without_the_name_carries_nobody_else_into_the_story() -> None:
    found = played(
        (0, "Meta Superintelligence Labs loses reasoning lead Tomas Okafor", "He told colleagues on Monday."),
        (
            2,
            "Another researcher leaves Meta's superintelligence lab",
            "Tomas Okafor is going back to academia.",
        ),
        (70, "Priya Raman quits Meta Superintelligence Labs days after Okafor", "She did not say why."),
    )
    assert story_numbers(found) == [0, 0, 1]


def test_the_same_kind_of_event_a_month_later_is_another() -> None:
    found = played(
        (0, "Scale AI lays off 200 people", "The data company cut its labelling teams."),
        (24 * 35, "Scale AI lays off staff again", "The data company cut its sales team."),
    )
    assert story_numbers(found) == [0, 1]
    assert told(found) == ["alert", "alert"]


def test_who_leaves_a_company_that_cuts_jobs_the_same_hour_is_another() -> None:
    found = played((0, "Scale AI lays off 300 employees", ""), (0.05, "Jason Droege leaves Scale AI", ""))
    assert story_numbers(found) == [0, 1]
    assert told(found) == ["alert", "alert"]


def test_two_purchases_that_have_nobody_in_common_are_two_events() -> None:
    found = played(
        (0, "Meta buys voice start-up PlayAI", ""), (0.01, "U.S. Army buys software from Scale AI", "")
    )
    assert story_numbers(found) == [0, 1]


def test_who_leaves_a_company_that_launches_something_the_same_minute_is_another() -> None:
    found = played((0, "Meta releases a new Llama", ""), (0.01, "Alexandr Wang to leave Meta for OpenAI", ""))
    assert story_numbers(found) == [0, 1]


# --- what speaks again ------------------------------------------------------------------


def test_a_confirmation_within_three_days_is_a_reply() -> None:
    found = played(
        (0, "Meta in talks to buy chip designer Corvane, sources say", "Talks are at an early stage."),
        (30, "Meta buys chip designer Corvane", "Both companies announced the acquisition."),
    )
    assert story_numbers(found) == [0, 0]
    assert told(found) == ["alert", "update reply"]


def test_a_late_confirmation_is_a_story_that_follows_the_rumour() -> None:
    found = played(
        (0, "Meta in talks to buy chip designer Corvane, sources say", "Talks are at an early stage."),
        (24 * 12, "Meta buys chip designer Corvane", "Both companies announced the acquisition."),
    )
    assert story_numbers(found) == [0, 1]
    assert told(found) == ["alert", "alert"]
    assert found[1].after.follows == found[0].story
    assert found[1].context[0].story == found[0].story


def test_a_confirmation_of_another_sum_is_a_story_of_its_own() -> None:
    found = played(
        (0, "Mercor in talks to raise $100 million, sources say", ""),
        (40, "Mercor raises $400 million", "The company announced the round."),
    )
    assert story_numbers(found) == [0, 1]


def test_a_denial_speaks_again() -> None:
    found = played(
        (0, "Meta in talks to buy chip designer Corvane, sources say", "Talks are at an early stage."),
        (6, "Meta denies talks to buy chip designer Corvane", "A spokesperson called the report false."),
    )
    assert told(found)[1] in {"update reply", "alert"}


def test_another_outlet_without_news_only_edits() -> None:
    found = played(
        (0, "Scale AI lays off 200 people", "The data company cut its labelling teams."),
        (1, "Scale AI cuts 200 jobs", "Labelling teams are hit."),
    )
    assert told(found) == ["alert", "update edit"]


def test_a_number_of_people_that_is_much_larger_speaks_again() -> None:
    found = played(
        (0, "Scale AI lays off 200 people", "The data company cut its labelling teams."),
        (5, "Scale AI lays off 700 people, more than first reported", "Labelling teams are hit."),
    )
    assert story_numbers(found) == [0, 0]
    assert told(found) == ["alert", "update reply"]


# --- what stays quiet -------------------------------------------------------------------


def test_a_demand_that_surges_is_nobodys_news() -> None:
    found = played(
        (0, "A surge in demand for chips lifts exports"), (1, "Banks scale AI across their branches")
    )
    assert told(found) == ["quiet", "quiet"]
    assert story_numbers(found) == [0, 0]
    assert found[0].story == 0


def test_the_chief_stands_for_the_company() -> None:
    found = played(
        (
            0,
            "Meta buys chip start-up Quarzo for $800 million",
            "The company makes processors for data centers.",
        ),
        (4, "Zuckerberg compra a fabricante de chips Quarzo", "A startup faz processadores.", "exame.com"),
    )
    assert story_numbers(found) == [0, 0]
    assert fingerprint("Zuckerberg buys a chip start-up").kin == ("meta",)
    assert fingerprint("Zuckerberg and Meta buy a chip start-up").kin == ()


def test_background_of_a_headline_is_not_what_it_tells() -> None:
    fp = fingerprint("Scale AI lays off 200 people after Meta's $14.3 billion investment")
    assert fp.heads() == ("scale-ai",)
    assert fp.headline_concepts() == ("layoffs",)
    assert "investor" in fp.concepts
    nach = fingerprint("Nach Metas Einstieg: Scale AI streicht 200 Stellen", lang="de")
    assert nach.heads() == ("scale-ai",)


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        (
            "en",
            "Brightwater and OpenAI widen their deal, a day after OpenAI loosened its Microsoft partnership",
        ),
        ("en", "Brightwater And OpenAI Widen Deal A Day After OpenAI's Partnership With Microsoft Ends"),
        ("de", "Brightwater und OpenAI weiten Zusammenarbeit aus, einen Tag nach dem Bruch mit Microsoft"),
        ("fr", "Brightwater et OpenAI élargissent leur accord, au lendemain de la rupture avec Microsoft"),
        ("es", "Brightwater y OpenAI amplían su acuerdo un día después de la ruptura con Microsoft"),
    ],
)
def test_what_says_that_it_came_after_is_another_event(lang: str, title: str) -> None:
    found = played(
        (0, "OpenAI and Microsoft end their exclusive partnership"),
        (1, "Microsoft and OpenAI loosen their partnership"),
        (2, "OpenAI and Microsoft end exclusive deal: will Brightwater be next?"),
        (30, title, "", f"{lang}.example", lang),
    )
    assert story_numbers(found) == [0, 0, 0, 1]
    assert "sequel:-8.0" in found[-1].weighed


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("OpenAI partners with Corvane Motors", "OpenAI partners with Foxglove", True),
        ("Corvane Motors partners with OpenAI", "Corvane Motors partners with Anthropic", True),
        ("OpenAI partners with Corvane Motors", "OpenAI partners with Corvane", False),
        ("OpenAI partners with Corvane and Foxglove", "OpenAI partners with Foxglove and Quarrystone", False),
    ],
)
def test_a_deal_with_another_partner_is_another_deal(one: str, other: str, apart: bool) -> None:
    assert another_partner(fingerprint(one), fingerprint(other)) is apart
    assert another_partner(fingerprint(other), fingerprint(one)) is apart


def test_what_is_told_by_its_cause_within_hours_is_one_event() -> None:
    found = played(
        (0, "OpenAI shuts its video app Lumenfold down"),
        (1, "Brightwater leaves OpenAI deal after it shuts video app Lumenfold down"),
        (8, "OpenAI shuts Lumenfold down, and Brightwater leaves the deal"),
    )
    assert "sequel:-8.0" not in found[1].weighed
    assert story_numbers(found)[2] == story_numbers(found)[0]


def test_fingerprints_of_earlier_releases_are_read() -> None:
    fp = fingerprint("Scale AI lays off 200 people")
    assert type(fp).decode(fp.encode()) == fp
    for version, lacked in (("5", 1), ("4", 2)):
        before = f"{version}|" + fp.encode().removeprefix("6|").rsplit("|", lacked)[0]
        assert type(fp).decode(before) == fp


def test_roles_that_only_look_like_persons_keep_nothing_apart() -> None:
    found = played(
        (0, "Apple loses vision chief Dorota Wilk to Meta", "Dorota Wilk led image models at Apple."),
        (3, "Apple Loses Vision Chief To Meta, More Exits Likely", "Dorota Wilk was hired by Meta."),
        (
            8,
            "Chefe de visão da Apple troca a empresa por Zuckerberg",
            "Dorota Wilk vai para a Meta.",
            "g1.br",
        ),
    )
    assert story_numbers(found) == [0, 0, 0]


def test_a_share_of_a_round_does_not_contradict_all_of_it() -> None:
    whole = fingerprint("OpenAI completes $70 billion funding round")
    share = fingerprint("OpenAI raises $2B from small savers as part of $70B round")
    assert not disagree(share, whole, days=0.1)
    assert disagree(fingerprint("OpenAI raises $2B from small savers"), whole, days=0.1)


def test_a_version_before_a_magnitude_is_no_sum() -> None:
    assert 0.0 not in fingerprint("Scale AI sells 1.2.3 million rows").numbers


def test_who_sues_a_unit_sues_its_owner() -> None:
    unit = fingerprint("Fishermen sue Hyperion over the lake at Meta's site")
    owner = fingerprint("Fishermen take Meta to court over the lake")
    assert same_party(unit, owner) == 1.0


def test_an_honour_is_nobody_else() -> None:
    found = played(
        (0, "Chemistry Nobel winner Berta Quist quits Google DeepMind for Anthropic"),
        (2, "Nobel de Química troca Google DeepMind pela Anthropic", "", "g1.br"),
    )
    assert story_numbers(found) == [0, 0]


def test_a_suit_over_what_was_told_is_another_event() -> None:
    found = played(
        (
            0,
            "Surge AI halves the pay of graders on a Meta project",
            "Four thousand people heard of it by mail.",
        ),
        (1, "Graders of Surge AI get half the pay on Meta project"),
        (70, "Surge AI sued by graders over halved pay on Meta project"),
        (72, "Graders take Surge AI to court over halved pay"),
    )
    assert story_numbers(found) == [0, 0, 1, 1]


@pytest.mark.parametrize(
    "portrait",
    [
        "Who is Ana Quill, the researcher poached by Meta from OpenAI?",
        "Who is Ana Quill? Meta hires OpenAI researcher for its superintelligence lab",
    ],
)
def test_the_portrait_of_who_was_hired_tells_the_hire(portrait: str) -> None:
    found = played(
        (0, "Meta hires OpenAI researcher Ana Quill", "Quill worked on reasoning models."),
        (9, portrait, "Ana Quill is joining the lab of Alexandr Wang."),
    )
    assert story_numbers(found) == [0, 0]
    assert not fingerprint(portrait).comment
    assert fingerprint("Who is Alexandr Wang and what does he want?").comment


def test_two_companies_that_hire_from_each_other_are_two_events() -> None:
    found = played(
        (0, "Meta hires Apple's design chief Jonas Reed", "Reed led interface design at Apple."),
        (30, "Apple hires Meta's legal chief as general counsel", "Ida Holm follows Rolf Ekman."),
    )
    assert story_numbers(found) == [0, 1]


def test_a_thing_taken_for_a_person_in_one_report_keeps_nobody_out() -> None:
    one = fingerprint("Apple's most prominent designer, Jonas Reed, is heading to Meta")
    other = fingerprint("Apple design executive Jonas Reed to join Meta")
    assert same_person(other, one) >= 0.5
    found = played(
        (0, "Apple's most prominent designer, Jonas Reed, is heading to Meta"),
        (
            2,
            "Apple designer behind contested Clear Pane joins Meta",
            "Jonas Reed led the work on Clear Pane.",
        ),
        (5, "Apple design executive Jonas Reed to join Meta"),
    )
    assert story_numbers(found)[2] == 0


def test_a_unit_that_is_set_up_is_a_reorganisation() -> None:
    one = fingerprint("Meta's AI group gets a restructuring")
    assert kind(fingerprint("Meta launches new AI lab amid team reshuffle"), one) > 0


def test_three_who_are_hired_and_four_who_are_hired_are_two_events() -> None:
    found = played(
        (0, "Meta hires three OpenAI researchers", "Ada Fenn, Bo Lund and Cy Marsh worked in Oslo."),
        (60, "Meta hires four more OpenAI researchers", "Di Noor, Ed Oake, Flo Pym and Gus Rask join."),
        (
            64,
            "Meta taps four OpenAI researchers",
            "Di Noor, Ed Oake, Flo Pym and Gus Rask have agreed to join.",
        ),
    )
    assert story_numbers(found) == [0, 1, 1]
    one, other = (
        fingerprint("Meta hires two OpenAI researchers", "Ada Fenn and Bo Lund join."),
        fingerprint("Meta hires three OpenAI researchers", "Ada Fenn, Bo Lund and Cy Marsh join."),
    )
    assert not disagree(one, other, 0.2)


@pytest.mark.parametrize(
    ("lang", "more"),
    [
        ("en", "Meta hires four more OpenAI researchers"),
        ("de", "Meta holt vier weitere Forscher von OpenAI"),
        ("fr", "Meta recrute quatre autres chercheurs d'OpenAI"),
        ("es", "Meta ficha a otros cuatro investigadores de OpenAI"),
    ],
)
def test_four_more_are_others_than_the_one_before(lang: str, more: str) -> None:
    one = fingerprint("Meta hires OpenAI researcher for reasoning models", "Ana Quill joined OpenAI in 2022.")
    other = fingerprint(more, "Di Noor, Ed Oake, Flo Pym, Gus Rask.", lang)
    assert disagree(other, one, 1.0)
    assert not disagree(other, fingerprint("Meta taps four OpenAI researchers"), 0.1)


def test_letters_in_brackets_are_no_other_person() -> None:
    one = fingerprint("Apple loses third speech researcher to Meta", "Iris Vold led dictation at Apple.")
    other = fingerprint(
        "Apple loses one more researcher to Meta",
        "Iris Vold, a member of Apple's dictation group (ADG), reportedly left the company for Meta.",
    )
    lettered = replace(other, roles=(*other.roles, ("person", "adg")))
    named = replace(one, roles=(*one.roles, ("person", "iris+vold")))
    assert same_person(lettered, named) == same_person(named, lettered) == 0.5
    another = fingerprint("Apple loses one more researcher to Meta", "Tom Reyk left the company for Meta.")
    assert same_person(replace(another, roles=(*another.roles, ("person", "reyk"))), named) == -1.0


def test_a_customer_who_is_described_twice_is_one() -> None:
    told = fingerprint("Scale AI wins $70M deal to label images for US military")
    described = replace(told, roles=(("supplier", "scale-ai"), ("customer", "battlefi+image")))
    assert not another_target(described, told)
    assert another_target(
        replace(told, roles=(("supplier", "scale-ai"), ("customer", "deutsche+bahn"))),
        replace(told, roles=(("supplier", "scale-ai"), ("customer", "royal+mail"))),
    )


def test_a_name_in_chinese_characters_is_compared_as_it_is_known() -> None:
    chinese = fingerprint("苹果起诉 OpenAI 窃取商业机密", "苹果周一向加州联邦法院起诉 OpenAI。", "zh")
    assert ("plaintiff", "apple") in chinese.roles


@pytest.mark.parametrize(
    ("comment", "told"),
    [
        ("How Mercor came to halve the pay of its graders", "quiet"),
        ("Why a strike of graders in Nairobi worries Mercor", "alert"),
        ("Mercor opens a graders' centre in Lyon", "alert"),
    ],
)
def test_who_only_talks_about_what_was_told_is_not_told_again(comment: str, told: str) -> None:
    found = played(
        (0, "Mercor halves the pay of its graders", "Four thousand people heard of it by mail."),
        (70, comment),
    )
    assert story_numbers(found) == [0, 1]
    assert [one.told for one in found] == ["alert", told]
    if told == "quiet":
        assert found[1].decision.digest
        assert found[1].decision.reasons[0] == "comment-on-told"


@pytest.mark.parametrize(
    ("later", "told"),
    [
        ("Three weeks after Ruben Mayer left Meta, the lab is still looking", "quiet"),
        ("Week in review: Ruben Mayer leaves Meta, and more", "quiet"),
        ("Ruben Mayer, who left Meta last month, speaks out", "quiet"),
        ("New details emerge on Ruben Mayer and Meta", "quiet"),
        ("Three weeks after leaving Meta, Ruben Mayer raises $50 million", "alert"),
        ("Ruben Mayer joins Anthropic", "alert"),
    ],
)
def test_what_looks_back_weeks_later_is_not_told_again(later: str, told: str) -> None:
    found = played(
        (0, "Ruben Mayer leaves Meta after two months", "He told colleagues on Monday."),
        (1, "Meta loses Ruben Mayer"),
        (21 * 24, later),
    )
    assert [one.told for one in found][::2] == ["alert", told]
    if told == "quiet":
        assert found[2].decision.reasons[0] == "comment-on-told"


def test_a_report_abroad_that_tells_a_move_retells_less_of_one_that_tells_none() -> None:
    told, known = (
        fingerprint("Meta adquiere Quarrystone", lang="es"),
        fingerprint("Meta turns down Quarrystone"),
    )
    assert (told.moved, known.moved) == (True, False)
    gathered = gather(told, known, timedelta(hours=9), Rarity(df={}, total=1))
    assert gathered["relayed"] == 0.5
    same = fingerprint("Meta acquires Quarrystone")
    assert gather(told, same, timedelta(hours=9), Rarity(df={}, total=1))["relayed"] == 1.0


def test_a_report_that_joins_a_quiet_comment_does_not_tell_the_event_again() -> None:
    found = played(
        (0, "Mercor halves the pay of its graders", "Four thousand people heard of it by mail."),
        (70, "How Mercor came to halve the pay of its graders"),
        (72, "Mercor came to halve the pay of its graders: four lessons"),
    )
    assert story_numbers(found) == [0, 1, 1]
    assert told(found) == ["alert", "quiet", "quiet"]
    assert found[2].decision.digest
    assert found[2].decision.reasons[0] == "comment-on-told"


def test_whom_a_portrait_is_about_is_the_one_who_left() -> None:
    report = fingerprint(
        "Maker of a speech toolkit leaves Meta", "Iris Vold announced that she has left Meta."
    )
    portrait = fingerprint(
        "From a village school to Meta: the steep climb of Iris Vold",
        "Speech researcher Iris Vold, who made the toolkit, has left Meta after 9 years.",
    )
    assert same_person(report, portrait) == same_person(portrait, report) == 0.5
    one, other = (
        fingerprint("Elon Musk's xAI loses its head of finance to OpenAI", "He starts on Monday."),
        fingerprint("OpenAI hires the chief lawyer of Elon Musk's xAI", "She starts on Monday."),
    )
    assert same_person(one, other) == 0.0
