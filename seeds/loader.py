"""Bring the seeds into a database: what the package ships, loaded once, never twice.

Reading the files is left to ``seeds.watchlist``, ``seeds.feeds`` and ``seeds.backstory``;
keeping them to the store.  What people edited or removed stays so: a seed is marked when
it is first loaded, and a marked seed is never touched again.
"""

from importlib.resources import files

from seeds.watchlist import dump_watchlist, load_watchlist
from storage.model import Entity

__all__ = ["dump_watchlist", "load_watchlist", "seed_watchlist"]


def seed_watchlist() -> list[Entity]:
    """The packaged watchlist."""
    raw = files("seeds").joinpath("data/watchlist.toml").read_bytes()
    return load_watchlist(raw, origin="seed", name="watchlist.toml")
