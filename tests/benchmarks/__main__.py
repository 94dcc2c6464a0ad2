"""All benchmarks of cost, in one command:

    python -m tests.benchmarks [--quick] [--rounds N] [--feeds N] [PART …]

Parts: polling, many, https, growth, hostile, lag, start, delay, run, store; all without any.
Needs the extra ``bench``.  Prints Markdown for docs/performance.md; ``--quick`` takes small
sizes, to see that all works.  Figures are CPU seconds and ratios of one run; nothing is
asserted.  docs/performance.md says what each means.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from tests.benchmarks import bearing, delay, polling, starting

ALL = ("movewire", "reader", "feedparser", "fastfeedparser")
RIVALS = ("movewire", "reader")
Said = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How thorough to be."""

    quick: bool
    rounds: int  # measured passes in each scene
    feeds: int  # of polling and https


def passes(asked: Asked, said: Said) -> list[str]:
    """All four scenes beside the others."""
    return polling.table(polling.measure(asked.feeds, ALL, rounds=asked.rounds, said=said))


def many(asked: Asked, said: Said) -> list[str]:
    """All four scenes beside reader at five thousand feeds: half an hour and more."""
    feeds = 60 if asked.quick else 5_000
    return polling.table(polling.measure(feeds, RIVALS, rounds=asked.rounds, said=said))


def https(asked: Asked, said: Said) -> list[str]:
    """Warm passes over HTTPS."""
    return polling.table(
        polling.measure(asked.feeds, RIVALS, scenes=("warm",), rounds=asked.rounds, tls=True, said=said)
    )


def growth(asked: Asked, said: Said) -> list[str]:
    """CPU a feed at many feeds to that at a hundred."""
    small, large = (20, 100) if asked.quick else (100, 5_000)
    few, many = (
        polling.measure(size, ("movewire",), rounds=asked.rounds, said=said)[0] for size in (small, large)
    )
    ratios = {scene: many.cpu[scene] / large / (few.cpu[scene] / small) for scene in few.cpu}
    told = ", ".join(f"{scene} {ratio:.2f}" for scene, ratio in ratios.items())
    return [
        *polling.table([few]),
        "",
        *polling.table([many]),
        "",
        f"CPU a feed at {large:,} feeds to that at {small}: {told}",
    ]


def hostile(asked: Asked, said: Said) -> list[str]:
    """One hostile feed among twenty."""
    said("hostile feeds")
    found = [(kind, (one["calm"], one["harmed"])) for kind, one in bearing.apart("hostile", 20).items()]
    return [
        f"{kind}: peak memory {harmed['peak'] - calm['peak']:+.1f} MB; the others stored "
        f"after {1000 * harmed['wall']:.1f} ms instead of {1000 * calm['wall']:.1f} (× {harmed['wall'] / calm['wall']:.2f}), "
        f"of our CPU {1000 * harmed['cpu']:.1f} instead of {1000 * calm['cpu']:.1f} (× {harmed['cpu'] / calm['cpu']:.2f}); "
        f"the whole pass {harmed['whole']:.1f} s"
        for kind, (calm, harmed) in found
    ]


def lag(asked: Asked, said: Said) -> list[str]:
    """How long the loop stands still."""
    feeds = 100 if asked.quick else 5_000
    said(f"loop lag over {feeds} feeds")
    return [
        f"{feeds:,} feeds, {scene}: "
        + "; ".join(f"{name} p99 {t['p99']:.0f} ms, most {t['most']:.0f} ms" for name, t in one.items())
        for scene, one in bearing.apart("lag", feeds).items()
    ]


def start(asked: Asked, said: Said) -> list[str]:
    """Start-up."""
    said("start-up")
    return [f"{name}: {seconds:.2f} s" for name, seconds in starting.measure(2 if asked.quick else 9).items()]


def delays(asked: Asked, said: Said) -> list[str]:
    """Published to posted."""
    sizes = ((40, 5, 5),) if asked.quick else ((200, 100, 20), (4_000, 100, 60))
    return [
        delay.measure(feeds, news, interval=interval, said=said).line() for feeds, news, interval in sizes
    ]


def run(asked: Asked, said: Said) -> list[str]:
    """Memory of ``run`` with Discord connected."""
    feeds, interval = (40, 5) if asked.quick else (5_000, 60)
    return [delay.measure(feeds, 5, interval=interval, bot=True, said=said).line()]


def store(asked: Asked, said: Said) -> list[str]:
    """How the store's questions grow."""
    from tests.benchmarks import store_scale

    for size in (1_000,) if asked.quick else (1_000, 100_000, 1_000_000):
        said(f"store of {size:,} entries")
        with TemporaryDirectory() as folder:
            store_scale.run(size, Path(folder))
    return []


PARTS: dict[str, Callable[[Asked, Said], list[str]]] = {
    "polling": passes,
    "many": many,
    "https": https,
    "growth": growth,
    "hostile": hostile,
    "lag": lag,
    "start": start,
    "delay": delays,
    "run": run,
    "store": store,
}


def main() -> None:
    """Run the parts asked for and print what each found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--rounds", type=int, default=3, help="measured passes in each scene")
    parser.add_argument("--feeds", type=int, default=1_000, help="for polling and https")
    given = parser.parse_args()
    asked = Asked(
        quick=given.quick,
        rounds=1 if given.quick else given.rounds,
        feeds=40 if given.quick else given.feeds,
    )
    unknown = set(given.parts) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    chosen = given.parts or list(PARTS)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=sys.stderr)) as progress:
        whole = progress.add_task("", total=len(chosen))
        for name in chosen:
            lines = PARTS[name](asked, lambda text: progress.update(whole, description=text))
            print(f"\n### {name}\n", *lines, sep="\n", flush=True)
            progress.advance(whole)


if __name__ == "__main__":
    main()
