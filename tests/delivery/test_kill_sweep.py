"""SIGKILL at the k-th line of a delivering process: nothing lost, nothing doubled.

The process is real, and so is the server it talks to (see ``killing`` and ``loopback``).
Each point kills one courier at one line, starts it again, sometimes kills it again, hours
later or with the clock set back, and then counts at the server.  The last tests switch the
protection off: they prove that the sweep can fail.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from tests.delivery.killing import GATHERED, PRIORITIES, REFUSED

ROOT = Path(__file__).resolve().parents[2]
SIDE_BY_SIDE = 2
FAULTS = ["drop-after", "429", "500-stored", "ok", "drop-before", "503", "ok", "504-stored"]
HOURS = 3600.0


class Sweep:
    """A server and some fork servers, fed with jobs from any thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = self._start("tests.delivery.loopback")
        assert self._server.stdout is not None
        base = self._server.stdout.readline().strip()
        self._forkers: Queue[subprocess.Popen[str]] = Queue()
        for number in range(SIDE_BY_SIDE):
            self._forkers.put(self._start("tests.delivery.killing", base, str(folder / str(number))))
        self._serial = 0

    def _start(self, module: str, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, jobs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """The results of jobs, in their order."""
        numbered = []
        for job in jobs:
            self._serial += 1
            numbered.append(job | {"world": f"w{self._serial}"})
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            return list(pool.map(self._one, numbered))

    def _one(self, job: dict[str, Any]) -> dict[str, Any]:
        forker = self._forkers.get()
        try:
            assert forker.stdin is not None
            assert forker.stdout is not None
            forker.stdin.write(json.dumps(job) + "\n")
            forker.stdin.flush()
            answer = forker.stdout.readline()
            assert answer, f"the fork server died at {job}"
            result: dict[str, Any] = json.loads(answer)
            return result
        finally:
            self._forkers.put(forker)

    def close(self) -> None:
        """Let all of them end."""
        for process in (*(self._forkers.get() for _ in range(SIDE_BY_SIDE)), self._server):
            process.communicate()


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sweep]:
    running = Sweep(tmp_path_factory.mktemp("sweep"))
    yield running
    running.close()


@dataclass(slots=True)
class Count:
    """What a sweep came to."""

    points: int = 0
    killed: int = 0
    lost: int = 0
    doubled: int = 0  # copies beyond the first
    ambiguous: int = 0  # attempts of messages whose outcome nobody learned
    marked: int = 0  # messages that own up to being a possible repeat


def points(sweep: Sweep, scenario: str, many: int, **more: Any) -> list[dict[str, Any]]:
    """Jobs that kill at ``many`` lines spread over a life without and one with faults."""
    calm, rough = sweep.run([{"scenario": scenario}, {"scenario": scenario, "faults": FAULTS}])
    jobs = []
    for number in range(many):
        rough_life = number % 3 == 2 and not more
        lines = (rough if rough_life else calm)["lines"]
        line = 1 + (number * (lines - 1)) // max(1, many - 1)
        job: dict[str, Any] = {"scenario": scenario, "kills": [(line, 0.0)], **more}
        if rough_life:
            job["faults"] = FAULTS
        match number % 4:
            case 1:
                job |= {"last_offset": 2 * HOURS, "forget": True}
            case 2:
                job |= {"last_offset": -2 * HOURS, "forget": True}
            case 3:
                job["kills"].append((1 + (line * 7) % 400, 0.0))
        jobs.append(job)
    return jobs


def judge(results: Sequence[dict[str, Any]]) -> Count:
    """Count at the server, and hold it against the outbox's own books."""
    count = Count(points=len(results))
    for result in results:
        copies = Counter(result["keys"])
        expected = result["ambiguous"]
        assert set(copies) <= set(expected)
        assert result["refused"] == []
        count.killed += 1 + len(result["job"].get("kills", ())) - result["survived"]
        count.lost += sum(1 for key in expected if not copies[key])
        count.doubled += sum(copies.values()) - len(copies)
        count.ambiguous += sum(expected.values())
        count.marked += result["marked"]
    return count


def all_came_in_order(results: Sequence[dict[str, Any]]) -> bool:
    return all(list(dict.fromkeys(result["keys"])) == list(result["ambiguous"]) for result in results)


def every_edit_arrived(results: Sequence[dict[str, Any]]) -> bool:
    shown = [[name for names in result["fields"].values() for name in names] for result in results]
    return all("Reported by 3 outlets" in names for names in shown)


