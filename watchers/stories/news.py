"""What a further report adds to a story's moves, and whether that is a new fact.

Pure.  Outlets word one fact in many ways, so a reply needs more than other words: a
report grown surer or taken back, a person, position or sum that the story did not have,
or one that contradicts it.  Everything else changes the message in place.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from storage.model import Move, MoveStatus, Story
from watchers.stories.facts import Facts
from watchers.stories.vocabulary import stem
from watchers.text import fold

MIN_SCORE = 0.5  # what is found with less certainty is kept out of messages
MAX_MOVES = 6
SAME_SUM = math.log(1.15)  # two sums within this are one, rounded by somebody
_SURENESS = {MoveStatus.RUMOUR: 0, MoveStatus.REPORTED: 1, MoveStatus.CONFIRMED: 2}
_PERSONAL = frozenset({"hire", "departure"})
_AS = ("as", "as its", "as new", "als", "como", "comme", "come")
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CNY": "CN¥"}


def fold_moves(known: Sequence[Move], found: Sequence[Move]) -> tuple[Move, ...]:
    """The story's moves with those of one more entry; the story's main move stays first."""
    moves = list(known)
    for move in found:
        if move.score < MIN_SCORE:
            continue
        place = next((at for at, other in enumerate(moves) if _same_move(other, move)), None)
        if place is None:
            moves.append(move)
        else:
            moves[place] = _richer(moves[place], move)
    return tuple(moves[:MAX_MOVES])


def new_fact(story: Story, found: Sequence[Move], *, primary: bool) -> str | None:
    """What a report adds to ``story`` that is worth speaking again, in words; None for nothing.

    Only the headline's move counts, or a party's own words.
    """
    known = story.main
    if known is None or not found:
        return None
    move = found[0]
    if move.score < MIN_SCORE or move.kind is not known.kind or not (primary or move.field == "title"):
        return None
    return (
        _surer(known, move, primary=primary)
        or _further_person(story, known, move)
        or _position(known, move)
        or _sum("", known.amount, move.amount, known, move)
        or _sum("valued at ", known.valuation, move.valuation, known, move)
        or _count(known, move)
    )


def money(amount: float, currency: str | None) -> str:
    """A sum as a headline has it: "$14.3 billion"."""
    for size, word in ((1e12, " trillion"), (1e9, " billion"), (1e6, " million")):
        if amount >= size:
            return f"{_sign(currency)}{amount / size:.4g}{word}"
    return f"{_sign(currency)}{amount:,.0f}"


def _sign(currency: str | None) -> str:
    return _SIGNS.get(currency or "USD", f"{currency} ")


def _same_move(one: Move, other: Move) -> bool:
    """Whether two moves of a story are one: the same kind, and no other person."""
    if one.kind is not other.kind:
        return False
    ours, theirs = _persons(one), _persons(other)
    return not ours or not theirs or _meet(ours, theirs)


def _richer(known: Move, move: Move) -> Move:
    """The known move with what the other one adds; what is known stays unless a surer report says else."""
    denied = MoveStatus.DENIED in (known.status, move.status)
    surer = denied or _SURENESS[move.status] > _SURENESS[known.status]
    first, then = (move, known) if surer and not denied else (known, move)  # whose figures count
    return replace(
        known,
        status=move.status if surer else known.status,
        roles=_union(known.roles, move.roles),
        names=_union(known.names, move.names),
        title=known.title or move.title,
        amount=first.amount or then.amount,
        valuation=first.valuation or then.valuation,
        currency=(first.currency if first.amount or first.valuation else None) or then.currency,
        people=first.people or then.people,
    )


def _union(
    known: Mapping[str, tuple[str, ...]], more: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Roles that were empty are filled; filled ones stay as the first report had them."""
    return {**{role: who for role, who in more.items() if who}, **{r: w for r, w in known.items() if w}}


def _persons(move: Move) -> set[str]:
    return set(move.roles.get("person", ())) | {fold(name) for name in move.names.get("person", ())}


def _meet(ours: set[str], theirs: set[str]) -> bool:
    """Whether two sets of persons share one; a last name is enough, two scripts prove nothing."""
    last = {part for who in ours for part in who.replace("-", " ").split()[-1:]}
    other = {part for who in theirs for part in who.replace("-", " ").split()[-1:]}
    return bool(last & other) or _latin(last) != _latin(other)


def _latin(words: set[str]) -> bool:
    return all(word < "\u3000" for word in words)


def _surer(known: Move, move: Move, *, primary: bool) -> str | None:
    if move.status is known.status:
        return None
    if move.status is MoveStatus.DENIED:
        return "denied"
    if known.status is MoveStatus.DENIED:
        return "confirmed after a denial" if move.status is MoveStatus.CONFIRMED else None
    if _SURENESS[move.status] <= _SURENESS[known.status]:
        return None
    if known.status is MoveStatus.RUMOUR:
        return "confirmed" if move.status is MoveStatus.CONFIRMED else "no longer a rumour"
    return "confirmed" if primary else None  # what everybody reports, only a party's own words add to


def _further_person(story: Story, known: Move, move: Move) -> str | None:
    """A person whom the story did not name, where the story is about persons."""
    if move.kind.value not in _PERSONAL:
        return None
    named = move.names.get("person", ())
    ours = _persons(known)
    told = set(fold(story.headline).split()) | set(Facts.decode(story.facts).names)
    named = tuple(name for name in named if told.isdisjoint((last := fold(name).split()[-1], stem(last))))
    if not named or (ours and _meet(ours, {fold(name) for name in named})):
        return None
    return ("also " if ours else "it is ") + ", ".join(named[:3])


def _position(known: Move, move: Move) -> str | None:
    if move.kind.value != "hire" or known.title or not move.title or not _persons(known):
        return None
    if not any(f"{word} {fold(move.title)}" in fold(move.evidence) for word in _AS):
        return None  # what somebody was before, not what he becomes
    return f"as {move.title}"


def _sum(what: str, before: float | None, now: float | None, known: Move, move: Move) -> str | None:
    """A sum that the story did not have, or another one than it had, in the same currency."""
    if not now or (known.currency and move.currency and known.currency != move.currency):
        return None
    if before and abs(math.log(now / before)) <= SAME_SUM:
        return None
    told = f"{what}{money(now, move.currency)}"
    return f"{told}, not {money(before, known.currency)}" if before else told


def _count(known: Move, move: Move) -> str | None:
    if not move.people or move.kind.value != "layoffs":
        return None
    if known.people and abs(math.log(move.people / known.people)) <= SAME_SUM:
        return None
    return f"{move.people:,} people" + (f", not {known.people:,}" if known.people else "")
