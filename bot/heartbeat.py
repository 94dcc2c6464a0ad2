"""A sign of life after a good pass, so that the bot's own death is noticed.

Three forms: a time in the database, which ``doctor`` reads; a file beside it, whose age
any monitor can look at; and where a URL is set, a GET, as services that watch over cron
jobs want it.
"""

import asyncio
import logging
from typing import TYPE_CHECKING

from bot.sinks.heartbeat import ping

if TYPE_CHECKING:
    from bot.app import App

log = logging.getLogger(__name__)


async def beat(app: "App") -> None:
    """Leave the sign of life; a URL that fails is told in the log once, and its recovery."""
    await asyncio.to_thread(_leave, app)
    if app.heartbeat_url is not None:
        fault = await ping(app.heartbeat_url)
        if fault != await asyncio.to_thread(app.store.setting, "fault:heartbeat"):
            log.warning("%s", fault or "the heartbeat URL answers again")
            await asyncio.to_thread(app.store.set_setting, "fault:heartbeat", fault)


def _leave(app: "App") -> None:
    app.store.set_setting("heartbeat", app.clock.now().isoformat())
    app.store.path.with_name(app.store.path.name + ".heartbeat").touch()
