"""What commands and buttons are answered from: the store, the clock, and what asks the web."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.commands.easel import Easel
from bot.commands.shelf import Shelf

if TYPE_CHECKING:
    from bot.app import App
    from bot.sinks.base import Clock
    from bot.subscribing import Added
    from storage.model import Route
    from storage.sqlite import SqliteStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One for the process; connections to Discord come and go before it."""

    store: "SqliteStore"
    clock: "Clock"
    follow: Callable[[str], Awaitable["Added"]]  # adds a feed as the command line does
    home: "Route | None" = None  # the settings' own, to a channel
    shelf: Shelf = field(default_factory=Shelf)
    easel: Easel = field(default_factory=Easel)


def desk_of(app: "App", home: "Route | None" = None, store: "SqliteStore | None" = None) -> Desk:
    """The desk of a wired application; ``home`` is the settings' route to a channel.

    ``store`` is asked instead of the application's own, which the watching holds for as long
    as a transaction takes.
    """

    async def follow(address: str) -> "Added":
        from bot.subscribing import follow

        [added] = await follow(app, [address])
        return added

    return Desk(store=store or app.store, clock=app.clock, follow=follow, home=home)
