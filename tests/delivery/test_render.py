"""What people see: golden pairs, and texts of strangers that can neither break nor ping."""

import json
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import render
from bot.render import Dress, limits
from bot.text import clean, clip, fit, link, neutral
from storage.model import (
    Alert,
    ContextLine,
    Delivery,
    DeliveryState,
    Move,
    MoveKind,
    MoveStatus,
    Outlet,
    UpdateKind,
)
from tests.delivery.made import alert
from tests.delivery.rendered.cases import CASES, FOLDER, embed_text, json_text, others, plain_text
from tests.delivery.schema import schema_check

KEY = "0123456789abcdef01234567"
SCHEMA = schema_check()


@pytest.mark.parametrize("name", CASES)
def test_the_embed_is_as_its_golden_file(name: str):
    assert embed_text(CASES[name]) == (FOLDER / f"{name}.json").read_text(encoding="utf-8")


@pytest.mark.skipif(SCHEMA is None, reason="Discord's OpenAPI document is not at hand")
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("schema", ["MessageCreateRequest", "IncomingWebhookRequestPartial"])
def test_discords_own_schema_accepts_every_golden_message(name: str, schema: str):
    assert SCHEMA is not None
    assert SCHEMA(schema, render.embed(CASES[name], KEY)) == []


@pytest.mark.parametrize("name", others())
def test_the_other_forms_of_a_message_are_as_their_golden_files(name: str):
    payload = others()[name]
    assert json_text(payload) == (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert limits.violations(payload) == []


@pytest.mark.parametrize("name", CASES)
def test_the_plain_text_is_as_its_golden_file(name: str):
    assert plain_text(CASES[name]) == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_the_terminal_shows_the_same_words_as_the_plain_text(name: str):
    assert render.console(CASES[name], KEY).plain + "\n" == plain_text(CASES[name])


def test_every_kind_of_move_has_a_look_of_its_own():
    looks = [render.embed(CASES[name]) for name in CASES]
    shown = {embed["embeds"][0]["title"].split()[0] for embed in looks}
    assert len(shown) == len(MoveKind) + 1


def test_every_kind_of_move_has_a_golden_file():
    assert {move.kind for case in CASES.values() if (move := case.move)} == set(MoveKind)


# --- texts of strangers -----------------------------------------------------------------------

HOSTILE = st.sampled_from(
    [
        "@everyone",
        "@here",
        "<@1>",
        "<@!1>",
        "<@&1>",
        "<#1>",
        "<:smile:1>",
        "<a:wave:1>",
        "</watch:1>",
        "<t:0:R>",
        "<id:guide>",
        "[free](https://evil.example)",
        "](https://evil.example)",
        "https://evil.example/x",
        "**",
        "__",
        "~~",
        "||",
        "`",
        "```",
        "# ",
        "> ",
        "- ",
        "1. ",
        "-# ",
        "\\",
        "\0",
        "\x1b[2J",
        "\u202e",
        "\u2066",
        "\u200b",
        "\u3164",
        "\ud800",
        "\uffff",
        "\U000e0041",
        "\n",
        "\r\n",
        "\u2028",
        "e" + "\u0301" * 40,
        "👩‍👩‍👧‍👦",
        "🏳️‍🌈",
        "مرحبا بالعالم",
        "שלום",
        "x" * 10_000,
        "слово " * 1_000,
        " ",
    ]
)
ANY = st.text(st.characters(codec=None, categories=None), max_size=40)  # type: ignore[arg-type]
TEXT = st.lists(st.one_of(HOSTILE, ANY, st.just(" ")), max_size=8).map("".join)
# An entry's own link may lead anywhere; that of a text, evil.example, must become a link nowhere.
URL = st.one_of(
    TEXT.map(lambda text: text.replace("evil.example", "own.example")),
    TEXT.map(lambda text: f"https://news.example/{text.replace('evil.example', 'own.example')}"),
    st.sampled_from(
        ["", "javascript:alert(1)", "https://", "http://[", "https://a@b/", "HTTPS://Ö.example/ä"]
    ),
)
MOMENT = st.integers(min_value=0, max_value=4 * 10**9).map(lambda second: datetime.fromtimestamp(second, UTC))
NUMBER = st.one_of(st.none(), st.floats(), st.floats(min_value=0, max_value=1e15))
ROLES = st.dictionaries(
    st.sampled_from(["person", "from", "to", "investor", "owner", "partner", "customer", "supplier"]),
    st.lists(TEXT, max_size=6).map(tuple),
    max_size=4,
)
MOVES = st.builds(
    Move,
    kind=st.sampled_from(MoveKind),
    status=st.sampled_from(MoveStatus),
    roles=ROLES,
    names=ROLES,
    title=st.one_of(st.none(), TEXT),
    amount=NUMBER,
    valuation=NUMBER,
    currency=st.one_of(st.none(), st.sampled_from(["USD", "EUR", "XYZ"]), TEXT),
    people=st.one_of(st.none(), st.integers(min_value=-5, max_value=10**9)),
)
OUTLETS = st.builds(Outlet, family=TEXT, name=TEXT, url=URL, published=MOMENT)
CONTEXT = st.builds(
    ContextLine, story=st.integers(min_value=1), headline=TEXT, url=URL, published=MOMENT, why=TEXT
)
ALERTS = st.builds(
    Alert,
    story=st.integers(min_value=1),
    revision=st.integers(min_value=0),
    headline=TEXT,
    url=URL,
    source=TEXT,
    published=MOMENT,
    said=TEXT,
    move=st.one_of(st.none(), MOVES),
    names=st.dictionaries(TEXT, TEXT, max_size=3),
    entities=st.lists(TEXT, max_size=6).map(tuple),
    outlets=st.lists(OUTLETS, max_size=12).map(tuple),
    context=st.lists(CONTEXT, max_size=6).map(tuple),
    why=st.lists(TEXT, max_size=6).map(tuple),
    update=st.one_of(st.none(), st.sampled_from(UpdateKind)),
    fact=st.one_of(st.none(), TEXT),
    low_priority=st.booleans(),
)
DRESSES = st.builds(
    Dress,
    key=st.just(KEY),
    buttons=st.booleans(),
    repeat=st.booleans(),
    ping_role=st.one_of(st.none(), st.just(31337)),
    first_link=st.one_of(st.none(), st.just("https://discord.com/channels/1/2/3")),
)

PINGS = re.compile(r"<(@[!&]?|#|a?:\w+:|/\w+:|id:)\w+>|@(everyone|here)", re.IGNORECASE)
LINKS = re.compile(r"(?<!\\)\]\(")
UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\ud800-\udfff]")


