"""Who is meant in a text: the watchlist's names, found and weighed.

    forms      what an alias may look like            cues, *.toml   the words that tell
    scan       where the forms stand                  weights        how much they tell
    reading    one field: capitals, links, neighbours
    scene      one document with all its candidates
    evidence, sides, people, roles -> judge           suggest        aliases for a new name

Reads no history and stores nothing; moves, stories and the decision are made elsewhere.
"""

from watchers.matching.matcher import Matcher, accepted_entities
from watchers.matching.suggest import ambiguity, everywhere, ordinary, suggest_aliases

__all__ = ["Matcher", "accepted_entities", "ambiguity", "everywhere", "ordinary", "suggest_aliases"]
