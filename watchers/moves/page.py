"""One field of a document, read once: what stands where.

``read`` folds the field and runs the language's automaton over it; ``Page.open`` finds its sentences and
clauses where a phrase may tell a move.  Only the beginning of a field is looked at (``TITLE_READ``,
``LEAD_READ``): news tell their move there, and a text of any length costs the same.  Who the parties are
is ``watchers.moves.parties``; what is asked of it, ``watchers.moves.conditions``.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from storage.model import Mention
from storage.model.noun import maker
from watchers.moves import kinds
from watchers.moves.lexicon import CJK, NO_BLANKS, Frame, Lexicon
from watchers.moves.namesakes import forget_given_names, without_surnames
from watchers.moves.phrases import LEFT, RIGHT, with_capitals
from watchers.text import fold, sentences

TITLE_READ = 300  # code points of a title
LEAD_READ = 1_600  # code points of a summary or text
_BYLINE = re.compile(r"\s\([^()/]{2,60}/[^()]{2,60}\)\s*$")  # "(Ann Smith/Bloomberg)", as aggregators sign
# The first set of signs is what each pause begins with: the rest is tried at those alone.
_PAUSE = re.compile(r"[;|；｜：:\s](?:(?<=[;|；｜])|(?<=[：:])(?=\s|[\u2e80-\uffff])|(?<=\s)[–/-]\s)")
_WIDE_BLANK = re.compile("\u3000+")
_MAY_PAUSE = (":", ";", "|", " - ", " – ", " / ", "；", "｜", "：")  # faster where there is none
# Patterns begin with the signs that they look for: those that begin with a condition are tried everywhere.
COMMA = re.compile(r"[,、](?:(?<!\d,)|(?!\d))")  # folded; not the one inside a number
_APART = re.compile(r"[,、()\"「」『』](?:(?<!\d,)|(?!\d))")


class Hit(NamedTuple):
    """A phrase of the language's table, where it stands; a tuple because a text has many."""

    start: int
    end: int


_NO_HITS: list[Hit] = []
_hit: Callable[[tuple[int, int]], Hit] = partial(tuple.__new__, Hit)  # at half the cost of Hit(start, end)

# A phrase that may tell a move: start, end, and the frames that it triggers.
Trigger = tuple[int, int, tuple[Frame, ...]]

# What the automaton finds: the number of a phrase, where it starts, where it ends.
Match = tuple[int, int, int]

# Where a phrase of the table stands, and the classes, cues and statuses that it belongs to.
Found = tuple[int, int, frozenset[str]]
_START: Callable[[Trigger], int] = itemgetter(0)
END: Callable[[Found], int] = itemgetter(1)
_CLASSES: Callable[[Found], frozenset[str]] = itemgetter(2)


