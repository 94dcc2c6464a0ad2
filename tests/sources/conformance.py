"""A conformance server: publishers with habits, in simulated time, and the rules that score us.

Every request of a week is kept with the simulated time at which it came.  ``score`` holds
each politeness rule by name against all of them; a rule gives the violations it found, and
says how many requests it looked at, so that none passes for want of evidence.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

START = datetime(2025, 6, 2, 0, 0, tzinfo=UTC)  # a Monday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FLOOR, BLIND, CEILING = 5 * MINUTE, 10 * MINUTE, 60 * MINUTE
GRAIN = timedelta(seconds=2)  # due feeds are looked for this often, as `run` does


class SimulatedClock:
    """Time that stands still while anybody works, and then moves to the next who wakes.

    ``working`` marks work; only its sleepers are waited for, so a run is the same each time.
    """

    def __init__(self) -> None:
        self.at = START
        self._working = 0
        self._asleep: list[tuple[datetime, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - START).total_seconds()

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        self._working += 1
        try:
            yield
        finally:
            self._rest()

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        self._asleep.append((self.at + timedelta(seconds=seconds), woken))
        self._rest()
        await woken

    def _rest(self) -> None:
        self._working -= 1
        asyncio.get_running_loop().call_soon(self._move)  # whoever goes on does so before

    def _move(self) -> None:
        if self._working or not self._asleep:
            return
        self.at = min(at for at, _ in self._asleep)
        due = [one for one in self._asleep if one[0] == self.at]
        self._asleep = [one for one in self._asleep if one[0] != self.at]
        self._working += len(due)
        for _, woken in due:
            woken.set_result(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request and what was answered."""

    at: datetime
    host: str
    name: str  # of the publisher
    method: str
    path: str
    headers: dict[str, str]
    status: int
    etag: str | None
    modified: str | None
    good: bool  # answered with a feed
    overlapping: bool  # another request of this host was under way


@dataclass
class Answer:
    """What a publisher says this time."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def feed(name: str, entries: list[datetime], extra: str = "") -> bytes:
    """A small feed, newest entry first."""
    items = "".join(
        f"<item><title>{name} tells of {time:%A %H:%M}</title><link>http://{name}.example/{time:%d%H%M}</link>"
        f'<guid isPermaLink="false">{name}-{time:%d%H%M}</guid><pubDate>{format_datetime(time)}</pubDate></item>'
        for time in sorted(entries, reverse=True)[:20]
    )
    about = f"<title>{name}</title><link>http://{name}.example/</link><description>x</description>{extra}"
    namespace = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    return f'<rss version="2.0" {namespace}><channel>{about}{items}</channel></rss>'.encode()


@dataclass
class Publisher:
    """One feed's habits; each name is one the rules know."""

    name: str
    host: str = "127.0.0.1"
    every: timedelta = 3 * HOUR  # between entries
    extra: str = ""  # elements of the channel
    headers: dict[str, str] = field(default_factory=dict)
    validators: bool = True
    etag_form: str = '"{}"'
    special: Callable[["Publisher", datetime, str], Answer | None] | None = None

    def entries(self, now: datetime) -> list[datetime]:
        count = max(int((now - START + 2 * DAY) / self.every), 1)
        return [START - 2 * DAY + place * self.every for place in range(max(count - 20, 0), count)]

    def answer(self, now: datetime, path: str, headers: dict[str, str]) -> Answer:
        special = self.special(self, now, path) if self.special else None
        if special is not None:
            return special
        entries = self.entries(now)
        told = dict(self.headers)
        if self.validators:
            told["ETag"] = self.etag_form.format(f"{self.name}-{entries[-1]:%d%H%M}")
            told["Last-Modified"] = format_datetime(entries[-1], usegmt=True)
            if headers.get("if-none-match") == told["ETag"]:
                return Answer(304, told)
        return Answer(200, told, feed(self.name, entries, self.extra))


# --- habits --------------------------------------------------------------------------------


