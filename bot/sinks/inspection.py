"""Asks Discord, with GETs alone, whether alerts could be posted as the settings say.

Answers in findings for people; posting is left to the sinks.  How permissions add up is
Discord's own rule: topics/permissions#permission-overwrites.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.sinks.rest import Answer, Rest

# topics/permissions#permissions-bitwise-permission-flags
ADMINISTRATOR = 1 << 3
NEEDED = {
    "View Channel": 1 << 10,
    "Send Messages": 1 << 11,
    "Embed Links": 1 << 14,
    "Read Message History": 1 << 16,
}
SEND_IN_THREADS = {"Send Messages in Threads": 1 << 38}
THREADS = frozenset({10, 11, 12})  # resources/channel#channel-object-channel-types
WRITABLE = frozenset({0, 1, 2, 3, 5, 13, *THREADS})  # a category or a forum takes no message
EVERYTHING = (1 << 63) - 1
NEW_WEBHOOK = "make a new webhook (Edit Channel, Integrations) and set DISCORD_WEBHOOK_URL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """One thing that Discord said; ``remedy`` is empty where all is well."""

    detail: str
    remedy: str = ""


async def inspect_bot(rest: Rest, channel: int | None, others: Sequence[int] = ()) -> list[Inspected]:
    """The token, and the bot's permissions in the settings' ``channel`` and in those of routes."""
    me = await _get(rest, "/users/@me")
    if not me.good:
        return [Inspected(detail=f"the bot token: {me.said}", remedy=_token_remedy(me))]
    name = me.body.get("username", "?")
    found = [Inspected(detail=f"the token is that of the bot {name}")]
    if channel is not None:
        lost = "check DISCORD_CHANNEL_ID, and invite the bot into the channel's server"
        found.append(await _inspect_channel(rest, me.body, channel, lost))
    for other in others:
        lost = "invite the bot there again, or remove its routes: /route remove in that server"
        found.append(await _inspect_channel(rest, me.body, other, lost))
    return found


async def _inspect_channel(rest: Rest, me: Mapping[str, Any], channel: int, lost: str) -> Inspected:
    """One channel; ``lost`` is what to do where it cannot be seen."""
    found = await _get(rest, f"/channels/{channel}")
    if not found.good:
        return Inspected(detail=f"the channel {channel}: {found.said}", remedy=lost)
    place = found.body
    label = f"#{place['name']}" if place.get("name") else f"channel {place.get('id')}"
    if place.get("type") not in WRITABLE:
        return Inspected(
            detail=f"{label} takes no messages: it is a forum or a category",
            remedy="choose a text channel or a thread: DISCORD_CHANNEL_ID, or /route",
        )
    server = place.get("guild_id")
    if server is None:
        return Inspected(detail=f"{label} is a direct message: its permissions need no check")
    above = place
    if place.get("type") in THREADS and place.get("parent_id"):
        parent = await _get(rest, f"/channels/{place['parent_id']}")
        above = parent.body if parent.good else place
    guild = await _get(rest, f"/guilds/{server}")
    member = await _get(rest, f"/guilds/{server}/members/{me['id']}")
    if not (guild.good and member.good):
        trouble = guild if not guild.good else member
        return Inspected(
            detail=f"the permissions in {label}: {trouble.said}", remedy="invite the bot into the server"
        )
    held = permissions(guild.body, member.body, above.get("permission_overwrites", ()), str(me["id"]))
    needed = NEEDED
    if place.get("type") in THREADS:
        needed = {name: bit for name, bit in NEEDED.items() if name != "Send Messages"} | SEND_IN_THREADS
    missing = [name for name, bit in needed.items() if not held & bit]
    if missing:
        return Inspected(
            detail=f"in {label} the bot lacks {', '.join(missing)}",
            remedy=f"give the bot's role these permissions in {label}: Edit Channel, Permissions",
        )
    return Inspected(detail=f"the bot may post in {label}")


async def inspect_webhook(rest: Rest, url: str, lost: str = NEW_WEBHOOK) -> list[Inspected]:
    """Whether the webhook exists; ``rest`` has its base and no token, ``lost`` is what to do if not."""
    path = urlsplit(url).path.rstrip("/").rpartition("/webhooks/")[2]
    found = await _get(rest, f"/webhooks/{path}")
    if found.good:
        return [Inspected(detail=f"the webhook {found.body.get('name') or ''} exists".replace("  ", " "))]
    remedy = lost if found.status in (401, 404) else "check DISCORD_WEBHOOK_URL and the network"
    return [Inspected(detail=f"the webhook: {found.said}", remedy=remedy)]


def permissions(
    guild: Mapping[str, Any],
    member: Mapping[str, Any],
    overwrites: Iterable[Mapping[str, Any]],
    user: str,
) -> int:
    """What a member may do in a channel, as bits."""
    own = {str(role) for role in member.get("roles", ())}
    everyone = str(guild["id"])
    held = 0
    for role in guild.get("roles", ()):
        if str(role["id"]) in own | {everyone}:
            held |= int(role["permissions"])
    if str(guild.get("owner_id")) == user or held & ADMINISTRATOR:
        return EVERYTHING
    by_id = {str(one["id"]): (int(one["allow"]), int(one["deny"])) for one in overwrites}
    allow, deny = by_id.get(everyone, (0, 0))
    held = held & ~deny | allow
    allow = deny = 0
    for role_id in own & by_id.keys():
        allow |= by_id[role_id][0]
        deny |= by_id[role_id][1]
    held = held & ~deny | allow
    allow, deny = by_id.get(user, (0, 0))
    return held & ~deny | allow


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reply:
    """An answer to a GET; ``body`` is empty where ``said`` tells what went wrong."""

    body: Mapping[str, Any]
    status: int | None = None
    said: str = ""

    @property
    def good(self) -> bool:
        return not self.said


async def _get(rest: Rest, path: str) -> _Reply:
    result = await rest.ask("GET", path, f"GET {path}")
    if not isinstance(result, Answer):
        return _Reply(body={}, said=getattr(result, "why", "held back by the rate limit"))
    if result.status != 200 or not isinstance(result.body, dict):
        return _Reply(body={}, status=result.status, said=result.said)
    return _Reply(body=result.body, status=200)


def _token_remedy(reply: _Reply) -> str:
    if reply.status == 401:
        return "set DISCORD_TOKEN to the present token: Developer Portal, Bot, Reset Token"
    return "check the network, and MOVEWIRE_DISCORD_API if it is set"