def swept(sweep: Sweep, scenario: str, many: int) -> Count:
    jobs = points(sweep, scenario, many)
    results = sweep.run(jobs)
    assert all_came_in_order(results)
    assert every_edit_arrived(results)
    assert all(set(result["states"]) <= {"sent", "superseded"} for result in results)
    if scenario == "bare":
        for result in results:
            copies = Counter(result["keys"])
            for key, times in copies.items():
                assert times <= 1 + result["ambiguous"][key]
            assert sum(copies.values()) - len(copies) <= result["marked"]
    count = judge(results)
    print(f"\n{scenario}: {count}")
    assert count.killed >= many
    return count


SCENARIOS = [("channel", 26), ("history", 20), ("bare", 18)]


@pytest.mark.parametrize(("scenario", "many"), SCENARIOS)
def test_a_courier_killed_anywhere_loses_nothing_and_doubles_nothing(sweep: Sweep, scenario: str, many: int):
    count = swept(sweep, scenario, many)
    assert count.lost == 0
    assert count.doubled <= (count.ambiguous if scenario == "bare" else 0)


def told(results: Sequence[dict[str, Any]]) -> Count:
    """Count stories, not keys: in digests, alone, and the notice of the one that was given up."""
    count = Count(points=len(results))
    wanted = (set(PRIORITIES) | set(GATHERED)) - {REFUSED}
    for result in results:
        words = "\n".join(result["said"].get("4242", []))
        copies = {number: words.count(f"scientist number {number} walks") for number in wanted}
        notices = [text for text in result["said"].get("7", []) if "given up" in text]
        assert f"scientist number {REFUSED} walks" not in words
        assert sorted(result["states"]) == ["dead"] + ["sent"] * (len(wanted) + 1)
        count.killed += 1 + len(result["job"].get("kills", ())) - result["survived"]
        count.lost += sum(not times for times in copies.values()) + (not notices)
        count.doubled += sum(max(0, times - 1) for times in copies.values()) + len(notices[1:])
        count.ambiguous += sum(result["ambiguous"].values())
    print(f"\ngathered: {count}")
    return count


def test_digests_and_the_notice_of_a_death_are_told_once_wherever_the_courier_is_killed(sweep: Sweep):
    count = told(sweep.run(points(sweep, "gathered", 20)))
    assert (count.lost, count.doubled) == (0, 0)
    assert count.killed >= 20


def test_digests_told_without_looking_before_repeating_are_doubled(sweep: Sweep):
    count = told(sweep.run(points(sweep, "gathered", 12, mode="repeat-blindly")))
    assert count.doubled > 0


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_digests_are_told_once_at_hundreds_of_lines(sweep: Sweep):
    count = told(sweep.run(points(sweep, "gathered", 300)))
    assert (count.lost, count.doubled) == (0, 0)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("scenario", "many"), [("channel", 440), ("history", 330), ("bare", 260)])
def test_a_courier_killed_at_a_thousand_lines_loses_nothing_and_doubles_nothing(
    sweep: Sweep, scenario: str, many: int
):
    count = swept(sweep, scenario, many)
    assert count.lost == 0
    assert count.doubled <= (count.ambiguous if scenario == "bare" else 0)


@pytest.mark.long
def test_messages_whose_outcome_stays_unknown_for_minutes_are_told_once(sweep: Sweep):
    [result] = sweep.run([{"scenario": "channel", "faults": ["500"] * 9 * len(PRIORITIES)}])
    count = judge([result])
    assert (count.lost, count.doubled, count.ambiguous) == (0, 0, 9 * len(PRIORITIES))
    assert set(result["states"]) <= {"sent", "superseded"}


@pytest.mark.parametrize("scenario", ["channel", "history"])
def test_the_same_sweep_without_looking_before_repeating_finds_doubles(sweep: Sweep, scenario: str):
    count = judge(sweep.run(points(sweep, scenario, 16, mode="repeat-blindly")))
    assert count.doubled > 0


def test_the_same_sweep_with_marking_before_sending_finds_losses(sweep: Sweep):
    count = judge(sweep.run(points(sweep, "channel", 16, mode="mark-first")))
    assert count.lost > 0


@pytest.mark.parametrize("scenario", ["channel", "bare"])
def test_eight_processes_at_once_deliver_each_alert_once(sweep: Sweep, scenario: str):
    [result] = sweep.run([{"scenario": scenario, "beside": 7}])
    count = judge([result])
    assert (count.lost, count.doubled, count.ambiguous) == (0, 0, 0)
    assert all_came_in_order([result])


def test_when_one_of_eight_is_killed_the_others_take_over(sweep: Sweep):
    count = judge(
        sweep.run([{"scenario": "channel", "beside": 7, "kills": [(line, 0.0)]} for line in (200, 500, 900)])
    )
    assert (count.lost, count.doubled) == (0, 0)
