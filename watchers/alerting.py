"""From a decided story to an alert: everything that a message shows, in one value.

Pure.  How it looks is for ``bot.render``; whether it is sent was for ``watchers.triage``.
"""

from collections.abc import Iterable, Sequence

from storage.model import (
    Alert,
    ContextLine,
    Decision,
    Document,
    Entry,
    Mention,
    Move,
    Story,
    UpdateKind,
    Verdict,
    Watchlist,
)
from watchers.lessons import without
from watchers.listening import is_private
from watchers.text import sentences

MAX_SAID = 300  # code points: one sentence, not a paragraph


def alert_for(
    story: Story,
    entry: Entry,
    mentions: Sequence[Mention],
    decision: Decision,
    context: Sequence[ContextLine],
    watchlist: Watchlist,
    *,
    fact: str | None = None,
    lang: str | None = None,
    own_words: bool = False,
) -> Alert:
    """The alert that ``decision`` asks for, as the story stands after ``entry``.

    ``own_words``: told as this entry tells it, not as the story's first.
    """
    by_slug = watchlist.by_slug()
    # An entry that only joins adds its outlet: the sentence and the reasons stay the first
    # entry's, which the message has already and the outbox keeps where these are empty.
    joins = decision.update is UpdateKind.EDIT and entry.document.url != story.url
    # A reply tells what this entry brought, in its words.
    replies = own_words or decision.update is UpdateKind.REPLY
    # Who is watched by another server alone is a stranger here.
    entities = tuple(s for s in story.entities if s in by_slug or not is_private(s))
    own = (one.entity for one in mentions if one.accepted and is_private(one.entity))
    entities = tuple(dict.fromkeys((*entities, *(slug for slug in own if slug in by_slug))))
    strangers = frozenset(
        s for move in story.moves for s in move.parties() if is_private(s) and s not in by_slug
    )
    moves = without(story.moves, strangers) if strangers else story.moves
    named = dict.fromkeys((*entities, *(slug for move in moves for slug in sorted(move.parties()))))
    main = moves[0] if moves else None
    return Alert(
        story=story.id,
        revision=story.revision,
        headline=entry.document.title if replies else story.headline,
        url=entry.document.url if replies else story.url,
        source=entry.document.source if replies else story.source,
        published=entry.published if replies else story.published,
        said="" if joins else said(entry.document, main, mentions),
        move=main,
        names={slug: by_slug[slug].name for slug in named if slug in by_slug},
        entities=entities,
        outlets=story.outlets,
        context=tuple(context),
        why=() if joins else tuple(reasons_for_people(mentions, watchlist)),
        update=decision.update,
        fact=fact,
        low_priority=decision.verdict is Verdict.UPDATE and fact is None,
        lang=lang,
        score=main.score if main else max((m.score for m in mentions if m.accepted), default=1.0),
    )


def said(document: Document, move: Move | None, mentions: Sequence[Mention]) -> str:
    """One sentence of the source: the move's evidence, else the first that names somebody.

    Returns "" where only the headline says it: the message shows that anyway.
    """
    for name in ("summary", "text"):
        words: str = getattr(document, name)
        for start, end in sentences(words):
            moved = move is not None and move.field == name and start <= move.start < end
            if moved or any(m.accepted and m.field == name and start <= m.start < end for m in mentions):
                return clip(words[start:end].strip(), MAX_SAID)
    return ""


def reasons_for_people(mentions: Iterable[Mention], watchlist: Watchlist) -> Iterable[str]:
    """Why it matched, one line for each entity: "Scale AI (primary) in the headline"."""
    by_slug = watchlist.by_slug()
    best: dict[str, Mention] = {}
    for mention in mentions:
        if mention.accepted and mention.entity in by_slug:
            kept = best.get(mention.entity)
            if kept is None or _telling(mention) > _telling(kept):
                best[mention.entity] = mention
    for slug, mention in best.items():
        where = "in the headline" if mention.field == "title" else "in the text"
        entity = by_slug[slug]
        written = f" as “{mention.text}”" if mention.text.casefold() != entity.name.casefold() else ""
        yield f"{entity.name} ({entity.tier.value}) {where}{written}"


def _telling(mention: Mention) -> tuple[bool, bool, float]:
    """How much a mention says of why the entry matched: the headline before all."""
    return mention.field == "title", mention.prominent, mention.score


def clip(text: str, limit: int) -> str:
    """``text`` cut at a word's end to at most ``limit`` code points, an ellipsis included."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit // 2 else cut).rstrip() + "…"
