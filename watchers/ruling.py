"""What is decided for each audience about one entry, and what its channels show.  Pure.

The policy is ``watchers.triage``'s; here it is asked once for the installation, and once more
for every server that hears the entry differently.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from storage.model import Alert, ContextLine, Decision, Entry, NewDelivery, Verdict, Watchlist
from storage.model.noun import noun
from watchers import alerting, stories, triage
from watchers.listening import SERVER_REASON, Hearing, unmuted, who_is_muted
from watchers.routing import Standing

MOST_SERVERS = 100  # whose own decision is recorded with one entry's


@noun
class Ruling:
    """What was decided for one audience; ``guild`` None: the installation's own routes."""

    guild: int | None
    decision: Decision  # where ``held``: what it would be without the mute
    held: str | None = None  # the muted entity that holds it back
    deliveries: tuple[NewDelivery, ...] = ()

    @property
    def quiet(self) -> bool:
        """Whether nothing is told now."""
        return self.held is not None or self.decision.verdict is Verdict.QUIET


@noun
class Case:
    """An entry, the story that it tells, and what was told of that: what rulings are made on."""

    entry: Entry
    before: stories.Story | None
    change: stories.StoryChange
    context: tuple[ContextLine, ...]
    now: datetime
    standing: Standing
    comments: bool = False  # it only talks about a story that the installation has alerted

    def seen_by(self, hearing: Hearing) -> stories.Story | None:
        """The story before, alerted where the audience has it."""
        if self.before is None:
            return None
        had = {*self.standing.told, *self.standing.listed}
        here = not had.isdisjoint(route.destination for route in hearing.routes)
        return replace(self.before, alerted=(self.before.alerted or self.before.opened) if here else None)

    def rule(self, hearing: Hearing, before: stories.Story | None, recent_alerts: int) -> Ruling:
        """What the policy says to a hearing; where a mute silences it, what it would say else."""

        def decide(watchlist: Watchlist) -> Decision:
            reading = hearing.reading
            return triage.decide(
                self.entry,
                reading.mentions,
                reading.moves,
                before,
                self.change,
                watchlist,
                self.now,
                recent_alerts=recent_alerts,
                comments=self.comments and hearing.guild is None,
            )

        decision = decide(hearing.watchlist)
        entities = hearing.watchlist.by_slug()
        muted = who_is_muted(hearing.reading.entities, entities, self.now)
        if muted is not None and decision.verdict is Verdict.QUIET:
            loud = decide(unmuted(hearing.watchlist))
            if loud.verdict is not Verdict.QUIET:
                return Ruling(guild=hearing.guild, decision=loud, held=muted)
        if hearing.lost and decision.verdict is Verdict.QUIET:
            decision = replace(decision, reasons=("not-relevant", *decision.reasons))
        return Ruling(guild=hearing.guild, decision=decision)

    def alert(self, story: stories.Story, hearing: Hearing, decision: Decision) -> Alert:
        """What the audience's channels show by a decision."""
        return alerting.alert_for(
            story,
            self.entry,
            hearing.reading.mentions,
            decision,
            self.context,
            hearing.watchlist,
            fact=self.change.fact if decision.verdict is not Verdict.QUIET else None,
            lang=hearing.reading.lang,
        )

    def first(self, story: stories.Story, hearing: Hearing, decision: Decision) -> Alert:
        """What an update is for a channel that has not heard of the story."""
        return alerting.alert_for(
            story,
            self.entry,
            hearing.reading.mentions,
            replace(decision, verdict=Verdict.ALERT, update=None),
            self.context,
            hearing.watchlist,
            lang=hearing.reading.lang,
            own_words=True,
        )


def recorded(rulings: Sequence[Ruling]) -> Decision:
    """The installation's decision, with what was decided otherwise for single servers."""
    own = rulings[0]
    decision = own.decision
    if own.held is not None:
        decision = Decision(verdict=Verdict.QUIET, reasons=("muted",))
    otherwise: list[str] = []
    for one in rulings[1:]:
        verdict = Verdict.QUIET if one.held is not None else one.decision.verdict
        why = "muted" if one.held is not None else next(iter(one.decision.reasons), "")
        if verdict is not decision.verdict:
            otherwise.append(f"{SERVER_REASON}{one.guild}:{verdict.value}:{why}")
    if not otherwise:
        return decision
    return replace(decision, reasons=(*decision.reasons, *otherwise[:MOST_SERVERS]))
