"""Alert, update or quiet: the contract's table, then age, mutes, doubt and what was told already."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storage.model import Document, Entry, Mention, Move, MoveKind, Story, Verdict, Watchlist
from tests.stories.newsroom import START, reader, watchlist
from watchers import triage
from watchers.stories import StoryChange

PRIMARY = ("Surge AI sued by annotators over unpaid hours", "")
DAY = timedelta(days=1)


def entry(title: str, summary: str = "", **changes: object) -> Entry:
    document = Document(title=title, summary=summary, lang="en", url="https://a.example/1")
    made = Entry(
        id=1,
        feed_id=1,
        feed_url="https://a.example/feed",
        guid="1",
        document=document,
        canonical_url=document.url,
        published=START,
        dated=True,
        seen=START,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def story(**changes: object) -> Story:
    made = Story(id=7, headline="x", url="https://b.example/x", source="b", opened=START, updated=START)
    return replace(made, **changes)  # type: ignore[arg-type]


def decided(
    text: tuple[str, str],
    *,
    before: Story | None = None,
    change: StoryChange | None = None,
    known: Watchlist | None = None,
    **changes: object,
) -> tuple[str, tuple[str, ...], bool]:
    """Verdict (with the kind of update), reasons, digest."""
    options = {k: changes.pop(k) for k in ("recent_alerts",) if k in changes}
    one = entry(*text, **changes)
    reading = reader().read(one.document)
    decision = triage.decide(
        one,
        reading.mentions,
        reading.moves,
        before,
        change or StoryChange(story=before or story(), new_outlet=True, edited=True),
        known or watchlist(),
        START,
        **options,  # type: ignore[arg-type]
    )
    told = decision.verdict.value + (f" {decision.update.value}" if decision.update else "")
    return told, decision.reasons, decision.digest


@pytest.mark.parametrize(
    ("text", "verdict", "reason", "digest"),
    [
        (("Jason Droege on the future of Scale AI", ""), "alert", "primary-entity", False),
        (("Meta hires Lena Hofstad from Apple", ""), "alert", "party-to-move:hire", False),
        (("OpenAI launches a new model for speech", ""), "quiet", "digest-kind:launch", True),
        (("Anthropic is the talk of the town", ""), "quiet", "context-without-move", False),
        (("Banks scale AI across their branches", ""), "quiet", "nothing-watched", False),
        (PRIMARY, "alert", "primary-entity", False),
    ],
)
def test_the_table_of_tiers(text: tuple[str, str], verdict: str, reason: str, digest: bool) -> None:
    told, reasons, later = decided(text)
    assert (told, later) == (verdict, digest)
    assert reason in reasons


def test_a_passing_mention_is_quiet() -> None:
    far = "The town has a new bridge. It was opened on Monday. The mayor cut a ribbon. Surge AI paid for the lights."
    told, reasons, _ = decided(("Town opens a bridge", far))
    assert (told, reasons) == ("quiet", ("passing-mention",))


def test_what_is_old_or_a_baseline_is_quiet() -> None:
    assert decided(PRIMARY, published=START - 4 * DAY)[:1] == ("quiet",)
    assert "older-than-3-days" in decided(PRIMARY, published=START - 4 * DAY)[1]
    assert "baseline" in decided(PRIMARY, baseline=True)[1]
    assert decided(PRIMARY, published=START - 2 * DAY)[0] == "alert"


def test_without_a_date_it_is_told_and_says_so() -> None:
    told, reasons, _ = decided(PRIMARY, dated=False)
    assert (told, reasons[-1]) == ("alert", "undated")


def test_a_muted_entity_is_quiet() -> None:
    muted = tuple(
        replace(one, muted_until=START + DAY) if one.slug == "surge-ai" else one
        for one in watchlist().entities
    )
    assert decided(PRIMARY, known=replace(watchlist(), entities=muted))[:2] == ("quiet", ("muted",))


def test_an_old_event_that_would_have_been_told_is_not_told_late() -> None:
    old = story(
        opened=START - 5 * DAY,
        moves=(Move(kind=MoveKind.LEGAL, roles={"defendant": ("surge-ai",)}, score=0.9),),
    )
    assert decided(PRIMARY, before=old)[1][0] == "event-older-than-3-days"


def test_a_burst_comes_without_a_push_and_loses_nothing() -> None:
    told, reasons, digest = decided(PRIMARY, recent_alerts=triage.FLOOD)
    assert (told, "flood-guard" in reasons, digest) == ("alert", True, True)


@pytest.mark.parametrize(
    ("change", "told", "reason"),
    [
        ({"fact": "denied", "edited": True}, "update reply", "new-fact"),
        ({"new_outlet": True, "edited": True}, "update edit", "new-outlet"),
        ({"edited": True}, "update edit", "better-told"),
        ({}, "quiet", "nothing-new"),
    ],
)
def test_a_story_that_was_told_is_never_alerted_again(
    change: dict[str, object], told: str, reason: str
) -> None:
    before = story(alerted=START - DAY)
    verdict, reasons, _ = decided(PRIMARY, before=before, change=StoryChange(story=before, **change))  # type: ignore[arg-type]
    assert (verdict, reasons[0]) == (told, reason)


def test_an_unsure_mention_is_quiet() -> None:
    one = entry(*PRIMARY)
    mention = Mention(
        entity="surge-ai",
        text="Surge",
        field="title",
        start=0,
        end=5,
        score=0.3,
        accepted=True,
        prominent=True,
    )
    change = StoryChange(story=story(), new_outlet=True, edited=True)
    decision = triage.decide(one, (mention,), (), None, change, watchlist(), START)
    assert (decision.verdict, decision.update, decision.reasons) == (Verdict.QUIET, None, ("low-confidence",))
