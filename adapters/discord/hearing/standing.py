"""Whether the bot may do its work in the channels that bot.toml names: told to the admins before a ticket needs it."""

from collections.abc import Iterator

import discord

from adapters.discord.permissions import REQUESTER_CHANNEL, TRIAGE_CHANNEL, Permission, missing
from adapters.discord.sending.troubles import Mended, Report, channel_key, permission_key
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

    def hidden(self) -> frozenset[int]:
        """Those of them that the bot may not read, as far as Discord told it so."""
        return frozenset(number for number in self._needed if self.is_hidden(number))

    def is_hidden(self, channel_id: int) -> bool:
        channel = self._client.get_channel(channel_id)
        if not isinstance(channel, discord.TextChannel) or channel.guild.me is None:
            return False
        may = channel.permissions_for(channel.guild.me)
        return not (may.view_channel and may.read_message_history)

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
        if not isinstance(channel, discord.TextChannel) or channel.guild.me is None:
            await self._mended(channel_key(str(number)))
            return
        may = channel.permissions_for(channel.guild.me)
        # One that it does not see is told of under the key that what cannot be delivered there has: once for both.
        stands = permission_key(str(number)) if may.view_channel else channel_key(str(number))
        lacking = missing(may.value, need)
        if lacking:
            await self._report(
                stands,
                f"In #{channel.name} of {owner} on “{channel.guild.name}”, the bot lacks {', '.join(lacking)}. "
                "Right-click the channel, Edit Channel, Permissions, Advanced permissions: add the role that bears the "
                "bot's name, and allow it there.",
            )
        for key in (permission_key(str(number)), channel_key(str(number))):
            if key != stands or not lacking:
                await self._mended(key)


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
