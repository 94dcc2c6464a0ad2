"""Merging an entry into its story: who told it, and what is new.

Pure.  Outlets count by publisher family; a copy adds nothing.  Only a new fact (status, a
person, a role, an amount, a reversal) makes a story speak again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from storage.model import Assignment, Entry, Move, Outlet, Story
from watchers import outlets
from watchers.stories.fingerprint import Fingerprint


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
    document = entry.document
    outlet = Outlet(
        family=outlets.family(document.url, document.source, title=document.title, summary=document.summary,
                              author=document.author),
        name=document.source,
        url=document.url,
        published=entry.published,
        primary=outlets.is_primary(document.url, fp.entities),
    )  # fmt: skip
    if story is None:
        opened = Story(
            id=0,
            headline=document.title,
            url=document.url,
            source=document.source,
            opened=entry.published,
            updated=entry.published,
            entities=fp.entities,
            moves=tuple(moves),
            outlets=(outlet,),
            follows=assignment.follows,
        )
        return StoryChange(story=opened, new_outlet=True, edited=True)
    new = all(outlet.family != known.family for known in story.outlets)
    told = replace(
        story,
        opened=min(story.opened, entry.published),
        updated=max(story.updated, entry.published),
        entities=tuple(dict.fromkeys((*story.entities, *fp.entities))),
        moves=story.moves or tuple(moves),
        outlets=(*story.outlets, outlet) if new else story.outlets,
    )
    return StoryChange(story=told, new_outlet=new, edited=new)


def correct(story: Story, entry: Entry) -> Story:
    """The story after one of its entries was edited: its headline and link follow their source."""
    if entry.document.url and entry.document.url == story.url:
        return replace(story, headline=entry.document.title or story.headline)
    return story
