"""What each figure of ``evidence`` is worth: a logistic model whose weights can be read.

Fitted around priors set by hand, on the made-up events of ``tests/stories/data/tune.txt`` and
on nothing else: ``python -m tests.stories.refit --write``.
"""

import math
from operator import mul

from watchers.stories.evidence import Evidence

WEIGHTS: dict[str, float] = {
    "entities": 0.37,
    "headliner": 1.20,
    "names": 0.23,
    "names_lead": 0.11,
    "foreign": -0.04,
    "cast": 0.25,
    "action": 0.02,
    "sort": 0.65,
    "kind": 0.28,
    "other": -2.18,
    "person": 2.73,
    "party": 0.98,
    "amounts": 2.57,
    "amounts_lead": 0.61,
    "disagree": -3.39,
    "concepts": 0.36,
    "concepts_lead": 0.23,
    "strange": -0.21,
    "strange_abroad": -0.33,
    "stage": -2.05,
    "words": 0.20,
    "words_lead": 0.08,
    "copy": 4.00,
    "days": -0.52,
    "soon": 2.52,
    "burst": 0.27,
    "who": 0.00,
    "comment": -4.49,
    "alien": -1.21,
    "alien_abroad": -1.48,
    "abroad": 0.08,
    "relayed": 1.79,
    "bare": 0.12,
    "confirms": 0.53,
    "status": -2.00,
}
BIAS = -6.50
_IN_ORDER = tuple(WEIGHTS[name] for name in Evidence._fields)


def likelihood(evidence: Evidence) -> float:
    """How likely both tell the same event, 0..1."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit(evidence)))))


def logit(evidence: Evidence) -> float:
    """The same on the scale on which evidence adds up."""
    return BIAS + sum(map(mul, _IN_ORDER, evidence))
