"""Buttons and menus under messages: they work for as long as the message is there, whatever was restarted meanwhile.

What one does is in its custom id (``core/actions.py``), so discord.py needs to know no message, but a pattern.
"""

import re
from typing import Any, Self

import discord
from discord.ui import Button, DynamicItem, Item, Select

from adapters.discord.answering.interactions import Interactions
from adapters.discord.answering.quoting import MENU

_BUTTON = re.compile(r"[0-9]+\..+", re.DOTALL | re.ASCII)
"""Those of other versions of the desk too, which are to be answered with a sentence."""


def items_of(interactions: Interactions) -> tuple[type[DynamicItem[Any]], ...]:
    """For ``discord.Client.add_dynamic_items``."""

    class Pressed(DynamicItem[Button[Any]], template=_BUTTON):
        @classmethod
        async def from_custom_id(
            cls, _interaction: discord.Interaction[Any], item: Item[Any], _match: re.Match[str], /
        ) -> Self:
            return cls(item)  # type: ignore[arg-type] # a button by its id, which none of our menus has

        async def callback(self, interaction: discord.Interaction[Any]) -> None:
            await interactions.press(interaction, self.custom_id)

    class Chosen(DynamicItem[Select[Any]], template=MENU):
        @classmethod
        async def from_custom_id(
            cls, _interaction: discord.Interaction[Any], item: Item[Any], _match: re.Match[str], /
        ) -> Self:
            return cls(item)  # type: ignore[arg-type] # a menu by its id, which none of our buttons has

        async def callback(self, interaction: discord.Interaction[Any]) -> None:
            await interactions.choose(interaction, self.custom_id, next(iter(self.item.values), ""))

    return Pressed, Chosen
