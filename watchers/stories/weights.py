"""What each figure of ``evidence`` is worth: a logistic model whose weights can be read.

Fitted around priors set by hand, on the made-up events of ``tests/stories/data/tune.txt``
and on labelled real clusters that are not part of this repository.
"""

import math

from watchers.stories.evidence import Evidence, values

WEIGHTS: dict[str, float] = {
    "entities": 0.41,
    "headliner": 1.09,
    "names": 0.17,
    "names_lead": 0.09,
    "foreign": -0.1,
    "cast": 0.39,
    "action": 0.25,
    "kind": 0.14,
    "other": -1.63,
    "person": 2.47,
    "party": 0.67,
    "amounts": 2.3,
    "amounts_lead": 0.79,
    "disagree": -1.6,
    "concepts": 0.33,
    "concepts_lead": 0.25,
    "strange": -0.33,
    "stage": -1.58,
    "words": 0.09,
    "words_lead": 0.05,
    "copy": 4.0,
    "days": -0.45,
    "soon": 2.31,
    "burst": 0.23,
    "who": 0.0,
    "comment": -4.96,
    "alien": -1.82,
    "bare": 0.19,
    "confirms": 0.14,
    "status": -2.02,
}
BIAS = -5.31


def likelihood(evidence: Evidence) -> float:
    """How likely both tell the same event, 0..1."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit(evidence)))))


def logit(evidence: Evidence) -> float:
    """The same on the scale on which evidence adds up."""
    return BIAS + sum(WEIGHTS[name] * value for name, value in values(evidence))
