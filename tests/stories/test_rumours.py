"""A rumour that comes true: one story, told by the headline and the figures of its confirmation."""

from datetime import UTC, datetime, timedelta

from bot.intake import GivenEntry
from bot.replay import Line, Summary, from_items, replay
from seeds.loader import seed_watchlist
from storage.model import Document, MoveStatus, Story, UpdateKind, Verdict, Watchlist
from watchers.alerting import alert_for

WATCHLIST = Watchlist(entities=tuple(seed_watchlist()))
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TALKS = (
    "Mercor is in talks to raise $400 million, sources say",
    "The round would be led by Brightwater Capital.",
)
DONE = ("Mercor raises $425 million led by Brightwater Capital", "Mercor confirmed the round on Tuesday.")
JOINS = ("Mercor in talks over $400 million round", "Sources say that Brightwater Capital would lead it.")


def played(*told: tuple[float, str, tuple[str, str]]) -> list[Line]:
    """Each report is hours after the start, the host, and its headline and lead."""
    given = [
        GivenEntry(
            number=number,
            id=str(number),
            document=Document(
                title=title,
                summary=summary,
                url=f"https://{host}/{number}",
                source=host,
                lang="en",
                published=START + timedelta(hours=hours),
            ),
        )
        for number, (hours, host, (title, summary)) in enumerate(told)
    ]
    return list(replay(from_items(given), WATCHLIST, Summary()))


def last_story(lines: list[Line]) -> Story:
    story = lines[-1].judged.outcome.story
    assert story is not None
    return story


def test_the_confirmation_gives_headline_and_sum() -> None:
    lines = played((0, "a.example", TALKS), (20, "b.example", DONE), (22, "c.example", JOINS))
    assert len({line.judged.story for line in lines}) == 1
    story = last_story(lines)
    assert story.headline == DONE[0]
    assert story.main is not None
    assert (story.main.status, story.main.amount) == (MoveStatus.REPORTED, 425_000_000)
    reply = lines[1].judged.outcome.decision
    assert reply is not None
    assert (reply.verdict, reply.update) == (Verdict.UPDATE, UpdateKind.REPLY)


def test_the_message_says_when_its_headline_came_out() -> None:
    lines = played((0, "a.example", TALKS), (20, "b.example", DONE), (22, "c.example", JOINS))
    judged = lines[-1].judged
    assert judged.outcome.decision is not None
    edit = alert_for(
        last_story(lines), judged.entry, judged.outcome.mentions, judged.outcome.decision, (), WATCHLIST
    )
    assert (edit.source, edit.published) == ("b.example", START + timedelta(hours=20))


def test_a_second_rumour_leaves_the_first_headline() -> None:
    story = last_story(played((0, "a.example", TALKS), (2, "c.example", JOINS)))
    assert story.headline == TALKS[0]


def test_a_confirmation_after_three_days_is_news_of_its_own_and_follows() -> None:
    lines = played((0, "a.example", TALKS), (24 * 8, "b.example", DONE))
    first, second = (line.judged for line in lines)
    assert first.story != second.story
    story = last_story(lines)
    assert story.follows == first.story
    assert second.outcome.decision is not None
    assert second.outcome.decision.verdict is Verdict.ALERT
    assert second.outcome.context[0].story == first.story
