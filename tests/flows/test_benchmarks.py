"""The harness of the benchmarks works; what it measures is nobody's test."""

import pytest

from tests.benchmarks import polling
from tests.benchmarks.bodies import ENTRIES, news
from tests.benchmarks.farm import Farm


def test_a_client_polls_the_farm_through_the_scenes() -> None:
    [found] = polling.measure(6, ("movewire",), scenes=("mixed",), rounds=1, said=lambda text: None)
    assert found.feeds == 6
    assert list(found.cpu) == ["cold", "mixed"]
    assert min(found.cpu.values()) > 0
    header, _, row = polling.table([found])
    assert header.startswith("| 6 feeds | cold | mixed |")
    assert row.startswith("| movewire |")


def test_no_two_pieces_of_news_name_the_same_person() -> None:
    assert len({news(serial).split(" hires ")[1] for serial in range(1, 500)}) == 499


@pytest.mark.parametrize("scene", ["cold", "mixed"])
def test_the_farm_serves_as_its_scene_says(scene: str) -> None:
    from urllib.request import urlopen

    with Farm(12) as farm:
        farm.set(scene, 2)
        bodies = [urlopen(farm.url(number)).read() for number in (10, 11)]
        assert farm.counts()[0] == 2
    assert [body.count(b"<item>") for body in bodies] == [ENTRIES, ENTRIES]
    newest = f">10:{ENTRIES + 1}<".encode()  # feed 10 is one of ten that have news
    assert (newest in bodies[0]) == (scene == "mixed")
