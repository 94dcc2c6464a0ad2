"""What the words in and around a name say about it, each with its weight.

For names of companies, units and products; the words right beside them have ``sides``,
people have ``people``.  What other names in the document say is added by ``judge``.
"""

from collections.abc import Sequence
from functools import lru_cache

from watchers.matching import weights as w
from watchers.matching.cues import CJK, ROMANCE, given_names
from watchers.matching.forms import AMBIGUOUS, STRONG, Form
from watchers.matching.reading import Place
from watchers.matching.scene import Candidate, Evidence, Scene


def place_evidence(candidate: Candidate, place: Place) -> Evidence:
    """Links, user names and bylines: places where a name is no mention."""
    covers = candidate.start <= place.start and candidate.end >= place.end
    if place.kind == "link":
        return [] if covers else [("in-link", w.IN_LINK)]
    if place.kind == "byline":
        return [("in-byline", w.IN_BYLINE)]
    if place.kind == "handle" and covers:
        return [("handle", w.HANDLE)]
    return [("in-user-name", w.IN_OTHER_HANDLE)]


def alias_evidence(candidate: Candidate, scene: Scene) -> Sequence[tuple[str, float]]:
    """What the alias is worth by itself, and how it is written here."""
    form = candidate.form
    found = _of_form(form, candidate.capital, scene.lang)
    if form.ordinary and not candidate.text.isascii() and form.text.isascii():
        return [*found, ("accent", w.ACCENT)]
    return found


@lru_cache(maxsize=4096)  # few forms, each written in few ways, make nearly all of the news
def _of_form(form: Form, capital: str, lang: str | None) -> tuple[tuple[str, float], ...]:
    label = form.strength.label
    found: Evidence = [(f"{label}-alias", w.ALIAS[label])]
    if capital == "small":
        # "plataforma acme": the noun before it says that a name follows, as translators write it
        found.append(("small-letters", w.SMALL["described" if form.capital > 0 else label]))
    elif capital == "few":
        found.append(("small-letters", w.SMALL_AMONG_CJK))  # the only letters there are say little
    elif capital == "told" and form.strength is not STRONG:
        found.append(("capital", w.CAPITAL[label] + (w.CAPITAL_AMONG_CJK if lang in CJK else 0.0)))
    ordinary = bool(form.ordinary) and (lang in form.ordinary or lang is None)
    if capital == "untold" and form.strength is AMBIGUOUS and not ordinary:
        found.append(("capital", w.CAPITAL_OF_NO_WORD))
    elif capital == "untold" and form.strength is not STRONG:
        found.append(("capital-untold", w.CAPITAL_UNTOLD[label]))
    if form.strength is STRONG:
        return tuple(found)
    if ordinary:
        if form.strength is AMBIGUOUS:
            found.append(("ordinary-word", w.ORDINARY))
        elif capital == "untold":
            found.append(("ordinary-words" if form.head else "ordinary-word", w.ORDINARY_HEAD))
    if form.generated:
        found.append(("derived-form", w.GENERATED))
    if form.lang and lang and form.lang != lang and not {form.lang, lang} <= ROMANCE:
        found.append((f"alias-of:{form.lang}", w.FOREIGN_ALIAS))
    return tuple(found)


def described_evidence(candidate: Candidate, scene: Scene) -> Evidence:
    """What speaks against "the maker of Widget": that a person or another thing is described."""
    around, cues = candidate.around, scene.cues
    tail = (around.left or "").rsplit("-", 1)[-1]
    if tail in cues.jointly or tail in cues.one_of_many or tail in cues.former:
        return [(f"somebody:{tail}", w.NOT_THE_MAKER)]  # "co-creator of Widget", "a Widget developer"
    if around.right_hyphen or (around.right and around.right[0] in cues.other_things):
        return [(f"another-thing:{around.right[0]}", w.NOT_THE_MAKER)]  # "maker of Widget clones"
    after = candidate.field.raw[candidate.end : candidate.end + 24].lstrip(" ,").split()
    if len(after) > 1 and after[0].lower() in given_names() and after[1][0].isupper():
        return [(f"somebody:{after[0]}", w.NOT_THE_MAKER)]
    return []


def against_evidence(candidate: Candidate, scene: Scene) -> Evidence:
    """What the watchlist's contexts against say here."""
    against = candidate.profile.contexts_against & scene.phrases
    if not against:
        return []
    weight, phrase = min((_against(candidate, scene, phrase), phrase) for phrase in against)
    return [(f"against:{phrase}", weight)] if weight else []


def context_evidence(candidate: Candidate, scene: Scene) -> Evidence:
    """What the watchlist's contexts for a name that is not strong say here."""
    profile = candidate.profile
    total = 0.0
    words: list[str] = []
    for phrase in profile.contexts_for & scene.phrases:
        if phrase in profile.contexts_named and not scene.capitalised(phrase):
            continue  # "bate meta" does not speak of Meta
        nearness = scene.nearness(candidate, phrase)
        if nearness.apart:
            words.append(phrase)
            total += w.CONTEXT_FOR_NEAR if nearness.near else w.CONTEXT_FOR
    if not words:
        return []
    words.sort()
    share = w.PHRASE_SHARE if candidate.phrase else 1.0
    return [(f"context:{','.join(words[:4])}", share * min(w.CONTEXT_MAX, total))]


def _against(candidate: Candidate, scene: Scene, phrase: str) -> float:
    profile = candidate.profile
    nearness = scene.nearness(candidate, phrase)
    if nearness.over:
        told = candidate.capital == "told"  # "to google" is a verb, "to Google" is not
        return 0.0 if told and phrase not in profile.against_capital else w.AGAINST_OVER
    if phrase in profile.against_over or candidate.form.strength is STRONG:
        return 0.0  # it speaks about the words beside another occurrence
    if nearness.near:
        return w.AGAINST_NEAR
    return 0.0 if candidate.form.head else w.AGAINST_FAR  # a storm elsewhere is nothing to "Surge AI"


def section_evidence(candidate: Candidate, scene: Scene) -> Evidence:
    """What the outlet's section and the document's own address say."""
    origin = scene.origin
    found: Evidence = []
    if origin.site and origin.site in candidate.profile.sites:
        found.append((f"own-site:{origin.site}", w.OWN_SITE))
    if origin.alien:
        found.append(("section", w.SOURCE_ALIEN))
    elif origin.fitting:
        found.append(("section", w.SOURCE_FITS))
    return found
