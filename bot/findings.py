"""What a check of ``movewire doctor`` found: ok, a note, or a fault with its remedy."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    NOTE = "note"
    FAULT = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found; a fault has a remedy."""

    check: str
    state: State
    detail: str
    remedy: str = ""


def note(check: str, detail: str, remedy: str = "") -> Finding:
    """Worth knowing; nothing is broken."""
    return Finding(check=check, state=State.NOTE, detail=detail, remedy=remedy)


def fault(check: str, detail: str, remedy: str) -> Finding:
    """Something is broken, and how to mend it."""
    return Finding(check=check, state=State.FAULT, detail=detail, remedy=remedy)
