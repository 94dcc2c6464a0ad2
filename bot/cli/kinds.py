"""Types of options: kinds of moves, points in time, durations; each refuses with what is allowed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import click

from bot.times import parse_duration, parse_since
from storage.model import MoveKind


class _Since(click.ParamType):
    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            return parse_since(value, datetime.now(UTC))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class _Duration(click.ParamType):
    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        try:
            return parse_duration(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


SINCE = _Since()
DURATION = _Duration()
MOVE_KIND = click.Choice([kind.value for kind in MoveKind], case_sensitive=False)
MOVE_KIND_OR_NONE = click.Choice([*(kind.value for kind in MoveKind), "none"], case_sensitive=False)
