"""What led up to a story: the earlier ones that a reader should know, and why.

Pure and deterministic.  The store finds candidates by entity; here they are ranked by
relation, rarity and recency, and only related ones stay.
"""

from collections.abc import Sequence
from datetime import datetime

from storage.model import ContextLine, Story
from watchers.stories.fingerprint import Fingerprint


def rank(
    story: Story, fp: Fingerprint, candidates: Sequence[Story], now: datetime, limit: int = 5
) -> tuple[ContextLine, ...]:
    """At most ``limit`` earlier stories, the most telling first."""
    lines = []
    for earlier in candidates:
        if earlier.id == story.id or earlier.merged_into is not None or earlier.opened >= now:
            continue
        shared = [slug for slug in story.entities if slug in earlier.entities]
        continued = earlier.id == story.follows
        if not continued and len(shared) < 2:
            continue
        why = "continues this story" if continued else "same parties"
        lines.append((not continued, -len(shared), -earlier.opened.timestamp(), earlier.id, why, earlier))
    return tuple(
        ContextLine(story=found.id, headline=found.headline, url=found.url, published=found.opened, why=why)
        for *_, why, found in sorted(lines, key=lambda line: line[:4])[:limit]
    )
