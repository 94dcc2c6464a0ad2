"""search, entity, moves and why: the contract's JSON, readable text, and what is not there."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bot import charts
from storage.sqlite import open_store
from tests.cli.conftest import Answer
from tests.cli.stocked import FEED, LINKS

Call = Callable[..., Answer]
pytestmark = pytest.mark.usefixtures("stocked")

MOVE = {
    "kind": "departure",
    "status": "confirmed",
    "roles": {"person": ["ruben-mayer"], "from": ["meta"]},
    "names": {"person": ["Ruben Mayer"], "from": ["Meta"], "to": ["Harbour Robotics"]},
    "title": "vice president",
    "amount": None,
    "valuation": None,
    "currency": None,
    "people": None,
    "evidence": "Ruben Mayer leaves Meta",
    "score": 0.91,
}


def document(answer: Answer) -> object:
    assert (answer.status, answer.err) == (0, "")
    return json.loads(answer.out)


def test_search_gives_the_contracts_keys_best_first(call: Call) -> None:
    found = document(call("search", "Mayer", "--json"))
    assert [set(hit) for hit in found] == [
        {"id", "title", "url", "source", "published", "entities", "move", "story"}
    ] * len(found)
    first = next(hit for hit in found if hit["url"] == LINKS[0])
    assert {key: first[key] for key in ("title", "published", "entities", "move")} == {
        "title": "Ruben Mayer leaves Meta after two months",
        "published": "2025-08-29T12:00:00Z",
        "entities": ["ruben-mayer", "meta"],
        "move": "departure",
    }
    assert first["story"].startswith("s")


def test_search_is_narrowed_by_entity_move_time_and_number(call: Call) -> None:
    def urls(*options: str) -> set[str]:
        return {hit["url"] for hit in document(call("search", *options, "--json"))}

    assert LINKS[2] in urls("demand")
    assert urls("demand", "--entity", "Meta") == set()
    assert urls("Meta", "--move", "departure", "--entity", "ruben-mayer") == {LINKS[0]}
    assert urls("Mayer", "--since", "2030-01-01") == set()
    assert len(urls("Meta", "--limit", "1")) == 1


@pytest.mark.parametrize(
    "query", ['"', "NEAR(", "a AND", "*", "(", "'; DROP TABLE entry", "-x", "\x00", "日本", "", "^a:b"]
)
def test_any_text_is_a_legal_query(call: Call, query: str) -> None:
    assert isinstance(document(call("search", "--json", "--", query)), list)


def test_search_for_people_names_what_was_found_and_says_when_nothing_was(call: Call) -> None:
    answer = call("search", "Mayer")
    assert "Ruben Mayer leaves Meta after two months" in answer.out
    assert call("search", "zyxgarble").out == "nothing found\n"


def test_entity_gives_the_contracts_keys(call: Call) -> None:
    found = document(call("entity", "Meta", "--json"))
    assert list(found) == ["id", "name", "kind", "tier", "aliases", "moves", "stories", "with", "coverage"]
    assert (found["id"], found["kind"], found["tier"]) == ("meta", "organisation", "context")
    assert found["aliases"] == ["Facebook"]
    assert found["with"] == {"ruben-mayer": 1, "scale-ai": 1}
    assert [story["headline"] for story in found["stories"]] == [
        "Ruben Mayer leaves Meta after two months",
        "Meta puts $14.3 billion into Scale AI",
    ]
    assert {move["kind"] for move in found["moves"]} == {"departure", "funding"}


@pytest.mark.parametrize("name", ["meta", "META", "Facebook", "facebook"])
def test_an_entity_is_found_by_id_name_and_alias(call: Call, name: str) -> None:
    assert document(call("entity", name, "--json"))["id"] == "meta"


def test_coverage_is_unknown_where_the_feeds_were_not_read_of_late(call: Call) -> None:
    # The stocked feeds were last read in 2025.
    assert document(call("entity", "meta", "--json"))["coverage"] == "unknown"
    assert "coverage: unknown" in call("entity", "meta").out


def test_an_unknown_entity_is_one_line_with_the_nearest_name_and_status_2(call: Call) -> None:
    for arguments in (["entity", "Ruben Meyer"], ["search", "x", "--entity", "Ruben Meyer"]):
        answer = call(*arguments)
        assert (answer.status, answer.out) == (2, "")
        assert answer.err.startswith("movewire: there is no entity 'Ruben Meyer'")
        assert "did you mean 'Ruben Mayer'" in answer.err
        assert answer.err.count("\n") == 1


def test_moves_are_the_contracts_objects_newest_first(call: Call) -> None:
    found = document(call("moves", "--json"))
    assert [move["kind"] for move in found] == ["departure", "funding"]
    assert {key: found[0][key] for key in MOVE} == MOVE
    assert (found[1]["amount"], found[1]["valuation"]) == (14_300_000_000, 29_000_000_000)
    assert found[0]["published"] == "2025-08-29T12:00:00Z"
    assert found[0]["story"].startswith("s")


@pytest.mark.parametrize(
    ("options", "kinds"),
    [
        (["--kind", "funding"], ["funding"]),
        (["--kind", "FUNDING"], ["funding"]),
        (["--person", "Ruben Mayer"], ["departure"]),
        (["--from", "facebook"], ["departure", "funding"]),
        (["--to", "Harbour Robotics"], ["departure"]),
        (["--to", "scale-ai"], ["funding"]),
        (["--since", "2025-08-01"], ["departure"]),
        (["--limit", "1"], ["departure"]),
        (["--person", "ruben-mayer", "--kind", "hire"], []),
    ],
)
def test_moves_are_narrowed_by_kind_parties_and_time(
    call: Call, options: list[str], kinds: list[str]
) -> None:
    assert [move["kind"] for move in document(call("moves", *options, "--json"))] == kinds


def test_a_party_whom_nobody_ever_named_is_refused(call: Call) -> None:
    answer = call("moves", "--person", "Rubn Mayer")
    assert answer.status == 2
    assert "did you mean 'Ruben Mayer'" in answer.err


def test_moves_as_csv_have_one_heading_and_a_column_for_each_role(call: Call) -> None:
    answer = call("moves", "--csv")
    rows = list(csv.DictReader(io.StringIO(answer.out, newline="")))
    assert [(row["kind"], row["person"], row["to"]) for row in rows] == [
        ("departure", "Ruben Mayer", "Harbour Robotics"),
        ("funding", "", ""),
    ]
    assert (rows[1]["amount"], rows[1]["currency"]) == ("14300000000", "USD")


def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe() -> None:
    from bot.cli.present import _harmless

    assert [_harmless(text) for text in ("=1+1", "\t@SUM(A1)", "+1", "\x1b-2", "plain", "")] == [
        "'=1+1",
        "'@SUM(A1)",
        "'+1",
        "'-2",
        "plain",
        "",
    ]


def test_json_and_csv_exclude_each_other(call: Call) -> None:
    answer = call("moves", "--json", "--csv")
    assert (answer.status, answer.out) == (2, "")


def test_why_gives_the_whole_record_of_an_entry(call: Call) -> None:
    found = document(call("why", LINKS[0], "--json"))
    assert found["id"].startswith("e")
    assert found["feed"] == FEED
    assert (found["decision"], found["reasons"]) == ("alert", ["primary-entity", "party-to-move:departure"])
    assert found["moves"] == [MOVE]
    assert found["mentions"][0] == {
        "entity": "ruben-mayer",
        "text": "Ruben Mayer",
        "field": "title",
        "start": 0,
        "end": 11,
        "score": 0.97,
        "prominent": True,
        "evidence": ["strong-alias"],
        "accepted": True,
    }
    assert found["assignment"]["opened"] is True
    assert found["story"]["headline"] == "Ruben Mayer leaves Meta after two months"
    assert [line["why"] for line in found["context"]] == ["same party: Meta"]
    assert found["routes"] == ["channel:1", "channel:2"]
    assert [(one["state"], one["message_id"], one["last_error"]) for one in found["deliveries"]] == [
        ("sent", "777", None),
        ("dead", None, "HTTP 403: Missing Access"),
    ]


def test_why_knows_entries_that_were_not_told(call: Call) -> None:
    found = document(call("why", LINKS[2], "--json"))
    assert (found["decision"], found["reasons"], found["story"]) == ("quiet", ["nothing-watched"], None)
    assert [(one["entity"], one["accepted"]) for one in found["mentions"]] == [("scale-ai", False)]
    assert found["deliveries"] == []


def test_why_takes_the_id_of_an_entry_of_a_story_and_the_key_of_an_alert(call: Call, stocked: Path) -> None:
    by_url = document(call("why", LINKS[0], "--json"))
    assert document(call("why", by_url["id"], "--json")) == by_url
    story = document(call("why", by_url["story"]["id"], "--json"))
    assert [entry["url"] for entry in story["entries"]] == [LINKS[0], LINKS[1]]
    assert story["deliveries"] == by_url["deliveries"]
    key = by_url["deliveries"][1]["key"]
    alert = document(call("why", key.upper(), "--json"))
    assert (alert["id"], alert["alert"]["state"], alert["story"]) == (key, "dead", by_url["story"]["id"])


def test_why_for_people_tells_decision_mentions_context_and_deliveries(call: Call) -> None:
    text = call("why", LINKS[0]).out
    for words in ("alert: primary-entity", "Ruben Mayer", "same party: Meta", "channel:1", "403"):
        assert words in text


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("e999", "there is no entry e999"),
        ("s999", "there is no story s999"),
        ("0123456789abcdef01234567", "there is no alert with the key"),
        ("https://elsewhere.example/x", "there is no entry with the URL"),
        ("12", "is no id"),
        ("", "is no id"),
        ("e" + 30 * "9", "is no id"),
    ],
)
def test_why_names_what_is_not_there(call: Call, reference: str, words: str) -> None:
    answer = call("why", reference)
    assert (answer.status, answer.out) == (2, "")
    assert words in answer.err
    assert answer.err.count("\n") == 1


def test_resend_takes_dead_alerts_only(call: Call, stocked: Path) -> None:
    sent, dead = (one["key"] for one in document(call("why", LINKS[0], "--json"))["deliveries"])
    refused = call("resend", sent)
    assert refused.status == 2
    assert "sent, not dead" in refused.err
    assert call("resend", "f" * 24).status == 2
    assert call("resend", dead).status == 0
    with open_store(stocked) as store:
        assert store.deliveries.pending_count() == 1


@pytest.mark.skipif(not charts.available(), reason="matplotlib is not installed: extra charts")
@pytest.mark.parametrize("question", [("entity", "meta"), ("moves",)], ids=["entity", "moves"])
def test_a_chart_is_written_beside_the_answer(call: Call, tmp_path: Path, question: tuple[str, ...]) -> None:
    picture = tmp_path / "picture.png"
    plain, drawn = call(*question), call(*question, "--chart", str(picture))
    assert (drawn.status, drawn.out) == (0, plain.out)
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.skipif(not charts.available(), reason="matplotlib is not installed: extra charts")
def test_a_chart_of_too_little_is_not_drawn_and_says_so(call: Call, tmp_path: Path) -> None:
    answer = call("moves", "--kind", "hire", "--chart", str(tmp_path / "picture.png"))
    assert answer.status == 0
    assert "too little" in answer.err
    assert not (tmp_path / "picture.png").exists()


def test_a_chart_without_matplotlib_is_refused_with_the_remedy(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charts, "available", lambda: False)
    answer = call("moves", "--chart", str(tmp_path / "picture.png"))
    assert answer.status == 2
    assert "pip install matplotlib" in answer.err


def test_why_calls_a_story_of_the_backstory_that(call: Call, clean_environment: Path) -> None:
    answer = call("why", "s1", "--db", str(clean_environment / "fresh.db"))
    assert answer.out.splitlines()[0].endswith(": backstory, only ever context")
