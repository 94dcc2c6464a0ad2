"""What each figure of ``evidence`` is worth: a logistic model whose weights can be read.

Fitted on the made-up events of ``tests/stories/data/tune.txt`` around priors set by hand.
"""

import math

from watchers.stories.evidence import Evidence, values

WEIGHTS: dict[str, float] = {
    "entities": 0.21,
    "headliner": 0.78,
    "names": 0.33,
    "foreign": -0.16,
    "kind": 0.5,
    "other": -1.4,
    "person": 1.9,
    "party": 1.1,
    "amounts": 1.8,
    "disagree": -2.0,
    "concepts": 0.37,
    "strange": -0.2,
    "words": 0.07,
    "copy": 4.0,
    "days": -0.3,
    "soon": 2.4,
    "burst": 0.38,
    "who": 0.65,
    "comment": -2.6,
    "bare": 0.2,
    "status": -2.0,
}
BIAS = -5.0


def likelihood(evidence: Evidence) -> float:
    """How likely both tell the same event, 0..1."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit(evidence)))))


def logit(evidence: Evidence) -> float:
    """The same on the scale on which evidence adds up."""
    return BIAS + sum(WEIGHTS[name] * value for name, value in values(evidence))
