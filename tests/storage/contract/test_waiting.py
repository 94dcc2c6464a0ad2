"""Lines that wait to be told together: one for each story and destination, told once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storage.model import NewDelivery, Occasion, UpdateKind
from storage.sqlite import SqliteStore
from tests.storage.made import DAY, HOUR, NOW, delivery

HERE, THERE = "channel:1", "channel:2"
LEASE = timedelta(seconds=90)


def line(destination: str = HERE, occasion: Occasion = Occasion.DIGEST, **changes: object) -> NewDelivery:
    made = replace(delivery(destination), occasion=occasion)
    return replace(made, **changes)  # type: ignore[arg-type]


def put(store: SqliteStore, story: int, *lines: NewDelivery, revision: int = 0) -> list[str]:
    with store.transaction():
        return store.outbox.enqueue(story, revision, lines, NOW)


def test_a_line_waits_beside_the_outbox(store: SqliteStore) -> None:
    assert put(store, 7, line(guild=3), line(THERE)) == []
    [first, second] = store.outbox.lines.lines()
    assert (first.story, first.occasion, first.guild, first.added, first.due) == (7, "digest", 3, NOW, None)
    assert first.alert.story == 7
    assert store.outbox.lines.lines(THERE) == [second]
    assert (store.deliveries.pending_count(), store.outbox.lines.count()) == (0, 2)
    assert store.outbox.lines.stories(HERE) == {7}


def test_a_story_has_one_line_at_a_destination_the_latest(store: SqliteStore) -> None:
    put(store, 7, line())
    newer = replace(line(), alert=replace(delivery().alert, headline="Newer"))
    put(store, 7, newer, revision=1)
    [only] = store.outbox.lines.lines()
    assert (only.alert.headline, only.revision) == ("Newer", 1)


def test_what_a_mute_holds_back_stays_its_own(store: SqliteStore) -> None:
    put(store, 7, line())
    put(store, 7, line(occasion=Occasion.MUTED, about="acme"))
    put(store, 7, line())
    [only] = store.outbox.lines.lines()
    assert (only.occasion, only.about) == ("muted", "acme")


def test_lines_are_told_as_one_message_once(store: SqliteStore) -> None:
    put(store, 7, line())
    put(store, 8, line())
    lines = store.outbox.lines.lines()
    key = store.outbox.lines.tell(lines, "Daily digest", NOW, due=NOW + HOUR)
    assert store.outbox.lines.tell(lines, "Daily digest", NOW, due=NOW) == ""
    assert store.outbox.lines.count() == 0
    assert store.claims.claim_due(NOW, lease=LEASE, worker="w") == []
    claimed = store.claims.claim_due(NOW + HOUR, lease=LEASE, worker="w")
    assert [one.story for one in claimed] == [7, 8]
    assert {(one.batch, one.occasion) for one in claimed} == {(key, "Daily digest")}
    assert store.deliveries.by_key(key) is not None


def test_a_telling_that_is_rolled_back_leaves_the_lines_and_comes_with_the_same_key(
    store: SqliteStore,
) -> None:
    put(store, 7, line())
    lines, keys = store.outbox.lines.lines(), []

    def cut_off() -> None:
        with store.transaction():
            keys.append(store.outbox.lines.tell(lines, "Daily digest", NOW, due=NOW))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        cut_off()
    assert store.outbox.lines.lines() == lines
    keys.append(store.outbox.lines.tell(lines, "Daily digest", NOW + HOUR, due=NOW + HOUR))
    assert keys[0] == keys[1]


def test_a_story_that_gets_its_own_message_leaves_the_digest(store: SqliteStore) -> None:
    put(store, 7, line(), line(THERE))
    [key] = put(store, 7, delivery(HERE))
    assert [one.destination for one in store.outbox.lines.lines()] == [THERE]
    assert store.deliveries.by_key(key) is not None


def test_a_story_told_in_a_digest_can_still_alert_there(store: SqliteStore) -> None:
    put(store, 7, line())
    store.outbox.lines.tell(store.outbox.lines.lines(), "Daily digest", NOW, due=NOW)
    assert store.deliveries.told(7) == frozenset()
    put(store, 7, delivery(HERE))
    assert store.deliveries.told(7) == {HERE}
    claimed = [one.id for one in store.claims.claim_due(NOW, lease=LEASE, worker="w")]
    for one in claimed:
        store.claims.mark_sent(one, "100", NOW)
    assert store.deliveries.message(7, HERE) is None  # a digest is no message that edits could change
    [alone] = store.claims.claim_due(NOW, lease=LEASE, worker="w")
    store.claims.mark_sent(alone.id, "101", NOW)
    assert store.deliveries.message(7, HERE) == "101"
    edit = replace(delivery(HERE), alert=replace(delivery().alert, update=UpdateKind.EDIT))
    put(store, 7, edit, revision=1)
    [changed] = store.claims.claim_due(NOW, lease=LEASE, worker="w")
    assert (changed.reply_to, changed.first_key) == ("101", alone.key)


def test_a_digest_that_died_is_sent_again_whole(store: SqliteStore) -> None:
    put(store, 7, line())
    put(store, 8, line())
    batch = store.outbox.lines.tell(store.outbox.lines.lines(), "Daily digest", NOW, due=NOW)
    claimed = store.claims.claim_due(NOW, lease=LEASE, worker="w")
    for one in claimed:
        store.claims.mark_dead(one.id, "refused", NOW)
    assert not store.outbox.resend("0" * 24, NOW)
    assert store.outbox.resend(claimed[1].key, NOW)
    again = store.claims.claim_due(NOW, lease=LEASE, worker="w")
    assert [(one.story, one.batch) for one in again] == [(7, batch), (8, batch)]


def test_lines_can_be_dropped(store: SqliteStore) -> None:
    put(store, 7, line())
    lines = store.outbox.lines.lines()
    assert (store.outbox.lines.drop(lines), store.outbox.lines.drop(lines)) == (1, 0)


def test_a_delivery_may_wait_for_its_time(store: SqliteStore) -> None:
    put(store, 7, replace(delivery(HERE), due=NOW + HOUR))
    assert (store.deliveries.pending_count(), store.deliveries.due_count(NOW)) == (1, 0)
    assert store.claims.claim_due(NOW, lease=LEASE, worker="w") == []
    assert store.deliveries.due_count(NOW + HOUR) == 1
    assert len(store.claims.claim_due(NOW + HOUR, lease=LEASE, worker="w")) == 1


def test_when_an_entity_was_last_told_at_a_destination(store: SqliteStore) -> None:
    told = replace(delivery(HERE), alert=replace(delivery().alert, entities=("acme", "globex")))
    put(store, 7, told)
    assert store.deliveries.last_told(HERE, NOW - DAY, NOW) == {"acme": NOW, "globex": NOW}
    assert store.deliveries.last_told(HERE, NOW + HOUR, NOW + DAY) == {}
    assert store.deliveries.last_told(THERE, NOW - DAY, NOW) == {}


def test_what_was_told_by_a_clock_that_ran_ahead_cools_nothing_down(store: SqliteStore) -> None:
    put(store, 7, replace(delivery(HERE), alert=replace(delivery().alert, entities=("acme",))))
    assert store.deliveries.last_told(HERE, NOW - 2 * DAY, NOW - DAY) == {}


def test_a_clock_set_back_leaves_a_line_its_wait(store: SqliteStore) -> None:
    put(store, 7, line(occasion=Occasion.COOLDOWN, due=NOW + HOUR))
    put(store, 8, line())
    before = NOW - 365 * DAY
    assert store.outbox.lines.rebase(before) == 2
    cooling, digested = store.outbox.lines.lines()
    assert (cooling.added, cooling.due) == (before, before + HOUR)
    assert (digested.added, digested.due) == (before, None)
    assert store.outbox.lines.rebase(before) == 0


def test_what_waits_by_a_clock_that_was_set_back_is_seen_at_once(store: SqliteStore) -> None:
    put(store, 7, replace(delivery(HERE), due=NOW + HOUR))
    assert (store.deliveries.due_count(NOW), store.deliveries.due_count(NOW - DAY)) == (0, 1)
