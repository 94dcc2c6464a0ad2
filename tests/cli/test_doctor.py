"""doctor: a remedy for each fault, notes that fail nothing, and Discord asked over a real socket."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from bot.doctor import State, examine_feeds
from bot.sinks.inspection import EVERYTHING, NEEDED, permissions
from storage.model import Feed, FeedState, Route
from storage.sqlite import open_store
from tests.cli.conftest import Answer
from tests.storage.made import entity

Call = Callable[..., Answer]
NOW = datetime(2025, 8, 29, 12, 0, tzinfo=UTC)
TOKEN = "canary.bot-token"
ALL = sum(NEEDED.values())


def findings(answer: Answer) -> dict[tuple[str, str], list[dict]]:
    """The findings by check and state."""
    found: dict[tuple[str, str], list[dict]] = {}
    for one in json.loads(answer.out):
        assert set(one) == {"check", "state", "detail", "remedy"}
        assert one["state"] in ("ok", "note", "fault")
        assert (one["state"] != "fault") or one["remedy"]
        found.setdefault((one["check"], one["state"]), []).append(one)
    return found


def faults(answer: Answer) -> list[tuple[str, str]]:
    return sorted(
        (check, one["detail"])
        for (check, state), all_ in findings(answer).items()
        for one in all_
        if state == "fault"
    )


def test_a_fresh_set_up_has_no_fault_and_no_database_is_made(call: Call, clean_environment: Path) -> None:
    answer = call("doctor", "--json", "--db", "none.db")
    assert (answer.status, faults(answer)) == (0, [])
    assert ("database", "note") in findings(answer)
    assert list(clean_environment.iterdir()) == []
    assert call("doctor", "--db", "none.db").out.endswith("all is well\n")


def test_a_broken_setting_is_a_fault_with_its_remedy(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOVEWIRE_POLL_MIN", "often")
    answer = call("doctor", "--json")
    assert answer.status == 1
    [(check, detail)] = faults(answer)
    assert (check, "MOVEWIRE_POLL_MIN" in detail) == ("settings", True)


def test_a_misspelt_variable_is_noted_with_the_nearest(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOVEWIRE_POLLMIN", "5m")
    answer = call("doctor", "--json", "--db", "none.db")
    notes = " ".join(one["detail"] for one in findings(answer)["settings", "note"])
    assert (answer.status, "MOVEWIRE_POLLMIN" in notes, "'MOVEWIRE_POLL_MIN'" in notes) == (0, True, True)


@pytest.mark.parametrize("secret", ["token", "webhook_url", "ops_webhook_url"])
def test_a_readable_file_with_a_secret_is_noted(call: Call, clean_environment: Path, secret: str) -> None:
    file = clean_environment / "movewire.toml"
    value = TOKEN if secret == "token" else "https://127.0.0.1:9/api/webhooks/1/x"
    file.write_text(f'[discord]\n{secret} = "{value}"\n[movewire]\ndiscord_api = "http://127.0.0.1:9"\n')
    file.chmod(0o644)
    answer = call("doctor", "--json", "--db", "none.db")
    assert any("others may read it" in one["detail"] for one in findings(answer)["settings", "note"])
    assert TOKEN not in answer.out + answer.err


def test_where_the_token_goes_is_noted_when_that_is_not_discord(call: Call, clean_environment: Path) -> None:
    # A settings file lies in the working folder, which may be somebody else's.
    file = clean_environment / "movewire.toml"
    file.write_text('[movewire]\ndiscord_api = "http://127.0.0.1:9"\n')
    assert "sent to" not in call("doctor", "--db", "none.db").out
    file.write_text(f'[discord]\ntoken = "{TOKEN}"\n[movewire]\ndiscord_api = "http://127.0.0.1:9"\n')
    notes = " ".join(one["detail"] for one in findings(call("doctor", "--json"))["settings", "note"])
    assert f"the bot token is sent to http://127.0.0.1:9, as {file} says" in notes


def test_a_database_that_others_may_read_is_noted(call: Call, stocked: Path) -> None:
    assert "others may read" not in call("doctor").out
    stocked.chmod(0o644)
    assert f"chmod 600 {stocked}" in call("doctor").out


def test_a_file_that_is_no_database_is_a_fault(call: Call, clean_environment: Path) -> None:
    (clean_environment / "notes.db").write_text("shopping list")
    answer = call("doctor", "--json", "--db", "notes.db")
    assert answer.status == 1
    assert [check for check, _ in faults(answer)] == ["database"]


def test_a_stocked_database_has_its_faults_told(call: Call, stocked: Path) -> None:
    answer = call("doctor", "--json")
    assert answer.status == 1
    told = faults(answer)
    # The stock was read last in 2025, and one of its alerts is dead.
    assert [check for check, _ in told] == ["feeds", "outbox"]
    assert "no feed was asked since 2025-08-29T12:00:00Z" in told[0][1]
    assert "HTTP 403: Missing Access" in told[1][1]
    [dead] = findings(answer)["outbox", "fault"]
    assert call("resend", dead["remedy"].split()[-1]).status == 0


def test_nobody_watched_and_nobody_followed_are_faults(call: Call, stocked: Path) -> None:
    for slug in ("meta", "scale-ai", "ruben-mayer"):
        call("watch", "remove", slug)
    for feed in json.loads(call("feeds", "list", "--json").out):
        call("feeds", "remove", feed["url"])
    told = dict(faults(call("doctor", "--json")))
    assert (told["watchlist"], told["feeds"]) == ("nobody is watched", "no feed is followed")


def feed(number: int, **changes: object) -> Feed:
    made = Feed(
        id=number, url=f"https://x.example/{number}", state=FeedState.OK, last_polled=NOW, last_success=NOW
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def states(*feeds: Feed, now: datetime = NOW) -> list[tuple[State, str]]:
    return [(one.state, one.detail) for one in examine_feeds(feeds, now, timedelta(hours=1))]


def test_feeds_in_trouble_are_named_up_to_a_few() -> None:
    assert states(feed(1), feed(2)) == [(State.OK, "2 feeds, none in trouble")]
    assert states(feed(1), feed(2, state=FeedState.FAILING, last_error="timed-out")) == [
        (State.FAULT, "https://x.example/2 is failing: timed-out")
    ]
    many = [feed(number, state=FeedState.GONE) for number in range(8)]
    assert [detail for _, detail in states(feed(9), *many)][-1] == "3 more feeds in trouble"
    assert len(states(feed(9), *many)) == 6


def test_paused_feeds_are_no_trouble_and_quiet_ones_a_note() -> None:
    paused = feed(1, state=FeedState.FAILING, paused=True)
    assert [state for state, _ in states(paused, feed(2))] == [State.OK]
    assert [state for state, _ in states(feed(1, state=FeedState.QUIET), feed(2))] == [State.NOTE, State.OK]


def test_that_no_feed_answered_is_a_fault_before_any_is_failing() -> None:
    once = [feed(number, failures=1, last_error="no-such-host: …") for number in (1, 2, 3)]
    assert states(*once) == [
        (State.FAULT, "none of 3 feeds answered when last asked: no-such-host: …"),
    ]
    assert states(*once, feed(4)) == [
        (State.NOTE, "3 feeds did not answer when last asked: no-such-host: …"),
        (State.OK, "4 feeds, none in trouble"),
    ]


def test_feeds_that_nobody_asks_any_more_are_a_fault() -> None:
    assert states(feed(1), now=NOW + timedelta(hours=4))[0] == (
        State.FAULT,
        "no feed was asked since 2025-08-29T12:00:00Z",
    )
    assert states(feed(1, last_polled=None, state=FeedState.NEW)) == [(State.NOTE, "1 feed, none asked yet")]


# --- Discord ----------------------------------------------------------------------------


class Api(ThreadingHTTPServer):
    """The few routes that doctor asks; ``answers`` by method and path, 404 for the rest."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Routes)
        self.answers: dict[str, tuple[int, object]] = {}
        self.posted: list[dict] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api/v10"


