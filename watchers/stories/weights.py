"""What each figure of ``evidence`` is worth: a logistic model whose weights can be read.

Fitted on the made-up events of ``tests/stories/data/tune.txt`` around priors set by hand.
"""

import math

from watchers.stories.evidence import Evidence, values

WEIGHTS: dict[str, float] = {
    "entities": 0.3,
    "headliner": 1.1,
    "names": 0.29,
    "names_lead": 0.1,
    "foreign": -0.17,
    "kind": 0.65,
    "other": -1.6,
    "person": 2.0,
    "party": 1.3,
    "amounts": 1.9,
    "amounts_lead": 0.1,
    "disagree": -1.5,
    "concepts": 0.37,
    "concepts_lead": 0.13,
    "strange": -0.26,
    "words": 0.14,
    "words_lead": 0.02,
    "copy": 4.0,
    "days": -0.34,
    "soon": 2.6,
    "burst": 0.42,
    "who": 0.65,
    "comment": -3.0,
    "alien": -1.1,
    "bare": 0.2,
    "status": -2.0,
}
BIAS = -5.75


def likelihood(evidence: Evidence) -> float:
    """How likely both tell the same event, 0..1."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit(evidence)))))


def logit(evidence: Evidence) -> float:
    """The same on the scale on which evidence adds up."""
    return BIAS + sum(WEIGHTS[name] * value for name, value in values(evidence))
