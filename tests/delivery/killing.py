"""Kills a real courier at a chosen line of its code, starts it again, and asks the server.

A fork server: it imports everything once, then forks a child for every run.  A job on
stdin is a JSON line, its result a JSON line on stdout.  The child counts the lines that it
executes in the courier, the sinks and the outbox (in all its threads) and sends itself
SIGKILL at the chosen one; the next child finds what the dead one left.

    python -m tests.delivery.killing BASE FOLDER
"""

import asyncio
import http.client
import json
import os
import shutil
import signal
import sqlite3
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx  # noqa: F401  (once, before the forks)

import bot.courier
import bot.parcels
import bot.sinks.channel
import bot.sinks.history
import bot.sinks.webhook
import storage.sqlite.claims
import storage.sqlite.outbox
import storage.sqlite.waiting
from bot.courier import drain
from bot.sinks import Sinks
from bot.sinks.base import Sent
from bot.sinks.outcomes import LONGEST_WAIT
from storage.model import NewDelivery, Occasion
from storage.sqlite import SqliteStore, open_store
from tests.delivery.clocks import FastClock
from tests.delivery.loopback import TOKEN
from tests.delivery.made import alert, edit, put, reply

SPEED = 40.0  # the child's clock against ours: a minute of its patience takes 1.5 seconds
PRIORITIES = {1: 0, 2: 5, 3: 0, 4: 9}
WATCHED = tuple(
    str(Path(place).resolve())
    for place in (
        bot.courier.__file__,
        bot.parcels.__file__,
        storage.sqlite.claims.__file__,
        storage.sqlite.outbox.__file__,
        storage.sqlite.waiting.__file__,
        Path(bot.sinks.channel.__file__).parent,
    )
)
MOST_DRAINS = 12
# On a busy machine a minute of the fast clock is over before the next attempt, the history is read
# where the nonce would have been tried, and the faults meet other messages: digests that are halved
# and two kills count as attempts too, and the eighth that fails waits for two minutes.
PATIENCE = LONGEST_WAIT
PLACES = {"channel": "channel:4242", "gathered": "channel:4242", "history": "webhook", "bare": "webhook"}
GATHERED = (11, 12, 13)  # stories that wait for a digest
REFUSED = 3  # the story that the server of "gathered" refuses whatever the form
OPS = "channel:7"
HOOK = ("77", "hook-secret", "4242")


def counting(kill_at: int) -> Callable[[], int]:
    """Count executed lines of the watched code in all threads; die at the ``kill_at``-th."""
    count = 0

    def line(frame: Any, event: str, argument: Any) -> Any:
        nonlocal count
        if event == "line":
            count += 1
            if count == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
        return line

    def call(frame: Any, event: str, argument: Any) -> Any:
        return line if frame.f_code.co_filename.startswith(WATCHED) else None

    threading.settrace(call)
    sys.settrace(call)
    return lambda: count


# --- what a child does --------------------------------------------------------------------


async def deliver(database: Path, base: str, job: dict[str, Any], clock: FastClock) -> None:
    """Tell four stories, then change one and add to another, all of it through the outbox."""
    kind, api = job["scenario"], f"{base}/w/{job['world']}/api/v10"
    hook = f"{api}/webhooks/{HOOK[0]}/{HOOK[1]}"
    sinks = Sinks(
        api=api,
        token=TOKEN if kind != "bare" else None,
        webhook_url=None if kind == "channel" else hook,
        clock=clock,
    )
    place = PLACES[kind]
    with open_store(database, durable=False) as store:
        if kind == "gathered":
            await _until_done(store, sinks, clock, fold_above=2, ops=OPS)
            gather(store, place, clock)
            await _until_done(store, sinks, clock, ops=OPS)
            await sinks.aclose()
            return
        await _until_done(store, sinks, clock)
        put(store, place, edit(1), clock.now(), revision=1)
        put(store, place, reply(2), clock.now(), revision=1)
        await _until_done(store, sinks, clock)
    await sinks.aclose()


def gather(store: SqliteStore, place: str, clock: FastClock) -> None:
    """Let lines wait, once, as the pipeline does, and take them to the outbox, as the tick of digests does."""
    with store.transaction():
        if store.setting("waiting") is None:
            for number in GATHERED:
                line = NewDelivery(destination=place, alert=alert(number), occasion=Occasion.DIGEST)
                store.outbox.enqueue(number, 0, [line], clock.now())
            store.set_setting("waiting", "1")
    waiting = store.outbox.lines.lines(place)
    store.outbox.lines.tell(waiting, "Daily digest", clock.now(), due=clock.now())


async def _until_done(store: SqliteStore, sinks: Sinks, clock: FastClock, **more: Any) -> None:
    for _ in range(MOST_DRAINS):
        drained = await drain(store, sinks, clock, fault_patience=PATIENCE, rate_patience=PATIENCE, **more)
        if not drained.pending:
            return


