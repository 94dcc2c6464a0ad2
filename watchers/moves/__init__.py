"""Typed moves: who went where, who bought, funded, sued or supplied whom.

    title, then lead        read once by the automaton of their language (page, lexicon)
      -> trigger phrases    whose frame finds what it asks for around it (conditions)
      -> parties            watched entities and other names, listed or found (names, parties)
      -> particulars        amounts, titles, counts, sides (money, people, deals, …)
      -> certainty          rumour, denial, background (status)
      -> choice             one main move, the others behind it (choose)

The phrases are data: ``watchers/terms/<language>.toml``.  Who is meant is decided before,
in ``watchers.matching``; whether it is told to anybody after, in ``watchers.triage``.
"""

from collections.abc import Mapping, Sequence
from itertools import chain

from storage.model import Document, Entity, Mention, Move, Watchlist
from watchers.moves import choose, deals, kinds, money, people, product, status, trouble
from watchers.moves.conditions import fits, may_fit
from watchers.moves.lexicon import CJK, Frame, Lexicon
from watchers.moves.page import Page, read
from watchers.moves.reading import Draft, Reading, Spot
from watchers.moves.roles import bind
from watchers.moves.terms import lexicon_for
from watchers.text import detect_lang, language_of

__all__ = ["detect"]

FULL_SUMMARY = 120  # code points from which a summary stands for the text
MOST_TRIGGERS = 48  # phrases of one field that are followed up; news need a handful
ROUNDUP_READ = 60  # code points in which a lead says that it is a digest
_LATER = 0.04  # what a phrase loses for each clause of the headline before it
_LATER_KIND = 0.94  # and for each kind of move told before it: "teams up with X to build Y"
_LEAD_FACTORS = (0.84, 0.76, 0.66, 0.62, 0.58)  # by sentence of the lead
_UNPARTIED = 0.75  # nobody was found who does it or has it done
_UNPARTIED_LEAD = 0.7  # a lead that names nobody tells it in passing
_WATCHED = 1.03  # a watched entity plays a part
_ROLE = 0.01  # what each role that is filled adds
_REVIEWED = 0.6  # "we tried the new glasses of X": what is on the market already
_LABEL_READ = 24  # code points in which a headline calls itself a comment
_OPINION = 0.55  # what is left where it does
_EXPLAINED = 0.62  # what a lead tells below a headline that only asks or explains
_APART = 0.6  # what is left of what a lead tells beside a headline that is about something else
_HEADLINE_WORDS = 3  # and one more: what is shorter is about nothing
_QUESTION = " ?!…"
_FEATURE = 0.9  # "how", "inside", "why": rather about than of the move

# What is shown to everybody is told by who shows it as often as by its name.
_SHOWN = frozenset({kinds.LAUNCH, kinds.LEGAL, kinds.INFRASTRUCTURE})
_BARGAINS = frozenset({kinds.PARTNERSHIP, kinds.CONTRACT})

_FINISH = {
    kinds.DEPARTURE: people.finish,
    kinds.HIRE: people.finish,
    kinds.LAYOFFS: people.finish,
    kinds.REORG: people.finish,
    kinds.FUNDING: money.finish,
    kinds.ACQUISITION: money.finish,
    kinds.PARTNERSHIP: deals.finish,
    kinds.BREAKUP: deals.finish,
    kinds.CONTRACT: deals.finish,
    kinds.LAUNCH: product.finish,
    kinds.INFRASTRUCTURE: product.finish,
    kinds.LEGAL: trouble.finish,
    kinds.INCIDENT: trouble.finish,
}


