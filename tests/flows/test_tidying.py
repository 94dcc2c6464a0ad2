"""When garbage is looked for while a process goes on polling."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from bot.passes import YOUNG, tidy


class Knot:
    """What only the collector finds: it holds itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def alone() -> Iterator[None]:
    """Nothing is looked for but by ``tidy``."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(("made", "gone"), [(YOUNG, True), (YOUNG // 20, False)])
def test_it_is_looked_for_where_there_may_be_much(made: int, gone: bool) -> None:
    last = weakref.ref([Knot() for _ in range(made)][-1])
    tidy()
    assert (last() is None) is gone
