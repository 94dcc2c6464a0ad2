"""Settings: their order, their checks, and what their errors say."""

import pickle
from datetime import timedelta
from pathlib import Path

import pytest

from bot import settings
from bot.settings import Secret, load
from storage.errors import SettingsError

CANARY = "canary-7f3a-do-not-show"


def write(folder: Path, text: str) -> Path:
    file = folder / "movewire.toml"
    file.write_text(text, encoding="utf-8")
    return file


def refusal(environ: dict[str, str] | None = None, **options: object) -> str:
    with pytest.raises(SettingsError) as caught:
        load(environ=environ or {}, **options)  # type: ignore[arg-type]
    return str(caught.value)


def test_defaults_are_those_of_the_contract(tmp_path: Path) -> None:
    found = load(environ={})
    assert found == settings.Settings(
        db=tmp_path / "home/.local/share/movewire/movewire.db",
        discord_api="https://discord.com/api/v10",
        seed_feeds=True,
        poll_min=timedelta(minutes=5),
        poll_max=timedelta(hours=1),
        contact=settings.PROJECT_URL,
    )


def test_environment_beats_the_file_and_the_option_beats_both(clean_environment: Path) -> None:
    write(clean_environment, '[movewire]\ndb = "file.db"\npoll_min = "1m"\npoll_max = "2h"\n')
    from_file = load(environ={})
    assert from_file.db == clean_environment / "file.db"
    both = load(environ={"MOVEWIRE_DB": "env.db", "MOVEWIRE_POLL_MIN": "30s"})
    assert (both.db, both.poll_min, both.poll_max) == (
        clean_environment / "env.db",
        timedelta(seconds=30),
        timedelta(hours=2),
    )
    assert load(environ={"MOVEWIRE_DB": "env.db"}, db="option.db").db == clean_environment / "option.db"


@pytest.mark.parametrize("value", ["[" * 5_000, "9" * 5_000])
def test_what_python_refuses_to_read_is_named_with_its_file(clean_environment: Path, value: str) -> None:
    file = write(clean_environment, f"[movewire]\ndb = {value}\n")
    assert refusal().startswith(f"{file} cannot be read: ")


def test_every_environment_variable_has_a_key_in_the_file(clean_environment: Path) -> None:
    write(
        clean_environment,
        """
        [movewire]
        db = "a.db"
        seed_feeds = false
        poll_min = "10m"
        poll_max = "20m"
        contact = "me@example.org"
        allow_private = ["127.0.0.1/32", "NAS.local"]
        at_most_once = ["webhook", "channel:5"]
        heartbeat_url = "https://alive.example/ping/1"
        discord_api = "http://127.0.0.1:9/api/"
        discord_gateway = "ws://127.0.0.1:9/"
        [discord]
        token = "abc.def"
        channel_id = 123456789012345678
        webhook_url = "https://discord.com/api/webhooks/1/x"
        ops_channel_id = 123456789012345679
        ops_webhook_url = "https://discord.com/api/webhooks/2/y"
        digest = "weekly"
        quiet_hours = "22:00-07:00"
        timezone = "Europe/Berlin"
        """,
    )
    from_file = load(environ={})
    from_environment = load(
        environ={
            "MOVEWIRE_DB": "a.db",
            "MOVEWIRE_SEED_FEEDS": "0",
            "MOVEWIRE_POLL_MIN": "10m",
            "MOVEWIRE_POLL_MAX": "20m",
            "MOVEWIRE_CONTACT": "me@example.org",
            "MOVEWIRE_ALLOW_PRIVATE": "127.0.0.1/32,NAS.local",
            "MOVEWIRE_AT_MOST_ONCE": "webhook, channel:5",
            "MOVEWIRE_DISCORD_API": "http://127.0.0.1:9/api/",
            "MOVEWIRE_DISCORD_GATEWAY": "ws://127.0.0.1:9/",
            "DISCORD_TOKEN": "abc.def",
            "DISCORD_CHANNEL_ID": "123456789012345678",
            "DISCORD_WEBHOOK_URL": "https://discord.com/api/webhooks/1/x",
            "MOVEWIRE_OPS_CHANNEL_ID": "123456789012345679",
            "MOVEWIRE_OPS_WEBHOOK_URL": "https://discord.com/api/webhooks/2/y",
            "MOVEWIRE_HEARTBEAT_URL": "https://alive.example/ping/1",
            "DISCORD_DIGEST": "weekly",
            "DISCORD_QUIET_HOURS": "22:00-07:00",
            "DISCORD_TIMEZONE": "Europe/Berlin",
        }
    )
    assert set(from_environment.origins.values()) == set(settings.ENVIRONMENT)
    for field in from_environment.origins:
        assert getattr(from_file, field) == getattr(from_environment, field)
    assert from_file.allow_private == ("127.0.0.1/32", "nas.local")
    assert from_file.discord_api == "http://127.0.0.1:9/api"


