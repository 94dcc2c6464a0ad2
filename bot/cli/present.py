"""How the nouns look to people: the tables of mentions, moves and profiles, and moves as CSV.

Nouns in, rows and lines out; drawing is left to ``output``.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from bot.answers import EntityAnswer
from bot.cli.output import Cell, say, table, write_bytes
from bot.render.headline import amount, people
from bot.text import clean
from bot.times import day, iso
from bot.words import count
from storage.model import FOR_GOOD, Entity, Mention, Move, MoveRecord, MoveStatus

MENTION_COLUMNS = ("entity", "as written", "where", "score", "meant", "evidence")
MOVE_COLUMNS = ("move", "status", "who", "what", "evidence")
RECORD_COLUMNS = ("date", "move", "who", "what", "headline", "source", "story", "link")
ROLES = (
    "person", "from", "to", "investor", "recipient", "acquirer", "target", "partner", "customer", "supplier",
    "employer", "owner", "plaintiff", "defendant",
)  # fmt: skip
CSV_COLUMNS = (
    "published", "kind", "status", *ROLES, "title", "amount", "valuation", "currency", "people", "headline",
    "url", "source", "story",
)  # fmt: skip
FORMULA_SIGNS = ("=", "+", "-", "@")  # a spreadsheet runs what begins so
COMPANY_SHOWN = 8


def mention_rows(mentions: Iterable[Mention]) -> tuple[Sequence[str], list[list[str | Cell]]]:
    """Columns and rows for ``mentions``, those that are not meant among them."""
    return MENTION_COLUMNS, [
        [
            mention.entity,
            mention.text,
            f"{mention.field} {mention.start}-{mention.end}",
            f"{mention.score:.2f}",
            Cell("yes", "green") if mention.accepted else Cell("no", "dim"),
            ", ".join(mention.evidence),
        ]
        for mention in mentions
    ]


def move_rows(moves: Iterable[Move]) -> tuple[Sequence[str], list[list[str]]]:
    """Columns and rows for ``moves``."""
    return MOVE_COLUMNS, [
        [move.kind.value, move.status.value, parties(move), particulars(move), move.evidence]
        for move in moves
    ]


def record_rows(records: Iterable[MoveRecord]) -> tuple[Sequence[str], list[list[str | Cell]]]:
    """Columns and rows for recorded moves."""
    return RECORD_COLUMNS, [
        [
            day(record.published),
            kind_and_status(record.move),
            parties(record.move),
            particulars(record.move),
            record.headline,
            record.source,
            f"s{record.story}",
            record.url,
        ]
        for record in records
    ]


def kind_and_status(move: Move) -> str:
    """``departure``, or ``funding (rumour)`` where the status is worth a word."""
    return (
        move.kind.value if move.status is MoveStatus.REPORTED else f"{move.kind.value} ({move.status.value})"
    )


def parties(move: Move) -> str:
    """``person Ruben Mayer, from meta``: names as written, ids where there is no name."""
    told = ((role, named(move, role)) for role in dict.fromkeys((*ROLES, *move.names, *move.roles)))
    return ", ".join(f"{role} {' and '.join(names)}" for role, names in told if names)


def named(move: Move, role: str) -> tuple[str, ...]:
    """Who fills ``role``: the names as written, else the ids."""
    return tuple(move.names.get(role) or move.roles.get(role, ()))


def particulars(move: Move) -> str:
    """Title, amounts and number of people, as far as they are known."""
    found = [move.title or "", amount(move), people(move)]
    return ", ".join(part for part in found if part)


def muted(entity: Entity) -> str:
    """``until 2025-07-01T00:00:00Z``, ``until unmuted``; empty where it is heard."""
    until = entity.muted_until
    if until is None or until <= datetime.now(UTC):
        return ""
    return "until unmuted" if until >= FOR_GOOD else f"until {iso(until)}"


def write_csv(records: Iterable[MoveRecord]) -> None:
    """Moves as CSV (RFC 4180) with a heading; a cell that a spreadsheet would run gets an apostrophe."""
    import csv
    import io

    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(CSV_COLUMNS)
    for record in records:
        move = record.move
        writer.writerow(
            [
                _harmless(value)
                for value in (
                    iso(record.published),
                    move.kind.value,
                    move.status.value,
                    *("; ".join(named(move, role)) for role in ROLES),
                    move.title or "",
                    "" if move.amount is None else f"{move.amount:.0f}",
                    "" if move.valuation is None else f"{move.valuation:.0f}",
                    move.currency or "",
                    "" if move.people is None else str(move.people),
                    record.headline,
                    record.url,
                    record.source,
                    f"s{record.story}",
                )
            ]
        )
    write_bytes(buffer.getvalue().encode())


def _harmless(value: str) -> str:
    value = clean(value)
    return f"'{value}" if value.startswith(FORMULA_SIGNS) else value


def show_profile(answer: EntityAnswer) -> None:
    """A profile: who it is, the company it keeps, its moves and stories."""
    profile, entity = answer.profile, answer.profile.entity
    say(f"{entity.name} ({entity.slug}): {entity.kind.value}, tier {entity.tier.value}", "bold")
    if entity.aliases:
        say(f"also written {', '.join(alias.text for alias in entity.aliases)}")
    if end := muted(entity):
        say(f"muted {end}")
    meaning = (
        "its sources are read"
        if answer.coverage == "quiet"
        else "its sources are not read: silence means nothing"
    )
    say(f"coverage: {answer.coverage} ({meaning})")
    if profile.mentioned_with:
        company = [
            f"{slug} ({count(number, 'story', 'stories')})" for slug, number in profile.mentioned_with.items()
        ]
        say(f"mentioned with {', '.join(company[:COMPANY_SHOWN])}")
    table(*record_rows(profile.moves), title="Moves", empty="no move is recorded")
    table(
        ["id", "date", "move", "headline", "outlets", "link"],
        [
            [
                f"s{story.id}",
                day(story.published),
                kind_and_status(story.main) if story.main else "none",
                story.headline,
                str(len(story.outlets) or 1),
                story.url,
            ]
            for story in profile.stories
        ],
        title="Stories",
        empty="no story tells of it",
    )
