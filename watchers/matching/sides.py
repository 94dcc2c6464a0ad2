"""What the words right before and after a name say: whether it is a company's, or an ordinary word.

For names of companies, units and products that may be ordinary words; the rest of what stands
in and around a name is weighed in ``evidence``.
"""

import re
from functools import lru_cache

from watchers.matching import weights as w
from watchers.matching.cues import COMPOUNDING, GENITIVE_S, ROMANCE, Cues, topics
from watchers.matching.forms import AMBIGUOUS
from watchers.matching.scene import Candidate, Evidence, Scene
from watchers.tables import either


def side_evidence(candidate: Candidate, scene: Scene) -> Evidence:
    """The words right before and after a name that may be an ordinary word."""
    if scene.cjk:
        return _cjk_sides(candidate, scene)
    found = _right_side(candidate, scene)
    found += _left_side(candidate, scene)
    return found


def _right_side(candidate: Candidate, scene: Scene) -> Evidence:
    around = candidate.around
    capital = candidate.capital
    found: Evidence = []
    if candidate.suffix:
        found.append(_suffix(candidate, scene))
    if around.quoted and capital != "small":
        found.append(("quoted", w.QUOTED))
    if capital == "small":
        return found
    words = around.right
    if around.possessive:
        found.append(("possessive", w.POSSESSIVE))
    shaky = candidate.form.head and capital == "untold"
    if not words:
        if (
            shaky
            and candidate.field.folded[candidate.end : candidate.end + 1] in (":", ",")
            and candidate.field.begins_sentence(candidate.start)
            and not candidate.field.folded.startswith(", not ", candidate.end)
        ):
            found.append(("topic", w.TOPIC))
        told = _apposition(scene.cues).match(candidate.field.folded, candidate.end)
        if told is not None and told[1] in scene.cues.appositions:
            found.append((f"verb-after:{told[1]}", w.APPOSITION))
        return found
    if around.right_hyphen:
        return [*found, *_hyphen_after(candidate, scene)]
    decided = None if around.possessive else _unpossessive(candidate, scene, capital, shaky=shaky)
    return [*found, *(_noun_after(candidate, scene, shaky=shaky) if decided is None else decided)]


def _unpossessive(candidate: Candidate, scene: Scene, capital: str, *, shaky: bool) -> Evidence | None:
    """What follows a name that owns nothing: a verb, another name, a complement; None: neither."""
    around, cues = candidate.around, scene.cues
    words = around.right
    first = words[0]
    if _other_bearer(first, around.right_raw[0], candidate):
        return [(f"another:{around.right_raw[0]}", w.PLACE_NAME)]
    verb = first if first not in cues.adverbs else _behind_adverbs(words, cues)
    if (
        first in cues.ands_before_names
        and len(words) > 1
        and around.right_raw[1][0].isupper()
        and capital != "small"
    ):
        weight = w.BESIDE_NAME / (2 if candidate.form.strength is AMBIGUOUS else 1)
        return [(f"and-name:{words[1]}", weight)]
    if capital == "untold" and scene.lang in candidate.form.ordinary:
        if first in cues.complements:
            return [(f"complement:{first}", w.COMPLEMENT)]
        if verb in cues.copulas:
            return _after_copula(words[words.index(verb) :], scene)
    if candidate.profile.person:
        return []  # everybody acts: what a verb says of a family name is weighed in ``people``
    if verb in cues.verbs:
        return [_acting(verb, candidate, scene)]
    if (plan := _plans(candidate, scene)) is not None:
        return [(f"verb-after:{plan}", w.VERB_AFTER)]
    if first == "to" and scene.lang == "en" and "en" not in candidate.form.ordinary:
        return [("to-after", w.TO_AFTER)]
    if candidate.phrase:
        return []
    like = len(verb) > 3 and bool(cues.verb_endings) and verb.endswith(cues.verb_endings)
    like = like and verb not in cues.nouns and verb not in cues.functions
    if like and not shaky and around.right_raw[0].islower():
        return [(f"verb-like-after:{verb}", w.VERB_LIKE_AFTER)]
    return None


