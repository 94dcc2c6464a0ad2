"""What each figure of ``evidence`` is worth: a logistic model whose weights can be read.

Fitted around priors set by hand, on the made-up events of ``tests/stories/data/tune.txt`` and
on nothing else: ``python -m tests.stories.refit --write``.
"""

import math
from operator import mul

from watchers.stories.evidence import Evidence

WEIGHTS: dict[str, float] = {
    "entities": 0.38,
    "headliner": 1.19,
    "names": 0.23,
    "names_lead": 0.10,
    "foreign": -0.06,
    "cast": 0.26,
    "action": 0.12,
    "sort": 0.68,
    "kind": 0.34,
    "other": -1.74,
    "person": 2.73,
    "party": 0.95,
    "amounts": 2.64,
    "amounts_lead": 0.36,
    "disagree": -3.53,
    "concepts": 0.35,
    "concepts_lead": 0.25,
    "strange": -0.22,
    "strange_abroad": -0.32,
    "stage": -1.97,
    "words": 0.19,
    "words_lead": 0.08,
    "copy": 4.00,
    "days": -0.48,
    "soon": 2.49,
    "burst": 0.27,
    "who": 0.00,
    "comment": -4.54,
    "alien": -1.19,
    "alien_abroad": -1.43,
    "abroad": 0.07,
    "relayed": 1.81,
    "bare": 0.11,
    "confirms": 0.51,
    "status": -2.00,
}
BIAS = -6.64
_IN_ORDER = tuple(WEIGHTS[name] for name in Evidence._fields)


def likelihood(evidence: Evidence) -> float:
    """How likely both tell the same event, 0..1."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit(evidence)))))


def logit(evidence: Evidence) -> float:
    """The same on the scale on which evidence adds up."""
    return BIAS + sum(map(mul, _IN_ORDER, evidence))
