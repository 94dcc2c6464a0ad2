"""How long to wait before the next request: Discord's rate limits, as its answers tell them.

Nothing is assumed but what a page states (topics/rate-limits): buckets are learned from
the ``X-RateLimit-*`` headers, ``retry_after`` is kept to the millisecond, and refusals are
counted, since too many of them ban the address.  Times are monotonic seconds.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

# 50 requests a second over all routes (topics/rate-limits#global-rate-limit), of which some
# are left to the gateway bot, which writes with the same token, and to late arrivals.
GLOBAL_REQUESTS = 40
# topics/rate-limits#invalid-request-limit-aka-cloudflare-bans: 10,000 in ten minutes ban the
# address.  A handful says that something is wrong, and that asking on will not mend it.
INVALID_WINDOW = 600.0
INVALID_ALLOWED = 10
# Cloudflare's own 429 has no body of Discord's; where it does not say how long, this long.
CLOUDFLARE_WAIT = 600.0
UNSAID_WAIT = 60.0  # seconds after a 429 of Discord's own that does not say how long
REFUSED_WAIT = 900.0  # seconds after a refusal, until somebody may have mended it
# A refused token stays refused: only a person can set another one.  It is asked again all the
# same, but seldom, because Discord itself has answered 401 in outages.
TOKEN_WAIT = 4 * 3600.0
EARLY = 0.001  # seconds: what clocks may differ by when a window ends
# Some limits stand in no header (others observed 30 messages a minute for a channel).  One is
# learned from the 429 that it answers with, and forgotten again: it may have been a mistake.
LEARN_FROM = 5  # requests at least since the last wait: fewer may have been somebody else's doing
LEARN_SECONDS = 5.0  # likewise
FORGET_AFTER = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TooMany:
    """What a 429 says."""

    seconds: float
    everywhere: bool  # not this route alone
    shared: bool = False  # others used it up: does not count as an invalid request
    cloudflare: bool = False


def too_many(headers: Mapping[str, str], body: object) -> TooMany:
    """Read a 429: the body's ``retry_after`` first, then the header; Cloudflare's has no body."""
    said = body.get("retry_after") if isinstance(body, dict) else None
    if isinstance(body, dict) and isinstance(said, int | float) and 0 <= said < 86_400:
        scope = headers.get("x-ratelimit-scope", "")
        everywhere = bool(body.get("global")) or scope == "global" or "x-ratelimit-global" in headers
        return TooMany(seconds=float(said), everywhere=everywhere, shared=scope == "shared")
    seconds = _number(headers.get("retry-after"))
    if isinstance(body, dict) and isinstance(body.get("code"), int):  # a limit on one thing, 30046 say
        return TooMany(seconds=UNSAID_WAIT if seconds is None else seconds, everywhere=False)
    return TooMany(seconds=CLOUDFLARE_WAIT if seconds is None else seconds, everywhere=True, cloudflare=True)


@dataclass(slots=True)
class _Bucket:
    remaining: int = 1
    resets: float = 0.0  # when ``remaining`` is full again


@dataclass(slots=True)
class _Hidden:
    """A limit that no header tells: fixed windows that begin with our first request."""

    size: int = 0  # 0: none is known
    seconds: float = 0.0
    learned: float = 0.0
    began: float = float("-inf")  # of the window that runs, or of the count that may teach us
    used: int = 0

    def delay_until(self, now: float) -> float:
        if not self.size or now >= self.learned + FORGET_AFTER:
            self.size = 0
            return 0.0
        full = self.used >= self.size and now < self.began + self.seconds
        return self.began + self.seconds + EARLY if full else 0.0

    def asked(self, now: float) -> None:
        if self.used == 0 or (self.size and now >= self.began + self.seconds):
            self.began, self.used = now, 0
        self.used += 1

    def refused(self, now: float, seconds: float) -> None:
        """The request just counted was one too many; its window ends in ``seconds``."""
        fitted, lasted = self.used - 1, now + seconds - self.began
        if fitted >= LEARN_FROM and lasted >= LEARN_SECONDS:
            self.size, self.seconds, self.learned = fitted, lasted, now
        self.used = 0


class Limits:
    """What is known of the limits of one Discord API, for all routes of this process."""

    def __init__(self) -> None:
        self._buckets: dict[str, _Bucket] = {}
        self._names: dict[str, str] = {}  # route -> the bucket that Discord named
        self._hidden: dict[str, _Hidden] = {}
        self._recent: deque[float] = deque(maxlen=GLOBAL_REQUESTS)
        self._invalid: deque[float] = deque(maxlen=INVALID_ALLOWED)
        self._closed_until = 0.0

    def delay(self, route: str, now: float) -> float:
        """Seconds until a request to ``route`` is allowed; ``route`` holds its channel or webhook."""
        until = self._closed_until
        if len(self._recent) == GLOBAL_REQUESTS:
            until = max(until, self._recent[0] + 1.0)
        if len(self._invalid) == INVALID_ALLOWED:
            until = max(until, self._invalid[0] + INVALID_WINDOW)
        bucket = self._buckets.get(self._names.get(route, route))
        if bucket is not None and bucket.remaining <= 0:
            until = max(until, bucket.resets)
        if (hidden := self._hidden.get(route)) is not None:
            until = max(until, hidden.delay_until(now))
        return max(0.0, until - now)

    def asked(self, route: str, now: float) -> None:
        """A request leaves: count it before its answer tells the truth."""
        self._recent.append(now)
        self._hidden.setdefault(route, _Hidden()).asked(now)
        bucket = self._buckets.get(self._names.get(route, route))
        if bucket is not None:
            if now >= bucket.resets:
                bucket.remaining = 1  # a new window of unknown size: ask one, then know
            bucket.remaining -= 1

    def answered(self, route: str, status: int, headers: Mapping[str, str], body: object, now: float) -> None:
        """Learn from an answer; ``headers`` are read in lower case."""
        self._learn(route, headers, now)
        if status == 429:
            told = too_many(headers, body)
            until = now + told.seconds + EARLY
            if told.everywhere:
                self._closed_until = max(self._closed_until, until)
            else:
                bucket = self._bucket(route)
                bucket.remaining, bucket.resets = 0, max(until, now)
                if not told.shared and route in self._hidden:
                    self._hidden[route].refused(now, told.seconds)
            if not told.shared:
                self._invalid.append(now)
        elif status in (401, 403):
            self._invalid.append(now)
            if status == 401:  # the token is refused: it will be for every route
                self._closed_until = max(self._closed_until, now + TOKEN_WAIT)

    def _bucket(self, route: str) -> _Bucket:
        return self._buckets.setdefault(self._names.get(route, route), _Bucket())

    def _learn(self, route: str, headers: Mapping[str, str], now: float) -> None:
        remaining, after = (
            headers.get("x-ratelimit-remaining"),
            _number(headers.get("x-ratelimit-reset-after")),
        )
        if (name := headers.get("x-ratelimit-bucket")) is not None:
            # Discord shares a bucket's name over channels, its count not: keep both.
            self._names[route] = f"{name} {route.partition(' ')[2]}"
        if remaining is not None and remaining.isdecimal() and after is not None:
            bucket = self._bucket(route)
            bucket.remaining, bucket.resets = int(remaining), now + after + EARLY


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text is not None else None
    except ValueError:
        return None
    return value if value is not None and 0 <= value < 86_400 else None
