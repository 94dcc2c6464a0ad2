"""People and teams: departures, hires, layoffs, reorganisations.

Adds the position somebody leaves or takes, and how many people a move concerns.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from watchers.moves import kinds
from watchers.moves.amounts import find_counts
from watchers.moves.grammar import Counting, Grammar, Posts
from watchers.moves.lexicon import CJK, NO_BLANKS
from watchers.moves.names import Party
from watchers.moves.page import Hit
from watchers.moves.reading import Draft
from watchers.tables import either, leading

# What goes on with "head of …": words that end the name of a post are no part of it.
_FIELD_WORD = re.compile(r"\s([\w&-]+)(?!\w)")
_MOST_FIELD_WORDS = 4
_TITLE_REACH = 90


def finish(draft: Draft) -> None:
    """Fill in title and count."""
    kind = draft.frame.kind
    if kind is kinds.DEPARTURE:
        _settle_origin(draft)
        _origin_in_remark(draft)
    if kind in (kinds.DEPARTURE, kinds.HIRE):
        _add_described_employer(draft)
        _name_houses(draft)
        draft.title = _title(draft)
        draft.people = _count(draft, least=2)
    elif kind is kinds.LAYOFFS:
        draft.people = _count(draft, least=1)
    if kind in (kinds.LAYOFFS, kinds.REORG):
        _settle_employer(draft)


def _name_houses(draft: Draft) -> None:
    """ "Acme's Widget chief leaves": from the house, not from what he ran there."""
    for role in ("from", "to"):
        for at, party in enumerate(draft.roles.get(role, ())):
            if party.slug is not None:
                continue
            owner = next(
                (p for p in draft.parties if p.possessive and p.end < party.start <= p.end + 3), None
            )
            if owner is not None and owner.slug is not None and owner.kind == "org":
                draft.roles[role][at] = owner


def join_changes(drafts: Sequence[Draft]) -> None:
    """ "Ann Smith leaves Acme and joins Quanta": both verbs tell one change, each knows its side."""
    for left in drafts:
        if left.frame.kind is not kinds.DEPARTURE:
            continue
        for joined in drafts:
            if joined.frame.kind is not kinds.HIRE or joined.frame.left != "person":
                continue
            if not left.end <= joined.start <= left.sentence[1]:
                continue
            if (
                not left.page.folded[left.end : joined.start]
                .rstrip()
                .endswith(left.page.lexicon.grammar.joins)
            ):
                continue
            sides = (left.roles.get("person"), joined.roles.get("person"))
            if sides[1] and sides[0] != sides[1]:
                continue
            for source, target in ((joined, left), (left, joined)):
                for role in ("person", "from", "to"):
                    if role in source.roles:
                        target.roles.setdefault(role, list(source.roles[role]))


def _settle_employer(draft: Draft) -> None:
    """ "Smith shakes up Acme's labs": it is Acme's staff, whoever gives the order."""
    known = draft.roles.get("employer", [])
    if not known or any(p.kind != "person" for p in known):
        return
    _, right = draft.page.sentence(draft.start, draft.end)
    firm = next(
        (p for p in draft.parties if draft.end <= p.start < right and p.slug and p.kind == "org"),
        None,
    )
    if firm is not None:
        draft.roles["employer"] = [firm]


def _settle_origin(draft: Draft) -> None:
    """ "A manager from Scale AI leaves Meta": what is left is what stands behind the verb."""
    left = [p for p in draft.roles.get("from", ()) if p.start >= draft.end]
    if left and draft.frame.right == "from":
        draft.roles["from"] = left


def _add_described_employer(draft: Draft) -> None:
    """ "Acme's chief scientist leaves": who is meant by the role, and whom he leaves."""
    if "from" in draft.roles or not draft.page.inner:
        return
    others = {p.slug for parties in draft.roles.values() for p in parties}
    for person in draft.roles.get("person", ()):
        for mention in draft.page.inner:
            inside = person.start <= mention.start and mention.end <= person.end
            if inside and mention.entity not in others and person.slug != mention.entity:
                draft.roles["from"] = [Party(mention.start, mention.end, mention.text, "org", mention.entity)]
                return


