"""What other processes do to a database in the tests: ``python -m tests.storage.worker VERB PATH …``.

Prints one line when it is ready for what the test does to it.
"""

import sys
import time
from pathlib import Path

from storage.sqlite import open_store
from tests.storage.made import NOW, entity, parsed, poll, quiet


def write(path: Path, name: str, turns: str) -> None:
    """Read, then write, again and again; each turn is one entry, decided, and one count."""
    with open_store(path, durable=False) as store:
        print("ready", flush=True)
        for turn in range(int(turns)):
            poll(store, parsed(f"{name}-{turn}"), url=f"https://{name}.example/feed")
            with store.transaction():
                count = int(store.setting("count") or 0)
                mine = [one for one in store.entries.pending(1000) if one.guid.startswith(f"tag:{name}-")]
                store.entries.record([quiet(one) for one in mine])
                store.set_setting("count", str(count + 1))


def hang(path: Path) -> None:
    """Stop in the middle of a transaction that has written a lot."""
    with open_store(path) as store, store.transaction():
        poll(store, *(parsed(f"lost-{number}", text="x" * 5_000) for number in range(500)))
        store.watchlist.put(entity("lost"))
        print("ready", flush=True)
        time.sleep(60)


def hold(path: Path) -> None:
    """Hold the lock of a pass."""
    with open_store(path) as store, store.pass_lock("poll, pid 1", NOW) as lock:
        print("ready" if lock.acquired else "refused", flush=True)
        time.sleep(60)


def make(path: Path) -> None:
    """Open a database that may not be there yet, and say which one it is."""
    with open_store(path) as store:
        print(store.instance, flush=True)


if __name__ == "__main__":
    verb, where, *rest = sys.argv[1:]
    {"write": write, "hang": hang, "hold": hold, "make": make}[verb](Path(where), *rest)