def strings(value: object) -> list[str]:
    """Every text of a payload that Discord reads as markdown."""
    if isinstance(value, dict):
        return [text for name, one in value.items() if name != "url" for text in strings(one)]
    if isinstance(value, list):
        return [text for one in value for text in strings(one)]
    return [value] if isinstance(value, str) else []


def links_of(told: Alert) -> int:
    return 2 + len(told.outlets) + len(told.context)


def check(
    payload: dict, *, links: int, role: int | None = None, schema: str = "MessageCreateRequest"
) -> None:
    assert limits.violations(payload) == []
    json.dumps(payload, ensure_ascii=False).encode("utf-8")
    for text in strings(payload):
        assert UNSEEN.search(text) is None
        assert PINGS.search(text.replace(f"<@&{role}>", "", 1)) is None
    shown = "\n".join(strings(payload))
    assert len(LINKS.findall(shown)) <= links
    assert "(https://evil.example" not in re.sub(r"\\\]\(", "", shown)
    if SCHEMA is not None:
        assert SCHEMA(schema, payload) == []


@settings(max_examples=150)
@given(told=ALERTS, dress=DRESSES)
def test_no_text_of_a_stranger_is_refused_or_pings(told: Alert, dress: Dress):
    check(render.message(told, dress), links=links_of(told), role=dress.ping_role)
    check(render.bare(told, dress), links=0)
    check(render.change(told, dress), links=links_of(told), schema="MessageEditRequestPartial")


@settings(max_examples=60)
@given(told=st.lists(ALERTS, min_size=1, max_size=5))
def test_a_digest_of_strangers_texts_is_not_refused_and_pings_nobody(told: list[Alert]):
    folded = render.digest([delivery(number, one) for number, one in enumerate(told)], KEY)
    assert 1 <= folded.told <= len(told)
    check(folded.payload, links=len(told))


@settings(max_examples=60)
@given(told=st.lists(ALERTS, min_size=1, max_size=8), title=st.text(max_size=300))
def test_gathered_lines_of_strangers_are_not_refused_ping_nobody_and_are_all_told(
    told: list[Alert], title: str
):
    sizes = render.pages(told)
    assert (sum(sizes), min(sizes) > 0) == (len(told), True)
    occasion = f"Daily digest {title}"
    lines = [replace(delivery(number, one), occasion=occasion) for number, one in enumerate(told[: sizes[0]])]
    folded = render.digest(lines, KEY)
    assert folded.told == sizes[0]
    check(folded.payload, links=len(told))
    assert UNSEEN.search(render.plain_digest(told, occasion, KEY)) is None


