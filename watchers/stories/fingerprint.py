"""What an entry is compared by: its parties, action, amounts, names and rare words, in one line.

Pure; reads what ``watchers.matching`` and ``watchers.moves`` found and adds proper nouns
that nobody watches.  Compact when encoded: the store keeps one for each entry.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from storage.model import Document, Mention, Move, Watchlist
from watchers.links import canonical_url
from watchers.text import fold

MAX_NAMES = 10
MAX_WORDS = 14
READ = 400  # code points of the summary that count: a lead, not an article
_WORD = re.compile(r"[^\W_][\w'’.-]*[^\W_]|[^\W_]")
_SEPARATORS = str.maketrans({"|": " ", ",": " ", ";": " ", "=": " "})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """One entry, reduced to what tells events apart; tuples are ordered, most telling first."""

    entities: tuple[str, ...] = ()  # accepted slugs, prominent first
    prominent: int = 0  # how many of ``entities`` are prominent
    kinds: tuple[str, ...] = ()  # move kinds, main first
    status: str = "reported"  # of the main move
    roles: tuple[tuple[str, str], ...] = ()  # (role, slug or folded name) of the main move
    amounts: tuple[float, ...] = ()
    valuations: tuple[float, ...] = ()
    people: tuple[int, ...] = ()
    names: tuple[str, ...] = ()  # proper nouns that nobody watches, folded
    words: tuple[str, ...] = ()
    page: str = ""  # of the canonical address
    title: str = ""  # of the folded headline

    def keys(self) -> tuple[str, ...]:
        """The keys under which the store finds this entry again."""
        keyed = [f"u:{self.page}"] * bool(self.page) + [f"t:{self.title}"] * bool(self.title)
        keyed += [f"e:{slug}" for slug in self.entities]
        keyed += [f"n:{name}" for name in self.names]
        keyed += [f"a:{amount:g}" for amount in (*self.amounts, *self.valuations)]
        keyed += [f"w:{word}" for word in self.words]
        return tuple(dict.fromkeys(keyed))

    def encode(self) -> str:
        """One line; ``decode`` gives an equal fingerprint back."""
        groups = (
            (str(self.prominent), *self.entities),
            self.kinds,
            (self.status,),
            tuple(f"{role}={who}" for role, who in self.roles),
            tuple(f"{amount:g}" for amount in self.amounts),
            tuple(f"{amount:g}" for amount in self.valuations),
            tuple(map(str, self.people)),
            self.names,
            self.words,
            (self.page, self.title),
        )
        return "1|" + "|".join(",".join(group) for group in groups)

    @classmethod
    def decode(cls, text: str) -> "Fingerprint":
        """The fingerprint that ``encode`` wrote; an empty one for what is not of this version."""
        version, _, rest = text.partition("|")
        groups = [tuple(part for part in group.split(",") if part) for group in rest.split("|")]
        if version != "1" or len(groups) != 10:
            return cls()
        first, kinds, status, roles, amounts, valuations, people, names, words, hashes = groups
        return cls(
            prominent=int(first[0]),
            entities=first[1:],
            kinds=kinds,
            status=status[0],
            roles=tuple((role, who) for role, _, who in (pair.partition("=") for pair in roles)),
            amounts=tuple(map(float, amounts)),
            valuations=tuple(map(float, valuations)),
            people=tuple(map(int, people)),
            names=names,
            words=words,
            page=hashes[0] if hashes else "",
            title=hashes[1] if len(hashes) > 1 else "",
        )


def fingerprint(
    document: Document, mentions: Sequence[Mention], moves: Sequence[Move], watchlist: Watchlist
) -> Fingerprint:
    """The fingerprint of ``document``, given what was found in it."""
    prominent = tuple(dict.fromkeys(m.entity for m in _best(mentions) if m.prominent))
    passing = tuple(dict.fromkeys(m.entity for m in _best(mentions) if m.entity not in prominent))
    main = moves[0] if moves else None
    names, words = _spoken(document, mentions)
    return Fingerprint(
        entities=prominent + passing,
        prominent=len(prominent),
        kinds=tuple(dict.fromkeys(move.kind.value for move in moves))[:3],
        status=main.status.value if main else "reported",
        roles=_roles(main) if main else (),
        amounts=_distinct(move.amount for move in moves),
        valuations=_distinct(move.valuation for move in moves),
        people=tuple(dict.fromkeys(move.people for move in moves if move.people)),
        names=names,
        words=words,
        page=_hash(canonical_url(document.url)) if document.url else "",
        title=_hash(" ".join(_WORD.findall(fold(document.title)))) if document.title.strip() else "",
    )


def _best(mentions: Sequence[Mention]) -> list[Mention]:
    return sorted((m for m in mentions if m.accepted), key=lambda m: (-m.score, m.entity))


def _distinct(values: object) -> tuple[float, ...]:
    return tuple(dict.fromkeys(float(f"{value:.4g}") for value in values if value))  # type: ignore[attr-defined]


def _roles(move: Move) -> tuple[tuple[str, str], ...]:
    pairs = [(role, slug) for role, slugs in sorted(move.roles.items()) for slug in slugs]
    known = {role for role, _ in pairs}
    for role, written in sorted(move.names.items()):
        if role not in known:
            pairs += [(role, fold(name).translate(_SEPARATORS)) for name in written]
    return tuple(pairs[:6])


def _hash(text: str) -> str:
    return hashlib.blake2s(text.encode(), digest_size=4).hexdigest()


def _spoken(document: Document, mentions: Sequence[Mention]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Proper nouns and words outside the accepted mentions."""
    names: dict[str, None] = {}
    words: dict[str, None] = {}
    for field, text in (("title", document.title), ("summary", document.summary[:READ])):
        taken = [(m.start, m.end) for m in mentions if m.accepted and m.field == field]
        for found in _WORD.finditer(text):
            if any(start < found.end() and found.start() < end for start, end in taken):
                continue
            word = fold(found.group()).removesuffix("'s").translate(_SEPARATORS)
            if len(word) < 3 or " " in word:
                continue
            (names if found.group()[0].isupper() else words).setdefault(word)
    return tuple(names)[:MAX_NAMES], tuple(words)[:MAX_WORDS]
