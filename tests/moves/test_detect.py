"""Roles, status, tense and evidence of the moves that a text tells."""

import pytest

from seeds.loader import seed_watchlist
from storage.model import Document, Move, MoveStatus, Watchlist
from watchers import moves
from watchers.matching import Matcher
from watchers.moves.faults import problems
from watchers.moves.page import LEAD_READ, TITLE_READ
from watchers.moves.terms import read_terms

WATCHLIST = Watchlist(entities=tuple(seed_watchlist()))


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(WATCHLIST)


def _detect(
    matcher: Matcher, title: str, summary: str = "", lang: str = "en", url: str = ""
) -> tuple[Move, ...]:
    document = Document(title=title, summary=summary, lang=lang, url=url)
    return moves.detect(document, matcher.find_mentions(document), WATCHLIST)


def test_both_sides_of_a_purchase_are_told_apart_active_and_passive(matcher: Matcher) -> None:
    for title in ("Meta acquires voice startup PlayAI", "PlayAI acquired by Meta"):
        [move] = _detect(matcher, title)
        assert dict(move.roles) == {"acquirer": ("meta",), "target": ("playai",)}


def test_a_party_that_is_not_watched_is_kept_by_name(matcher: Matcher) -> None:
    move = _detect(matcher, "Meta hires former Apple designer Kenji Mori")[0]
    assert move.names["person"] == ("Kenji Mori",)
    assert "person" not in move.roles
    assert move.roles["to"] == ("meta",)


@pytest.mark.parametrize(
    ("title", "lang", "person"),
    [
        ("OpenAI hires Jean-Luc Moreau", "en", "Jean-Luc Moreau"),
        ("Maria Smith-Jones leaves OpenAI for Meta", "en", "Maria Smith-Jones"),
        ("OpenAI hires Maria O'Neill to lead robotics", "en", "Maria O'Neill"),
        ("Božidar Novák leaves OpenAI for Meta", "en", "Božidar Novák"),
        ("OpenAI holt Hans-Peter Schmidt von Google", "de", "Hans-Peter Schmidt"),
        ("OpenAI-Forscher Max Braun wechselt zu Meta", "de", "Max Braun"),
    ],
)
def test_double_and_foreign_names_are_persons(matcher: Matcher, title: str, lang: str, person: str) -> None:
    assert _detect(matcher, title, lang=lang)[0].names["person"] == (person,)


def test_a_rival_in_the_headline_is_no_party(matcher: Matcher) -> None:
    move = _detect(matcher, "Scale AI rival Helixa raises $25M")[0]
    assert move.names["recipient"] == ("Helixa",)
    assert move.parties() == frozenset()


def test_a_backer_in_the_headline_is_no_party(matcher: Matcher) -> None:
    move = _detect(matcher, "Meta-backed Scale AI wins $99 million Pentagon contract")[0]
    assert move.roles == {"supplier": ("scale-ai",)}
    assert move.names["customer"] == ("Pentagon",)


def test_the_lead_completes_what_the_headline_tells(matcher: Matcher) -> None:
    move = _detect(
        matcher,
        "Scale AI names a new chief executive",
        "Scale AI appointed Lena Ortiz as chief executive on Monday.",
    )[0]
    assert move.kind == "hire"
    assert move.names["person"] == ("Lena Ortiz",)


@pytest.mark.parametrize(
    ("title", "status"),
    [
        ("Surge AI in talks to raise $1 billion", MoveStatus.RUMOUR),
        ("Meta considers acquiring Kestrel AI", MoveStatus.RUMOUR),
        ("Tomas Berg could leave Surge AI by spring", MoveStatus.RUMOUR),
        ("Sources: Meta has hired Kenji Mori", MoveStatus.REPORTED),
        ("Meta lays off 600 employees", MoveStatus.REPORTED),
        ("Anthropic confirms it has hired Lena Ortiz", MoveStatus.CONFIRMED),
        ("OpenAI denies it is buying Corvid Labs", MoveStatus.DENIED),
        ("Jason Droege won't leave Scale AI", MoveStatus.DENIED),
    ],
)
def test_status_follows_the_words(matcher: Matcher, title: str, status: MoveStatus) -> None:
    assert _detect(matcher, title)[0].status is status


