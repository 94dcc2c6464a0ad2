"""``why`` for people: the record of an entry, from its mentions to its deliveries, in reading order."""

from bot.answers import WhyAnswer, kept_apart
from bot.cli.output import say, state, table
from bot.cli.present import mention_rows, move_rows
from bot.digests import waits_for
from bot.times import day, iso
from storage.model import Decision, RecordedEntry


def show_why(answer: WhyAnswer) -> None:
    """Everything that was recorded, shown so that each decision can be followed."""
    if answer.delivery is not None:
        one = answer.delivery
        say(f"alert {one.key} to {one.destination}: {one.state.value}, revision {one.revision}", "bold")
    for recorded in answer.entries:
        _show_entry(recorded)
    _show_story(answer)
    table(
        ["key", "to", "what", "state", "attempts", "last attempt", "error"],
        [
            [
                one.key,
                one.destination,
                one.alert.update.value if one.alert.update else "alert",
                state(one.state.value),
                str(one.attempts),
                iso(one.last_attempt) if one.last_attempt else "",
                one.last_error or "",
            ]
            for one in answer.deliveries
        ],
        title="Deliveries",
        empty="nothing was to be delivered",
    )
    for line in answer.waiting:
        say(f"waits at {line.destination}: {waits_for(line)}")


def _show_entry(recorded: RecordedEntry) -> None:
    entry = recorded.entry
    say(f"e{entry.id} {entry.document.title}", "bold")
    published = iso(entry.published) if entry.dated else "no usable date"
    say(f"{entry.document.source or entry.feed_url}, {published}, seen {iso(entry.seen)}", indent=2)
    say(entry.document.url or "no link", indent=2)
    if not recorded.decisions:
        say("not decided yet: the next pass takes it up", indent=2)
    for when, decision in recorded.decisions:
        say(f"{iso(when)} {_decided(decision)}: {', '.join(decision.reasons)}", indent=2)
    if recorded.assignment is not None and recorded.story is not None:
        verb = "opened" if recorded.assignment.story_id is None else "joined"
        reasons = ", ".join(recorded.assignment.reasons)
        say(f"{verb} story s{recorded.story.id} ({recorded.assignment.score:.2f}): {reasons}", indent=2)
        for told in kept_apart(recorded.assignment):
            say(told, indent=2)
    table(*mention_rows(recorded.mentions), title="Mentions", empty="nobody on the watchlist is named")
    if recorded.moves:
        table(*move_rows(recorded.moves), title="Moves")
    if recorded.context:
        table(
            ["story", "date", "earlier", "why", "link"],
            [
                [f"s{line.story}", day(line.published), line.headline, line.why, line.url]
                for line in recorded.context
            ],
            title="Context",
        )


def _decided(decision: Decision) -> str:
    if decision.update is not None:
        return f"{decision.verdict.value} ({decision.update.value})"
    return f"{decision.verdict.value} (digest)" if decision.digest else decision.verdict.value


def _show_story(answer: WhyAnswer) -> None:
    story = answer.story
    if story is None:
        say("no story")
        return
    told = "backstory, only ever context" if story.backstory else "never alerted"
    if story.alerted:
        told = f"alerted {iso(story.alerted)}, revision {story.revision}"
    say(f"story s{story.id} {story.headline}: {told}", "bold")
    outlets = ", ".join(outlet.name or outlet.family for outlet in story.outlets)
    if outlets:
        say(f"told by {outlets}", indent=2)
    if story.follows:
        say(f"follows s{story.follows}", indent=2)
