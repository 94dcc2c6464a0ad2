"""Which channels hear of a story, now or later."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage.model import (
    Alert,
    Decision,
    Entity,
    EntityKind,
    Move,
    MoveKind,
    NewDelivery,
    Occasion,
    Route,
    Tier,
    UpdateKind,
    Verdict,
    Watchlist,
)
from watchers.routing import FLOOD_PRIORITY, Standing, Told, deliveries, takes

NOW = datetime(2025, 6, 13, 12, 0, tzinfo=UTC)
HERE = "channel:1"
WATCHED = Watchlist(
    entities=(
        Entity(slug="acme", name="Acme", kind=EntityKind.ORGANISATION, tier=Tier.PRIMARY),
        Entity(slug="globex", name="Globex", kind=EntityKind.ORGANISATION, tier=Tier.CONTEXT),
    )
)
ALERT = Alert(
    story=1,
    revision=0,
    headline="Globex buys Acme",
    url="https://news.example/1",
    source="News",
    published=NOW,
    move=Move(kind=MoveKind.ACQUISITION, roles={"acquirer": ("globex",), "target": ("acme",)}, score=0.7),
    entities=("acme", "globex"),
    lang="en",
    score=0.7,
)
FIRST = Decision(verdict=Verdict.ALERT)
EDIT = Decision(verdict=Verdict.UPDATE, update=UpdateKind.EDIT)
REPLY = Decision(verdict=Verdict.UPDATE, update=UpdateKind.REPLY)
DIGEST = Decision(verdict=Verdict.QUIET, digest=True)


def route(**changes: object) -> Route:
    return replace(Route(id=1, destination=HERE, guild=9), **changes)  # type: ignore[arg-type]


def told(decision: Decision = FIRST, alert: Alert = ALERT, held: str | None = None) -> Told:
    shown = replace(alert, update=decision.update)
    return Told(decision=decision, alert=shown, first=alert, held=held)


def sent(*routes: Route, of: Told | None = None, **standing: object) -> tuple[NewDelivery, ...]:
    return deliveries(of or told(), routes, WATCHED, NOW, Standing(**standing))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "taken"),
    [
        ({}, True),
        ({"kinds": ("acquisition",)}, True),
        ({"kinds": ("hire", "none")}, False),
        ({"entities": ("acme",)}, True),
        ({"entities": ("initech",)}, False),
        ({"tiers": ("context",)}, True),
        ({"tiers": ("related",)}, False),
        ({"langs": ("en", "pt")}, True),
        ({"langs": ("pt",)}, False),
        ({"min_score": 0.7}, True),
        ({"min_score": 0.71}, False),
        ({"kinds": ("acquisition",), "entities": ("initech",)}, False),
    ],
)
def test_a_route_takes_what_meets_each_of_its_conditions(changes: dict[str, object], taken: bool) -> None:
    assert takes(route(**changes), ALERT, WATCHED) is taken
    assert bool(sent(route(**changes))) is taken


def test_a_mention_without_a_move_has_the_kind_none_and_its_own_confidence() -> None:
    mention = replace(ALERT, move=None, score=0.6)
    assert takes(route(kinds=("none",), min_score=0.6), mention, WATCHED)
    assert not takes(route(min_score=0.61), mention, WATCHED)


def test_a_story_whose_language_nobody_knows_is_taken_in_any() -> None:
    assert takes(route(langs=("pt",)), replace(ALERT, lang=None), WATCHED)


def test_a_channel_gets_one_message_from_its_first_route_that_takes_it() -> None:
    [only] = sent(
        route(kinds=("hire",), ping_role=1), route(ping_role=2, ping_kinds=("acquisition",)), route()
    )
    assert only.ping_role == 2


def test_updates_go_where_the_story_was_told_whatever_the_routes_say_now() -> None:
    narrow = route(kinds=("hire",))
    [edit] = sent(narrow, of=told(EDIT), told={HERE})
    [reply] = sent(narrow, of=told(REPLY), told={HERE})
    assert (edit.alert.update, reply.alert.update) == (UpdateKind.EDIT, UpdateKind.REPLY)
    assert edit.priority < reply.priority


def test_a_new_fact_is_a_first_message_where_nothing_was_told() -> None:
    [first] = sent(route(), of=told(REPLY))
    assert first.alert.update is None


def test_a_further_outlet_is_news_only_where_a_choosy_route_takes_the_story_now() -> None:
    before = NOW - timedelta(hours=1)
    assert sent(route(), of=told(EDIT), alerted=before) == ()
    [first] = sent(route(langs=("en",)), of=told(EDIT), alerted=before)
    assert first.alert.update is None
    assert sent(route(langs=("en",), created=NOW), of=told(EDIT), alerted=before) == ()
    assert sent(route(langs=("en",)), of=told(EDIT), alerted=before, listed={HERE}) == ()
    assert sent(route(langs=("pt",)), of=told(EDIT), alerted=before) == ()


def test_a_quiet_decision_is_told_to_nobody_and_a_digest_to_those_who_want_one() -> None:
    assert sent(route(), of=told(Decision(verdict=Verdict.QUIET))) == ()
    assert sent(route(), of=told(DIGEST)) == ()
    [line] = sent(route(digest="daily"), of=told(DIGEST))
    assert (line.occasion, line.guild, line.due) == (Occasion.DIGEST, 9, None)
    assert sent(route(digest="daily", kinds=("hire",)), of=told(DIGEST)) == ()
    assert sent(route(digest="daily"), of=told(DIGEST), told={HERE}) == ()


def test_in_quiet_hours_a_message_waits_for_their_end_and_an_edit_does_not() -> None:
    asleep = route(quiet_hours="11:00-15:30")
    [message] = sent(asleep)
    assert message.due == NOW.replace(hour=15, minute=30)
    [edit] = sent(asleep, of=told(EDIT), told={HERE})
    assert edit.due is None


def test_the_most_important_go_first() -> None:
    small = replace(ALERT, entities=("globex",), move=None)
    flood = replace(FIRST, digest=True)
    order = [sent(route(), of=one)[0].priority for one in (told(), told(alert=small), told(flood))]
    assert order == sorted(order, reverse=True)
    assert order[-1] == FLOOD_PRIORITY


def test_what_a_mute_holds_back_waits_in_every_channel_that_would_have_told_it() -> None:
    [line] = sent(route(), route(destination="channel:2", kinds=("hire",)), of=told(held="acme"))
    assert (line.destination, line.occasion, line.about) == (HERE, Occasion.MUTED, "acme")
    assert sent(route(digest="daily"), of=told(DIGEST, held="acme")) == ()
    [reply] = sent(route(), of=told(REPLY, held="acme"), told={HERE})
    assert (reply.occasion, reply.alert.update) == (Occasion.MUTED, UpdateKind.REPLY)
    assert sent(route(), of=told(EDIT, held="acme"), told={HERE}) == ()


def test_a_cooldown_gathers_what_comes_too_soon_on_the_same_entities() -> None:
    cool = route(cooldown=timedelta(hours=2))
    last = {HERE: {"acme": NOW - timedelta(hours=1), "globex": NOW - timedelta(minutes=30)}}
    [line] = sent(cool, last=last)
    assert (line.occasion, line.about) == (Occasion.COOLDOWN, "globex")
    assert line.due == NOW + timedelta(minutes=90)
    [in_digest] = sent(replace(cool, digest="daily"), last=last)
    assert in_digest.occasion is Occasion.DIGEST
    [fresh] = sent(cool, last={HERE: {"acme": NOW - timedelta(hours=1)}})  # globex is news
    assert fresh.occasion is None
    [over] = sent(cool, last={HERE: {"acme": NOW - timedelta(hours=2), "globex": NOW}})
    assert over.occasion is None


def test_a_role_is_pinged_for_its_kinds_by_what_speaks() -> None:
    pinging = route(ping_role=5, ping_kinds=("acquisition",))
    assert sent(pinging)[0].ping_role == 5
    assert sent(pinging, of=told(EDIT), told={HERE})[0].ping_role is None
    assert sent(pinging, of=told(replace(FIRST, digest=True)))[0].ping_role is None
    assert sent(replace(pinging, ping_kinds=("hire",)))[0].ping_role is None
