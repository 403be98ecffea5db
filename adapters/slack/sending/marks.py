"""Signs under messages: the app's own reactions, for what people elsewhere set, and for what became of the message.

https://docs.slack.dev/reference/methods/reactions.add
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from adapters.chat.reactions import STAND_IN, own_name
from adapters.slack.api.client import Refused, Slack
from adapters.slack.words.emoji import named
from core.model.thread import MessageKind

MARKS = {MessageKind.REPLY: "white_check_mark", MessageKind.NOTE: "memo"}
"""Under a message where it was written: it is with the others; it is with the staff."""

_UNKNOWN = "invalid_name"
_FINE = frozenset(
    {
        "already_reacted",
        _UNKNOWN,
        "message_not_found",
        "no_reaction",
        "not_reactable",
        "too_many_emoji",
        "too_many_reactions",
    }
)
"""It is as it was to be, or cannot be: the message is gone, has no room, or Slack does not know the sign."""


class Marks:
    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def mark(self, channel: str, ts: str, kind: MessageKind, *, was_held: bool = False) -> None:
        """``was_held``: it was with the staff alone before, and bore their mark."""
        if was_held:
            await self._react("reactions.remove", channel, ts, MARKS[MessageKind.NOTE])
        await self._react("reactions.add", channel, ts, MARKS[kind])

    async def unmark(self, channel: str, ts: str) -> None:
        """What was written there is taken back."""
        message = await self._read(channel, ts)
        ours = await self._ours(message) if message is not None else set()
        for name in sorted(ours.intersection(MARKS.values())):
            await self._react("reactions.remove", channel, ts, name)

    async def show(self, channel: str, ts: str, emoji: Sequence[str]) -> None:
        """Make the app's own reactions those, with a stand-in for all that Slack has no sign for."""
        message = await self._read(channel, ts)
        if message is None:
            return
        ours = await self._ours(message)
        if message.get("bot_id") != (await self._slack.workspace()).bot:
            ours.difference_update(MARKS.values())
        there = {await self._shown(channel, ts, one, ours) for one in dict.fromkeys(emoji)}
        for name in sorted(ours - there):
            await self._react("reactions.remove", channel, ts, name)

    async def _shown(self, channel: str, ts: str, emoji: str, ours: Collection[str]) -> str:
        """The name of the sign that stands there for ``emoji`` now. One of somebody's own may be the workspace's, which
        only Slack can tell."""
        for name in (named(emoji) or own_name(emoji), named(STAND_IN)):
            if name and (name in ours or await self._react("reactions.add", channel, ts, name) != _UNKNOWN):
                return name
        return ""

    async def _ours(self, message: Mapping[str, Any]) -> set[str]:
        me = (await self._slack.workspace()).bot_user
        return {str(one["name"]) for one in message.get("reactions") or () if me in (one.get("users") or ())}

    async def _read(self, channel: str, ts: str) -> Mapping[str, Any] | None:
        """None where it was deleted."""
        try:
            said = await self._slack.call("reactions.get", {"channel": channel, "timestamp": ts, "full": True})
        except Refused as refused:
            if refused.error not in _FINE:
                raise
            return None
        message: Mapping[str, Any] = said.get("message") or {}
        return message

    async def _react(self, method: str, channel: str, ts: str, name: str) -> str | None:
        """Why it could not be, where that is fine."""
        try:
            await self._slack.call(method, {"channel": channel, "timestamp": ts, "name": name})
        except Refused as refused:
            if refused.error not in _FINE:
                raise
            return refused.error
        return None
