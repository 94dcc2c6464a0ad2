"""``/status``: whether the watching goes on, and what waits."""

from collections import Counter
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.commands.cards import Card, card
from bot.commands.desk import Desk
from bot.commands.reply import answer
from bot.render.embed import stamp
from bot.times import parse_moment
from bot.words import count

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore


def state(store: "SqliteStore", now: datetime) -> Card:
    """Sign of life, feeds by state, what is stored and what is still to be delivered."""
    feeds = store.feeds.all()
    states = Counter("paused" if feed.paused else feed.state.value for feed in feeds)
    polled = max((feed.last_polled for feed in feeds if feed.last_polled), default=None)
    alive = parse_moment(store.setting("heartbeat"))
    by_state = ", ".join(f"{number} {name}" for name, number in states.most_common())
    lines = [
        f"last sign of life {stamp(alive, 'R')}" if alive else "no sign of life yet",
        f"last poll {stamp(polled, 'R')}" if polled else "no feed was polled yet",
        count(len(feeds), "feed") + (f": {by_state}" if by_state else ""),
        f"{count(len(store.watchlist.load().entities), 'entity', 'entities')} watched",
        f"{count(store.entries.count(), 'entry', 'entries')} stored",
        f"{count(store.deliveries.pending_count(), 'delivery', 'deliveries')} pending",
    ]
    return card("Movewire", lines, footer=f"version {version('movewire')} · {now:%Y-%m-%d %H:%M} UTC")


def register(tree: app_commands.CommandTree, desk: Desk) -> None:
    """Put ``/status`` into the tree."""

    @tree.command(name="status", description="Whether the watching goes on, and what waits")
    async def status(interaction: discord.Interaction) -> None:
        now = desk.clock.now()
        await answer(desk, interaction, lambda: state(desk.store, now), private=True)
