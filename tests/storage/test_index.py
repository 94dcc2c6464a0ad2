"""What the index of words counts beside what it finds."""

import pytest

from storage.sqlite import SqliteStore
from storage.sqlite.index import MANY, RARER, SAMPLE, Index, Text


@pytest.mark.parametrize("first", [1, MANY - RARER + 1, MANY + 1])
def test_a_word_is_counted_alike_among_few_entries_and_among_many(sqlite: SqliteStore, first: int) -> None:
    texts = {entry_id: Text("Feldspar", None, None) for entry_id in range(first, first + 2 * RARER)}
    with sqlite._db.transaction():
        index = Index(sqlite._db)
        for entry_id, text in texts.items():
            index.add(entry_id, text)
        index.flush()
    counted = sqlite._db.value("SELECT df FROM word WHERE word = 'feldspar'")
    assert counted * SAMPLE == len(texts)
    with sqlite._db.transaction():
        index = Index(sqlite._db)
        for entry_id, text in texts.items():
            index.remove(entry_id, text)
        index.flush()
    assert sqlite._db.value("SELECT df FROM word WHERE word = 'feldspar'") == 0
