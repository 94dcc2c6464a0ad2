"""How the value of each setting is read: text or TOML in, a checked value out.

Pure.  Each reader raises ``ValueError`` that says what is allowed, without repeating a
value that may be secret; the caller adds the key and where it stands.
"""

import ipaddress
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.times import DURATION_FORMS, parse_duration

ALLOWED_HOSTS = "allowed: hosts or networks such as nas.local or 10.0.0.0/8, separated by commas"
ALLOWED_DESTINATIONS = "allowed: webhook, or channel: and its number, separated by commas"
LARGEST_SNOWFLAKE = 2**64 - 1  # developers/reference#snowflakes


class Secret:
    """A text that must not be seen: only ``reveal`` gives it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one place that sends it."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a secret is not pickled")


def text(value: object) -> str:
    """A text without control characters, its ends stripped."""
    if not isinstance(value, str):
        raise ValueError("allowed: a text in quotes")
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in value):
        raise ValueError("allowed: a text without control characters")
    return value.strip()


def database(value: object) -> Path:
    """The absolute path of a SQLite file; what belongs to a later version is refused by name."""
    given = text(value)
    if re.match(r"postgres(ql)?(\+\w+)?://", given, re.IGNORECASE):
        raise ValueError(
            "a PostgreSQL store comes with the extra `scale`, which this version of Movewire does not have "
            "yet; name a SQLite file instead"
        )
    if not given or "://" in given:
        raise ValueError("allowed: the path of a SQLite file")
    return Path(os.path.expanduser(given)).absolute()


def token(value: object) -> Secret:
    """A bot token."""
    given = text(value)
    if not given or not given.isascii() or " " in given:
        raise ValueError("allowed: the bot token alone, without spaces and without the word Bot")
    return Secret(given)


def snowflake(value: object) -> int:
    """A channel's number."""
    allowed = "allowed: the channel's number, as Discord's Copy Channel ID gives it"
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(allowed)
    digits = str(value).strip()
    if not re.fullmatch(r"[0-9]{1,20}", digits) or not 0 < int(digits) <= LARGEST_SNOWFLAKE:
        raise ValueError(allowed)
    return int(digits)


def url(value: object, schemes: tuple[str, ...] = ("http", "https")) -> str:
    """A URL of one of ``schemes``, with a host."""
    given = text(value)
    allowed = f"allowed: a URL that starts with {' or '.join(f'{scheme}://' for scheme in schemes)}"
    if "\\" in given or " " in given:
        raise ValueError(allowed)
    try:
        parts = urlsplit(given)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError(allowed) from None
    if parts.scheme.lower() not in schemes or not host:
        raise ValueError(allowed)
    return given


def api(value: object) -> str:
    """The base of a REST API, without a slash at its end."""
    return _open(url(value)).rstrip("/")


def gateway(value: object) -> str:
    """A websocket's URL."""
    return _open(url(value, ("ws", "wss")))


def _open(address: str) -> str:
    """An address that may be logged."""
    parts = urlsplit(address)
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("allowed: a URL without user name, password and what follows a ? or #")
    return address


def webhook(value: object) -> Secret:
    """A webhook's URL; whether its host is allowed depends on other settings."""
    address = url(value)
    if "@" in urlsplit(address).netloc:
        raise ValueError("allowed: a webhook URL without user name and password")
    return Secret(address)


def secret_url(value: object) -> Secret:
    """A URL whose path may be a secret."""
    return Secret(url(value))


def switch(value: object) -> bool:
    """0 or 1."""
    if isinstance(value, bool):
        return value
    meaning = {"0": False, "1": True, "false": False, "true": True, "no": False, "yes": True}
    known = meaning.get(str(value).strip().lower()) if isinstance(value, int | str) else None
    if known is None:
        raise ValueError("allowed: 0 or 1 (true and false in the file)")
    return known


def duration(value: object) -> timedelta:
    """A duration such as 5m."""
    if not isinstance(value, str):
        raise ValueError(f"allowed: {DURATION_FORMS}, in quotes")
    return parse_duration(value)


def digest(value: object) -> str:
    """How often a digest comes, if at all."""
    given = text(value).lower()
    if given not in ("off", "daily", "weekly"):
        raise ValueError("allowed: off, daily or weekly")
    return given


def hours(value: object) -> str | None:
    """Quiet hours such as 22:00-07:00; nothing: none."""
    given = text(value)
    if not given:
        return None
    from watchers.hours import quiet_hours

    quiet_hours(given)
    return given


def timezone(value: object) -> str:
    """The name of a time zone."""
    from zoneinfo import ZoneInfo

    given = text(value)
    try:
        ZoneInfo(given)
    except (KeyError, ValueError, OSError):
        raise ValueError("allowed: a time zone such as Europe/Berlin or America/New_York") from None
    return given


def contact(value: object) -> str:
    """How the owner can be reached, for the User-Agent."""
    given = text(value)
    if not given or not given.isascii() or not re.search(r"\S+@\S+|https?://\S+", given):
        raise ValueError("allowed: an e-mail address or a URL at which you can be reached")
    return given


def private(value: object) -> tuple[str, ...]:
    """Hosts in lower case and networks in their usual form."""
    return tuple(_host_or_network(name, ALLOWED_HOSTS) for name in _names(value, ALLOWED_HOSTS))


def destinations(value: object) -> tuple[str, ...]:
    """Destinations of messages: "webhook", "channel:<number>", "ops", a server's own "webhook:<number>"."""
    names = _names(value, ALLOWED_DESTINATIONS)
    for name in names:
        if not re.fullmatch(r"ops|webhook(:[0-9]{1,20}(/[0-9]{1,20})?)?|channel:[0-9]{1,20}", name):
            raise ValueError(f"{name!r} is no destination ({ALLOWED_DESTINATIONS})")
    return names


def _names(value: object, allowed: str) -> tuple[str, ...]:
    """A list in a file, or a text with commas."""
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError(allowed)
    return tuple(name.strip() for name in value if name.strip())


def _host_or_network(name: str, allowed: str) -> str:
    try:
        return str(ipaddress.ip_network(name.strip("[]"), strict=False))
    except ValueError:
        label = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
        named = re.fullmatch(rf"{label}(\.{label})*\.?", name) and len(name) <= 253
        if not named or re.fullmatch(r"[\d.]+", name):
            raise ValueError(f"{name!r} is neither a host nor a network ({allowed})") from None
        return name.rstrip(".").lower()
