"""What the plain-text tools promise to every step that reads words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchers.text import INVISIBLE, detect_lang, fold, is_title_case, plain, sentences


@given(st.text())
def test_folding_keeps_the_length_and_folding_twice_changes_nothing(text: str) -> None:
    folded = fold(text)
    assert len(text) == len(folded)
    assert folded == fold(folded)


@pytest.mark.parametrize(
    ("raw", "folded"),
    [
        ("Café ÉCOLE İstanbul", "cafe ecole istanbul"),
        ("Ｍｅｔａ　Ｐｌａｔｆｏｒｍｓ", "meta platforms"),
        ("Scale‑AI\u00a0raises", "scale-ai raises"),
        ("Meta’s ‘lab’", "meta's 'lab'"),
        ("Sca\u200ble\u00ad AI", f"sca{INVISIBLE}le{INVISIBLE} ai"),
        ("マーク･ザッカーバーグ", "マーク·ザッカーバーグ"),
        ("Ørsted Łódź", "orsted lodz"),
        ("𝗠𝗲𝘁𝗮", "meta"),
    ],
)
def test_written_variants_fold_to_one_form(raw: str, folded: str) -> None:
    assert folded == fold(raw)


@given(st.text())
def test_sentence_spans_are_ordered_and_lie_in_the_text(text: str) -> None:
    last = 0
    for start, end in sentences(text):
        assert last <= start < end <= len(text)
        assert text[start:end].strip() == text[start:end]
        last = end


def test_abbreviations_and_figures_do_not_end_a_sentence() -> None:
    text = "The U.S. Army paid $14.3 billion. J. Smith of Acme Inc. left on Jan. 5! Why? Nobody knows."
    assert [text[a:b] for a, b in sentences(text)] == [
        "The U.S. Army paid $14.3 billion.",
        "J. Smith of Acme Inc. left on Jan. 5!",
        "Why?",
        "Nobody knows.",
    ]


def test_chinese_and_japanese_stops_end_a_sentence_without_a_blank() -> None:
    text = "公司裁员。员工抗议！为什么？"
    assert [text[a:b] for a, b in sentences(text)] == ["公司裁员。", "员工抗议！", "为什么？"]


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<p>One &amp; <b>tw</b>o</p><p>three</p>", "One & two\nthree"),
        ("&lt;p&gt;twice &amp;amp; escaped&lt;/p&gt;", "twice & escaped"),
        ("<style>p{a:b}</style>seen<script>if(a<b){}</script> too", "seen too"),
        ("AT&T has 3 < 4 and 5 > 2", "AT&T has 3 < 4 and 5 > 2"),
        ("a<!-- hidden <b> -->b<![CDATA[c <i>d</i>]]>", "abc d"),
        ("<script>never closed", "never closed"),
        ("", ""),
    ],
)
def test_markup_is_taken_off_and_words_stay(markup: str, words: str) -> None:
    assert words == plain(markup)


@given(st.text(alphabet=st.sampled_from("<>&;/!-[]abp \n\"'")))
def test_stripping_never_fails_on_broken_markup(markup: str) -> None:
    assert isinstance(plain(markup), str)


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("The company said it will hire fifty engineers this year", "en"),
        ("A empresa disse que não vai contratar ninguém até o fim do ano", "pt"),
        ("La empresa dijo que no va a contratar a nadie este año", "es"),
        ("L'entreprise ne va pas embaucher cette année, selon ses dirigeants", "fr"),
        ("Das Unternehmen will in diesem Jahr niemanden mehr einstellen", "de"),
        ("Het bedrijf wil dit jaar niemand meer aannemen", "nl"),
        ("L'azienda non assumerà più nessuno quest'anno, dice il fondatore", "it"),
        ("会社は今年、誰も採用しない方針だ", "ja"),
        ("Orbit「Comet 3」発表 - 推論能力を大幅強化", "ja"),  # one kana, and signs that only Japan writes so
        ("该公司今年不再招聘任何人", "zh"),
        ("회사는 올해 아무도 채용하지 않을 것이다", "ko"),
        ("Компания в этом году никого не наймёт", "ru"),
    ],
)
def test_the_language_of_one_sentence_is_told(text: str, lang: str) -> None:
    assert lang == detect_lang(text)


def test_a_sane_hint_wins_and_a_wrong_one_does_not() -> None:
    assert detect_lang("Orbit Labs", "pt-BR") == "pt"
    assert detect_lang("Orbit Labs") is None
    assert detect_lang("A empresa disse que não vai contratar ninguém até o fim do ano", "en-US") == "pt"
    assert detect_lang("该公司今年不再招聘任何人", "en") == "zh"
    assert detect_lang("The company will hire nobody this year", "zh-CN") == "en"
    assert detect_lang("OpenAI、新型発表", "ja") == detect_lang("OpenAI、音楽生成", "ja") == "ja"  # no kana
    assert detect_lang("OpenAI发布新模型", "ja") == "zh"
    assert detect_lang("John Schulman转投Thinking Machines", "zh") == "zh"  # two signs between long names
    assert detect_lang("Компанія цього року нікого не найме", "uk") == "uk"
    assert detect_lang("The company will hire nobody this year", "<script>") == "en"


@given(st.text(), st.none() | st.text())
def test_any_text_and_any_hint_may_be_asked_about(text: str, hint: str | None) -> None:
    assert detect_lang(text, hint) is None or isinstance(detect_lang(text, hint), str)


def test_title_case_is_told_from_sentence_case() -> None:
    assert is_title_case("Startup Raises Fifty Million to Build Better Batteries")
    assert is_title_case("STARTUP RAISES FIFTY MILLION DOLLARS TODAY")
    assert not is_title_case("Startup raises fifty million to build better batteries")
    assert not is_title_case("Meta收购Moltbook公司")