@dataclass(slots=True)
class Page:
    """A field as far as it is read; positions are code points of the raw field."""

    name: str  # "title", "summary" or "text"
    raw: str
    folded: str
    lexicon: Lexicon
    mentions: list[Mention]  # accepted, of this field, the longest where they overlap
    inner: list[Mention]  # the others: "Acme" of "Acme's chief"
    found: list[Found] = field(default_factory=list)  # in the order of their ends
    present: set[str] = field(default_factory=set)  # their classes, and "firm", "watched" where one may be
    triggers: list[Trigger] = field(default_factory=list)  # in order, the longer first of one beginning
    meant: dict[str, list[Hit]] = field(default_factory=dict)  # what ``hits`` has been asked for
    # Empty until ``open``, without which most leads are done with:
    stops: list[tuple[int, int]] = field(default_factory=list)  # where clauses pause, and where they go on
    breaks: list[tuple[int, int]] = field(default_factory=list)  # the same of sentences

    def open(self) -> None:
        """Find what conditions and roles ask for: sentences and pauses."""
        _find_stops(self)

    def hits(self, name: str) -> list[Hit]:
        """The phrases of a class, cue or status, in order, without those that mean nothing where they stand."""
        if name not in self.present:
            return _NO_HITS
        hits = self.meant.get(name)
        if hits is None:
            hits = self.meant[name] = _meant(self, name) if name in _PARTS else _raw(self, name)
        return hits

    def holds(self, classes: frozenset[str], start: int, end: int) -> bool:
        """Whether a phrase of any of the classes lies within two positions."""
        first = bisect_right(self.found, start, key=END)
        for begin, _, names in self.found[first : bisect_right(self.found, end, first, key=END)]:
            if begin >= start and not classes.isdisjoint(names):
                return True
        return False

    def places(self, name: str) -> list[tuple[int, int]]:
        """Where phrases of a class, cue or status stand, whatever they mean there."""
        if name not in self.present:
            return []
        return [(start, end) for start, end, classes in self.found if name in classes]

    def sentence_of(self, position: int) -> int:
        """Number of the sentence that ``position`` is in, from 0."""
        number = 0
        for _, start in self.breaks:
            number += start <= position
        return number

    def clause(self, start: int, end: int) -> tuple[int, int]:
        """The stretch around a span without a pause or the end of a sentence in it."""
        left, right = 0, len(self.folded)
        for begin, finish in self.stops:
            if finish <= start:
                left = finish
            elif begin >= end:
                return left, begin
        return left, right

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """The same, where only the end of a sentence counts."""
        left, right = 0, len(self.folded)
        for begin, finish in self.breaks:
            if finish <= start:
                left = finish
            elif begin >= end:
                return left, begin
        return left, right

    def aside(self, start: int, end: int) -> int:
        """Where a remark (", which …") begins between two positions, else ``end``."""
        if self.folded.find(",", max(0, start - 2), end + 1) < 0:
            return end
        for hit in self.hits("relative"):
            sign = self.folded[max(0, hit.start - 2) : hit.start + 1].lstrip()[:1]
            if start <= hit.start < end and sign == ",":
                return hit.start
        return end

    def first(self, name: str, start: int, end: int) -> Hit | None:
        """The first hit of a class that lies within ``start`` and ``end``."""
        if name in self.present:  # few are
            for hit in self.hits(name):
                if hit.start >= start:
                    if hit.end <= end:
                        return hit
                    if hit.start >= end:
                        break
        return None

    def last(self, name: str, start: int, end: int) -> Hit | None:
        """The last one."""
        if name in self.present:
            for hit in reversed(self.hits(name)):
                if hit.end <= end:
                    if hit.start >= start:
                        return hit
                    if hit.end <= start:
                        break
        return None

    def comma_between(self, start: int, end: int) -> bool:
        """Whether a comma, bracket or quotation mark stands between two positions."""
        return _APART.search(self.folded, start, end) is not None

    def words(self, start: int, end: int) -> list[str]:
        """Folded words between two positions."""
        return _WORD.findall(self.folded, start, end)


_page: Callable[..., Page] = maker(Page)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


def read(name: str, raw: str, lexicon: Lexicon, mentions: Sequence[Mention]) -> Page:
    """Read one field; ``mentions`` are those of the whole document, judged."""
    raw = raw[: TITLE_READ if name == "title" else LEAD_READ]
    if name == "title" and raw.endswith(")") and (byline := _BYLINE.search(raw)):
        raw = raw[: byline.start()]
    folded = fold(raw)
    if lexicon.variants:
        folded = folded.translate(lexicon.variants)
    accepted, length = [], len(raw)
    for mention in mentions:
        if mention.accepted and mention.field == name and mention.end <= length:
            accepted.append(mention)
    here = _longest(accepted)
    inner = [] if here is accepted else [m for m in accepted if m not in here]
    page = _page(name, raw, folded, lexicon, here, inner, [], set(), [], {}, [], [])
    _scan(page, [(m.start, m.end) for m in here] if here else [])
    if "given" in page.present:
        forget_given_names(page)
    if page.triggers and not lexicon.nouns_capital:
        page.triggers = without_surnames(raw, page.triggers)
    return page


