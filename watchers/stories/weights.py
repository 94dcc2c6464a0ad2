"""What each figure of ``evidence`` is worth: a logistic model whose weights can be read.

Fitted around priors set by hand, on the made-up events of ``tests/stories/data/tune.txt`` and
on nothing else: ``python -m tests.stories.refit --write``.
"""

import math
from operator import mul

from watchers.stories.evidence import Evidence

WEIGHTS: dict[str, float] = {
    "entities": 0.36,
    "headliner": 1.25,
    "names": 0.21,
    "names_lead": 0.13,
    "foreign": -0.11,
    "cast": 0.28,
    "action": 0.30,
    "kind": 0.54,
    "other": -1.31,
    "person": 2.68,
    "party": 1.08,
    "amounts": 2.48,
    "amounts_lead": 0.38,
    "disagree": -3.24,
    "concepts": 0.34,
    "concepts_lead": 0.29,
    "strange": -0.21,
    "strange_abroad": -0.29,
    "stage": -2.01,
    "words": 0.11,
    "words_lead": 0.14,
    "copy": 4.00,
    "days": -0.44,
    "soon": 2.40,
    "burst": 0.23,
    "who": 0.00,
    "comment": -4.72,
    "alien": -1.84,
    "alien_abroad": -1.10,
    "abroad": 0.18,
    "relayed": 1.76,
    "bare": 0.06,
    "confirms": 0.00,
    "status": -2.03,
}
BIAS = -6.60
_IN_ORDER = tuple(WEIGHTS[name] for name in Evidence._fields)


def likelihood(evidence: Evidence) -> float:
    """How likely both tell the same event, 0..1."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit(evidence)))))


def logit(evidence: Evidence) -> float:
    """The same on the scale on which evidence adds up."""
    return BIAS + sum(map(mul, _IN_ORDER, evidence))
