"""The full-text index of entries, kept in step with them.

Contentless: it holds words and rowids only, so taking an entry out needs the text that
it was put in with.  Document frequencies are counted on every ``SAMPLE``-th entry, and once
there are many on every ``RARER``-th, which then counts for as many as it stands for:
ranking needs their order of magnitude only, and the dictionary stays small.  Asking is
for ``storage.sqlite.search``.
"""

from collections import Counter, defaultdict
from typing import NamedTuple

from storage.model import Story
from storage.sqlite.connection import Connection
from storage.sqlite.identity import LONGEST_BODY
from storage.sqlite.words import LONGEST_WORD, indexed, words

SAMPLE = 8  # entries for which 1 is counted
MANY = 8_192  # entries
RARER = 64


class Text(NamedTuple):
    """What of an entry is searched."""

    title: str
    summary: str | None
    text: str | None

    def indexed(self) -> str:
        """As the index gets it."""
        return indexed(self.title, self.summary or "", (self.text or "")[:LONGEST_BODY])


class Index:
    """Changes to the index of one transaction, written together by ``flush``."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._in: list[tuple[int, str]] = []
        self._out: list[tuple[int, str]] = []
        self._counts: dict[int, Counter[str]] = defaultdict(Counter)  # by what each of them counts for

    def add(self, entry_id: int, text: Text) -> None:
        """Put an entry in."""
        body = text.indexed()
        self._in.append((entry_id, body))
        self._count(entry_id, body, 1)

    def remove(self, entry_id: int, text: Text) -> None:
        """Take an entry out that was put in with this text."""
        body = text.indexed()
        self._out.append((entry_id, body))
        self._count(entry_id, body, -1)

    def replace(self, entry_id: int, old: Text, new: Text) -> None:
        """The entry's words changed."""
        self.remove(entry_id, old)
        self.add(entry_id, new)

    def flush(self) -> None:
        """Write all changes into the open transaction."""
        if self._out:
            self._db.run_many(
                "INSERT INTO entry_words (entry_words, rowid, body) VALUES ('delete', ?, ?)", self._out
            )
        if self._in:
            self._db.run_many("INSERT INTO entry_words (rowid, body) VALUES (?, ?)", self._in)
        counts: Counter[str] = Counter()
        for weight, found in self._counts.items():
            for word, n in found.items():
                counts[word] += weight * n
        changes = [(word, n) for word, n in counts.items() if n and len(word) <= LONGEST_WORD]
        if changes:
            self._db.run_many(
                "INSERT INTO word (word, df) VALUES (?, ?) "
                "ON CONFLICT (word) DO UPDATE SET df = df + excluded.df",
                sorted(changes),
            )

    def _count(self, entry_id: int, body: str, sign: int) -> None:
        step = SAMPLE if entry_id <= MANY else RARER
        if entry_id % step == 0:
            self._counts[sign * (step // SAMPLE)].update(set(words(body)))


def index_backstory(db: Connection, story_id: int, story: Story) -> None:
    """Make an earlier story of the seeds findable by its headline and its moves' words."""
    names = " ".join(name for move in story.moves for names in move.names.values() for name in names)
    evidence = " ".join(move.evidence for move in story.moves)
    db.run(
        "INSERT INTO backstory_words (rowid, body) VALUES (?, ?)",
        (story_id, indexed(story.headline, names, evidence)),
    )
