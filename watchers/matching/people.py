"""What the words around a person's name say: is it this bearer of the name?

A family name alone counts with the full name elsewhere in the text, with an employer or a
role beside it, or with several of the person's relations; another given name before it,
or in the order of Chinese after it, makes it somebody else's.
"""

import re
from bisect import bisect_left
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field

from watchers.matching import weights as w
from watchers.matching.cues import family_first, given_names, surnames, topics
from watchers.matching.forms import FULL, GIVEN, STRONG, SURNAME, pattern
from watchers.matching.scene import Candidate, Evidence, Scene

# Two syllables of Chinese romanisation, as most given names are: "Zhifeng", "Danqi".
_INITIAL = "(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])"
_FINAL = "(?:[iu]?a(?:ng?|[io])?|i?ong|[iu]?e(?:ng?|i)?|u?o|ou|i(?:ng?|u)?|u[ni]?)"
_PINYIN = re.compile(f"{_INITIAL}?{_FINAL}{_INITIAL}{_FINAL}")
_LONG_ENOUGH_FOR_SLIPS = 5  # letters: shorter names differ by one letter all the time


def person_evidence(candidate: Candidate, scene: Scene) -> Evidence:
    """The words around a person's name, with their weights."""
    found: Evidence = []
    if candidate.form.part is not FULL:
        found += _single_name(candidate, scene)
    elif candidate.form.strength is not STRONG and not scene.cjk:
        found += _longer_name(candidate, scene)
    if candidate.form.strength is not STRONG and not scene.cjk:
        found += _calling(candidate)
    if scene.cjk:
        after = candidate.field.folded[candidate.end : candidate.end + 8].lstrip()
        if scene.cues.honorifics_right and after.startswith(scene.cues.honorifics_right):
            found.append(("title-after", w.ROLE_BESIDE))
    return found


def _calling(candidate: Candidate) -> Evidence:
    """ "Judge Chen": what somebody else is."""
    left = candidate.around.left or ""
    if not left:  # a full stop hides it: "Rep. Chen"
        before = candidate.field.folded[max(0, candidate.start - 12) : candidate.start].rstrip()
        left = before[:-1].rpartition(" ")[2] if before.endswith(".") else ""
    left = left.rstrip(".")
    if left not in topics().callings:
        return []
    candidate.other_bearer = True
    return [(f"calling:{left}", w.OTHER_CALLING)]


def _single_name(candidate: Candidate, scene: Scene) -> Evidence:
    form = candidate.form
    found: Evidence = []
    if form.strength is not STRONG and not scene.cjk:
        surname = w.SURNAME if pattern(form.text) in surnames() else w.RARE_SURNAME
        part = (w.GIVEN_NAME if form.part is GIVEN else surname) - w.ALIAS["ambiguous"]
        found.append((f"{form.part.name.lower()}-alone", part))
    other = _other_given_name(candidate, scene)
    if other and _misspelt(other, candidate.profile.given, rare=form.strength is STRONG):
        return [*found, (f"given-name-misspelt:{other}", w.MISSPELT)]
    if other:
        candidate.other_bearer = True
        return [*found, (f"other-given-name:{other}", w.OTHER_GIVEN_NAME)]
    after = _given_name_after(candidate, scene)
    if after:
        candidate.other_bearer = True
        return [*found, (f"given-name-after:{after}", w.GIVEN_NAME_AFTER)]
    around = candidate.around
    verb = next((word for word in around.right if word not in scene.cues.adverbs), "")
    if verb in scene.cues.verbs and not around.possessive:
        found.append((f"verb-after:{verb}", w.PERSON_VERB))
    if around.left and around.left.strip(".") in scene.cues.honorifics:
        found.append((f"role-before:{around.left}", w.ROLE_BESIDE))
    employer = _employer_before(candidate, scene)
    if employer is not None:
        found.append((f"employer-before:{employer.profile.slug}", w.EMPLOYER_BEFORE))
    company = _own_company(candidate, scene)
    if company:
        found.append((f"own-company:{company}", w.OWN_COMPANY))
    return found


def _own_company(candidate: Candidate, scene: Scene) -> str:
    """ "Murati's lab", "la startup de Murati": what a founder is known by, where he founded something."""
    shared = pattern(candidate.form.text) in surnames()
    if not candidate.profile.founder or shared or candidate.form.part is not SURNAME:
        return ""
    if scene.cjk:
        after = candidate.field.folded[candidate.end : candidate.end + 10].lstrip()
        return next(filter(after.startswith, scene.cues.companies_right), "")
    around = candidate.around
    known = scene.cues
    words = (known.functions, known.honorifics, known.verbs, known.former, known.before)
    if around.left_capital and not any(around.left in some for some in words):
        return ""  # "Agim Murati's company"
    owned = around.right
    if candidate.suffix == "s":  # "Muratis Labor"
        owned = tuple(candidate.field.folded[candidate.end + 1 : candidate.end + 40].split())
    elif not around.possessive:
        owned = (around.before_left or "",) if around.left in known.of else ()
    return next((word for word in owned[:2] if word in known.companies), "")


