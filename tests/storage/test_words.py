"""The index gets the words that a query asks for, whichever way a text is prepared for it."""

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.sqlite.identity import ALIKE, even
from storage.sqlite.words import indexed, words

PIECES = st.sampled_from(
    [
        *("Harbour", "crane's", "don’t", "“quoted”", "a–b", "wait…", "größer", "Straße", "naïve", "ﬁnance"),
        *("fußball", "Ｗｉｄｅ", "№ 5", "x\u00a0y", "™", "€5", "a_b", "İstanbul", "ΣΑΣ", "Москва", "ёлка"),
        *("日本語の港", "한국어", "が", "e\u0301", "1²", "½", "ⅷ", "\x00", "«ici»", "·", "क्षेत्र", "O’Neil"),
    ]
)
TEXTS = st.lists(PIECES, max_size=12).map(" ".join) | st.text(max_size=60)


@pytest.fixture(scope="module")
def tokenizer() -> sqlite3.Connection:
    """An index as the store's, which can be asked for its words."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5 (body, tokenize='unicode61 remove_diacritics 2')")
    db.execute("CREATE VIRTUAL TABLE v USING fts5vocab (t, 'row')")
    return db


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_the_index_finds_a_text_by_exactly_its_words(tokenizer: sqlite3.Connection, text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    tokenizer.execute("DELETE FROM t")
    tokenizer.execute("INSERT INTO t (body) VALUES (?)", (indexed(text),))
    held = {row[0] for row in tokenizer.execute("SELECT term FROM v")}
    assert held == {row for word in words(text) for row in _as_token(tokenizer, word)}


def _as_token(tokenizer: sqlite3.Connection, word: str) -> set[str]:
    """What the tokenizer makes of one word by itself: itself, but for signs that it does not know."""
    tokenizer.execute("DELETE FROM t")
    tokenizer.execute("INSERT INTO t (body) VALUES (?)", (word,))
    return {row[0] for row in tokenizer.execute("SELECT term FROM v")}


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_quotes_dashes_and_blanks_edit_themselves(text: str) -> None:
    assert even(text) == even(text.translate(ALIKE)) == even(f" {text}\u00a0")
