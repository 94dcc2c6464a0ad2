"""Processes side by side: a host sees one request at a time, and a second between two."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from tests.flows.conftest import Command
from tests.flows.publisher import Publisher, rss
from watchers.sources.turns import SHARED


@pytest.mark.skipif(not SHARED, reason="turns are shared on Linux alone")
def test_a_host_is_asked_by_one_process_at_a_time_with_a_second_between(
    publisher: Publisher, movewire: Command
) -> None:
    """No least time can be missed by a slow machine: it only makes pauses longer."""
    publisher.delay = 0.2
    publisher.feeds |= {f"/{number}": rss(("old", "Bread")) for number in range(7)}
    urls = [publisher.url(f"/{number}") for number in range(7)]
    assert movewire("feeds", "add", *urls[:2]).returncode == 0
    calls = [
        ("poll", "--all"),
        ("feeds", "add", *urls[2:5]),
        ("feeds", "check", urls[5]),
        ("feeds", "check", urls[6]),
    ]
    with ThreadPoolExecutor(len(calls)) as pool:
        done = list(pool.map(lambda words: movewire(*words), calls))
    assert [one.returncode for one in done] == [0] * len(calls)
    spans = sorted(publisher.spans)
    assert len(spans) == 9
    assert min(after[0] - before[1] for before, after in pairwise(spans)) >= 0.99