def _other_given_name(candidate: Candidate, scene: Scene) -> str | None:
    """The given name before a family name, when it is not this person's."""
    around = candidate.around
    word = around.left
    if word is None or (around.left_hyphen and word in scene.cues.former):
        return None
    if not around.left_capital and not candidate.field.small:
        return None
    bare = word.split("-")[0]
    if word in candidate.profile.given or bare in candidate.profile.given:
        return None
    if candidate.form.part is GIVEN:
        return None
    cues = scene.cues
    if word.endswith(("'s", "'")) or word in cues.honorifics or word in cues.functions or word in cues.nouns:
        return None
    before = scene.ending_at(candidate, 2)
    if before is not None and not before.profile.person:
        return None
    if len(bare) == 1 and bare.isalpha():  # an initial: "C. Wang"
        return None if any(name.startswith(bare) for name in candidate.profile.given) else word
    if bare in given_names() or bare in family_first():
        return word
    if candidate.form.strength is STRONG:
        return None
    if word in cues.verbs or word in cues.before or word in cues.verbs_before or word in cues.former:
        return None
    if _PINYIN.fullmatch(word):
        return word
    if candidate.field.title_case or around.left_starts or not word.isalpha():
        return None
    return word


def _misspelt(word: str, names: frozenset[str], *, rare: bool) -> bool:
    """Whether a word is one of ``names`` with one letter wrong, missing, doubled or swapped.

    Before a ``rare`` family name another given name so near is a slip too: "Marc Zuckerberg".
    """
    if rare:
        return any(_one_slip(word, name) for name in names)
    if len(word) < _LONG_ENOUGH_FOR_SLIPS or word in given_names():
        return False
    return any(_one_slip(word, name) for name in names if len(name) >= _LONG_ENOUGH_FOR_SLIPS)


def _one_slip(a: str, b: str) -> bool:
    if abs(len(a) - len(b)) > 1:
        return False
    same = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    if len(a) != len(b):
        longer, shorter = (a, b) if len(a) > len(b) else (b, a)
        return longer[same + 1 :] == shorter[same:]
    return a[same + 1 :] == b[same + 1 :] or (
        a[same : same + 2] == b[same : same + 2][::-1] and a[same + 2 :] == b[same + 2 :]
    )


def _given_name_after(candidate: Candidate, scene: Scene) -> str | None:
    """A given name after a family name, as in "Wang Chuanfu"; or a second family name."""
    around = candidate.around
    if not around.right or around.possessive or around.right_hyphen:
        return None
    word, raw = around.right[0], around.right_raw[0]
    if not raw[0].isupper() or not word.isalpha():
        return None
    cues = scene.cues
    if word in cues.verbs or word in cues.adverbs or word in cues.functions or word in cues.honorifics:
        return None
    if scene.starting_at(candidate, 2) is not None or word in cues.before or word in cues.nouns:
        return None
    if candidate.form.part is GIVEN:
        return word if word in surnames() or not candidate.field.title_case else None
    own_order = candidate.form.text.lower() in family_first()
    if candidate.form.strength is STRONG or not own_order:
        return None
    if candidate.field.title_case and word not in given_names() and not _romanised(word):
        return None
    return word


_SYLLABLE_ENDS = ("a", "e", "i", "o", "u", "n", "g", "r")


def _romanised(word: str) -> bool:
    """Whether a word could be a given name in Chinese romanisation, which ends so."""
    return (
        2 <= len(word) <= 9
        and word.endswith(_SYLLABLE_ENDS)
        and not word.endswith(("ing", "tion", "er", "or"))
    )


def _employer_before(candidate: Candidate, scene: Scene) -> Candidate | None:
    """ "Meta's Wang", "Scale CEO Wang": somebody he works or worked for right before the name."""
    other = scene.ending_at(candidate, 28)
    if other is None or other.profile.index not in candidate.profile.places:
        return None
    between = candidate.field.folded[other.end : candidate.start].strip().strip("'s").strip("- ")
    if not between:
        return other if other.end < candidate.start else None
    words = between.split()
    cues = scene.cues
    fits = all(
        x in cues.honorifics or x in cues.roles or x in cues.new or x in cues.former or x in ("ai",)
        for x in words
    )
    return other if fits else None


def _longer_name(candidate: Candidate, scene: Scene) -> Evidence:
    """A further name beside a full name: "Mark Chen Wei", "Jean-Mark Chen"."""
    around = candidate.around
    if around.left_hyphen and around.left not in scene.cues.former:
        return [(f"longer-name:{around.left}", w.GIVEN_NAME_AFTER)]
    return []


@dataclass(slots=True)
class Bearers:
    """Where the full names stand that a family name alone may take up, in reading order."""

    own: dict[int, list[tuple[int, int]]] = field(default_factory=dict)  # by entity
    others: dict[str, list[tuple[int, int]]] = field(default_factory=dict)  # by family name

    @classmethod
    def of(cls, candidates: Iterable[Candidate], anchors: Mapping[int, Container[int]]) -> "Bearers":
        """The bearers named in full, and plainly, among the candidates of a document."""
        bearers = cls()
        for one in candidates:
            if not one.profile.person:
                continue
            if one.other_bearer:
                bearers.others.setdefault(pattern(one.form.text).split(" ")[-1], []).append(one.position)
            elif one.full_name and one.number in anchors.get(one.profile.index, ()):
                bearers.own.setdefault(one.profile.index, []).append(one.position)
        return bearers

    def evidence(self, candidate: Candidate) -> Evidence:
        """For a family name alone: whose full name stands nearest before it, or elsewhere."""
        if candidate.other_bearer:
            return []
        own = self.own.get(candidate.profile.index, [])
        others = self.others.get(pattern(candidate.form.text), [])
        before = bisect_left(own, candidate.position)
        others_before = bisect_left(others, candidate.position)
        if before and (not others_before or own[before - 1] > others[others_before - 1]):
            return [("full-name-before", w.FULL_NAME_BEFORE)]
        if others_before:
            return [("namesake-before", w.NAMESAKE_NEARER)]
        if own:
            return [("full-name-elsewhere", w.FULL_NAME_ELSEWHERE)]
        return [("namesake-elsewhere", w.NAMESAKE_NEARER)] if others else []
