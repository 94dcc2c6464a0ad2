"""Settings, read once: command options, then the environment, then ``movewire.toml``, then defaults.

``load`` returns one frozen ``Settings`` or raises ``SettingsError`` with one line that names
the key, where it stands and what is allowed.  It opens no database and asks no server:
whether the values work is for ``bot.doctor`` to say.
"""

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bot import values
from bot.times import format_duration
from bot.values import Secret
from bot.words import nearest
from storage.errors import SettingsError

FILE_NAME = "movewire.toml"
PROJECT_URL = "https://github.com/movewire/movewire"  # stands in the User-Agent
DISCORD_API = "https://discord.com/api/v10"
# Hosts that serve webhooks (developers/resources/webhook), their subdomains for test builds included.
DISCORD_HOSTS = ("discord.com", "discordapp.com")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, checked; a field is named as its environment variable is."""

    db: Path
    discord_token: Secret | None = None
    discord_channel_id: int | None = None
    discord_webhook_url: Secret | None = None
    ops_channel_id: int | None = None  # told of trouble with feeds and deliveries, by the bot
    ops_webhook_url: Secret | None = None  # likewise, by a webhook
    heartbeat_url: Secret | None = None  # asked after each good pass
    discord_api: str = DISCORD_API  # without a slash at its end
    discord_gateway: str | None = None  # None: discord.py's own
    digest: str = "off"  # of the default route, as what follows
    quiet_hours: str | None = None
    timezone: str = "UTC"
    seed_feeds: bool = True
    poll_min: timedelta = timedelta(minutes=5)
    poll_max: timedelta = timedelta(minutes=60)
    contact: str = PROJECT_URL
    allow_private: tuple[str, ...] = ()  # host names in lower case, and networks as "127.0.0.1/32"
    at_most_once: tuple[str, ...] = ()  # destinations that rather lose a message than repeat it
    config: Path | None = None  # the file that was read
    origins: Mapping[str, str] = field(default_factory=dict)  # field -> where it was set, for people

    def secrets(self) -> tuple[str, ...]:
        """Texts that no log, error or export may hold."""
        held = (self.discord_token, self.discord_webhook_url, self.ops_webhook_url, self.heartbeat_url)
        return tuple(secret.reveal() for secret in held if secret is not None)

    def check_delivery(self, routes: int = 0) -> None:
        """Refuse to deliver with a bot token and nowhere to post; ``routes`` are those stored."""
        if self.discord_token is not None and self.discord_channel_id is None and not routes:
            raise SettingsError(
                "DISCORD_TOKEN is set but no channel: set DISCORD_CHANNEL_ID (or channel_id under [discord] "
                f"in {FILE_NAME}), or store a route with /route in Discord"
            )


class _Key(NamedTuple):
    """One setting: its field, its name in the environment and in the file, and how it is read."""

    field: str
    environment: str
    section: str
    name: str
    read: Callable[[object], Any]


_KEYS = (
    _Key("db", "MOVEWIRE_DB", "movewire", "db", values.database),
    _Key("seed_feeds", "MOVEWIRE_SEED_FEEDS", "movewire", "seed_feeds", values.switch),
    _Key("poll_min", "MOVEWIRE_POLL_MIN", "movewire", "poll_min", values.duration),
    _Key("poll_max", "MOVEWIRE_POLL_MAX", "movewire", "poll_max", values.duration),
    _Key("contact", "MOVEWIRE_CONTACT", "movewire", "contact", values.contact),
    _Key("allow_private", "MOVEWIRE_ALLOW_PRIVATE", "movewire", "allow_private", values.private),
    _Key("heartbeat_url", "MOVEWIRE_HEARTBEAT_URL", "movewire", "heartbeat_url", values.secret_url),
    _Key("at_most_once", "MOVEWIRE_AT_MOST_ONCE", "movewire", "at_most_once", values.destinations),
    _Key("discord_api", "MOVEWIRE_DISCORD_API", "movewire", "discord_api", values.api),
    _Key("discord_gateway", "MOVEWIRE_DISCORD_GATEWAY", "movewire", "discord_gateway", values.gateway),
    _Key("discord_token", "DISCORD_TOKEN", "discord", "token", values.token),
    _Key("discord_channel_id", "DISCORD_CHANNEL_ID", "discord", "channel_id", values.snowflake),
    _Key("discord_webhook_url", "DISCORD_WEBHOOK_URL", "discord", "webhook_url", values.webhook),
    _Key("ops_channel_id", "MOVEWIRE_OPS_CHANNEL_ID", "discord", "ops_channel_id", values.snowflake),
    _Key("ops_webhook_url", "MOVEWIRE_OPS_WEBHOOK_URL", "discord", "ops_webhook_url", values.webhook),
    _Key("digest", "DISCORD_DIGEST", "discord", "digest", values.digest),
    _Key("quiet_hours", "DISCORD_QUIET_HOURS", "discord", "quiet_hours", values.hours),
    _Key("timezone", "DISCORD_TIMEZONE", "discord", "timezone", values.timezone),
)
_SECTIONS = ("movewire", "discord")
ENVIRONMENT = tuple(key.environment for key in _KEYS)


def load(
    *,
    config: Path | None = None,
    db: str | None = None,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Settings:
    """All settings; ``config`` and ``db`` are command options, ``folder`` is searched for the file first."""
    environ = os.environ if environ is None else environ
    file = _find_file(config, folder or Path())
    held: dict[str, Any] = {}
    origins: dict[str, str] = {}
    if file is not None:
        for key, value in _read_file(file).items():
            held[key.field] = _read(key, value, f"{key.name} under [{key.section}] in {file}", file.parent)
            origins[key.field] = str(file)
    for key in _KEYS:
        if text := environ.get(key.environment, "").strip():
            held[key.field] = _read(key, text, key.environment)
            origins[key.field] = key.environment
    if db is not None:
        held["db"] = _read(_KEYS[0], db, "--db")
        origins["db"] = "--db"
    held.setdefault("db", None)
    settings = Settings(
        **{**held, "db": held["db"] or _default_database(), "config": file, "origins": origins}
    )
    _check(settings)
    return settings


def _find_file(named: Path | None, folder: Path) -> Path | None:
    if named is not None:
        file = Path(os.path.expanduser(named))
        if not os.path.isfile(file):  # unlike Path's, it raises nothing where it may not look
            raise SettingsError(f"--config: there is no file {file}; name an existing {FILE_NAME}")
        return file.absolute()
    here = folder / FILE_NAME
    if os.path.isfile(here):
        return here.absolute()
    from platformdirs import user_config_path

    own = user_config_path("movewire", appauthor=False) / FILE_NAME
    return own if os.path.isfile(own) else None


def _default_database() -> Path:
    from platformdirs import user_data_path

    return user_data_path("movewire", appauthor=False) / "movewire.db"


def _read_file(file: Path) -> dict[_Key, object]:
    import tomllib

    try:
        tree = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file} is not valid TOML: {error}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{file} is not valid TOML: it is not encoded in UTF-8") from None
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from None
    except (RecursionError, ValueError):  # Python's bounds on nesting and on the digits of a number
        raise SettingsError(f"{file} cannot be read: no setting is so deep or so long") from None
    found: dict[_Key, object] = {}
    for section, table in tree.items():
        if section not in _SECTIONS or not isinstance(table, dict):
            raise SettingsError(
                f"{section} in {file} is not known; allowed are the sections [movewire] and [discord]"
            )
        keys = {key.name: key for key in _KEYS if key.section == section}
        for name, value in table.items():
            if name not in keys:
                raise SettingsError(
                    f"{name} under [{section}] in {file} is not known{nearest(name, keys)}; "
                    f"allowed are {', '.join(sorted(keys))}"
                )
            found[keys[name]] = value
    return found


def _read(key: _Key, value: object, where: str, base: Path | None = None) -> Any:
    if key.field == "db" and base is not None and isinstance(value, str) and value and "://" not in value:
        value = str(base / os.path.expanduser(value))  # a path in a file starts at that file
    try:
        return key.read(value)
    except ValueError as error:
        raise SettingsError(f"{where}: {error}") from None


def _check(settings: Settings) -> None:
    if settings.poll_min > settings.poll_max:
        raise SettingsError(
            f"{_origin(settings, 'poll_min')}: {format_duration(settings.poll_min)} is longer than "
            f"{_origin(settings, 'poll_max')} ({format_duration(settings.poll_max)}); "
            "the shortest interval may not be longer than the longest"
        )
    if settings.ops_channel_id is not None and settings.discord_token is None:
        raise SettingsError(
            f"{_origin(settings, 'ops_channel_id')} is set but no bot token: set DISCORD_TOKEN, or use "
            "MOVEWIRE_OPS_WEBHOOK_URL instead"
        )
    for name in ("discord_webhook_url", "ops_webhook_url"):
        webhook: Secret | None = getattr(settings, name)
        host = _host(webhook.reveal()) if webhook is not None else ""
        if host and not (_is_discord(host) or _is_loopback(host) or host == _host(settings.discord_api)):
            raise SettingsError(
                f"{_origin(settings, name)}: the host {host} is not Discord's; allowed are "
                f"{' and '.join(DISCORD_HOSTS)}, this machine and the host of MOVEWIRE_DISCORD_API"
            )


def _origin(settings: Settings, name: str) -> str:
    """How the owner named a setting: its variable, or its key and file; a default by its variable."""
    [key] = [key for key in _KEYS if key.field == name]
    if settings.origins.get(name, key.environment) == key.environment:
        return key.environment
    return f"{key.name} under [{key.section}] in {settings.origins[name]}"


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").rstrip(".").lower()


def _is_discord(host: str) -> bool:
    return any(host == own or host.endswith(f".{own}") for own in DISCORD_HOSTS)


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
