"""The watchlist file: what it may hold, what it must not, and where it says so."""

import contextlib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeds.locate import position
from seeds.watchlist import dump_watchlist, load_watchlist, slug_of
from storage.errors import WatchlistError
from storage.model import Alias, Entity, EntityKind, Relation, RelationKind, Tier

FULL = """\
# a comment
[[entity]]
slug = "acme"
name = "Acme"
kind = "organisation"
tier = "context"
note = "makes everything"
muted_until = 2025-09-01T00:00:00Z
aliases = [
  "Acme Corp", # the usual
  { text = "Acme", ambiguous = true, case_sensitive = true },
  { text = "Äcme", lang = "de", strong = true },
]
contexts_for = ["anvil", "coyote"]
contexts_against = ["acme of perfection"]
relations = [
  { kind = "invested-in", target = "wile", since = 2024-02-29, until = 2025-01-01 },
]

[[entity]]
slug = "wile"
name = "Wile E. Coyote"
kind = "person"
tier = "related"
relations = [{ kind = "works-at", target = "acme", role = "chief tester" }]
"""


def test_everything_that_a_file_may_say_is_read():
    acme, wile = load_watchlist(FULL.encode())
    assert acme == Entity(
        slug="acme",
        name="Acme",
        kind=EntityKind.ORGANISATION,
        tier=Tier.CONTEXT,
        note="makes everything",
        muted_until=datetime(2025, 9, 1, tzinfo=UTC),
        aliases=(
            Alias(text="Acme Corp"),
            Alias(text="Acme", ambiguous=True, case_sensitive=True),
            Alias(text="Äcme", lang="de", strong=True),
        ),
        contexts_for=("anvil", "coyote"),
        contexts_against=("acme of perfection",),
        relations=(
            Relation(
                kind=RelationKind.INVESTED_IN, target="wile", since=date(2024, 2, 29), until=date(2025, 1, 1)
            ),
        ),
    )
    assert wile.relations == (Relation(kind=RelationKind.WORKS_AT, target="acme", role="chief tester"),)


def test_a_name_alone_is_enough():
    [entity] = load_watchlist(b'[[entity]]\nname = "Bj\xc3\xb6rn \xc3\x9cnal & Co"\n')
    assert (entity.slug, entity.kind, entity.tier) == (
        "bjorn-unal-co",
        EntityKind.ORGANISATION,
        Tier.PRIMARY,
    )


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Scale AI", "scale-ai"),
        ("U.S. Army", "u-s-army"),
        ("谷歌", "谷歌"),
        ("ＯｐｅｎＡＩ", "openai"),
        ("!", "entity"),
    ],
)
def test_a_slug_is_made_of_a_name(name, slug):
    assert slug_of(name) == slug


def test_an_empty_file_is_an_empty_watchlist():
    assert load_watchlist(b"# nothing yet\n") == []


def test_a_file_of_another_system_is_read(tmp_path: Path):
    file = tmp_path / "list.toml"
    file.write_bytes(b"\xef\xbb\xbf" + FULL.replace("\n", "\r\n").encode())
    assert load_watchlist(file) == load_watchlist(FULL.encode())


