"""Whether the app may do its work in the triage channels that bot.toml names: told to the admins before a ticket needs
it."""

from collections.abc import Mapping
from typing import Any

import structlog

from adapters.slack.api.client import Refused, Slack
from adapters.slack.api.codes import NO_SCOPE, NOT_IN
from adapters.slack.sending.troubles import Troubles, channel_key, scope_key
from core.model.desk import Desk
from core.model.people import Platform

log = structlog.get_logger(__name__)

_FOR_PUBLIC = "channels:read"


def public_key(channel: str) -> str:
    return f"slack:public:{channel}"


def shared_key(channel: str) -> str:
    return f"slack:shared:{channel}"


class Standing:
    def __init__(self, *, slack: Slack, desk: Desk, troubles: Troubles, name: str) -> None:
        self._slack = slack
        self._troubles = troubles
        self._name = name
        self._owners = {
            place.channel: team.name
            for team in desk.teams.values()
            for place in team.places
            if place.platform is Platform.SLACK
        }
        self._out_of: set[str] = set()

    @property
    def homes(self) -> frozenset[str]:
        """The channels in which the staff's cards are."""
        return frozenset(self._owners)

    def is_out_of(self, channel: str) -> bool:
        """Whether the app was not in that home when it was last looked at."""
        return channel in self._out_of

    async def check(self, channel: str | None = None) -> frozenset[str]:
        """All homes, or one if it is such; those that the app came into, or out of, since it was last looked at. Raises
        Retry, and Refused for what is wrong with the token."""
        before = frozenset(self._out_of)
        for home in self._owners:
            if channel in (None, home):
                await self._check(home)
        return before ^ self._out_of

    async def _check(self, channel: str) -> None:
        """https://docs.slack.dev/reference/methods/conversations.info"""
        try:
            answer = await self._slack.call("conversations.info", {"channel": channel})
        except Refused as refused:
            if refused.error in NO_SCOPE:
                await self._hidden(channel, refused)
                return
            if refused.error not in NOT_IN:
                raise
            answer = {"channel": {"is_member": False}}
        else:
            await self._troubles.fine(scope_key("groups:read"))
        await self._found(channel, answer["channel"])

    async def _hidden(self, channel: str, refused: Refused) -> None:
        """The scope for public channels is none that the app asks for."""
        if refused.needed == _FOR_PUBLIC:
            await self._keeps_secrets(channel, f"Channel {channel}", {}, is_in=True)
        else:
            await self._troubles.lacks(refused)

    async def _found(self, channel: str, told: Mapping[str, Any]) -> None:
        owner = self._owners[channel]
        where = f"#{told['name']}" if told.get("name") else f"channel {channel}"
        is_in = bool(told.get("is_member"))
        (self._out_of.discard if is_in else self._out_of.add)(channel)
        if not is_in:
            await self._troubles.found(
                channel_key(channel),
                f"The app is not in {where} of the team “{owner}” on Slack, or the channel is not there. In Slack, "
                f"open it and type /invite @{self._name}; if it was deleted, name another as triage_channel in "
                "bot.toml and start the desk again.",
            )
        elif told.get("is_archived"):
            await self._troubles.found(
                channel_key(channel),
                f"{where} of the team “{owner}” is archived on Slack. Open it there and choose Unarchive in its "
                "settings, or name another as triage_channel in bot.toml and start the desk again.",
            )
        else:
            await self._troubles.fine(channel_key(channel))
        await self._keeps_secrets(channel, where, told, is_in=is_in)

    async def _keeps_secrets(self, channel: str, where: str, told: Mapping[str, Any], *, is_in: bool) -> None:
        if is_in and not (told.get("is_private") or told.get("is_group")):
            await self._troubles.found(
                public_key(channel),
                f"{where} of the team “{self._owners[channel]}” is public on Slack: everybody in the workspace can "
                "read there what staff write about tickets, and it does not reach the desk. Make it private (its "
                "settings, Change to a private channel), or name a private one as triage_channel in bot.toml.",
            )
        elif is_in:
            await self._troubles.fine(public_key(channel))
        if is_in and told.get("is_ext_shared"):
            await self._troubles.found(
                shared_key(channel),
                f"{where} of the team “{self._owners[channel]}” is shared with another organisation on Slack: its "
                "people can read there what staff write about tickets. Stop sharing it (its settings), or name a "
                "private channel of your own as triage_channel in bot.toml.",
            )
        elif is_in:
            await self._troubles.fine(shared_key(channel))
