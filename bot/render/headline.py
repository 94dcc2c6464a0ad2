"""What happened, in one line: "Departure · Ruben Mayer · Meta → left".

Pure, and plain text: the caller cleans it for its output.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from storage.model import Alert, Move, MoveKind, MoveStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a kind of move is shown; ``colour`` is 0xRRGGBB."""

    icon: str
    name: str
    colour: int


LOOKS: Mapping[MoveKind, Look] = {
    MoveKind.DEPARTURE: Look(icon="🚪", name="Departure", colour=0xC2410C),
    MoveKind.HIRE: Look(icon="🤝", name="Hire", colour=0x15803D),
    MoveKind.LAYOFFS: Look(icon="✂️", name="Layoffs", colour=0xB91C1C),
    MoveKind.REORG: Look(icon="🔀", name="Reorganisation", colour=0x7C3AED),
    MoveKind.FUNDING: Look(icon="💰", name="Funding", colour=0xCA8A04),
    MoveKind.ACQUISITION: Look(icon="🛒", name="Acquisition", colour=0x1D4ED8),
    MoveKind.PARTNERSHIP: Look(icon="🔗", name="Partnership", colour=0x0E7490),
    MoveKind.BREAKUP: Look(icon="💔", name="Breakup", colour=0xBE185D),
    MoveKind.CONTRACT: Look(icon="📝", name="Contract", colour=0x4D7C0F),
    MoveKind.LAUNCH: Look(icon="🚀", name="Launch", colour=0x2563EB),
    MoveKind.INFRASTRUCTURE: Look(icon="🏗️", name="Infrastructure", colour=0x78716C),
    MoveKind.LEGAL: Look(icon="⚖️", name="Legal", colour=0x57534E),
    MoveKind.INCIDENT: Look(icon="⚠️", name="Incident", colour=0xDC2626),
}
MENTIONED = Look(icon="📰", name="In the news", colour=0x64748B)
NOTICE = Look(icon="🔧", name="Movewire's own affairs", colour=0x94A3B8)

# role -> what a person reads before the names
ROLE_NAMES: Mapping[str, str] = {
    "person": "Who",
    "from": "From",
    "to": "To",
    "investor": "Investor",
    "recipient": "Recipient",
    "acquirer": "Buyer",
    "target": "Bought",
    "partner": "Partners",
    "customer": "Customer",
    "supplier": "Supplier",
    "employer": "Employer",
    "owner": "Owner",
    "plaintiff": "Plaintiff",
    "defendant": "Defendant",
}

_MOST_NAMES = 4  # of one role in the line; the parties below name them all
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "BRL": "R$", "CNY": "CN¥"}
_SCALES = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))


def look(alert: Alert) -> Look:
    """The look of the alert's move, of a mere mention, or of a notice."""
    if alert.notice:
        return NOTICE
    return LOOKS[alert.move.kind] if alert.move else MENTIONED


def line(alert: Alert) -> str:
    """The alert's move in one line, without its icon."""
    if alert.move is None:
        return " · ".join(
            [MENTIONED.name, *filter(None, [_listed([alert.names.get(s, s) for s in alert.entities])])]
        )
    return moved(alert.move, alert.names)


def moved(move: Move, known: Mapping[str, str]) -> str:
    """A move in one line; ``known`` holds display names by slug."""
    kind = LOOKS[move.kind].name
    if move.status in (MoveStatus.RUMOUR, MoveStatus.DENIED, MoveStatus.CONFIRMED):
        kind = f"{kind} ({move.status.value})"
    return " · ".join([kind, *filter(None, _parts(move, known))])


def names(move: Move, role: str, known: Mapping[str, str]) -> list[str]:
    """Names of a role: watched parties by their display name, then those named by the text alone."""
    slugs, written = move.roles.get(role, ()), move.names.get(role, ())
    # One who is not (any more, or not for this reader) among the known stands as the text writes it.
    spelt = dict(zip(slugs, written, strict=False)) if len(written) >= len(slugs) else {}
    shown = [known.get(slug) or spelt.get(slug, slug) for slug in slugs]
    # ``names`` holds the watched ones too, in the text's own spelling and the same order.
    shown += written[len(slugs) :] if len(written) >= len(slugs) else ()
    return list(dict.fromkeys(name for name in shown if name.strip()))


def _listed(shown: list[str]) -> str:
    if len(shown) > _MOST_NAMES:
        return f"{', '.join(shown[: _MOST_NAMES - 1])} and {len(shown) - _MOST_NAMES + 1} more"
    return ", ".join(shown)


def _parts(move: Move, known: Mapping[str, str]) -> list[str]:
    def of(role: str) -> str:
        return _listed(names(move, role, known))

    def between(left: str, sign: str, right: str) -> str:
        return f"{left} {sign} {right}" if left and right else left or right

    match move.kind:
        case MoveKind.DEPARTURE:
            return [of("person"), between(of("from"), "→", of("to") or "left"), move.title or ""]
        case MoveKind.HIRE:
            return [of("person"), between(of("from"), "→", of("to")), move.title or ""]
        case MoveKind.FUNDING:
            return [of("recipient"), amount(move), of("investor") and f"from {of('investor')}"]
        case MoveKind.ACQUISITION:
            return [between(of("acquirer"), "buys", of("target")), amount(move)]
        case MoveKind.PARTNERSHIP:
            return [_listed(names(move, "partner", known)).replace(", ", " + "), amount(move)]
        case MoveKind.BREAKUP:
            return [between(of("customer"), "leaves", of("supplier")), amount(move)]
        case MoveKind.CONTRACT:
            return [between(of("customer"), "buys from", of("supplier")), amount(move)]
        case MoveKind.LEGAL:
            return [between(of("plaintiff"), "v.", of("defendant")), amount(move)]
        case MoveKind.LAYOFFS:
            return [of("employer"), people(move)]
        case MoveKind.REORG:
            return [of("employer") or of("owner"), people(move), of("person")]
        case _:
            return [of("owner"), amount(move)]


def people(move: Move) -> str:
    """ "200 people", or ""."""
    return f"{move.people:,} people" if move.people else ""


def amount(move: Move) -> str:
    """ "$14.3 billion at a valuation of $29 billion", or ""."""
    paid = _money(move.amount, move.currency)
    valued = _money(move.valuation, move.currency)
    if paid and valued:
        return f"{paid} at a valuation of {valued}"
    return paid or (f"a valuation of {valued}" if valued else "")


def _money(value: float | None, currency: str | None) -> str:
    if not value or not value > 0 or value > 1e18:
        return ""
    sign = _SIGNS.get(currency or "", f"{currency} " if currency else "")
    for scale, word in _SCALES:
        if value >= scale:
            return f"{sign}{value / scale:,.2f}".rstrip("0").rstrip(".") + f" {word}"
    return f"{sign}{value:,.0f}"
