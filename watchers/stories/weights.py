"""What each figure of ``evidence`` is worth: a logistic model whose weights can be read.

Fitted around priors set by hand, on the made-up events of ``tests/stories/data/tune.txt`` and
on nothing else: ``python -m tests.stories.refit --write``.
"""

import math
from operator import mul

from watchers.stories.evidence import Evidence

WEIGHTS: dict[str, float] = {
    "entities": 0.41,
    "headliner": 1.09,
    "names": 0.17,
    "names_lead": 0.09,
    "foreign": -0.11,
    "cast": 0.37,
    "action": 0.24,
    "kind": 0.03,
    "other": -1.60,
    "person": 2.49,
    "party": 0.72,
    "amounts": 2.33,
    "amounts_lead": 0.83,
    "disagree": -1.60,
    "concepts": 0.32,
    "concepts_lead": 0.25,
    "strange": -0.32,
    "stage": -1.53,
    "words": 0.06,
    "words_lead": 0.06,
    "copy": 4.00,
    "days": -0.46,
    "soon": 2.35,
    "burst": 0.25,
    "who": 0.00,
    "comment": -4.92,
    "alien": -1.82,
    "bare": 0.24,
    "confirms": 0.18,
    "status": -2.02,
}
BIAS = -5.33
_IN_ORDER = tuple(WEIGHTS[name] for name in Evidence._fields)


def likelihood(evidence: Evidence) -> float:
    """How likely both tell the same event, 0..1."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit(evidence)))))


def logit(evidence: Evidence) -> float:
    """The same on the scale on which evidence adds up."""
    return BIAS + sum(map(mul, _IN_ORDER, evidence))
