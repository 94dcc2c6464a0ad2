"""Buttons that outlive the process: what a button does stands in its id, nothing in memory.

``mw:VERB:ABOUT`` is the id; ``bot.gateway`` hands the press to the verb's answerer.  Buttons
under messages of before a restart, or of an older version, are answered all the same.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import discord

from bot.commands.cards import Button
from bot.render.embed import PRESS
from bot.render.limits import BUTTONS

if TYPE_CHECKING:
    Press_ = discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]]

Interaction = discord.Interaction[Any]
Answerer = Callable[[Interaction, str], Awaitable[None]]  # is given what the button is about

log = logging.getLogger(__name__)


class Press(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=re.compile(rf"{PRESS}:(?P<verb>[a-z]+):(?P<about>.*)", re.DOTALL),
):
    """A button of ours, as discord.py finds it by its id."""

    def __init__(self, button: Button) -> None:
        super().__init__(
            discord.ui.Button(
                style=discord.ButtonStyle.secondary,
                label=button.label,
                custom_id=f"{PRESS}:{button.verb}:{button.about}",
                disabled=button.disabled,
            )
        )
        self._button = button

    @classmethod
    async def from_custom_id(cls, interaction: Interaction, item: Any, match: re.Match[str], /) -> Self:
        """The button that was pressed, out of its id alone."""
        return cls(Button(verb=match["verb"], about=match["about"], label=item.label or "…"))

    async def callback(self, interaction: Interaction) -> None:
        """Let the client answer."""
        await interaction.client.pressed(interaction, self._button.verb, self._button.about)


def below(rows: Sequence[Sequence[Button]]) -> discord.ui.View | None:
    """Rows of buttons as discord.py sends them; None where there are none."""
    shown = [row[at : at + BUTTONS] for row in rows for at in range(0, len(row), BUTTONS)]
    if not shown:
        return None
    view = discord.ui.View(timeout=None)
    for place, row in enumerate(shown):
        for button in row:
            pressable = Press(button)
            pressable.row = place
            view.add_item(pressable)
    return view


def table(*parts: Mapping[str, Answerer]) -> dict[str, Answerer]:
    """All verbs together; one verb answered twice is a fault of ours."""
    verbs: dict[str, Answerer] = {}
    for part in parts:
        assert not verbs.keys() & part.keys()
        verbs |= part
    return verbs
