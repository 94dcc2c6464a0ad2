"""What "Not relevant" teaches: an alias among certain words means nothing to a server.

Pure.  A lesson keeps the telling words around the alias.  A later mention of the alias is
lowered by the lesson's weight times the share of those words that stand around it, too: the
same words with an unmistakable name fall below the bar at once, an ambiguous one falls with
a third of them, and the alias elsewhere is heard as before.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from storage.model import Document, Lesson, Mention, Move
from watchers.text import fold, sentences

MIN_SCORE = 0.5  # a mention below it is not heard, as in ``watchers.triage``
MOST_WORDS = 16
_WORD = re.compile(r"[^\W\d_]{4,}|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2}")


def taught(
    guild: int,
    document: Document,
    mentions: Iterable[Mention],
    now: datetime,
    *,
    story: int,
    by: int | None = None,
) -> tuple[Lesson, ...]:
    """The lessons of one press: one for each alias that was taken as meant, in its first place."""
    found: dict[tuple[str, str], Lesson] = {}
    for mention in mentions:
        alias = fold(mention.text)
        if mention.accepted and (mention.entity, alias) not in found:
            found[mention.entity, alias] = Lesson(
                id=0,
                guild=guild,
                entity=mention.entity,
                alias=alias,
                words=telling(document, mention),
                story=story,
                headline=document.title,
                by=by,
                at=now,
            )
    return tuple(found.values())


def lowered(
    document: Document, mentions: tuple[Mention, ...], lessons: Sequence[Lesson]
) -> tuple[Mention, ...]:
    """``mentions`` as a server with ``lessons`` hears them; the same object where nothing changes."""
    if not lessons:
        return mentions
    by_alias: dict[tuple[str, str], list[Lesson]] = {}
    for lesson in lessons:
        by_alias.setdefault((lesson.entity, lesson.alias), []).append(lesson)
    heard = tuple(
        _lower(document, one, by_alias.get((one.entity, fold(one.text)), ())) if one.accepted else one
        for one in mentions
    )
    return mentions if heard == mentions else heard


def without(moves: tuple[Move, ...], slugs: frozenset[str]) -> tuple[Move, ...]:
    """``moves`` to whom these entities are strangers: their written names stay."""
    return tuple(_estranged(move, slugs) for move in moves)


def telling(document: Document, mention: Mention) -> tuple[str, ...]:
    """Words of the sentence around a mention, folded and sorted, without the alias's own."""
    whole: str = getattr(document, mention.field, "")
    start, end = _sentence(whole, mention)
    around = fold(f"{whole[start : mention.start]} {whole[mention.end : end]}")
    return tuple(sorted(dict.fromkeys(_WORD.findall(around)))[:MOST_WORDS])


def _sentence(whole: str, mention: Mention) -> tuple[int, int]:
    if mention.field != "title":
        for start, end in sentences(whole):
            if start <= mention.start < end:
                return start, end
    return 0, len(whole)


def _lower(document: Document, mention: Mention, lessons: Sequence[Lesson]) -> Mention:
    score, evidence = mention.score, mention.evidence
    around = set(telling(document, mention)) if lessons else set()
    for lesson in lessons:
        share = len(around & set(lesson.words)) / len(lesson.words) if lesson.words else 1.0
        if share > 0:
            score *= 1 - lesson.weight * share
            evidence = (*evidence, f"not-relevant:-{lesson.weight * share:.2f}")
    return replace(mention, score=score, accepted=score >= MIN_SCORE, evidence=evidence)


def _estranged(move: Move, slugs: frozenset[str]) -> Move:
    """A move's parties without ``slugs``; ``names`` keeps them behind those that are watched."""
    if slugs.isdisjoint(move.parties()):
        return move
    roles, names = dict(move.roles), dict(move.names)
    for role, held in move.roles.items():
        written = move.names.get(role, ())
        pairs = list(zip(held, written, strict=False))
        stays = [slug for slug in held if slug not in slugs]
        roles[role] = tuple(stays)
        if len(written) >= len(held):
            own = [name for slug, name in pairs if slug not in slugs]
            others = [name for slug, name in pairs if slug in slugs]
            names[role] = (*own, *others, *written[len(held) :])
    return replace(move, roles={role: held for role, held in roles.items() if held}, names=names)
