"""``/feeds``: which feeds are followed, and which of them are in trouble."""

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.answers import HEALTHY
from bot.commands.cards import Card, card
from bot.commands.desk import Desk
from bot.commands.reply import answer
from bot.render.embed import stamp
from bot.render.words import fit, masked
from bot.words import count
from storage.model import Feed, FeedState

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore

NAME_SHOWN = 80
ERROR_SHOWN = 160


def listed(store: "SqliteStore") -> Card:
    """All feeds with their state, as many as one embed holds."""
    feeds = sorted(store.feeds.all(), key=lambda feed: (feed.title or feed.url).casefold())
    lines = [f"{_state(feed)} · {_named(feed)}" for feed in feeds]
    return card(f"{count(len(feeds), 'feed')} followed", lines or ["No feed is followed."])


def health(store: "SqliteStore") -> Card:
    """The feeds that are neither well nor new nor paused, with their last error."""
    feeds = store.feeds.all()
    ailing = [feed for feed in feeds if not feed.paused and feed.state not in {*HEALTHY, FeedState.NEW}]
    ailing.sort(key=lambda feed: feed.failures, reverse=True)
    lines = [_trouble(feed) for feed in ailing] or ["No feed is in trouble."]
    return card(f"{len(ailing)} of {count(len(feeds), 'feed')} in trouble", lines)


def _trouble(feed: Feed) -> str:
    since = f"last read {stamp(feed.last_success, 'R')}" if feed.last_success else "never read"
    error = fit(feed.last_error, ERROR_SHOWN)
    told = [_state(feed), _named(feed), count(feed.failures, "failure"), since, error]
    return " · ".join(filter(None, told))


def _state(feed: Feed) -> str:
    return "paused" if feed.paused else feed.state.value


def _named(feed: Feed) -> str:
    return masked(fit(feed.title or feed.url, NAME_SHOWN) or "(untitled)", feed.url)


def register(tree: app_commands.CommandTree, desk: Desk) -> None:
    """Put ``/feeds list`` and ``/feeds health`` into the tree; addresses of feeds may hold keys."""
    group = app_commands.Group(
        name="feeds",
        description="Which feeds are followed",
        default_permissions=discord.Permissions(manage_guild=True),
    )

    @group.command(name="list", description="All feeds with their state")
    async def list_(interaction: discord.Interaction) -> None:
        await answer(desk, interaction, lambda: listed(desk.store), private=True)

    @group.command(name="health", description="Feeds in trouble, and what is wrong with them")
    async def health_(interaction: discord.Interaction) -> None:
        await answer(desk, interaction, lambda: health(desk.store), private=True)

    tree.add_command(group)
