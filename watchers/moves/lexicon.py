"""What a language's table of terms is once it is compiled: frames, conditions, phrases, words.

All phrases of a language are in one automaton, so that a text is read once whatever their
number.  Which table belongs to a text says ``watchers.moves.terms``; how one is compiled,
``compiling``.  Whether what a frame asks for is there is found in ``conditions``, who plays
which role in ``roles``.  Sections of small words, which code composes, are in ``grammar``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from storage.model import MoveKind, MoveStatus
from watchers.moves.grammar import Clauses, Counting, Grammar, Naming, Posts, Sides

CJK = frozenset({"zh", "ja", "ko"})
NO_BLANKS = "\u2e80"  # from here on scripts do not separate words by blanks

ORDINARY, NO_NAME = 1, 2  # a word of the table, a name only by its capital; never part of a name

OTHERWISE = "otherwise"  # what a preposition makes of a party that the frame has no role for
HUMAN = ("position", "talent", "someone")  # what "human" stands for

# Classes whose words may be in a name, and those whose words never are; the others' may not but for a capital.
IN_NAMES = frozenset(
    "orgword gov known company product brand court background relative num tech medium cluster startupword".split()
)
IN_NO_NAME = frozenset({"position", "round", "ignore"})


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that has to stand near a trigger: any of ``wanted`` within ``reach``."""

    reach: str
    wanted: tuple[str, ...]
    listed: tuple[str, ...]  # those of ``wanted`` that the table lists …
    computed: tuple[str, ...]  # … and those that are computed; products are found in both ways


# What at least stands around a trigger where a need is met: any of the classes, or of those of them that
# are phrases within so many code points before and behind; None: anywhere.
Ask = tuple[frozenset[str], tuple[int, int] | None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """Phrases of one meaning, with the roles of what stands around them."""

    kind: MoveKind
    left: str | None = None  # role of the party before the phrase
    right: str | None = None  # role of the party after it
    left_org: str | None = None  # role of the organisation that a person on the left belongs to
    right_org: str | None = None
    adjacent: str | None = None  # role of a party right before a noun ("the Corvid acquisition")
    via: Mapping[str, str] = field(default_factory=dict)  # preposition before a party -> role
    marks: Mapping[str, str] = field(default_factory=dict)  # particle after a party -> role
    needs: tuple[tuple[Condition, ...], ...] = ()  # each entry: one of its conditions holds
    unless: tuple[Condition, ...] = ()  # none of these holds
    asks: tuple[Ask, ...] = ()  # of each need that only words and mentions can meet
    weight: float = 0.85
    status: MoveStatus | None = None  # what the phrase itself says of its certainty
    title_only: bool = False  # too weak a sign outside a headline
    last_resort: bool = False  # counts where nothing else tells a move


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Numbers:
    """How a language writes amounts and counts."""

    scale: Mapping[str, float]
    currency: Mapping[str, str]
    words: Mapping[str, int]
    decimal: str
    counters: tuple[str, ...] = ()  # what follows a count of people: 人, 名


# What a phrase means: the classes, cues and statuses that it belongs to, and the frames that it may
# trigger; before them its edges (``phrases.LEFT`` and ``RIGHT``), where they have to be looked at.
# Plain tuples, because each place where a phrase stands unpacks one.
Meaning = tuple[frozenset[str], tuple[Frame, ...]]
Phrase = tuple[int, frozenset[str], tuple[Frame, ...]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lexicon:
    """One language, compiled; immutable and shared between threads."""

    lang: str
    next_reach: int  # code points that "next" and "prev" look
    side_reach: int  # and "left" and "right"
    verb_last: bool  # Japanese and Korean: roles come from particles
    verb_may_end: bool  # German and Dutch: "will X kaufen" has its object before it
    nouns_capital: bool  # German: a capital says nothing
    frames: tuple[Frame, ...]
    phrases: tuple[Phrase, ...]  # by number
    in_names: tuple[Meaning, ...]  # the same: what they mean where they cut into the name of somebody watched
    automaton: Any  # ahocorasick_rs.AhoCorasick over the phrases, ``with_capitals``
    numbers: Numbers
    stop: frozenset[str]  # words that are no names though a headline capitalises them
    orgwords: frozenset[str]  # words that may stand inside an organisation's name
    grammar: Grammar
    clauses: Clauses
    posts: Posts
    naming: Naming
    sides: Sides
    counting: Counting
    variants: Mapping[int, str]  # signs that are written in two ways: read as the other one