def between(start: timedelta, end: timedelta, make: Callable[[datetime], Answer]) -> object:
    """An answer for part of the week."""

    def special(publisher: Publisher, now: datetime, path: str) -> Answer | None:
        return make(now) if START + start <= now < START + end else None

    return special


def moves(status: int) -> object:
    """Redirects /old to /new from the second day on."""

    def special(publisher: Publisher, now: datetime, path: str) -> Answer | None:
        if path.endswith("/old") and now >= START + DAY:
            return Answer(status, {"Location": f"/{publisher.name}/new"})
        return None

    return special


def broken_at_times(publisher: Publisher, now: datetime, path: str) -> Answer | None:
    """A web page with validators of its own, for the first half of each hour."""
    if now < START + HOUR or now.minute >= 30:
        return None
    return Answer(200, {"ETag": '"page"', "Last-Modified": "never"}, b"<html><body>Maintenance</body></html>")


PAUSE = format_datetime(START + DAY + 9 * HOUR, usegmt=True)
PUBLISHERS = [
    Publisher("plain"),
    Publisher("weak-etag", host="127.0.0.2", etag_form='W/"{}, x"'),
    Publisher("odd-etag", host="127.0.0.3", etag_form="{}"),
    Publisher("blind", host="127.0.0.4", validators=False, every=10 * MINUTE),
    Publisher("busy", host="127.0.0.5", every=6 * MINUTE),
    Publisher("slow", host="127.0.0.6", every=2 * DAY),
    Publisher(
        "max-age", host="127.0.0.7", headers={"Cache-Control": "public, max-age=7200"}, every=10 * MINUTE
    ),
    Publisher("ttl", host="127.0.0.8", extra="<ttl>150</ttl>", every=10 * MINUTE),
    Publisher(
        "syndication",
        host="127.0.0.9",
        extra="<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>6</sy:updateFrequency>",
        every=10 * MINUTE,
    ),
    Publisher(
        "skips",
        host="127.0.0.10",
        extra="<skipHours><hour>0</hour><hour>1</hour><hour>2</hour></skipHours><skipDays><day>Sunday</day></skipDays>",
    ),
    Publisher(
        "limits",
        host="127.0.0.11",
        special=between(DAY, DAY + 5 * HOUR, lambda now: Answer(429, {"Retry-After": "6000"})),  # type: ignore[arg-type]
    ),
    Publisher(
        "pauses",
        host="127.0.0.12",
        special=between(DAY, DAY + 9 * HOUR, lambda now: Answer(503, {"Retry-After": PAUSE})),  # type: ignore[arg-type]
    ),
    Publisher("fails", host="127.0.0.13", special=between(DAY, 5 * DAY, lambda now: Answer(500))),  # type: ignore[arg-type]
    Publisher("goes", host="127.0.0.14", special=between(2 * DAY, 99 * DAY, lambda now: Answer(410))),  # type: ignore[arg-type]
    Publisher("moves-301", host="127.0.0.15", special=moves(301)),  # type: ignore[arg-type]
    Publisher("moves-308", host="127.0.0.16", special=moves(308)),  # type: ignore[arg-type]
    Publisher("moves-302", host="127.0.0.17", special=moves(302)),  # type: ignore[arg-type]
    Publisher("breaks", host="127.0.0.18", special=broken_at_times),
    Publisher("cookies", host="127.0.0.19", headers={"Set-Cookie": "visitor=1; Path=/; Max-Age=999999"}),
    *(Publisher(f"neighbour-{number}", host="127.0.0.20", every=2 * HOUR) for number in range(4)),
]


# --- the server ----------------------------------------------------------------------------


