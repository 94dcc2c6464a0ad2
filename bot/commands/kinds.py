"""Options that several commands share: names, kinds of moves, and points in time as they are typed."""

from datetime import datetime

from discord import app_commands

from bot.render.headline import LOOKS
from bot.times import parse_since
from storage.errors import UsageError

Name = app_commands.Range[str, 1, 200]
When = app_commands.Range[str, 1, 40]  # a duration or a date


def choices(*, none: bool = False) -> list[app_commands.Choice[str]]:
    """All kinds of moves, and with ``none`` what tells of no move; Discord takes up to 25."""
    offered = [app_commands.Choice(name=look.name, value=kind.value) for kind, look in LOOKS.items()]
    return [*offered, app_commands.Choice(name="No move", value="none")] if none else offered


def moment(text: str | None, now: datetime) -> datetime | None:
    """The time that ``text`` means; UsageError says what is allowed."""
    if not text:
        return None
    try:
        return parse_since(text, now)
    except ValueError as error:
        raise UsageError(f"since: {error}") from None