def test_a_party_on_its_own_site_confirms(matcher: Matcher) -> None:
    title = "OpenAI acquires Quantara"
    assert _detect(matcher, title, url="https://news.example/1")[0].status is MoveStatus.REPORTED
    assert _detect(matcher, title, url="https://openai.com/index/quantara")[0].status is MoveStatus.CONFIRMED


def test_what_went_before_is_not_the_news(matcher: Matcher) -> None:
    found = _detect(matcher, "Scale AI lays off 200 employees weeks after Meta's investment of $14.3 billion")
    assert [move.kind for move in found] == ["layoffs"]


def test_a_digest_of_several_stories_tells_no_move(matcher: Matcher) -> None:
    assert _detect(matcher, "Weekly roundup: Meta hires, OpenAI buys, Google sues") == ()


@pytest.mark.parametrize(
    ("title", "lang"),
    [
        ("Scale AI raises $1 billion", "en"),
        ("Meta invests $14.3 billion in Scale AI", "en"),
        ("Meta收购PlayAI", "zh"),
        ("MetaがPlayAIを買収", "ja"),
    ],
)
def test_evidence_is_the_text_of_its_span(matcher: Matcher, title: str, lang: str) -> None:
    for move in _detect(matcher, title, lang=lang):
        assert move.field == "title"
        assert move.evidence == title[move.start : move.end] != ""
        assert 0 < move.score <= 1


def test_a_text_without_words_tells_no_move(matcher: Matcher) -> None:
    for title in ("", " ", "…", "🧢👀", "\x00\u200b", ",;:" * 50):
        assert _detect(matcher, title, title) == ()


def test_only_the_beginning_of_a_field_is_read(matcher: Matcher) -> None:
    told = " Meta acquires PlayAI."
    assert _detect(matcher, "Notes", "x " * 50 + told) != ()
    assert _detect(matcher, "Notes", "x" * LEAD_READ + told) == ()
    assert _detect(matcher, "x" * TITLE_READ + told) == ()


def test_the_same_text_gives_the_same_moves(matcher: Matcher) -> None:
    title = "Meta hires OpenAI researcher Kenji Mori and invests $2 billion in Scale AI"
    assert _detect(matcher, title) == _detect(matcher, title)


def test_a_headline_in_another_language_than_its_lead_is_read_in_its_own(matcher: Matcher) -> None:
    found = _detect(
        matcher, "Anthropic raises $5 billion", "アンソロピックについての記事です。" * 5, lang="ja"
    )
    assert found[0].kind == "funding"


@pytest.mark.parametrize(
    ("title", "kind", "names"),
    [
        ("Meta buys a chip firm and hires two OpenAI researchers", "acquisition", {"acquirer": ("Meta",)}),
        ("Google says hackers stole its customers' files", "incident", {"owner": ("Google",)}),
        (
            "Meta investit des milliards et débauche des chercheurs d'OpenAI",
            "hire",
            {"to": ("Meta",)},
        ),
    ],
)
def test_who_acts_is_told_from_who_is_only_named(
    matcher: Matcher, title: str, kind: str, names: dict[str, tuple[str, ...]]
) -> None:
    found = _detect(matcher, title, lang="fr" if "investit" in title else "en")
    assert [move.kind.value for move in found[:1]] == [kind]
    assert {role: found[0].names.get(role) for role in names} == names


def test_neither_an_employers_name_nor_a_fear_makes_a_move(matcher: Matcher) -> None:
    assert (
        "google" not in _detect(matcher, "Google veteran raises $8 million for a drone startup")[0].parties()
    )
    assert "google" not in _detect(matcher, "Google says hackers broke into Microsoft servers")[0].parties()
    assert _detect(matcher, "Google dismisses AI job fears") == ()
    assert _detect(matcher, "Anthropic raises five billion dollars")[0].amount == 5_000_000_000


