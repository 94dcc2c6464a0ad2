"""What each figure of ``evidence`` is worth: a logistic model whose weights can be read.

Fitted around priors set by hand, on the made-up events of ``tests/stories/data/tune.txt`` and
on nothing else: ``python -m tests.stories.refit --write``.
"""

import math
from operator import mul

from watchers.stories.evidence import Evidence

WEIGHTS: dict[str, float] = {
    "entities": 0.36,
    "headliner": 1.34,
    "names": 0.23,
    "names_lead": 0.10,
    "foreign": -0.04,
    "cast": 0.35,
    "action": 0.11,
    "sort": 0.79,
    "kind": 0.27,
    "other": -2.35,
    "person": 1.87,
    "party": 1.10,
    "amounts": 2.01,
    "amounts_lead": 0.87,
    "disagree": -3.62,
    "concepts": 0.35,
    "concepts_lead": 0.17,
    "strange": -0.24,
    "strange_abroad": -0.32,
    "stage": -2.10,
    "words": 0.23,
    "words_lead": 0.07,
    "copy": 4.00,
    "days": -0.43,
    "soon": 2.31,
    "burst": 0.27,
    "who": 0.00,
    "comment": -3.00,
    "alien": -1.78,
    "alien_abroad": -1.14,
    "abroad": 0.00,
    "relayed": 1.55,
    "bare": 0.82,
    "confirms": 0.13,
    "status": -2.00,
    "novel": -0.16,
    "rivals": -1.30,
    "rivals_alike": -1.89,
}
BIAS = -4.96
_IN_ORDER = tuple(WEIGHTS[name] for name in Evidence._fields)


def likelihood(evidence: Evidence) -> float:
    """How likely both tell the same event, 0..1."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit(evidence)))))


def logit(evidence: Evidence) -> float:
    """The same on the scale on which evidence adds up."""
    return BIAS + sum(map(mul, _IN_ORDER, evidence))
