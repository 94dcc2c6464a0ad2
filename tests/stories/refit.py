"""Fits the weights of ``watchers.stories`` to the made-up events of ``tests/stories/data``.

    python -m tests.stories.refit            prints what a fit gives, and the figures before and after
    python -m tests.stories.refit --write    writes watchers/stories/weights.py

A logistic model, regularised towards priors that were set by hand.  What counts of a story is
its member that fits best, as in ``stories.assign``; so each report gives one example for its
own event and one for every other event in the window, drawn anew in each round.  Only
``tune.txt`` is fitted on, ``check.txt`` is only scored.  Pure Python: a minute.
"""

import argparse
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from tests.stories.newsroom import START, reader, watchlist
from tests.stories.test_floors import DATA, reports
from watchers import stories
from watchers.stories.evidence import FIGURES, Evidence, gather
from watchers.stories.fingerprint import Fingerprint
from watchers.stories.joining import FOREIGN, JOIN, SAME_EVENT_WINDOW, VETOES, apart
from watchers.stories.parties import another_person, same_person
from watchers.stories.rarity import Rarity
from watchers.stories.surroundings import Presence, beside, novelty, presence
from watchers.stories.weights import BIAS, WEIGHTS

NAMES = tuple(FIGURES)
PRIORS = {
    "entities": 0.36, "headliner": 1.45, "names": 0.28, "names_lead": 0.08, "cast": 0.5,
    "action": 0.4, "sort": 0.5, "kind": 0.45, "other": -1.7, "person": 2.0, "party": 1.4, "amounts": 1.9,
    "amounts_lead": 0.1, "disagree": -1.6, "concepts": 0.37, "concepts_lead": 0.11, "strange": -0.27, "strange_abroad": -0.2,
    "stage": -1.0, "court": -1.5, "sequel": -8.0, "words": 0.12, "words_lead": 0.02, "copy": 4.0, "days": -0.37, "soon": 2.35,
    "burst": 0.43, "comment": -3.5, "alien": -1.5, "alien_abroad": -0.8, "relayed": 1.0, "bare": 0.15, "confirms": 0.8, "status": -2.0,
    "novel": -0.05, "rivals": -0.3, "rivals_alike": -0.3,
}  # fmt: skip
PRIOR_BIAS = -6.15
TOWARDS_PRIORS = 0.02  # strength of the regularisation
ROUNDS, STEPS = 6, 300
FAR = -8.0  # logit below which another event teaches nothing
Story = TypeVar("Story", str, int)


@dataclass(frozen=True, slots=True)
class Pair:
    """A report against an earlier one."""

    other: int
    told: Fingerprint
    apart: timedelta
    evidence: Evidence
    vetoed: bool
    somebody_else: bool
    same_person: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """A report with the earlier ones that it can be compared with."""

    event: str
    fp: Fingerprint
    at: datetime
    rarity: Rarity
    pairs: list[Pair]


@dataclass(frozen=True, slots=True)
class Example:
    """What the best member of an event says, in the order of ``NAMES``, and whether it is the report's own."""

    figures: Sequence[float]
    same: bool


class Reports:
    """A file of reports with the evidence between them, in order of publication."""

    def __init__(self, path: Path) -> None:
        told = sorted(reports(path), key=lambda one: one.given.document.published or START)
        self.heard: list[Heard] = []
        seen: Counter[str] = Counter()
        for one in told:
            document = one.given.document
            reading = reader().read(document)
            if not reading.entities:
                continue
            fp = stories.fingerprint(document, reading.mentions, reading.moves, watchlist())
            keys = set(fp.keys())
            rarity = Rarity({key: seen[key] for key in keys}, len(self.heard), fp.persons)
            at = document.published
            assert at is not None
            pairs = [
                _pair(number, fp, other.fp, apart(at, other.at), rarity)
                for number, other in enumerate(self.heard)
                if at - other.at <= SAME_EVENT_WINDOW and keys & set(other.fp.keys())
            ]
            self.heard.append(Heard(one.event, fp, at, rarity, pairs))
            seen.update(keys)
        self.events = [one.event for one in self.heard]

    def examples(self, weights: Sequence[float], bias: float) -> Iterator[Example]:
        """For each report the best member of each event before it."""
        for one in self.heard:
            for other, evidence in _best(one, self.events, weights, bias).items():
                best = _figures(evidence)
                if other == one.event or _logit(best, weights, bias) > FAR:
                    yield Example(best, other == one.event)

    def score(self, weights: Sequence[float], bias: float) -> tuple[float, float]:
        """B-cubed precision and recall of what ``assign`` would make of it."""
        threshold = math.log(JOIN / (1 - JOIN))
        story: list[int] = []
        for one in self.heard:
            fits = _best(one, story, weights, bias)
            best = {at: _logit(_figures(evidence), weights, bias) for at, evidence in fits.items()}
            into = max(best, key=lambda at: (best[at], -at), default=None)
            joins = into is not None and best[into] >= threshold
            story.append(into if joins and into is not None else len(story))
        precision = recall = 0.0
        for at, event in enumerate(self.events):
            together = {n for n, other in enumerate(story) if other == story[at]}
            same = {n for n, other in enumerate(self.events) if other == event}
            precision += len(together & same) / len(together) / len(story)
            recall += len(together & same) / len(same) / len(story)
        return precision, recall


def _pair(number: int, fp: Fingerprint, other: Fingerprint, distance: timedelta, rarity: Rarity) -> Pair:
    return Pair(
        number,
        other,
        distance,
        gather(fp, other, distance, rarity),
        any(keeps_apart(fp, other) for _, keeps_apart in VETOES),
        another_person(fp, other),
        same_person(fp, other) == 1.0,
    )


