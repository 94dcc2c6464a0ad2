"""What each figure of ``evidence`` is worth: a logistic model whose weights can be read.

Fitted around priors set by hand, on the made-up events of ``tests/stories/data/tune.txt`` and
on nothing else: ``python -m tests.stories.refit --write``.
"""

import math
from operator import mul

from watchers.stories.evidence import Evidence

WEIGHTS: dict[str, float] = {
    "entities": 0.37,
    "headliner": 1.31,
    "names": 0.23,
    "names_lead": 0.09,
    "foreign": -0.02,
    "cast": 0.27,
    "action": 0.11,
    "sort": 0.80,
    "kind": 0.28,
    "other": -2.13,
    "person": 2.15,
    "party": 1.10,
    "amounts": 2.43,
    "amounts_lead": 0.50,
    "disagree": -3.79,
    "concepts": 0.35,
    "concepts_lead": 0.20,
    "strange": -0.22,
    "strange_abroad": -0.32,
    "stage": -2.16,
    "words": 0.19,
    "words_lead": 0.05,
    "copy": 4.00,
    "days": -0.45,
    "soon": 2.32,
    "burst": 0.27,
    "who": 0.00,
    "comment": -4.86,
    "alien": -1.09,
    "alien_abroad": -1.39,
    "abroad": 0.00,
    "relayed": 1.59,
    "bare": 0.26,
    "confirms": 0.39,
    "status": -2.00,
    "novel": -0.14,
    "rivals": -1.18,
    "rivals_alike": -1.86,
}
BIAS = -5.12
_IN_ORDER = tuple(WEIGHTS[name] for name in Evidence._fields)


def likelihood(evidence: Evidence) -> float:
    """How likely both tell the same event, 0..1."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit(evidence)))))


def logit(evidence: Evidence) -> float:
    """The same on the scale on which evidence adds up."""
    return BIAS + sum(map(mul, _IN_ORDER, evidence))
