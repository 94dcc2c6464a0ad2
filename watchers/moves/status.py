"""How sure a text is of a move, and when it happened: rumour, denial, conditional, background.

Reads the cues around a trigger and sets the draft's status; what is told as background
(an earlier event in a clause of its own) is marked, and counts little.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from storage.model import Document, MoveStatus
from watchers.moves import kinds
from watchers.moves.grammar import Clauses, Grammar
from watchers.moves.inversion import is_noun, is_preposition
from watchers.moves.lexicon import CJK
from watchers.moves.page import COMMA, Hit, Page
from watchers.moves.reading import Draft
from watchers.tables import either

NEGATED = 0.8  # what is left of a score when the text denies the move
QUESTIONED = 0.8  # when it asks
SUPPOSED = 0.92  # when it could happen
ADVISED = 0.55  # when somebody only says that it had better happen
BACKGROUND = 0.45  # when it is told as something earlier
BESIDE = 0.85  # when it happens beside something that is no move
PAST = 0.6  # when a date of long ago stands beside it
_NEGATION_REACH = 30
_CUE_REACH = 70
_RELATIVE_REACH = 34
_BACKGROUND_REACH = 14
_OWN_WORDS = 4  # between an owner and what is his: "Acme's long-awaited cloud deal"
_AFTERWARDS_REACH = 12  # "…事件后，", "…を受け": what stands before it went before
# A negated launch or partnership is no move; a negated exit, hire, purchase or order is news by itself.
_DENIABLE = frozenset(
    {
        kinds.DEPARTURE,
        kinds.HIRE,
        kinds.LAYOFFS,
        kinds.ACQUISITION,
        kinds.CONTRACT,
        kinds.FUNDING,
        kinds.BREAKUP,
        kinds.INCIDENT,
    }
)

# Without any of these, and where blanks part the words, nothing is earlier, denied or unsure.
_CUES = frozenset(
    "background opening recounted afterwards relative past dated negation conditional advised"
    " status:denied status:rumour status:reported status:confirmed".split()
)
_STATED = ("status:reported", "status:confirmed", "status:denied", "stating")


def judge(draft: Draft, document: Document) -> float:
    """Set the draft's status; return the factor that its score is to be multiplied with."""
    page = draft.page
    factor = 1.0
    cued = page.lexicon.lang in CJK or not page.present.isdisjoint(_CUES)  # few headlines are
    if cued:
        if is_background(draft) or _is_attribute(draft) or _is_presupposed(draft):
            draft.background = True
            factor *= BACKGROUND
        elif _is_long_past(page, draft):
            factor *= PAST
        denied = _denied(page, draft)
        if denied or _negated(page, draft):
            draft.status = MoveStatus.DENIED
            deniable = draft.frame.kind in _DENIABLE and not _never(page, draft)
            return factor * (NEGATED if denied or deniable else 0.3)
    if draft.frame.status is not None:
        draft.status = draft.frame.status
    elif cued and page.name == "title" and _cue_before(page, draft, "advised"):
        draft.status = MoveStatus.RUMOUR
        factor *= ADVISED
    elif cued and (_cue_before(page, draft, "conditional") or _cue_before(page, draft, "status:rumour")):
        draft.status = MoveStatus.RUMOUR
        factor *= SUPPOSED
    elif _asks(page, draft):
        draft.status = MoveStatus.RUMOUR
        factor *= QUESTIONED
    elif cued and _in_sentence(page, draft, "status:reported"):
        draft.status = MoveStatus.REPORTED
    elif (cued and _in_sentence(page, draft, "status:confirmed")) or _is_own_word(document, draft):
        draft.status = MoveStatus.CONFIRMED
    return factor