def _longest(mentions: list[Mention]) -> list[Mention]:
    """Mentions without those that lie inside or across a longer one, in order."""
    reached = 0
    for mention in mentions:
        if mention.start < reached:
            break
        reached = mention.end
    else:
        return mentions
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: (m.start - m.end, m.start, -m.score)):
        if all(mention.end <= other.start or mention.start >= other.end for other in kept):
            kept.append(mention)
    return sorted(kept, key=lambda m: m.start)


def _find_stops(page: Page) -> None:
    """Fill in where sentences end and clauses pause."""
    ends = sentences(page.raw)
    if len(ends) > 1:
        page.breaks = [(end, begin) for (_, end), (begin, _) in pairwise(ends)]
        page.stops = page.breaks.copy()
    for sign in _MAY_PAUSE:
        if sign in page.folded:
            page.stops += [m.span() for m in _PAUSE.finditer(page.folded)]
            break
    if page.lexicon.verb_last:  # a wide blank parts the clauses of a Japanese headline
        page.stops += [m.span() for m in _WIDE_BLANK.finditer(page.raw)]
    page.stops.sort()


def _scan(page: Page, named: list[tuple[int, int]]) -> None:
    """Fill in the phrases that stand at word boundaries and outside the names of watched entities."""
    folded, lexicon, found, triggers = page.folded, page.lexicon, page.found, page.triggers
    text = with_capitals(folded)
    matches: list[Match] = lexicon.automaton.find_matches_as_indexes(text, overlapping=True)
    phrases, in_name, begin, finish = lexicon.phrases, bytearray(len(folded)), 0, 0
    for left, right in named:
        in_name[left:right] = b"\1" * (right - left)
    if named:
        begin, finish = named[0][0], named[-1][1]
    for number, start, end in matches:
        edges, classes, frames = phrases[number]
        if edges and _is_part(folded, start, end, edges):
            continue
        if (
            start < finish
            and end > begin
            and (in_name[start] or in_name[end - 1])
            and not _around(start, end, named)
        ):
            classes, frames = lexicon.in_names[number]
        found.append((start, end, classes))
        if frames:
            triggers.append((start, end, frames))
    page.present.update(*map(_CLASSES, found))
    if named:
        page.present |= _BY_MENTION
    elif not page.present.isdisjoint(_BY_WORD):
        page.present.add("firm")
    if len(triggers) > 1:
        triggers.reverse()  # from the order of their ends …
        triggers.sort(key=_START)  # … to that of their beginnings, the longer first
    if ignored := page.places("ignore"):
        page.triggers = [t for t in triggers if not _is_covered(t, ignored)]
    if "remedy" in page.present and "stuff" not in page.present:
        page.triggers = list(_unhealed(page))  # data that may have leaked is told all the same


def _is_part(folded: str, start: int, end: int, edges: int) -> bool:
    """Whether a phrase that begins or ends with a digit is a part of a longer word."""
    if edges & LEFT and (before := folded[start - 1 : start]).isalnum() and before < NO_BLANKS:
        return True
    return edges & RIGHT != 0 and (behind := folded[end : end + 1]).isalnum() and behind < NO_BLANKS


def _is_covered(trigger: Trigger, ignored: list[tuple[int, int]]) -> bool:
    """Whether a trigger is a part of a phrase that means something else."""
    for begin, finish in ignored:  # noqa: SIM110 - faster than a generator
        if begin <= trigger[0] and trigger[1] <= finish:
            return True
    return False


def _around(start: int, end: int, named: list[tuple[int, int]]) -> bool:
    """Whether a phrase contains whole names ("vs OpenAI" does), rather than cutting into one."""
    for a, b in named:
        if start < b and a < end and not (start <= a and b <= end and (start, end) != (a, b)):
            return False
    return True


