"""Digests and quiet hours: lines that wait, told once, grouped, and nothing left out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import answers, documents, render
from bot.courier import drain
from bot.digests import gather, plan, waits_for
from bot.schedule import Jobs
from storage.model import Alert, Move, MoveKind, Occasion, Route, WaitingLine
from tests.routing.conftest import HOME, A, World

LAUNCH = "OpenAI launches a coding model for schools"
LAWSUIT = "OpenAI sued by a group of novelists over books"
LAYOFFS = "Scale AI lays off 300 employees"
NOW = datetime(2025, 6, 13, 12, 0, tzinfo=UTC)


async def test_a_daily_digest_comes_once_at_nine_with_grouped_links(world: World) -> None:
    world.server(A, {"digest": "daily"}, zone="America/New_York")
    world.tell(LAUNCH)
    world.tell(LAWSUIT)
    await world.deliver()
    assert world.shown(101) == []
    world.clock.at = datetime(2025, 6, 13, 12, 59, tzinfo=UTC)  # 8:59 there
    await world.deliver()
    assert world.shown(101) == []
    world.restart()
    world.wait(minutes=1)
    await world.deliver()
    await world.deliver()
    [message] = world.messages(101)
    [embed] = message["embeds"]
    assert embed["title"] == "Daily digest · 13 June 2025 · 2 stories"
    launch, lawsuit = embed["description"].index("Launch"), embed["description"].index("Legal")
    assert launch < embed["description"].index("schools") < lawsuit
    assert "https://news.example/1" in embed["description"]
    assert "https://news.example/2" in embed["description"]
    world.wait(days=1)
    await world.deliver()
    assert len(world.messages(101)) == 1  # nothing new: no digest
    assert world.shown(HOME) == []  # the default route wants none


async def test_a_weekly_digest_waits_for_monday(world: World) -> None:
    world.server(A, {"digest": "weekly"})
    world.tell(LAUNCH)
    world.clock.at = datetime(2025, 6, 16, 8, 59, tzinfo=UTC)
    await world.deliver()
    assert world.shown(101) == []
    world.tell(LAWSUIT)
    world.wait(hours=30)  # whoever polls once a day is told with the next pass
    await world.deliver()
    [digest] = world.shown(101)
    assert "Weekly digest · 16 June 2025 · 2 stories" in digest


async def test_a_digest_that_was_switched_off_forgets_its_lines_and_one_that_changed_keeps_them(
    world: World,
) -> None:
    world.server(A, {"digest": "weekly"})
    world.tell(LAUNCH)
    [route] = world.store.routes.of(A)
    world.store.routes.put(replace(route, digest="daily"), world.now)
    world.wait(days=1)
    await world.deliver()
    assert len(world.shown(101)) == 1
    world.tell(LAWSUIT)
    world.store.routes.put(replace(route, digest="off"), world.now)
    await world.deliver()
    assert world.store.outbox.lines.count() == 0


async def test_what_alerts_after_all_leaves_the_digest(world: World) -> None:
    world.server(A, {"digest": "daily"})
    world.tell(LAUNCH)
    assert world.store.outbox.lines.count() == 1
    world.tell(
        "OpenAI launches a coding model for schools, built with Scale AI",
        outlet="https://other.example/feed.xml",
    )
    world.wait(days=1)
    await world.deliver()
    alerts = [one for one in world.shown(101) if "digest" not in one]
    digests = [one for one in world.shown(101) if "digest" in one]
    told = [one for one in digests if "coding model for schools" in one]
    assert (len(alerts), len(told)) == (1, 0)


async def test_quiet_hours_hold_messages_over_midnight_and_let_the_most_important_go_first(
    world: World,
) -> None:
    world.server(A, {"quiet_hours": "22:00-07:00"}, zone="Europe/Berlin")
    world.clock.at = datetime(2025, 6, 13, 20, 30, tzinfo=UTC)  # 22:30 there
    world.tell("Google is sued by a publisher, and Anthropic hires a new head of policy from Google")
    world.tell(LAYOFFS)
    await world.deliver()
    assert world.shown(101) == []
    assert len(world.shown(HOME)) == 2
    world.restart()
    world.clock.at = datetime(2025, 6, 14, 4, 59, tzinfo=UTC)
    await world.deliver()
    assert world.shown(101) == []
    world.wait(minutes=1)  # 7:00 there
    await world.deliver()
    first, second = world.shown(101)
    assert "Scale AI" in first
    assert "Anthropic" in second


async def test_a_mute_in_the_night_keeps_what_was_held_for_its_own_end(world: World) -> None:
    world.server(A, {"quiet_hours": "22:00-07:00"})
    world.clock.at = datetime(2025, 6, 13, 23, 0, tzinfo=UTC)
    world.tell(LAYOFFS)
    world.tell("Mercor raises $100 million from Benchmark")
    world.store.mutes.mute(A, "scale-ai", world.now + timedelta(days=1), world.now)
    world.clock.at = datetime(2025, 6, 14, 7, 0, tzinfo=UTC)
    await world.deliver()
    assert ["Mercor" in one for one in world.shown(101)] == [True]
    world.wait(days=1)
    await world.deliver()
    _, note = world.shown(101)
    assert LAYOFFS in note


@pytest.mark.parametrize("fault", ["drop-before", "drop-after", "500", "500-stored", "429"])
async def test_a_digest_arrives_once_whatever_befalls_it(world: World, fault: str) -> None:
    world.server(A, {"digest": "daily"})
    world.tell(LAUNCH)
    world.tell(LAWSUIT)
    world.wait(days=1)
    world.discord.world.faults.append(fault)
    for _ in range(3):
        gather(world.app)
        sinks = world.discord.sinks(clock=world.clock)
        await drain(world.store, sinks, world.clock, fault_patience=0)
        world.restart()
        world.wait(minutes=10)
    [digest] = world.shown(101)
    assert "2 stories" in digest
    assert set(world.discord.world.keys().values()) == {1}


async def test_a_held_message_takes_in_what_joins_it_in_the_night(world: World) -> None:
    world.server(A, {"quiet_hours": "22:00-07:00"})
    world.clock.at = datetime(2025, 6, 13, 23, 0, tzinfo=UTC)
    world.tell(LAYOFFS)
    world.wait(hours=1)
    world.tell("Layoffs at Scale AI: 300 employees must go", outlet="https://other.example/feed.xml")
    await world.deliver()
    world.clock.at = datetime(2025, 6, 14, 7, 0, tzinfo=UTC)
    await world.deliver()
    [only] = world.messages(101)
    assert "2 outlets" in str(only["embeds"])


async def test_a_digest_due_in_quiet_hours_waits_for_their_end(world: World) -> None:
    world.server(A, {"digest": "daily", "quiet_hours": "22:00-10:30"})
    world.tell(LAUNCH)
    world.clock.at = datetime(2025, 6, 14, 9, 0, tzinfo=UTC)
    await world.deliver()
    assert world.shown(101) == []
    world.clock.at = datetime(2025, 6, 14, 10, 30, tzinfo=UTC)
    await world.deliver()
    assert len(world.shown(101)) == 1


async def test_the_schedule_makes_the_same_digest_as_a_pass(world: World) -> None:
    import asyncio

    world.server(A, {"digest": "daily"})
    world.tell(LAUNCH)
    world.wait(days=1)
    jobs = Jobs(world.app, asyncio.Event())
    await jobs.digest()
    await jobs.digest()
    assert (world.store.deliveries.due_count(world.now), world.store.outbox.lines.count()) == (1, 0)
    assert gather(world.app) == 0
    await world.deliver()
    assert len(world.shown(101)) == 1


async def test_the_default_route_has_a_digest_too(world: World) -> None:
    world.settings = replace(world.settings, digest="daily", timezone="Asia/Tokyo")
    world.tell(LAUNCH)
    world.clock.at = datetime(2025, 6, 13, 23, 59, tzinfo=UTC)
    await world.deliver()
    assert world.shown(HOME) == []
    world.wait(minutes=1)
    await world.deliver()
    assert len(world.shown(HOME)) == 1


async def test_the_terminal_prints_the_digest(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.settings = replace(world.settings, discord_token=None, discord_channel_id=None, digest="daily")
    world.tell(LAUNCH)
    world.wait(days=1)
    await world.deliver()
    printed = capsys.readouterr().out
    assert printed.startswith("Daily digest · 14 June 2025 · 1 story\n  🚀 Launch\n")
    assert "https://news.example/1" in printed


def line(number: int, **changes: Any) -> WaitingLine:
    alert = Alert(
        story=number,
        revision=0,
        headline=f"Lab number {number} opens " + "a very long corridor " * 6,
        url=f"https://news.example/{'x' * 200}/{number}",
        source="News",
        published=NOW - timedelta(hours=number),
        move=Move(kind=MoveKind.LAUNCH if number % 2 else MoveKind.LEGAL),
    )
    made = WaitingLine(
        id=number,
        destination="channel:1",
        story=number,
        revision=0,
        alert=alert,
        occasion=Occasion.DIGEST,
        about=None,
        guild=None,
        added=NOW - timedelta(days=1),
        due=None,
    )
    return replace(made, **changes)


DAILY = Route(id=1, destination="channel:1", digest="daily")


def test_a_long_digest_is_several_messages_and_leaves_nothing_out() -> None:
    lines = [line(number) for number in range(1, 101)]
    planned = plan(lines, [DAILY], lambda *_: False, NOW)
    assert len(planned.messages) > 1
    assert planned.messages[0].title.endswith(f" · 1 of {len(planned.messages)}")
    assert sorted(one.id for message in planned.messages for one in message.lines) == list(range(1, 101))
    for message in planned.messages:
        told = render.pages([one.alert for one in message.lines])
        assert told == [len(message.lines)]


def test_lines_of_a_channel_without_a_route_wait_and_are_forgotten_after_thirty_days() -> None:
    young, old = line(1), line(2, added=NOW - timedelta(days=31))
    planned = plan([young, old], [], lambda *_: False, NOW)
    assert (planned.messages, planned.dropped) == ((), (old,))


def test_mutes_are_told_by_entity() -> None:
    held = [
        line(number, occasion=Occasion.MUTED, about=slug, guild=9)
        for number, slug in enumerate(("acme", "globex", "acme", "initech"), 1)
    ]
    planned = plan(held, [DAILY], lambda _, slug: slug == "initech", NOW)
    assert [[one.id for one in message.lines] for message in planned.messages] == [[3, 1], [2]]


async def test_why_says_where_a_story_waits_and_for_what(world: World) -> None:
    world.server(A, {"digest": "daily"})
    launch = world.tell(LAUNCH)
    answer = answers.why(world.store, f"e{launch.entry.id}")
    assert documents.why(answer)["waiting"] == [
        {"destination": "channel:101", "for": "digest", "about": None}
    ]
    assert [waits_for(one) for one in answer.waiting] == ["the next digest"]
    world.wait(days=1)
    await world.deliver()
    assert answers.why(world.store, f"s{launch.story}").waiting == ()
