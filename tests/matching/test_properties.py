"""What the matcher promises on any text, checked on made-up ones."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seeds.loader import seed_watchlist
from storage.model import Document, Mention, Watchlist
from watchers.matching import Matcher, accepted_entities
from watchers.matching.forms import forms_of, pattern
from watchers.text import fold

WATCHLIST = Watchlist(entities=tuple(seed_watchlist()))
MATCHER = Matcher(WATCHLIST)
SHUFFLED = Matcher(Watchlist(entities=tuple(reversed(WATCHLIST.entities))))
WRITTEN = {entity.slug: {key for key, _ in forms_of(entity, 0)} for entity in WATCHLIST.entities}
ALIASES = sorted({alias.text for entity in WATCHLIST.entities for alias in entity.aliases})
PIECES = st.sampled_from(
    (
        *ALIASES[:: max(1, len(ALIASES) // 80)],
        *(
            "Meta",
            "Scale",
            "Surge",
            "Wang",
            "chief executive",
            "CEO",
            "hires",
            "'s",
            "@",
            "#",
            "(",
            ")",
            "“",
            "”",
            "—",
        ),
        *(
            "\u200b",
            "\u0301",
            "\u00a0",
            "\n",
            ". ",
            ", ",
            "ex-",
            "former ",
            "metas",
            "的",
            "が",
            "氏",
            "https://x.ai/",
            "🦙",
        ),
    )
)
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(PIECES, max_size=25).map(" ".join),
    st.lists(PIECES, max_size=25).map("".join),
)
LANGS = st.sampled_from((None, "en", "pt", "es", "fr", "de", "nl", "ja", "zh", "xx"))
FILLER = " The river was calm on Sunday. Children fed the ducks near the old bridge. It rained later." * 4


def found(document: Document) -> tuple[Mention, ...]:
    return MATCHER.find_mentions(document)


@settings(max_examples=150)
@given(title=TEXTS, summary=TEXTS, text=TEXTS, lang=LANGS)
def test_spans_lie_in_their_field_and_slice_back_to_what_is_told(
    title: str, summary: str, text: str, lang: str | None
) -> None:
    document = Document(title=title, summary=summary, text=text, lang=lang)
    for mention in found(document):
        raw = getattr(document, mention.field)
        assert 0 <= mention.start < mention.end <= len(raw)
        assert mention.text == raw[mention.start : mention.end]
        assert len(fold(mention.text)) == len(mention.text)
        assert 0.0 <= mention.score <= 1.0
        by_role = mention.evidence[0].startswith("by-role:")
        assert by_role or pattern(mention.text) in WRITTEN[mention.entity]


@settings(max_examples=80)
@given(title=TEXTS, summary=TEXTS, lang=LANGS)
def test_the_same_text_is_judged_the_same_way_by_any_matcher(
    title: str, summary: str, lang: str | None
) -> None:
    document = Document(title=title, summary=summary, lang=lang)
    assert found(document) == found(document)
    assert set(found(document)) == set(SHUFFLED.find_mentions(document))


@settings(max_examples=80)
@given(title=TEXTS.filter(str.isascii))  # another script would change the language of the text
def test_what_is_not_about_them_and_stands_far_away_changes_no_mention_of_the_title(title: str) -> None:
    def of_title(summary: str) -> list[tuple[str, int, int, bool]]:
        document = Document(title=title, summary=summary, lang="en")
        return [(m.entity, m.start, m.end, m.accepted) for m in found(document) if m.field == "title"]

    assert of_title("The river was calm.") == of_title("The river was calm." + FILLER)


@settings(max_examples=100)
@given(
    alias=st.sampled_from(ALIASES), joint=st.sampled_from((" ", "\u00a0", "-", "‑", "  ", "\u200b ", "\n"))
)
def test_blanks_hyphens_and_unseen_signs_in_a_name_do_not_hide_it(alias: str, joint: str) -> None:
    if alias.startswith("@"):
        alias = alias[1:]
    plain = {m.entity for m in found(Document(title=f"x {alias} y", lang="en"))}
    dressed = {m.entity for m in found(Document(title=f"x {alias.replace(' ', joint)} y", lang="en"))}
    assert plain <= dressed


@pytest.mark.parametrize(
    "name", ["Mira Murati", "Anthropic", "Midjourney", "Alexandr Wang", "OpenAI", "Sutskever"]
)
@pytest.mark.parametrize("change", [str.upper, str.lower, str.title, lambda s: s.swapcase()])
def test_a_strong_name_is_found_in_any_case_when_all_the_text_is_in_it(name: str, change: object) -> None:
    title = change(f"{name} answers questions about the plan")  # type: ignore[operator]
    found_here = [m.text.lower() for m in found(Document(title=title, lang="en"))]
    assert name.lower() in found_here


def test_entities_come_best_first_and_once() -> None:
    document = Document(title="Scale AI and Anthropic hire; Scale AI grows", lang="en")
    slugs = accepted_entities(found(document))
    assert sorted(slugs) == ["anthropic", "scale-ai"]


@settings(max_examples=200)
@given(title=TEXTS, summary=TEXTS, text=TEXTS)
def test_where_no_name_is_seen_there_is_no_mention(title: str, summary: str, text: str) -> None:
    if not MATCHER.naming([f"{title}\n{summary}\n{text}"]):
        assert found(Document(title=title, summary=summary, text=text)) == ()


@settings(max_examples=200)
@given(
    texts=st.lists(
        TEXTS | st.sampled_from(["Scale", "AI", " ai  hires", "Mercor\0", "Meta’s", ""]), max_size=8
    )
)
def test_texts_that_are_looked_through_together_are_told_apart(texts: list[str]) -> None:
    assert MATCHER.naming(texts) == {place for place, text in enumerate(texts) if MATCHER.naming([text])}


def test_a_look_tells_names_from_parts_of_other_words() -> None:
    assert MATCHER.naming(["A crane for Mercor arrived", "Metallurgy", "Scaled fish and outlying farms"]) == {
        0
    }
