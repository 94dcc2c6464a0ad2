"""The lines of a replay: encoded one by one, and shown as a list, a comparison and a summary.

They are held back until the end: a later entry may prove that two stories are one, and the
same story must have the same id on every line.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from bot import documents
from bot.cli.output import say, state, table, warn, write_bytes
from bot.replay import Line, Summary
from bot.times import iso
from bot.verdict import verdict
from bot.words import count
from storage.model import Audience, Decision, Verdict
from watchers.pipeline import Reading

FAILURES_TOLD = 10  # failed polls told one by one; of more, only the number


class Lines:
    """The lines, encoded, with the stories that turned out to be one."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._merged: dict[str, str] = {}

    def add(self, document: dict[str, Any], merged: Iterable[int]) -> None:
        """Keep a line; ``merged`` are stories that its entry proved to be the line's own."""
        self._lines.append(msgspec.json.encode(document))
        for number in merged:
            if f"s{number}" != document["story"]:
                self._merged[f"s{number}"] = document["story"]

    def encoded(self) -> Iterator[bytes]:
        """The lines in order, every story under its last id."""
        for line in self._lines:
            if self._merged and any(f'"{old}"'.encode() in line for old in self._merged):
                yield msgspec.json.encode(self._renamed(msgspec.json.decode(line)))
            else:
                yield line

    def documents(self) -> Iterator[dict[str, Any]]:
        """The same, as documents."""
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


def line_document(line: Line, audience: Audience | None) -> dict[str, Any]:
    """The contract's line: the verdict, the entry's way, and what ``audience`` would have heard of it."""
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
    if audience is not None:
        document["server"] = _server(line, audience)
    return document


def _server(line: Line, audience: Audience) -> dict[str, Any]:
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


def write(written: Lines) -> None:
    """All lines on stdout, as JSON."""
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


def _compare(written: Lines) -> None:
    """What a watchlist would add and lose, each under its own heading."""
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


def show(written: Lines, compared: bool) -> None:
    """For people: what is told or, with a comparison, what changes."""
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


def close(summary: Summary, written: Lines, bad: list[str]) -> int:
    """The summary on stderr, and the exit status."""
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
