"""One event, one story: which entries tell the same thing that happened.

Creed.  Two events told as one hide the second: nobody ever hears of it.  One event told
as two is heard twice, and the reader shrugs.  So a merge needs proof (who, what kind of
move, whom or how much) and a doubt keeps apart; but an event alerted twice is the loudest
complaint against every such tool, so what is proven joins whatever its words or language.
Being near is no proof: the same entity with another event is the hard case, and direction,
persons and amounts that contradict each other veto whatever the words say.

``fingerprint`` is what an entry is compared by, ``Rarity`` what each of its keys tells, by which
candidates are found, ``assign`` decides join or open from those that the store finds, ``tell``
merges an entry into its story.  What is worth an alert is for ``watchers.triage``, what led up
to it for ``watchers.recall``.
"""

from storage.model import Story
from watchers.stories.fingerprint import Fingerprint, fingerprint
from watchers.stories.joining import RUMOUR_WINDOW, SAME_EVENT_WINDOW, assign
from watchers.stories.rarity import Rarity
from watchers.stories.telling import StoryChange, correct, tell, unite

__all__ = [
    "RUMOUR_WINDOW",
    "SAME_EVENT_WINDOW",
    "Fingerprint",
    "Rarity",
    "Story",
    "StoryChange",
    "assign",
    "correct",
    "fingerprint",
    "tell",
    "unite",
]
