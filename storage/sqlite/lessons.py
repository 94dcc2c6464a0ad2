"""What "Not relevant" taught a Discord server; what it does to an alert is for ``watchers.listening``."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from storage.model import Lesson
from storage.sqlite import slugs
from storage.sqlite.codec import decode_words, encode_words, to_seconds, to_time
from storage.sqlite.connection import Connection
from storage.sqlite.guilds import Guilds


class Lessons:
    """Verbs on lessons; each is one transaction."""

    def __init__(self, db: Connection, guilds: Guilds) -> None:
        self._db = db
        self._guilds = guilds

    def learn(self, lessons: Sequence[Lesson]) -> list[Lesson]:
        """Keep lessons of one press; with their ids."""
        kept: list[Lesson] = []
        with self._db.transaction():
            ids = slugs.intern(self._db, [one.entity for one in lessons])
            for one in lessons:
                self._guilds.known(one.guild)
                values = (one.guild, ids[one.entity], one.alias, encode_words(one.words), one.weight)
                new = self._db.insert(
                    "INSERT INTO lesson (guild, entity_id, alias, words, weight, story_id, headline, by, at) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (*values, one.story, one.headline, one.by, to_seconds(one.at)),
                )
                kept.append(replace(one, id=new))
            if kept:
                self._guilds.changed()
        return kept

    def unlearn(self, guild: int, *, lesson: int | None = None, story: int | None = None) -> list[Lesson]:
        """Undo one lesson, or all of one story; those that were there."""
        with self._db.transaction():
            found = [one for one in self.of(guild) if one.id == lesson or one.story == story]
            for one in found:
                self._db.run("DELETE FROM lesson WHERE id = ?", (one.id,))
            if found:
                self._guilds.changed()
            return found

    def of(self, guild: int) -> list[Lesson]:
        """What a server taught, first to last."""
        return self._select("WHERE guild = ?", (guild,))

    def all(self) -> list[Lesson]:
        """Those of all servers, first to last."""
        return self._select("", ())

    def _select(self, where: str, arguments: tuple[Any, ...]) -> list[Lesson]:
        found = self._db.rows(
            "SELECT lesson.id, guild, slug, alias, words, weight, story_id, headline, by, at FROM lesson "
            f"JOIN entity ON entity.id = lesson.entity_id {where} ORDER BY lesson.id",
            arguments,
        )
        return [
            Lesson(
                id=row[0],
                guild=row[1],
                entity=row[2],
                alias=row[3],
                words=decode_words(row[4]),
                weight=row[5],
                story=row[6],
                headline=row[7],
                by=row[8],
                at=to_time(row[9]),
            )
            for row in found
        ]
