"""CPU and memory of one pass over many feeds, beside the others: the scenes of ``farm``."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.clients import Client
from tests.benchmarks.farm import Farm
from tests.benchmarks.receiver import Receiver

SCENES = ("cold", "warm", "mixed", "steady")
Said = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passes:
    """What passes over ``feeds`` feeds cost one client, by scene."""

    client: str
    feeds: int
    cpu: dict[str, float]  # seconds of one pass: the median of several, but for cold
    peak: float  # MB


def measure(
    feeds: int,
    clients: Sequence[str],
    *,
    scenes: Sequence[str] = SCENES,
    rounds: int = 3,
    tls: bool = False,
    said: Said = print,
) -> list[Passes]:
    """Poll the same farm with each client in turn; raises where a client reports a failure."""
    found = []
    with TemporaryDirectory() as scratch, Receiver() as receiver:
        folder = Path(scratch)
        with Farm(feeds, tls=tls, folder=folder) as farm:
            for name in clients:
                database = folder / f"{name}.db"
                client = Client(
                    name, database, authority=farm.authority, DISCORD_WEBHOOK_URL=receiver.webhook
                )
                with client:
                    found.append(_passes(client, farm, scenes, rounds, said))
    return found


def _passes(client: Client, farm: Farm, scenes: Sequence[str], rounds: int, said: Said) -> Passes:
    cpu: dict[str, float] = {}
    peak = 0.0
    client.add(farm.urls())
    for scene in ("cold", *(one for one in scenes if one != "cold")):
        costs = []
        for number in range(1 if scene == "cold" else rounds + 1):
            said(f"{farm.size} feeds, {client.name}, {scene} {number}")
            farm.set(scene, number + 1)
            polled = client.poll()
            if polled["said"].get("errors"):
                raise RuntimeError(f"{client.name}, {scene}: {polled['said']['errors']}")
            requests = farm.counts()[0]
            if requests != farm.size:
                raise RuntimeError(f"{client.name}, {scene}: {requests} requests for {farm.size} feeds")
            costs.append(polled["cpu"])
            peak = max(peak, polled["peak"])
        cpu[scene] = statistics.median(
            costs[1:] or costs
        )  # the first of a scene still brings the change to it
    return Passes(client=client.name, feeds=farm.size, cpu=cpu, peak=peak)


def table(found: Sequence[Passes]) -> list[str]:
    """Lines of a Markdown table: CPU ms a feed, and in brackets the ratio to reader's."""
    scenes = list(found[0].cpu)
    base = next((one for one in found if one.client == "reader"), None)
    lines = [
        f"| {found[0].feeds:,} feeds | {' | '.join(scenes)} | peak memory |",
        "|---|" + "---|" * (len(scenes) + 1),
    ]
    for one in found:
        cells = []
        for scene in scenes:
            cell = f"{1000 * one.cpu[scene] / one.feeds:.2f} ms"
            if base is not None:
                cell += f" ({one.cpu[scene] / base.cpu[scene]:.3f})"
            cells.append(cell)
        lines.append(f"| {one.client} | {' | '.join(cells)} | {one.peak:.0f} MB |")
    return lines
