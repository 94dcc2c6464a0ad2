"""Story keys: by what a fingerprinted entry is found again, and how rare each key is.

A dictionary of keys with document frequencies, and for each key its entries in order of
time, so that "the newest N with this key" is one range of an index however many there
are.  What a key means is for ``watchers.stories``.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from storage.sqlite.connection import Connection
from storage.sqlite.newest import Newest

DEPTH = 60  # newest entries of a key, at least, among which candidates are chosen
KEPT = 4_096  # of which is remembered what is stored of them


@dataclass(slots=True)
class _Key:
    """What is stored of a key."""

    id: int
    entries: int  # in so many it stands


class Keys:
    """Verbs on story keys."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._entries = Newest(db, "story_key_entry", "key_id", "published", "entry_id", DEPTH)

    def replace(
        self, entry_id: int, published: int, keys: Sequence[str], packed: bytes | None
    ) -> bytes | None:
        """Give an entry these keys in place of the packed ones; returns the new ones packed."""
        old = set(unpack(packed))
        known = self._intern(keys)
        new = {key.id for key in known}
        if gone := old - new:
            self._entries.remove(gone, published, entry_id)
            self._count(gone, -1)
        if come := new - old:
            self._entries.add(come, published, entry_id)
            self._count(come, 1)
        if old:
            self._db.memo("story_key", KEPT).clear()
        else:
            for key in known:
                key.entries += 1
        if bool(new) != bool(old):
            self._db.run("UPDATE tally SET n = n + ? WHERE name = 'fingerprints'", (1 if new else -1,))
        return pack(new)

    def rarity(self, keys: Sequence[str]) -> dict[str, int]:
        """In how many entries each key stands; 0 for an unknown one."""
        return {
            key: 0 if known is None else known.entries
            for key, known in zip(keys, self._known(keys), strict=True)
        }

    def total(self) -> int:
        """How many entries have keys."""
        count: int = self._db.value("SELECT n FROM tally WHERE name = 'fingerprints'")
        return count

    def newest(self, keys: Mapping[str, float], since: int, until: int, depth: int) -> dict[int, float]:
        """Entries sharing a key, the newest ``depth`` of each, with the sum of what the shared keys tell."""
        known = [
            (key.id, tells)
            for key, tells in zip(self._known(keys), keys.values(), strict=True)
            if key is not None
        ]
        found = self._entries.of([key_id for key_id, _ in known], since, until, depth)
        shared: dict[int, float] = {}
        for (_, tells), rows in zip(known, found, strict=True):
            for _, entry_id in rows:
                shared[entry_id] = shared.get(entry_id, 0.0) + tells
        return shared

    def _known(self, keys: Iterable[str]) -> list[_Key | None]:
        """What is stored of each key."""
        memo: dict[str, _Key | None] = self._db.memo("story_key", KEPT)
        if new := [key for key in keys if key not in memo]:
            memo.update(dict.fromkeys(new))
            for key_id, key, entries in self._db.rows(
                "SELECT id, key, df FROM story_key WHERE key IN (SELECT value FROM json_each(?))",
                (json.dumps(new),),
            ):
                memo[key] = _Key(key_id, entries)
        return [memo[key] for key in keys]

    def _intern(self, keys: Sequence[str]) -> list[_Key]:
        """The same, each key once; made where they are missing."""
        wanted = list(dict.fromkeys(keys))
        known = dict(zip(wanted, self._known(wanted), strict=True))
        if made := [key for key, one in known.items() if one is None]:
            last = self._db.insert(
                "INSERT INTO story_key (key) SELECT value FROM json_each(?)",
                (json.dumps(made, ensure_ascii=False),),
            )
            ids = range(last - len(made) + 1, last + 1)  # as one statement gives them
            new = {key: _Key(key_id, 0) for key, key_id in zip(made, ids, strict=True)}
            self._db.memo("story_key", KEPT).update(new)
            self._entries.begin(ids)
            known |= new
        return [one for one in known.values() if one is not None]

    def _count(self, ids: Iterable[int], more: int) -> None:
        self._db.run(
            "UPDATE story_key SET df = df + ? WHERE id IN (SELECT value FROM json_each(?))",
            (more, json.dumps(list(ids))),
        )


def pack(ids: Iterable[int]) -> bytes | None:
    """Ids as bytes: differences of the sorted ids, seven bits a byte; None for none."""
    packed, last = bytearray(), 0
    for number in sorted(ids):
        step, last = number - last, number
        while step > 0x7F:
            packed.append(step & 0x7F | 0x80)
            step >>= 7
        packed.append(step)
    return bytes(packed) or None


def unpack(packed: bytes | None) -> list[int]:
    """The inverse of ``pack``."""
    ids: list[int] = []
    number, step, shift = 0, 0, 0
    for byte in packed or b"":
        step |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            number += step
            ids.append(number)
            step, shift = 0, 0
    return ids
