"""The watchlist: entities as they are, what they are called, until when they are muted.

An entity is kept as one JSON document, because it is always read whole; its names are
indexed beside it.  Reading and writing watchlist files is for ``seeds``.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice

from storage.model import FOR_GOOD, Entity, Watchlist
from storage.sqlite import slugs
from storage.sqlite.codec import decode_entity, encode_entity, to_seconds, to_seconds_or_none
from storage.sqlite.connection import Connection
from storage.sqlite.identity import fold

BATCH = 10_000  # entities written by one set of statements


class Watched:
    """Verbs on the watchlist; each change makes a new version."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._version: int | None = None  # of what follows
        self._loaded: dict[int | None, Watchlist] = {}  # by server; None: the installation's own
        self._additions: dict[int, tuple[Entity, ...]] = {}

    def version(self) -> int:
        """The number of the present version."""
        version: int = self._db.value("SELECT n FROM tally WHERE name = 'watchlist'")
        return version

    def load(self, guild: int | None = None) -> Watchlist:
        """All entities, in the order in which they came; with ``guild``, that server's own, too."""
        with self._db.snapshot():
            self._read()
            if guild not in self._loaded:
                public = self._loaded[None]
                own = self._additions.get(guild, ()) if guild is not None else ()
                self._loaded[guild] = replace(public, entities=public.entities + own) if own else public
            return self._loaded[guild]

    def additions(self) -> dict[int, tuple[Entity, ...]]:
        """What single servers watch beside, by server."""
        with self._db.snapshot():
            self._read()
            return self._additions

    def get(self, slug: str) -> Entity | None:
        """The watched entity with a slug."""
        row = self._db.row(
            "SELECT body, muted_until FROM entity WHERE slug = ? AND body IS NOT NULL", (slug,)
        )
        return None if row is None else decode_entity(*row)

    def find(self, name: str, guild: int | None = None) -> list[Entity]:
        """Watched entities with this slug, name or alias, whatever its case and accents.

        With ``guild`` also what that server watches beside.
        """
        found = self._db.rows(
            "SELECT body, muted_until FROM entity WHERE body IS NOT NULL AND (slug = ? OR id IN "
            "(SELECT entity_id FROM entity_name WHERE name = ?)) ORDER BY slug <> ?, id",
            (name.strip().casefold(), fold(name), name.strip().casefold()),
        )
        entities = [decode_entity(body, until) for body, until in found]
        return [one for one in entities if home(one) in (None, guild)]

    def put(self, entity: Entity) -> None:
        """Watch an entity, or replace what is known about it."""
        self.put_all([entity])

    def put_all(self, entities: Iterable[Entity]) -> None:
        """The same for many, as one version; where a slug stands twice, the last one holds."""
        coming = iter(entities)
        with self._db.transaction():
            while batch := list(islice(coming, BATCH)):
                self._put({entity.slug: entity for entity in batch})
            self._changed()

    def remove(self, slug: str) -> bool:
        """Stop watching; what was found stays.  False: it was not watched."""
        with self._db.transaction():
            gone = self._db.run(
                "UPDATE entity SET body = NULL, muted_until = NULL WHERE slug = ? AND body IS NOT NULL",
                (slug,),
            )
            if gone:
                self._db.run(
                    "DELETE FROM entity_name WHERE entity_id = (SELECT id FROM entity WHERE slug = ?)",
                    (slug,),
                )
                self._changed()
            return gone > 0

    def mute(self, slug: str, until: datetime | None) -> bool:
        """Keep it quiet until a time; None: until it is unmuted."""
        return self._set_mute(slug, FOR_GOOD if until is None else until)

    def unmute(self, slug: str) -> bool:
        """Let it speak again."""
        return self._set_mute(slug, None)

    # --- inside -------------------------------------------------------------------------

    def _read(self) -> None:
        """Read all entities anew where they changed."""
        version = self.version()
        if version == self._version:
            return
        found = self._db.rows("SELECT body, muted_until FROM entity WHERE body IS NOT NULL ORDER BY id")
        public: list[Entity] = []
        additions: defaultdict[int, list[Entity]] = defaultdict(list)
        for body, until in found:
            entity = decode_entity(body, until)
            guild = home(entity)
            if guild is None:
                public.append(entity)
            else:
                additions[guild].append(entity)
        self._loaded = {None: Watchlist(entities=tuple(public), version=version)}
        self._additions = {guild: tuple(own) for guild, own in additions.items()}
        self._version = version

    def _put(self, entities: Mapping[str, Entity]) -> None:
        """A batch, by slug."""
        ids = slugs.intern(self._db, entities)
        self._db.run_many(
            "UPDATE entity SET body = ?, muted_until = ? WHERE id = ?",
            [
                (encode_entity(entity), to_seconds_or_none(entity.muted_until), ids[slug])
                for slug, entity in entities.items()
            ],
        )
        self._db.run(  # no index by entity: the names are gone through, so once for all of the batch
            "DELETE FROM entity_name WHERE entity_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids.values())),),
        )
        self._db.run_many(
            "INSERT INTO entity_name (name, entity_id) VALUES (?, ?)",
            sorted((name, ids[slug]) for slug, entity in entities.items() for name in _names(entity)),
        )

    def _set_mute(self, slug: str, until: datetime | None) -> bool:
        with self._db.transaction():
            met = self._db.run(
                "UPDATE entity SET muted_until = ? WHERE slug = ? AND body IS NOT NULL",
                (None if until is None else to_seconds(until), slug),
            )
            if met:
                self._changed()
            return met > 0

    def _changed(self) -> None:
        self._db.run("UPDATE tally SET n = n + 1 WHERE name = 'watchlist'")


def _names(entity: Entity) -> set[str]:
    """By what an entity is found, folded."""
    return {fold(text) for text in (entity.slug, entity.name, *(alias.text for alias in entity.aliases))}


def home(entity: Entity) -> int | None:
    """The server that watches an entity for itself alone; None: the whole installation does."""
    kind, _, guild = entity.origin.partition(":")
    return int(guild) if kind == "guild" and guild.isdecimal() else None
