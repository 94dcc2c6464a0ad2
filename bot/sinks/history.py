"""Looks for a key in what a channel holds: did a lost attempt arrive after all?

Reads backwards from the newest message, since only the order of messages can be trusted
when a clock was set: down to well before the delivery was made, within bounds.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.sinks.rest import Answer, Rest, Result

PAGE = 100  # resources/message#get-channel-messages: at most 100
MOST_PAGES = 10
# How far our clock may have been set since the attempt; in a channel so busy that a day does
# not fit into ``MOST_PAGES``, no further than clocks differ.
MARGIN, LEAST_MARGIN = timedelta(hours=25), timedelta(hours=1)
DISCORD_EPOCH = 1_420_070_400_000  # milliseconds: reference#snowflakes
DISCORD_BEGAN = datetime.fromtimestamp(DISCORD_EPOCH / 1000, UTC)
MOST_LOOKS = 20  # messages whose words must be asked for one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The message that holds the key."""

    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """It is certainly not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """The history cannot be read, or not far enough back."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """The reading failed this time; ``result`` says how."""

    result: Result


Search = Found | Missing | Unreadable | Unanswered
Look = Callable[[str], Awaitable[Result]]  # message id -> the message, asked for by itself


async def find(rest: Rest, channel: str, key: str, since: datetime, *, look: Look | None = None) -> Search:
    """Search the channel for ``key`` among messages not older than ``since``, a day allowed.

    A ``since`` in the future is by a clock that was wrong, and bounds nothing.

    ``look`` fetches a message whose words the history withholds: without the message content
    intent a bot sees only its own words (topics/gateway#message-content-intent).
    """
    begin = since if since <= rest.clock.now() else DISCORD_BEGAN
    before: str | None = None
    looks = 0
    for _ in range(MOST_PAGES):
        query = {"limit": str(PAGE)} | ({"before": before} if before else {})
        result = await rest.ask(
            "GET", f"/channels/{channel}/messages", f"GET channel-history:{channel}", query=query
        )
        if not isinstance(result, Answer):
            return Unanswered(result=result)
        if result.status in (401, 403, 404):
            return Unreadable(why=result.said)
        if result.status != 200 or not isinstance(result.body, list):
            return Unanswered(result=result)
        page = [message for message in result.body if isinstance(message, dict) and "id" in message]
        for message in page:
            if holds(message, key):
                return Found(message_id=str(message["id"]))
            if look is not None and message.get("webhook_id") and not _words(message):
                looks += 1
                if looks > MOST_LOOKS:
                    return Unreadable(why="too many messages of the webhook to look at one by one")
                alone = await look(str(message["id"]))
                if not isinstance(alone, Answer) or alone.status >= 500 or alone.status == 429:
                    return Unanswered(result=alone)
                if isinstance(alone.body, dict) and holds(alone.body, key):
                    return Found(message_id=str(message["id"]))
        if len(page) < PAGE or made(str(page[-1]["id"])) < begin - MARGIN:
            return Missing()
        before = str(page[-1]["id"])
    if before is not None and made(before) < begin - LEAST_MARGIN:
        return Missing()
    return Unreadable(why=f"more than {PAGE * MOST_PAGES} messages since")


def holds(message: Mapping[str, Any], key: str) -> bool:
    """Whether the message is ours with this key: in the footer, or in the plain form's last line."""
    return any(key in text for text in _words(message))


def _words(message: Mapping[str, Any]) -> list[str]:
    found = [message.get("content") or ""]
    for embed in message.get("embeds") or []:
        footer = embed.get("footer") if isinstance(embed, dict) else None
        found.append((footer or {}).get("text") or "")
    return [text for text in found if isinstance(text, str) and text]


def made(message_id: str) -> datetime:
    """When a message was made, by Discord's clock; the far past for what is no snowflake."""
    if not message_id.isdecimal() or len(message_id) > 20:
        return datetime.fromtimestamp(0, UTC)
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=(int(message_id) >> 22) + DISCORD_EPOCH)