@settings(max_examples=100)
@given(told=ALERTS)
def test_no_text_of_a_stranger_moves_the_cursor_of_a_terminal(told: Alert):
    shown = render.plain(told, KEY)
    assert UNSEEN.search(shown) is None
    assert render.console(told, KEY).plain == shown
    shown.encode("utf-8")


@pytest.mark.parametrize("width", [40, 80])
@pytest.mark.parametrize("name", CASES)
def test_a_terminal_gets_lines_broken_between_words_and_addresses_whole(name: str, width: int):
    from rich.cells import cell_len
    from rich.console import Console

    shown = render.console(CASES[name], KEY)
    broken = render.wrapped(shown, Console(width=width)).plain
    assert broken.split() == shown.plain.split()
    wide = [line for line in broken.split("\n") if cell_len(line) > width]
    assert [line for line in wide if not any(cell_len(word) > width - 8 for word in line.split())] == []


def delivery(number: int, told: Alert) -> Delivery:
    now = datetime(2025, 6, 13, tzinfo=UTC)
    return Delivery(
        id=number,
        key=f"{number:024x}",
        destination="channel:1",
        story=number,
        revision=0,
        alert=told,
        state=DeliveryState.PENDING,
        created=now,
        due=now,
    )


def test_a_digest_holds_at_least_twenty_ordinary_alerts():
    told = render.digest([delivery(number, alert(number)) for number in range(40)], KEY).told
    assert told >= 20


def test_the_fullest_alert_still_fits_one_message():
    full = "W" * 5_000
    outlets = tuple(
        Outlet(family=full, name=full, url=f"https://{'o' * 50}.example/{n}", published=alert().published)
        for n in range(300)
    )
    context = tuple(
        replace(alert().context[0], headline=full, why=full, url=f"https://c.example/{'p' * 400}")
        for _ in range(9)
    )
    names = dict.fromkeys(("person", "from", "to", "investor", "recipient", "owner"), (full,) * 5)
    move = Move(
        kind=MoveKind.HIRE, names=names, title=full, amount=1e9, valuation=2e9, currency="USD", people=7
    )
    told = alert(
        headline=full, said=full, source=full, outlets=outlets, context=context, why=(full,) * 9, move=move
    )
    payload = render.message(told, Dress(key=KEY, buttons=True, repeat=True, ping_role=1))
    assert limits.violations(payload) == []


# --- words ------------------------------------------------------------------------------------


@given(text=TEXT)
def test_cleaning_twice_is_cleaning_once(text: str):
    assert clean(clean(text)) == clean(text)


@given(text=TEXT, limit=st.integers(min_value=1, max_value=300))
def test_a_fit_text_keeps_its_limit(text: str, limit: int):
    assert len(fit(text, limit)) <= limit


@given(text=st.text(st.characters(categories=["L", "N", "Zs"]), max_size=200), limit=st.integers(2, 60))
def test_a_clip_is_the_beginning_with_an_ellipsis(text: str, limit: int):
    shown = clip(text, limit)
    if len(text) <= limit:
        assert shown == text
    else:
        assert shown.endswith("…")
        assert text.startswith(shown[:-1])


def test_a_clip_ends_at_a_words_end():
    assert clip("the quick brown fox jumps", 17) == "the quick brown…"
    assert clip("the quick brown fox jumps", 16) == "the quick brown…"


def test_a_clip_parts_no_letter_from_its_mark_and_no_family():
    family = "👩\u200d👩\u200d👧"
    for limit in range(2, 12):
        shown = clip(f"ab{family}{family}e\u0301e\u0301", limit)
        assert not shown[:-1].endswith("\u200d")
        assert all(not unicodedata.combining(after) or before.isalpha() for before, after in pairwise(shown))


def test_marks_stacked_over_a_line_are_thinned():
    assert len(clean("H" + "\u0338" * 50)) == 5


