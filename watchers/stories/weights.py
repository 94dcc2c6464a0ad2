"""What each figure of ``evidence`` is worth: a logistic model whose weights can be read.

Fitted around priors set by hand, on the made-up events of ``tests/stories/data/tune.txt``
and on labelled real clusters that are not part of this repository.
"""

import math

from watchers.stories.evidence import Evidence, values

WEIGHTS: dict[str, float] = {
    "entities": 0.42,
    "headliner": 1.02,
    "names": 0.18,
    "names_lead": 0.09,
    "foreign": -0.1,
    "cast": 0.35,
    "action": 0.2,
    "kind": 0.05,
    "other": -2.16,
    "person": 2.49,
    "party": 0.96,
    "amounts": 2.49,
    "amounts_lead": 1.16,
    "disagree": -1.6,
    "concepts": 0.32,
    "concepts_lead": 0.23,
    "strange": -0.3,
    "stage": -1.45,
    "words": 0.11,
    "words_lead": 0.07,
    "copy": 4.0,
    "days": -0.45,
    "soon": 2.33,
    "burst": 0.22,
    "who": 0.11,
    "comment": -4.99,
    "alien": -1.8,
    "bare": 0.24,
    "confirms": 0.03,
    "status": -2.03,
}
BIAS = -5.19


def likelihood(evidence: Evidence) -> float:
    """How likely both tell the same event, 0..1."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit(evidence)))))


def logit(evidence: Evidence) -> float:
    """The same on the scale on which evidence adds up."""
    return BIAS + sum(WEIGHTS[name] * value for name, value in values(evidence))