def _best(
    heard: Heard, story: Sequence[Story], weights: Sequence[float], bias: float
) -> dict[Story, Evidence]:
    """The evidence of the member that fits best, for each story that the report can join."""
    groups: dict[Story, list[Pair]] = defaultdict(list)
    for pair in heard.pairs:
        groups[story[pair.other]].append(pair)
    near = {
        one: presence(heard.fp, ((m.told, m.apart, m.evidence) for m in members))
        for one, members in groups.items()
    }
    everybody = Presence(sum(one.about for one in near.values()), sum(one.alike for one in near.values()))
    best = {}
    for one, members in groups.items():
        known = [m for m in members if not m.vetoed]
        if known and not _somebody_else(members):
            fits = _fits_best(known, members, heard.fp.lang, weights, bias)
            if fits is None:
                continue
            novel = novelty(heard.fp, [m.told for m in members], heard.rarity)
            best[one] = beside(fits, novel, near[one], everybody)
    return best


def _fits_best(
    known: Sequence[Pair], members: Sequence[Pair], lang: str, weights: Sequence[float], bias: float
) -> Evidence | None:
    """As ``joining`` chooses the member; None where a veto settles it."""

    def logit(pair: Pair) -> float:
        return _logit(_figures(pair.evidence), weights, bias)

    best = max(known, key=logit)
    if logit(best) < math.log(FOREIGN / (1 - FOREIGN)) and any(m.told.lang == lang for m in members):
        best = max((m for m in known if m.told.lang == lang), key=logit, default=None)
    return best.evidence if best else None


def _somebody_else(members: Sequence[Pair]) -> bool:
    return any(m.somebody_else for m in members) and not any(m.same_person for m in members)


def _figures(evidence: Evidence) -> list[float]:
    return [evidence.get(name, 0.0) for name in NAMES]


def _logit(figures: Sequence[float], weights: Sequence[float], bias: float) -> float:
    return bias + sum(x * y for x, y in zip(figures, weights, strict=True))


def fit(told: Reports) -> tuple[list[float], float]:
    """Weights in the order of the evidence's fields, and the bias."""
    priors = [PRIORS[name] for name in NAMES]
    weights, bias = list(priors), PRIOR_BIAS
    for _ in range(ROUNDS):
        weights, bias = _round(list(told.examples(weights, bias)), weights, bias, priors)
    return weights, bias


def _round(
    examples: Sequence[Example], weights: list[float], bias: float, priors: Sequence[float]
) -> tuple[list[float], float]:
    """Adam (Kingma and Ba 2015) on the regularised loss; no weight changes its sign."""
    size = len(weights)
    spread = [
        max(1e-3, math.sqrt(sum(e.figures[k] ** 2 for e in examples) / len(examples))) for k in range(size)
    ]
    first, second = [0.0] * (size + 1), [0.0] * (size + 1)
    for step in range(1, STEPS + 1):
        slope = [0.0] * (size + 1)
        for example in examples:
            logit = max(-30.0, min(30.0, _logit(example.figures, weights, bias)))
            error = 1 / (1 + math.exp(-logit)) - example.same
            for k, figure in enumerate(example.figures):
                if figure:
                    slope[k] += error * figure
            slope[size] += error
        slope = [one / len(examples) for one in slope]
        for k in range(size):
            slope[k] += TOWARDS_PRIORS * (weights[k] - priors[k]) * spread[k] ** 2
        rate = 0.05 * (1 - 0.9 * step / STEPS)
        for k in range(size + 1):
            first[k] = 0.9 * first[k] + 0.1 * slope[k]
            second[k] = 0.99 * second[k] + 0.01 * slope[k] ** 2
            move = rate * (first[k] / (1 - 0.9**step)) / (math.sqrt(second[k] / (1 - 0.99**step)) + 1e-8)
            if k < size:
                weights[k] -= 0.5 * move / max(0.3, spread[k])
            else:
                bias -= move
        weights = [w if w * p >= 0 else 0.0 for w, p in zip(weights, priors, strict=True)]
    return weights, bias


def write(weights: Sequence[float], bias: float) -> None:
    """Put them into the module."""
    path = Path(__file__).parents[2] / "watchers" / "stories" / "weights.py"
    table = "".join(f'    "{name}": {weight:.2f},\n' for name, weight in zip(NAMES, weights, strict=True))
    text = re.sub(
        r"(WEIGHTS: dict\[str, float\] = \{\n).*?(\})", rf"\g<1>{table}\g<2>", path.read_text(), flags=re.S
    )
    path.write_text(re.sub(r"BIAS = \S+", f"BIAS = {bias:.2f}", text))


def main() -> None:
    """Fit, show, and write where asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    tune, check = Reports(DATA / "tune.txt"), Reports(DATA / "check.txt")
    weights, bias = fit(tune)
    for name, weight in zip(NAMES, weights, strict=True):
        print(f"{name:14} {PRIORS[name]:6.2f} prior {WEIGHTS[name]:6.2f} now {weight:6.2f} fitted")
    print(f"{'bias':14} {PRIOR_BIAS:6.2f} prior {BIAS:6.2f} now {bias:6.2f} fitted")
    for name, told in (("tune", tune), ("check", check)):
        for when, some, constant in (("now", [WEIGHTS[n] for n in NAMES], BIAS), ("fitted", weights, bias)):
            precision, recall = told.score(some, constant)
            print(f"{name} {when}: B-cubed precision {precision:.3f}, recall {recall:.3f}")
    if asked.write:
        write(weights, bias)


if __name__ == "__main__":
    main()
