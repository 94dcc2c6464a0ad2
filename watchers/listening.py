"""How each server hears an entry: with its own additions, its mutes and what it was taught.

Pure.  Most entries sound the same everywhere: then a hearing is the installation's own
reading and is decided once for all.  Only where a server's own matters does it hear, and is
it decided, by itself.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from storage.model import FOR_GOOD, Audience, Document, Entity, Mention, Route, Watchlist
from storage.model.noun import noun
from watchers import lessons, matching
from watchers.reader import Reader, Reading

SERVER_REASON = "server:"  # begins a reason that is one server's: "server:<id>:quiet:muted"


@noun
class Hearing:
    """What one audience makes of an entry; ``guild`` None: the installation's own routes."""

    guild: int | None
    routes: tuple[Route, ...]
    watchlist: Watchlist  # as it is there, mutes included
    reading: Reading
    differs: bool  # from the installation's: decided by itself
    lost: frozenset[str] = frozenset()  # who is not heard of because of what was taught


class Listener:
    """One audience, ready to hear against one version of everything."""

    def __init__(self, public: Watchlist, routes: Sequence[Route], audience: Audience | None = None) -> None:
        self.guild = audience.guild.id if audience else None
        self.routes = tuple(routes)
        self.additions = audience.additions if audience else ()
        self._lessons = audience.lessons if audience else ()
        self._muted = frozenset(mute.entity for mute in audience.mutes) if audience else frozenset()
        self.watchlist = _as_heard(public, audience) if audience else public
        self._scout = matching.Matcher(Watchlist(entities=self.additions)) if self.additions else None
        self._reader: Reader | None = None

    def naming(self, texts: Sequence[str]) -> set[int]:
        """Places of those texts in which anybody may be meant whom this audience alone watches, at first sight."""
        return self._scout.naming(texts) if self._scout is not None else set()

    def hear(self, document: Document, reading: Reading) -> Hearing:
        """``document``, which the installation reads as ``reading``."""
        heard = reading
        if self._scout is not None and self._scout.find_mentions(document):
            self._reader = self._reader or Reader(self.watchlist)
            heard = self._reader.read(document)
        mentions = lessons.lowered(document, heard.mentions, self._lessons)
        lost: frozenset[str] = frozenset()
        if mentions is not heard.mentions:
            lost = frozenset(heard.entities) - frozenset(matching.accepted_entities(mentions))
            heard = heard._replace(mentions=mentions, moves=lessons.without(heard.moves, lost))
        return Hearing(
            guild=self.guild,
            routes=self.routes,
            watchlist=self.watchlist,
            reading=heard,
            differs=heard is not reading
            or (bool(self._muted) and not self._muted.isdisjoint(reading.entities)),
            lost=lost,
        )


def listeners(
    public: Watchlist, audiences: Sequence[Audience], routes: Sequence[Route]
) -> tuple[Listener, ...]:
    """The installation first, then every server with routes of its own."""
    own: dict[int | None, list[Route]] = {}
    for route in routes:
        own.setdefault(route.guild, []).append(route)
    servers = [Listener(public, own[one.guild.id], one) for one in audiences if one.guild.id in own]
    return (Listener(public, own.get(None, ())), *servers)


def joint(reading: Reading, hearings: Sequence[Hearing]) -> Reading:
    """What is found for anybody: the installation's reading and each server's own additions.

    Where the installation hears of nobody, the moves are those of the first who does.
    """
    extra = list(dict.fromkeys(one for hearing in hearings for one in _own(hearing)))
    if not extra:
        return reading
    moves = reading.moves
    if not reading.entities:
        moves = next(hearing.reading.moves for hearing in hearings if _own(hearing))
    return Reading(lang=reading.lang, mentions=(*reading.mentions, *extra), moves=moves)


def _own(hearing: Hearing) -> list[Mention]:
    return [one for one in hearing.reading.mentions if one.accepted and is_private(one.entity)]


def is_private(slug: str) -> bool:
    """Whether the slug is one server's own (``storage`` gives it the server's number)."""
    return "@" in slug


def told_to_all(slugs: Sequence[str], watchlist: Watchlist) -> Sequence[str]:
    """Of a story's entities those whose past every audience may be told: one context serves them all.

    A server's own names are among them where ``watchlist`` has them and no other server's: nobody
    learns whom another server watches.
    """
    private = [slug for slug in slugs if is_private(slug)]
    if not private:
        return slugs
    known = watchlist.by_slug()
    alone = len({slug.partition("@")[2] for slug in private}) == 1
    return [slug for slug in slugs if not is_private(slug) or (alone and slug in known)]


def unmuted(watchlist: Watchlist) -> Watchlist:
    """The same with nobody muted."""
    return replace(watchlist, entities=tuple(replace(one, muted_until=None) for one in watchlist.entities))


def who_is_muted(slugs: Collection[str], entities: Mapping[str, Entity], now: datetime) -> str | None:
    """Of ``slugs`` the one whose mute ends last, if any is muted."""
    found = [
        (one.muted_until, one.slug)
        for one in map(entities.get, slugs)
        if one is not None and one.muted_until is not None and one.muted_until > now
    ]
    return max(found)[1] if found else None


def reasons_here(reasons: Sequence[str], guild: int | None) -> tuple[str, ...]:
    """The reasons of a decision that may be shown in a server: none of another server's."""
    mine = f"{SERVER_REASON}{guild}:"
    return tuple(one for one in reasons if not one.startswith(SERVER_REASON) or one.startswith(mine))


def _as_heard(public: Watchlist, audience: Audience) -> Watchlist:
    until = {mute.entity: mute.until or FOR_GOOD for mute in audience.mutes}
    entities = public.entities + audience.additions
    if not (until or audience.additions):
        return public
    return replace(
        public,
        entities=tuple(
            replace(one, muted_until=max(until[one.slug], one.muted_until or until[one.slug]))
            if one.slug in until
            else one
            for one in entities
        ),
    )
