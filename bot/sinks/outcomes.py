"""What an answer of Discord means for a parcel: arrived, again, never, or nobody knows.

Pure but for the clock it is given.  The rules, with their reasons:

* 429 is certain: the limiter stands before the handler (topics/rate-limits).
* 503 is certain (RFC 9110, 15.6.4: currently unable to handle the request), unless a proxy
  says that the connection to the server was reset: that may have been after the reading.
* 521, 522, 523, 525, 526 are Cloudflare's words for "no connection to the server was made".
* Any other 5xx is ambiguous: the server, or what stands before it, broke at an unknown point.
* 408, 409 and 425 are certain: the request was not taken.
* 401, 403, 404 and a few 400s speak of the destination, not of the message: it is kept until
  somebody has mended that.  Any other 4xx refuses this message for good; a digest is halved
  until what is refused stands alone.
"""

from datetime import datetime, timedelta

from bot.sinks.base import Clock, Dead, Outcome, Parcel, RetryAt, Split
from bot.sinks.limits import REFUSED_WAIT, TOKEN_WAIT, too_many
from bot.sinks.rest import Answer, Held, NoAnswer, Result

UNKNOWN_CHANNEL, UNKNOWN_MESSAGE = 10003, 10008  # topics/opcodes#json
INVALID_WEBHOOK_TOKEN = 50027
NEVER_REACHED = frozenset({503, 521, 522, 523, 525, 526})
NOT_TAKEN = frozenset({408, 409, 425})
# 400s that any message would get there (topics/opcodes#json), and what mends them.
MENDED_BY = {
    50024: "it takes no messages: name a text channel or a thread",
    50083: "the thread is archived: unarchive it, or let the bot manage threads",
    220001: "a webhook of a forum needs a thread: add ?thread_id=… to its URL",
}
NEW_TOKEN = "set DISCORD_TOKEN to the present token (Developer Portal, Bot, Reset Token)"
HELD = "not asked for now: Discord's limits, or too many refusals"
FIRST_WAIT = 1.0  # seconds before the second attempt, doubled up to LONGEST_WAIT
LONGEST_WAIT = 900.0
HOLDING_ATTEMPTS = 5  # after as many, a message that breaks the server no longer stops the others
LONGEST_REFUSED_WAIT = TOKEN_WAIT  # seconds between two attempts at what a person must mend
# Of trying, in which a gap of more than a day counts as a day (``claims``): a clock that leaps
# a year ahead, or a machine that was off, kills nothing.  As old as news may be when it is told.
GIVE_UP_AFTER = timedelta(days=3)
GIVE_UP_ATTEMPTS = 6


def wait_after(attempts: int) -> timedelta:
    """How long to wait after the ``attempts``-th attempt."""
    return timedelta(seconds=min(FIRST_WAIT * 2 ** min(attempts - 1, 20), LONGEST_WAIT))


def failed(
    result: Result, parcel: Parcel, clock: Clock, *, refused: str = "", token: str = NEW_TOKEN
) -> Outcome:
    """The outcome of a result that is no success; ``refused`` tells how to mend 403 and 404, ``token`` 401."""
    now = clock.now()
    attempts = parcel.first.attempts
    soon = now + wait_after(attempts)
    match result:
        case Held(seconds=seconds):
            return RetryAt(when=now + timedelta(seconds=seconds), why=HELD)
        case Answer(status=429):
            told = too_many(result.headers, result.body)
            who = "Cloudflare" if told.cloudflare else "Discord"
            return RetryAt(when=now + timedelta(seconds=told.seconds), why=f"rate limit of {who}")
        case NoAnswer(why=why, reached=reached):
            retry = RetryAt(when=soon, why=f"no answer: {why}", ambiguous=reached)
        case Answer(status=status) if status >= 500:
            certain = status in NEVER_REACHED and "before headers" not in result.text
            holds = attempts < HOLDING_ATTEMPTS
            retry = RetryAt(when=soon, why=result.said, ambiguous=not certain, holds=holds)
        case Answer(status=status) if status in NOT_TAKEN:
            retry = RetryAt(when=soon, why=result.said)
        case Answer(status=401):
            retry = RetryAt(when=now + timedelta(seconds=TOKEN_WAIT), why=f"{result.said}: {token}")
        case Answer(status=400, code=int(code)) if code in MENDED_BY:
            wait = _refused_wait(attempts)
            holds = not parcel.edits  # in an archived thread a message can still be written
            retry = RetryAt(when=now + wait, why=f"{result.said}: {MENDED_BY[code]}", holds=holds)
        case Answer(status=400) if len(parcel.deliveries) > 1:
            return Split(why=result.said)
        case Answer(status=status) if 400 <= status < 500 and status not in (403, 404):
            return Dead(why=result.said)
        case Answer():
            retry = RetryAt(when=now + _refused_wait(attempts), why=f"{result.said}{refused}")
    return _or_given_up(retry, parcel, now)


def _refused_wait(attempts: int) -> timedelta:
    return timedelta(seconds=min(REFUSED_WAIT * 2 ** min(attempts - 1, 10), LONGEST_REFUSED_WAIT))


def malformed(result: Result) -> bool:
    """Whether it was refused for what stood in the message: plainer words may do."""
    return isinstance(result, Answer) and result.status == 400 and result.code not in MENDED_BY


def _or_given_up(retry: RetryAt, parcel: Parcel, now: datetime) -> Outcome:
    """The retry, unless it was tried long enough; then others as old have no better chance."""
    first = parcel.first
    if first.attempts < GIVE_UP_ATTEMPTS or now - (first.first_attempt or now) <= GIVE_UP_AFTER:
        return retry
    why = f"given up after {first.attempts} attempts in {GIVE_UP_AFTER.days} days: {retry.why}"
    return Dead(why=why, stale_before=now - GIVE_UP_AFTER if retry.holds else None)


def certain(outcome: Outcome) -> Outcome:
    """The outcome of a reading or an edit: repeating those does no harm, so none is ambiguous."""
    if isinstance(outcome, RetryAt):
        return RetryAt(when=outcome.when, why=outcome.why, holds=outcome.holds)
    return outcome
