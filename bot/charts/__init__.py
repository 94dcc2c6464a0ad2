"""Pictures of what is recorded: an entity's history, and who went where.  PNG as bytes.

Drawn with matplotlib, the extra ``charts``, imported only when something is drawn; without
it people get the words alone.  Drawings can be pickled: the bot makes them in a child process.
"""

import sys
from functools import cache
from importlib.util import find_spec

from storage.errors import UsageError

REMEDY = f"pictures need matplotlib: {sys.executable} -m pip install matplotlib"


@cache
def available() -> bool:
    """Whether there is something to draw with."""
    return find_spec("matplotlib") is not None


def require() -> None:
    """UsageError with the remedy where there is nothing to draw with."""
    if not available():
        raise UsageError(REMEDY)