def _origin_in_remark(draft: Draft) -> None:
    """ "Ann Smith, head of research at Acme, quits": where from, told with what she is."""
    persons = draft.roles.get("person")
    if draft.roles.get("from") or not persons:
        return
    text = draft.page.folded
    for party in draft.parties:
        inside = persons[-1].end < party.start and party.end <= draft.start
        if (
            inside
            and party.kind != "person"
            and _at(draft.page.lexicon.posts).search(text[persons[-1].end : party.start]) is not None
        ):
            draft.roles["from"] = [party]
            return


def _title(draft: Draft) -> str | None:
    """The position nearest to the trigger: before it for who leaves, after it for who comes."""
    page = draft.page
    if "position" not in page.present:
        return None
    left, right = draft.sentence
    right = min(right, draft.end + _TITLE_REACH)
    left = max(left, draft.start - _TITLE_REACH)
    after = [h for h in page.hits("position") if draft.start <= h.start < right]
    before = [h for h in page.hits("position") if left <= h.start and h.end <= draft.start]
    after = [h for h in after if not _is_past_post(draft, h)]
    before = [h for h in before if not _is_past_post(draft, h)]
    if draft.frame.kind is kinds.DEPARTURE:
        found = before[-1:] or after[:1]
    else:
        found = [h for h in after if _is_taken(draft, h)] or ([] if draft.frame.left == "to" else before[-1:])
    if not found:
        return None
    return _whole_title(draft, _widest(found[0], page.hits("position")))


def _is_past_post(draft: Draft, hit: Hit) -> bool:
    """ "former Apple designer": what somebody was."""
    former = draft.page.last("former", max(0, hit.start - 40), hit.start)
    return (
        former is not None
        and not draft.page.comma_between(former.end, hit.start)
        and _as(draft.page.lexicon.posts).search(draft.page.folded, former.end, hit.start)
        is None  # "hires ex-Acme VP Ann Lee as head of …"
    )


def _is_taken(draft: Draft, hit: Hit) -> bool:
    text = draft.page.folded[max(0, hit.start - 30) : hit.start]
    if draft.page.folded[hit.start] >= NO_BLANKS or draft.page.lexicon.lang in CJK:
        return True
    if _takes(draft.page.lexicon.posts).search(text):
        return True
    persons = draft.roles.get("person", [])
    return any(0 <= hit.start - p.end <= 3 for p in persons)  # "names Ann Smith CEO"


def _widest(hit: Hit, hits: list[Hit]) -> Hit:
    """ "chief executive officer" rather than "chief"."""
    start, end = hit.start, hit.end
    for other in hits:
        if other.start <= end + 1 and other.end >= start - 1 and other.start <= end:
            start, end = min(start, other.start), max(end, other.end)
    return Hit(start, end)


def _whole_title(draft: Draft, hit: Hit) -> str:
    page = draft.page
    end = hit.end - 3 if page.folded.endswith(" of", hit.start, hit.end) else hit.end
    if (both := _and_post(page.lexicon.grammar).match(page.folded, end)) is not None:
        further = [h for h in page.hits("position") if h.start == both.end()]
        end = max((_widest(h, page.hits("position")).end for h in further), default=end)
    tail = _tail(page.lexicon.posts).match(page.folded, end)
    if tail is not None and not any(p.start < tail.end() and p.end > end for p in draft.parties):
        end = _end_of_field(draft, tail.end())
    start = _begin_of_compound(draft, hit.start) if page.lexicon.verb_may_end else hit.start
    if page.lexicon.numbers.counters:
        start, end = _whole_post(draft, hit)
    # "finance chief", "policy chief": one plain word before belongs to it
    word = _WORD_BEFORE.search(page.raw, 0, start)
    if (
        word
        and page.folded[start:end] in page.lexicon.posts.bare
        and word[1] not in page.lexicon.posts.not_bare
    ):
        start -= len(word[0])
    return page.raw[start:end].split("（")[0].strip()


def _begin_of_compound(draft: Draft, start: int) -> int:
    """ "KI-Ethikchefin" rather than "chefin", but "Chefin" alone of "Acme-Chefin" and "Ex-Chefin"."""
    begin = start
    while (part := _COMPOUND.search(draft.page.folded, 0, begin)) is not None:
        apart = any(p.start < begin and part.start() < p.end for p in draft.parties)
        if apart or part[1] in draft.page.lexicon.naming.former:
            break
        begin = part.start()
    return begin