def test_a_purpose_after_a_further_verb_is_read_without_fault(matcher: Matcher) -> None:
    lead = "Acme tells us its terms keep Corvid's engine, Tolva, open and to invest $3 billion into it."
    assert [move.names.get("investor") for move in _detect(matcher, "", lead)] == [("Acme",)]


@pytest.mark.parametrize(
    ("title", "lang", "position"),
    [
        ("Meta's vice president of AI research is leaving", "en", "vice president of AI research"),
        ("KI-Robotikchefin verlässt OpenAI", "de", "KI-Robotikchefin"),
        ("OpenAI-Forschungschefin verlässt das Unternehmen", "de", "Forschungschefin"),
        ("Onderzoeksdirecteur Jan Vos verlaat OpenAI", "nl", "Onderzoeksdirecteur"),
        (
            "Anthropic hires former Quanta chief Ann Lee as head of trust and safety",
            "en",
            "head of trust and safety",
        ),
        ("Mercor picks Ann Lee as president and vice chairman", "en", "president and vice chairman"),
        ("Meta生成式AI产品管理总监Chaya Nayak离职", "zh", "生成式AI产品管理总监"),
        ("OpenAI、アプリ部門CEOにアン・リー氏を任命", "ja", "アプリ部門CEO"),
    ],
)
def test_a_position_is_told_whole(matcher: Matcher, title: str, lang: str, position: str) -> None:
    assert _detect(matcher, title, lang=lang)[0].title == position


@pytest.mark.parametrize(
    ("title", "lang", "kind", "names"),
    [
        (
            "Google, Scale AI's largest customer, plans split",
            "en",
            "breakup",
            {"customer": ("Google",), "supplier": ("Scale AI",)},
        ),
        ("Scale AI customers flee", "en", "breakup", {"supplier": ("Scale AI",)}),
        (
            "After Scale AI, Meta acquires PlayAI",
            "en",
            "acquisition",
            {"acquirer": ("Meta",), "target": ("PlayAI",)},
        ),
        (
            "Scale AIに続き、MetaがPlayAIを買収",
            "ja",
            "acquisition",
            {"acquirer": ("Meta",), "target": ("PlayAI",)},
        ),
        (
            "Meta invests $2 billion in Scale AI to win over its founder",
            "en",
            "funding",
            {"investor": ("Meta",)},
        ),
        ("Mira Murati, OpenAI's technology chief, quits", "en", "departure", {"from": ("OpenAI",)}),
        ("OpenAI's research chief quits", "en", "departure", {"from": ("OpenAI",)}),
        (
            "Quanta completes its Corvid takeover",
            "en",
            "acquisition",
            {"acquirer": ("Quanta",), "target": ("Corvid",)},
        ),
        ("The whole team of PlayAI joins Meta", "en", "hire", {"from": ("PlayAI",), "to": ("Meta",)}),
        (
            "Meta拟向AI初创公司Scale AI投资143亿美元",
            "zh",
            "funding",
            {"investor": ("Meta",), "recipient": ("Scale AI",)},
        ),
        ("OpenAI从特斯拉、xAI挖来四名工程师", "zh", "hire", {"to": ("OpenAI",), "from": ("特斯拉", "xAI")}),
        ("Anthropic与埃森哲达成三年合作", "zh", "partnership", {"partner": ("埃森哲", "Anthropic")}),
        (
            "Midjourney、今度はディズニーが提訴",
            "ja",
            "legal",
            {"plaintiff": ("ディズニー",), "defendant": ("Midjourney",)},
        ),
        ("ワン氏のScale AI、20億ドルを調達", "ja", "funding", {"recipient": ("Scale AI",)}),
    ],
)
def test_sides_are_told_apart(
    matcher: Matcher, title: str, lang: str, kind: str, names: dict[str, tuple[str, ...]]
) -> None:
    move = _detect(matcher, title, lang=lang)[0]
    assert move.kind.value == kind
    assert {role: set(move.names.get(role, ())) for role in names} == {r: set(n) for r, n in names.items()}


def test_what_a_lead_tells_of_nobody_is_no_move(matcher: Matcher) -> None:
    assert (
        _detect(matcher, "Meta in numbers", "The year saw layoffs of all kinds. A funding round was rare.")
        == ()
    )


