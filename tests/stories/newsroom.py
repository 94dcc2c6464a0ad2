"""Plays reports of our own through the whole pipeline, and says what was made of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from bot.intake import GivenEntry
from bot.replay import Line, Summary, from_items, replay
from seeds.loader import seed_watchlist
from storage.model import ContextLine, Decision, Document, Story, Watchlist
from watchers import stories
from watchers.reader import Reader
from watchers.stories import Fingerprint

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@cache
def watchlist() -> Watchlist:
    """The packaged watchlist."""
    return Watchlist(entities=tuple(seed_watchlist()))


@cache
def reader() -> Reader:
    """A reader for it."""
    return Reader(watchlist())


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was made of one report."""

    line: Line

    @property
    def story(self) -> int:
        """The story's number, 0 for none."""
        return self.line.judged.story

    @property
    def decision(self) -> Decision:
        """What was decided."""
        assert self.line.judged.outcome.decision is not None
        return self.line.judged.outcome.decision

    @property
    def told(self) -> str:
        """ "alert", "quiet", "update edit" or "update reply"."""
        update = self.decision.update
        return self.decision.verdict.value + (f" {update.value}" if update else "")

    @property
    def after(self) -> Story:
        """The story as this report left it."""
        assert self.line.judged.outcome.story is not None
        return self.line.judged.outcome.story

    @property
    def weighed(self) -> tuple[str, ...]:
        """Why it joined its story, or opened one."""
        assert self.line.judged.outcome.assignment is not None
        return self.line.judged.outcome.assignment.reasons

    @property
    def context(self) -> tuple[ContextLine, ...]:
        """The lines of context."""
        return self.line.judged.outcome.context


def report(
    number: int, hours: float, title: str, summary: str = "", host: str = "", lang: str = "en"
) -> GivenEntry:
    """A report ``hours`` after the start, by an outlet of its own where none is named."""
    host = host or f"outlet{number}.example"
    return GivenEntry(
        number=number,
        id=str(number),
        document=Document(
            title=title,
            summary=summary,
            url=f"https://{host}/{number}",
            source=host,
            lang=lang,
            published=START + timedelta(hours=hours),
        ),
    )


def played(
    *reports: tuple[float, str]
    | tuple[float, str, str]
    | tuple[float, str, str, str]
    | tuple[float, str, str, str, str],
) -> list[Made]:
    """What was made of reports: hours, headline, lead, host, language."""
    given = [report(number, *told) for number, told in enumerate(reports)]
    return made(given)


def made(given: Sequence[GivenEntry]) -> list[Made]:
    """What was made of reports, in order of publication."""
    return [Made(line=line) for line in replay(from_items(given), watchlist(), Summary())]


def fingerprint(title: str, summary: str = "", lang: str = "en") -> Fingerprint:
    """The fingerprint of a text."""
    document = Document(title=title, summary=summary, lang=lang)
    reading = reader().read(document)
    return stories.fingerprint(document, reading.mentions, reading.moves, watchlist())


def story_numbers(found: Iterable[Made]) -> list[int]:
    """The stories, numbered in the order in which they came."""
    seen: dict[int, int] = {}
    return [seen.setdefault(one.story, len(seen)) for one in found]