def detect(document: Document, mentions: Sequence[Mention], watchlist: Watchlist) -> tuple[Move, ...]:
    """The moves that ``document`` tells, main move first; empty when it tells none.

    ``mentions`` are the matcher's, accepted or not.  Pure; the beginning of each field is
    read (``page.TITLE_READ``, ``page.LEAD_READ``), so the time does not grow with the text.
    """
    lang = language_of(document.title, document.summary, document.lang)
    pages = [read("title", document.title, _lexicon(document.title, lang), mentions)]
    if document.summary:
        pages.append(read("summary", document.summary, _lexicon(document.summary, lang), mentions))
    if document.text and len(document.summary) < FULL_SUMMARY:
        pages.append(read("text", document.text, _lexicon(document.text, lang), mentions))
    if _is_roundup(pages):
        return ()
    entities = watchlist.by_slug()
    drafts: list[Draft] = []
    for page in pages:
        drafts += _drafts(page, entities, document)
    if drafts and drafts[-1].page is not pages[0]:  # further down than the headline
        told = [draft for draft in drafts if not draft.frame.last_resort]
        if told and told[0].page is not pages[0] and _explains(pages[0]):
            for draft in told:
                draft.score *= _EXPLAINED
    if drafts and len(pages) > 1 and not any(m.accepted and m.field == "title" for m in mentions):
        _tell_apart(drafts, pages[0])
    return choose.merge(choose.rank(drafts))


def _lexicon(text: str, lang: str | None) -> Lexicon:
    """The table for one field: a headline may be English above a Japanese summary."""
    if lang in ("zh", "ja", "ko", "ru") and text[:300].isascii():
        return lexicon_for(detect_lang(text[:300]))
    if lang not in ("zh", "ja", "ko") and not text[:120].isascii():
        return lexicon_for(detect_lang(text[:300], lang))
    return lexicon_for(lang)


def _is_roundup(pages: Sequence[Page]) -> bool:
    """Whether the text collects several stories: none of them is the move of this entry."""
    if "roundup" in pages[0].present:
        return True
    if len(pages) < 2 or "roundup" not in pages[1].present:
        return False
    return any(start < ROUNDUP_READ for start, _ in pages[1].places("roundup"))


def _explains(title: Page) -> bool:
    """Whether a headline opens like a feature or a question: what its lead tells beside it is background.

    In scripts without blanks it ends like one: "…とは？".
    """
    cue = title.first("feature", 0, _LABEL_READ)
    if cue is not None and cue.start <= 1:
        return True
    if title.lexicon.lang not in CJK or not (cues := title.hits("feature")):
        return False
    return max(cue.end for cue in cues) >= len(title.folded.rstrip(_QUESTION))


def _tell_apart(drafts: Sequence[Draft], title: Page) -> None:
    """Below a headline that names nobody watched and tells nothing of the kind, what a lead says of them is background."""
    if title.folded.count(" ") < _HEADLINE_WORDS:
        return  # "Notes": no headline
    told = {frame.kind for _, _, frame in may_fit(title, MOST_TRIGGERS) if not frame.last_resort}
    for draft in drafts:
        if draft.page is title or draft.frame.kind in told or draft.frame.kind in _SHOWN:
            continue
        watched = [party for parties in draft.roles.values() for party in parties if party.slug]
        if watched and all(party.kind != "person" for party in watched):
            draft.score *= _APART


def _drafts(page: Page, entities: Mapping[str, Entity], document: Document) -> list[Draft]:
    tried = may_fit(page, MOST_TRIGGERS)
    if not tried and page.name != "title":
        return []  # as most leads
    page.open()
    reading = Reading(page, entities)
    drafts: list[Draft] = []
    resorts: list[Draft] = []
    spot: Spot | None = None
    title = page.name == "title"
    reviewed = title and "review" in page.present
    for start, end, frame in tried:
        if drafts and _is_told(drafts, start, end, frame):
            continue  # a longer phrase of the same kind says it better
        if spot is None or (spot.start, spot.end) != (start, end):
            spot = Spot(reading, start, end)
        if not fits(frame, spot) or (not title and _is_in_a_name(page, start)):
            continue
        if frame.kind in _BARGAINS and _is_for_power(spot):
            continue
        if title and frame.kind is kinds.LAUNCH and _is_site(spot):
            continue
        draft = Draft.at(spot, frame)
        bind(draft)
        _FINISH[frame.kind](draft)
        _fill_topic(draft)
        draft.score = frame.weight * _place(page, start) * status.judge(draft, document) * _cast(draft)
        if reviewed and frame.kind is kinds.LAUNCH:
            draft.score *= _REVIEWED
        if frame.last_resort:
            resorts.append(draft)
            continue
        if drafts:
            told = {d.frame.kind for d in drafts if d.start < start and not d.background}
            draft.score *= _LATER_KIND ** min(2, len(told))
        drafts.append(draft)
    status.tell_alone(drafts)
    people.join_changes(drafts)
    if title and not drafts and (bare := product.bare_name(reading)) is not None:
        bare.score = bare.frame.weight * _place(page, 0)
        drafts.append(bare)
    return drafts + resorts