def test_an_attribute_is_no_news(matcher: Matcher) -> None:
    assert _detect(matcher, "Meta推出的模型很受欢迎", lang="zh") == ()
    assert _detect(matcher, "Metaが買収したPlayAIの技術とは", lang="ja") == ()


@pytest.mark.parametrize(
    ("title", "lang"),
    [
        ("Sócia de Mira Murati deixa startup e vai para a Meta", "pt"),
        ("El socio de Mira Murati se marcha a Meta", "es"),
        ("L'associée de Mira Murati rejoint Meta", "fr"),
        ("Mitgründer von Mira Murati wechselt zu Meta", "de"),
        ("Muratis Mitgründerin wechselt zu Meta", "de"),
        ("Compagnon van Mira Murati stapt over naar Meta", "nl"),
        ("Murati's deputy leaves for Meta", "en"),
    ],
)
def test_somebody_told_by_whom_he_belongs_to_is_somebody_else(
    matcher: Matcher, title: str, lang: str
) -> None:
    for move in _detect(matcher, title, lang=lang):
        assert "mira-murati" not in move.roles.get("person", ())


@pytest.mark.parametrize(
    ("title", "lang", "roles"),
    [
        ("Aquisição da Helixa pela Meta sai por US$ 14,3 bi", "pt", {"target": "Helixa", "acquirer": "Meta"}),
        ("La compra de Helixa por parte de Meta", "es", {"target": "Helixa", "acquirer": "Meta"}),
        ("Rachat de Helixa par Meta", "fr", {"target": "Helixa", "acquirer": "Meta"}),
        ("Übernahme von Helixa durch Meta", "de", {"target": "Helixa", "acquirer": "Meta"}),
        ("Overname van Helixa door Meta afgerond", "nl", {"target": "Helixa", "acquirer": "Meta"}),
        ("Saída de Lena Ortiz da Scale AI", "pt", {"person": "Lena Ortiz", "from": "Scale AI"}),
        ("Salida de Lena Ortiz de Scale AI", "es", {"person": "Lena Ortiz", "from": "Scale AI"}),
        ("Départ de Lena Ortiz de Scale AI", "fr", {"person": "Lena Ortiz", "from": "Scale AI"}),
        ("Fichaje de Lena Ortiz por Meta", "es", {"person": "Lena Ortiz", "to": "Meta"}),
        ("Midjourney von Helixa verklagt", "de", {"plaintiff": "Helixa", "defendant": "Midjourney"}),
        ("Midjourney aangeklaagd door Helixa", "nl", {"plaintiff": "Helixa", "defendant": "Midjourney"}),
    ],
)
def test_nouns_and_passives_keep_their_sides(
    matcher: Matcher, title: str, lang: str, roles: dict[str, str]
) -> None:
    names = _detect(matcher, title, lang=lang)[0].names
    assert {role: names.get(role) for role in roles} == {role: (name,) for role, name in roles.items()}


@pytest.mark.parametrize(
    ("title", "lang", "kind", "roles"),
    [
        ("Nach dem Helixa-Einstieg entlässt Mercor 40 Leute", "de", "layoffs", {"employer": "Mercor"}),
        (
            "Trotz Datenlecks kauft Meta nun Helixa",
            "de",
            "acquisition",
            {"acquirer": "Meta", "target": "Helixa"},
        ),
        ("Na de inval ontslaat Mercor 40 medewerkers", "nl", "layoffs", {"employer": "Mercor"}),
        (
            "Ondanks datalek koopt Meta nu Helixa",
            "nl",
            "acquisition",
            {"acquirer": "Meta", "target": "Helixa"},
        ),
    ],
)
def test_behind_a_circumstance_who_acts_follows_the_verb(
    matcher: Matcher, title: str, lang: str, kind: str, roles: dict[str, str]
) -> None:
    move = _detect(matcher, title, lang=lang)[0]
    assert move.kind.value == kind
    assert {role: move.names.get(role) for role in roles} == {r: (name,) for r, name in roles.items()}


