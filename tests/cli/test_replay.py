"""replay: entries, snapshots and history through the whole pipeline, told as lines."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.explaining import packaged_watchlist
from storage.model import Lesson, Route
from storage.sqlite import open_store
from tests.cli.conftest import Answer, rss
from tests.storage.made import NOW

Call = Callable[..., Answer]
GIVEN = [
    {
        "id": "second",
        "title": "Ruben Mayer is out at Meta, say two people",
        "url": "https://gazette.example/mayer",
        "published": "2025-08-29T15:00:00Z",
        "source": "Gazette",
        "lang": "en",
    },
    {
        "id": "first",
        "title": "Ruben Mayer leaves Meta after two months",
        "url": "https://bay-ledger.example/mayer",
        "published": "2025-08-29T13:00:00Z",
        "source": "The Bay Ledger",
        "lang": "en",
    },
    {"id": "undated", "title": "A surge in demand for chips", "source": "The Bay Ledger", "lang": "en"},
]
VERDICT = {"id", "lang", "entities", "mentions", "moves", "move", "decision", "reasons"}
LINE = VERDICT | {"url", "title", "published", "seen", "feed", "story", "update", "context"}


def stream(given: list[dict] = GIVEN) -> str:
    return "".join(json.dumps(one) + "\n" for one in given)


def lines(answer: Answer) -> list[dict]:
    assert answer.status == 0, answer.err
    return [json.loads(line) for line in answer.out.splitlines()]


def test_every_entry_gives_one_line_in_order_of_publication(spawn: Call) -> None:
    answer = spawn("replay", "--jsonl", "-", "--json", stdin=stream())
    found = lines(answer)
    # The undated one is taken at the time of the line before it.
    assert [one["id"] for one in found] == ["first", "undated", "second"]
    assert [LINE - set(one) for one in found] == [set()] * 3
    assert [one["decision"] for one in found][:2] == ["alert", "quiet"]
    assert found[0]["seen"] == "2025-08-29T13:00:00Z"
    assert found[0]["published"] == "2025-08-29T13:00:00Z"
    assert "3 entries" in answer.err
    assert "1 of 3 items without a date that can be read" in answer.err


def test_lines_before_the_first_date_take_it_and_without_any_date_it_is_now(spawn: Call) -> None:
    undated = {key: value for key, value in GIVEN[1].items() if key != "published"}
    first, second = lines(spawn("replay", "--jsonl", "-", stdin=stream([undated, GIVEN[0]])))
    assert first["seen"] == second["seen"] == "2025-08-29T15:00:00Z"
    [alone] = lines(spawn("replay", "--jsonl", "-", stdin=stream([undated])))
    assert alone["seen"] > "2026"
    assert alone["context"] != []


def test_entries_that_tell_the_same_event_share_a_story_that_alerts_once(spawn: Call) -> None:
    first, quiet, second = lines(spawn("replay", "--jsonl", "-", "--json", stdin=stream()))
    assert first["story"] == second["story"] != quiet["story"]
    assert [first["decision"], second["decision"]].count("alert") == 1


def test_context_comes_from_before_the_clock(spawn: Call) -> None:
    [early] = lines(
        spawn("replay", "--jsonl", "-", stdin=stream([{**GIVEN[1], "published": "2024-01-01T00:00:00Z"}]))
    )
    assert early["context"] == []
    [late] = lines(spawn("replay", "--jsonl", "-", stdin=stream([GIVEN[1]])))
    assert late["context"] != []
    assert all(line["published"] < late["published"] for line in late["context"])
    assert {"story", "headline", "url", "published", "why"} == set(late["context"][0])


def test_in_a_pipe_the_lines_are_json_without_the_option(spawn: Call) -> None:
    given = stream()
    assert (
        spawn("replay", "--jsonl", "-", stdin=given).out
        == spawn("replay", "--jsonl", "-", "--json", stdin=given).out
    )


def test_a_broken_line_is_named_and_the_rest_is_played(spawn: Call) -> None:
    answer = spawn("replay", "--jsonl", "-", "--json", stdin="{broken\n" + stream())
    assert answer.status == 1
    assert len(answer.out.splitlines()) == 3
    assert "stdin line 1" in answer.err


def test_with_a_watchlist_each_line_says_what_was(spawn: Call, clean_environment: Path) -> None:
    file = clean_environment / "list.toml"
    file.write_text('[[entity]]\nname = "Harbour Robotics"\n')
    given = [
        *GIVEN,
        {
            **GIVEN[1],
            "id": "third",
            "title": "Harbour Robotics raises $40 million",
            "url": "https://x.example/3",
        },
    ]
    found = lines(spawn("replay", "--jsonl", "-", "--watchlist", str(file), stdin=stream(given)))
    told = {one["id"]: (one["decision"], one["was"]) for one in found}
    assert told["first"] == ("quiet", "alert")
    assert told["third"] == ("alert", "quiet")


def test_a_comparison_counts_what_would_be_gained_and_lost(spawn: Call, clean_environment: Path) -> None:
    file = clean_environment / "list.toml"
    file.write_text('[[entity]]\nname = "Harbour Robotics"\n')
    third = {
        **GIVEN[1],
        "id": "third",
        "title": "Harbour Robotics raises $40 million",
        "url": "https://x.example/3",
    }
    answer = spawn("replay", "--jsonl", "-", "--watchlist", str(file), stdin=stream([*GIVEN, third]))
    assert "against the present watchlist: 1 alert more, 1 fewer" in answer.err


def test_snapshots_are_polls_under_their_own_clock(spawn: Call, clean_environment: Path) -> None:
    folder = clean_environment / "shots" / "ledger"
    folder.mkdir(parents=True)

    def shot(stamp: str, *entries: tuple[str, str]) -> None:
        date = f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}"
        _, body = rss(*entries)
        text = body.decode()
        start, end = text.find("<pubDate>"), text.rfind("</pubDate>")
        assert start < end
        dated = "<pubDate>" + f"{date}T07:00:00Z" + "</pubDate>"
        parts = text.split("<pubDate>")
        text = parts[0] + "".join(dated + part.split("</pubDate>", 1)[1] for part in parts[1:])
        (folder / f"{stamp}_ledger.xml").write_text(text, encoding="utf-8")

    old = ("https://bay-ledger.example/old", "Alexandr Wang speaks of Meta")
    new = ("https://bay-ledger.example/new", "Ruben Mayer leaves Meta after two months")
    shot("20250829T080000Z", old)
    shot("20250829T090000Z", new, old)
    shot("20250829T100000Z", (new[0], "Ruben Mayer leaves Meta after just two months"), old)
    (folder / "20250829T110000Z_ledger.xml").write_text("<html>Access Denied</html>")
    shot("20250829T120000Z", new, old)
    answer = spawn("replay", "--snapshots", str(clean_environment / "shots"), "--json")
    found = lines(answer)
    assert [(one["id"], one["decision"], one["seen"]) for one in found] == [
        (old[0], "quiet", "2025-08-29T08:00:00Z"),
        (new[0], "alert", "2025-08-29T09:00:00Z"),
    ]
    assert "baseline" in found[0]["reasons"]
    assert "5 steps, 2 entries: 1 alert" in answer.err


def test_history_is_played_again_under_another_watchlist(
    spawn: Call, stocked: Path, clean_environment: Path
) -> None:
    file = clean_environment / "list.toml"
    file.write_text('[[entity]]\nname = "Ruben Mayer"\nkind = "person"\ntier = "related"\n')
    before = stocked.read_bytes()
    found = lines(spawn("replay", "--since", "2025-08-01", "--watchlist", str(file)))
    assert len(found) == 3
    assert (found[0]["was"], found[0]["decision"]) == ("alert", "quiet")
    assert lines(spawn("replay", "--since", "2030-01-01")) == []
    assert stocked.read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["--jsonl", "none.jsonl"],
        ["--snapshots", "none"],
        ["--snapshots", "."],
        ["--jsonl", "-", "--since", "1d"],
        ["--since", "1d", "--watchlist", "none.toml"],
        ["--since", "1d"],
    ],
)
def test_nothing_to_play_is_wrong_usage(spawn: Call, clean_environment: Path, arguments: list[str]) -> None:
    answer = spawn("replay", *arguments)
    assert (answer.status, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert list(clean_environment.iterdir()) == []


@pytest.mark.parametrize("stamp", ["20251399T000000Z", "00010101T000000Z", "99991231T235959Z"])
def test_a_snapshot_of_no_possible_time_is_named(call: Call, clean_environment: Path, stamp: str) -> None:
    (clean_environment / f"{stamp}_feed.xml").write_bytes(rss()[1])
    answer = call("replay", "--snapshots", ".")
    assert (answer.status, answer.out) == (2, "")
    assert stamp in answer.err


def test_stories_that_prove_to_be_one_have_one_id_on_every_line() -> None:
    from bot.cli.replaytext import Lines

    written = Lines()
    written.add({"story": "s5", "context": []}, ())
    written.add({"story": "s6", "context": [{"story": "s5"}]}, ())
    written.add({"story": "s4", "context": []}, (5,))
    written.add({"story": "s3", "context": []}, (4, 3))
    assert [(one["story"], [line["story"] for line in one["context"]]) for one in written.documents()] == [
        ("s3", []),
        ("s6", ["s3"]),
        ("s3", []),
        ("s3", []),
    ]


def test_with_guild_each_line_says_what_the_server_would_have_heard(spawn: Call, stocked: Path) -> None:
    """One lesson, one mute and one route: the history as the server would hear it."""
    with open_store(stocked, durable=False) as store:
        store.watchlist.put_all(packaged_watchlist().entities)
        store.guilds.joined(5, "Alpha", NOW)
        route = Route(id=0, guild=5, destination="channel:51", digest="daily")
        store.routes.put(route, NOW)
        store.mutes.mute(5, "scale-ai", None, NOW)
        words = ("data", "kenya", "pays", "students", "work")
        store.lessons.learn([Lesson(id=0, guild=5, entity="outlier", alias="outlier", words=words, at=NOW)])
    titles = {
        "plain": "Mercor raises $100 million from Benchmark",
        "taught": "Outlier pays students in Kenya for data work",
        "muted": "Scale AI lays off 300 employees",
        "digest": "OpenAI launches a coding model for schools",
    }
    given = [
        {"id": key, "title": title, "published": "2025-08-29T15:00:00Z"} for key, title in titles.items()
    ]
    options = ("replay", "--jsonl", "-", "--json", "--db", str(stocked))
    found = {one["id"]: one for one in lines(spawn(*options, "--guild", "5", stdin=stream(given)))}
    assert [found[key]["decision"] for key in titles] == ["alert", "alert", "alert", "quiet"]
    assert [found[key]["server"]["to"] for key in titles] == [["channel:51"], [], [], []]
    assert [found[key]["server"]["later"] for key in titles] == [
        {},
        {},
        {"channel:51": "muted"},
        {"channel:51": "digest"},
    ]
    assert found["taught"]["server"]["reasons"] == ["not-relevant", "nothing-watched"]
    assert found["muted"]["server"]["muted"] == "scale-ai"
    assert found["taught"]["reasons"] == ["primary-entity", "server:5:quiet:not-relevant"]
    without = lines(spawn(*options, stdin=stream(given)))
    assert [one["decision"] for one in found.values()] == [one["decision"] for one in without]
    assert [one["mentions"] for one in found.values()] == [one["mentions"] for one in without]
    assert all("server" not in one for one in without)


def test_replay_for_a_server_that_nobody_knows_is_refused(spawn: Call, stocked: Path) -> None:
    answer = spawn("replay", "--jsonl", "-", "--guild", "6", "--db", str(stocked), stdin=stream())
    assert (answer.status, "--guild 6: the bot is in no such server" in answer.err) == (2, True)
