"""Whether the bot may do its work in the channels that bot.toml names: told to the admins before a ticket needs it."""

from collections.abc import Iterator

import discord

from adapters.discord.permissions import REQUESTER_CHANNEL, TRIAGE_CHANNEL, Permission, missing
from adapters.discord.troubles import Mended, Report, channel_key, permission_key
from core.model.desk import Desk, Place
from core.model.people import Platform


class Standing:
    def __init__(self, *, client: discord.Client, desk: Desk, report: Report, mended: Mended) -> None:
        self._client = client
        self._report = report
        self._mended = mended
        self._needed = dict(_needed(desk))

    @property
    def homes(self) -> frozenset[int]:
        """The channels in which the desk makes threads."""
        return frozenset(self._needed)

    async def check(self, channel_id: int | None = None) -> None:
        """All channels, or one of them if it is the desk's."""
        for number, (need, owner) in self._needed.items():
            if channel_id in (None, number):
                await self._check(number, need, owner)

    async def _check(self, number: int, need: Permission, owner: str) -> None:
        channel = self._client.get_channel(number)
        if channel is None:
            await self._report(
                channel_key(str(number)),
                f"Channel {number} of {owner} is on none of the Discord servers that the bot is on, or the bot may not "
                "view it. Invite the bot there, or write another channel's id into bot.toml.",
            )
            return
        await self._mended(channel_key(str(number)))
        if not isinstance(channel, discord.TextChannel) or channel.guild.me is None:
            return
        lacking = missing(channel.permissions_for(channel.guild.me).value, need)
        if lacking:
            await self._report(
                permission_key(str(number)),
                f"In #{channel.name} of {owner} on “{channel.guild.name}”, the bot lacks {', '.join(lacking)}. "
                "Right-click the channel, Edit Channel, Permissions, Advanced permissions: add the role that bears the "
                "bot's name, and allow it there.",
            )
        else:
            await self._mended(permission_key(str(number)))


def _needed(desk: Desk) -> Iterator[tuple[int, tuple[Permission, str]]]:
    for category in desk.categories.values():
        for place in category.places:
            if _is_channel(place):
                yield int(place.channel), (REQUESTER_CHANNEL, f"the category “{category.name}”")
    for team in desk.teams.values():
        for place in team.places:
            if _is_channel(place):
                yield int(place.channel), (TRIAGE_CHANNEL, f"the team “{team.name}”")


def _is_channel(place: Place) -> bool:
    return place.platform is Platform.DISCORD and place.channel.isdecimal()