@pytest.mark.parametrize(
    ("title", "lead", "lang"),
    [
        ("Zuckerbergs nächster Streich bei Meta", "Der Konzern übernimmt das Start-up Helixa.", "de"),
        ("De volgende stap van Meta", "Het bedrijf neemt start-up Helixa over.", "nl"),
    ],
)
def test_a_lead_may_say_the_company_for_whom_the_headline_names(
    matcher: Matcher, title: str, lead: str, lang: str
) -> None:
    assert _detect(matcher, title, lead, lang=lang)[0].kind.value == "acquisition"


@pytest.mark.parametrize(
    ("title", "lang"),
    [
        ("Nach der Übernahme durch Meta: So geht es PlayAI", "de"),
        ("Na de overname door Meta: zo gaat het met PlayAI", "nl"),
        ("Seit Alexandr Wang zu Meta gewechselt ist, geht es Scale AI schlechter", "de"),
    ],
)
def test_a_circumstance_itself_is_no_news(matcher: Matcher, title: str, lang: str) -> None:
    assert all(move.score < 0.6 for move in _detect(matcher, title, lang=lang))


@pytest.mark.parametrize(
    ("title", "lang", "kind", "roles"),
    [
        (
            "Nach zwei Monaten verlässt Lena Ortiz Meta",
            "de",
            "departure",
            {"person": "Lena Ortiz", "from": "Meta"},
        ),
        (
            "Na twee maanden verlaat Lena Ortiz Meta",
            "nl",
            "departure",
            {"person": "Lena Ortiz", "from": "Meta"},
        ),
        ("Meta wirft 200 Mitarbeiter hinaus", "de", "layoffs", {"employer": "Meta"}),
        ("Meta neemt Helixa over", "nl", "acquisition", {"acquirer": "Meta", "target": "Helixa"}),
        (
            "Scale AI : Lena Ortiz démissionne",
            "fr",
            "departure",
            {"person": "Lena Ortiz", "from": "Scale AI"},
        ),
        ("La startup de Mira Murati, Helixa, recauda 20 millones", "es", "funding", {"recipient": "Helixa"}),
    ],
)
def test_order_and_remarks_do_not_change_who_acts(
    matcher: Matcher, title: str, lang: str, kind: str, roles: dict[str, str]
) -> None:
    move = _detect(matcher, title, lang=lang)[0]
    assert move.kind == kind
    assert {role: move.names.get(role) for role in roles} == {role: (name,) for role, name in roles.items()}


@pytest.mark.parametrize(
    ("title", "lang", "status"),
    [
        ("Lena Ortiz estaria de saída da Meta", "pt", MoveStatus.RUMOUR),
        ("Lena Ortiz desmiente que vaya a dejar Meta", "es", MoveStatus.DENIED),
        ("Lena Ortiz songerait à quitter Meta", "fr", MoveStatus.RUMOUR),
        ("Lena Ortiz dementiert Abschied von Meta", "de", MoveStatus.DENIED),
        ("Lena Ortiz ontkent vertrek bij Meta", "nl", MoveStatus.DENIED),
        ("Google overweegt miljarden in Anthropic te steken", "nl", MoveStatus.RUMOUR),
    ],
)
def test_moods_of_other_languages_tell_the_status(
    matcher: Matcher, title: str, lang: str, status: MoveStatus
) -> None:
    assert _detect(matcher, title, lang=lang)[0].status is status


@pytest.mark.parametrize(
    ("title", "lang"),
    [
        ("Lena Ortiz leaves Scale AI and joins Meta", "en"),
        ("Lena Ortiz deixa a Scale AI e vai para a Meta", "pt"),
        ("Lena Ortiz quitte Scale AI et rejoint Meta", "fr"),
        ("Lena Ortiz verlässt Scale AI und wechselt zu Meta", "de"),
    ],
)
def test_two_verbs_of_one_change_share_their_sides(matcher: Matcher, title: str, lang: str) -> None:
    for move in _detect(matcher, title, lang=lang)[:2]:
        assert move.names == {"person": ("Lena Ortiz",), "from": ("Scale AI",), "to": ("Meta",)}


