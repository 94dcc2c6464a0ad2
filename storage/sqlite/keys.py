"""Story keys: by what a fingerprinted entry is found again, and how rare each key is.

A dictionary of keys with document frequencies, and for each key its entries in order of
time, so that "the newest N with this key" is one range of an index however many there
are.  What a key means is for ``watchers.stories``.
"""

import json
from collections.abc import Iterable, Mapping, Sequence

from storage.sqlite.connection import Connection

KEPT = 4_096  # of which is remembered what is stored of them
_Known = tuple[int, str, int]  # id, key, in how many entries it stands


class Keys:
    """Verbs on story keys."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def replace(
        self, entry_id: int, published: int, keys: Sequence[str], packed: bytes | None
    ) -> bytes | None:
        """Give an entry these keys in place of the packed ones; returns the new ones packed."""
        old = set(unpack(packed))
        ids = self._intern(keys)
        new = set(ids.values())
        self._shift([(key, published, entry_id) for key in old - new], -1)
        self._shift([(key, published, entry_id) for key in new - old], 1)
        memo: dict[str, _Known | None] = self._db.memo("story_key", KEPT)
        if old:
            memo.clear()
        memo.update(
            {key: (key_id, key, known[2] + 1) for key, key_id in ids.items() if (known := memo.get(key))}
        )
        if bool(new) != bool(old):
            self._db.run("UPDATE tally SET n = n + ? WHERE name = 'fingerprints'", (1 if new else -1,))
        return pack(new)

    def rarity(self, keys: Iterable[str]) -> dict[str, int]:
        """In how many entries each key stands; 0 for an unknown one."""
        wanted = list(keys)
        return dict.fromkeys(wanted, 0) | {key: df for _, key, df in self._known(wanted)}

    def total(self) -> int:
        """How many entries have keys."""
        count: int = self._db.value("SELECT n FROM tally WHERE name = 'fingerprints'")
        return count

    def newest(self, keys: Mapping[str, float], since: int, until: int, depth: int) -> dict[int, float]:
        """Entries sharing a key, the newest ``depth`` of each, with the sum of what the shared keys tell."""
        known = self._known(list(keys))
        few = [key_id for key_id, _, df in known if df <= depth]
        found = self._db.rows(  # in the order of ``few``
            "SELECT key_id, entry_id FROM json_each(?) AS asked CROSS JOIN story_key_entry "
            "ON key_id = asked.value AND published BETWEEN ? AND ?",
            (json.dumps(few), since, until),
        )
        shared: dict[int, float] = {}
        at = 0
        for key_id, key, df in known:
            tells = keys[key]
            if df > depth:
                for entry_id in self._newest(key_id, since, until, depth):
                    shared[entry_id] = shared.get(entry_id, 0.0) + tells
                continue
            while at < len(found) and found[at][0] == key_id:
                entry_id = found[at][1]
                shared[entry_id] = shared.get(entry_id, 0.0) + tells
                at += 1
        return shared

    def _newest(self, key_id: int, since: int, until: int, depth: int) -> list[int]:
        found = self._db.rows(
            "SELECT entry_id FROM story_key_entry WHERE key_id = ? AND published BETWEEN ? AND ? "
            "ORDER BY published DESC, entry_id DESC LIMIT ?",
            (key_id, since, until, depth),
        )
        return [entry_id for (entry_id,) in found]

    def _known(self, keys: Iterable[str]) -> list[_Known]:
        """What is stored of some keys, in their order."""
        memo: dict[str, _Known | None] = self._db.memo("story_key", KEPT)
        wanted = sorted(set(keys))
        new = [key for key in wanted if key not in memo]
        if new:
            memo.update(dict.fromkeys(new))
            for row in self._db.rows(
                "SELECT id, key, df FROM story_key WHERE key IN (SELECT value FROM json_each(?))",
                (json.dumps(new),),
            ):
                memo[row[1]] = row
        return [row for row in map(memo.__getitem__, wanted) if row is not None]

    def _intern(self, keys: Sequence[str]) -> dict[str, int]:
        found = {key: key_id for key_id, key, _ in self._known(keys)} if keys else {}
        memo: dict[str, _Known | None] = self._db.memo("story_key", KEPT)
        for key in keys:
            if key not in found:
                key_id = self._db.insert("INSERT INTO story_key (key) VALUES (?)", (key,))
                found[key], memo[key] = key_id, (key_id, key, 0)
        return found

    def _shift(self, rows: Sequence[tuple[int, int, int]], sign: int) -> None:
        if not rows:
            return
        verb = (
            "INSERT OR IGNORE INTO story_key_entry (key_id, published, entry_id) VALUES (?, ?, ?)"
            if sign > 0
            else "DELETE FROM story_key_entry WHERE key_id = ? AND published = ? AND entry_id = ?"
        )
        self._db.run_many(verb, rows)
        self._db.run_many("UPDATE story_key SET df = df + ? WHERE id = ?", [(sign, row[0]) for row in rows])


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