class _Routes(BaseHTTPRequestHandler):
    server: Api

    def do_GET(self) -> None:
        wanted = self.headers.get("Authorization") == f"Bot {TOKEN}" or "/webhooks/" in self.path
        path = self.path.removeprefix("/api/v10").partition("?")[0]
        missing = (404, {"message": "Unknown Channel", "code": 10003})
        self._answer(
            *(
                self.server.answers.get(f"GET {path}", missing)
                if wanted
                else (401, {"message": "401: Unauthorized", "code": 0})
            )
        )

    def do_POST(self) -> None:
        self.server.posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self._answer(200, {"id": "555"})

    def _answer(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    server = Api()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    monkeypatch.setenv("MOVEWIRE_DISCORD_API", server.url)
    monkeypatch.setenv("MOVEWIRE_DB", "none.db")
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def guild(server: Api, *, allow: int = ALL, overwrites: list[dict] | None = None, kind: int = 0) -> None:
    """A server where the bot's role allows ``allow``, with a channel 42."""
    server.answers = {
        "GET /users/@me": (200, {"id": "7", "username": "wire"}),
        "GET /channels/42": (
            200,
            {
                "id": "42",
                "type": kind,
                "name": "news",
                "guild_id": "1",
                "permission_overwrites": overwrites or [],
            },
        ),
        "GET /guilds/1": (
            200,
            {
                "id": "1",
                "owner_id": "99",
                "roles": [{"id": "1", "permissions": "0"}, {"id": "5", "permissions": str(allow)}],
            },
        ),
        "GET /guilds/1/members/7": (200, {"roles": ["5"]}),
    }


def test_a_bot_that_may_post_is_well(call: Call, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    guild(api)
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    monkeypatch.setenv("DISCORD_CHANNEL_ID", "42")
    answer = call("doctor", "--json")
    assert (answer.status, faults(answer)) == (0, [])
    assert [one["detail"] for one in findings(answer)["discord", "ok"]] == [
        "the token is that of the bot wire",
        "the bot may post in #news",
    ]
    assert api.posted == []


@pytest.mark.parametrize(
    ("settings", "change", "words"),
    [
        ({"DISCORD_TOKEN": "wrong.token"}, {}, "401"),
        ({"DISCORD_CHANNEL_ID": "43"}, {}, "the channel 43: HTTP 404"),
        ({}, {"allow": ALL - NEEDED["Embed Links"]}, "in #news the bot lacks Embed Links"),
        (
            {},
            {"overwrites": [{"id": "5", "type": 0, "allow": "0", "deny": str(NEEDED["Send Messages"])}]},
            "in #news the bot lacks Send Messages",
        ),
        ({}, {"kind": 15}, "takes no messages"),
    ],
)
def test_what_keeps_a_bot_from_posting_is_a_fault(
    call: Call,
    api: Api,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, str],
    change: dict,
    words: str,
) -> None:
    guild(api, **change)
    for name, value in {"DISCORD_TOKEN": TOKEN, "DISCORD_CHANNEL_ID": "42", **settings}.items():
        monkeypatch.setenv(name, value)
    answer = call("doctor", "--json")
    [(check, detail)] = faults(answer)
    assert (answer.status, check, words in detail) == (1, "discord", True), detail
    assert TOKEN not in answer.out + answer.err


def test_a_token_without_a_channel_is_a_fault(call: Call, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    guild(api)
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    answer = call("doctor", "--json", "--send-test")
    assert [check for check, _ in faults(answer)] == ["settings", "test"]
    assert "DISCORD_CHANNEL_ID" in findings(answer)["settings", "fault"][0]["remedy"]


def test_a_discord_that_does_not_answer_is_a_fault(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOVEWIRE_DISCORD_API", "http://127.0.0.1:9")
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    monkeypatch.setenv("DISCORD_CHANNEL_ID", "42")
    answer = call("doctor", "--json", "--db", "none.db")
    assert [check for check, _ in faults(answer)] == ["discord"]
    assert TOKEN not in answer.out


def test_a_webhook_is_looked_up(call: Call, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_WEBHOOK_URL", f"{api.url}/webhooks/9/canary-hook")
    assert [check for check, _ in faults(call("doctor", "--json"))] == ["discord"]
    api.answers["GET /webhooks/9/canary-hook"] = (200, {"id": "9", "name": "wire"})
    answer = call("doctor", "--json")
    assert (answer.status, faults(answer)) == (0, [])
    assert "canary" not in answer.out + answer.err


def test_a_test_message_goes_the_way_of_alerts_and_pings_nobody(
    call: Call, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    guild(api)
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    monkeypatch.setenv("DISCORD_CHANNEL_ID", "42")
    answer = call("doctor", "--json", "--send-test")
    assert answer.status == 0, answer.out
    assert [one["detail"] for one in findings(answer)["test", "ok"]] == [
        "a test message was posted to channel:42"
    ]
    [message] = api.posted
    assert message["allowed_mentions"] == {"parse": []}
    assert "Movewire can post here" in json.dumps(message)


def test_a_test_message_on_the_terminal_leaves_stdout_to_the_json(call: Call) -> None:
    answer = call("doctor", "--json", "--send-test", "--db", "none.db")
    assert isinstance(json.loads(answer.out), list)
    assert "Movewire can post here" in answer.err


def member(*roles: str) -> dict:
    return {"roles": list(roles)}


@pytest.mark.parametrize(
    ("roles", "held", "overwrites", "expected"),
    [
        ({"1": 0b0001, "5": 0b0010}, ["5"], [], 0b0011),
        ({"1": 0b0001, "5": 0b0010}, [], [], 0b0001),
        ({"1": 0b0011}, [], [("1", 0b0100, 0b0001)], 0b0110),
        ({"1": 0b0011, "5": 0}, ["5"], [("1", 0, 0b0011), ("5", 0b0001, 0)], 0b0001),
        ({"1": 0b0001, "5": 0, "6": 0}, ["5", "6"], [("5", 0, 0b0001), ("6", 0b0001, 0)], 0b0001),
        ({"1": 0b0001, "5": 0}, ["5"], [("5", 0b0001, 0), ("7", 0b0010, 0b0001)], 0b0010),
        ({"1": 0, "5": 1 << 3}, ["5"], [("7", 0, 0b1111)], EVERYTHING),
    ],
)
def test_permissions_add_up_as_discord_says(
    roles: dict[str, int], held: list[str], overwrites: list[tuple[str, int, int]], expected: int
) -> None:
    guild = {
        "id": "1",
        "owner_id": "99",
        "roles": [{"id": number, "permissions": str(bits)} for number, bits in roles.items()],
    }
    written = [{"id": one, "allow": str(allow), "deny": str(deny)} for one, allow, deny in overwrites]
    assert permissions(guild, member(*held), written, "7") == expected
    assert permissions({**guild, "owner_id": "7"}, member(*held), written, "7") == EVERYTHING


def test_damage_in_the_database_is_a_fault(call: Call, stocked: Path) -> None:
    import sqlite3

    with sqlite3.connect(stocked) as raw:
        raw.execute("UPDATE finding SET story_id = 9999 WHERE story_id IS NOT NULL")
    raw.close()
    told = dict(faults(call("doctor", "--json")))
    assert "is damaged" in told["database"]
    with open_store(stocked) as store:
        assert store.check() != []


def routed(path: Path, **changes: object) -> None:
    """A database with a server that has one route."""
    with open_store(path, durable=False) as store:
        store.watchlist.put(entity("acme"))
        store.guilds.joined(1, "Alpha", NOW)
        store.routes.keep_webhook(1, 55, "s3cret-of-hook")
        route = Route(id=0, guild=1, destination="channel:42")
        store.routes.put(replace(route, **changes), NOW)  # type: ignore[arg-type]


def test_stored_routes_are_enough_to_deliver_and_their_channels_are_looked_at(
    call: Call, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    guild(api)
    routed(Path("some.db"))
    monkeypatch.setenv("MOVEWIRE_DB", "some.db")
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    answer = call("doctor", "--json")
    found = findings(answer)
    assert [one for one in faults(answer) if one[0] in ("settings", "discord", "routes")] == []
    assert "the bot may post in #news" in [one["detail"] for one in found["discord", "ok"]]
    assert [one["detail"] for one in found["routes", "ok"]] == ["1 route in 1 server"]


@pytest.mark.parametrize(
    ("change", "detail", "remedy"),
    [
        ({"destination": "channel:43"}, "the channel 43: HTTP 404", "/route remove"),
        ({"destination": "webhook:55"}, "webhook:55: the webhook: HTTP 404", "/route remove"),
        ({"entities": ("nobody",)}, "route 1 of Alpha takes nothing: nobody watches nobody", "/route change"),
    ],
)
def test_a_route_that_leads_nowhere_is_a_fault_with_its_remedy(
    call: Call, api: Api, monkeypatch: pytest.MonkeyPatch, change: dict, detail: str, remedy: str
) -> None:
    guild(api)
    routed(Path("some.db"), **change)
    monkeypatch.setenv("MOVEWIRE_DB", "some.db")
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    answer = call("doctor", "--json")
    assert answer.status == 1
    [fault] = [
        one
        for (_, state), all_ in findings(answer).items()
        for one in all_
        if state == "fault" and detail in one["detail"]
    ]
    assert remedy in fault["remedy"]
    assert "s3cret" not in answer.out


def test_routes_without_a_bot_token_are_a_fault(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    routed(Path("some.db"))
    monkeypatch.setenv("MOVEWIRE_DB", "some.db")
    assert ("routes", "1 route of servers, but no bot token: nothing is sent to their channels") in faults(
        call("doctor", "--json")
    )
