"""The public JSON form of the nouns, as the contract writes it.

Pure: nouns in, plain dicts out; one function a noun, shared by every command that prints
JSON.  The verdict of ``explain`` and ``replay`` has its own module.
"""

from typing import Any

from bot.answers import EntityAnswer, WhyAnswer
from bot.times import format_duration, iso, iso_or_none
from bot.verdict import main_kind, mention_document, move_document
from storage.model import (
    Alias,
    ContextLine,
    Decision,
    Delivery,
    Entity,
    Feed,
    MoveRecord,
    RecordedEntry,
    SearchHit,
    Story,
)


def search_hit(hit: SearchHit) -> dict[str, Any]:
    """One answer of ``search``."""
    return {
        "id": hit.id,
        "title": hit.title,
        "url": hit.url,
        "source": hit.source,
        "published": iso(hit.published),
        "entities": list(hit.entities),
        "move": hit.move,
        "story": hit.story,
    }


def feed(one: Feed) -> dict[str, Any]:
    """One line of ``feeds list``; ``next_due`` null means at once, or never for a paused feed."""
    return {
        "url": one.url,
        "title": one.title,
        "state": "paused" if one.paused else one.state.value,
        "last_success": iso_or_none(one.last_success),
        "next_due": iso_or_none(one.next_due),
        "failures": one.failures,
        "last_error": one.last_error,
        "kind": one.kind,
        "folder": list(one.folder),
        "interval": format_duration(one.interval) if one.interval else None,
    }


def alias(one: Alias) -> dict[str, Any]:
    """One written form, with its flags."""
    return {
        "text": one.text,
        "lang": one.lang,
        "strong": one.strong,
        "ambiguous": one.ambiguous,
        "case_sensitive": one.case_sensitive,
    }


def entity(one: Entity) -> dict[str, Any]:
    """One entity of the watchlist."""
    return {
        "id": one.slug,
        "name": one.name,
        "kind": one.kind.value,
        "tier": one.tier.value,
        "aliases": [form.text for form in one.aliases],
        "origin": one.origin,
        "muted_until": iso_or_none(one.muted_until),
    }


def entity_in_full(one: Entity) -> dict[str, Any]:
    """One entity with everything that its owner can write."""
    return {
        **entity(one),
        "forms": [alias(form) for form in one.aliases],
        "relations": [
            {
                "kind": fact.kind.value,
                "target": fact.target,
                "role": fact.role,
                "since": fact.since.isoformat() if fact.since else None,
                "until": fact.until.isoformat() if fact.until else None,
            }
            for fact in one.relations
        ],
        "contexts_for": list(one.contexts_for),
        "contexts_against": list(one.contexts_against),
        "note": one.note,
    }


def profile(answer: EntityAnswer) -> dict[str, Any]:
    """The answer of ``entity``; ``with`` counts the stories in common by id."""
    found = answer.profile
    return {
        "id": found.entity.slug,
        "name": found.entity.name,
        "kind": found.entity.kind.value,
        "tier": found.entity.tier.value,
        "aliases": [form.text for form in found.entity.aliases],
        "moves": [move_record(record) for record in found.moves],
        "stories": [story(one) for one in found.stories],
        "with": dict(found.mentioned_with),
        "coverage": answer.coverage,
    }


def move_record(record: MoveRecord) -> dict[str, Any]:
    """One recorded move with the story that told it."""
    return {
        **move_document(record.move),
        "story": f"s{record.story}",
        "headline": record.headline,
        "url": record.url,
        "source": record.source,
        "published": iso(record.published),
    }


def story(one: Story) -> dict[str, Any]:
    """A story as lists show it."""
    return {
        "id": f"s{one.id}",
        "headline": one.headline,
        "url": one.url,
        "source": one.source,
        "published": iso(one.published),
        "updated": iso(one.updated),
        "entities": list(one.entities),
        "move": main_kind(one.moves),
        "moves": [move_document(move) for move in one.moves],
        "outlets": [outlet.name or outlet.family for outlet in one.outlets],
        "follows": f"s{one.follows}" if one.follows else None,
        "backstory": one.backstory,
        "alerted": iso_or_none(one.alerted),
    }


def context_line(line: ContextLine) -> dict[str, Any]:
    """One earlier story under an alert."""
    return {
        "story": f"s{line.story}",
        "headline": line.headline,
        "url": line.url,
        "published": iso(line.published),
        "why": line.why,
    }


def decision(one: Decision) -> dict[str, Any]:
    """A decision with its reasons."""
    return {
        "decision": one.verdict.value,
        "update": one.update.value if one.update else None,
        "digest": one.digest,
        "reasons": list(one.reasons),
    }


def delivery(one: Delivery) -> dict[str, Any]:
    """One row of the outbox."""
    return {
        "key": one.key,
        "destination": one.destination,
        "state": one.state.value,
        "revision": one.revision,
        "update": one.alert.update.value if one.alert.update else None,
        "created": iso(one.created),
        "due": iso(one.due),
        "attempts": one.attempts,
        "ambiguous": one.ambiguous,
        "last_attempt": iso_or_none(one.last_attempt),
        "last_error": one.last_error,
        "message_id": one.message_id,
    }


def recorded_entry(one: RecordedEntry) -> dict[str, Any]:
    """An entry with everything that was decided about it; undecided where it still waits."""
    from watchers.language import language_of

    entry, document = one.entry, one.entry.document
    return {
        "id": f"e{entry.id}",
        "title": document.title,
        "url": document.url,
        "source": document.source,
        "feed": entry.feed_url,
        "published": iso(entry.published),
        "dated": entry.dated,
        "seen": iso(entry.seen),
        "revision": entry.revision,
        "lang": one.lang or language_of(document.title, document.summary, document.lang),
        "mentions": [{**mention_document(mention), "accepted": mention.accepted} for mention in one.mentions],
        "moves": [move_document(move) for move in one.moves],
        "move": main_kind(one.moves),
        **(decision(one.decisions[-1][1]) if one.decisions else {"decision": None, "reasons": []}),
        "decisions": [{"at": iso(when), **decision(made)} for when, made in one.decisions],
        "story": f"s{one.story.id}" if one.story else None,
        "assignment": None
        if one.assignment is None
        else {
            "opened": one.assignment.story_id is None,
            "follows": f"s{one.assignment.follows}" if one.assignment.follows else None,
            "merged": [f"s{number}" for number in one.assignment.merge],
            "score": round(one.assignment.score, 3),
            "reasons": list(one.assignment.reasons),
        },
        "context": [context_line(line) for line in one.context],
    }


def why(answer: WhyAnswer) -> dict[str, Any]:
    """The answer of ``why``: an entry's record, or a story with the records of its entries."""
    told = {
        "routes": list(dict.fromkeys(one.destination for one in answer.deliveries)),
        "deliveries": [delivery(one) for one in answer.deliveries],
        "waiting": [
            {"destination": one.destination, "for": one.occasion.value, "about": one.about}
            for one in answer.waiting
        ],
    }
    if answer.reference.startswith("e") and len(answer.entries) == 1 and answer.delivery is None:
        entry = recorded_entry(answer.entries[0])
        whole = story(answer.story) if answer.story else None
        return {**entry, "story": whole, **told}
    whole = story(answer.story) if answer.story else {}
    asked = {"alert": delivery(answer.delivery)} if answer.delivery else {}
    return {
        **whole,
        "id": answer.reference,
        "story": whole.get("id"),
        **asked,
        **told,
        "entries": [recorded_entry(one) for one in answer.entries],
    }