def test_persian_and_joined_emoji_keep_their_joiners():
    assert clean("می\u200cخواهم 👩\u200d🚀") == "می\u200cخواهم 👩\u200d🚀"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("5 * 3 = 15", "5 \\* 3 = 15"),
        ("snake_case", "snake\\_case"),
        ("# 1 in AI", "\\# 1 in AI"),
        ("we're #1", "we're #1"),
        ("1. first", "1\\. first"),
        ("3.5 million", "3.5 million"),
        ("- dash", "\\- dash"),
        ("a - b", "a - b"),
        ("a < b > c", "a < b > c"),
        ("> quoted", "\\> quoted"),
        ("(Reuters)", "(Reuters)"),
    ],
)
def test_ordinary_signs_are_shown_as_they_are_written(written: str, shown: str):
    assert neutral(written) == shown


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("https://a.example/x (1)", "https://a.example/x%20%281%29"),
        ("https://a.example/?q=ü&r=[1]", "https://a.example/?q=%C3%BC&r=%5B1%5D"),
        ("https://a.example/%C3%BC", "https://a.example/%C3%BC"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("http://127.0.0.1:8000/x", "http://127.0.0.1:8000/x"),
        ("ftp://a.example/", None),
        ("javascript:alert(1)", None),
        ("//a.example/", None),
        ("https://user:word@a.example/", None),
        ("https://a.example/\u202ex", None),
        ("https://a.example:port/", None),
        ("https://" + "a" * 600 + ".example/", None),
        ("", None),
        (None, None),
    ],
)
def test_only_sound_links_become_links(url: str | None, safe: str | None):
    assert link(url) == safe


# --- details ----------------------------------------------------------------------------------


def test_a_time_is_shown_in_the_readers_own_zone():
    stamp = int(alert().published.timestamp())
    assert f"<t:{stamp}:f>" in render.embed(alert())["embeds"][0]["description"]


def test_the_sentence_of_the_source_is_left_out_where_it_is_the_headline():
    told = alert(said=alert().headline)
    assert "> " not in render.embed(told)["embeds"][0]["description"]


def test_a_role_is_pinged_although_the_alert_is_of_low_priority():
    payload = render.message(alert(low_priority=True), Dress(key=KEY, ping_role=5))
    assert ("flags" in payload, payload["content"]) == (False, "<@&5>")


def test_six_outlets_are_named_and_the_rest_counted():
    outlets = tuple(
        Outlet(family=f"o{n}", name=f"Outlet {n}", url=f"https://o{n}.example/", published=alert().published)
        for n in range(9)
    )
    [field] = [
        field
        for field in render.embed(alert(outlets=outlets))["embeds"][0]["fields"]
        if field["name"].startswith("Reported")
    ]
    assert field["name"] == "Reported by 9 outlets"
    assert field["value"].endswith("and 3 more")


def test_a_past_with_long_links_keeps_its_lines_without_the_links():
    context = tuple(
        ContextLine(
            story=n,
            headline=f"Earlier story {n}",
            url=f"https://c.example/{'p' * 300}",
            published=alert().published - timedelta(days=n),
            why="same company",
        )
        for n in range(5)
    )
    fields = render.embed(alert(context=context))["embeds"][0]["fields"]
    [value] = [field["value"] for field in fields if field["name"] == "Earlier"]
    assert value.count("Earlier story") == 5
    assert value.count("](https://c.example/") == 2


def test_the_check_of_limits_finds_each_fault():
    def faulty(**more: object) -> list[str]:
        return limits.violations({"content": "x", "allowed_mentions": {"parse": []}} | more)

    assert faulty() == []
    assert faulty(content="x" * 2_001)
    assert faulty(content="")
    assert faulty(allowed_mentions=None)
    assert faulty(allowed_mentions={"parse": ["everyone"]})
    assert faulty(allowed_mentions={"parse": [], "users": ["1"]})
    assert faulty(embeds=[{"title": "t" * 257}])
    assert faulty(embeds=[{"description": "d" * 4_097}])
    assert faulty(embeds=[{"description": "d" * 3_001}] * 2)
    assert faulty(embeds=[{"title": "t"}] * 11)
    assert faulty(embeds=[{"title": "t", "fields": [{"name": "", "value": "v"}]}])
    assert faulty(embeds=[{"title": "t", "fields": [{"name": "n", "value": "v" * 1_025}]}])
    assert faulty(embeds=[{"title": "t", "fields": [{"name": "n", "value": "v"}] * 26}])
    assert faulty(embeds=[{"title": "t", "url": "javascript:1"}])
    assert faulty(embeds=[{"title": "t", "footer": {"text": "f" * 2_049}}])
    assert faulty(embeds=[{}])
    assert faulty(nonce="n" * 26)
    button = {"type": 2, "style": 2, "label": "b", "custom_id": "c"}
    assert faulty(components=[{"type": 1, "components": [button]}]) == []
    assert faulty(components=[{"type": 1, "components": [button] * 2}])
    assert faulty(components=[{"type": 1, "components": []}])
    assert faulty(components=[{"type": 1, "components": [button | {"label": "l" * 81}]}])
    assert faulty(components=[{"type": 1, "components": [button | {"style": 5}]}])