def _is_told(drafts: Sequence[Draft], start: int, end: int, frame: Frame) -> bool:
    for draft in drafts:
        if draft.start <= start and end <= draft.end and draft.frame.kind is frame.kind:
            return True
    return False


def _is_in_a_name(page: Page, start: int) -> bool:
    """ "the Flight Deal Finder": behind a word with a capital, one with a capital belongs to its name."""
    raw = page.raw
    if (
        page.lexicon.nouns_capital
        or not raw[start : start + 1].isupper()
        or not raw[start + 1 : start + 2].islower()
    ):
        return False
    before = raw[:start].rsplit(None, 1)[-1:] if raw[start - 1 : start] == " " else ()
    return any(word[0].isupper() and word[-1].isalnum() for word in before)


def _is_for_power(spot: Spot) -> bool:
    """Power for one's machines, whoever it is bought from, is infrastructure, unless it is much."""
    page, sentence = spot.page, spot.sentence
    return (
        page.first("energy", *sentence) is not None
        and page.first("gigawatts", *sentence) is None
        and not spot.reading.amounts(*sentence)
    )


def _is_site(spot: Spot) -> bool:
    """Whether a data centre is what is shown: infrastructure, whatever the verb."""
    page, end = spot.page, spot.end
    site = page.first("datacentre", end, min(spot.right, end + page.lexicon.next_reach))
    return (
        site is not None
        and page.first("border", end, site.start) is None
        and page.first("product", end, site.start) is None
    )


_TOPIC_ROLE = {
    kinds.DEPARTURE: "from",
    kinds.HIRE: "to",
    kinds.FUNDING: "recipient",
    kinds.LEGAL: "defendant",
    kinds.LAYOFFS: "employer",
    kinds.REORG: "employer",
    kinds.LAUNCH: "owner",
    kinds.INFRASTRUCTURE: "owner",
    kinds.INCIDENT: "owner",
}


def _fill_topic(draft: Draft) -> None:
    """ "Acme: the chief lawyer resigns": whom a headline is about stands before its colon."""
    role, page = _TOPIC_ROLE.get(draft.frame.kind), draft.page
    if role is None or role in draft.roles or page.name != "title" or ":" not in page.folded:
        return
    told = draft.reading.parties(0, draft.start)
    before = [p for p in told if p.end < draft.start and p.slug is not None]
    topic = before[0] if before else None
    if topic is None or topic.kind == "person":
        return
    named = topic.start <= 1 and page.folded[topic.end : topic.end + 2].lstrip().startswith(":")
    alone = not draft.roles and len(before) == 1 and ":" in page.folded[topic.end : draft.start]
    if named or alone:
        draft.roles[role] = [topic]


def _place(page: Page, start: int) -> float:
    """What the place of a phrase is worth: the headline most, its first clause first."""
    if page.name == "title":
        factor = 1.0
        if page.stops:
            factor -= _LATER * min(4, sum(finish <= start for _, finish in page.stops))
        factor -= 0.03 * min(3, page.folded.count(",", 0, start))
        if _is_opinion(page):
            return factor * _OPINION
        return factor * (_FEATURE if page.hits("feature") else 1.0)
    return _LEAD_FACTORS[min(page.sentence_of(start), len(_LEAD_FACTORS) - 1)]


def _is_opinion(page: Page) -> bool:
    """Whether the headline calls itself a comment: "Kommentar: …", "Tribune. …"."""
    label = page.first("opinion", 0, _LABEL_READ)
    return label is not None and label.start <= 1 and page.folded[label.end :].lstrip()[:1] in (":", ".", "|")


def _cast(draft: Draft) -> float:
    parties = list(chain.from_iterable(draft.roles.values()))
    if not parties:
        return _UNPARTIED if draft.page.name == "title" else _UNPARTIED_LEAD
    filled = 1.0 + _ROLE * min(2, len(draft.roles))
    for party in parties:
        if party.slug:
            return filled * _WATCHED
    return filled
