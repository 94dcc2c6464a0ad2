"""The outbox by itself: order, leases, clock steps, and that nothing is done before it is done."""

from datetime import timedelta

import pytest

from storage.model import DeliveryState, NewDelivery
from storage.sqlite import SqliteStore, open_store
from tests.delivery.clocks import START
from tests.delivery.made import alert, edit, put, reply

PLACE = "channel:1"
LEASE = timedelta(seconds=90)


def claim(store: SqliteStore, now=START, *, limit: int = 1, place: str | None = PLACE):
    return store.claims.claim_due(now, lease=LEASE, destination=place, limit=limit, worker="test")


def test_the_same_delivery_put_in_twice_is_one(store: SqliteStore):
    first = put(store, PLACE, alert(), START)
    assert put(store, PLACE, alert(), START) == first
    assert store.deliveries.pending_count() == 1


def test_keys_differ_by_database_destination_story_and_revision(store: SqliteStore, tmp_path):
    with open_store(tmp_path / "other.db") as other:
        keys = {
            put(store, PLACE, alert(1), START),
            put(store, "webhook", alert(1), START),
            put(store, PLACE, alert(2), START),
            put(store, PLACE, reply(1), START, revision=1),
            put(other, PLACE, alert(1), START),
        }
    assert len(keys) == 5
    assert {len(key) for key in keys} == {24}


def test_an_alert_comes_out_as_it_went_in(store: SqliteStore):
    put(store, PLACE, alert(), START, ping_role=7)
    [delivery] = claim(store)
    assert (delivery.alert, delivery.ping_role) == (alert(), 7)


def test_a_rolled_back_decision_leaves_no_delivery(store: SqliteStore):
    def decide() -> None:
        with store.transaction():
            store.outbox.enqueue(1, 0, [NewDelivery(destination=PLACE, alert=alert())], START)
            raise RuntimeError("the decision failed")

    with pytest.raises(RuntimeError):
        decide()
    assert store.deliveries.pending_count() == 0


def test_a_destination_has_one_delivery_in_hand_at_a_time(store: SqliteStore):
    put(store, PLACE, alert(1), START)
    put(store, PLACE, alert(2), START)
    assert len(claim(store)) == 1
    assert claim(store) == []


def test_other_destinations_are_not_held_up(store: SqliteStore):
    put(store, PLACE, alert(1), START)
    put(store, "channel:2", alert(1), START)
    assert {one.destination for one in claim(store, limit=2, place=None)} == {PLACE, "channel:2"}


def test_a_retry_that_holds_keeps_the_order_of_its_destination(store: SqliteStore):
    first = put(store, PLACE, alert(1), START)
    put(store, PLACE, alert(2), START, priority=5)
    [one] = claim(store)
    assert one.key != first  # the more important
    store.claims.retry_at(one.id, START + timedelta(seconds=10), "502", now=START)
    assert claim(store, START + timedelta(seconds=9)) == []
    [again] = claim(store, START + timedelta(seconds=10))
    assert (again.key, again.attempts) == (one.key, 2)


def test_a_retry_that_does_not_hold_lets_others_pass_but_not_those_of_its_story(store: SqliteStore):
    put(store, PLACE, alert(1), START, priority=9)
    put(store, PLACE, reply(1), START, revision=1, priority=9)
    other = put(store, PLACE, alert(2), START)
    [one] = claim(store)
    store.claims.retry_at(one.id, START + timedelta(hours=1), "500", now=START, holds=False)
    [passed] = claim(store)
    assert passed.key == other
    store.claims.mark_sent(passed.id, "1", START)
    assert claim(store) == []


def test_a_claim_whose_lease_ran_out_becomes_a_retry_of_unknown_outcome(store: SqliteStore):
    put(store, PLACE, alert(), START)
    claim(store)
    later = START + LEASE
    assert store.claims.recover(PLACE, later - timedelta(milliseconds=1)) == 0
    assert store.claims.recover(PLACE, later) == 1
    [again] = claim(store, later)
    assert (again.attempts, again.ambiguous) == (2, 1)


def test_who_holds_the_courier_lock_takes_over_every_claim_after_it_settled(store: SqliteStore):
    put(store, PLACE, alert(), START)
    claim(store)
    assert store.claims.recover(PLACE, START, settle=timedelta(seconds=20), all_claims=True) == 1
    assert claim(store, START + timedelta(seconds=19)) == []
    assert len(claim(store, START + timedelta(seconds=20))) == 1


def test_one_process_delivers_at_a_time(store: SqliteStore, tmp_path):
    with (
        open_store(store.path) as other,
        store.claims.sole_courier("first", START) as mine,
        other.claims.sole_courier("second", START) as theirs,
    ):
        assert (mine.acquired, theirs.acquired, theirs.holder) == (True, False, "first")
    with store.claims.sole_courier("third", START) as free:
        assert free.acquired


@pytest.mark.parametrize("back", [timedelta(minutes=5), timedelta(hours=9), timedelta(days=400)])
def test_a_clock_set_back_does_not_wedge_what_waits(store: SqliteStore, back: timedelta):
    put(store, PLACE, alert(1), START)
    put(store, "channel:2", alert(2), START)
    [leased] = claim(store)
    [failed] = claim(store, place="channel:2")
    store.claims.retry_at(failed.id, START + timedelta(seconds=8), "502", now=START)
    now = START - back
    assert store.claims.rebase(now) == 2
    assert store.claims.next_due(PLACE) == now + LEASE
    assert store.claims.next_due("channel:2") == now + timedelta(seconds=8)
    assert store.claims.recover(PLACE, now + LEASE) == 1
    assert [one.key for one in claim(store, now + LEASE)] == [leased.key]


