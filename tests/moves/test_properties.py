"""What ``moves.detect`` promises on any text, checked on made-up ones."""

from hypothesis import given, settings
from hypothesis import strategies as st

from seeds.loader import seed_watchlist
from storage.model import Document, Watchlist
from watchers import moves
from watchers.matching import Matcher
from watchers.moves.choose import MOST_MOVES
from watchers.moves.schema import ROLES

WATCHLIST = Watchlist(entities=tuple(seed_watchlist()))
MATCHER = Matcher(WATCHLIST)
PIECES = st.sampled_from(
    (
        *(
            "Meta",
            "Scale AI",
            "OpenAI",
            "Ruben Mayer",
            "Alexandr Wang",
            "Corvid Labs",
            "Ada Quintavalle",
            "Pentagon",
        ),
        *(
            "hires",
            "leaves",
            "raises",
            "sues",
            "acquires",
            "launches",
            "lays off",
            "drops",
            "builds",
            "breach",
            "deal",
        ),
        *(
            "$1 billion",
            "2,5 Milliarden Euro",
            "3億ドル",
            "10亿美元",
            "R$ 5 bi",
            "five million",
            "200 employees",
            "14%",
        ),
        *(
            "researcher",
            "CEO",
            "model",
            "data center",
            "from",
            "with",
            "to",
            "not",
            "could",
            "after",
            "which",
            "?",
            ":",
        ),
        *(
            "verlässt",
            "compra",
            "lève",
            "koopt",
            "を買収",
            "收购",
            "裁员",
            "、",
            "，",
            "。",
            '"',
            "(",
            ")",
            "\n",
            "\u0301",
        ),
    )
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=30).map(" ".join))
LANGS = st.sampled_from((None, "en", "pt", "es", "fr", "de", "nl", "it", "ja", "zh", "ko", "ru", "xx"))


@settings(max_examples=200)
@given(title=TEXTS, summary=TEXTS, lang=LANGS)
def test_a_move_is_what_the_text_says_and_the_same_each_time(
    title: str, summary: str, lang: str | None
) -> None:
    document = Document(title=title, summary=summary, lang=lang)
    mentions = MATCHER.find_mentions(document)
    found = moves.detect(document, mentions, WATCHLIST)
    assert found == moves.detect(document, mentions, WATCHLIST)
    assert len(found) <= MOST_MOVES
    meant = {m.entity for m in mentions if m.accepted}
    for move in found:
        raw = getattr(document, move.field)
        assert move.evidence == raw[move.start : move.end]
        assert 0.5 <= move.score <= 1.0
        assert set(move.roles) <= set(move.names) <= ROLES
        assert move.parties() <= meant
        for role, slugs in move.roles.items():
            assert len(slugs) <= len(move.names[role])
        for amount in (move.amount, move.valuation):
            assert amount is None or amount > 0
        assert move.people is None or move.people > 0
