"""``movewire replay``: what would have been alerted, printed as lines or shown as a list.

The playing is done by ``bot.replay``; here its steps are chosen and its lines written.  The
lines are held back until the end: a later entry may prove that two stories are one, and the
same story must have the same id on every line.
"""

import contextlib
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.call import Call, general_options, pass_call, tidy_end
from bot.cli.kinds import SINCE
from bot.cli.progress import progress
from storage.errors import UnknownThing, UsageError

if TYPE_CHECKING:
    from bot.replay import Line, Step, Summary
    from storage.model import Audience, Watchlist

FAILURES_TOLD = 10  # failed polls told one by one; of more, only the number


@click.command()
@click.option("--jsonl", "lines", metavar="FILE|-", help="Entries, one JSON object a line.")
@click.option("--snapshots", metavar="DIR", type=click.Path(path_type=Path), help="Dated snapshots of feeds.")
@click.option("--since", metavar="14d", type=SINCE, help="The stored history: a duration or a date.")
@click.option(
    "--watchlist", "file", metavar="FILE", type=click.Path(path_type=Path), help="Compare with this one."
)
@click.option("--guild", metavar="ID", type=int, help="What this Discord server would have heard.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines on a terminal too.")
@general_options
@pass_call
def replay(
    call: Call,
    lines: str | None,
    snapshots: Path | None,
    since: datetime | None,
    file: Path | None,
    guild: int | None,
    as_json: bool,
) -> int:
    """What would have been alerted, when, as which story; nothing is delivered or kept.

    Plays entries, snapshots or the stored history through the whole pipeline into a temporary
    database with a simulated clock. On a terminal the alerts are listed; in a pipe, or with
    --json, each entry is a JSON line. With --watchlist the difference against the present one;
    with --guild also what a server's routes, mutes, additions and "Not relevant" make of it.
    """
    if sum(given is not None for given in (lines, snapshots, since)) != 1:
        raise click.UsageError("give one of --jsonl FILE, --snapshots DIR and --since 14d")
    database = call.settings.db
    from bot.explaining import packaged_watchlist, stored_watchlist
    from bot.replay import Summary

    present = stored_watchlist(database) or packaged_watchlist()
    compared = _watchlist(file, present) if file else None
    summary = Summary()
    audience = _audience(call, guild) if guild is not None else None
    with contextlib.ExitStack() as stack:
        stack.enter_context(tidy_end())
        bad, steps = _steps(stack, call, lines, snapshots, since)
        written = _play(steps, compared or present, present if compared else None, summary, audience)
    if as_json or not sys.stdout.isatty():
        _write(written)
    else:
        _show(written, compared is not None)
    return _close(summary, written, bad)


def _audience(call: Call, guild: int) -> "Audience":
    with call.existing_store() as store:
        found = next((one for one in store.audiences.all() if one.guild.id == guild), None)
        known = ", ".join(str(one.guild.id) for one in store.audiences.all()) or "none"
    if found is None:
        raise UnknownThing(f"--guild {guild}: the bot is in no such server; those known are: {known}")
    return found


def _watchlist(file: Path, present: "Watchlist") -> "Watchlist":
    from seeds.loader import load_watchlist
    from storage.model import Watchlist

    return Watchlist(entities=tuple(load_watchlist(file)), version=present.version + 1)


def _steps(
    stack: contextlib.ExitStack,
    call: Call,
    lines: str | None,
    snapshots: Path | None,
    since: datetime | None,
) -> "tuple[list[str], list[Step]]":
    """What was left out, and the steps to play."""
    from bot import replay as playing

    if snapshots is not None:
        if not snapshots.is_dir():
            raise UsageError(f"{snapshots} is no folder; name one that holds dated snapshots")
        return [], playing.from_snapshots(snapshots)
    if since is not None:
        store = stack.enter_context(call.existing_store())
        return [], list(playing.from_history(store.entries.seen_since(since)))
    assert lines is not None
    return _given_steps(lines)