@dataclass
class Conformance:
    """The running server."""

    clock: SimulatedClock
    port: int = 0
    requests: list[Request] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)  # asked for what nobody publishes
    talks: set["asyncio.Task[None]"] = field(default_factory=set)  # one for each open connection
    _under_way: dict[str, int] = field(default_factory=dict)

    def urls(self) -> list[str]:
        """What is subscribed to."""
        return [f"http://{one.host}:{self.port}/{one.name}/old" for one in PUBLISHERS]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk is not None
        self.talks.add(talk)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:  # connections are kept as the client likes
                lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                await self._one(lines, writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        self.talks.discard(talk)

    async def _one(self, lines: list[str], writer: asyncio.StreamWriter) -> None:
        method, path, _ = lines[0].split(" ", 2)
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:] if line)}
        host = writer.get_extra_info("sockname")[0]
        name = path.split("/")[1]
        publisher = next((one for one in PUBLISHERS if one.name == name and one.host == host), None)
        overlapping = self._under_way.get(host, 0) > 0
        self._under_way[host] = self._under_way.get(host, 0) + 1
        at = self.clock.now()
        await asyncio.sleep(0)  # another request could come in now
        answer = publisher.answer(at, path, headers) if publisher else Answer(404)
        if publisher is None or path.rsplit("/", 1)[1] not in {"old", "new"}:
            self.strays.append(path)
        told = {"Content-Length": str(len(answer.body)), **answer.headers}
        head = "".join(
            f"{key}: {value}\r\n"
            for key, value in told.items()
            if answer.status != 304 or key != "Content-Length"
        )
        writer.write(f"HTTP/1.1 {answer.status} X\r\n{head}\r\n".encode() + answer.body)
        await writer.drain()
        self._under_way[host] -= 1
        self.requests.append(
            Request(
                at=at,
                host=host,
                name=name,
                method=method,
                path=path,
                headers=headers,
                status=answer.status,
                etag=answer.headers.get("ETag"),
                modified=answer.headers.get("Last-Modified"),
                good=answer.status == 200 and answer.body.startswith(b"<rss"),
                overlapping=overlapping,
            )
        )


@asynccontextmanager
async def conformance(clock: SimulatedClock) -> AsyncIterator[Conformance]:
    """The server on all addresses of its publishers, one port."""
    running = Conformance(clock=clock)
    hosts = list(dict.fromkeys(publisher.host for publisher in PUBLISHERS))
    first = await asyncio.start_server(running.answer, hosts[0], 0)
    running.port = first.sockets[0].getsockname()[1]
    servers = [first, *[await asyncio.start_server(running.answer, host, running.port) for host in hosts[1:]]]
    try:
        yield running
    finally:
        for server in servers:
            server.close()
        if running.talks:  # the client has closed them all by now
            await asyncio.wait(running.talks, timeout=10)


# --- the rules -----------------------------------------------------------------------------

Violations = Iterator[str]
Rule = Callable[["Week"], Violations]
RULES: dict[str, Rule] = {}


@dataclass
class Week:
    """All requests of the week, and how many a rule has looked at."""

    requests: list[Request]
    strays: list[str]
    downs: list[tuple[datetime, datetime]]  # when nobody was there to ask
    looked_at: int = 0

    def of(self, *names: str) -> list[Request]:
        """The requests to some publishers, in order."""
        chosen = [one for one in self.requests if one.name in names]
        self.looked_at += len(chosen)
        return chosen

    def all(self) -> list[Request]:
        """Every request."""
        self.looked_at += len(self.requests)
        return self.requests

    def gaps(self, *names: str) -> Iterator[tuple[Request, Request, timedelta]]:
        """Neighbouring requests to each of some publishers, redirects left out."""
        for name in names:
            polls = [one for one in self.of(name) if one.status not in {301, 302, 308}]
            for before, after in pairwise(polls):
                yield before, after, after.at - before.at

    def excuse(self, start: datetime, end: datetime) -> timedelta:
        """By how much a poll between two times may be late: a tick, and each time that we were down.

        After that the late ones are spread over the time of the floor.
        """
        down = [(max(a, start), min(b, end)) for a, b in self.downs if a < end and b > start]
        return sum((b - a + FLOOR for a, b in down), GRAIN)


def rule(function: Rule) -> Rule:
    """A rule is called by its function's name."""
    RULES[function.__name__.replace("_", "-")] = function
    return function


@rule
def first_request_is_unconditional(week: Week) -> Violations:
    for publisher in PUBLISHERS:
        first = week.of(publisher.name)[0]
        if {"if-none-match", "if-modified-since"} & first.headers.keys():
            yield first.path


