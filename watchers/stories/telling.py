"""Merging an entry into its story: who told it, what it says by now, and what is new.

Pure.  Outlets count by publisher family, and by feed where it names none, so a copy adds nothing.  The headline is the
primary source's, else that of the outlet that broke it.  Only a new fact makes a story
speak again; what counts as one is in ``news``.  A rumour that came true is told by the
headline that says so: nobody shall read "in talks" under a deal that was done.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from storage.model import Assignment, Entry, Move, MoveStatus, Outlet, Story
from watchers import outlets
from watchers.links import canonical_url
from watchers.stories.facts import Facts
from watchers.stories.fingerprint import Fingerprint
from watchers.stories.news import fold_moves, new_fact
from watchers.text import fold

MAX_OUTLETS = 40  # more than a message can name; the count stays true to here


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryChange:
    """What an entry does to its story."""

    story: Story  # as it is now
    new_outlet: bool = False  # a publisher family that had not told it
    fact: str | None = None  # what is new, in words for people: a reply
    edited: bool = False  # the message reads otherwise than before


def tell(
    story: Story | None,
    entry: Entry,
    fp: Fingerprint,
    moves: Sequence[Move],
    assignment: Assignment,
) -> StoryChange:
    """The story after ``entry``; ``story`` None opens one."""
    outlet = _outlet(entry, fp)
    if story is None:
        return StoryChange(story=_opened(entry, fp, moves, outlet, assignment), new_outlet=True, edited=True)
    new = not any(_same(outlet, known) for known in story.outlets)
    told = replace(
        story,
        opened=min(story.opened, entry.published),
        updated=max(story.updated, entry.published),
        entities=tuple(dict.fromkeys((*story.entities, *fp.entities))),
        moves=fold_moves(story.moves, moves),
        outlets=_with(story.outlets, outlet),
        follows=story.follows if story.follows is not None else _other(assignment.follows, story.id),
        facts=Facts.decode(story.facts).after(fp).encode(),
    )
    if _leads(outlet, story) or _came_true(story.main, told.main):
        document = entry.document
        told = replace(told, headline=document.title, url=document.url, source=outlet.name)
    shown = (told.headline, told.url, told.outlets, _shown(told.main))
    return StoryChange(
        story=told,
        new_outlet=new,
        fact=new_fact(story, moves, primary=outlet.primary),
        edited=shown != (story.headline, story.url, story.outlets, _shown(story.main)),
    )


def unite(stories: Sequence[Story]) -> Story:
    """One story out of several that proved to be the same event; its id is the survivor's.

    Who was alerted first survives, and who was opened first where nobody was: a message that
    people have seen stays, and nothing that was told is told again.
    """
    kept, *others = sorted(stories, key=lambda s: (s.alerted is None, s.alerted or s.opened, s.id))
    for other in others:
        outlets_of_both = kept.outlets
        for outlet in other.outlets:
            outlets_of_both = _with(outlets_of_both, outlet)
        kept = replace(
            kept,
            opened=min(kept.opened, other.opened),
            updated=max(kept.updated, other.updated),
            entities=tuple(dict.fromkeys((*kept.entities, *other.entities))),
            moves=fold_moves(kept.moves, other.moves),
            outlets=outlets_of_both,
            follows=kept.follows if kept.follows is not None else _other(other.follows, kept.id),
            facts=Facts.decode(kept.facts).with_all(Facts.decode(other.facts)).encode(),
        )
    return kept


def correct(story: Story, entry: Entry) -> Story:
    """The story after one of its entries was edited: its headline and link follow their source.

    Only the entry that gave the headline can change it; it is known by its address, or by
    its outlet and a headline that is mostly the same where the address changed too.
    """
    document = entry.document
    if not document.title:
        return story
    same_page = bool(document.url) and canonical_url(document.url) == canonical_url(story.url)
    if not same_page and not (_from(entry, story) and _mostly_same(document.title, story.headline)):
        return story
    corrected = tuple(
        replace(outlet, url=document.url) if outlet.url == story.url else outlet for outlet in story.outlets
    )
    return replace(story, headline=document.title, url=document.url or story.url, outlets=corrected)


def _opened(
    entry: Entry, fp: Fingerprint, moves: Sequence[Move], outlet: Outlet, assignment: Assignment
) -> Story:
    return Story(
        id=0,
        headline=entry.document.title,
        url=entry.document.url,
        source=outlet.name,
        opened=entry.published,
        updated=entry.published,
        entities=fp.entities,
        moves=fold_moves((), moves),
        outlets=(outlet,),
        follows=assignment.follows,
        facts=Facts().after(fp).encode(),
    )


def _outlet(entry: Entry, fp: Fingerprint) -> Outlet:
    document = entry.document
    host = outlets.family(
        document.url,
        entry.source_url or document.source,
        title=document.title,
        summary=document.summary[:200],
        author=document.author,
    )
    return Outlet(
        family=host,
        name=document.source or host,
        url=document.url,
        published=entry.published,
        primary=outlets.is_primary(document.url, fp.entities),
        feed=0 if entry.names_outlet else entry.feed_id,
    )


def _with(known: tuple[Outlet, ...], outlet: Outlet) -> tuple[Outlet, ...]:
    """The outlets with one more: primary sources first, then by time; each once."""
    for place, other in enumerate(known):
        if _same(outlet, other):
            if outlet.primary and not other.primary:
                return tuple(sorted((*known[:place], outlet, *known[place + 1 :]), key=_order))
            return known
    return tuple(sorted((*known, outlet), key=_order))[:MAX_OUTLETS]


def _same(one: Outlet, other: Outlet) -> bool:
    """Whether two are one voice.

    By family; by name where one has no link to tell its family by; or by feed where nobody is
    named: links to ten hosts in one feed are no ten reports.
    """
    return (
        one.family == other.family
        or (one.name == other.name and not (one.url and other.url))
        or 0 < one.feed == other.feed
    )


def _order(outlet: Outlet) -> tuple[bool, float, str]:
    return not outlet.primary, outlet.published.timestamp(), outlet.family


def _leads(outlet: Outlet, story: Story) -> bool:
    """Whether the entry's headline is the one to show: a primary source, else who broke it."""
    head = next((known for known in story.outlets if known.url == story.url), None)
    if head is None or (head.primary and not outlet.primary):
        return False
    return (outlet.primary and not head.primary) or outlet.published < head.published


def _came_true(before: Move | None, now: Move | None) -> bool:
    rumour = before is not None and before.status is MoveStatus.RUMOUR
    return rumour and now is not None and now.status in (MoveStatus.REPORTED, MoveStatus.CONFIRMED)


def _other(follows: int | None, story: int) -> int | None:
    return None if follows == story else follows


def _shown(move: Move | None) -> object:
    """What a message shows of a move: not where it was found, nor how surely."""
    if move is None:
        return None
    return (
        move.kind,
        move.status,
        move.roles,
        move.names,
        move.title,
        move.amount,
        move.valuation,
        move.people,
    )


def _from(entry: Entry, story: Story) -> bool:
    """Whether the entry comes from the outlet whose headline the story has."""
    family = outlets.family(entry.document.url, entry.source_url or entry.document.source)
    return any(known.family == family and known.url == story.url for known in story.outlets)


def _mostly_same(one: str, other: str) -> bool:
    first, second = set(fold(one).split()), set(fold(other).split())
    return bool(first) and bool(second) and len(first & second) >= 0.6 * min(len(first), len(second))