def _given_steps(lines: str) -> "tuple[list[str], list[Step]]":
    from bot import replay as playing
    from bot.cli.explain import open_lines
    from bot.intake import BadLine, read_lines

    name = "stdin" if lines == "-" else lines
    with open_lines(lines) as stream:
        read = list(read_lines(stream))
    bad = [f"{name} line {one.number}: {one.problem}" for one in read if isinstance(one, BadLine)]
    given = [one for one in read if not isinstance(one, BadLine)]
    if bad and not given:
        raise UsageError(bad[0])
    return bad, playing.from_items(given, undated=datetime.now(UTC))


class _Written:
    """The lines, encoded, with the stories that turned out to be one."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._merged: dict[str, str] = {}

    def add(self, document: dict[str, Any], merged: Iterable[int]) -> None:
        """Keep a line; ``merged`` are stories that its entry proved to be the line's own."""
        import msgspec

        self._lines.append(msgspec.json.encode(document))
        for number in merged:
            if f"s{number}" != document["story"]:
                self._merged[f"s{number}"] = document["story"]

    def encoded(self) -> Iterator[bytes]:
        """The lines in order, every story under its last id."""
        import msgspec

        for line in self._lines:
            if self._merged and any(f'"{old}"'.encode() in line for old in self._merged):
                yield msgspec.json.encode(self._renamed(msgspec.json.decode(line)))
            else:
                yield line

    def documents(self) -> Iterator[dict[str, Any]]:
        """The same, as documents."""
        import msgspec

        return (msgspec.json.decode(line) for line in self.encoded())

    def _renamed(self, document: dict[str, Any]) -> dict[str, Any]:
        document["story"] = self._last(document["story"])
        for line in document["context"]:
            line["story"] = self._last(line["story"])
        return document

    def _last(self, story: str | None) -> str | None:
        seen = set()
        while story in self._merged and story not in seen:
            seen.add(story)
            story = self._merged[story]
        return story


def _play(
    steps: "list[Step]",
    watchlist: "Watchlist",
    present: "Watchlist | None",
    summary: "Summary",
    audience: "Audience | None" = None,
) -> _Written:
    from bot import replay as playing

    written = _Written()
    with progress("replaying", steps) as told:
        for line in playing.replay(told, watchlist, summary, present=present, audience=audience):
            merged = line.judged.outcome.assignment.merge if line.judged.outcome.assignment else ()
            document = line_document(line)
            if audience is not None:
                document["server"] = _server(line, audience)
            written.add(document, merged)
    return written


def _server(line: "Line", audience: "Audience") -> dict[str, Any]:
    """What the server would have heard: where at once, and where later and why."""
    ruling = next((one for one in line.judged.rulings if one.guild == audience.guild.id), None)
    sent = ruling.deliveries if ruling is not None else ()
    decision = ruling.decision if ruling is not None and not ruling.quiet else None
    return {
        "decision": decision.verdict.value if decision else "quiet",
        "reasons": list(ruling.decision.reasons) if ruling is not None else [],
        "muted": ruling.held if ruling is not None else None,
        "to": [one.destination for one in sent if one.occasion is None],
        "later": {one.destination: one.occasion.value for one in sent if one.occasion is not None},
    }


def line_document(line: "Line") -> dict[str, Any]:
    """The contract's line: the verdict, and the entry's way through the pipeline."""
    from bot import documents
    from bot.times import iso
    from bot.verdict import verdict
    from storage.model import Decision, Verdict
    from watchers.pipeline import Reading

    judged = line.judged
    entry, outcome = judged.entry, judged.outcome
    reading = Reading(lang=outcome.lang, mentions=outcome.mentions, moves=outcome.moves)
    decision = outcome.decision or Decision(verdict=Verdict.QUIET)
    document = {
        **verdict(line.id, reading, decision),
        "url": entry.document.url,
        "title": entry.document.title,
        "published": iso(entry.published),
        "seen": iso(line.at),
        "feed": line.feed,
        "story": f"s{judged.story}" if judged.story else None,
        "update": decision.update.value if decision.update else None,
        "context": [documents.context_line(one) for one in outcome.context],
    }
    if line.was is not None:
        was = line.was.outcome.decision
        document["was"] = was.verdict.value if was else None
    return document


def _write(written: _Written) -> None:
    from bot.cli.output import write_bytes

    for line in written.encoded():
        write_bytes(line + b"\n")


# What a comparison comes to, in the order in which it is shown: was, would be -> title.
_CHANGES = {
    "gained": "Would be alerted, and is not under the present watchlist",
    "lost": "Is alerted under the present watchlist, and would not be",
    "other": "Would be updated where it is not now, or the other way round",
}


