"""When a feed is asked again, and what is said of its health."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.model import Feed, FeedState, ParsedEntry
from watchers import polling
from watchers.polling import BLIND_FLOOR, Bounds, notices, schedule
from watchers.sources.base import Failed, Fetched, NotModified, Outcome, ParsedFeed

NOW = datetime(2025, 6, 2, 12, 0, tzinfo=UTC)  # a Monday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BOUNDS = Bounds()
URL = "https://quay.example/feed"


def fetched(**more: object) -> Fetched:
    """A 200 with validators."""
    told: dict[str, object] = {"url": URL, "body": b"x", "body_hash": b"h", "etag": '"1"'} | more
    return Fetched(**told)  # type: ignore[arg-type]


def parsed(times: list[datetime | None], **more: object) -> ParsedFeed:
    """A body with entries of these times."""
    entries = tuple(
        ParsedEntry(guid=str(place), url="", title="t", published=time) for place, time in enumerate(times)
    )
    return ParsedFeed(format="rss20", title="Quay", entries=entries, **more)  # type: ignore[arg-type]


def after(feed: Feed, outcome: Outcome, body: ParsedFeed | None = None, now: datetime = NOW) -> Feed:
    """The feed after a poll."""
    return schedule(feed, outcome, body, now, BOUNDS)


def fresh(**more: object) -> Feed:
    """A feed never asked."""
    return Feed(id=1, url=URL, **more)  # type: ignore[arg-type]


def busy(per_day: int = 48) -> Feed:
    """A feed that brought something every half hour for a week."""
    times: list[datetime | None] = [NOW - place * DAY / per_day for place in range(1, 7 * per_day)]
    return after(fresh(), fetched(), parsed(times))


def wait(feed: Feed, now: datetime = NOW) -> timedelta:
    """How long until the feed is due."""
    assert feed.next_due is not None
    return feed.next_due - now


# --- what is kept ------------------------------------------------------------------------


def test_a_good_answer_is_kept_with_its_validators() -> None:
    feed = after(
        fresh(),
        fetched(last_modified="yesterday"),
        parsed([NOW - HOUR], site="https://quay.example/", lang="en"),
    )
    assert (feed.state, feed.etag, feed.last_modified, feed.body_hash) == (
        FeedState.OK,
        '"1"',
        "yesterday",
        b"h",
    )
    assert (feed.title, feed.site, feed.lang) == ("Quay", "https://quay.example/", "en")
    assert (feed.last_polled, feed.last_success, feed.last_change) == (NOW, NOW, NOW)


def test_the_owners_title_stays() -> None:
    assert after(fresh(title="Mine"), fetched(), parsed([NOW])).title == "Mine"


def test_a_failure_keeps_the_validators_of_the_last_good_answer() -> None:
    good = after(fresh(), fetched(), parsed([NOW]))
    failed = after(good, Failed(error="web-page", detail="a page"), now=NOW + HOUR)
    assert (failed.etag, failed.body_hash, failed.failures, failed.last_error) == (
        '"1"',
        b"h",
        1,
        "web-page: a page",
    )
    assert failed.last_success == NOW


def test_validators_that_the_answer_lacks_are_forgotten() -> None:
    good = after(fresh(), fetched(), parsed([NOW]))
    assert after(good, fetched(etag=None), parsed([NOW])).etag is None


def test_a_304_changes_only_the_plan() -> None:
    good = after(fresh(), fetched(), parsed([NOW - DAY, NOW - HOUR]))
    later = after(good, NotModified(url=URL), now=NOW + HOUR)
    changed = {"next_due", "last_polled", "last_success"}
    assert {name for name in Feed.__slots__ if getattr(good, name) != getattr(later, name)} == changed


def test_the_same_body_again_brings_new_validators_and_no_change() -> None:
    good = after(fresh(), fetched(), parsed([NOW - HOUR]))
    again = after(good, fetched(etag='"2"'), None, now=NOW + HOUR)
    assert (again.etag, again.last_change, again.rhythm) == ('"2"', NOW, good.rhythm)


# --- the interval ------------------------------------------------------------------------


def test_a_busy_feed_is_asked_at_the_floor_and_a_slow_one_at_the_ceiling() -> None:
    slow = after(fresh(), fetched(), parsed([NOW - 3 * DAY, NOW - 20 * DAY]))
    assert 5 * MINUTE <= wait(busy(200)) <= 5.5 * MINUTE
    assert 48 * MINUTE <= wait(slow) <= 60 * MINUTE


def test_a_feed_without_validators_is_asked_every_ten_minutes_at_most() -> None:
    times: list[datetime | None] = [NOW - place * 5 * MINUTE for place in range(500)]
    assert wait(after(fresh(), fetched(etag=None), parsed(times))) >= BLIND_FLOOR


def test_the_interval_follows_the_hour_of_the_day() -> None:
    """A paper that publishes from nine to five, Monday to Friday, is left alone at night."""
    times: list[datetime | None] = [
        datetime(2025, 5, day, hour, minute, tzinfo=UTC)
        for day in range(5, 31)
        for hour in range(9, 17)
        for minute in (5, 25, 45)
        if datetime(2025, 5, day, tzinfo=UTC).weekday() < 5
    ]
    feed = after(fresh(), fetched(), parsed(times), now=datetime(2025, 6, 1, tzinfo=UTC))

    def at(now: datetime) -> timedelta:
        return wait(after(feed, NotModified(url=URL), now=now), now)

    noon, night = at(datetime(2025, 6, 3, 12, tzinfo=UTC)), at(datetime(2025, 6, 3, 23, tzinfo=UTC))
    weekend = at(datetime(2025, 6, 7, 12, tzinfo=UTC))
    assert noon < 8 * MINUTE
    assert night > 3 * noon
    assert weekend > 2 * noon


def test_a_weekday_not_seen_yet_is_not_taken_for_a_silent_one() -> None:
    """Twenty entries of a busy feed tell of a few hours; the next day it is asked as often."""
    feed = after(fresh(), fetched(), parsed([NOW - place * 6 * MINUTE for place in range(20)]))
    now = NOW
    while now < NOW + 6 * DAY:
        now += HOUR
        times: list[datetime | None] = [now - place * 6 * MINUTE for place in range(10)]
        feed = after(feed, fetched(body_hash=str(now).encode()), parsed(times), now=now)
        if now > NOW + DAY / 2:
            assert wait(feed, now) <= 8 * MINUTE


def test_an_undated_feed_learns_from_when_its_body_changes() -> None:
    feed = after(fresh(), fetched(), parsed([None]))
    assert wait(feed) > 50 * MINUTE
    now = NOW
    for step in range(1, 200):
        now = NOW + step * 20 * MINUTE
        feed = after(feed, fetched(body_hash=bytes([step])), parsed([None] * 10), now=now)
    assert wait(feed, now) < 15 * MINUTE
    assert feed.last_change == now


@pytest.mark.parametrize(
    ("outcome", "body", "least"),
    [
        (fetched(max_age=3 * HOUR), parsed([NOW]), 3 * HOUR),
        (NotModified(url=URL, max_age=2 * HOUR), None, 2 * HOUR),
        (fetched(), parsed([NOW], ttl=90 * MINUTE), 90 * MINUTE),
        (fetched(), parsed([NOW], update_every=6 * HOUR), 6 * HOUR),
        (fetched(max_age=20 * DAY), parsed([NOW]), DAY),
    ],
)
def test_what_the_publisher_asks_for_is_the_least(
    outcome: Outcome, body: ParsedFeed | None, least: timedelta
) -> None:
    assert least <= wait(after(busy(), outcome, body)) <= least * 1.1


def test_what_the_body_asks_holds_for_polls_without_a_body() -> None:
    feed = after(fresh(), fetched(), parsed([NOW], ttl=3 * HOUR))
    assert wait(after(feed, NotModified(url=URL))) >= 3 * HOUR


def test_an_owners_interval_overrules_the_bodys_habits_and_not_http() -> None:
    feed = replace(after(fresh(), fetched(), parsed([NOW], update_every=DAY)), interval=20 * MINUTE)
    assert 20 * MINUTE <= wait(after(feed, NotModified(url=URL))) <= 22 * MINUTE
    assert wait(after(feed, NotModified(url=URL, max_age=2 * HOUR))) >= 2 * HOUR


def test_skip_hours_and_days_are_kept() -> None:
    body = parsed([NOW], skip_hours=frozenset(range(13, 24)), skip_days=frozenset({1}))
    feed = after(fresh(), fetched(), body)
    for minutes in range(0, 7 * 24 * 60, 45):
        now = NOW + minutes * MINUTE
        due = after(feed, NotModified(url=URL), now=now).next_due
        assert due is not None
        assert due.hour not in range(13, 24)
        assert due.weekday() != 1


def test_skipping_every_hour_is_taken_for_a_mistake() -> None:
    assert wait(after(fresh(), fetched(), parsed([NOW], skip_hours=frozenset(range(24))))) <= 66 * MINUTE


# --- failures ----------------------------------------------------------------------------


def test_failures_wait_twice_as_long_each_time_up_to_a_day() -> None:
    feed, waits = busy(), []
    now = NOW
    for _ in range(12):
        feed = after(feed, Failed(error="timed-out"), now=now)
        waits.append(wait(feed, now))
        now += waits[-1]
    assert all(10 * MINUTE * 2**n <= waited <= 11 * MINUTE * 2**n for n, waited in enumerate(waits[:7]))
    assert waits[-4:] == [DAY] * 4


@pytest.mark.parametrize("asked", [3 * HOUR, 2 * DAY])
def test_retry_after_is_waited_for(asked: timedelta) -> None:
    feed = after(busy(), Failed(error="rate-limited", status=429, retry_after=asked))
    assert asked < wait(feed) <= asked + MINUTE


def test_retry_after_beyond_a_week_is_a_week() -> None:
    assert wait(after(busy(), Failed(error="rate-limited", retry_after=25 * DAY))) <= 7 * DAY + MINUTE


def test_a_feed_not_asked_for_its_hosts_sake_has_not_failed() -> None:
    feed = after(busy(), Failed(error="rate-limited", retry_after=HOUR, asked=False), now=NOW + DAY)
    assert (feed.failures, feed.last_polled, feed.state) == (0, NOW, FeedState.OK)
    assert wait(feed, NOW + DAY) >= HOUR


def test_success_ends_the_waiting() -> None:
    feed = busy()
    for _ in range(5):
        feed = after(feed, Failed(error="timed-out"))
    assert wait(after(feed, NotModified(url=URL))) <= 66 * MINUTE


def test_410_is_gone() -> None:
    assert after(busy(), Failed(error="gone", status=410)).state is FeedState.GONE


# --- moving ------------------------------------------------------------------------------


def test_a_permanent_redirect_is_adopted_after_three_times_over_a_day() -> None:
    feed, target = busy(), "https://new.example/feed"
    seen = []
    for hours in (0, 1, 2, 23, 24):
        feed = after(feed, NotModified(url=target, permanent_redirect=target), now=NOW + hours * HOUR)
        seen.append((feed.url, feed.moved_count))
    assert seen == [(URL, 1), (URL, 2), (URL, 3), (URL, 4), (target, 0)]
    assert feed.etag == '"1"'
    assert feed.moved_to is None


def test_a_redirect_that_ends_or_changes_is_counted_anew() -> None:
    feed = busy()
    for target, expected in (
        ("https://a.example/", 1),
        ("https://a.example/", 2),
        ("https://b.example/", 1),
        (None, 0),
    ):
        feed = after(feed, NotModified(url=URL, permanent_redirect=target))
        assert feed.moved_count == expected
    assert feed.moved_to is None


# --- health ------------------------------------------------------------------------------


def told(before: Feed, later: Feed) -> list[str]:
    """States of the notices."""
    return [notice.state.value for notice in notices(before, later)]


def test_trouble_is_told_once_and_recovery_once() -> None:
    feed, said = busy(), []
    outcomes: list[Outcome] = [Failed(error="timed-out")] * 6 + [NotModified(url=URL)] * 3
    for step, outcome in enumerate(outcomes):
        later = after(feed, outcome, now=NOW + step * HOUR)
        said.append(told(feed, later))
        feed = later
    assert said == [[], [], ["failing"], [], [], [], ["ok"], [], []]


def test_an_empty_feed_that_held_entries_is_told_and_one_that_never_did_is_not() -> None:
    once = busy()
    later = after(once, fetched(body_hash=b"e"), parsed([]))
    assert (later.state, told(once, later)) == (FeedState.EMPTY, ["empty"])
    never = after(fresh(), fetched(), parsed([]))
    assert (never.state, told(fresh(), never)) == (FeedState.EMPTY, [])


def test_silence_far_beyond_the_rhythm_is_told_and_ends_with_an_entry() -> None:
    feed = busy()
    states = []
    for days in range(1, 6):
        feed = after(feed, NotModified(url=URL), now=NOW + days * DAY)
        states.append(feed.state.value)
    assert states == ["ok", "ok", "quiet", "quiet", "quiet"]
    assert feed.reported is FeedState.QUIET
    back = after(feed, fetched(body_hash=b"n"), parsed([NOW + 6 * DAY]), now=NOW + 6 * DAY)
    assert (back.state, told(feed, back)) == (FeedState.OK, ["ok"])


def test_a_weekly_feed_is_not_called_silent_after_a_fortnight() -> None:
    times: list[datetime | None] = [NOW - week * 7 * DAY for week in range(12)]
    feed = after(fresh(), fetched(), parsed(times))
    assert after(feed, NotModified(url=URL), now=NOW + 14 * DAY).state is FeedState.OK


def test_notices_say_what_happened_in_words() -> None:
    feed = replace(busy(), failures=2)
    later = after(feed, Failed(error="no-such-host", detail="the name does not resolve"))
    [notice] = notices(feed, later)
    assert notice.text == "Quay failed 3 times in a row, last with no-such-host: the name does not resolve"


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("https://other.example/feed", ["Quay has moved from https://quay.example to https://other.example"]),
        ("http://quay.example/feed", ["Quay has moved from https://quay.example to http://quay.example"]),
        ("https://quay.example/news/feed", []),
    ],
)
def test_a_feed_that_moves_to_another_host_or_scheme_is_told(target: str, said: list[str]) -> None:
    feed, texts = busy(), []
    for hours in (0, 12, 24, 25):
        later = after(feed, NotModified(url=target, permanent_redirect=target), now=NOW + hours * HOUR)
        texts += [notice.text for notice in notices(feed, later)]
        feed = later
    assert (feed.url, texts) == (target, said)


def test_a_notice_holds_no_secret_of_an_address() -> None:
    feed = replace(busy(), url="https://ann:hunter2@quay.example/feed?key=hunter3", title=None, failures=2)
    target = "https://ann:hunter2@pier.example/feed?key=hunter3"
    failed = after(feed, Failed(error="timed-out"))
    moved = notices(failed, replace(failed, url=target, reported=None))
    texts = [one.text for one in (*notices(feed, failed), *moved)]
    assert texts == [
        "https://quay.example/feed failed 3 times in a row, last with timed-out",
        "https://pier.example/feed has moved from https://quay.example to https://pier.example",
        "https://pier.example/feed is back",
    ]


def test_polls_of_feeds_that_are_asked_together_are_kept_apart() -> None:
    dues = [after(replace(busy(), id=n), NotModified(url=URL)).next_due for n in range(200)]
    seconds = sorted((due - NOW).total_seconds() for due in dues if due is not None)
    assert len(set(seconds)) == 200
    assert seconds[-1] - seconds[0] > 0.09 * seconds[0]


# --- for any feed and any answer -----------------------------------------------------------

OUTCOMES = st.one_of(
    st.builds(
        Failed,
        error=st.sampled_from(["timed-out", "gone", "web-page"]),
        retry_after=st.none() | st.timedeltas(timedelta(0), 30 * DAY),
    ),
    st.builds(NotModified, url=st.just(URL), max_age=st.none() | st.timedeltas(timedelta(0), 30 * DAY)),
    st.builds(
        fetched, etag=st.none() | st.just('"9"'), max_age=st.none() | st.timedeltas(timedelta(0), 30 * DAY)
    ),
)
YEARS = st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
TIMES = st.lists(st.none() | YEARS, max_size=8)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(OUTCOMES, TIMES, st.timedeltas(timedelta(0), 3 * DAY)), min_size=1, max_size=10),
    st.integers(0, 1000),
    st.tuples(st.integers(30, 3600), st.integers(30, 86400)).map(sorted),
)
def test_no_answer_is_followed_by_haste_or_by_silence(
    steps: list[tuple[Outcome, list[datetime | None], timedelta]], seed: int, limits: list[int]
) -> None:
    bounds = Bounds(floor=timedelta(seconds=limits[0]), ceiling=timedelta(seconds=limits[1]))
    feed, now = replace(fresh(), id=seed), NOW
    for outcome, times, pause in steps:
        body = parsed(times) if isinstance(outcome, Fetched) else None
        later = schedule(feed, outcome, body, now, bounds)
        assert later.next_due is not None
        waited = later.next_due - now
        least = bounds.floor
        if isinstance(outcome, Failed):
            least = min(outcome.retry_after or timedelta(0), polling.LONGEST_RETRY)
        elif outcome.max_age is not None:
            least = max(least, min(outcome.max_age, DAY))
        assert waited >= least
        assert waited <= max(1.1 * max(bounds.ceiling, least, BLIND_FLOOR), DAY, least + MINUTE)
        assert later.rhythm is None or len(later.rhythm) < 1000
        feed, now = later, now + max(pause, waited)
