"""Compiles a table of terms: its conditions, frames and numbers, and an automaton over its phrases."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from storage.model import MoveKind, MoveStatus
from watchers.moves import resort
from watchers.moves.grammar import SECTIONS
from watchers.moves.lexicon import HUMAN, Ask, Condition, Frame, Lexicon, Meaning, Numbers, Phrase
from watchers.moves.phrases import phrases_of
from watchers.moves.schema import COMPUTED, KEYS, KINDS, PHRASES
from watchers.tables import read_section, with_forms, words
from watchers.text import fold

_M = TypeVar("_M")
_NEXT_REACH, _SIDE_REACH = 34, 120  # code points that conditions look where a table does not say
_UNFORESEEN = COMPUTED - {"firm", "watched"} | {"product"}  # what no phrase and no mention announces


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
    rows += resort.rows(table)
    reach = table.get("reach", {})
    spans = _spans(table, reach)
    frames = tuple(_frame(kind, row, spans) for kind, row in rows)
    spelt = phrases_of(table, [row["say"] for _, row in rows])
    phrases = [
        (edges, frozenset(classes), tuple(frames[number] for number in sorted(numbers)))
        for (_, edges), (classes, numbers) in spelt.items()
    ]
    return Lexicon(
        lang=table["lang"],
        next_reach=reach.get("next", _NEXT_REACH),
        side_reach=reach.get("side", _SIDE_REACH),
        verb_last=table.get("verb_last", False),
        verb_may_end=table.get("verb_may_end", False),
        nouns_capital=table.get("nouns_capital", False),
        frames=frames,
        phrases=_shared(phrases),
        in_names=_shared(map(_in_a_name, phrases)),
        automaton=ahocorasick_rs.AhoCorasick([text for text, _ in spelt]),
        numbers=_numbers(table.get("numbers", {})),
        stop=frozenset(word for text in table.get("stop", ()) for word in fold(text).split()),
        orgwords=frozenset(words(table["classes"]["orgword"])),
        variants=variants,
        **{name: read_section(kind, table.get(name, {})) for name, kind in SECTIONS.items()},
    )


# "Hyperion data center", "U.S. Army": names that say what they are
_ALSO_IN_NAMES = frozenset({"datacentre", "gov"})
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


def _in_a_name(phrase: Phrase) -> Meaning:
    """What a phrase means within the name of a watched entity."""
    _, classes, frames = phrase
    # "Hyperion data center" is a name, and still says that a data centre is meant
    frames = tuple(frame for frame in frames if frame.kind is MoveKind.INFRASTRUCTURE)
    return classes & _ALSO_IN_NAMES, frames


def _shared(meanings: Iterable[_M]) -> tuple[_M, ...]:
    """Equal ones as one object: thousands of phrases mean a few hundred things."""
    known: dict[_M, _M] = {}
    return tuple(known.setdefault(meaning, meaning) for meaning in meanings)


def _numbers(section: Mapping[str, Any]) -> Numbers:
    return Numbers(
        scale={fold(k): float(v) for k, v in section.get("scale", {}).items()},
        currency={fold(k): v for k, v in section.get("currency", {}).items()},
        words={fold(k): int(v) for k, v in section.get("words", {}).items()},
        decimal=section.get("decimal", "."),
        counters=tuple(section.get("counters", ())),
    )


# --- frames -------------------------------------------------------------------------------


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
        title_only=row.get("title_only", False) or row.get("last_resort", False),
        last_resort=row.get("last_resort", False),
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