def unprotect(mode: str) -> None:
    """Switch one protection off: the sweep must notice."""
    if mode == "mark-first":
        send = bot.courier._Run._send

        async def marked_first(self: Any, sink: Any, parcel: Any) -> Any:
            await asyncio.to_thread(self.parcels.record, sink, parcel, Sent(message_id="1"))
            return await send(self, sink, parcel)

        bot.courier._Run._send = marked_first  # type: ignore[method-assign]
    elif mode == "repeat-blindly":

        async def nothing(*ignored: Any, **named: Any) -> Any:
            return bot.sinks.history.Missing()

        bot.sinks.channel._once = lambda parcel: {}  # type: ignore[assignment]
        bot.sinks.channel.find = nothing  # type: ignore[assignment]
        bot.sinks.webhook.find = nothing  # type: ignore[assignment]


def child(database: Path, base: str, job: dict[str, Any], kill_at: int, offset: float, note: Path) -> None:
    """One life of a courier; writes how many lines it took, when it lives."""
    bot.parcels.ALONE = 1  # of a backlog that is folded
    unprotect(job.get("mode", ""))
    clock = FastClock(SPEED, job["origin"], offset)
    lines = counting(kill_at)
    asyncio.run(deliver(database, base, job, clock))
    sys.settrace(None)
    threading.settrace(None)  # type: ignore[arg-type]
    note.write_text(str(lines()))


# --- what the fork server does ------------------------------------------------------------


def run(job: dict[str, Any], base: str, folder: Path) -> dict[str, Any]:
    """Make the job's world and database, live through its kills, and report the end."""
    refused = f"scientist number {REFUSED} walks" if job["scenario"] == "gathered" else None
    world = {"faults": job.get("faults", []), "webhooks": [HOOK], "unspeakable": refused}
    request(base, "PUT", f"/w/{job['world']}", world)
    job["origin"] = time.time()
    database = folder / f"{job['world']}.db"
    note = folder / f"{job['world']}.lines"
    shutil.copyfile(template(folder, PLACES[job["scenario"]]), database)
    crowd = [forked(lambda: child(database, base, job, 0, 0.0, note)) for _ in range(job.get("beside", 0))]
    survived = 0
    for kill_at, offset in [*job.get("kills", []), (0, job.get("last_offset", 0.0))]:
        if in_fork(lambda kill_at=kill_at, offset=offset: child(database, base, job, kill_at, offset, note)):
            survived += 1
        request(base, "GET", "/idle")
        if job.get("forget"):  # so much time passes that Discord has forgotten the nonces
            request(base, "POST", f"/w/{job['world']}/forget")
    for pid in crowd:
        ended_well(pid)
    result = request(base, "GET", f"/w/{job['world']}") | {"job": job, "survived": survived}
    result["lines"] = int(note.read_text())
    result |= books(database)
    for path in folder.glob(f"{job['world']}.*"):
        path.unlink()
    return result


def template(folder: Path, place: str) -> Path:
    """A database with four stories to tell, made once by a child of its own."""
    path = folder / f"template-{place.partition(':')[0]}.sqlite"
    if not path.exists():

        def make() -> None:
            with open_store(path, durable=False) as store:
                now = FastClock(SPEED, time.time()).now()
                for number, priority in PRIORITIES.items():
                    put(store, place, alert(number), now, priority=priority)

        assert in_fork(make)
    return path


def in_fork(work: Callable[[], None]) -> bool:
    """Do it in a child of one's own; False when it was killed."""
    return ended_well(forked(work))


def forked(work: Callable[[], None]) -> int:
    """Begin it in a child of one's own; its pid."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    return pid


def ended_well(pid: int) -> bool:
    """Wait for a child; False when it was killed."""
    _, status = os.waitpid(pid, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0:
        raise RuntimeError("a child failed: its traceback is above")
    return os.WIFEXITED(status)


def books(database: Path) -> dict[str, Any]:
    """What the outbox says in the end."""
    connection = sqlite3.connect(database)
    asked = (
        "SELECT key, state, ambiguous, update_kind FROM delivery "
        "ORDER BY update_kind IS NOT NULL, priority DESC, id"  # as they ought to arrive
    )
    rows = connection.execute(asked).fetchall()
    connection.close()
    messages = {key: ambiguous for key, _, ambiguous, kind in rows if kind != "edit"}
    return {"states": [state for _, state, _, _ in rows], "ambiguous": messages}


def request(base: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """A plain question to the loopback server."""
    host = urlsplit(base)
    connection = http.client.HTTPConnection(host.hostname or "", host.port, timeout=30)
    try:
        connection.request(method, path, None if body is None else json.dumps(body))
        answer = json.loads(connection.getresponse().read())
        assert isinstance(answer, dict)
        return answer
    finally:
        connection.close()


def main() -> None:
    """Jobs in, results out, until stdin closes."""
    base, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line), base, folder)), flush=True)


if __name__ == "__main__":
    main()
