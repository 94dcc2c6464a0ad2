"""A small database with everything that questions ask about, written through the store's own verbs.

Two outlets tell that Ruben Mayer left Meta (one story, alerted, one message sent and one
dead); a third entry is about a surge in demand and means nobody.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from seeds import loader
from storage.model import (
    Alert,
    Alias,
    Assignment,
    ContextLine,
    Decision,
    Entity,
    EntityKind,
    FeedState,
    FinishedPoll,
    Mention,
    Move,
    MoveKind,
    MoveStatus,
    NewDelivery,
    Outcome,
    Outlet,
    ParsedEntry,
    Story,
    Tier,
    Verdict,
)
from storage.sqlite import SqliteStore, open_store

NOW = datetime(2025, 8, 29, 12, 0, tzinfo=UTC)
FEED = "https://bay-ledger.example/feed"
SECOND_FEED = "https://gazette.example/rss"
LINKS = (
    "https://bay-ledger.example/mayer-leaves",
    "https://gazette.example/mayer",
    "https://bay-ledger.example/gpu-demand",
)
DEPARTURE = Move(
    kind=MoveKind.DEPARTURE,
    status=MoveStatus.CONFIRMED,
    roles={"person": ("ruben-mayer",), "from": ("meta",)},
    names={"person": ("Ruben Mayer",), "from": ("Meta",), "to": ("Harbour Robotics",)},
    title="vice president",
    evidence="Ruben Mayer leaves Meta",
    score=0.91,
)
FUNDING = Move(
    kind=MoveKind.FUNDING,
    roles={"investor": ("meta",), "recipient": ("scale-ai",)},
    names={"investor": ("Meta",), "recipient": ("Scale AI",)},
    amount=14.3e9,
    valuation=29e9,
    currency="USD",
    evidence="Meta puts $14.3 billion into Scale AI",
    score=0.95,
)


def entity(slug: str, name: str, kind: EntityKind, tier: Tier, *aliases: Alias) -> Entity:
    return Entity(slug=slug, name=name, kind=kind, tier=tier, aliases=aliases)


ENTITIES = (
    entity("meta", "Meta", EntityKind.ORGANISATION, Tier.CONTEXT, Alias(text="Facebook")),
    entity(
        "scale-ai", "Scale AI", EntityKind.ORGANISATION, Tier.PRIMARY, Alias(text="Scale", ambiguous=True)
    ),
    entity("ruben-mayer", "Ruben Mayer", EntityKind.PERSON, Tier.PRIMARY),
)


def stock(path: Path) -> SqliteStore:
    """The database, open."""
    store = open_store(path)
    store.watchlist.put_all(ENTITIES)
    store.mark_seeded(loader.WATCHLIST, [one.slug for one in loader.seed_watchlist()])  # none of them comes
    store.mark_seeded(loader.BACKSTORY, [seed.key for seed in loader.load_backstory()])
    backstory = Story(
        id=0,
        headline="Meta puts $14.3 billion into Scale AI",
        url="https://bay-ledger.example/scale",
        source="The Bay Ledger",
        opened=NOW - timedelta(days=77),
        updated=NOW - timedelta(days=77),
        entities=("meta", "scale-ai"),
        moves=(FUNDING,),
        backstory=True,
    )
    past = store.stories.add_backstory(backstory, "scale-funding")
    _poll(
        store, FEED, _parsed(0, "Ruben Mayer leaves Meta after two months"), _parsed(2, "A surge in demand")
    )
    _poll(store, SECOND_FEED, _parsed(1, "Mayer is out at Meta"))
    _decide(store, past)
    return store


def _parsed(number: int, title: str) -> ParsedEntry:
    return ParsedEntry(
        guid=LINKS[number],
        url=LINKS[number],
        canonical_url=LINKS[number],
        title=title,
        summary="Two people familiar with the matter say so.",
        source="",
        published=NOW + timedelta(minutes=number),
    )


def _poll(store: SqliteStore, url: str, *entries: ParsedEntry) -> None:
    feed = store.feeds.add(url, title=url.split("/")[2], now=NOW)
    after = replace(
        feed, state=FeedState.OK, last_polled=NOW, last_success=NOW, next_due=NOW + timedelta(minutes=5)
    )
    store.feeds.finish_polls([FinishedPoll(feed=after, seen=NOW, entries=entries)])


def _decide(store: SqliteStore, past: int) -> None:
    by_url = {one.document.url: one for one in store.entries.pending()}
    first, second, third = (by_url[link] for link in LINKS)
    story = Story(
        id=0,
        headline=first.document.title,
        url=first.document.url,
        source="The Bay Ledger",
        opened=first.published,
        updated=first.published,
        entities=("ruben-mayer", "meta"),
        moves=(DEPARTURE,),
        outlets=(_outlet("bay-ledger.example", first.document.url),),
        alerted=NOW,
    )
    context = ContextLine(
        story=past,
        headline="Meta puts $14.3 billion into Scale AI",
        url="https://bay-ledger.example/scale",
        published=NOW - timedelta(days=77),
        why="same party: Meta",
    )
    alert = Alert(
        story=0,
        revision=0,
        headline=story.headline,
        url=story.url,
        source=story.source,
        published=NOW,
        move=DEPARTURE,
        entities=story.entities,
    )
    mentions = (
        _mention("ruben-mayer", "Ruben Mayer", 0, accepted=True),
        _mention("meta", "Meta", 19, accepted=True),
    )
    [number] = store.entries.record(
        [
            Outcome(
                entry_id=first.id,
                revision=0,
                decided=NOW,
                lang="en",
                mentions=mentions,
                moves=(DEPARTURE,),
                decision=Decision(
                    verdict=Verdict.ALERT, reasons=("primary-entity", "party-to-move:departure")
                ),
                story=story,
                fingerprint="f1",
                keys=("e:ruben-mayer", "e:meta"),
                assignment=Assignment(story_id=None, score=1.0, reasons=("no-candidate",)),
                context=(context,),
                deliveries=(
                    NewDelivery(destination="channel:1", alert=alert),
                    NewDelivery(destination="channel:2", alert=alert),
                ),
            )
        ]
    )
    held = store.stories.get(number)
    assert held is not None
    store.entries.record(
        [
            Outcome(
                entry_id=second.id,
                revision=0,
                decided=NOW,
                lang="en",
                mentions=(_mention("meta", "Meta", 16, accepted=True),),
                moves=(),
                decision=Decision(verdict=Verdict.QUIET, reasons=("nothing-new",)),
                story=held,
                fingerprint="f2",
                keys=("e:meta",),
                assignment=Assignment(story_id=number, score=0.88, reasons=("person:+1.7", "another-sum:s9")),
            ),
            Outcome(
                entry_id=third.id,
                revision=0,
                decided=NOW,
                lang="en",
                mentions=(_mention("scale-ai", "surge", 2, accepted=False),),
                moves=(),
                decision=Decision(verdict=Verdict.QUIET, reasons=("nothing-watched",)),
            ),
        ]
    )
    sent, dead = store.deliveries.for_story(number)
    store.claims.mark_sent(sent.id, "777", NOW)
    store.claims.mark_dead(dead.id, "HTTP 403: Missing Access", NOW)


def _outlet(family: str, url: str) -> Outlet:
    return Outlet(family=family, name="The Bay Ledger", url=url, published=NOW)


def _mention(slug: str, text: str, start: int, *, accepted: bool) -> Mention:
    return Mention(
        entity=slug,
        text=text,
        field="title",
        start=start,
        end=start + len(text),
        score=0.97 if accepted else 0.04,
        accepted=accepted,
        prominent=True,
        evidence=("strong-alias",) if accepted else ("collocation:-surge in",),
    )