def _is_attribute(draft: Draft) -> bool:
    """ "X推出的Y", "Xを去ったY氏", "Xが買収したY", "Xを率いる同氏": a verb right before a name only says whose name it is."""
    page, end, words = draft.page, draft.end, draft.page.lexicon.clauses
    if words.attribute_marks:
        if draft.frame.kind is kinds.FUNDING and _worth(words).match(page.folded, end) is not None:
            return True
        return (
            page.folded.startswith(words.attribute_marks, end)
            and page.folded[end + 1 : end + 3].lstrip()[:1].isalnum()
        )
    if not page.lexicon.verb_last:
        return False
    if draft.frame.kind is not kinds.LAUNCH and _done(words).match(page.folded, end) is not None:
        return True
    named = any(p.start == end and p.kind == "person" for p in draft.parties)
    named = named or page.folded.startswith(words.same_person, end)
    return named and page.folded[:end].endswith(words.attribute_endings)


def _is_presupposed(draft: Draft) -> bool:
    """A lead that speaks of "Acme's $6 billion deal to buy Corvid" takes for known what its headline does not tell."""
    page = draft.page
    if page.name == "title" or page.first("deal", draft.start, draft.end) is None:
        return False
    owner = next((p for p in reversed(draft.parties) if p.end <= draft.start), None)
    return owner is not None and owner.possessive and len(page.words(owner.end, draft.start)) <= _OWN_WORDS


def tell_alone(drafts: Sequence[Draft]) -> None:
    """ "Stocks slide as X unveils Y": where a headline tells nothing else, what happens beside it is the news."""
    if not drafts or drafts[0].page.name != "title":
        return
    for draft in drafts:
        if not draft.background:
            return
    for draft in drafts:
        page, left = draft.page, draft.clause[0]
        beside = page.last("simultaneous", left, draft.start + 1)
        if beside is None or beside != page.last("background", left, draft.start + 1):
            continue
        if beside.start > draft.sentence[0] + 1 and not _comma(page, beside.end, draft.start):
            draft.background = False
            draft.score *= BESIDE / BACKGROUND


def is_background(draft: Draft) -> bool:
    """Whether the trigger stands in a clause that tells what went before.

    "X buys Y after raising …": from "after" on, up to the next comma.  A clause that opens
    the sentence ("After raising …, X buys Y") ends at its comma too.
    """
    page, start, end = draft.page, draft.start, draft.end
    left = draft.clause[0]
    if page.lexicon.numbers.counters:  # scripts without blanks pause less and say more in a sign
        left = max(left, start - _BACKGROUND_REACH)
    cue = page.last("background", left, start + 1)
    if (
        cue is not None
        and not _comma(page, cue.end, start)
        and not _is_passive_of_reason(page, cue, start)
        and not _tells_how_long(page, cue)
        and not _is_particle(page, cue)
        and not _governs_a_noun(page, cue, start, end)
        and not any(h.start <= cue.start and cue.end <= h.end for h in page.hits("status:rumour"))
    ):
        return True
    if _opens_with_circumstance(draft) or _is_recounted(page, draft):
        return True
    words = page.lexicon.clauses
    if words.afterwards and _afterwards(words).match(page.folded, end) is not None:
        return True
    if words.because and page.folded[end : draft.clause[1]].strip() in words.because:
        return True
    if page.first("afterwards", end, end + _AFTERWARDS_REACH) is not None:
        return True
    relative = page.last("relative", max(left, start - _RELATIVE_REACH), start)
    if relative is None or _comma(page, relative.end, start):
        return False
    if 0 < words.relative_words <= len(page.words(relative.end, start)):
        return False  # "the researcher who led the models of X leaves for Y"
    if _has_its_verb(page, relative, start):
        return False  # "the son who died sues X"
    if any(relative.end <= a and b <= start for a, b, _ in page.triggers):
        return False  # "the manager who came from X leaves Y": the clause already has its verb
    # "confirms that Meta invests" is no relative clause: what is confirmed is the news
    stated = (page.last(name, relative.start - 20, relative.start) for name in _STATED)
    return not any(word is not None and relative.start - word.end <= 1 for word in stated)


