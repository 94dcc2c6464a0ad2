"""Whatever happens in whatever order: nothing lost, nothing doubled, nothing overtaken.

A state machine drives the real outbox on a real file as the courier does, against a
destination that stores, loses answers and is looked into before anything of unknown outcome
is repeated; processes crash, leases run out and the wall clock is set.
"""

import shutil
import tempfile
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from storage.model import Delivery, DeliveryState, NewDelivery, Occasion
from storage.sqlite import SqliteStore, open_store
from tests.delivery.clocks import START
from tests.delivery.made import alert, edit, put, reply

PLACE = "channel:1"
LEASE = timedelta(seconds=90)
STORIES = st.integers(min_value=1, max_value=4)
LISTED = st.integers(min_value=5, max_value=8)  # stories that are told in digests alone


@lru_cache(maxsize=1)
def empty_database() -> bytes:
    """A database as it is made, to begin with: making one for each example would take most of the time."""
    with tempfile.TemporaryDirectory(prefix="outbox-machine-") as folder:
        path = Path(folder) / "m.db"
        open_store(path, durable=False).close()
        return path.read_bytes()


class OutboxMachine(RuleBasedStateMachine):
    """One destination, one courier at a time, any number of crashes."""

    protected = True  # looks before it repeats; off, the machine must find doubles

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="outbox-machine-"))
        (self.folder / "m.db").write_bytes(empty_database())
        self.store: SqliteStore = open_store(self.folder / "m.db", durable=False)
        self.now = START
        self.arrived: list[str] = []  # keys in the order in which they came to the destination
        self.edits: list[tuple[str, str]] = []  # (message changed, headline it now has)
        self.hand: list[Delivery] = []  # one message: a delivery, or those of a digest
        self.messages: set[str] = set()  # keys of the messages at the destination
        self.listed: set[int] = set()
        self.revisions: dict[int, int] = {}
        self.wordings: dict[int, str] = {}
        self.keys: dict[str, int] = {}  # key of each message (not edit) -> its story
        self.died: set[str] = set()

    def teardown(self) -> None:
        """All troubles over: what is open goes out, and the books must balance."""
        try:
            self._crash()
            self._gather()
            for _ in range(500):
                self._take()
                if not self.hand:
                    if self.store.deliveries.pending_count() == 0:
                        break
                    self.now += timedelta(minutes=20)
                    self.store.claims.rebase(self.now)
                    continue
                self._succeed()
            assert self.store.deliveries.pending_count() == 0
            self.nothing_is_doubled()
            lost = [key for key in self.keys if key not in self.arrived and key not in self.died]
            assert lost == []
            self._each_message_has_its_last_wording()
        finally:
            self.store.close()
            shutil.rmtree(self.folder)

    def _each_message_has_its_last_wording(self) -> None:
        shown = dict(self.edits)
        for story, wording in self.wordings.items():
            first = self.store.deliveries.message(story, PLACE)
            if first is not None:
                assert shown.get(first) == wording

    # --- what may happen ----------------------------------------------------------------

    @rule(story=STORIES, priority=st.integers(min_value=0, max_value=2))
    def tell(self, story: int, priority: int) -> None:
        revision = self.revisions[story] = self.revisions.get(story, -1) + 1
        told = alert(story) if revision == 0 else reply(story)
        self.keys[put(self.store, PLACE, told, self.now, revision=revision, priority=priority)] = story
        self.wordings.setdefault(story, told.headline)

    @precondition(lambda self: not self.revisions)
    @rule()
    def a_crowd(self) -> None:
        for story in (1, 2, 3, 4):
            self.tell(story, 0)

    @precondition(lambda self: self.revisions)
    @rule(choice=st.integers(min_value=0))
    def change(self, choice: int) -> None:
        story = sorted(self.revisions)[choice % len(self.revisions)]
        self.revisions[story] += 1
        wording = self.wordings[story] = f"wording {self.revisions[story]}"
        put(self.store, PLACE, edit(story, headline=wording), self.now, revision=self.revisions[story])

    @rule(story=LISTED)
    def list_for_a_digest(self, story: int) -> None:
        if story not in self.listed:
            self.listed.add(story)
            line = NewDelivery(destination=PLACE, alert=alert(story), occasion=Occasion.DIGEST)
            with self.store.transaction():
                self.store.outbox.enqueue(story, 0, [line], self.now)

    @rule()
    def gather(self) -> None:
        self._gather()

    @precondition(lambda self: self.revisions and not self.hand)
    @rule(many=st.integers(min_value=2, max_value=5))
    def fold(self, many: int) -> None:
        waiting = self.store.claims.waiting(PLACE, self.now, many)
        if len(waiting) > 1:
            self.hand = self.store.claims.claim_batch(waiting, self.now, lease=LEASE, worker="m")

    @precondition(lambda self: not self.hand)
    @rule(story=LISTED)
    def a_digest_of_lines(self, story: int) -> None:
        for one in (story, 13 - story):
            self.list_for_a_digest(one)
        self._gather()
        self._take()

    @precondition(lambda self: len(self.hand) > 1 and not self._ambiguous())
    @rule(crash=st.booleans())
    def refuse_the_digest(self, crash: bool) -> None:
        self.store.claims.halve(self.hand, "400", self.now)
        self.hand = []
        if crash:
            self._crash()

    @precondition(lambda self: self.revisions and not self.hand)
    @rule()
    def claim(self) -> None:
        self._take()

    @precondition(lambda self: self.revisions)
    @rule()
    def succeed(self) -> None:
        if self._in_hand():
            self._succeed()

    @precondition(lambda self: self.revisions)
    @rule(arrived=st.booleans(), crash=st.booleans())
    def lose_the_answer(self, arrived: bool, crash: bool) -> None:
        if not self._in_hand():
            return
        if arrived and not self._is_there():
            self._arrive()
        if crash:
            self._crash()
        else:
            when = self.now + timedelta(seconds=4)
            for one in self.hand:
                self.store.claims.retry_at(one.id, when, "lost", now=self.now, ambiguous=True)
            self.hand = []

    @precondition(lambda self: self.revisions)
    @rule(holds=st.booleans())
    def fail_for_certain(self, holds: bool) -> None:
        if self._in_hand() and not self._ambiguous():
            when = self.now + timedelta(minutes=1)
            for one in self.hand:
                self.store.claims.retry_at(one.id, when, "503", now=self.now, holds=holds)
            self.hand = []

    @precondition(lambda self: len(self.hand) == 1 and not self._ambiguous() and not self._changes())
    @rule(again=st.booleans())
    def refuse(self, again: bool) -> None:
        [only] = self.hand
        self.store.claims.mark_dead(only.id, "400", self.now)
        if again:
            assert self.store.outbox.resend(only.key, self.now)
        else:
            self.died.add(only.key)
        self.hand = []

    @precondition(lambda self: self.hand)
    @rule()
    def crash_before_sending(self) -> None:
        self._crash()

    @precondition(lambda self: self.revisions)
    @rule(seconds=st.integers(min_value=1, max_value=200))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        if self.store.claims.recover(PLACE, self.now):
            self.hand = []  # it took longer than its lease: another courier may take it

    @precondition(lambda self: self.revisions)
    @rule(hours=st.sampled_from([-30, -2, 2, 30]))
    def set_the_clock(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.store.claims.rebase(self.now)

    # --- what must hold -----------------------------------------------------------------

    @invariant()
    def nothing_is_doubled(self) -> None:
        assert len(self.arrived) == len(set(self.arrived))

    @invariant()
    def what_is_marked_sent_has_arrived(self) -> None:
        for key in self.keys:
            found = self.store.deliveries.by_key(key)
            assert found is not None
            if found.state is DeliveryState.SENT:
                assert key in self.arrived

    @invariant()
    def within_a_story_nothing_overtakes(self) -> None:
        for story in self.revisions:
            order = [key for key, of in self.keys.items() if of == story]
            places = [order.index(key) for key in self.arrived if self.keys.get(key) == story]
            alive = [place for place in places if order[place] not in self.died]
            assert alive == sorted(alive)

    @invariant()
    def at_most_one_is_in_hand(self) -> None:
        found = [self.store.deliveries.by_key(key) for key in self.keys]
        claimed = [one.batch or one.key for one in found if one and one.state is DeliveryState.CLAIMED]
        assert len(set(claimed)) <= 1

    @invariant()
    def no_setting_of_the_clock_makes_anything_wait_for_long(self) -> None:
        due = self.store.claims.next_due(PLACE)
        assert due is None or due <= self.now + LEASE

    # --- as the courier does it ---------------------------------------------------------

    def _gather(self) -> None:
        lines = self.store.outbox.lines.lines(PLACE)
        self.store.outbox.lines.tell(lines, "Daily digest", self.now, due=self.now)
        for line in lines:
            [told] = self.store.deliveries.for_story(line.story)
            self.keys[told.key] = line.story

    def _in_hand(self) -> bool:
        """Something to send, claimed now where nothing was; what edits nothing is over at once."""
        if not self.hand:
            self._take()
        return bool(self.hand)

    def _take(self) -> None:
        self.hand = self.store.claims.claim_due(self.now, lease=LEASE, destination=PLACE, worker="m")

    def _ambiguous(self) -> bool:
        return any(one.ambiguous for one in self.hand)

    def _changes(self) -> bool:
        return self.hand[0].batch is None and self.hand[0].alert.update == "edit"

    def _message(self) -> str:
        return self.hand[0].batch or self.hand[0].key

    def _is_there(self) -> bool:
        if self._changes():
            return False  # an edit may be repeated
        return self.protected and self._ambiguous() and self._message() in self.messages

    def _arrive(self) -> None:
        first = self.hand[0]
        if self._changes():
            assert first.reply_to is not None
            self.edits.append((first.reply_to, first.alert.headline))
            return
        self.messages.add(self._message())
        self.arrived.extend(one.key for one in self.hand)
        if first.batch is None and first.alert.update is None:
            self.edits.append((f"message {first.key}", first.alert.headline))

    def _succeed(self) -> None:
        if self._changes() and self.hand[0].reply_to is None:
            self.store.claims.supersede(self.hand[0].id, "no message", self.now)
        else:
            if not self._is_there():
                self._arrive()
            for one in self.hand:
                self.store.claims.mark_sent(one.id, f"message {self._message()}", self.now)
        self.hand = []

    def _crash(self) -> None:
        self.hand = []
        self.store.close()
        self.store = open_store(self.folder / "m.db", durable=False)
        self.store.claims.rebase(self.now)
        self.store.claims.recover(PLACE, self.now, all_claims=True)


TestOutbox = OutboxMachine.TestCase
TestOutbox.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_without_looking_before_repeating_the_machine_finds_doubles():
    """The proof that the machine above can fail."""
    machine = type("Unprotected", (OutboxMachine,), {"protected": False})()
    try:
        machine.tell(story=1, priority=0)
        machine.claim()
        machine.lose_the_answer(arrived=True, crash=True)
        machine.claim()
        machine.succeed()
        assert len(machine.arrived) == 2
    finally:
        machine.store.close()
        shutil.rmtree(machine.folder)