def test_what_was_put_in_under_a_fast_clock_is_due_once_that_is_set_right(store: SqliteStore):
    put(store, PLACE, alert(), START + timedelta(days=1))
    assert claim(store) == []
    store.claims.rebase(START)
    assert len(claim(store)) == 1


def test_an_answer_after_the_lease_ran_out_is_still_recorded(store: SqliteStore):
    put(store, PLACE, alert(), START)
    [one] = claim(store)
    store.claims.recover(PLACE, START + LEASE)
    store.claims.mark_sent(one.id, "55", START + LEASE)
    assert store.deliveries.pending_count() == 0
    assert store.deliveries.message(1, PLACE) == "55"


def test_what_was_sent_stays_sent_whatever_is_said_later(store: SqliteStore):
    key = put(store, PLACE, alert(), START)
    [one] = claim(store)
    store.claims.mark_sent(one.id, "55", START)
    store.claims.retry_at(one.id, START, "late", now=START)
    store.claims.mark_dead(one.id, "late", START)
    assert store.deliveries.by_key(key).state is DeliveryState.SENT


def test_the_dead_are_told_of_once_and_again_after_they_died_again(store: SqliteStore):
    key = put(store, PLACE, alert(), START)
    [one] = claim(store)
    store.claims.mark_dead(one.id, "refused", START)
    assert [dead.key for dead in store.deliveries.dead_unannounced()] == [key]
    store.outbox.announce([one.id], START)
    assert store.deliveries.dead_unannounced() == []
    store.outbox.resend(key, START)
    [one] = claim(store)
    store.claims.mark_dead(one.id, "refused", START)
    assert [dead.key for dead in store.deliveries.dead_unannounced()] == [key]


def test_only_the_dead_are_sent_again(store: SqliteStore):
    key = put(store, PLACE, alert(), START)
    assert not store.outbox.resend(key, START)
    [one] = claim(store)
    store.claims.mark_sent(one.id, "1", START)
    assert not store.outbox.resend(key, START)
    assert not store.outbox.resend("no such key", START)


def test_an_edit_of_a_story_without_a_message_here_has_nothing_to_do(store: SqliteStore):
    key = put(store, PLACE, edit(), START, revision=1)
    found = store.deliveries.by_key(key)
    assert (found.state, found.last_error) == (DeliveryState.SUPERSEDED, "the story has no message here")


@pytest.mark.parametrize("sent", [True, False])
def test_an_edit_keeps_the_sentence_and_the_reasons_of_the_first_message(store: SqliteStore, sent: bool):
    key = put(store, PLACE, alert(), START)
    if sent:
        [first] = claim(store)
        store.claims.mark_sent(first.id, "9", START)
    later = put(store, PLACE, edit(said="", why=()), START, revision=1)
    shown = store.deliveries.by_key(later if sent else key).alert
    assert (shown.said, shown.why) == (alert().said, alert().why)
    assert len(shown.outlets) == 3


def test_under_another_reports_headline_stands_that_reports_sentence_or_none(store: SqliteStore):
    put(store, PLACE, alert(), START)
    [first] = claim(store)
    store.claims.mark_sent(first.id, "9", START)
    put(store, PLACE, reply(url="https://wire.example/9", said="The lab confirms it."), START, revision=1)
    for revision, url, said in (
        (2, "https://wire.example/9", "The lab confirms it."),
        (3, "https://third.example/2", ""),
        (4, alert().url, alert().said),
    ):
        key = put(store, PLACE, edit(url=url, said=""), START, revision=revision)
        assert store.deliveries.by_key(key).alert.said == said


def test_a_first_message_under_way_is_not_changed_behind_the_courier(store: SqliteStore):
    put(store, PLACE, alert(), START)
    [one] = claim(store)
    put(store, PLACE, edit(), START, revision=1)
    assert store.deliveries.by_key(one.key).alert == alert()
    store.claims.mark_sent(one.id, "9", START)
    [change] = claim(store)
    assert (change.reply_to, change.first_key) == ("9", one.key)


def test_a_digest_is_claimed_whole_again_and_shares_its_message(store: SqliteStore):
    keys = [put(store, PLACE, alert(number), START) for number in (1, 2, 3)]
    batch = store.claims.claim_batch(store.claims.waiting(PLACE, START, 10), START, lease=LEASE, worker="w")
    store.claims.recover(PLACE, START + LEASE)
    again = claim(store, START + LEASE)
    assert [one.key for one in again] == [one.key for one in batch] == keys
    with store.transaction():
        for one in again:
            store.claims.mark_sent(one.id, "77", START + LEASE)
    assert store.deliveries.by_key(again[0].batch).key == keys[0]
    assert store.deliveries.message(1, PLACE) is None  # a digest is nobody's to edit


def test_after_a_restore_everything_open_may_have_arrived(store: SqliteStore):
    put(store, PLACE, alert(), START)
    assert store.claims.doubt_open(START) == 1
    [one] = claim(store)
    assert one.ambiguous == 1


def test_what_waits_behind_a_retry_of_its_story_is_due_no_sooner_than_that(store: SqliteStore):
    put(store, PLACE, alert(1), START)
    put(store, PLACE, reply(1), START, revision=1)
    [one] = claim(store)
    later = START + timedelta(minutes=8)
    store.claims.retry_at(one.id, later, "500", now=START, holds=False)
    assert store.claims.next_due(PLACE) == later
