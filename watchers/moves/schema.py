"""What a table of terms may hold: its keys, and the names that the code itself asks for.

The format is explained in ``docs/languages.md``; ``faults`` checks a table by this, and a
test runs it over all of them.
"""

from storage.model import MoveKind
from watchers.moves.grammar import SECTIONS

ROLES = frozenset(
    "person from to investor recipient acquirer target partner customer supplier employer owner plaintiff"
    " defendant".split()
)
RANGES = frozenset({"next", "object", "prev", "left", "right", "near", "field", "end", "after", "before"})
# Classes that are computed, not listed: parties by what they are, amounts, counts.
COMPUTED = frozenset(
    {
        "person",
        "someone",
        "org",
        "firm",
        "party",
        "name",
        "human",
        "money",
        "count",
        "watched",
        "stop",
        "together",
    }
)
# What the code itself asks for; a table must have them, if only as an empty list.
CLASSES = frozenset(
    "job talent position round valuation earnings company gov orgword rival against former known ignore".split()
)
# What it asks for where a table has it.
OPTIONAL = frozenset(
    "alliance border court datacentre deal energy finder gigawatts given itself kin kin_of noun novel opinion own owned plain remedy review shareword stuff tells".split()
)
CUES = frozenset(
    "negation never frustrated advised recounted stating auxiliary person_relative background simultaneous opening afterwards relative past dated"
    " conditional roundup feature".split()
)

KINDS = frozenset(kind.value for kind in MoveKind)
PHRASES = ("classes", "cues", "status")  # sections whose keys are lists of phrases
FLAGS = ("verb_last", "verb_may_end", "nouns_capital")
KEYS = {*"lang stop variants forms reach numbers resort".split(), *FLAGS, *PHRASES, *SECTIONS, *KINDS}