def _behind_adverbs(words: tuple[str, ...], cues: Cues) -> str:
    return next((word for word in words if word not in cues.adverbs), "")


def _noun_after(candidate: Candidate, scene: Scene, *, shaky: bool) -> Evidence:
    """A noun, a number or a further name after it."""
    around, cues = candidate.around, scene.cues
    first = around.right[0]
    if first in cues.nouns and not (shaky and first in cues.things):
        if not around.possessive:
            return [(f"noun-after:{first}", w.NOUN_AFTER)]
        return [] if first in cues.things else [(f"owns:{first}", w.OWNS)]
    if len(around.right) > 1 and around.right[1] in cues.heads:  # "Acme finance chief"
        post = f"{first} {around.right[1]}"
        return [(f"owns:{post}", w.OWNS) if around.possessive else (f"noun-after:{post}", w.NOUN_AFTER)]
    if first[0].isdigit() and not candidate.profile.person:
        return [(f"number-after:{first}", w.NUMBER_AFTER)] if candidate.profile.owners else []
    if around.possessive or not _is_name(around.right_raw[0], candidate, scene):
        return []
    if first in candidate.profile.contexts_for or scene.starting_at(candidate, 2) is not None:
        return []
    ordinary = scene.lang in candidate.form.ordinary
    return [(f"name-after:{around.right_raw[0]}", w.NAME_AFTER_WORD if ordinary else w.NAME_AFTER)]


def _acting(verb: str, candidate: Candidate, scene: Scene) -> tuple[str, float]:
    """What a verb after the name says: that a company acts, or only that something does."""
    form = candidate.form
    if form.strength is AMBIGUOUS:
        word = scene.lang in form.ordinary and candidate.capital == "untold"
        # in Portuguese and Spanish the word may be the verb: "Surge disputa"
        vague = word and (verb in scene.cues.everyday or scene.lang in ROMANCE)
        if vague or candidate.profile.product or form.exact:
            return (f"acts:{verb}", w.THING_ACTS)
    return (f"verb-after:{verb}", w.VERB_AFTER)


def _plans(candidate: Candidate, scene: Scene) -> str | None:
    """ "Scale AI to lay off …", "Surge AI in talks": what only somebody can be about to do.

    Against "how to scale AI to cut costs": what anything may bring about needs a number.
    """
    words, cues = candidate.around.right, scene.cues
    if len(words) > 1 and words[0] in cues.future:
        counted = words[1] in cues.changes and _counted(cues).match(candidate.field.folded, candidate.end)
        if counted or words[1] in cues.undertakings:
            return f"{words[0]} {words[1]}"
    if words[0] in cues.within and (talks := next((word for word in words[1:3] if word in cues.talks), None)):
        return f"{words[0]} {talks}"
    return None


@lru_cache(maxsize=64)
def _apposition(cues: Cues) -> re.Pattern[str]:
    """ "Acme, founded by"."""
    return re.compile(rf", ([^\W\d_]+) (?:{either(cues.by)})\b")


@lru_cache(maxsize=64)
def _counted(cues: Cues) -> re.Pattern[str]:
    """ " to raise $2", " to cut about 200"."""
    return re.compile(rf"\W+\w+ \w+ (?:(?:{either(cues.about)}) )?[$€£¥]?\d")


def _after_copula(words: tuple[str, ...], scene: Scene) -> Evidence:
    """ "Meta é multada" against "Meta é crescer": a goal is to do something."""
    following = words[1] if len(words) > 1 else ""
    if following.endswith(scene.cues.participle_endings):
        return [(f"verb-after:{words[0]} {following}", w.VERB_AFTER)]
    return [(f"goal:{words[0]} {following}".strip(), w.COMPLEMENT)]


def _other_bearer(word: str, raw: str, candidate: Candidate) -> bool:
    """Whether the word after a name says that a street, a shop or another company bears it."""
    told = topics()
    word = word.removesuffix("'s")
    if not raw[0].isupper() or word in candidate.profile.contexts_for:
        return False
    if word in told.places:
        return True
    return not candidate.field.title_case and (word in told.trades or word.rstrip(".") in told.legal)


