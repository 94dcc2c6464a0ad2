"""Where alerts go, and the rows of the outbox."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from storage.model.findings import Mention, Move
from storage.model.noun import noun
from storage.model.stories import Alert, Assignment, ContextLine, Decision, Story


class DeliveryState(StrEnum):
    """Life of a row in the outbox."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENT = "sent"
    RETRY = "retry"  # waits until ``due``
    DEAD = "dead"  # given up, announced once
    SUPERSEDED = "superseded"  # an edit that another message includes
    GONE = "gone"  # its message was deleted at the destination: never sent again


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Which alerts go where; empty tuples mean "all"."""

    id: int  # 0: the settings' default route, or one that is not stored yet
    destination: str  # "console", "webhook", "channel:<id>", "webhook:<id>", "webhook:<id>/<thread>"
    guild: int | None = None
    kinds: tuple[str, ...] = ()  # move kinds, "none" included
    entities: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()
    min_score: float = 0.0
    ping_role: int | None = None
    ping_kinds: tuple[str, ...] = ()
    quiet_hours: str | None = None  # "22:00-07:00", in ``timezone``
    timezone: str = "UTC"  # IANA name; of a stored route its server's, read with it
    digest: str = "off"  # "off", "daily" or "weekly"
    cooldown: timedelta = timedelta(0)  # least time between two alerts on one entity there
    created: datetime | None = None  # None: as old as the installation


class Occasion(StrEnum):
    """Why lines are told together in one message instead of each by itself."""

    DIGEST = "digest"  # not worth a message of their own
    MUTED = "muted"  # held back by a mute that is over
    COOLDOWN = "cooldown"  # too soon after another alert on the same entity


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """What the pipeline puts into the outbox, one for each destination.

    With an ``occasion`` it is a line that waits to be told together with others.
    """

    destination: str
    alert: Alert
    priority: int = 0  # higher goes first among what is due
    ping_role: int | None = None  # the one Discord role that the message pings
    due: datetime | None = None  # not before; None: at once
    occasion: Occasion | None = None
    about: str | None = None  # of MUTED and COOLDOWN: the entity's slug
    guild: int | None = None  # whose line it is; None: the installation's


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLine:
    """A line that waits to be told together with others of its destination and occasion."""

    id: int
    destination: str
    story: int
    revision: int
    alert: Alert
    occasion: Occasion
    about: str | None  # as in NewDelivery
    guild: int | None
    added: datetime
    due: datetime | None  # not before, where the line itself knows; else its digest or mute says


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A row of the outbox."""

    id: int
    key: str  # 24 hex characters: the idempotency key and Discord nonce
    destination: str
    story: int
    revision: int
    alert: Alert
    state: DeliveryState
    priority: int = 0
    created: datetime
    due: datetime  # not before
    attempts: int = 0
    first_attempt: datetime | None = None
    last_attempt: datetime | None = None
    last_error: str | None = None
    ambiguous: int = 0  # attempts whose outcome nobody knows
    message_id: str | None = None  # at the destination, once sent
    reply_to: str | None = None  # message id of the story's first message there
    ping_role: int | None = None  # the one Discord role that the message pings
    batch: str | None = None  # key of the message that it was folded into
    occasion: str | None = None  # why lines of a batch stand together, None: a long backlog
    first_key: str | None = None  # key of the story's first delivery there, which its message shows


@noun
class Outcome:
    """All that commit 2 saves about one entry."""

    entry_id: int
    revision: int  # of the entry that was looked at
    decided: datetime
    lang: str | None
    mentions: tuple[Mention, ...]
    moves: tuple[Move, ...]
    decision: Decision | None  # None: the entry was edited, its first decision stands
    story: Story | None = None  # as it is after this entry; ``id`` 0 opens a new one
    fingerprint: str = ""
    keys: tuple[str, ...] = ()  # by which stories.candidates() finds it
    assignment: Assignment | None = None
    context: tuple[ContextLine, ...] = ()
    deliveries: tuple[NewDelivery, ...] = ()
    closing: tuple[NewDelivery, ...] = ()  # edits of merged stories' messages; ``alert.story`` says whose
