"""The newest of what belongs to somebody: of a key its entries, of an entity its stories.

Judging asks for the same ones entry after entry; within transactions they are remembered.
"""

import json
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from storage.sqlite.connection import Connection

KEPT = 4_096  # owners whose newest rows are remembered …
LONGEST = 2_000  # … and so many of each at most
AHEAD = 30 * 86_400  # seconds: from so much before the time that is asked for on they are read
EARLIEST, LATEST = -(1 << 60), 1 << 60

Row = tuple[int, int]  # its time and its id

_decode = msgspec.json.Decoder(list[Row]).decode


@dataclass(slots=True)
class _Tail:
    """All rows of an owner from ``floor`` on."""

    rows: list[Row]  # oldest first
    floor: tuple[int, ...]  # a row; or a time, which is before all rows of that time

    def newest(self, first: tuple[int], behind: tuple[int], most: int) -> list[Row] | None:
        """The newest ``most`` rows from one time to before another; None where some may be missing."""
        rows = self.rows
        start, end = bisect_left(rows, first), bisect_left(rows, behind)
        if self.floor <= first or end - start >= most:
            return rows[max(start, end - most) : end]
        return None


class Newest:
    """A table of owner, time and id, which are its key in this order.

    So many rows as ``depth`` are read of an owner when it is met for the first time.
    """

    def __init__(self, db: Connection, table: str, owner: str, time: str, row: str, depth: int) -> None:
        self._db = db
        self._table = table
        self._depth = depth
        self._insert = (
            f"INSERT OR IGNORE INTO {table} ({owner}, {time}, {row}) SELECT value, ?, ? FROM json_each(?)"
        )
        self._delete = f"DELETE FROM {table} WHERE {time} = ? AND {row} = ? AND {owner} IN (SELECT value FROM json_each(?))"
        self._select = (
            f"SELECT (SELECT json_group_array(json_array(time, row)) FROM (SELECT {time} AS time, {row} AS row "
            f"FROM {table} WHERE {owner} = asked.value AND {time} BETWEEN ? AND ? "
            f"ORDER BY {time} DESC, {row} DESC LIMIT ?)) FROM json_each(?) AS asked"
        )

    def of(self, owners: Sequence[int], since: int, until: int, most: int) -> list[list[Row]]:
        """Of each owner the newest ``most`` rows in between, oldest first."""
        memo = self._memo()
        if new := [owner for owner in owners if owner not in memo]:
            self._meet(memo, new, max(EARLIEST, since - AHEAD), max(most, self._depth))
        first, behind = (since,), (until + 1,)
        found = [memo[owner].newest(first, behind, most) for owner in owners]
        long_ago = [owner for owner, rows in zip(owners, found, strict=True) if rows is None]
        read = iter(self._read(long_ago, since, until, most) if long_ago else ())
        return [next(read) if rows is None else rows for rows in found]

    def begin(self, owners: Iterable[int]) -> None:
        """These are new, and nothing is theirs yet."""
        self._memo().update((owner, _Tail([], (EARLIEST,))) for owner in owners)

    def add(self, owners: Collection[int], time: int, row: int) -> None:
        """Let a row belong to each of them."""
        self._db.run(self._insert, (time, row, json.dumps(list(owners))))
        for tail, place, known in self._places(owners, (time, row)):
            if not known:
                tail.rows.insert(place, (time, row))
            if len(tail.rows) > LONGEST:
                del tail.rows[: LONGEST // 2]
                tail.floor = tail.rows[0]

    def remove(self, owners: Collection[int], time: int, row: int) -> None:
        """Let it belong to them no more."""
        self._db.run(self._delete, (time, row, json.dumps(list(owners))))
        for tail, place, known in self._places(owners, (time, row)):
            if known:
                del tail.rows[place]

    # --- inside -------------------------------------------------------------------------

    def _memo(self) -> dict[int, _Tail]:
        return self._db.memo(self._table, KEPT)

    def _meet(self, memo: dict[int, _Tail], owners: Sequence[int], since: int, most: int) -> None:
        for owner, rows in zip(owners, self._read(owners, since, LATEST, most), strict=True):
            memo[owner] = _Tail(rows, (since,) if len(rows) < most else rows[0])

    def _read(self, owners: Sequence[int], since: int, until: int, most: int) -> list[list[Row]]:
        found = self._db.rows(self._select, (since, until, most, json.dumps(owners)))
        return [sorted(_decode(text)) for (text,) in found]

    def _places(self, owners: Collection[int], at: Row) -> Iterator[tuple[_Tail, int, bool]]:
        """Where a row stands, or would stand, in what is remembered of its owners."""
        memo = self._memo()
        for owner in owners:
            tail = memo.get(owner)
            if tail is not None and tail.floor <= at:
                place = bisect_left(tail.rows, at)
                yield tail, place, tail.rows[place : place + 1] == [at]
