"""Discord servers as the pipeline sees them: each with all that it holds, read once a version."""

from storage.model import Audience
from storage.sqlite.connection import Connection
from storage.sqlite.guilds import Guilds
from storage.sqlite.lessons import Lessons
from storage.sqlite.mutes import Mutes
from storage.sqlite.routes import Routes
from storage.sqlite.watchlist import Watched


class Audiences:
    """Servers that the bot is in, put together out of their parts."""

    def __init__(
        self,
        db: Connection,
        watchlist: Watched,
        guilds: Guilds,
        routes: Routes,
        mutes: Mutes,
        lessons: Lessons,
    ) -> None:
        self._db = db
        self._watchlist = watchlist
        self._guilds = guilds
        self._routes = routes
        self._mutes = mutes
        self._lessons = lessons
        self._loaded: tuple[tuple[int, int], tuple[Audience, ...]] | None = None

    def all(self) -> tuple[Audience, ...]:
        """Every server that the bot is in, with all that it holds; cheap where nothing changed."""
        known = self._loaded
        if known is None or known[0] != self._version():
            with self._db.snapshot():
                known = self._loaded = (self._version(), self._load())
        return known[1]

    def _version(self) -> tuple[int, int]:
        """The numbers of the present versions, by one look."""
        found = self._db.rows("SELECT n FROM tally WHERE name IN ('servers', 'watchlist') ORDER BY name")
        (servers,), (watchlist,) = found
        return servers, watchlist

    def _load(self) -> tuple[Audience, ...]:
        routes, mutes, lessons = self._routes.all(), self._mutes.all(), self._lessons.all()
        additions = self._watchlist.additions()
        return tuple(
            Audience(
                guild=guild,
                routes=tuple(one for one in routes if one.guild == guild.id),
                mutes=tuple(one for one in mutes if one.guild == guild.id),
                lessons=tuple(one for one in lessons if one.guild == guild.id),
                additions=additions.get(guild.id, ()),
            )
            for guild in self._guilds.all()
            if guild.left is None
        )
