"""What each figure of ``evidence`` is worth: a logistic model whose weights can be read.

Fitted around priors set by hand, on the made-up events of ``tests/stories/data/tune.txt``
and on labelled real clusters that are not part of this repository.
"""

import math

from watchers.stories.evidence import Evidence, values

WEIGHTS: dict[str, float] = {
    "entities": 0.36,
    "headliner": 1.45,
    "names": 0.28,
    "names_lead": 0.08,
    "foreign": -0.18,
    "kind": 0.45,
    "other": -1.7,
    "person": 2.0,
    "party": 1.4,
    "amounts": 1.9,
    "amounts_lead": 0.1,
    "disagree": -1.6,
    "concepts": 0.37,
    "concepts_lead": 0.11,
    "strange": -0.27,
    "stage": -1.0,
    "words": 0.12,
    "words_lead": 0.02,
    "copy": 4.0,
    "days": -0.37,
    "soon": 2.35,
    "burst": 0.43,
    "who": 0.6,
    "comment": -3.5,
    "alien": -1.5,
    "bare": 0.15,
    "confirms": 0.8,
    "status": -2.0,
}
BIAS = -6.15


def likelihood(evidence: Evidence) -> float:
    """How likely both tell the same event, 0..1."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit(evidence)))))


def logit(evidence: Evidence) -> float:
    """The same on the scale on which evidence adds up."""
    return BIAS + sum(WEIGHTS[name] * value for name, value in values(evidence))