def test_who_loses_somebody_and_hires_others_is_not_where_he_goes(matcher: Matcher) -> None:
    departure, hire = _detect(matcher, "Meta loses Lena Ortiz and hires three researchers of OpenAI")[:2]
    assert "to" not in departure.names
    assert "person" not in hire.names


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [
        ("OpenAI财务长请辞", "OpenAI財務長請辭"),
        ("Meta获软银20亿美元注资", "Meta獲軟銀20億美元注資"),
        ("Mercor遭骇客入侵，用户资料外泄", "Mercor遭駭客入侵，用戶資料外洩"),
    ],
)
def test_traditional_signs_are_read_as_simplified_ones(
    matcher: Matcher, simplified: str, traditional: str
) -> None:
    read, same = _detect(matcher, simplified, lang="zh"), _detect(matcher, traditional, lang="zh")
    assert [(m.kind, m.roles, m.amount) for m in read] == [(m.kind, m.roles, m.amount) for m in same] != []
    assert same[0].evidence == traditional


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("OpenAI、ソニーと音声サービス開始", "partnership"),
        ("Meta、iOSとAndroidで新アプリ提供開始", "launch"),
        ("Meta、初の指輪型端末", "launch"),
        ("要約アプリに翻訳機能　OpenAI", "launch"),
        ("Scale AI、社員の1割削減　顧客流出で", "layoffs"),
        ("Meta、値下がりが続く旧型端末", None),
        ("Scale AIの製品責任者、マイクロソフトへ", "departure"),
        ("マイクロソフトの製品責任者、Scale AIへ", "hire"),
    ],
)
def test_terse_japanese_headlines_are_read(matcher: Matcher, title: str, kind: str | None) -> None:
    assert next((m.kind.value for m in _detect(matcher, title, lang="ja")), None) == kind


def test_a_single_sign_of_doubt_ends_its_word(matcher: Matcher) -> None:
    """「へか」 doubts, 「から」 does not."""
    assert _detect(matcher, "Meta、PlayAIを買収か", lang="ja")[0].status is MoveStatus.RUMOUR
    assert _detect(matcher, "OpenAI、ソニーから10億ドル調達", lang="ja")[0].status is MoveStatus.REPORTED


def test_a_lead_beside_a_headline_about_something_else_tells_background(matcher: Matcher) -> None:
    lead = "The ministry has cut off Anthropic and signed deals with OpenAI."
    assert _detect(matcher, "A minister doubles down on machines", lead) == ()
    assert _detect(matcher, "Ministry drops Anthropic for OpenAI", lead) != ()
    assert _detect(matcher, "Notes", lead) != ()


def test_plain_words_tell_a_move_where_nothing_else_does(matcher: Matcher) -> None:
    [move] = _detect(matcher, "Zweite Kündigung des Monats bei Scale AI", lang="de")
    assert (move.kind.value, dict(move.roles)) == ("departure", {"from": ("scale-ai",)})
    lead = "Anthropic übernimmt Scale AI für 20 Milliarden Dollar, wie beide Firmen mitteilen."
    assert [
        move.kind.value
        for move in _detect(matcher, "Zweite Kündigung des Monats bei Scale AI", lead, lang="de")
    ] == ["acquisition"]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Midjourney: frisches Kapital über 300 Millionen Dollar", "funding"),
        ("Mercor: neues Bußgeld", "legal"),
    ],
)
def test_whom_a_headline_is_about_stands_before_its_colon(matcher: Matcher, title: str, kind: str) -> None:
    [move] = _detect(matcher, title, lang="de")
    assert move.kind.value == kind
    assert [slug for slugs in move.roles.values() for slug in slugs]


def test_a_japanese_headline_that_ends_in_a_question_explains(matcher: Matcher) -> None:
    lead = "Metaは先月、300億ドルをデータ会社に投資した。"
    assert _detect(matcher, "Metaの眼鏡をめぐる論争、その真意とは？", lead, lang="ja") == ()


