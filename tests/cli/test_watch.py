"""watch: adding with suggestions and warnings, muting, files, and names that nobody has."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.sqlite import open_store
from tests.cli.conftest import Answer

Call = Callable[..., Answer]
pytestmark = pytest.mark.usefixtures("stocked")


def shown(call: Call, name: str) -> dict:
    answer = call("watch", "show", name, "--json")
    assert answer.status == 0, answer.err
    return json.loads(answer.out)


def test_a_new_name_gets_an_id_and_the_defaults(call: Call) -> None:
    answer = call("watch", "add", "Harbour", "Robotics")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.splitlines()[0] == (
        "watching Harbour Robotics (harbour-robotics): organisation, tier primary"
    )
    found = shown(call, "harbour-robotics")
    assert (found["name"], found["kind"], found["tier"], found["origin"]) == (
        "Harbour Robotics",
        "organisation",
        "primary",
        "user",
    )


def test_signs_that_a_terminal_would_obey_are_no_part_of_a_name(call: Call) -> None:
    assert call("watch", "add", "Bay\x1b[2J Labs", "--alias", "Bay\x07L").status == 0
    found = shown(call, "bay-2j-labs")
    assert (found["name"], found["aliases"]) == ("Bay[2J Labs", ["BayL"])


def test_a_mute_without_an_end_is_told_as_that(call: Call) -> None:
    assert "is muted until you unmute it: movewire watch unmute meta" in call("watch", "mute", "meta").out
    assert "\nmuted until unmuted\n" in call("entity", "meta").out
    assert "until unmuted" in call("watch", "list").out


def test_kind_tier_and_aliases_are_taken(call: Call) -> None:
    call("watch", "add", "Tilda Brask", "--kind", "person", "--tier", "related", "--alias", "T. Brask")
    found = shown(call, "T. Brask")
    assert (found["id"], found["kind"], found["tier"]) == ("tilda-brask", "person", "related")
    assert "T. Brask" in found["aliases"]


def test_likely_aliases_are_suggested_and_not_taken(call: Call) -> None:
    answer = call("watch", "add", "Tilda Brask", "--kind", "person")
    assert "also written? --alias Brask" in answer.out
    assert shown(call, "tilda-brask")["aliases"] == []
    assert json.loads(call("watch", "add", "Otto Finsk", "--kind", "person", "--json").out)["suggested"] == [
        "Finsk"
    ]


def test_an_ordinary_word_is_kept_as_ambiguous_with_what_it_would_have_matched(call: Call) -> None:
    # One stored title speaks of "a surge in demand".
    answer = call("watch", "add", "Surge")
    assert answer.status == 0
    assert "'Surge' is an ordinary word in English" in answer.err
    assert "1 stored entry holds it, 0 would be taken as meant (“A surge in demand”)" in answer.err
    [form] = shown(call, "surge")["forms"]
    assert (form["text"], form["ambiguous"]) == ("Surge", True)


def test_a_word_that_the_history_writes_small_is_ambiguous_though_no_list_knows_it(call: Call) -> None:
    answer = call("watch", "add", "Harbour Robotics", "--alias", "Demand In")
    assert answer.status == 0
    assert call("watch", "add", "Months").err.count("written in small letters in 1 of 1 place") == 1
    [form] = shown(call, "months")["forms"]
    assert form["ambiguous"] is True


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ("X", "a single sign"),
        ("人", "a single sign"),
        ("2031", "a number alone"),
        ("und", "one of the commonest words in German"),
        ("Out of the", "nothing but some of the commonest words in English"),
        ("KI", "what the whole field is called"),
    ],
)
def test_a_form_that_texts_about_anybody_hold_is_added_with_the_advice_to_watch_a_longer_one(
    call: Call, form: str, why: str
) -> None:
    answer = call("watch", "add", form)
    assert answer.status == 0
    assert f"{form!r} is {why}" in answer.err
    assert "rather watch a longer form" in answer.err


def test_adding_twice_changes_nothing_and_says_so(call: Call, stocked: Path) -> None:
    call("watch", "add", "Harbour Robotics")
    with open_store(stocked) as store:
        version = store.watchlist.version()
        answer = call("watch", "add", "harbour robotics")
        assert store.watchlist.version() == version
    assert "is watched already" in answer.out


def test_adding_with_more_aliases_or_another_tier_changes_what_is_watched(call: Call) -> None:
    answer = call(
        "watch", "add", "Meta", "--alias", "Meta Platforms", "--alias", "facebook", "--tier", "primary"
    )
    assert "now also written Meta Platforms" in answer.out
    found = shown(call, "meta")
    assert (found["aliases"], found["tier"], found["kind"]) == (
        ["Facebook", "Meta Platforms"],
        "primary",
        "organisation",
    )


def test_a_form_that_another_entity_has_is_told(call: Call) -> None:
    answer = call("watch", "add", "Scale")
    assert answer.status == 0
    assert "scale-ai is written the same way" in answer.err
    assert shown(call, "scale")["id"] == "scale"


def test_an_id_that_is_taken_is_counted_up(call: Call) -> None:
    call("watch", "add", "Harbour Robotics")
    assert "(harbour-robotics-2)" in call("watch", "add", "Harbour: Robotics!").out


@pytest.mark.parametrize("name", ["!!", " ", "", "x" * 201])
def test_what_is_no_name_is_refused(call: Call, name: str) -> None:
    answer = call("watch", "add", name)
    assert (answer.status, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert "is no name" in answer.err


def test_a_wrong_kind_or_tier_names_what_is_allowed(call: Call) -> None:
    assert "organisation" in call("watch", "add", "X1", "--kind", "company").err
    assert "context" in call("watch", "add", "X1", "--tier", "top").err


def test_a_mute_ends_by_itself_or_when_it_is_ended(call: Call) -> None:
    assert call("watch", "mute", "Meta", "--for", "7d").status == 0
    until = datetime.fromisoformat(shown(call, "meta")["muted_until"])
    assert timedelta(days=6.9) < until - datetime.now(UTC) <= timedelta(days=7)
    assert "until 20" in call("watch", "list").out
    assert call("watch", "unmute", "Meta").status == 0
    assert shown(call, "meta")["muted_until"] is None
    call("watch", "mute", "Meta")
    assert "until unmuted" in call("watch", "list").out


def test_a_removed_entity_stays_away(call: Call) -> None:
    assert call("watch", "remove", "Facebook").out == "Meta (meta) is not watched any more\n"
    assert [one["id"] for one in json.loads(call("watch", "list", "--json").out)] == [
        "scale-ai",
        "ruben-mayer",
    ]


def test_columns_stand_below_each_other_whatever_the_script(call: Call) -> None:
    call("watch", "add", "月之暗面")
    call("watch", "add", "Harbour Robotics")
    heading, *rows = call("watch", "list").out.splitlines()
    place = heading.index("KIND")
    wide = next(row for row in rows if "月之暗面" in row)
    assert wide[place - 8 :].startswith("organisation")  # the id and the name before it: eight wide signs
    assert all(row[place:].startswith(("organisation", "person")) for row in rows if row is not wide)


@pytest.mark.parametrize("verb", ["show", "remove", "mute", "unmute"])
def test_an_unknown_entity_is_refused_with_the_nearest(call: Call, verb: str) -> None:
    answer = call("watch", verb, "Ruben Maier")
    assert (answer.status, answer.out) == (2, "")
    assert "(did you mean 'Ruben Mayer'?)" in answer.err  # once, though several of its forms are near


def test_a_name_that_two_entities_share_asks_for_the_id(call: Call) -> None:
    call("watch", "add", "Harbour Robotics", "--alias", "HR Labs")
    call("watch", "add", "Human Reach", "--alias", "HR Labs")
    answer = call("watch", "show", "HR Labs")
    assert answer.status == 2
    assert "harbour-robotics, human-reach" in answer.err


def test_the_watchlist_goes_out_and_comes_back(call: Call, clean_environment: Path) -> None:
    call("watch", "mute", "Meta", "--for", "7d")
    file = clean_environment / "list.toml"
    file.write_text(call("watch", "export").out, encoding="utf-8")
    assert call("watch", "import", str(file)).out == "0 entities added, 0 replaced, 3 as they were\n"
    call("watch", "remove", "Meta")
    call("watch", "add", "Scale AI", "--tier", "related")
    assert call("watch", "import", str(file)).out == "1 entity added, 1 replaced, 1 as they were\n"
    assert call("watch", "export").out.count("\n[[entity]]\n") == 3


def test_forms_of_a_file_that_will_match_too_much_are_told_with_their_place_and_a_remedy(
    call: Call, clean_environment: Path
) -> None:
    file = clean_environment / "list.toml"
    file.write_text(
        """[[entity]]
