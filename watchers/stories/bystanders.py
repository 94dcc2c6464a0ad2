"""Who a headline names only to say who somebody else is: "Meta's supplier", "Rivale von OpenAI".

Pure.  Such a headline is about that somebody, whom its lead names.
"""

import re
from functools import lru_cache

from watchers.stories.vocabulary import listed


def stands_by(title: str, start: int, end: int, lang: str) -> bool:
    """Whether the name at ``start`` to ``end`` of ``title`` only says whose rival, supplier or partner acts."""
    after, ahead = _behind(lang), _before(lang)
    return bool(after and after.match(title, end)) or bool(ahead and ahead.search(title[:start]))


@lru_cache(maxsize=64)
def _behind(lang: str) -> re.Pattern[str] | None:
    form = listed("bystanders_behind").get(lang)
    return re.compile(form, re.IGNORECASE) if form else None


@lru_cache(maxsize=64)
def _before(lang: str) -> re.Pattern[str] | None:
    form = listed("bystanders_before").get(lang)
    return re.compile(rf"(?<!\w){form}", re.IGNORECASE) if form else None
