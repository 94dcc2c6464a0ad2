"""What each figure of ``evidence`` is worth: a logistic model whose weights can be read.

Fitted around priors set by hand, on the made-up events of ``tests/stories/data/tune.txt``
and on labelled real clusters that are not part of this repository.
"""

import math

from watchers.stories.evidence import Evidence, values

WEIGHTS: dict[str, float] = {
    "entities": 0.4,
    "headliner": 1.08,
    "names": 0.18,
    "names_lead": 0.1,
    "foreign": -0.1,
    "cast": 0.38,
    "action": 0.15,
    "kind": 0.0,
    "other": -2.14,
    "person": 1.2,
    "party": 0.84,
    "amounts": 2.55,
    "amounts_lead": 1.11,
    "disagree": -3.15,
    "concepts": 0.29,
    "concepts_lead": 0.23,
    "strange": -0.3,
    "stage": -1.42,
    "words": 0.1,
    "words_lead": 0.08,
    "copy": 4.0,
    "days": -0.45,
    "soon": 2.33,
    "burst": 0.26,
    "who": 0.03,
    "comment": -4.89,
    "alien": -1.85,
    "bare": 0.0,
    "confirms": 0.0,
    "status": -2.03,
}
BIAS = -5.12


def likelihood(evidence: Evidence) -> float:
    """How likely both tell the same event, 0..1."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit(evidence)))))


def logit(evidence: Evidence) -> float:
    """The same on the scale on which evidence adds up."""
    return BIAS + sum(WEIGHTS[name] * value for name, value in values(evidence))
