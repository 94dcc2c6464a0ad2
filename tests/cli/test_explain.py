"""explain: the contract's verdict, one line each, nothing stored."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Answer

Call = Callable[..., Answer]
LEAVES = "Ruben Mayer leaves Meta after two months"
KEYS = {
    "id": str,
    "lang": str,
    "entities": list,
    "mentions": list,
    "rejected": list,
    "moves": list,
    "move": str,
    "decision": str,
    "digest": bool,
    "reasons": list,
}


def verdict(answer: Answer) -> dict:
    assert (answer.status, answer.err) == (0, "")
    return json.loads(answer.out)


def lines(answer: Answer) -> list[dict]:
    return [json.loads(line) for line in answer.out.splitlines()]


def test_a_verdict_has_the_contracts_keys_and_types(call: Call) -> None:
    found = verdict(call("explain", LEAVES, "--json"))
    assert {key: type(value) for key, value in found.items()} == KEYS
    assert sorted(found["entities"]) == ["meta", "ruben-mayer"]
    assert (found["lang"], found["move"], found["decision"]) == ("en", "departure", "alert")
    assert "primary-entity" in found["reasons"]
    [move] = found["moves"]
    assert set(move) == {
        "kind",
        "status",
        "roles",
        "names",
        "title",
        "amount",
        "valuation",
        "currency",
        "people",
        "evidence",
        "score",
    }
    assert (move["roles"], move["status"]) == ({"person": ["ruben-mayer"], "from": ["meta"]}, "reported")


def test_spans_are_code_points_of_the_raw_field(call: Call) -> None:
    title, rest = "😀 Ruben Mayer leaves Meta", "😀😀 Scale AI, where Mayer worked before, did not comment."
    found = verdict(call("explain", f"{title}\n{rest}", "--json"))
    fields = {"title": title, "text": rest}
    assert {mention["field"] for mention in found["mentions"]} == {"title", "text"}
    for mention in found["mentions"]:
        assert fields[mention["field"]][mention["start"] : mention["end"]] == mention["text"]


@pytest.mark.parametrize(
    ("text", "title", "rest"),
    [
        ("One", "One", ""),
        ("One\nTwo\nThree", "One", "Two\nThree"),
        ("\n\n One\r\nTwo", "One", "Two"),
        ("\ufeffOne\n\nTwo\n", "One", "\nTwo\n"),
        ("", "", ""),
        (" \n \n", "", ""),
    ],
)
def test_the_first_line_is_the_title_and_the_rest_the_text(text: str, title: str, rest: str) -> None:
    from bot.explaining import split_text

    document = split_text(text)
    assert (document.title, document.text) == (title, rest)


def test_stdin_is_read_for_a_dash_and_words_need_no_quotes(spawn: Call) -> None:
    expected = verdict(spawn("explain", LEAVES, "--json"))
    assert verdict(spawn("explain", "-", "--json", stdin=LEAVES + "\n")) == expected
    assert verdict(spawn("explain", *LEAVES.split(), "--json")) == expected


def test_candidates_that_are_not_meant_are_apart_with_their_evidence(call: Call) -> None:
    found = verdict(call("explain", "A surge in demand for chips at scale", "--json"))
    assert (found["entities"], found["mentions"], found["decision"]) == ([], [], "quiet")
    assert found["reasons"] == ["nothing-watched"]
    assert all(one["evidence"] for one in found["rejected"])


def test_people_get_the_decision_the_mentions_and_the_moves(call: Call) -> None:
    answer = call("explain", LEAVES)
    assert answer.out.startswith("alert: primary-entity")
    for words in ("ruben-mayer", "title 0-11", "departure", "language: en"):
        assert words in answer.out


def test_jsonl_answers_every_line_in_order_with_the_ids_given(spawn: Call) -> None:
    given = [
        {"id": "a", "title": LEAVES, "summary": None, "published": None, "lang": "en"},
        {"title": "Nothing of note", "url": "https://x.example/2"},
        {"id": 3, "title": "Scale AI entlässt Mitarbeiter", "lang": "de-DE", "more": [1]},
        {"title": ""},
    ]
    answer = spawn("explain", "--jsonl", "-", stdin="\n".join(map(json.dumps, given)) + "\n\n")
    assert (answer.status, answer.err) == (0, "")
    found = lines(answer)
    assert [(one["id"], one["lang"]) for one in found[:3]] == [
        ("a", "en"),
        ("https://x.example/2", found[1]["lang"]),
        ("3", "de"),
    ]
    assert found[3]["id"] == "4"
    assert [set(one) for one in found] == [set(KEYS)] * 4
    assert found[0]["move"] == "departure"


def test_jsonl_reads_a_file_and_needs_no_json_option(call: Call, clean_environment: Path) -> None:
    file = clean_environment / "entries.jsonl"
    file.write_text(json.dumps({"title": LEAVES}) + "\n", encoding="utf-8")
    assert lines(call("explain", "--jsonl", str(file))) == lines(
        call("explain", "--jsonl", str(file), "--json")
    )


def test_a_broken_line_is_named_left_out_and_status_1(spawn: Call) -> None:
    answer = spawn("explain", "--jsonl", "-", stdin=f'{{"title": "{LEAVES}"}}\n{{broken\n{{"title": "b"}}\n')
    assert answer.status == 1
    assert [one["id"] for one in lines(answer)] == ["1", "3"]
    assert answer.err.startswith("movewire: stdin line 2: not JSON")
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize("content", ["<html></html>", '{"headline": "no title"}\n[]\n'])
def test_a_file_without_any_entry_is_wrong_usage(call: Call, clean_environment: Path, content: str) -> None:
    file = clean_environment / "other.txt"
    file.write_text(content)
    answer = call("explain", "--jsonl", str(file))
    assert (answer.status, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert f"{file} line 1" in answer.err


@pytest.mark.parametrize("arguments", [["--jsonl", "none.jsonl"], [""], [" "], [], ["x", "--jsonl", "-"]])
def test_nothing_to_explain_is_wrong_usage(call: Call, arguments: list[str]) -> None:
    answer = call("explain", *arguments)
    assert (answer.status, answer.out, answer.err.count("\n")) == (2, "", 1)


def test_an_empty_stream_has_no_verdicts(spawn: Call) -> None:
    assert spawn("explain", "--jsonl", "-", stdin="") == Answer(status=0, out="", err="")


def test_no_database_is_made_and_the_packaged_watchlist_serves(call: Call, clean_environment: Path) -> None:
    path = clean_environment / "none.db"
    found = verdict(call("explain", LEAVES, "--json", "--db", str(path)))
    assert sorted(found["entities"]) == ["meta", "ruben-mayer"]
    assert list(clean_environment.iterdir()) == []


def test_the_watchlist_of_the_database_serves_where_there_is_one(call: Call, stocked: Path) -> None:
    before = stocked.read_bytes()
    call("watch", "remove", "ruben-mayer")
    call("watch", "add", "Harbour Robotics")
    title = "Ruben Mayer joins Harbour Robotics"
    assert verdict(call("explain", title, "--json"))["entities"] == ["harbour-robotics"]
    assert stocked.read_bytes()[:16] == before[:16]


def test_a_muted_entity_is_explained_as_muted(call: Call, stocked: Path) -> None:
    call("watch", "mute", "ruben-mayer")
    call("watch", "mute", "meta")
    found = verdict(call("explain", LEAVES, "--json"))
    assert (found["decision"], "muted" in found["reasons"]) == ("quiet", True)


def test_an_old_date_does_not_make_it_quiet(spawn: Call) -> None:
    line = json.dumps({"title": LEAVES, "published": "2019-01-01T00:00:00Z"})
    assert lines(spawn("explain", "--jsonl", "-", stdin=line))[0]["decision"] == "alert"


def test_words_that_are_not_utf_8_are_answered(spawn: Call) -> None:
    answer = spawn("explain", "Meta \udcff buys a lab")
    assert (answer.status, answer.err) == (0, "")
    assert "meta" in answer.out


def test_lone_surrogates_and_nulls_are_answered(spawn: Call) -> None:
    given = '{"title": "Meta \\u0000 and \\ud83d\\ude00 \\u202e"}\n'
    answer = spawn("explain", "--jsonl", "-", stdin=given)
    assert answer.status == 0
    assert len(lines(answer)) == 1