def _suffix(candidate: Candidate, scene: Scene) -> tuple[str, float]:
    if candidate.suffix != "s":
        return (f"ending:{candidate.suffix}", 0.3)
    after = candidate.around.right_raw
    if scene.lang in GENITIVE_S and candidate.capital != "small":
        end = candidate.end + 1
        word, blank, _ = candidate.field.folded[end : end + 12].removeprefix(" ").partition(" ")
        if blank and word in scene.cues.plural_before:
            return ("plural", w.PLURAL)  # "Metas und Motive": a genitive goes before its noun
        return ("genitive", w.GENITIVE)
    # a German genitive in a text whose language is told wrongly: "Metas Llama"
    if scene.lang == "en" and candidate.capital != "small":
        name = candidate.field.raw[candidate.end + 2 : candidate.end + 3]
        return ("genitive", 0.0) if not after and name.isupper() else ("plural", w.PLURAL)
    return ("plural", -5.0)


def _hyphen_after(candidate: Candidate, scene: Scene) -> Evidence:
    word, raw = candidate.around.right[0], candidate.around.right_raw[0]
    head = word.split("-")[0]
    if head in topics().elsewhere:
        return [(f"another:{word}", w.PLACE_NAME)]  # "Meta-Krimi"
    if head in scene.cues.participles or head in scene.cues.nouns:
        return [(f"compound:{word}", w.HYPHEN_COMPANY_AFTER)]
    if scene.lang in COMPOUNDING:
        # a compound of a name keeps its small letters in Dutch, its capital in German
        return [
            (f"compound:{word}", w.HYPHEN_COMPANY_AFTER if scene.lang != "de" or raw[0].isupper() else 0.0)
        ]
    if raw[0].isupper():
        return [] if candidate.field.title_case else [(f"compound:{word}", w.HYPHEN_COMPANY_AFTER)]
    telling = candidate.capital == "told"
    return [(f"hyphen-after:{word}", w.HYPHEN_OTHER_AFTER if telling else 2 * w.HYPHEN_OTHER_AFTER)]


def _owner_before(candidate: Candidate) -> bool:
    """Whether a described unit stands behind a name that it has to do with: "Acme … su laboratorio"."""
    before = candidate.field.folded[: candidate.start].split()
    return " " in candidate.form.text and not candidate.profile.contexts_named.isdisjoint(before)


def _left_side(candidate: Candidate, scene: Scene) -> Evidence:
    around, cues = candidate.around, scene.cues
    word = around.left
    if word is None:
        return []
    told = candidate.capital == "told"
    if around.left_hyphen:
        return _hyphen_before(candidate, scene)
    if word in cues.indefinite and candidate.form.capital <= 0:
        if word in cues.own and candidate.form.capital < 0 and _owner_before(candidate):
            return []
        if around.right and (around.right[0] in cues.nouns or around.right_hyphen):
            return []
        return [(f"article:{word}", w.INDEFINITE / 3 if told else w.INDEFINITE)]
    if candidate.capital == "small":
        return []
    if word in topics().bearers or (around.left_capital and word in topics().houses):
        return [(f"another:{word}", w.BEARER_BEFORE)]
    if word in cues.definite and not around.possessive and candidate.form.capital == 0:
        following = around.right[0] if around.right else ""
        if not following or following in cues.everyday or following in cues.prepositions:
            return [(f"article:{word}", w.DEFINITE)]
    if word.endswith("'s") and around.left_capital and not around.left_starts and told:
        return _possessor(word, candidate, scene)
    if word in cues.former:
        return [(f"former:{word}", w.EX_PREFIX / 2)]
    if word in cues.verbs_before:
        return [(f"verb-before:{word}", w.VERB_BEFORE)]
    if candidate.form.head and not told and word not in cues.before and _made_to(candidate, scene):
        return [("infinitive", w.INFINITIVE)]
    if candidate.form.head and not told and word in cues.prepositions:
        return [(f"before:{word}", w.VERB_BEFORE)]
    if word in cues.before:
        return [(f"before:{word}", w.BEFORE_TOLD)] if told else []
    if (
        around.left_capital
        and not around.left_starts
        and told
        and _is_name(word.capitalize(), candidate, scene)
        and not word.endswith(("'s", "'"))
        and word.replace("-", " ") not in candidate.profile.contexts_for
        and word not in cues.honorifics
        and word not in cues.functions
        and scene.ending_at(candidate, 2) is None
    ):
        return [(f"name-before:{word}", w.NAME_BEFORE)]
    return []


