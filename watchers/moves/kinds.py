"""The kinds of move by their own names.

Looking a member up in its enumeration costs as much as a call, and each draft asks for a dozen.
"""

from storage.model import MoveKind

DEPARTURE = MoveKind.DEPARTURE
HIRE = MoveKind.HIRE
LAYOFFS = MoveKind.LAYOFFS
REORG = MoveKind.REORG
FUNDING = MoveKind.FUNDING
ACQUISITION = MoveKind.ACQUISITION
PARTNERSHIP = MoveKind.PARTNERSHIP
BREAKUP = MoveKind.BREAKUP
CONTRACT = MoveKind.CONTRACT
LAUNCH = MoveKind.LAUNCH
INFRASTRUCTURE = MoveKind.INFRASTRUCTURE
LEGAL = MoveKind.LEGAL
INCIDENT = MoveKind.INCIDENT