FAULTS = {  # text -> place and what the line says
    'entity = [{ name = "a" }, { nme = "b" }]': (1, 29, 'unknown key "nme"; allowed are name, slug, kind'),
    '[[entiti]]\nname = "a"': (1, 1, 'unknown key "entiti"; allowed are entity'),
    '[[entity]]\nslug = "a"': (1, 1, 'the key "name" is missing'),
    '[[entity]]\nname = "a"\ntier = "gold"': (3, 1, "primary, context, related"),
    '[[entity]]\nname = "a"\nkind = "firm"': (3, 1, "organisation, unit, person, product"),
    "[[entity]]\nname = 3": (2, 1, "expected str, got int"),
    '[[entity]]\nname = "  "\nslug = "a"': (2, 1, "name is empty"),
    '[[entity]]\nname = "\\u0000"\nslug = "a"': (2, 1, "no letter or digit"),
    '[[entity]]\nname = "a"\nslug = "A b"': (3, 1, "lower-case letters and digits joined by hyphens"),
    '[[entity]]\nname = "a"\n\n[[entity]]\nname = "b"\nslug = "a"': (6, 1, 'slug "a" stands twice'),
    '[[entity]]\nname = "a"\naliases = [\n  "b", # ] [\n  { text = "c", stong = true },\n]': (5, 17, "stong"),
    '[[entity]]\nname = "a"\naliases = ["b,[", 3]': (3, 19, 'a list of "text"'),
    '[[entity]]\nname = "a"\naliases = ["b", "—"]': (3, 17, "would match nothing"),
    '[[entity]]\nname = "a"\naliases = [{ text = "b", strong = true, ambiguous = true }]': (
        3,
        12,
        "both strong",
    ),
    '[[entity]]\nname = "a"\naliases = [{ text = "b", lang = "Portuguese" }]': (3, 26, "ISO 639"),
    '[[entity]]\nname = "a"\nrelations = [{ kind = "loves", target = "a" }]': (3, 16, "works-at, founded"),
    '[[entity]]\nname = "a"\nrelations = [{ kind = "works-at", target = "b" }]': (3, 35, '"b" is no slug'),
    '[[entity]]\nname = "a"\nrelations = [{ kind = "works-at", target = "a", since = "soon" }]': (
        3,
        49,
        "a date",
    ),
    '[[entity]]\nname = "a"\ncontexts_against = ["x", ""]': (3, 26, "would match everything"),
    '[[entity]]\nname = "a"\n[[entity.aliases]]\ntext = "b"\n[[entity.aliases]]\ntext = 3': (
        6,
        1,
        "expected str",
    ),
    f'[[entity]]\nname = "{"a" * 201}"': (2, 1, "name of 201 signs; allowed are 200"),
    f'[[entity]]\nname = "a"\naliases = ["b", "{"a" * 201}"]': (3, 17, "alias of 201 signs"),
    '[[entity]]\nname = "a"\nmuted_until = 0001-01-01T00:00:00+23:59': (3, 1, "no time in UTC"),
    '[[entity]]\nname = "a\n': (2, 10, "not TOML"),
    '[[entity]\nname = "a"': (1, 9, "not TOML"),
    '[[entity]]\nname = """a': (2, 12, "not TOML"),
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_is_told_with_file_line_column_and_what_is_allowed(text):
    line, column, says = FAULTS[text]
    with pytest.raises(WatchlistError) as error:
        load_watchlist(text.encode(), name="mine.toml")
    message = str(error.value)
    assert message.startswith(f"mine.toml:{line}:{column}: ")
    assert says in message
    assert "\n" not in message


def test_since_after_until_is_a_fault():
    relation = '{ kind = "founded", target = "a", since = 2025-02-01, until = 2025-01-01 }'
    text = f'[[entity]]\nname = "a"\nrelations = [{relation}]'
    with pytest.raises(WatchlistError, match=r"^w:3:68: until 2025-01-01 is before since 2025-02-01$"):
        load_watchlist(text.encode(), name="w")


def test_bytes_that_are_no_text_are_a_fault_with_their_place():
    with pytest.raises(WatchlistError, match=r"^w:2:9: byte 0xff is not UTF-8"):
        load_watchlist(b'[[entity]]\nname = "\xff"', name="w")


@pytest.mark.parametrize(
    ("text", "says"), [("a = " + "[" * 5_000, "too deeply"), ("a = " + "9" * 5_000, "too many digits")]
)
def test_what_python_refuses_to_read_is_a_fault(text, says):
    with pytest.raises(WatchlistError, match=f"^w: .*{says}"):
        load_watchlist(text.encode(), name="w")


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path):
    with pytest.raises(WatchlistError, match="cannot be read: No such file"):
        load_watchlist(tmp_path / "none.toml")


def test_a_relation_may_point_to_what_is_known_elsewhere():
    text = b'[[entity]]\nname = "a"\nrelations = [{ kind = "works-at", target = "meta" }]'
    [entity] = load_watchlist(text, known=["meta"])
    assert entity.relations[0].target == "meta"


def test_a_header_inside_a_string_is_no_table():
    text = '[[entity]]\nname = "a"\nnote = """\n[[entity]]\n"""\n[[entity]]\nname = "b"\n'
    assert position(text, ("entity", 1, "name")) == (7, 1)


def test_a_place_that_is_not_there_is_told_by_the_nearest_one():
    assert position(FULL, ("entity", 1, "aliases", 4, "text")) == (20, 1)
    assert position("", ("entity", 0)) == (1, 1)


texts = st.text(min_size=1, max_size=20)
words = texts.filter(lambda text: any(c.isalnum() for c in text))
dates = st.none() | st.dates(min_value=date(1990, 1, 1), max_value=date(2040, 1, 1))
aliases = st.builds(
    Alias,
    text=words,
    lang=st.sampled_from([None, "pt", "zh"]),
    strong=st.booleans(),
    ambiguous=st.just(False),
    case_sensitive=st.booleans(),
) | st.builds(Alias, text=words, ambiguous=st.just(True))
relations = st.builds(
    Relation,
    kind=st.sampled_from(RelationKind),
    target=st.just("known"),
    role=st.none() | texts,
    since=dates,
)
entities = st.builds(
    Entity,
    slug=st.from_regex(r"[a-z0-9]{1,5}(-[a-z0-9]{1,5}){0,2}", fullmatch=True),
    name=words,
    kind=st.sampled_from(EntityKind),
    tier=st.sampled_from(Tier),
    aliases=st.lists(aliases, max_size=4).map(tuple),
    relations=st.lists(relations, max_size=3).map(tuple),
    contexts_for=st.lists(words, max_size=3).map(tuple),
    contexts_against=st.lists(words, max_size=3).map(tuple),
    note=st.none() | texts,
    muted_until=st.none() | st.datetimes(timezones=st.just(UTC)),
)


@given(st.lists(entities, max_size=5, unique_by=lambda entity: entity.slug))
def test_what_is_dumped_is_read_back_the_same(watchlist):
    dumped = dump_watchlist(watchlist)
    assert load_watchlist(dumped.encode(), known=["known"]) == watchlist


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_no_bytes_at_all_raise_anything_but_a_watchlist_error(raw):
    with contextlib.suppress(WatchlistError):
        load_watchlist(b'[[entity]]\nname = "a"\n' + raw)
