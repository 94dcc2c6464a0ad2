"""``movewire doctor``: the findings of ``bot.doctor``, for people and as JSON."""

import asyncio
import os
from datetime import UTC, datetime

import click

from bot.cli.call import Call, general_options, json_option, pass_call
from storage.errors import SettingsError


@click.command()
@click.option("--send-test", "test", is_flag=True, help="Post a test message where alerts go.")
@json_option
@general_options
@pass_call
def doctor(call: Call, test: bool, as_json: bool) -> int:
    """Check settings, database, feeds and Discord; exit status 1 and a remedy for each fault."""
    from bot import doctor as examining
    from bot.cli.output import say, state, table, write_json
    from bot.cli.progress import waiting

    now = datetime.now(UTC)
    try:
        settings = call.settings
    except SettingsError as error:
        findings = [examining.unreadable_settings(error)]
    else:
        if not as_json:
            waiting("looking at settings, database, feeds and Discord")
        findings = list(examining.examine(settings, os.environ, now))
        if test:
            findings += asyncio.run(examining.send_tests(settings, now, console_to_stderr=as_json))
    if as_json:
        write_json(
            [
                {
                    "check": one.check,
                    "state": one.state.value,
                    "detail": one.detail,
                    "remedy": one.remedy or None,
                }
                for one in findings
            ]
        )
    else:
        table(
            ["check", "state", "found", "remedy"],
            [[one.check, state(one.state.value), one.detail, one.remedy] for one in findings],
        )
        faults = sum(one.state is examining.State.FAULT for one in findings)
        say("all is well" if not faults else f"faults: {faults}", "bold")
    return int(any(one.state is examining.State.FAULT for one in findings))