_OF_IDIOMS = frozenset(
    {"background", "work", "round", "deal", "harm", "breakword", "acqword", "contractword", "court"}
)


# Classes whose words may be a part of a phrase that means something else.
_PARTS = _OF_IDIOMS | {"product", "stuff", "against", "job", "nolaunch", "talent", "known", "status:rumour"}


def _meant(page: Page, name: str) -> list[Hit]:
    """The phrases of one of ``_PARTS`` without those that mean nothing where they stand.

    Words that are only a part of a longer one mean nothing: "chief product officer"; in scripts
    without blanks also 首席技术官, 信息流, 机器人, 数据中心, マイクロソフト.
    """
    hits = _raw(page, name)
    lexicon, folded = page.lexicon, page.folded
    touching = bool(lexicon.numbers.counters)
    if name == "product" or (touching and name in ("stuff", "against", "job")):
        wholes = _raw(page, "position")
        if touching:
            wholes += [hit for one in ("product", "datacentre", "known") for hit in _raw(page, one)]
        hits = _outside(hits, wholes)
    elif name == "nolaunch" or (touching and name in ("talent", "known")):
        hits = _outside(hits, page.hits("product"))  # "Study Mode" is no study; 专家数据; デル in モデル
    elif name == "status:rumour" and lexicon.verb_last:  # "…へか", not "…から"
        hits = [h for h in hits if h.end - h.start > 1 or not folded[h.end : h.end + 1].isalnum()]
    elif name in _OF_IDIOMS and lexicon.lang in CJK:
        hits = _outside(hits, _raw(page, "ignore"))
    if name == "harm" and "remedy" in page.present and "stuff" not in page.present:
        hits = [h for h in hits if not _is_healed(page, h.start, h.end)]
    return hits


def _raw(page: Page, name: str) -> list[Hit]:
    """All phrases of a class, in order: they are found in that of their ends."""
    hits = [_hit((start, end)) for start, end, classes in page.found if name in classes]
    if len(hits) > 1:
        hits.sort()
    return hits


def _outside(hits: list[Hit], wholes: Sequence[Hit]) -> list[Hit]:
    """Hits that are no part of one of ``wholes``."""
    if not wholes:
        return hits
    return [hit for hit in hits if not _is_within(hit, wholes)]


def _is_within(hit: Hit, wholes: Sequence[Hit]) -> bool:
    for start, end in wholes:  # noqa: SIM110 - faster than a generator
        if start <= hit.start and hit.end <= end and (start, end) != hit:
            return True
    return False


_BY_MENTION = frozenset({"firm", "watched"})  # computed classes that a mention may stand for …
_BY_WORD = frozenset({"known", "gov", "itself"})  # … and words for which a firm may


_REMEDY_REACH = 16  # code points between a flaw and what is done about it
_NEXT_CLAUSE = re.compile("[,，、。；;：:]")


def _unhealed(page: Page) -> Iterator[Trigger]:
    """Triggers without flaws that are mended or warded off: 脆弱性327件を修正, 修复…崩溃."""
    for start, end, frames in page.triggers:
        if _is_healed(page, start, end):
            frames = tuple(frame for frame in frames if frame.kind is not kinds.INCIDENT)
        if frames:
            yield start, end, frames


def _is_healed(page: Page, start: int, end: int) -> bool:
    for begin, finish in page.places("remedy"):
        left, right = (end, begin) if begin >= end else (finish, start)
        if 0 <= right - left <= _REMEDY_REACH and not _NEXT_CLAUSE.search(page.folded, left, right):
            return True
    return False


def between(hits: Sequence[Hit], start: int, end: int) -> bool:
    """Whether any of ``hits`` (in order) begins within ``start`` and ``end``."""
    i = bisect_left(hits, start, key=lambda h: h.start)
    return i < len(hits) and hits[i].start < end
