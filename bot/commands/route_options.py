"""The options of ``/route`` as they are typed, made a route; what is not allowed is said."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from discord import app_commands

from bot import answers
from bot.commands.completion import offering
from bot.commands.here import Here
from bot.render.headline import LOOKS
from bot.render.limits import CHOICE, CHOICES
from bot.times import parse_duration
from storage.errors import UsageError
from storage.model import MoveKind, Route, Tier

if TYPE_CHECKING:
    from storage.sqlite import SqliteStore

ALL = "all"  # takes a choice back
NO_MOVE = "none"  # the kind of what tells of no move
KINDS = (*(kind.value for kind in MoveKind), NO_MOVE)
TIERS = tuple(tier.value for tier in Tier)
DIGESTS = ("off", "daily", "weekly")
_HOURS = re.compile(r"([01]?\d|2[0-3]):[0-5]\d\s*-\s*([01]?\d|2[0-3]):[0-5]\d")
# resources/webhook#webhook-object
_WEBHOOK = re.compile(
    r"https://(?:[a-z]+\.)?discord(?:app)?\.com/api/(?:v\d+/)?webhooks/(\d{1,20})/([\w-]{1,200})"
)
_LANGUAGE = re.compile(r"[a-z]{2,3}")
WISHES = {
    "kinds": "Kinds of move, such as: departure, hire; all takes the choice back",
    "entities": "Only stories about these: names, aliases or ids with commas; or all",
    "tiers": "primary, context, related; or all",
    "languages": "Codes of languages, such as: en, pt; or all",
    "confidence": "Least confidence in percent",
    "ping": "Role to ping; @everyone stands for nobody",
    "ping_kinds": "For which kinds the role is pinged; all: for each",
    "quiet": "Hours in which nothing is sent, such as 22:00-07:00; or off",
    "pause": "Least time between two alerts on the same entity, such as 6h; or off",
    "digest": "What is not worth an alert, told together",
}
Text = app_commands.Range[str, 1, 500]
Percent = app_commands.Range[int, 0, 100]
OFFERED = [app_commands.Choice(name=one, value=one) for one in DIGESTS]


def wish_of(**options: Any) -> dict[str, Any]:
    """Options that were given."""
    role = options.pop("ping")
    given = {name: value for name, value in options.items() if value is not None}
    return given if role is None else {**given, "ping": role.id}


def wished(store: "SqliteStore", here: Here, before: Route, wish: dict[str, Any]) -> Route:
    """``before`` with what was given; UsageError says what is allowed."""
    made: dict[str, Any] = {}
    if (text := wish.get("kinds")) is not None:
        made["kinds"] = _chosen(text, KINDS, "kinds")
    if (text := wish.get("tiers")) is not None:
        made["tiers"] = _chosen(text, TIERS, "tiers")
    if (text := wish.get("entities")) is not None:
        made["entities"] = () if _is_all(text) else _slugs(store, here, text)
    if (text := wish.get("languages")) is not None:
        made["langs"] = () if _is_all(text) else _languages(text)
    if (percent := wish.get("confidence")) is not None:
        made["min_score"] = percent / 100
    if (role := wish.get("ping")) is not None:
        made["ping_role"] = None if role == before.guild else role  # @everyone has the server's own id
    if (text := wish.get("ping_kinds")) is not None:
        made["ping_kinds"] = KINDS if _is_all(text) else _chosen(text, KINDS, "ping_kinds")
    if (text := wish.get("quiet")) is not None:
        made["quiet_hours"] = _hours(text)
    if (text := wish.get("pause")) is not None:
        made["cooldown"] = _pause(text)
    if (text := wish.get("digest")) is not None:
        made["digest"] = text
    route = replace(before, **made)
    if route.ping_role is not None and not route.ping_kinds:
        raise UsageError(
            "ping_kinds: say for which kinds of move the role is pinged, such as: departure, hire"
        )
    return route


def _words(text: str) -> list[str]:
    return [word for part in text.split(",") if (word := part.strip())]


def _is_all(text: str) -> bool:
    return text.strip().casefold() in (ALL, "")


def _chosen(text: str, allowed: Sequence[str], option: str) -> tuple[str, ...]:
    if _is_all(text):
        return ()
    found = [word.casefold() for word in _words(text)]
    for word in found:
        if word not in allowed:
            raise UsageError(f"{option}: {word!r} is none; allowed are {', '.join(allowed)}, or {ALL}")
    return tuple(dict.fromkeys(found))


def _slugs(store: "SqliteStore", here: Here, text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(answers.find_entity(store, word, here.guild).slug for word in _words(text)))


def _languages(text: str) -> tuple[str, ...]:
    found = [word.casefold() for word in _words(text)]
    for word in found:
        if not _LANGUAGE.fullmatch(word):
            raise UsageError(f"languages: {word!r} is no code; give codes such as en, pt, ja, or {ALL}")
    return tuple(dict.fromkeys(found))


def _hours(text: str) -> str | None:
    if text.strip().casefold() in ("off", "none", ""):
        return None
    if not _HOURS.fullmatch(text.strip()):
        raise UsageError(f"quiet: {text!r} are no hours; give them such as 22:00-07:00, or off")
    return re.sub(r"\s+", "", re.sub(r"\b(\d):", r"0\1:", text.strip()))


def _pause(text: str) -> timedelta:
    if text.strip().casefold() in ("off", "none", ""):
        return timedelta(0)
    try:
        return parse_duration(text)
    except ValueError as error:
        raise UsageError(f"pause: {error}, or off") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A webhook of a server; the secret is never shown."""

    number: int
    secret: str = field(repr=False)


def hook_of(url: str) -> Hook:
    """The webhook that a URL names; UsageError without its words, which are a secret."""
    found = _WEBHOOK.fullmatch(url.strip())
    if found is None:
        raise UsageError(
            "webhook: that is no webhook's URL; copy it under Edit Channel, Integrations, Webhooks"
        )
    return Hook(number=int(found[1]), secret=found[2])


def last_word() -> Any:
    """Completion of lists: what stands before the last comma stays."""

    def find(guild: int | None, typed: str) -> list[tuple[str, str]]:
        before, comma, last = typed.rpartition(",")
        kinds = [(LOOKS[MoveKind(one)].name if one != NO_MOVE else "No move", one) for one in KINDS]
        wanted = last.strip().casefold()
        found = [(name, one) for name, one in kinds if wanted in one or wanted in name.casefold()]
        found.sort(key=lambda pair: not pair[1].startswith(wanted))
        lists = [(f"{before}{comma} {name}".strip(), f"{before}{comma} {one}".strip()) for name, one in found]
        return [pair for pair in lists if len(pair[0]) <= CHOICE >= len(pair[1])][:CHOICES]

    return offering(find)
