"""What a headline only tells as background: "cuts jobs after the takeover", "Nach dem Kauf: …".

Pure.  Such a part names another event than the one that is told; it counts as the lead does.
"""

import re
from functools import lru_cache

from watchers.stories.vocabulary import listed
from watchers.tables import either

_ENDS = re.compile(r"[,;:?!]\s|\s[–—|-]\s")
_TOLD = 8  # letters that must be left to be a headline


def background(title: str, lang: str | None) -> tuple[int, int] | None:
    """The span of ``title`` that is background, half open; None where all of it is told."""
    begins = _begins(lang or "")
    found = begins.search(title) if begins is not None else None
    if found is None:
        return None
    ending = _ENDS.search(title, found.end())
    start, end = found.start(), ending.start() if ending else len(title)
    rest = title[:start] + title[end:]
    return (start, end) if sum(map(str.isalpha, rest)) >= _TOLD else None


@lru_cache(maxsize=64)
def _begins(lang: str) -> re.Pattern[str] | None:
    """Words that begin background; None where a language has none."""
    cues = listed("background").get(lang)
    return re.compile(rf"(?<!\w)(?:{either(tuple(cues))})(?!\w)", re.IGNORECASE) if cues else None
