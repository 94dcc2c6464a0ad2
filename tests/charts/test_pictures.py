"""Where things stand in pictures (always), and the pictures themselves (with matplotlib)."""

import itertools
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import charts
from bot.charts import canvas, flow, history
from storage.model import Move, MoveKind, MoveRecord

drawable = pytest.mark.skipif(not charts.available(), reason="matplotlib is not installed: extra charts")
PNG = b"\x89PNG\r\n\x1a\n"
FIRST = datetime(2025, 6, 1, 12, tzinfo=UTC)


def record(story, kind, day=0, **names):
    move = Move(kind=kind, names={role: tuple(held) for role, held in names.items()}, evidence=f"{story}")
    return MoveRecord(
        move=move,
        story=story,
        headline="It happened",
        url="https://bay-ledger.example/1",
        source="The Bay Ledger",
        published=FIRST + timedelta(days=day),
    )


def hire(story, person, frm, to):
    return record(story, MoveKind.HIRE, story, person=[person], to=[to], **{"from": [frm]})


@given(st.lists(st.tuples(st.floats(0, 7), st.floats(0.01, 3)), max_size=30))
def test_no_two_labels_of_one_row_meet(pairs):
    spans = [(start, start + wide) for start, wide in pairs]
    rows = history.lanes(spans)
    for n, (one, row) in enumerate(zip(spans, rows, strict=True)):
        for other, same in list(zip(spans, rows, strict=True))[:n]:
            assert row != same or one[1] <= other[0] or one[0] >= other[1]


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 20_000))
def test_few_bars_and_few_dates_whatever_the_span(first, long):
    days = history.span([first, first + timedelta(days=long)])
    _, bars = history.binned([(days[0] + timedelta(days=n), 1) for n in range(long)], *days)
    assert len(bars) <= history.BARS + 1
    assert sum(number for _, number in bars) == long
    assert len(history.ticks(days)) <= history.TICKS + 2
    assert all(days[0] <= day <= days[1] for day, _ in history.ticks(days))


def test_a_person_goes_from_one_to_another_once_however_often_it_is_told():
    left = record(3, MoveKind.DEPARTURE, person=["Ada Example"], to=["Harbour"], **{"from": ["Bay Labs"]})
    told = [
        hire(1, "Ada Example", "Bay Labs", "Harbour"),
        hire(2, "Ada Example", "Bay Labs", "Harbour"),
        left,
    ]
    assert [(one.frm, one.to, one.moves) for one in flow.flows(told, {})] == [("Bay Labs", "Harbour", 1)]


def test_who_left_without_a_place_to_go_is_drawn_as_that():
    left = record(1, MoveKind.DEPARTURE, person=["Ada Example"], **{"from": ["Bay Labs"]})
    assert [one.to for one in flow.flows([left], {})] == [flow.UNTOLD]


def test_a_move_without_direction_is_no_flow():
    assert flow.flows([record(1, MoveKind.LAUNCH, owner=["Bay Labs"])], {}) == []


@given(
    st.lists(
        st.tuples(st.sampled_from("ABCDE"), st.sampled_from("VWXYZ"), st.text("xyz", min_size=1)), min_size=1
    )
)
def test_ribbons_leave_and_arrive_side_by_side(trips):
    found = flow.flows([hire(n, who, frm, to) for n, (frm, to, who) in enumerate(trips)], {})
    ribbons, _, whole = flow.arrange(found)
    for end in ("left", "right"):
        spans = sorted(
            (getattr(one, end) - one.thick / 2, getattr(one, end) + one.thick / 2) for one in ribbons
        )
        assert spans[0][0] >= -1e-9
        assert spans[-1][1] <= whole + 1e-9
        assert all(before[1] <= after[0] + 1e-9 for before, after in itertools.pairwise(spans))


NAMES = ["Bay Labs", "山田ラボ", "محمد", "한빛", "😀 Smile", "$x$ {\\frac", "A" * 400, "\u200b", "@everyone"]


@drawable
def test_any_name_is_drawn():
    moves = [record(n, MoveKind.LAYOFFS, 20 * n, employer=[name]) for n, name in enumerate(NAMES)]
    shown = history.History(title=" ".join(NAMES), mentions=[(date(2025, 6, 2), 3)], moves=moves, names={})
    assert history.draw(shown).startswith(PNG)
    trips = flow.flows([hire(n, name, name, f"{name}2") for n, name in enumerate(NAMES)], {})
    assert flow.draw("@everyone $", trips).startswith(PNG)


@drawable
@pytest.mark.parametrize("name", [*NAMES, "W" * 80, "U.S. Department of Everything", "$9 billion for $2"])
def test_no_label_is_wider_than_its_room(name):
    for room in (1.5, 3.0):
        assert canvas.widths([canvas.fitted(name, room, 9, "(no font for it)")], 9)[0] <= room
    long = record(1, MoveKind.LAYOFFS, 10, employer=[name])
    [placed] = history.place([long], {}, (date(2025, 6, 1), date(2025, 6, 21)))
    assert canvas.widths([placed.label])[0] + history.DOT <= max(placed.dot, history.PANEL - placed.dot)


@drawable
def test_a_picture_fits_into_a_message():
    moves = [hire(n, f"Person {n}", f"Place {n % 5}", f"Goal {n % 4}") for n in range(100)]
    days = [(date(2024, 1, 1) + timedelta(days=n), n % 7 + 1) for n in range(500)]
    shown = history.History(title="Bay Labs", mentions=days, moves=moves, names={})
    assert len(history.draw(shown)) < 1_000_000
    assert len(flow.draw("Moves", flow.flows(moves, {}))) < 1_000_000


def test_matplotlib_is_not_loaded_before_something_is_drawn():
    code = "import sys, bot.gateway, bot.charts.asked; print('matplotlib' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
