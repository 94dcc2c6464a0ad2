"""Whether what is decided can reach its channels: routes of servers, and what Discord says of them.

A part of ``bot.doctor``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.findings import Finding, State, fault
from bot.settings import Settings
from bot.words import count
from storage.errors import StoreError
from storage.model import Route

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore


def examine_routes(store: "SqliteStore", settings: Settings) -> Iterator[Finding]:
    """Routes of servers that can take nothing, or lead nowhere."""
    audiences = [one for one in store.audiences.all() if one.routes]
    routes = [route for one in audiences for route in one.routes]
    if not routes:
        return
    for one in audiences:
        watched = set(store.watchlist.load(one.guild.id).by_slug())
        for route in one.routes:
            strangers = sorted(set(route.entities) - watched)
            where = f"route {route.id} of {one.guild.name or one.guild.id}"
            if strangers and len(strangers) == len(route.entities):
                yield fault(
                    "routes",
                    f"{where} takes nothing: nobody watches {', '.join(strangers)}",
                    "in that server: /route change with other entities, or /watch add",
                )
    if settings.discord_token is None and any(one.destination.startswith("channel:") for one in routes):
        yield fault(
            "routes",
            f"{count(len(routes), 'route')} of servers, but no bot token: nothing is sent to their channels",
            "set DISCORD_TOKEN",
        )
        return
    said = f"{count(len(routes), 'route')} in {count(len(audiences), 'server')}"
    yield Finding(check="routes", state=State.OK, detail=said)


async def examine_discord(
    settings: Settings, routes: Sequence[Route] = (), webhooks: Mapping[str, str] | None = None
) -> list[Finding]:
    """What Discord says of the token, the channels and the webhooks; asks with GETs alone.

    ``routes`` are those of servers, ``webhooks`` the paths of their webhooks by destination.
    """
    from bot.logs import Scrubber
    from bot.sinks.inspection import inspect_bot, inspect_webhook
    from bot.sinks.rest import Rest

    if settings.discord_token is None and settings.discord_webhook_url is None:
        said = "not set up: alerts go to the terminal"
        return [Finding(check="discord", state=State.OK, detail=said)]
    scrub = Scrubber(settings.secrets())
    if settings.discord_token is not None:
        rest = Rest(settings.discord_api, settings.discord_token.reveal(), scrub=scrub)
        asking = inspect_bot(rest, settings.discord_channel_id, _channels(routes, settings))
    else:
        assert settings.discord_webhook_url is not None
        url = settings.discord_webhook_url.reveal()
        rest = Rest(url.rpartition("/webhooks/")[0], scrub=scrub)
        asking = inspect_webhook(rest, url)
    try:
        found = await asking
    finally:
        await rest.aclose()
    for place, path in sorted((webhooks or {}).items()):
        own = Rest(settings.discord_api, scrub=scrub)
        try:
            gone = "in its server: /route remove, or a route to a channel in its place"
            told = await inspect_webhook(own, f"{settings.discord_api}{path}", gone)
        finally:
            await own.aclose()
        found += [replace(one, detail=f"{place}: {one.detail}") for one in told]
    return [
        Finding(
            check="discord",
            state=State.FAULT if one.remedy else State.OK,
            detail=scrub(one.detail),
            remedy=one.remedy,
        )
        for one in found
    ]


def stored_routes(settings: Settings) -> tuple[list[Route], dict[str, str]]:
    """The routes of servers, and the paths of the webhooks among them; none where the database is bad."""
    from storage.sqlite import open_store

    if not settings.db.exists():
        return [], {}
    try:
        with open_store(settings.db, create=False) as store:
            routes = store.routes.all()
            paths: dict[str, str] = {}
            for place in {one.destination for one in routes}:
                kind, _, name = place.partition(":")
                number = name.partition("/")[0]
                if kind == "webhook" and (secret := store.routes.webhook_secret(int(number))):
                    paths[place] = f"/webhooks/{number}/{secret}"
            return routes, paths
    except StoreError:  # the check of the database says it
        return [], {}


def _channels(routes: Sequence[Route], settings: Settings) -> list[int]:
    """Channels that routes lead to, but for the settings' own."""
    numbers = {
        int(one.destination.removeprefix("channel:"))
        for one in routes
        if one.destination.startswith("channel:")
    }
    return sorted(numbers - {settings.discord_channel_id})