name = "X"
aliases = ["Xylo", "of"]
[[entity]]
name = "Scale"
[[entity]]
name = "Otto Finsk"
kind = "person"
aliases = [
  "人",
  "Finsk",
]
"""
    )
    answer = call("watch", "import", str(file))
    assert (answer.status, answer.out) == (0, "3 entities added, 0 replaced, 0 as they were\n")
    anybody = "texts about anybody will match it, so rather watch a longer form"
    flagged = '{ text = "X", ambiguous = true, case_sensitive = true }'
    assert answer.err.splitlines() == [
        f"movewire: {file}:2:1: 'X' is a single sign: {anybody}; if it must be this one: {flagged}",
        f"movewire: {file}:3:20: 'of' is one of the commonest words in Dutch, English: {anybody}",
        f"movewire: {file}:5:1: 'Scale' is an ordinary word in English, Italian: among the aliases as "
        '{ text = "Scale", ambiguous = true } it needs evidence around it',
        f"movewire: {file}:10:3: '人' is a single sign: {anybody}",
    ]
    assert call("watch", "import", str(file)).err == ""  # told once: nothing of it is new


def test_a_form_that_a_file_marks_as_ambiguous_is_taken_without_a_word(
    call: Call, clean_environment: Path
) -> None:
    file = clean_environment / "list.toml"
    forms = '{ text = "X", ambiguous = true, case_sensitive = true }, { text = "Drift", ambiguous = true }'
    file.write_text(f'[[entity]]\nname = "X Corp"\naliases = [{forms}]\n')
    answer = call("watch", "import", str(file))
    assert (answer.status, answer.err) == (0, "")


def test_of_many_forms_that_match_too_much_some_are_told_and_the_others_counted(
    call: Call, clean_environment: Path
) -> None:
    file = clean_environment / "list.toml"
    file.write_text(f'[[entity]]\nname = "Bay Labs"\naliases = {[str(year) for year in range(2000, 2025)]}\n')
    told = call("watch", "import", str(file)).err.splitlines()
    assert (len(told), told[-1]) == (21, "movewire: 5 written forms more of that sort")


def test_an_untouched_export_of_the_packaged_watchlist_changes_nothing(
    call: Call, clean_environment: Path
) -> None:
    fresh = ("--db", str(clean_environment / "fresh.db"))
    file = clean_environment / "list.toml"
    file.write_text(call("watch", "export", *fresh).out, encoding="utf-8")
    assert call("watch", "import", str(file), *fresh).out.startswith("0 entities added, 0 replaced, ")


@pytest.mark.parametrize(
    "text", ["[[entity]]\n", '[[entity]]\nname = "X"\ntier = "top"\n', "[[entity\n", None]
)
def test_a_faulty_file_is_refused_with_its_place_and_nothing_changes(
    call: Call, clean_environment: Path, text: str | None
) -> None:
    before = call("watch", "export").out
    file = clean_environment / "list.toml"
    if text is not None:
        file.write_text(text)
    answer = call("watch", "import", str(file))
    assert (answer.status, answer.err.count("\n")) == (2, 1)
    assert f"{file}:" in answer.err
    assert call("watch", "export").out == before
