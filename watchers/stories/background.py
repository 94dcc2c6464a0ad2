"""What a headline only tells as background: "cuts jobs after the takeover", "Nach dem Kauf: …".

Pure.  Such a part names another event than the one that is told; it counts as the lead does.
"""

import re

_CUES = {
    "en": "after|following|amid|since|despite|in the wake of|instead of|rather than",
    "de": "nach|nachdem|trotz|seit|angesichts|statt|anstatt|anstelle",
    "nl": "na|nadat|ondanks|sinds|in plaats van",
    "fr": "après|malgré|depuis|suite à|à la suite de|au lieu de|plutôt que",
    "es": "tras|después de|luego de|pese a|a pesar de|desde|en vez de|en lugar de",
    "pt": "após|depois de|depois da|depois do|apesar de|apesar da|apesar do|desde|em vez de|ao invés de|no lugar de",
    "it": "dopo|nonostante|invece di|anziché",
}
_ENDS = re.compile(r"[,;:?!]\s|\s[–—|-]\s")
_TOLD = 8  # letters that must be left to be a headline


def background(title: str, lang: str | None) -> tuple[int, int] | None:
    """The span of ``title`` that is background, half open; None where all of it is told."""
    cues = _CUES.get(lang or "")
    if cues is None:
        return None
    found = re.search(rf"(?<!\w)(?:{cues})(?!\w)", title, re.IGNORECASE)
    if found is None:
        return None
    ending = _ENDS.search(title, found.end())
    start, end = found.start(), ending.start() if ending else len(title)
    rest = title[:start] + title[end:]
    return (start, end) if sum(map(str.isalpha, rest)) >= _TOLD else None
