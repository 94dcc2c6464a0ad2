"""Adding and checking feeds: ask once, find the feed behind a web page, store it as old news.

Used by the command line and by Discord alike.  Asking is left to ``watchers.sources``, the
plan of the next poll to ``watchers.polling``; the entries that come with a feed's adding are
its baseline and alert nobody.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from storage.model import Feed
from watchers import polling, sources
from watchers.opml import Outline
from watchers.sources.base import (
    Failed,
    Fetched,
    FirewallPage,
    NotModified,
    Outcome,
    ParsedFeed,
    SourceError,
    WebPage,
)

if TYPE_CHECKING:
    from bot.app import App
    from storage.sqlite import SqliteStore
    from watchers.sources.http import Fetcher


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What stands at an address: a feed, or why not."""

    asked: str  # the address as given
    url: str = ""  # of the feed; empty where there is none
    kind: str = "feed"  # the kind of source that reads it
    page: str | None = None  # the web page that named the feed
    others: tuple[str, ...] = ()  # further feeds that the page names
    outcome: Outcome | None = None
    parsed: ParsedFeed | None = None
    error: str | None = None  # for people, with the remedy; None: a feed was read

    @property
    def newest(self) -> datetime | None:
        """When its latest dated entry was published."""
        dates = [entry.published for entry in self.parsed.entries if entry.published] if self.parsed else []
        return max(dates, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What became of the wish to follow an address."""

    looked: Looked
    feed: Feed | None  # None: it could not be added
    known: bool = False  # it was followed already


async def follow(app: "App", addresses: Iterable[str], *, kind: str = "feed") -> list[Added]:
    """Follow what stands at the addresses: each is asked once, what it holds is old news, judged now."""
    looked = await _look_at_all(app, list(dict.fromkeys(address_of(kind, one) for one in addresses)), kind)
    return await asyncio.to_thread(_keep_all, app, looked)


async def _look_at_all(app: "App", addresses: Sequence[str], kind: str) -> list[Looked]:
    """What stands at the addresses; those that are followed already are not asked."""
    found = []
    async with app.new_fetcher() as fetcher:
        for address in addresses:
            if await asyncio.to_thread(app.store.feeds.get, address) is not None:
                found.append(Looked(asked=address, url=address))
            else:
                found.append(await look(fetcher, address, kind=kind, now=app.clock.now()))
    return found


def _keep_all(app: "App", looked: Sequence[Looked]) -> list[Added]:
    """Store the feeds that were found and let the pipeline decide what they hold: quiet, but searchable."""
    from watchers.sweep import SweepReport

    added = [keep(app.store, one, bounds=app.bounds, now=app.clock.now()) for one in looked]
    app.sweep().judge(SweepReport())
    return added


async def look(fetcher: "Fetcher", address: str, *, kind: str = "feed", now: datetime) -> Looked:
    """Ask ``address`` once, and where it is a web page the feed that the page names; stores nothing.

    An address that is known for a kind of its own (a Google News search, say) is read as that.
    """
    if kind == "feed":
        kind = sources.likely_kind(address)
    first = await _ask(fetcher, address, kind, now)
    if first.error is None or not isinstance(first.outcome, Fetched) or kind != "feed":
        return first
    from watchers.sources.discover import discover

    named = [found.url for found in discover(first.outcome.body, first.outcome.url) if found.url != address]
    for place, url in enumerate(named[:3]):
        behind = await _ask(fetcher, url, sources.likely_kind(url), now)
        if behind.error is None:
            others = tuple(named[:place] + named[place + 1 :])
            return Looked(
                asked=address,
                url=behind.url,
                kind=behind.kind,
                page=first.outcome.url,
                others=others,
                outcome=behind.outcome,
                parsed=behind.parsed,
            )
    return first


def keep(store: "SqliteStore", looked: Looked, *, bounds: polling.Bounds, now: datetime) -> Added:
    """Follow the feed that was looked at, its present entries stored as old news."""
    if (known := store.feeds.get(looked.url or looked.asked)) is not None:
        return Added(looked=looked, feed=known, known=True)
    if looked.error is not None or looked.outcome is None:
        return Added(looked=looked, feed=None)
    from watchers.sweep import finish

    with store.transaction():
        feed = store.feeds.add(looked.url, kind=looked.kind, now=now)
        finished = finish(feed, looked.outcome, looked.parsed, now, bounds)
        store.feeds.finish_polls([finished])
    return Added(looked=looked, feed=store.feeds.get(looked.url))


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a list: each of its feeds is in one of these."""

    fresh: tuple[Outline, ...]  # followed from now on
    known: tuple[Outline, ...]  # followed before
    moved: tuple[Outline, ...]  # of those, the ones that are now in another folder
    refused: tuple[Outline, ...]  # with addresses that nobody fetches


def take(store: "SqliteStore", outlines: Sequence[Outline], now: datetime) -> Taken:
    """Follow all feeds of a list, in its folders; none is asked yet."""
    with store.transaction():
        followed = {feed.url: feed for feed in store.feeds.all()}
        known = tuple(one for one in outlines if one.url in followed)
        fresh = tuple(one for one in outlines if one.url not in followed and one.fetchable)
        for one in fresh:
            kind = one.kind if one.kind in sources.kinds() else "feed"
            if kind == "feed":
                kind = sources.likely_kind(one.url)
            store.feeds.add(one.url, kind=kind, title=one.title, folder=one.folder, now=now)
        moved = tuple(one for one in known if one.folder not in ((), followed[one.url].folder))
        for one in moved:
            store.feeds.set_folder(one.url, one.folder)
    refused = tuple(one for one in outlines if one.url not in followed and not one.fetchable)
    return Taken(fresh=fresh, known=known, moved=moved, refused=refused)


def address_of(kind: str, words: str) -> str:
    """The address that a kind of source makes of search words; an address stays, its https:// may lack."""
    if "://" in words:
        return words
    made = sources.source(kind).address
    return f"https://{words}" if made is None else made(words)


async def _ask(fetcher: "Fetcher", address: str, kind: str, now: datetime) -> Looked:
    feed = Feed(id=0, url=address, kind=kind)
    outcome = await sources.fetch(fetcher, feed, now)
    if isinstance(outcome, Failed):
        return Looked(asked=address, outcome=outcome, error=f"{outcome.error}: {_remedy(outcome)}")
    if isinstance(outcome, NotModified):
        return Looked(asked=address, outcome=outcome, error="answered 304 to a question without validators")
    try:
        parsed = await sources.parse_off_loop(outcome, feed)
    except WebPage as error:
        said = f"{error.name}: a web page that names no feed; give the address of the feed itself, or its kind: page"
        return Looked(asked=address, outcome=outcome, error=said)
    except FirewallPage as error:
        said = f"{error.name}: the site shows a check for robots instead of its feed; ask its owner"
        return Looked(asked=address, outcome=outcome, error=said)
    except SourceError as error:
        return Looked(asked=address, outcome=outcome, error=f"{error.name}: {error}")
    url = outcome.permanent_redirect or address
    return Looked(asked=address, url=url, kind=kind, outcome=outcome, parsed=parsed)


_REMEDIES = {
    "bad-address": "give an address that starts with https:// or http://",
    "no-such-host": "check the spelling of the host",
    "connect-failed": "check the address, and whether the site is up",
    "tls-failed": "nothing speaks TLS there, or not as it should; is the address http://?",
    "timed-out": "the site is too slow; try again later",
    "not-found": "check the path; the site's page often names its feed",
    "gone": "the publisher says that it will not return",
    "access-denied": "the site does not let us read it; MOVEWIRE_CONTACT tells it who asks",
    "rate-limited": "the site asks for patience; try again later",
    "server-failed": "the site has a fault; try again later",
}


def _remedy(failed: Failed) -> str:
    remedy = _REMEDIES.get(failed.error, "")
    if "certificate verify failed" in failed.detail:
        remedy = "the site's certificate is not valid; its owner can mend that"
    return " - ".join(part for part in (failed.detail, remedy) if part)
