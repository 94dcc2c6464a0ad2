"""``/feeds``: which feeds are followed, and which of them are in trouble.

Addresses of feeds may hold keys, and whoever invites the bot manages a server: only the owner
is shown them, others the title and the publisher's page.
"""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import discord
from discord import app_commands

from bot import answers
from bot.answers import HEALTHY
from bot.commands.cards import Card, card
from bot.commands.completion import known_feeds
from bot.commands.desk import Desk
from bot.commands.here import here
from bot.commands.permission import require_owner
from bot.commands.reply import answer
from bot.render.embed import stamp
from bot.text import UNTITLED, fit, masked
from bot.words import count
from storage.errors import UsageError
from storage.model import Feed, FeedState

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore

NAME_SHOWN = 80
NOT_YOURS = "feeds are followed for all servers; /route chooses what of them is told here."
ERROR_SHOWN = 160


def listed(store: "SqliteStore", *, addresses: bool) -> Card:
    """All feeds with their state; with their ``addresses`` for the owner."""
    feeds = sorted(store.feeds.all(), key=lambda feed: (feed.title or feed.url).casefold())
    lines = [f"{_state(feed)} · {_named(feed, addresses)}" for feed in feeds]
    return card(f"{count(len(feeds), 'feed')} followed", lines or ["No feed is followed."])


def health(store: "SqliteStore", *, addresses: bool) -> Card:
    """The feeds that are neither well nor new nor paused, with their last error."""
    feeds = store.feeds.all()
    ailing = [feed for feed in feeds if not feed.paused and feed.state not in {*HEALTHY, FeedState.NEW}]
    ailing.sort(key=lambda feed: feed.failures, reverse=True)
    lines = [_trouble(feed, addresses) for feed in ailing] or ["No feed is in trouble."]
    return card(f"{len(ailing)} of {count(len(feeds), 'feed')} in trouble", lines)


async def added(desk: Desk, address: str) -> Card:
    """Follow what stands at an address, asked once; what it holds is old news."""
    told = await desk.follow(address.strip())
    if told.feed is None:
        raise UsageError(f"{address} was not added: {told.looked.error}")
    if told.known:
        return card("Followed already", [_named(told.feed)])
    looked = told.looked
    entries = len(looked.parsed.entries) if looked.parsed else 0
    lines = [_named(told.feed), f"{count(entries, 'entry', 'entries')} taken as old news: told are the next"]
    if looked.page:
        lines.append(f"found on {fit(looked.page, ERROR_SHOWN)}")
    lines += [f"the page also names {fit(other, ERROR_SHOWN)}" for other in looked.others[:3]]
    return card("A feed more is followed", lines)


def removed(store: "SqliteStore", address: str) -> Card:
    """Follow it no longer."""
    feed = answers.find_feed(store, address.strip())
    store.feeds.remove(feed.url)
    return card("A feed is followed no longer", [_named(feed), "What it brought stays."])


def _trouble(feed: Feed, addresses: bool) -> str:
    since = f"last read {stamp(feed.last_success, 'R')}" if feed.last_success else "never read"
    error = fit(feed.last_error, ERROR_SHOWN)
    told = [_state(feed), _named(feed, addresses), count(feed.failures, "failure"), since, error]
    return " · ".join(filter(None, told))


def _state(feed: Feed) -> str:
    return "paused" if feed.paused else feed.state.value


def _named(feed: Feed, addresses: bool = True) -> str:
    name = feed.title or (feed.url if addresses else urlsplit(feed.url).hostname)
    return masked(fit(name, NAME_SHOWN) or UNTITLED, feed.url if addresses else feed.site)


def register(tree: app_commands.CommandTree, desk: Desk) -> None:
    """Put ``/feeds`` into the tree."""
    group = app_commands.Group(
        name="feeds",
        description="Which feeds are followed",
        default_permissions=discord.Permissions(manage_guild=True),
    )

    @group.command(name="list", description="All feeds with their state")
    async def list_(interaction: discord.Interaction) -> None:
        mine = here(interaction).owner
        await answer(desk, interaction, lambda: listed(desk.store, addresses=mine), private=True)

    @group.command(name="health", description="Feeds in trouble, and what is wrong with them")
    async def health_(interaction: discord.Interaction) -> None:
        mine = here(interaction).owner
        await answer(desk, interaction, lambda: health(desk.store, addresses=mine), private=True)

    @group.command(name="add", description="Follow a feed, or the feed of a web page; for the bot's owner")
    @app_commands.describe(address="Its address; the address of a page that names its feed will do")
    async def add_(interaction: discord.Interaction, address: app_commands.Range[str, 1, 2000]) -> None:
        async def asked() -> Card:
            require_owner(interaction, NOT_YOURS)
            return await added(desk, address)

        await answer(desk, interaction, asked, private=True)

    @group.command(name="remove", description="Follow a feed no longer; for the bot's owner")
    @app_commands.describe(address="Its address or title")
    @app_commands.autocomplete(address=known_feeds(desk))
    async def remove_(interaction: discord.Interaction, address: app_commands.Range[str, 1, 2000]) -> None:
        def asked() -> Card:
            require_owner(interaction, NOT_YOURS)
            return removed(desk.store, address)

        await answer(desk, interaction, asked, private=True)

    tree.add_command(group)
