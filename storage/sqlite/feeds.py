"""The feeds: which there are, which are due, and how a poll ends.

Owners' wishes (pause, interval) and the poller's findings are written by different
verbs, so neither undoes the other; what a poll brought goes through ``polls``.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from storage.model import Feed, FeedState, FinishedPoll
from storage.sqlite import polls, rows
from storage.sqlite.codec import encode_words, to_seconds, to_seconds_or_none
from storage.sqlite.connection import Connection

LONGEST_PLAN = timedelta(days=8)  # a week is the most that a publisher is granted
GONE_OR_PAUSED = "paused = 0 AND removed = 0 AND state <> 'gone'"  # the condition of index feed_due


class Feeds:
    """Verbs on feeds."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(
        self,
        url: str,
        *,
        kind: str = "feed",
        title: str | None = None,
        folder: Sequence[str] = (),
        now: datetime,
    ) -> Feed:
        """Follow a feed; one that is followed already is returned as it is.

        A feed that was removed before starts anew: its next fetch is a baseline again.
        """
        with self._db.transaction():
            self._db.run(
                "INSERT INTO feed (url, kind, title, folder, added) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (url) DO UPDATE SET kind = excluded.kind, title = excluded.title, "
                "folder = excluded.folder, added = excluded.added, removed = 0, state = 'new', paused = 0, etag = NULL, "
                "last_modified = NULL, validates = NULL, body_hash = NULL, next_due = 0, interval = NULL, last_polled = NULL, "
                "last_success = NULL, last_change = NULL, failures = 0, last_error = NULL, moved_to = NULL, "
                "moved_count = 0, rhythm = NULL, reported = NULL, held = NULL WHERE removed",
                (url, kind, title, encode_words(folder), to_seconds(now)),
            )
            return self._must(url)

    def get(self, url: str) -> Feed | None:
        """The feed at an address."""
        row = self._db.row(f"SELECT {rows.FEED} FROM feed WHERE url = ? AND removed = 0", (url,))
        return None if row is None else rows.feed(row)

    def all(self) -> list[Feed]:
        """All feeds, in the order in which they were added."""
        found = self._db.rows(f"SELECT {rows.FEED} FROM feed WHERE removed = 0 ORDER BY id")
        return [rows.feed(row) for row in found]

    def due(self, now: datetime, limit: int | None = None, *, besides: Collection[int] = ()) -> list[Feed]:
        """The feeds whose time has come, longest due first; not the paused and gone ones.

        ``besides`` are ids of feeds that are known to the caller: they are left out.
        """
        found = self._db.rows(
            f"SELECT {rows.FEED} FROM feed WHERE next_due <= ? AND {GONE_OR_PAUSED} "
            "AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY next_due, id LIMIT ?",
            (to_seconds(now), json.dumps(list(besides)), -1 if limit is None else limit),
        )
        return [rows.feed(row) for row in found]

    def languages(self) -> list[str]:
        """Languages in which the feeds say that they are written."""
        found = self._db.rows("SELECT DISTINCT lang FROM feed WHERE removed = 0 AND lang IS NOT NULL")
        return sorted(row[0] for row in found)

    def next_due(self) -> datetime | None:
        """When the next feed is due; None when there is nothing to wait for."""
        seconds = self._db.value(f"SELECT min(next_due) FROM feed WHERE {GONE_OR_PAUSED}")
        return None if seconds is None else rows.to_time(seconds)

    def remove(self, url: str) -> bool:
        """Stop following; what it brought stays.  False: there is no such feed."""
        return self._change(url, "removed = 1")

    def pause(self, url: str) -> bool:
        """Keep it, do not poll it."""
        return self._change(url, "paused = 1, state = 'paused'")

    def resume(self, url: str, now: datetime) -> bool:
        """Poll it again, at once; a feed that was gone gets another chance."""
        return self._change(
            url,
            "paused = 0, failures = 0, next_due = ?, "
            "state = CASE WHEN last_success IS NULL THEN 'new' ELSE 'ok' END",
            to_seconds(now),
        )

    def set_interval(self, url: str, interval: timedelta | None) -> bool:
        """The owner's wish for the time between two polls, from the last one on; None: adaptive."""
        seconds = None if interval is None else int(interval.total_seconds())
        sooner = "next_due = min(next_due, coalesce(last_polled + ?, next_due))"
        return self._change(url, f"interval = ?, {sooner}", seconds, seconds)

    def set_folder(self, url: str, folder: Sequence[str]) -> bool:
        """Where the owner's list has it, the outermost folder first; () for none."""
        return self._change(url, "folder = ?", encode_words(folder))

    def put_off(self, plan: Mapping[int, datetime]) -> None:
        """Give feeds, by id, another time at which they are due, later or sooner."""
        with self._db.transaction():
            self._db.run_many(
                "UPDATE feed SET next_due = ? WHERE id = ?",
                [(to_seconds(due), feed_id) for feed_id, due in plan.items()],
            )

    def rebase(self, now: datetime) -> int:
        """Bring feeds back to ``now`` that were planned by a clock that ran ahead; how many.

        A poll in the future proves it, and so does a plan beyond all that is ever planned.
        """
        seconds = to_seconds(now)
        wrong = (
            "last_polled > :now + 1 OR last_success > :now + 1 "
            "OR next_due > :now + max(:longest, 2 * coalesce(interval, 0))"
        )
        asked = {"now": seconds, "longest": int(LONGEST_PLAN.total_seconds())}
        if self._db.value(f"SELECT 1 FROM feed WHERE {wrong} LIMIT 1", asked) is None:
            return 0
        with self._db.transaction():
            return self._db.run(
                "UPDATE feed SET next_due = CASE WHEN last_polled > :now "
                "THEN min(next_due - (last_polled - :now), :now + :longest) ELSE :now END, "
                "last_polled = min(last_polled, :now), last_success = min(last_success, :now), "
                f"last_change = min(last_change, :now) WHERE {wrong}",
                asked,
            )

    def finish_polls(
        self, polls_done: Sequence[FinishedPoll], decide: polls.Decide | None = None
    ) -> list[int]:
        """End a batch of polls in one transaction, or with the open one: commit 1 of an entry's life.

        Writes each feed's new row and what is new or really changed among its entries;
        returns the ids of those that are pending, oldest first.  New entries on which ``decide``
        has a decision are stored with it and never pending.
        """
        if not polls_done:
            return []
        with self._db.transaction(part=False):
            live = self._live([poll.feed.id for poll in polls_done])
            self._write([poll.feed for poll in polls_done if poll.feed.id in live], live)
            return polls.store(self._db, [poll for poll in polls_done if poll.feed.id in live], decide)

    # --- inside -------------------------------------------------------------------------

    def _must(self, url: str) -> Feed:
        feed = self.get(url)
        assert feed is not None
        return feed

    def _change(self, url: str, setting: str, *arguments: Any) -> bool:
        with self._db.transaction():
            sql = f"UPDATE feed SET {setting} WHERE url = ? AND removed = 0"
            return self._db.run(sql, (*arguments, url)) > 0

    def _live(self, ids: Sequence[int]) -> dict[int, str]:
        """Addresses of those feeds that are still followed."""
        found = self._db.rows(
            "SELECT id, url FROM feed WHERE removed = 0 AND id IN (SELECT value FROM json_each(?))",
            (json.dumps(ids),),
        )
        return dict(found)

    def _write(self, feeds: Sequence[Feed], live: dict[int, str]) -> None:
        self._db.run_many(
            "UPDATE feed SET title = ?, site = ?, lang = ?, "
            "state = CASE WHEN paused THEN 'paused' ELSE ? END, etag = ?, last_modified = ?, "
            "body_hash = ?, next_due = ?, last_polled = ?, last_success = ?, last_change = ?, "
            "failures = ?, last_error = ?, moved_to = ?, moved_count = ?, rhythm = ?, "
            "reported = ?, held = ?, validates = ? WHERE id = ?",
            [_columns(feed) for feed in feeds],
        )
        for feed in feeds:
            if feed.url != live[feed.id]:  # a permanent redirect was adopted
                self._db.run("UPDATE OR IGNORE feed SET url = ? WHERE id = ?", (feed.url, feed.id))


def _columns(feed: Feed) -> tuple[Any, ...]:
    return (
        feed.title,
        feed.site,
        feed.lang,
        FeedState.OK if feed.state is FeedState.PAUSED else feed.state,
        feed.etag,
        feed.last_modified,
        feed.body_hash,
        to_seconds(feed.next_due) if feed.next_due else 0,
        to_seconds_or_none(feed.last_polled),
        to_seconds_or_none(feed.last_success),
        to_seconds_or_none(feed.last_change),
        feed.failures,
        feed.last_error,
        feed.moved_to,
        feed.moved_count,
        feed.rhythm,
        feed.reported,
        feed.held,
        feed.validates,
        feed.id,
    )
