"""Answers of any words at all: nothing is refused, nothing pings, no line is lost without a word."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.commands.cards import MOST_PAGES, Button, card, headline, hit_line, paged
from bot.commands.moves import move_line
from bot.commands.press import below
from bot.render import violations
from storage.model import Move, MoveKind, MoveRecord, SearchHit
from tests.delivery.schema import schema_check
from tests.delivery.test_render import HOSTILE

SCHEMA = schema_check()
WHEN = datetime(2025, 6, 13, 9, tzinfo=UTC)
WORDS = st.one_of(HOSTILE, st.text(max_size=60), st.builds(lambda text: text * 400, HOSTILE))


def sound(page):
    payload = {"embeds": [page], "allowed_mentions": {"parse": []}}
    return violations(payload) + (SCHEMA("MessageCreateRequest", payload) if SCHEMA else [])


@given(WORDS, WORDS, st.lists(WORDS, max_size=3))
def test_no_words_of_a_stranger_are_refused_in_an_answer(title, source, names):
    move = Move(kind=MoveKind.HIRE, names={"person": tuple(names), "to": (title,)}, title=source)
    record = MoveRecord(move=move, story=1, headline=title, url=title, source=source, published=WHEN)
    hit = SearchHit(id="e1", title=title, url=f"https://x.example/{source}", source=source, published=WHEN)
    lines = [headline(title, "https://x.example/1", WHEN, source), hit_line(hit), move_line(record, {})]
    shown = card(title, lines * 30, footer=source)
    assert [fault for page in shown.pages for fault in sound(page)] == []
    for line in lines:
        assert "@everyone" not in line
        assert "<@" not in line


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=700), max_size=120))
def test_every_line_is_on_a_page_or_counted(lines):
    bodies = paged(lines)
    assert len(bodies) <= MOST_PAGES
    assert all(0 < len(body) <= 4096 for body in bodies)


def test_lines_that_no_page_holds_are_counted():
    bodies = paged([f"{number} " + "x" * 2_000 for number in range(MOST_PAGES + 5)])
    assert bodies[-1].endswith("… and 5 more")


def test_rows_of_buttons_hold_five():
    rows = [
        [Button(verb="x", about=str(n), label=str(n)) for n in range(7)],
        [Button(verb="y", about="", label="y")],
    ]
    components = below(rows).to_components()
    assert [len(row["components"]) for row in components] == [5, 2, 1]
    assert violations({"content": "x", "components": components, "allowed_mentions": {"parse": []}}) == []


def test_a_party_that_only_another_server_knows_stands_as_the_text_writes_it():
    move = Move(kind=MoveKind.HIRE, roles={"to": ("bay-labs@7",)}, names={"to": ("Bay Labs",)})
    record = MoveRecord(
        move=move, story=1, headline="h", url="https://x.example/", source="s", published=WHEN
    )
    assert "Bay Labs" in move_line(record, {})
    assert "@7" not in move_line(record, {})
