"""How soon a command is first answered while feeds are polled: ``python -m tests.benchmarks.first_answer``.

``movewire run`` watches in a process of its own, over a database of 100,000 entries, and polls
a farm of feeds that hold 30 new entries each.  Meanwhile a small Discord on loopback sends it
commands, autocompletions and presses one after the other, and takes the time from sending
the interaction to its first response: an answer, or the deferral of one.  Printed are
milliseconds of wall-clock time, so other work on the machine counts in.
"""

import argparse
import asyncio
import os
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from storage.model import FinishedPoll
from storage.sqlite import open_store
from tests.benchmarks.farm import Farm
from tests.benchmarks.filled import World, fill
from tests.discord.loopback import CHANNEL, Answers, Loopback, serve
from tests.stories.newsroom import watchlist

ROUNDS = 40
FARM = 2_400
EVERY = timedelta(milliseconds=50)  # between the times at which two feeds are due
STARTING = 4.0  # seconds before the first of them is
SETTLE = 6.0  # seconds from the bot's start to the first question


def prepare(path: Path, made: World, entries: int, farm: Farm) -> None:
    """Fill the database, and let it follow the farm instead of the feeds that filled it."""
    with open_store(path, durable=False) as store:
        store.watchlist.put_all(watchlist().entities)
        for _ in fill(store, made, entries):
            pass
        with store.transaction():
            for feed in store.feeds.all():
                store.feeds.pause(feed.url)
            plan = datetime.now(UTC) + timedelta(seconds=STARTING)
            for number, url in enumerate(farm.urls()):
                feed = store.feeds.add(url, now=plan)
                last = plan - timedelta(hours=1)
                due = replace(feed, last_polled=last, next_due=plan + number * EVERY)
                store.feeds.finish_polls([FinishedPoll(feed=due, seen=plan)])


def questions(discord: Loopback, made: World) -> dict[str, Callable[[], Awaitable[Answers]]]:
    """What is asked in each round, in turn."""
    chance = random.Random(3)

    def name() -> str:
        return chance.choice(watchlist().entities).slug

    return {
        "/search": lambda: discord.command("search", text=made.text(3)),
        "/entity": lambda: discord.command("entity", name=name()),
        "/timeline": lambda: discord.command("timeline", name=name()),
        "/moves": lambda: discord.command("moves", person=name()),
        "/why": lambda: discord.command("why", reference=f"e{chance.randrange(1, 90_000)}"),
        "/status": lambda: discord.command("status"),
        "completion": lambda: discord.typing("entity", name=name()[:4]),
    }


async def measure(path: Path, made: World, farm: Farm) -> None:
    """Start the bot, ask, and print what came of it."""
    discord = Loopback()
    runner = await serve(discord)
    environ = {
        **os.environ,
        "MOVEWIRE_DB": str(path),
        "MOVEWIRE_SEED_FEEDS": "0",
        "MOVEWIRE_ALLOW_PRIVATE": "127.0.0.0/8",
        "MOVEWIRE_DISCORD_API": f"{discord.address}/api",
        "MOVEWIRE_DISCORD_GATEWAY": discord.address.replace("http", "ws") + "/ws",
        "DISCORD_TOKEN": "MTIz.abc.def-ghi",
        "DISCORD_CHANNEL_ID": CHANNEL,
    }
    bot = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "run", env=environ, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await asyncio.wait_for(discord.ready.wait(), 120)
        await asyncio.sleep(SETTLE)
        taken: dict[str, list[float]] = {}
        deferred: dict[str, int] = {}
        before = farm.counts()[0]
        print(f"{before} feeds were polled before the first question")
        began = time.perf_counter()
        for _ in range(ROUNDS):
            for what, ask in questions(discord, made).items():
                sent = time.perf_counter()
                answers = await ask()
                _, body = await answers.next()
                taken.setdefault(what, []).append((time.perf_counter() - sent) * 1000)
                deferred[what] = deferred.get(what, 0) + (body["type"] == 5)
        polled = (farm.counts()[0] - before) / (time.perf_counter() - began)
    finally:
        bot.terminate()
        await bot.wait()
        await runner.cleanup()
    print(f"{polled:.1f} feeds with 30 new entries each were polled in a second meanwhile")
    print(f"{'milliseconds to first response':32}{'p50':>8}{'p95':>8}{'most':>8}{'deferred':>10}")
    for what, times in taken.items():
        half, most = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        print(f"{what:32}{half:8.0f}{most:8.0f}{max(times):8.0f}{deferred[what]:7}/{len(times)}")


def main() -> None:
    """Measure in a folder that is removed afterwards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    asked = parser.parse_args()
    with TemporaryDirectory() as folder, Farm(FARM) as farm:
        path, made = Path(folder) / "news.db", World()
        farm.set("cold")
        prepare(path, made, asked.entries, farm)
        asyncio.run(measure(path, made, farm))


if __name__ == "__main__":
    main()
