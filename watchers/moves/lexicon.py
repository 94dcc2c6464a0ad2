"""Loads a language's term table (``watchers/terms/<lang>.toml``) and compiles it for matching.

A table holds word classes (``job``, ``round``, ``product`` …), cues (status words, negators,
signs of background) and frames: the phrases that tell a move, what has to stand around
them, and which party stands where.  All phrases of a language go into one automaton, so
that a text is read once whatever their number.  Whether what a frame asks for is there
is found in ``watchers.moves.conditions``, who plays which role in ``watchers.moves.roles``.

Sections of small words, which code composes, are in ``watchers.moves.grammar``.  The format
is explained in ``docs/languages.md``; ``watchers.moves.faults`` checks a table, and a test runs
it over all of them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

from storage.model import MoveKind, MoveStatus
from watchers.moves.grammar import SECTIONS, Clauses, Counting, Grammar, Naming, Posts, Sides
from watchers.tables import Fault, build, expand, read_section, read_table, with_forms, words
from watchers.text import fold

FALLBACK = "en"  # for languages without a table: international headlines borrow its words
CJK = frozenset({"zh", "ja", "ko"})
NO_BLANKS = "\u2e80"  # from here on scripts do not separate words by blanks

LEFT, RIGHT = 1, 2
ORDINARY, NO_NAME = 1, 2  # a word of the table, a name only by its capital; never part of a name

_NEXT_REACH, _SIDE_REACH = 34, 120  # code points that conditions look where a table does not say
ROLES = frozenset(
    "person from to investor recipient acquirer target partner customer supplier employer owner plaintiff"
    " defendant".split()
)
OTHERWISE = "otherwise"  # what a preposition makes of a party that the frame has no role for
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
_UNFORESEEN = COMPUTED - {"firm", "watched"} | {"product"}  # what no phrase and no mention announces
HUMAN = ("position", "talent", "someone")  # what "human" stands for
# What the code itself asks for; a table must have them, if only as an empty list.
CLASSES = frozenset(
    "job talent position round valuation earnings company gov orgword rival against former known ignore".split()
)
# What it asks for where a table has it.
OPTIONAL = frozenset(
    "alliance border court deal energy finder gigawatts itself kin kin_of noun novel opinion own owned plain remedy review stuff tells".split()
)
CUES = frozenset(
    "negation never frustrated advised recounted stating auxiliary person_relative background simultaneous opening afterwards relative past dated"
    " conditional roundup feature".split()
)

# Classes whose words may be in a name, and those whose words never are; the others' may not but for a capital.
IN_NAMES = frozenset(
    "orgword gov known company product brand court background relative num tech medium cluster startupword".split()
)
IN_NO_NAME = frozenset({"position", "round", "ignore"})

KINDS = frozenset(kind.value for kind in MoveKind)
PHRASES = ("classes", "cues", "status")  # sections whose keys are lists of phrases
FLAGS = ("verb_last", "verb_may_end", "nouns_capital")
KEYS = {"lang", "stop", "variants", "forms", *FLAGS, "reach", "numbers", *PHRASES, *SECTIONS, *KINDS}


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Numbers:
    """How a language writes amounts and counts."""

    scale: Mapping[str, float]
    currency: Mapping[str, str]
    words: Mapping[str, int]
    decimal: str
    counters: tuple[str, ...] = ()  # what follows a count of people: 人, 名


# What one phrase of a table means: its edges (LEFT and RIGHT where no letter may touch it), the
# classes, cues and statuses that it belongs to, and the frames that it may trigger.  A plain tuple,
# because each place where it stands unpacks it.
Phrase = tuple[int, tuple[str, ...], tuple[Frame, ...]]


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
    phrases: tuple[Phrase, ...]
    automaton: Any  # ahocorasick_rs.AhoCorasick over the phrases, each word of which begins with a capital
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


def available() -> frozenset[str]:
    """Languages that have a table."""
    return frozenset(p.name[:-5] for p in _folder().iterdir() if p.name.endswith(".toml"))


@lru_cache(maxsize=64)
def lexicon_for(lang: str | None) -> Lexicon:
    """The compiled table of ``lang``, or English where there is none; built on first use.

    Raises TableError, which names file, line and section, where a table cannot be used.
    """
    if lang is None or not (lang.isalpha() and _folder().joinpath(f"{lang}.toml").is_file()):
        return lexicon_for(FALLBACK) if lang != FALLBACK else _load(FALLBACK)
    return _load(lang)


def read_terms(lang: str) -> dict[str, Any]:
    """The table as TOML gives it."""
    return read_table("watchers", f"terms/{lang}.toml")


def _load(lang: str) -> Lexicon:
    return build("watchers", f"terms/{lang}.toml", compile_table, lambda table: _problems(table, lang))


def _problems(table: dict[str, Any], lang: str) -> list[Fault]:
    from watchers.moves.faults import problems  # needed by none but a table with a fault

    return problems(table, lang)


def _folder() -> Any:
    return resources.files("watchers").joinpath("terms")


# --- reading a table ----------------------------------------------------------------------


def parse_conditions(text: str) -> tuple[Condition, ...]:
    """``"right:job|count or left:job"`` as its alternatives."""
    conditions = []
    for alternative in text.split(" or "):
        reach, _, wanted = alternative.strip().partition(":")
        names = wanted.split("|")
        each = [one for name in names for one in (HUMAN if name == "human" else (name,))]
        listed = tuple(name for name in each if name not in COMPUTED)
        computed = tuple(name for name in each if name in COMPUTED or name == "product")
        conditions.append(Condition(reach, tuple(names), listed, computed))
    return tuple(conditions)


def _frame(kind: MoveKind, row: Mapping[str, Any], spans: Mapping[str, tuple[int, int]]) -> Frame:
    needs = tuple(parse_conditions(text) for text in row.get("needs", ()))
    return Frame(
        kind=kind,
        left=row.get("left"),
        right=row.get("right"),
        left_org=row.get("left_org"),
        right_org=row.get("right_org"),
        adjacent=row.get("adjacent"),
        via=dict(_pairs(row.get("via", {}))),
        marks=dict(_pairs(row.get("marks", {}))),
        needs=tuple(sorted(needs, key=_cost)),
        asks=tuple(ask for need in needs if (ask := _ask(need, spans)) is not None),
        unless=tuple(c for text in row.get("unless", ()) for c in parse_conditions(text)),
        weight=row.get("weight", 0.85),
        status=MoveStatus(row["status"]) if "status" in row else None,
        title_only=row.get("title_only", False),
    )


def _ask(need: tuple[Condition, ...], spans: Mapping[str, tuple[int, int]]) -> Ask | None:
    """What at least has to be there; None where names or numbers can meet the need."""
    wanted = frozenset(name for condition in need for name in condition.wanted)
    if not wanted.isdisjoint(_UNFORESEEN):
        return None
    near = [spans[condition.reach] for condition in need if condition.reach in spans]
    if len(near) < len(need) or not wanted.isdisjoint(COMPUTED):
        return wanted, None
    return wanted, (max(before for before, _ in near), max(behind for _, behind in near))


def _spans(table: Mapping[str, Any], reach: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """How far each reach looks at most, before a trigger and behind it; none for those that have no such limit."""
    if table.get("verb_may_end"):
        return {}  # who acts may stand behind the verb: what is left and what is right depends on it
    near, side = reach.get("next", _NEXT_REACH), reach.get("side", _SIDE_REACH)
    return {
        "next": (0, near),
        "object": (0, near),
        "prev": (near, 0),
        "left": (side, 0),
        "right": (0, side),
        "end": (0, side),
        "near": (side, side),
    }


def _cost(need: tuple[Condition, ...]) -> int:
    """Needs that look at words are checked before those that look for names."""
    return sum(name in COMPUTED for condition in need for name in condition.wanted)


def _pairs(table: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for listed, role in table.items():
        for word in listed.split("|"):
            yield fold(word), role


def compile_table(table: Mapping[str, Any]) -> Lexicon:
    """A table as it is used; raises where ``watchers.moves.faults`` finds something that hinders it."""
    if unknown := table.keys() - KEYS:
        raise KeyError(unknown)
    forms = table.get("forms", {})
    table = {
        name: with_forms(part, forms) if name in PHRASES or name in KINDS else part
        for name, part in table.items()
    }
    variants = {ord(pair[0]): pair[1] for pair in table.get("variants", "").split()}
    if variants:
        table = {
            name: part if name in _AS_WRITTEN else _read_as(part, variants) for name, part in table.items()
        }
    import ahocorasick_rs  # kept out of the start of commands that read no text

    rows = [(kind, row) for kind in MoveKind for row in table.get(kind.value, ())]
    phrases = [
        (spelt, (edges, tuple(classes), triggers))
        for (phrase, edges), (classes, triggers) in _phrases(table, [row["say"] for _, row in rows]).items()
        for spelt in _spellings(phrase, edges)
    ]
    reach = table.get("reach", {})
    spans = _spans(table, reach)
    frames = tuple(_frame(kind, row, spans) for kind, row in rows)
    return Lexicon(
        lang=table["lang"],
        next_reach=reach.get("next", _NEXT_REACH),
        side_reach=reach.get("side", _SIDE_REACH),
        verb_last=table.get("verb_last", False),
        verb_may_end=table.get("verb_may_end", False),
        nouns_capital=table.get("nouns_capital", False),
        frames=frames,
        phrases=_shared(
            (edges, classes, tuple(frames[number] for number in triggers))
            for _, (edges, classes, triggers) in phrases
        ),
        automaton=ahocorasick_rs.AhoCorasick([spelt for spelt, _ in phrases]),
        numbers=_numbers(table.get("numbers", {})),
        stop=frozenset(word for text in table.get("stop", ()) for word in fold(text).split()),
        orgwords=frozenset(words(table["classes"]["orgword"])),
        variants=variants,
        **{name: read_section(kind, table.get(name, {})) for name, kind in SECTIONS.items()},
    )


_AS_WRITTEN = frozenset({"variants", "naming", "posts"})  # sections that are asked of the raw text


def _read_as(part: Any, variants: Mapping[int, str]) -> Any:
    """A part of a table with every sign written in one way."""
    if isinstance(part, str):
        return part.translate(variants)
    if isinstance(part, list):
        return [_read_as(one, variants) for one in part]
    if isinstance(part, dict):
        return {key.translate(variants): _read_as(one, variants) for key, one in part.items()}
    return part


def _shared(phrases: Iterable[Phrase]) -> tuple[Phrase, ...]:
    """Those of one meaning as one object: thousands of phrases mean a few hundred things."""
    known: dict[Phrase, Phrase] = {}
    return tuple(known.setdefault(phrase, phrase) for phrase in phrases)


# What a phrase at its edges belongs to and triggers; dicts, as sets that keep their order.
_Phrases = dict[tuple[str, int], tuple[dict[str, None], dict[int, None]]]


def _phrases(table: Mapping[str, Any], said: list[list[str]]) -> _Phrases:
    """Every phrase of a table; ``said`` are those of the frames, by number."""
    found: _Phrases = {}
    for section in PHRASES:
        for name, patterns in table.get(section, {}).items():
            tag = f"status:{name}" if section == "status" else name
            for key in _written(patterns):
                found.setdefault(key, ({}, {}))[0][tag] = None
    for number, patterns in enumerate(said):
        for key in _written(patterns):
            found.setdefault(key, ({}, {}))[1][number] = None
    return found


_WORDS = re.compile(r"\w+|\W+")


def with_capitals(folded: str) -> str:
    """A folded text with a capital where each word begins, so that no phrase is found in the middle of one."""
    if folded.isascii():
        return folded.encode().title().decode()  # five times as fast as that of a string
    text = folded.title()
    if len(text) != len(folded):  # a word begins with a letter that has no capital of its own: "ﬁ"
        pairs = [(word, word.title()) for word in _WORDS.findall(folded)]
        text = "".join(title if len(title) == len(word) else word for word, title in pairs)
    return text


def _spellings(phrase: str, edges: int) -> tuple[str, ...]:
    """How a phrase may stand in a text ``with_capitals``: one that is open to the left also within a word."""
    text = with_capitals(phrase)
    inside = phrase[0] + text[1:]
    return (text,) if edges & LEFT or inside == text else (text, inside)


def _written(patterns: list[str]) -> Iterator[tuple[str, int]]:
    """The phrases that patterns stand for, each with its edges."""
    for pattern in patterns:
        for written in expand(fold(pattern)):
            phrase = written.strip("*")
            yield phrase, _edges(phrase, written[0] == "*", written[-1] == "*")


def _numbers(section: Mapping[str, Any]) -> Numbers:
    return Numbers(
        scale={fold(k): float(v) for k, v in section.get("scale", {}).items()},
        currency={fold(k): v for k, v in section.get("currency", {}).items()},
        words={fold(k): int(v) for k, v in section.get("words", {}).items()},
        decimal=section.get("decimal", "."),
        counters=tuple(section.get("counters", ())),
    )


def _edges(phrase: str, open_left: bool, open_right: bool) -> int:
    """At which ends a phrase must not be joined to a letter: none in scripts without blanks.

    Raises IndexError for an empty phrase.
    """
    first, last = phrase[0], phrase[-1]
    left = LEFT if not open_left and first.isalnum() and first < NO_BLANKS else 0
    right = RIGHT if not open_right and last.isalnum() and last < NO_BLANKS else 0
    return left | right