def test_an_unknown_key_of_plain_words_is_a_fault() -> None:
    table = read_terms("de")
    table["resort"] = {"quit": ["Exodus"], "hires": "holt", "of": ["von"]}
    assert {(fault.section, fault.key) for fault in problems(table, "de")} == {
        ("resort", "quit"),
        ("resort", "hires"),
        ("resort", "of"),
    }


# --- words that are names, and whose side a party is on -----------------------------------


@pytest.mark.parametrize(
    ("title", "kind", "person"),
    [
        ("Sue Young leaves Meta", "departure", "Sue Young"),
        ("Former Google counsel Sue Gordon joins Meta", "hire", "Sue Gordon"),
        ("OpenAI names Sue Young chief executive", "hire", "Sue Young"),
        ("Grant Hill leaves OpenAI for Anthropic", "departure", "Grant Hill"),
        ("Bill Ferris leaves OpenAI", "departure", "Bill Ferris"),
    ],
)
def test_a_verb_that_is_a_given_name_before_a_name_tells_no_move(
    matcher: Matcher, title: str, kind: str, person: str
) -> None:
    [move] = _detect(matcher, title)
    assert (move.kind, move.names["person"]) == (kind, (person,))


@pytest.mark.parametrize(
    "title", ["Authors Sue Meta Over Books", "Authors sue Meta over books", "Sue Meta, lawyers tell authors"]
)
def test_the_same_verb_stays_one_behind_its_subject_or_before_a_company(matcher: Matcher, title: str) -> None:
    [move] = _detect(matcher, title)
    assert (move.kind, move.roles["defendant"]) == ("legal", ("meta",))


@pytest.mark.parametrize(
    "title",
    [
        "Corvid Images wins case against OpenAI",
        "Corvid Images drops copyright lawsuit against OpenAI",
        "Corvid Images loses landmark patent case against OpenAI",
    ],
)
def test_who_has_a_case_against_somebody_is_the_plaintiff_however_it_ends(
    matcher: Matcher, title: str
) -> None:
    move = _detect(matcher, title)[0]
    assert (move.names["plaintiff"], move.roles["defendant"]) == (("Corvid Images",), ("openai",))


def test_in_spanish_a_company_that_is_designated_as_something_is_not_hired(matcher: Matcher) -> None:
    title = "EU designa a Anthropic como riesgo, dice su director"
    assert _detect(matcher, title, lang="es") == ()
    [move] = _detect(matcher, "Scale AI designa a Jason Droege como consejero delegado", lang="es")
    assert (move.kind, move.roles["person"]) == ("hire", ("jason-droege",))


@pytest.mark.parametrize(
    ("title", "roles"),
    [
        ("El fichaje de Tilda Moreno de OpenAI", {"from": ("openai",)}),
        ("El fichaje de Tilda Moreno por OpenAI", {"to": ("openai",)}),
        ("Meta cierra el fichaje de Tilda Moreno de OpenAI", {"to": ("meta",), "from": ("openai",)}),
        ("Meta confirma el fichaje de tres ingenieros de OpenAI", {"to": ("meta",), "from": ("openai",)}),
    ],
)
def test_in_spanish_a_hire_of_somebody_of_a_company_is_from_there(
    matcher: Matcher, title: str, roles: dict[str, tuple[str, ...]]
) -> None:
    move = _detect(matcher, title, lang="es")[0]
    assert (move.kind, dict(move.roles)) == ("hire", roles)


@pytest.mark.parametrize(
    ("title", "roles"),
    [
        ("La salida de Tilda Moreno sacude a Meta", {"from": ("meta",)}),
        ("La marcha de Tilda Moreno golpea a Meta", {"from": ("meta",)}),
        ("La salida de Tilda Moreno a Meta", {"to": ("meta",)}),
    ],
)
def test_in_spanish_whom_a_departure_shakes_is_whom_somebody_left(
    matcher: Matcher, title: str, roles: dict[str, tuple[str, ...]]
) -> None:
    [move] = _detect(matcher, title, lang="es")
    assert (move.kind, dict(move.roles), move.names["person"]) == ("departure", roles, ("Tilda Moreno",))
