"""What each figure of ``evidence`` is worth: a logistic model whose weights can be read.

Fitted on the made-up events of ``tests/stories/data/tune.txt`` around priors set by hand.
"""

import math

from watchers.stories.evidence import Evidence, values

WEIGHTS: dict[str, float] = {
    "entities": 0.25,
    "headliner": 0.3,
    "names": 0.30,
    "foreign": -0.15,
    "kind": 0.9,
    "other": -1.0,
    "person": 2.0,
    "party": 0.8,
    "amounts": 1.5,
    "disagree": -2.5,
    "concepts": 0.25,
    "strange": -0.12,
    "words": 0.12,
    "copy": 4.0,
    "days": -0.20,
    "soon": 1.2,
    "burst": 0.25,
    "who": 0.8,
    "comment": -1.5,
    "bare": 0.3,
    "status": -2.0,
}
BIAS = -4.2


def likelihood(evidence: Evidence) -> float:
    """How likely both tell the same event, 0..1."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit(evidence)))))


def logit(evidence: Evidence) -> float:
    """The same on the scale on which evidence adds up."""
    return BIAS + sum(WEIGHTS[name] * value for name, value in values(evidence))