@rule
def validators_are_those_of_the_last_good_answer(week: Week) -> Violations:
    for publisher in PUBLISHERS:
        good: Request | None = None
        for request in week.of(publisher.name):
            own = good if good is not None and good.path == request.path else None  # of that address alone
            due = (own.etag, own.modified) if own is not None else (None, None)
            sent = (request.headers.get("if-none-match"), request.headers.get("if-modified-since"))
            if sent != due:
                yield f"{request.path} at {request.at}: {sent} for {due}"
            if request.good:
                good = request


@rule
def unchanged_feeds_are_answered_304(week: Week) -> Violations:
    polls = week.of("slow")
    if sum(one.status == 304 for one in polls) < 0.9 * len(polls):
        yield f"{sum(one.status == 304 for one in polls)} of {len(polls)}"


@rule
def validators_outlive_restarts(week: Week) -> Violations:
    if len(week.downs) < 5:
        yield "not restarted often enough to tell"
    good = [one for one in week.of("slow") if one.status == 200]
    if len(good) > 5:
        yield f"{len(good)} whole bodies of a feed that changed three times"


@rule
def never_below_the_floor(week: Week) -> Violations:
    for before, _, gap in week.gaps(*(one.name for one in PUBLISHERS)):
        if gap < FLOOR:
            yield f"{before.name} {gap} after {before.at}"


@rule
def without_validators_never_below_ten_minutes(week: Week) -> Violations:
    yield from (f"{gap}" for _, _, gap in week.gaps("blind") if gap < BLIND)