def _has_its_verb(page: Page, relative: Hit, start: int) -> bool:
    """Whether a verb of its own follows the "who" of a relative clause before ``start``."""
    if page.first("person_relative", relative.start, relative.end) is None or not page.words(
        relative.end, start
    ):
        return False
    helper = page.first("auxiliary", relative.end, start)
    return helper is None or helper.start > relative.end + 1


def _is_recounted(page: Page, draft: Draft) -> bool:
    """ "opens up about his exit": what somebody looks back on; "in talks about" is no such look."""
    told = page.last("recounted", draft.sentence[0], draft.start)
    return told is not None and not any(h.start < told.start < h.end for h in page.hits("status:rumour"))


def _is_passive_of_reason(page: Page, cue: Hit, start: int) -> bool:
    """ "因…被起诉": only what was done is the reason; what follows from it is the news."""
    words = page.lexicon.clauses
    if page.folded[cue.start] not in words.reasons:
        return False
    closes = start - cue.end > 1 and any(
        end == len(page.folded) for begin, end, _ in page.triggers if begin == start
    )
    return closes or page.folded.startswith(words.consequences, start)  # "因…辞职": the last verb is the news


def _tells_how_long(page: Page, cue: Hit) -> bool:
    return (
        page.lexicon.verb_may_end and _so_long(page.lexicon.grammar).match(page.folded, cue.end) is not None
    )


def _governs_a_noun(page: Page, cue: Hit, start: int, end: int) -> bool:
    """ "After the breach ends X its work": in German and Dutch the verb is not the preposition's."""
    if not page.lexicon.verb_may_end or not is_preposition(page, cue) or is_noun(page, start, end):
        return False
    both = page.words(cue.start, cue.end)[0] in page.lexicon.grammar.inverting_clauses
    return not both or COMMA.search(page.folded, end, page.sentence(start, end)[1]) is None


def _is_particle(page: Page, cue: Hit) -> bool:
    """ "stellt X vor und verlässt …": the particle of the verb before, which an "and" joins to the next."""
    if not page.lexicon.verb_may_end:
        return False
    following = page.folded[cue.end : cue.end + 8].split()
    return bool(following) and following[0] in page.lexicon.grammar.ands


def _opens_with_circumstance(draft: Draft) -> bool:
    """ "As job losses loom, X launches": a word that makes what follows it a circumstance
    only where it opens the sentence."""
    page, start, left = draft.page, draft.start, draft.sentence[0]
    cue = page.first("opening", left, left + 12)
    return cue is not None and cue.start <= left + 1 and cue.end <= start and not _comma(page, cue.end, start)


def _comma(page: Page, start: int, end: int) -> bool:
    return COMMA.search(page.folded, start, end) is not None


def _is_long_past(page: Page, draft: Draft) -> bool:
    """Whether a date of long ago stands beside it; for a lead, a month without its day is long ago."""
    left, right = draft.clause
    told, past = page.folded[draft.start : draft.end], page.lexicon.clauses.past_endings
    over = page.name != "title" and (not past or told.endswith(past))
    for name in ("past", "dated") if over else ("past",):
        if name not in page.present:
            continue
        after = page.first(name, draft.end, min(right, draft.end + 90))
        if after is not None and not _comma(page, draft.end, after.start):
            return True
        before = page.last(name, max(left, draft.start - 30), draft.start)
        if before is not None and not _comma(page, before.end, draft.start):
            return True
    return False


def _never(page: Page, draft: Draft) -> bool:
    """ "never raised money" tells how somebody is, where "won't raise money" is news; a hire that failed is none."""
    names = ("never", "frustrated") if draft.frame.kind is kinds.HIRE else ("never",)
    left = max(draft.clause[0], draft.start - _NEGATION_REACH)
    return any(page.last(name, left, draft.start) is not None for name in names)


def _negated(page: Page, draft: Draft) -> bool:
    if "negation" not in page.present:
        return False
    left, right = draft.clause
    cue = page.last("negation", max(left, draft.start - _NEGATION_REACH), draft.start + 1)
    if cue is not None and not _comma(page, cue.end, draft.start):
        return True
    if page.lexicon.verb_last:
        return page.first("negation", draft.start, min(right, draft.end + 12)) is not None
    if page.lexicon.verb_may_end:
        after = page.first("negation", draft.end, min(right, draft.end + 60))
        return after is not None and not _comma(page, draft.end, after.start)
    return False