def _change(document: dict[str, Any]) -> str | None:
    """Which of ``_CHANGES`` a line is; None where the decision stays."""
    before, after = document.get("was"), document["decision"]
    if "was" not in document or before == after:
        return None
    return "gained" if after == "alert" else "lost" if before == "alert" else "other"


def _compare(written: _Written) -> None:
    """What a watchlist would add and lose, each under its own heading."""
    from bot.cli.output import say, table

    groups: dict[str, list[list[Any]]] = {change: [] for change in _CHANGES}
    for document in written.documents():
        if (change := _change(document)) is not None:
            shift = (
                [] if change != "other" else [f"{document['was'] or 'nothing'}, now {document['decision']}"]
            )
            seen = document["seen"][:16].replace("T", " ")
            told = [document["move"], document["title"], ", ".join(document["reasons"])]
            groups[change].append([seen, *shift, *told])
    for change, title in _CHANGES.items():
        if groups[change]:
            columns = ["seen", *(["change"] if change == "other" else []), "move", "title", "why"]
            table(columns, groups[change], title=f"{title} ({len(groups[change])})")
    if not any(groups.values()):
        say("no decision would change")


def _show(written: _Written, compared: bool) -> None:
    from bot.cli.output import state, table

    if compared and not any("server" in document for document in written.documents()):
        _compare(written)
        return
    rows, servers = [], False
    for document in written.documents():
        server = document.get("server")
        servers = servers or server is not None
        if _is_shown(document, compared):
            update = f" ({document['update']})" if document["update"] else ""
            rows.append(
                [
                    document["seen"],
                    state(document["decision"]),
                    *([state(document.get("was") or "none")] if compared else [update.strip(" ()")]),
                    *([_heard(server)] if server is not None else []),
                    document["move"],
                    document["story"] or "",
                    document["title"],
                    ", ".join(document["reasons"]),
                ]
            )
    how = "was" if compared else "how"
    columns = ["seen", "decision", how, *(["server"] if servers else []), "move", "story", "title", "why"]
    table(columns, rows, empty="no decision would change" if compared else "nothing would have been alerted")


def _is_shown(document: dict[str, Any], compared: bool) -> bool:
    """Whether a person wants to see the line: what changes or, without a comparison, what is told."""
    server = document.get("server") or {}
    if server.get("to") or server.get("later"):
        return True
    if compared:
        return bool(document.get("was") != document["decision"])
    return bool(document["decision"] != "quiet")


def _heard(server: dict[str, Any]) -> str:
    """ "alert in channel:1", "later in channel:1 (digest)", or why not."""
    if server["to"]:
        return f"{server['decision']} in {', '.join(server['to'])}"
    if server["later"]:
        later = ", ".join(f"{place} ({why})" for place, why in server["later"].items())
        return f"later in {later}"
    return "nothing"


def _close(summary: "Summary", written: _Written, bad: list[str]) -> int:
    """The summary on stderr, and the exit status."""
    from bot.cli.output import warn
    from bot.words import count

    decisions: dict[str, int] = {}
    changes: dict[str | None, int] = {}
    entries, compared = 0, False
    for document in written.documents():
        entries += 1
        compared = compared or "was" in document
        changes[_change(document)] = changes.get(_change(document), 0) + 1
        decisions[document["decision"]] = decisions.get(document["decision"], 0) + 1
    warn(
        f"{count(summary.steps, 'step')}, {count(entries, 'entry', 'entries')}: "
        f"{count(decisions.get('alert', 0), 'alert')}, {count(decisions.get('update', 0), 'update')}, "
        f"{decisions.get('quiet', 0)} quiet; {count(summary.edits, 'message')} edited after the fact"
    )
    if compared:
        gained, lost = count(changes.get("gained", 0), "alert"), changes.get("lost", 0)
        warn(f"against the present watchlist: {gained} more, {lost} fewer")
    faults = [*bad, *(f"{name}: {error}" for name, error in summary.failed)]
    for fault in faults[:FAILURES_TOLD]:
        warn(fault)
    if len(faults) > FAILURES_TOLD:
        warn(f"{len(faults)} faults in all")
    return int(bool(bad))
