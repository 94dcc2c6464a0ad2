"""What each figure of ``evidence`` is worth: a logistic model whose weights can be read.

Fitted around priors set by hand, on the made-up events of ``tests/stories/data/tune.txt``
and on labelled real clusters that are not part of this repository.
"""

import math

from watchers.stories.evidence import Evidence, values

WEIGHTS: dict[str, float] = {
    "entities": 0.42,
    "headliner": 1.05,
    "names": 0.18,
    "names_lead": 0.1,
    "foreign": -0.09,
    "cast": 0.37,
    "action": 0.24,
    "kind": 0.36,
    "other": -2.18,
    "person": 2.56,
    "party": 0.37,
    "amounts": 2.43,
    "amounts_lead": 1.14,
    "disagree": -1.6,
    "concepts": 0.32,
    "concepts_lead": 0.23,
    "strange": -0.3,
    "stage": -1.67,
    "words": 0.11,
    "words_lead": 0.05,
    "copy": 4.0,
    "days": -0.48,
    "soon": 2.41,
    "burst": 0.27,
    "who": 0.01,
    "comment": -4.82,
    "alien": -1.81,
    "bare": 0.19,
    "confirms": 0.0,
    "status": -2.02,
}
BIAS = -5.49


def likelihood(evidence: Evidence) -> float:
    """How likely both tell the same event, 0..1."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit(evidence)))))


def logit(evidence: Evidence) -> float:
    """The same on the scale on which evidence adds up."""
    return BIAS + sum(WEIGHTS[name] * value for name, value in values(evidence))