def test_file_of_the_user_is_read_where_there_is_none_here(tmp_path: Path) -> None:
    folder = tmp_path / "home/.config/movewire"
    folder.mkdir(parents=True)
    write(folder, '[movewire]\ncontact = "own@example.org"\n')
    assert load(environ={}).contact == "own@example.org"
    assert load(environ={}).config == folder / "movewire.toml"


def test_a_path_in_a_file_starts_at_that_file(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    file = write(folder, '[movewire]\ndb = "news.db"\n')
    assert load(environ={}, config=file).db == folder / "news.db"


def test_a_file_that_begins_with_a_byte_order_mark_is_read(clean_environment: Path) -> None:
    write(clean_environment, '\ufeff[movewire]\npoll_min = "7m"\n')
    assert load(environ={}).poll_min == timedelta(minutes=7)


def test_empty_variables_count_as_unset() -> None:
    found = load(environ={"DISCORD_TOKEN": "", "MOVEWIRE_DB": " ", "DISCORD_CHANNEL_ID": ""})
    assert found.discord_token is None
    assert found.db.name == "movewire.db"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[movewire]\npol_min = "5m"\n', ["pol_min", "[movewire]", "poll_min", "movewire.toml"]),
        ('[discord]\ntokn = "x"\n', ["tokn", "[discord]", "channel_id"]),
        ('[feeds]\nx = "1"\n', ["feeds", "[movewire]", "[discord]"]),
        ('db = "x.db"\n', ["db", "[movewire]"]),
        ("[movewire]\ndb = 5\n", ["db", "text in quotes"]),
        ("[movewire]\npoll_min = 5\n", ["poll_min", "30s"]),
        ('[movewire]\npoll_min = "soon"\n', ["poll_min", "soon", "5m"]),
        ('[movewire]\npoll_min = "0s"\n', ["poll_min", "more than nothing"]),
        ('[movewire]\nseed_feeds = "perhaps"\n', ["seed_feeds", "0 or 1"]),
        ("[movewire]\nseed_feeds = 2\n", ["seed_feeds", "0 or 1"]),
        ('[movewire]\nallow_private = ["10.0.0.0/33"]\n', ["allow_private", "10.0.0.0/33"]),
        ("[movewire]\nallow_private = [1]\n", ["allow_private", "separated by commas"]),
        ('[movewire]\ncontact = "nobody"\n', ["contact", "e-mail"]),
        ('[movewire]\ndiscord_api = "discord"\n', ["discord_api", "https://"]),
        ('[movewire]\ndiscord_gateway = "https://x"\n', ["discord_gateway", "wss://"]),
        ("[discord]\nchannel_id = true\n", ["channel_id", "number"]),
        ('[discord]\nchannel_id = "general"\n', ["channel_id", "number"]),
        ("[discord]\nchannel_id = 18446744073709551616\n", ["channel_id", "number"]),
        ("[movewire\n", ["not valid TOML", "line 1"]),
    ],
)
def test_a_broken_file_is_refused_by_key_place_and_remedy(
    clean_environment: Path, text: str, words: list[str]
) -> None:
    file = write(clean_environment, text)
    message = refusal()
    assert [word for word in [*words, str(file)] if word not in message] == []
    assert "\n" not in message


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"MOVEWIRE_POLL_MIN": "5 minutes"}, ["MOVEWIRE_POLL_MIN", "5 minutes", "5m"]),
        ({"MOVEWIRE_POLL_MAX": "1m"}, ["MOVEWIRE_POLL_MIN", "MOVEWIRE_POLL_MAX", "5m", "1m"]),
        ({"MOVEWIRE_SEED_FEEDS": "maybe"}, ["MOVEWIRE_SEED_FEEDS", "0 or 1"]),
        ({"MOVEWIRE_DB": "postgresql://u:p@h/d"}, ["MOVEWIRE_DB", "`scale`", "SQLite"]),
        ({"MOVEWIRE_DB": "mysql://h/d"}, ["MOVEWIRE_DB", "SQLite"]),
        ({"DISCORD_TOKEN": "Bot abc"}, ["DISCORD_TOKEN", "without"]),
        ({"DISCORD_CHANNEL_ID": "-1"}, ["DISCORD_CHANNEL_ID", "number"]),
        ({"MOVEWIRE_AT_MOST_ONCE": "mail"}, ["MOVEWIRE_AT_MOST_ONCE", "mail", "webhook"]),
        ({"MOVEWIRE_ALLOW_PRIVATE": "127.0.0.1:80"}, ["MOVEWIRE_ALLOW_PRIVATE", "127.0.0.1:80"]),
    ],
)
def test_a_broken_variable_is_refused_by_name_and_remedy(environ: dict[str, str], words: list[str]) -> None:
    message = refusal(environ)
    assert [word for word in words if word not in message] == []