def _end_of_field(draft: Draft, end: int) -> int:
    """Where "vice president of AI …" really ends: "research"."""
    page = draft.page
    begun = {p.start for p in draft.parties} | {start for start, _, _ in page.triggers}
    for _ in range(_MOST_FIELD_WORDS):
        word = _FIELD_WORD.match(page.folded, end)
        if (
            word is None
            or word[1] in page.lexicon.posts.ends
            or word.start(1) in begun
            or not page.raw[end:].strip()
        ):
            break
        end = word.end()
    return end


_WORD_BEFORE = re.compile(r"\b([a-z]+) $")
_COMPOUND = re.compile(r"\b([^\W\d_]+)-?$")  # the part before the last hyphen, or what begins the word
_POST_SIGN = re.compile(r"[\u4e00-\u9fff\u30a1-\u30fa\u30fcA-Za-z]")
_LONGEST_POST = 14


def _whole_post(draft: Draft, hit: Hit) -> tuple[int, int]:
    """Chinese and Japanese: "生成式AI产品管理总监" rather than "总监", "总裁兼副董事长" rather than "总裁"."""
    page, (start, end) = draft.page, hit
    taken = [(p.start, p.end) for p in draft.parties] + [(a, b) for a, b, _ in page.triggers]
    while (
        hit.start - start < _LONGEST_POST
        and start
        and _POST_SIGN.match(page.raw[start - 1])
        and page.raw[start - 1] not in page.lexicon.posts.no_part
        and not any(a < start <= b for a, b in taken)
    ):
        start -= 1
    also = max(
        (
            h.end
            for h in page.hits("position")
            if end < h.start <= end + 2 and page.raw.startswith(page.lexicon.posts.also, end)
        ),
        default=end,
    )
    return start, also


def _count(draft: Draft, least: int) -> int | None:
    page = draft.page
    left, right = draft.sentence
    counts = find_counts(page, max(left, draft.start - 60), min(right, draft.end + 80))
    if counts:
        after = [c for c in counts if c.start >= draft.start]
        for count in (*after, *reversed(counts)):
            if count.value >= least:
                return count.value
    return _bare_count(draft) if draft.frame.kind is kinds.LAYOFFS else None


def _bare_count(draft: Draft) -> int | None:
    """ "lays off 600": a plain number right behind the verb counts people."""
    number = _number_behind(draft.page.lexicon.counting).match(draft.page.folded, draft.end)
    return int(re.sub(r"[.,]", "", number[1])) if number else None


# --- patterns out of the words of a language -------------------------------------------------


@lru_cache(maxsize=64)
def _tail(posts: Posts) -> re.Pattern[str]:
    """ " of research and safety" behind "head"."""
    return re.compile(
        rf"\s(?:{either(posts.of)})\s(?:{leading(posts.articles)})?[\w&-]+(?:\s(?:{either((*posts.ands, '&'))})\s[\w&-]+)?"
    )


@lru_cache(maxsize=64)
def _and_post(grammar: Grammar) -> re.Pattern[str]:
    return re.compile(rf"\s(?:{either((*grammar.ands, '&'))})\s(?=\w)")


@lru_cache(maxsize=64)
def _as(posts: Posts) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{either(posts.become)})\b")


@lru_cache(maxsize=64)
def _at(posts: Posts) -> re.Pattern[str]:
    """ "… at", where the text ends."""
    return re.compile(rf"\s(?:{either(posts.at)})\s?(?:{leading(posts.at_articles)})?$")


@lru_cache(maxsize=64)
def _takes(posts: Posts) -> re.Pattern[str]:
    """ "… named its first", where the text ends."""
    return re.compile(rf"\b(?:{either(posts.taken)})\s(?:{leading(posts.taken_more)})*$")


@lru_cache(maxsize=64)
def _number_behind(counting: Counting) -> re.Pattern[str]:
    return re.compile(
        rf"\s(?:{leading(counting.about_people)})?(\d{{1,3}}(?:[.,]\d{{3}})+|\d{{2,6}})"
        rf"(?![\d.,]*\s?(?:[%$€£]|{either(counting.per)}))\b"
    )
