"""What an answer of Discord means for a parcel: arrived, again, never, or nobody knows.

Pure but for the clock it is given.  The rules, with their reasons:

* 429 is certain: the limiter stands before the handler (topics/rate-limits).
* 503 is certain (RFC 9110, 15.6.4: currently unable to handle the request), unless a proxy
  says that the connection to the server was reset: that may have been after the reading.
* 521, 522, 523, 525, 526 are Cloudflare's words for "no connection to the server was made".
* Any other 5xx is ambiguous: the server, or what stands before it, broke at an unknown point.
* 408, 409 and 425 are certain: the request was not taken.
"""

from datetime import datetime, timedelta

from bot.sinks.base import Clock, Dead, Outcome, Parcel, RetryAt
from bot.sinks.limits import REFUSED_WAIT, too_many
from bot.sinks.rest import Answer, Held, NoAnswer, Result

UNKNOWN_CHANNEL, UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK = 10003, 10008, 10015  # topics/opcodes#json
INVALID_WEBHOOK_TOKEN = 50027
NEVER_REACHED = frozenset({503, 521, 522, 523, 525, 526})
NOT_TAKEN = frozenset({408, 409, 425})
HELD = "not asked for now: Discord's limits, or too many refusals"
FIRST_WAIT = 1.0  # seconds before the second attempt, doubled up to LONGEST_WAIT
LONGEST_WAIT = 900.0
HOLDING_ATTEMPTS = 5  # after as many, a message that breaks the server no longer stops the others
GIVE_UP_AFTER = timedelta(hours=24)
GIVE_UP_ATTEMPTS = 20  # at least: a clock that leaps a day ahead kills nothing


def wait_after(attempts: int) -> timedelta:
    """How long to wait after the ``attempts``-th attempt."""
    return timedelta(seconds=min(FIRST_WAIT * 2 ** min(attempts - 1, 20), LONGEST_WAIT))


def failed(result: Result, parcel: Parcel, clock: Clock, *, refused: str = "") -> Outcome:
    """The outcome of a result that is no success; ``refused`` tells how to mend 401 and 403."""
    now = clock.now()
    refused_until = now + timedelta(seconds=REFUSED_WAIT)
    attempts = parcel.first.attempts
    match result:
        case Held(seconds=seconds):
            return RetryAt(when=now + timedelta(seconds=seconds), why=HELD)
        case NoAnswer(why=why, reached=reached):
            return _again(parcel, clock, f"no answer: {why}", ambiguous=reached)
        case Answer(status=429):
            told = too_many(result.headers, result.body)
            who = "Cloudflare" if told.cloudflare else "Discord"
            return RetryAt(when=now + timedelta(seconds=told.seconds), why=f"rate limit of {who}")
        case Answer(status=401 | 403):
            return _unless_old(parcel, clock, refused_until, f"{result.said}{refused}")
        case Answer(status=status) if status >= 500:
            certain = status in NEVER_REACHED and "before headers" not in result.text
            holds = attempts < HOLDING_ATTEMPTS
            return _again(parcel, clock, result.said, ambiguous=not certain, holds=holds)
        case Answer(status=status) if status in NOT_TAKEN:
            return _again(parcel, clock, result.said)
        case Answer(status=status) if 400 <= status < 500:
            return Dead(why=result.said)
        case _:
            return _unless_old(parcel, clock, refused_until, f"unexpected answer: {result.said}")


def _again(parcel: Parcel, clock: Clock, why: str, *, ambiguous: bool = False, holds: bool = True) -> Outcome:
    when = clock.now() + wait_after(parcel.first.attempts)
    outcome = _unless_old(parcel, clock, when, why)
    if isinstance(outcome, RetryAt):
        return RetryAt(when=when, why=why, ambiguous=ambiguous, holds=holds)
    return outcome


def _unless_old(parcel: Parcel, clock: Clock, when: datetime, why: str) -> Outcome:
    first = parcel.first
    began = first.first_attempt or first.created
    if first.attempts >= GIVE_UP_ATTEMPTS and clock.now() - began > GIVE_UP_AFTER:
        return Dead(why=f"given up after {first.attempts} attempts in a day: {why}")
    return RetryAt(when=when, why=why)


def certain(outcome: Outcome) -> Outcome:
    """The outcome of a reading or an edit: repeating those does no harm, so none is ambiguous."""
    if isinstance(outcome, RetryAt):
        return RetryAt(when=outcome.when, why=outcome.why, holds=outcome.holds)
    return outcome