def test_a_missing_file_named_by_hand_is_refused(tmp_path: Path) -> None:
    message = refusal(config=tmp_path / "none.toml")
    assert str(tmp_path / "none.toml") in message


def test_a_file_in_another_encoding_is_refused(clean_environment: Path) -> None:
    (clean_environment / "movewire.toml").write_bytes(b'[movewire]\ncontact = "caf\xe9@example.org"\n')
    assert "UTF-8" in refusal()


@pytest.mark.parametrize(
    "url",
    [
        "https://discord.com/api/webhooks/1/x",
        "https://DISCORD.com/api/webhooks/1/x",
        "https://discordapp.com/api/webhooks/1/x",
        "https://canary.discord.com/api/webhooks/1/x",
        "http://127.0.0.1:8080/api/webhooks/1/x",
        "http://127.9.8.7/x",
        "http://localhost/x",
        "http://[::1]:80/x",
        "https://proxy.example.org/api/webhooks/1/x",
    ],
)
def test_a_webhook_is_taken_on_discord_on_loopback_and_on_the_api_host(url: str) -> None:
    found = load(
        environ={"DISCORD_WEBHOOK_URL": url, "MOVEWIRE_DISCORD_API": "https://proxy.example.org/api/v10"}
    )
    assert found.discord_webhook_url == Secret(url)


@pytest.mark.parametrize(
    "url",
    [
        f"https://example.org/api/webhooks/1/{CANARY}",
        f"https://discord.com.example.org/{CANARY}",
        f"https://notdiscord.com/{CANARY}",
        f"https://discord.com@example.org/{CANARY}",
        f"https://discord.com\\@example.org/{CANARY}",
        f"https://user:{CANARY}@discord.com/x",
        f"ftp://discord.com/{CANARY}",
        f"https:///{CANARY}",
        f"discord.com/api/webhooks/1/{CANARY}",
        f"http://10.0.0.1/{CANARY}",
        f"http://[::1/{CANARY}",
    ],
)
def test_any_other_webhook_is_refused_without_repeating_its_secret(url: str) -> None:
    message = refusal({"DISCORD_WEBHOOK_URL": url})
    assert "DISCORD_WEBHOOK_URL" in message
    assert CANARY not in message


def test_a_token_without_channel_or_route_cannot_deliver() -> None:
    found = load(environ={"DISCORD_TOKEN": CANARY})
    with pytest.raises(SettingsError, match="DISCORD_CHANNEL_ID") as caught:
        found.check_delivery()
    assert CANARY not in str(caught.value)
    found.check_delivery(routes=1)
    load(environ={"DISCORD_TOKEN": CANARY, "DISCORD_CHANNEL_ID": "5"}).check_delivery()
    load(environ={}).check_delivery()


def test_secrets_show_themselves_to_nobody_by_accident() -> None:
    found = load(
        environ={
            "DISCORD_TOKEN": CANARY,
            "DISCORD_CHANNEL_ID": "5",
            "DISCORD_WEBHOOK_URL": f"https://discord.com/api/webhooks/1/{CANARY}",
        }
    )
    shown = f"{found} {found!r} {found.discord_token} {found.discord_token!r} {found.discord_webhook_url:}"
    assert CANARY not in shown
    assert found.secrets() == (CANARY, f"https://discord.com/api/webhooks/1/{CANARY}")
    with pytest.raises(TypeError):
        pickle.dumps(found.discord_token)


def test_an_ops_channel_needs_a_bot_and_an_ops_webhook_is_discords() -> None:
    assert "MOVEWIRE_OPS_CHANNEL_ID is set but no bot token" in refusal({"MOVEWIRE_OPS_CHANNEL_ID": "5"})
    hook = {"MOVEWIRE_OPS_WEBHOOK_URL": "https://evil.example/api/webhooks/1/hunter2"}
    assert "MOVEWIRE_OPS_WEBHOOK_URL: the host evil.example is not Discord's" in refusal(hook)
    assert "hunter2" not in refusal(hook)
