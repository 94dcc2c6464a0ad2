"""What each figure of ``evidence`` is worth: a logistic model whose weights can be read.

Fitted around priors set by hand, on the made-up events of ``tests/stories/data/tune.txt`` and
on nothing else: ``python -m tests.stories.refit --write``.
"""

import math
from operator import mul

from watchers.stories.evidence import Evidence

WEIGHTS: dict[str, float] = {
    "entities": 0.36,
    "headliner": 1.36,
    "names": 0.22,
    "names_lead": 0.10,
    "foreign": -0.04,
    "cast": 0.35,
    "action": 0.12,
    "sort": 0.79,
    "kind": 0.36,
    "other": -2.35,
    "person": 1.87,
    "party": 1.03,
    "amounts": 2.07,
    "amounts_lead": 0.96,
    "disagree": -3.65,
    "concepts": 0.35,
    "concepts_lead": 0.19,
    "strange": -0.24,
    "strange_abroad": -0.32,
    "stage": -2.11,
    "words": 0.23,
    "words_lead": 0.07,
    "copy": 4.00,
    "days": -0.43,
    "soon": 2.24,
    "burst": 0.25,
    "who": 0.00,
    "comment": -2.98,
    "alien": -1.76,
    "alien_abroad": -1.13,
    "abroad": 0.00,
    "relayed": 1.62,
    "bare": 0.83,
    "confirms": 0.12,
    "status": -2.00,
    "novel": -0.16,
    "rivals": -1.30,
    "rivals_alike": -1.88,
}
BIAS = -5.00
_IN_ORDER = tuple(WEIGHTS[name] for name in Evidence._fields)


def likelihood(evidence: Evidence) -> float:
    """How likely both tell the same event, 0..1."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit(evidence)))))


def logit(evidence: Evidence) -> float:
    """The same on the scale on which evidence adds up."""
    return BIAS + sum(map(mul, _IN_ORDER, evidence))