def _made_to(candidate: Candidate, scene: Scene) -> bool:
    """ "Helps Banks Scale AI": what somebody is helped to do, not a name."""
    before = candidate.field.folded[max(0, candidate.start - 48) : candidate.start].split()[-4:-1]
    return not scene.cues.causatives.isdisjoint(before)


def _possessor(word: str, candidate: Candidate, scene: Scene) -> Evidence:
    """A company is not somebody's, unless it is its founder's or owner's."""
    profile = candidate.profile
    neighbour = scene.ending_at(candidate, 3)
    if profile.person or profile.unit or profile.owners or candidate.form.strength is not AMBIGUOUS:
        return []
    if neighbour is not None and neighbour.profile.index in profile.related:
        return [(f"of:{neighbour.profile.slug}", w.BEFORE_TOLD)]
    if any(phrase.endswith(word[:-2]) for phrase in profile.contexts_for):
        return []
    return [(f"another's:{word}", w.ANOTHERS)]


def _hyphen_before(candidate: Candidate, scene: Scene) -> Evidence:
    around = candidate.around
    word = around.left or ""
    tail = word.rsplit("-", 1)[-1]
    if tail in scene.cues.former:
        return [(f"former:{word}", w.EX_PREFIX)]
    if tail in scene.cues.prefixes:
        return [(f"prefix:{word}", w.NEUTRAL_PREFIX)]
    neighbour = scene.ending_at(candidate, 1)
    if neighbour is not None and neighbour.field.raw[neighbour.start].isupper():
        return [(f"beside:{word}", w.QUOTED)]
    if around.left_capital and candidate.capital == "told" and not candidate.form.head:
        compound = scene.lang == "de" and candidate.form.strength is AMBIGUOUS  # "Kupfer-Surge"
        return [(f"compound-of:{word}", w.COMPOUND_OF)] if compound else []
    return [(f"hyphen-before:{word}", w.HYPHEN_SMALL_BEFORE)]


def _is_name(raw: str, candidate: Candidate, scene: Scene) -> bool:
    """Whether a capital word beside a name looks like a part of a longer name."""
    if scene.lang == "de" or candidate.field.title_case or not raw[:1].isupper() or raw.isupper():
        return False
    word = raw.lower()
    cues = scene.cues
    return (
        word not in cues.verbs and word not in cues.nouns and word not in cues.honorifics and word.isalpha()
    )


def _cjk_sides(candidate: Candidate, scene: Scene) -> Evidence:
    cues, folded = scene.cues, candidate.field.folded
    found: Evidence = []
    after = folded[candidate.end : candidate.end + 8]
    before = folded[max(0, candidate.start - 6) : candidate.start]
    other = candidate.form.ordinary or not candidate.form.spaced  # "Meta数据" is a word, "Mercor数据" is not
    if other and after.lstrip("\"'」』》").startswith(cues.against_right):
        return [("part-of-another-word", w.CJK_AGAINST)]
    after = after.lstrip(" \"')』」》")
    if after.startswith((*cues.right, ",")):
        found.append((f"particle-after:{after[:1]}", w.CJK_SIDE))
    before = before.rstrip(" \"'(『「《")
    if before.endswith(cues.left) or (before.endswith(",") and cues.left):
        found.append((f"particle-before:{before[-1:]}", w.CJK_SIDE / 2))
    return found
