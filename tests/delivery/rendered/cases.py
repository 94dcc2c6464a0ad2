"""The alerts behind the golden files of this folder: one of each kind, and the awkward ones.

``python -m tests.delivery.rendered.cases`` writes the files anew; read the difference.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import render
from bot.render.gathered import in_order
from storage.model import (
    Alert,
    ContextLine,
    Delivery,
    DeliveryState,
    Move,
    MoveKind,
    MoveStatus,
    Outlet,
    UpdateKind,
)

FOLDER = Path(__file__).resolve().parent
KEY = "0123456789abcdef01234567"
WHEN = datetime(2025, 6, 12, 17, 30, tzinfo=UTC)


def _outlet(name: str, host: str) -> Outlet:
    return Outlet(family=host, name=name, url=f"https://{host}/story", published=WHEN)


def _alert(kind: MoveKind | None, headline: str, **more: object) -> Alert:
    move_fields = {name: more.pop(name) for name in list(more) if name in Move.__dataclass_fields__}
    named: dict[str, str] = more.pop("named", {})  # type: ignore[assignment]
    made = Alert(
        story=7,
        revision=0,
        headline=headline,
        url="https://daily.example/2025/06/story",
        source="The Daily Example",
        published=WHEN,
        move=None if kind is None else Move(kind=kind, **move_fields),  # type: ignore[arg-type]
        names=named,
        entities=tuple(named),
        outlets=(_outlet("The Daily Example", "daily.example"),),
        why=tuple(f"{name} (primary) in the headline" for name in named.values()),
    )
    return replace(made, **more)  # type: ignore[arg-type]


ADA, LAB, RIVAL = {"ada": "Ada Example"}, {"lab": "Example Labs"}, {"rival": "Rival Systems"}
PAST = (
    ContextLine(
        story=3,
        headline="Example Labs raises its second round",
        url="https://daily.example/2025/05/round",
        published=WHEN - timedelta(days=31),
        why="same company: Example Labs",
    ),
    ContextLine(
        story=2,
        headline="Ada Example made chief scientist",
        url="https://wire.example/2024/ada",
        published=WHEN - timedelta(days=400),
        why="same person: Ada Example",
    ),
)

DEPARTURE = _alert(
    MoveKind.DEPARTURE,
    "Ada Example walks out of Example Labs",
    roles={"person": ("ada",), "from": ("lab",)},
    names={"person": ("Ada Example",), "from": ("Example Labs",)},
    title="chief scientist",
    named=ADA | LAB,
    said="Example told her team on Thursday that she is leaving after six years.",
    context=PAST,
)

CASES: dict[str, Alert] = {
    "departure": DEPARTURE,
    "departure-edit": replace(
        DEPARTURE,
        outlets=(*DEPARTURE.outlets, _outlet("Wire", "wire.example"), _outlet("Abend", "abend.example")),
        update=UpdateKind.EDIT,
    ),
    "departure-reply": replace(
        DEPARTURE, update=UpdateKind.REPLY, fact="she joins Rival Systems", low_priority=False
    ),
    "hire": _alert(
        MoveKind.HIRE,
        "Rival Systems hires Ada Example from Example Labs",
        roles={"person": ("ada",), "from": ("lab",), "to": ("rival",)},
        names={"person": ("Ada Example",), "from": ("Example Labs",), "to": ("Rival",)},
        title="head of research",
        named=ADA | LAB | RIVAL,
    ),
    "layoffs": _alert(
        MoveKind.LAYOFFS,
        "Example Labs cuts 1,200 jobs",
        roles={"employer": ("lab",)},
        people=1200,
        named=LAB,
    ),
    "reorg": _alert(MoveKind.REORG, "Example Labs splits in three", roles={"employer": ("lab",)}, named=LAB),
    "funding-rumour": _alert(
        MoveKind.FUNDING,
        "Rival Systems is said to raise billions for Example Labs",
        status=MoveStatus.RUMOUR,
        roles={"investor": ("rival",), "recipient": ("lab",)},
        names={"investor": ("Rival Systems", "Old Fund"), "recipient": ("Example Labs",)},
        amount=14.3e9,
        valuation=29e9,
        currency="USD",
        named=LAB | RIVAL,
    ),
    "acquisition": _alert(
        MoveKind.ACQUISITION,
        "Rival Systems kauft Example Labs",
        roles={"acquirer": ("rival",), "target": ("lab",)},
        amount=450e6,
        currency="EUR",
        named=RIVAL | LAB,
        lang="de",
    ),
    "partnership": _alert(
        MoveKind.PARTNERSHIP,
        "Example Labs and Rival Systems join forces",
        roles={"partner": ("lab", "rival")},
        named=LAB | RIVAL,
    ),
    "breakup": _alert(
        MoveKind.BREAKUP,
        "Rival Systems ends its work with Example Labs",
        roles={"customer": ("rival",), "supplier": ("lab",)},
        named=LAB | RIVAL,
    ),
    "contract": _alert(
        MoveKind.CONTRACT,
        "Ministry orders from Example Labs",
        roles={"supplier": ("lab",)},
        names={"customer": ("the Ministry",), "supplier": ("Example Labs",)},
        amount=99_500,
        currency="CHF",
        named=LAB,
    ),
    "launch": _alert(MoveKind.LAUNCH, "Example Labs shows a new model", roles={"owner": ("lab",)}, named=LAB),
    "infrastructure": _alert(
        MoveKind.INFRASTRUCTURE,
        "Example Labs builds by the river",
        roles={"owner": ("lab",)},
        amount=1.25e12,
        currency="JPY",
        named=LAB,
    ),
    "legal-denied": _alert(
        MoveKind.LEGAL,
        "Rival Systems denies that it sues Example Labs",
        status=MoveStatus.DENIED,
        roles={"plaintiff": ("rival",), "defendant": ("lab",)},
        named=LAB | RIVAL,
    ),
    "incident-confirmed": _alert(
        MoveKind.INCIDENT,
        "Example Labs confirms a breach",
        status=MoveStatus.CONFIRMED,
        roles={"owner": ("lab",)},
        named=LAB,
    ),
    "mention": _alert(None, "What Example Labs eats for lunch", named=LAB | ADA),
    "hostile": _alert(
        MoveKind.DEPARTURE,
        "# @everyone <@&1> [click](https://evil.example) **now** \u202eslaeted\x1b[31m `x` ||y||",
        roles={"person": ("ada",)},
        names={"person": ("Ada @here <@5>",)},
        named={"ada": "Ada @here <@5>"},
        url="javascript:alert(1)",
        said="> - see https://evil.example or </cmd:1> <t:0:R> <:smile:12> _all_\nof it",
        fact="x",
        context=(replace(PAST[0], url="https://daily.example/a(b)[c] d"),),
    ),
}


def embed_text(alert: Alert) -> str:
    """The message as a golden file holds it."""
    return json_text(render.embed(alert, KEY, buttons=alert is DEPARTURE))


def plain_text(alert: Alert) -> str:
    """The plain text as a golden file holds it."""
    return render.plain(alert, KEY) + "\n"


def others() -> dict[str, dict[str, object]]:
    """Messages of other forms: the plain one, an edit, and a digest."""
    now = datetime(2025, 6, 13, tzinfo=UTC)
    waiting = [
        Delivery(
            id=number,
            key=KEY,
            destination="channel:1",
            story=number,
            revision=0,
            alert=alert,
            state=DeliveryState.PENDING,
            created=now,
            due=now,
        )
        for number, alert in enumerate(CASES.values())
    ]
    gathered = sorted(waiting, key=lambda one: in_order(one.alert))
    gathered = [replace(one, occasion="Daily digest · 13 June 2025 · 17 stories") for one in gathered]
    return {
        "form-bare": render.bare(DEPARTURE, render.Dress(key=KEY)),
        "form-edit": render.change(CASES["departure-edit"], render.Dress(key=KEY, buttons=True)),
        "form-repeat": render.message(DEPARTURE, render.Dress(key=KEY, repeat=True, ping_role=31337)),
        "form-digest": render.digest(waiting, KEY).payload,
        "form-gathered": render.digest(gathered, KEY).payload,
    }


def json_text(payload: object) -> str:
    """A payload as a golden file holds it."""
    return json.dumps(payload, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def main() -> None:
    """Write all golden files."""
    for name, payload in others().items():
        (FOLDER / f"{name}.json").write_text(json_text(payload), encoding="utf-8")
    for name, alert in CASES.items():
        (FOLDER / f"{name}.json").write_text(embed_text(alert), encoding="utf-8")
        (FOLDER / f"{name}.txt").write_text(plain_text(alert), encoding="utf-8")


if __name__ == "__main__":
    main()
