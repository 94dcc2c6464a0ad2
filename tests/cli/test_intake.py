"""Lines in: what is read, what is ignored, what is refused."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.intake import BadLine, GivenEntry, language, read_lines
from storage.model import Document


def test_only_the_title_is_needed_and_unknown_keys_are_ignored() -> None:
    lines = [b'{"title": "A new lab", "colour": {"deep": [1]}}\n']
    assert list(read_lines(lines)) == [GivenEntry(number=1, id="1", document=Document(title="A new lab"))]


def test_all_keys_are_read() -> None:
    line = (
        '{"id": "x1", "title": "T", "summary": "S", "url": "https://example.org/a", '
        '"published": "2025-06-13T09:00:00+02:00", "source": "Example", "lang": "pt-BR"}'
    )
    [found] = read_lines([line.encode()])
    assert found == GivenEntry(
        number=1,
        id="x1",
        document=Document(
            title="T",
            summary="S",
            url="https://example.org/a",
            published=datetime(2025, 6, 13, 7, tzinfo=UTC),
            source="Example",
            lang="pt",
        ),
    )


def test_null_means_missing_everywhere_but_in_the_title() -> None:
    line = b'{"id": null, "title": "T", "summary": null, "url": null, "published": null, "source": null}'
    assert list(read_lines([line])) == [GivenEntry(number=1, id="1", document=Document(title="T"))]


def test_an_id_falls_back_on_the_url_then_on_the_line_number() -> None:
    lines = [
        b'{"title": "a", "url": "https://example.org/"}',
        b"",
        b'{"title": "b"}',
        b'{"title": "c", "id": 7}',
    ]
    assert [one.id for one in read_lines(lines) if isinstance(one, GivenEntry)] == [
        "https://example.org/",
        "3",
        "7",
    ]


def test_a_bad_line_is_named_and_the_next_is_read() -> None:
    lines = [
        b"{broken",
        b'{"summary": "no title"}',
        b'["a list"]',
        b'{"title": null}',
        b"\xff\xfe",
        b'{"title": "ok"}',
    ]
    found = list(read_lines(lines))
    assert [one.number for one in found if isinstance(one, BadLine)] == [1, 2, 3, 4, 5]
    assert found[-1] == GivenEntry(number=6, id="6", document=Document(title="ok"))


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    [found] = read_lines([b'\xef\xbb\xbf{"title": "a"}'])
    assert isinstance(found, GivenEntry)


def test_a_deeply_nested_line_is_refused_not_followed() -> None:
    [found] = read_lines([b'{"title": "a", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"])
    assert isinstance(found, BadLine)


def test_languages_are_reduced_to_two_letters() -> None:
    assert [language(code) for code in ("en", "PT-br", "zh_Hans", "english", "", None)] == [
        "en",
        "pt",
        "zh",
        None,
        None,
        None,
    ]


@given(st.lists(st.binary()))
def test_no_bytes_break_the_reader(lines: list[bytes]) -> None:
    assert len(list(read_lines(lines))) <= len(lines)