def _denied(page: Page, draft: Draft) -> bool:
    if "status:denied" not in page.present:
        return False
    left, right = draft.sentence
    before = page.last("status:denied", max(left, draft.start - _CUE_REACH), draft.start + 1)
    if before is not None and not _comma(page, before.end, draft.start):
        return True
    if page.lexicon.verb_last:
        return page.first("status:denied", draft.end, min(right, draft.end + 24)) is not None
    return False


def _cue_before(page: Page, draft: Draft, name: str) -> bool:
    """A cue that governs the trigger: before it in its clause, or inside the phrase itself."""
    if name not in page.present:
        return False
    left, right = draft.clause
    before = page.last(name, max(left, draft.start - _CUE_REACH), draft.end)
    if before is not None and not _comma(page, before.end, draft.start):
        return True
    if page.lexicon.verb_last or page.lexicon.verb_may_end:
        after = page.first(name, draft.end, min(right, draft.end + 60))
        return after is not None and (page.lexicon.verb_last or not _comma(page, draft.end, after.start))
    return False


def _in_sentence(page: Page, draft: Draft, name: str) -> bool:
    hits = page.hits(name)
    if not hits:
        return False
    left, right = draft.sentence
    for hit in hits:  # noqa: SIM110 - faster than a generator
        if left <= hit.start < right:
            return True
    return False


def _asks(page: Page, draft: Draft) -> bool:
    left, right = draft.sentence
    return page.folded[left : right + 1].rstrip().endswith(("?", "？"))


def _labels_of(url: str) -> frozenset[str]:
    return _labels_of_site("/".join(url.split("/", 3)[:3]))


@lru_cache(maxsize=256)
def _labels_of_site(url: str) -> frozenset[str]:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:  # "http://[x"
        return frozenset()
    return frozenset(label.replace("-", "") for label in host.split(".")[:-1]) - {""}


def _is_own_word(document: Document, draft: Draft) -> bool:
    """Whether the text comes from a party's own site: its newsroom, blog or filing."""
    if not document.url:
        return False
    labels = _labels_of(document.url)
    for parties in draft.roles.values():
        for party in parties:
            if not labels.isdisjoint(_labels_for(party.slug or "", party.name)):
                return True
    return False


@lru_cache(maxsize=1024)
def _labels_for(slug: str, name: str) -> frozenset[str]:
    """What somebody's own site may be called."""
    slug = slug.replace("-", "")
    return frozenset({slug, slug.removesuffix("ai"), "".join(c for c in name.lower() if c.isalnum())})


# --- patterns out of the words of a language -------------------------------------------------


@lru_cache(maxsize=64)
def _worth(words: Clauses) -> re.Pattern[str]:
    """ "估值290亿美元的X": what somebody is worth, not what is paid."""
    return re.compile(words.worth or "(?!)")


@lru_cache(maxsize=64)
def _done(words: Clauses) -> re.Pattern[str]:
    """ "買収したX"."""
    return re.compile(rf"(?:{either(words.done)})(?![{words.not_done_before}\s]|$)")


@lru_cache(maxsize=64)
def _afterwards(words: Clauses) -> re.Pattern[str]:
    """ "合并后…", "离开X后…": what stands before it is over."""
    return re.compile(rf"[^，,。；：]{{0,14}}?(?:{either(words.afterwards)})(?![{words.not_afterwards}])")


@lru_cache(maxsize=64)
def _so_long(grammar: Grammar) -> re.Pattern[str]:
    """ "Nach nur fünf Monaten verlässt X …": how long it was, not what went before (the verb comes second)."""
    return re.compile(rf"\s(?:(?:{either(grammar.only)})\s)?[^\W_]+\s(?:{either(grammar.time_units)})\b")
