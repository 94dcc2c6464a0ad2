"""Servers: coming and going, and what each holds for its own channels."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from storage.errors import UnknownThing, UsageError
from storage.model import Entity, EntityKind, Lesson, Route, Tier
from storage.sqlite import SqliteStore
from tests.storage.contract.conftest import Opener
from tests.storage.made import DAY, NOW, delivery, entity

A, B = 10, 20


@pytest.fixture(autouse=True)
def two_servers(store: SqliteStore) -> None:
    store.watchlist.put(entity("acme"))
    store.guilds.joined(A, "Alpha", NOW)
    store.guilds.joined(B, "Beta", NOW)


def route(guild: int = A, **changes: object) -> Route:
    made = Route(id=0, guild=guild, destination=f"channel:{guild}1")
    return replace(made, **changes)  # type: ignore[arg-type]


def lesson(guild: int = A, **changes: object) -> Lesson:
    made = Lesson(id=0, guild=guild, entity="acme", alias="acme", words=("anvil", "road"), story=3, at=NOW)
    return replace(made, **changes)  # type: ignore[arg-type]


FULL = route(
    kinds=("hire", "none"),
    entities=("acme",),
    tiers=("primary",),
    langs=("pt", "en"),
    min_score=0.75,
    ping_role=99,
    ping_kinds=("hire",),
    quiet_hours="22:00-07:00",
    digest="weekly",
    cooldown=timedelta(minutes=30),
)


def test_a_route_comes_back_with_all_it_holds_in_its_servers_zone(store: SqliteStore) -> None:
    store.guilds.set_timezone(A, "Europe/Lisbon")
    stored = store.routes.put(FULL, NOW)
    assert stored == replace(FULL, id=stored.id, created=NOW, timezone="Europe/Lisbon")
    assert store.routes.of(A) == [stored]
    assert store.routes.all() == [stored]


def test_putting_a_route_with_its_id_replaces_it_and_keeps_its_age(store: SqliteStore) -> None:
    first = store.routes.put(route(), NOW)
    second = store.routes.put(replace(first, digest="daily"), NOW + DAY)
    assert (second.id, second.digest, second.created) == (first.id, "daily", NOW)
    assert store.routes.of(A) == [second]


def test_a_server_cannot_touch_the_routes_of_another(store: SqliteStore) -> None:
    first = store.routes.put(route(), NOW)
    with pytest.raises(UnknownThing, match="no such route"):
        store.routes.put(replace(first, guild=B), NOW)
    assert not store.routes.remove(B, first.id)
    assert store.routes.remove(A, first.id)
    assert not store.routes.remove(A, first.id)


def test_a_webhook_belongs_to_the_server_that_named_it(store: SqliteStore) -> None:
    destination = store.routes.keep_webhook(A, 55, "s3cret")
    assert destination == "webhook:55"
    assert store.routes.webhook_secret(55) == "s3cret"
    assert store.routes.put(route(destination="webhook:55/7"), NOW).destination == "webhook:55/7"
    with pytest.raises(UsageError, match="not known in this server"):
        store.routes.put(route(B, destination="webhook:55"), NOW)
    with pytest.raises(UsageError, match="belongs to another server"):
        store.routes.keep_webhook(B, 55, "other")


@pytest.mark.parametrize("destination", ["console", "webhook", "channel:", "channel:x", "mail:1"])
def test_a_server_sends_only_to_its_channels_and_webhooks(store: SqliteStore, destination: str) -> None:
    with pytest.raises(UsageError):
        store.routes.put(route(destination=destination), NOW)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "/etc/passwd"])
def test_only_real_time_zones_are_taken(store: SqliteStore, zone: str) -> None:
    with pytest.raises(UsageError, match="is no time zone"):
        store.guilds.set_timezone(A, zone)


def test_an_unknown_server_holds_nothing(store: SqliteStore) -> None:
    for verb in (
        lambda: store.routes.put(route(77), NOW),
        lambda: store.mutes.mute(77, "acme", None, NOW),
        lambda: store.guilds.watch(77, entity("globex")),
        lambda: store.lessons.learn([lesson(77)]),
        lambda: store.guilds.set_timezone(77, "UTC"),
    ):
        with pytest.raises(UnknownThing, match="server 77"):
            verb()


def test_a_server_that_removed_the_bot_is_no_audience_but_keeps_its_settings(store: SqliteStore) -> None:
    kept = store.routes.put(FULL, NOW)
    store.mutes.mute(A, "acme", None, NOW)
    assert store.guilds.left(A, NOW + DAY)
    assert not store.guilds.left(A, NOW + DAY)
    assert [one.guild.id for one in store.audiences.all()] == [B]
    assert store.routes.all() == []
    assert store.guilds.forget_left(NOW + 31 * DAY) == []
    assert store.guilds.joined(A, "Alpha", NOW + 31 * DAY).left is None
    assert store.routes.all() == [kept]
    assert [one.entity for one in store.mutes.of(A, NOW)] == ["acme"]


def test_after_thirty_days_everything_of_a_server_is_forgotten(store: SqliteStore) -> None:
    store.routes.put(route(), NOW)
    store.routes.keep_webhook(A, 55, "s3cret")
    store.mutes.mute(A, "acme", None, NOW)
    store.lessons.learn([lesson()])
    store.guilds.watch(A, entity("globex"))
    store.guilds.left(A, NOW)
    assert store.guilds.forget_left(NOW + timedelta(days=30, seconds=1)) == [A]
    assert store.guilds.get(A) is None
    assert (store.routes.of(A), store.lessons.of(A), store.routes.webhook_secret(55)) == (
        [],
        [],
        None,
    )
    assert store.watchlist.additions() == {}
    assert store.check() == []


def test_a_server_that_returns_too_late_starts_anew_though_nobody_tidied_up(store: SqliteStore) -> None:
    store.routes.put(route(), NOW)
    store.guilds.left(A, NOW)
    store.guilds.joined(A, "Alpha", NOW + timedelta(days=30, seconds=1))
    assert store.routes.of(A) == []


def test_what_is_open_for_a_server_that_was_left_is_over(store: SqliteStore) -> None:
    mine = store.routes.put(route(), NOW).destination
    with store.transaction():
        store.outbox.enqueue(1, 0, [delivery(mine), delivery("channel:99")], NOW)
    store.guilds.left(A, NOW)
    assert store.claims.destinations() == ["channel:99"]


def test_the_gateway_says_which_servers_the_bot_is_in(store: SqliteStore) -> None:
    assert store.guilds.present([B], NOW) == [A]
    assert [one.guild.id for one in store.audiences.all()] == [B]


def test_a_mute_ends_by_itself_or_by_hand(store: SqliteStore) -> None:
    store.mutes.mute(A, "acme", NOW + DAY, NOW, by=5)
    [mute] = store.mutes.of(A, NOW)
    assert (mute.entity, mute.until, mute.by, mute.since) == ("acme", NOW + DAY, 5, NOW)
    assert store.mutes.of(B, NOW) == []
    assert store.mutes.of(A, NOW + DAY) == []
    assert store.mutes.end_over(NOW + timedelta(hours=23)) == []
    assert store.mutes.end_over(NOW + DAY) == [mute]
    assert not store.mutes.unmute(A, "acme")
    store.mutes.mute(A, "acme", None, NOW)
    assert store.mutes.end_over(NOW + 9999 * DAY) == []
    assert store.mutes.unmute(A, "acme")


def test_only_who_is_watched_there_can_be_muted(store: SqliteStore) -> None:
    own = store.guilds.watch(A, entity("globex"))
    store.mutes.mute(A, own.slug, None, NOW)
    for slug in ("globex", own.slug):
        with pytest.raises(UnknownThing, match="not watched here"):
            store.mutes.mute(B, slug, None, NOW)


def test_a_private_addition_is_seen_in_its_server_alone(store: SqliteStore) -> None:
    globex = Entity(slug="globex", name="Globex", kind=EntityKind.ORGANISATION, tier=Tier.PRIMARY)
    own = store.guilds.watch(A, globex)
    assert (own.slug, own.origin) == (f"globex@{A}", f"guild:{A}")
    assert [one.slug for one in store.watchlist.load().entities] == ["acme"]
    assert [one.slug for one in store.watchlist.load(A).entities] == ["acme", own.slug]
    assert [one.slug for one in store.watchlist.load(B).entities] == ["acme"]
    assert (store.watchlist.find("Globex"), store.watchlist.find("globex", A)) == ([], [own])
    assert store.audiences.all()[0].additions == (own,)
    assert not store.guilds.unwatch(B, own.slug)
    assert not store.guilds.unwatch(A, "acme")
    assert store.guilds.unwatch(A, own.slug)
    assert store.watchlist.additions() == {}


def test_servers_and_the_installation_may_watch_the_same_name(store: SqliteStore) -> None:
    both = [store.guilds.watch(guild, entity("globex")) for guild in (A, B)]
    store.watchlist.put(entity("globex"))
    assert len({one.slug for one in both}) == 2
    assert [one.slug for one in store.watchlist.find("globex", B)] == ["globex", both[1].slug]


def test_lessons_are_listed_and_undone_by_one_or_by_story(store: SqliteStore) -> None:
    kept = store.lessons.learn([lesson(), lesson(alias="acme inc", by=4), lesson(story=4)])
    store.lessons.learn([lesson(B)])
    assert store.lessons.of(A) == kept
    assert store.lessons.unlearn(B, lesson=kept[0].id) == []
    assert store.lessons.unlearn(A, lesson=kept[0].id) == [kept[0]]
    assert store.lessons.unlearn(A, story=3) == [kept[1]]
    assert store.lessons.of(A) == [kept[2]]


def test_audiences_are_read_again_only_after_a_change(store: SqliteStore) -> None:
    first = store.audiences.all()
    assert store.audiences.all() is first
    for change in (
        lambda: store.routes.put(route(), NOW),
        lambda: store.mutes.mute(A, "acme", NOW, NOW),
        lambda: store.lessons.learn([lesson()]),
        lambda: store.guilds.watch(A, entity("globex")),
        lambda: store.guilds.set_timezone(A, "Asia/Tokyo"),
        lambda: store.mutes.end_over(NOW),
    ):
        before = store.audiences.all()
        change()
        assert store.audiences.all() != before
    assert store.guilds.joined(A, "Alpha", NOW) == store.guilds.get(A)
    assert store.audiences.all() is store.audiences.all()


def test_another_process_is_heard(store: SqliteStore, opener: Opener, tmp_path: Path) -> None:
    store.audiences.all()
    with opener(tmp_path) as other:
        other.routes.put(route(), NOW)
    assert len(store.audiences.all()[0].routes) == 1
