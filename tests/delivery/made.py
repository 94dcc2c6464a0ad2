"""Alerts and deliveries as the pipeline would make them, in our own words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from storage.model import Alert, ContextLine, Move, MoveKind, NewDelivery, Outlet, Story, UpdateKind
from storage.sqlite import SqliteStore

WHEN = datetime(2025, 6, 12, 17, 30, tzinfo=UTC)


def alert(number: int = 1, **more: object) -> Alert:
    """A departure, told by two outlets, with one line of its past."""
    made = Alert(
        story=number,
        revision=0,
        headline=f"Chief scientist number {number} walks out of the lab",
        url=f"https://news.example/{number}",
        source="The Daily Example",
        published=WHEN,
        said="She told her team on Thursday that she is leaving.",
        move=Move(
            kind=MoveKind.DEPARTURE,
            roles={"person": ("ada-example",), "from": ("example-labs",)},
            names={"person": ("Ada Example",), "from": ("Example Labs",)},
            title="chief scientist",
        ),
        names={"ada-example": "Ada Example", "example-labs": "Example Labs"},
        entities=("ada-example", "example-labs"),
        outlets=(
            Outlet(
                family="news.example", name="The Daily Example", url="https://news.example/1", published=WHEN
            ),
            Outlet(family="wire.example", name="Wire", url="https://wire.example/9", published=WHEN),
        ),
        context=(
            ContextLine(
                story=900,
                headline="Example Labs raises money again",
                url="https://old.example/raise",
                published=WHEN - timedelta(days=40),
                why="same company: Example Labs",
            ),
        ),
        why=("Ada Example (primary) in the headline",),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def edit(number: int = 1, **more: object) -> Alert:
    """A third outlet joined."""
    before = alert(number)
    third = Outlet(family="third.example", name="Third", url="https://third.example/2", published=WHEN)
    return replace(
        before, outlets=(*before.outlets, third), update=UpdateKind.EDIT, low_priority=True, **more
    )  # type: ignore[arg-type]


def reply(number: int = 1, **more: object) -> Alert:
    """A new fact came out."""
    return replace(alert(number), update=UpdateKind.REPLY, fact="confirmed by the lab", **more)  # type: ignore[arg-type]


def put(
    store: SqliteStore,
    destination: str,
    told: Alert,
    now: datetime,
    *,
    revision: int = 0,
    priority: int = 0,
    ping_role: int | None = None,
) -> str:
    """Enqueue one delivery; its key."""
    new = NewDelivery(destination=destination, alert=told, priority=priority, ping_role=ping_role)
    with store.transaction():
        return store.outbox.enqueue(told.story, revision, [new], now)[0]


def story(number: int) -> Story:
    """A story for tests that go through the whole store."""
    told = alert(number)
    return Story(
        id=0,
        headline=told.headline,
        url=told.url,
        source=told.source,
        opened=WHEN,
        updated=WHEN,
        alerted=WHEN,
    )
