"""Who goes to court: one company is sued by two on one day, and that is two suits.

Pure.
"""

from watchers.stories.fingerprint import Fingerprint, once
from watchers.stories.naming import meet, named_there


def another_plaintiff(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether two headlines tell legal moves of others who sue, each unknown to the other text.

    German writes every noun as a name: across languages "Landwirte" may be "farmers".
    """
    if not (a.moved and b.moved) or a.kinds[0] != "legal" or b.kinds[0] != "legal":
        return False
    if a.lang != b.lang and "de" in (a.lang, b.lang):
        return False
    ours, theirs = _plaintiffs(a), _plaintiffs(b)
    return (
        bool(ours and theirs)
        and not meet(ours, theirs)
        and not named_there(ours, b)
        and not named_there(theirs, a)
    )


@once
def _plaintiffs(fp: Fingerprint) -> tuple[str, ...]:
    """Those by a name that other languages write alike, not by what they do."""
    names = frozenset((*fp.headline_names(), *(part for slug in fp.entities for part in slug.split("-"))))
    return tuple(
        who
        for role, who in fp.roles
        if role == "plaintiff" and who.isascii() and not names.isdisjoint(who.replace("-", "+").split("+"))
    )
