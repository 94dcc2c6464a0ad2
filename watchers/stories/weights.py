"""What each figure of ``evidence`` is worth: a logistic model whose weights can be read.

Fitted around priors set by hand, on the made-up events of ``tests/stories/data/tune.txt`` and
on nothing else: ``python -m tests.stories.refit --write``.
"""

import math

from watchers.stories.evidence import Evidence

WEIGHTS: dict[str, float] = {
    "entities": 0.35,
    "headliner": 1.38,
    "names": 0.24,
    "names_lead": 0.12,
    "cast": 0.35,
    "action": 0.13,
    "sort": 0.95,
    "kind": 0.37,
    "other": -2.21,
    "person": 1.74,
    "party": 1.03,
    "amounts": 1.96,
    "amounts_lead": 0.78,
    "disagree": -3.66,
    "concepts": 0.35,
    "concepts_lead": 0.23,
    "strange": -0.26,
    "strange_abroad": -0.31,
    "stage": -2.13,
    "court": -2.00,
    "sequel": -8.00,
    "words": 0.22,
    "words_lead": 0.07,
    "copy": 4.00,
    "days": -0.43,
    "soon": 2.29,
    "burst": 0.27,
    "comment": -4.00,
    "alien": -1.81,
    "alien_abroad": -1.13,
    "relayed": 1.58,
    "bare": 0.86,
    "confirms": 0.44,
    "status": -2.00,
    "novel": -0.16,
    "rivals": -1.28,
    "rivals_alike": -1.98,
}
BIAS = -5.08


def likelihood(evidence: Evidence) -> float:
    """How likely both tell the same event, 0..1."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit(evidence)))))


def logit(evidence: Evidence) -> float:
    """The same on the scale on which evidence adds up."""
    weighed = 0.0
    for name, figure in evidence.items():
        weighed += WEIGHTS[name] * figure
    return BIAS + weighed
