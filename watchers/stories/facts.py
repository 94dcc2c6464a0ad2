"""What a story remembers of all that told it: the opaque ``Story.facts``.

Pure.  Kept short (the store holds one for each story) and tolerant: what another version
wrote reads as nothing remembered.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

from watchers.stories.fingerprint import Fingerprint

MAX_KEPT = 12  # of each sort


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The sum of the fingerprints of a story's entries; first come, first kept."""

    prominent: tuple[str, ...] = ()  # slugs that stood in a headline or lead
    kinds: tuple[str, ...] = ()
    names: tuple[str, ...] = ()  # headline names that nobody watches
    concepts: tuple[str, ...] = ()  # of headlines
    numbers: tuple[float, ...] = ()
    told: int = 0  # entries

    def encode(self) -> str:
        """Compact JSON, empty fields left out."""
        kept = {name: value for name in _NAMES if (value := getattr(self, name))}
        return _encode(kept)

    @classmethod
    def decode(cls, text: str) -> "Facts":
        """What ``encode`` wrote; nothing remembered for anything else."""
        try:
            kept: dict[str, Any] = json.loads(text) if text else {}
        except ValueError:
            return cls()
        if not isinstance(kept, dict) or not kept.keys() <= frozenset(_NAMES):
            return cls()
        frozen: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()
        }
        return cls(**frozen)

    def after(self, fp: Fingerprint) -> "Facts":
        """With one more entry."""
        return replace(
            self,
            prominent=_join(self.prominent, fp.entities[: fp.prominent]),
            kinds=_join(self.kinds, fp.kinds),
            names=_join(self.names, fp.headline_names()),
            concepts=_join(self.concepts, fp.headline_concepts()),
            numbers=_join(self.numbers, fp.numbers),
            told=self.told + 1,
        )

    def with_all(self, other: "Facts") -> "Facts":
        """With all that another story remembers."""
        joined = {name: _join(getattr(self, name), getattr(other, name)) for name in _NAMES if name != "told"}
        return Facts(**joined, told=self.told + other.told)


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_NAMES = tuple(field.name for field in fields(Facts))


def _join(kept: tuple[Any, ...], new: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys((*kept, *new)))[:MAX_KEPT]