@rule
def a_busy_feed_is_asked_often(week: Week) -> Violations:
    gaps = [gap for *_, gap in week.gaps("busy")]
    if sorted(gaps)[len(gaps) // 2] > 2 * FLOOR + GRAIN:
        yield f"median {sorted(gaps)[len(gaps) // 2]}"


@rule
def a_slow_feed_is_asked_seldom_but_within_the_ceiling(week: Week) -> Violations:
    for before, after, gap in week.gaps("slow"):
        if not 0.8 * CEILING <= gap <= CEILING + week.excuse(before.at, after.at):
            yield f"{gap} after {before.at}"


@rule
def max_age_is_respected(week: Week) -> Violations:
    yield from (f"{gap}" for _, _, gap in week.gaps("max-age") if gap < 2 * HOUR)


@rule
def ttl_is_respected(week: Week) -> Violations:
    yield from (f"{gap}" for _, _, gap in week.gaps("ttl") if gap < 150 * MINUTE)


@rule
def update_period_is_respected(week: Week) -> Violations:
    yield from (f"{gap}" for _, _, gap in week.gaps("syndication") if gap < 4 * HOUR)


@rule
def skip_hours_and_days_are_respected(week: Week) -> Violations:
    for request in week.of("skips")[1:]:
        if request.at.hour in {0, 1, 2} or request.at.weekday() == 6:
            yield f"{request.at:%A %H:%M}"


@rule
def retry_after_in_seconds_is_respected(week: Week) -> Violations:
    limited = [(before, gap) for before, _, gap in week.gaps("limits") if before.status == 429]
    if not limited:
        yield "never limited"
    yield from (f"{gap} after {before.at}" for before, gap in limited if gap < 6000 * timedelta(seconds=1))


@rule
def retry_after_as_a_date_is_respected(week: Week) -> Violations:
    paused = [one for one in week.of("pauses") if one.status == 503]
    if len(paused) != 1:
        yield f"asked {len(paused)} times before the date"


@rule
def failures_back_off_exponentially_up_to_a_day(week: Week) -> Violations:
    gaps = [(gap, week.excuse(a.at, b.at)) for a, b, gap in week.gaps("fails") if a.status == 500]
    for number, (gap, excuse) in enumerate(gaps):
        least = min(BLIND * 2**number, DAY)
        if not least <= gap <= min(1.1 * least, DAY) + excuse:
            yield f"wait {number + 1} was {gap}"
    if len(gaps) < 8:
        yield f"only {len(gaps)} failures"


@rule
def a_feed_that_recovers_is_asked_as_before(week: Week) -> Violations:
    since = [
        gap - week.excuse(a.at, b.at)
        for a, b, gap in week.gaps("fails")
        if a.at > START + 5 * DAY and a.status != 500
    ]
    if not since or max(since) > CEILING:
        yield f"{since[:3]}"


@rule
def gone_is_never_asked_again(week: Week) -> Violations:
    gone = [one for one in week.of("goes") if one.status == 410]
    if len(gone) != 1:
        yield f"asked {len(gone)} times"


@rule
def permanent_redirects_are_adopted_after_repetition(week: Week) -> Violations:
    for name in ("moves-301", "moves-308"):
        redirects = [one for one in week.of(name) if one.status in {301, 308}]
        if len(redirects) < 3 or redirects[-1].at - redirects[0].at < DAY:
            yield f"{name} adopted after {len(redirects)} times"
        first, last = redirects[0].at, redirects[-1].at
        if last - first > DAY + CEILING + week.excuse(first, last):
            yield f"{name} not adopted in time"


@rule
def temporary_redirects_are_never_adopted(week: Week) -> Violations:
    direct = [
        after
        for before, after in pairwise(week.of("moves-302"))
        if after.path.endswith("/new") and not before.path.endswith("/old")
    ]
    yield from (f"asked directly at {one.at}" for one in direct)


@rule
def one_request_at_a_time_for_each_host(week: Week) -> Violations:
    yield from (f"{one.name} at {one.at}" for one in week.all() if one.overlapping)


@rule
def a_second_between_requests_to_a_host(week: Week) -> Violations:
    for host in {one.host for one in week.all()}:
        for before, after in pairwise([one for one in week.requests if one.host == host]):
            if after.at - before.at < timedelta(seconds=1):
                yield f"{host}: {after.at - before.at} at {after.at}"


@rule
def says_honestly_who_asks(week: Week) -> Violations:
    for one in week.all():
        agent = one.headers.get("user-agent", "")
        if not agent.startswith("Movewire/") or "+https://ops.example/bot" not in agent:
            yield agent


@rule
def sends_no_cookie_no_referer_no_credentials(week: Week) -> Violations:
    for one in week.all():
        yield from ({"cookie", "cookie2", "referer", "authorization", "origin"} & one.headers.keys())


@rule
def asks_for_gzip_and_nothing_else(week: Week) -> Violations:
    yield from (
        one.headers.get("accept-encoding", "")
        for one in week.all()
        if one.headers.get("accept-encoding") != "gzip"
    )


@rule
def only_gets_and_only_feeds(week: Week) -> Violations:
    yield from (one.method for one in week.all() if one.method != "GET")
    yield from week.strays


@rule
def polls_are_spread_over_time(week: Week) -> Violations:
    """No minute sees a third of all feeds, not even after a sleep of eight hours."""
    minutes: dict[int, set[str]] = {}
    for one in week.all():
        if one.at > START + MINUTE:  # all of them are new in the first
            minutes.setdefault(int((one.at - START) / MINUTE), set()).add(one.name)
    yield from (
        f"{len(names)} in minute {minute}"
        for minute, names in minutes.items()
        if len(names) >= len(PUBLISHERS) / 3
    )


@rule
def after_a_sleep_the_busiest_is_asked_first(week: Week) -> Violations:
    sleeps = [end for start, end in week.downs if end - start > HOUR]
    if not sleeps:
        yield "never slept"
    for end in sleeps:
        first = next(one for one in week.of("busy") if one.at >= end)
        if first.at > end + MINUTE:
            yield f"{first.at - end} after waking"


def score(week: Week) -> dict[str, tuple[int, list[str]]]:
    """Each rule's name with the number of requests that it looked at and its violations."""
    found: dict[str, tuple[int, list[str]]] = {}
    for name, check in RULES.items():
        week.looked_at = 0
        violations = list(check(week))
        found[name] = (week.looked_at, violations if week.looked_at else ["no request to judge by"])
    return found
